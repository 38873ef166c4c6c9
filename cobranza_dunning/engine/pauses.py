"""How much of an amount may be chased today when parts of it are paused."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

#: The order in which pauses take their share: a block first, a promise last.
KINDS = ("block", "dispute", "plan", "promise")


class Pause(NamedTuple):
    """One reason not to chase (part of) a due item.

    kind: one of KINDS.
    amount: what it pauses, in the item's currency; None pauses everything.
    until: the first day on which the amount may be chased again; None means no end.
    label: what a person calls it, for the explanation.
    """

    kind: str
    amount: Decimal | None = None
    until: date | None = None
    label: str = ""

    def active(self, today):
        """Tell whether the pause holds on `today`; on the day `until` it is over."""
        return self.until is None or today < self.until


def apply(amount, pauses, today):
    """Take the pauses that hold on `today` out of `amount`.

    amount: what is open, in the item's currency, not negative.
    Returns ``(free, applied)``: the amount that may be chased, and for each pause that took
    something a pair ``(pause, taken)``, in the order of KINDS.  Together they are `amount`:
    pauses never add up to more.
    """
    free, applied = amount, []
    for pause in sorted(pauses, key=lambda pause: KINDS.index(pause.kind)):
        if not pause.active(today):
            continue
        taken = free if pause.amount is None else min(pause.amount, free)
        if taken > 0:
            free -= taken
            applied.append((pause, taken))
    return free, tuple(applied)


def resumes_on(amount, pauses, today):
    """Return the first day on which more of `amount` may be chased than `today`, or None.

    Not simply the earliest end: when a block ends, the promise that it hid may take over.
    None means that no pause in force ends by itself, or that ending frees nothing.
    """
    free, _ = apply(amount, pauses, today)
    ends = sorted(pause.until for pause in pauses if pause.until)
    return next((day for day in ends if apply(amount, pauses, day)[0] > free), None)
