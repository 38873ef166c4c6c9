"""Whether a promise to pay was kept: from payments, never by hand."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from .due import ZERO


class Promise(NamedTuple):
    """A customer's word that an amount will be there on a day.

    amount: in the currency of the lines it is about.
    made_on: payments before that day don't count for it.
    tolerance: per cent that may be missing of a promise that still counts as kept.
    grace: days after `day` until which a payment still counts.
    """

    amount: Decimal
    day: date
    made_on: date
    tolerance: Decimal = ZERO
    grace: int = 0

    @property
    def last_day(self):
        """The last day on which a payment counts."""
        return self.day + timedelta(days=self.grace)

    @property
    def enough(self):
        """The least amount with which it counts as kept."""
        return self.amount * (100 - self.tolerance) / 100


class Outcome(NamedTuple):
    """What has become of a promise.

    state: "open", "kept", "partial" (something came in time, not enough) or "broken".
    paid: what counted for it, at most the promised amount.
    decided_on: the day it was kept, or the first day after the last one; None while open.
    """

    state: str
    paid: Decimal
    decided_on: date | None = None


def evaluate(promise, payments, today):
    """Return the Outcome of `promise` on `today`.

    payments: pairs (day, amount) of the promise's lines, in any order; those before the
    promise was made and after its last day don't count.
    It is kept as soon as enough was paid, open up to its last day, and decided after it.
    """
    last = min(promise.last_day, today)
    counting = sorted((day, amount) for day, amount in payments if promise.made_on <= day <= last)
    paid, kept_on = ZERO, None
    for day, amount in counting:
        paid += amount
        if kept_on is None and paid >= promise.enough:
            kept_on = day
    if kept_on:
        return Outcome("kept", min(paid, promise.amount), kept_on)
    if today <= promise.last_day:
        return Outcome("open", paid)
    return Outcome("partial" if paid else "broken", paid, promise.last_day + timedelta(days=1))
