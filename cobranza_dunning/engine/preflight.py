"""What an approved reminder may still say when it leaves: never more than was approved."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from . import due, dunning

#: Why a line leaves an approved reminder or is asked for less, beside `dunning.excluded`'s.
REASONS = (
    "paid", "paused", "payment_in_process", "covered_by_credit", "not_due", "no_level_left",
)  # fmt: skip


class Change(NamedTuple):
    """What became of an approved line.

    amount: what may be told of it now, in its currency, below what was approved; 0 = it leaves.
    reason: a code of REASONS or of `dunning.excluded`.
    """

    amount: Decimal
    reason: str


def check(amount, residual, delay, assessed, today):
    """Return the Change of an approved line, or None if it may leave as it is.

    amount, residual: what it asks for and what was open when that was written.
    delay: days after the due date of the level it is told at; negative = before it.
    assessed: dunning.Assessed of the same due item now; None if it is open no more.
    More owed than was approved is no change: it stays at the approved amount.  A level or a
    cadence that would have to be waited for isn't one either: that was approved.
    """
    if assessed is None:
        return Change(due.ZERO, "paid")
    excluded = dunning.excluded(assessed.item)
    if excluded:
        return Change(due.ZERO, "paid" if assessed.item.residual <= 0 else excluded)
    told = _told_at_the_wrong_time(assessed.item.due, delay, today)
    if told:
        return Change(due.ZERO, told)
    now = max(assessed.position.chaseable, due.ZERO)
    if now >= amount:
        return None
    return Change(now, _why_less(residual, assessed.position))


def _told_at_the_wrong_time(due_on, delay, today):
    """A due date that was moved: nothing is late before it, nothing is to come after it."""
    if delay >= 0 and due_on > today:
        return "not_due"
    if delay < 0 and due_on < today:
        return "no_level_left"
    return None


def _why_less(residual, position):
    """Name what took most of it: the ledger, a pause, a payment on its way or a credit."""
    parts = {
        "paid": residual - position.item.residual,
        "paused": position.paused,
        "payment_in_process": position.in_process,
        "covered_by_credit": position.credit,
    }
    return max(parts, key=parts.get)


def bank_age(last, today):
    """Return how many days old the newest bank entry is; None if there is none at all.

    last: its date or None. One of today or later is 0 days old.
    """
    return None if last is None else max((today - last).days, 0)


def is_stale(last: date | None, today: date, days: int):
    """Whether the bank's data is too old to say that somebody has not paid.

    last: date of the newest bank entry, or None if there is none.
    days: the oldest it may be; at this age it is still fresh.
    """
    age = bank_age(last, today)
    return age is None or age > days
