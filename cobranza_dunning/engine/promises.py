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


class Part(NamedTuple):
    """What of a promise falls on one due line, and so is left alone.

    amount: may be nothing: payments of the line count for the promise all the same.
    before: what had been paid of the line already when it was promised, though on that day or
    later; it doesn't count.
    """

    line: int
    amount: Decimal
    before: Decimal = ZERO


def fill(amount, available):
    """Return what of an amount falls on each line, the first lines filled first, and what is left.

    available: pairs (line, how much of it there is room for), none negative.
    Returns pairs (line, part), one for each of them; a part may be nothing.
    """
    left, parts = amount, []
    for line, free in available:
        part = min(left, free)
        left -= part
        parts.append((line, part))
    return parts, left


def allot(amount, available):
    """Return what of a promised amount falls on each line: the first lines are filled first.

    available: pairs (line, what may still be promised of it), oldest due first, none negative.
    Returns pairs (line, part), one for each line; a part may be nothing.
    Raises ValueError with "amount" if it isn't positive, with "available" if there is less than
    was promised.
    """
    if amount <= 0:
        raise ValueError("amount")
    parts, left = fill(amount, available)
    if left:
        raise ValueError("available")
    return parts


def follow(promises, payments, residuals, today):
    """Return what has become of all promises of one debtor; each payment counts once.

    promises: pairs (Promise, list of Part, oldest due first).
    payments: {line: pairs (day, amount)}; residuals: {line: what is open of it}.
    Of two promises about the same line, payments count for the one with the earlier day first.
    What was credited needn't be paid: a promise is for no more than was, or still can be, paid
    of its lines.  Where that is nothing it is over: "cancelled".
    Returns pairs (Outcome, {line: what was paid of its part}), in the order of `promises`.
    """
    left = {line: sorted(map(list, rows)) for line, rows in payments.items()}
    before = {line: [amount for _day, amount in rows] for line, rows in left.items()}
    order = sorted(range(len(promises)), key=lambda number: (promises[number][0].day, number))
    result = {}
    for number in order:
        promise, parts = promises[number]
        counting = _counting(promise, parts, left, before)
        possible = sum((_possible(part, counting, residuals) for part in parts), ZERO)
        result[number] = _follow_one(promise, parts, counting, possible, today)
    return [result[number] for number in range(len(promises))]


def _possible(part, counting, residuals):
    """What was paid of a line, and may still be paid of what was promised of it."""
    paid = sum((amount for line, _row, amount in counting if line == part.line), ZERO)
    return max(paid, min(part.amount, paid + residuals.get(part.line, ZERO)))


def _counting(promise, parts, left, amounts):
    """The payments that may count for a promise, by day: (line, row of `left`, amount)."""
    found = []
    for part in parts:
        skip = part.before
        for row, amount in zip(left.get(part.line, ()), amounts.get(part.line, ()), strict=True):
            if row[0] < promise.made_on:
                continue
            skipped = min(skip, amount)
            skip -= skipped
            found.append((part.line, row, min(row[1], amount - skipped)))
    return sorted(found, key=lambda one: one[1][0])


def _follow_one(promise, parts, counting, possible, today):
    """Evaluate one promise and take what counted for it out of the payments."""
    owed = promise._replace(amount=min(promise.amount, possible))
    if not owed.amount:
        return Outcome("cancelled", ZERO, today), {part.line: ZERO for part in parts}
    outcome = evaluate(owed, [(row[0], amount) for _line, row, amount in counting], today)
    need, by_line = outcome.paid, {}
    for line, row, amount in counting:
        taken = min(need, amount)
        need -= taken
        row[1] -= taken
        by_line[line] = by_line.get(line, ZERO) + taken
    return outcome, _spread(parts, by_line)


def _spread(parts, by_line):
    """What of each part was paid: by payments of its own line, then by those of the others."""
    paid = {part.line: min(part.amount, by_line.get(part.line, ZERO)) for part in parts}
    excess = sum(by_line.values()) - sum(paid.values())
    for part in parts:
        more = min(excess, part.amount - paid[part.line])
        paid[part.line] += more
        excess -= more
    return paid
