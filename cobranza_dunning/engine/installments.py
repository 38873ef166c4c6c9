"""Payment plans: how an amount is split, when each part falls due, and what has become of it.

A plan never changes what the ledger says: it is evaluated from the payments of the lines it
covers.  Payments fill installments from the first forward; credit notes shrink them from the
last backward.  All amounts are in the plan's one currency.
"""

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from .due import ZERO, next_pay_day, to_places

#: How far apart installments are -> what is added for each, from the first date.
PERIODS = {
    "week": lambda number: relativedelta(weeks=number),
    "fortnight": lambda number: relativedelta(weeks=2 * number),
    "month": lambda number: relativedelta(months=number),
}

#: A plan has so many installments at most: fifty years of months.
MOST = 600

#: Banks are closed for no longer than this (weekends around the longest holidays).
LONGEST_CLOSURE = timedelta(days=14)

#: Days of a year for financing interest (simple, actual/365).
YEAR = Decimal(365)


class Installment(NamedTuple):
    """A part of a plan: what is to be paid, and by when."""

    due: date
    amount: Decimal


class Payment(NamedTuple):
    """What was paid of the covered lines on a day, in the plan's currency."""

    day: date
    amount: Decimal


class Progress(NamedTuple):
    """What has become of one installment.

    amount: what is to be paid after credit notes.  paid: what payments have filled in.
    paid_on: the day it was full, or None.
    state: "paid", "partial" or "open" up to its due date; "late" after it; "credited" where
    credit notes left nothing of it.
    """

    due: date
    amount: Decimal
    paid: Decimal
    paid_on: date | None
    state: str

    @property
    def open_amount(self):
        """What is still to be paid of it."""
        return self.amount - self.paid


class Breach(NamedTuple):
    """When a plan counts as broken: by one of these, or by both.

    days: an installment more than so many days late; None = however late.
    count: so many installments late at once; None = however many.  Without days all that are left
    are enough, if they are fewer: what is open then doesn't rest for ever.
    """

    days: int | None = 10
    count: int | None = 2


class Standing(NamedTuple):
    """A plan on a day.

    state: "active", "fulfilled" or "broken".
    broken_on: the first day on which the rule was broken; only with "broken".
    excess: what was paid beyond the plan; it belongs to nothing of it.
    """

    state: str
    progress: tuple
    broken_on: date | None = None
    excess: Decimal = ZERO

    @property
    def open_amount(self):
        """What is still to be paid of the plan."""
        return sum((one.open_amount for one in self.progress), ZERO)


# --- making a plan ---------------------------------------------------------------------------


def split(amount, places, count=None, each=None, down_payment=ZERO):
    """Return the amounts of a plan's installments; together they are `amount`.

    amount: what the plan covers, positive.  places: decimals of the currency.
    count: so many equal parts; the last takes the remainder.
    each: parts of this amount; the last is what is left.  One of the two is given.
    down_payment: paid first, as an installment of its own; the rest is split.
    Raises ValueError, with a code as its only argument: "amount" (not positive, or more
    decimals than the currency has), "down_payment" (negative, or not below the amount),
    "count" (below one, above MOST, or so many that one would be nothing), "each" (not positive,
    more than there is to split, or so small that there would be more than MOST), "method"
    (both or neither of count and each).
    """
    _check(amount > 0 and to_places(amount, places) == amount, "amount")
    _check(0 <= down_payment < amount, "down_payment")
    _check(to_places(down_payment, places) == down_payment, "down_payment")
    _check((count is None) != (each is None), "method")
    rest = amount - down_payment
    parts = _by_count(rest, places, count) if each is None else _by_amount(rest, places, each)
    return ((down_payment,) if down_payment else ()) + parts


def _by_count(rest, places, count):
    """Equal parts, rounded down; the last takes the remainder."""
    unit = Decimal(1).scaleb(-places)
    _check(1 <= count <= min(rest / unit, MOST), "count")
    part = (rest / count // unit) * unit
    return (part,) * (count - 1) + (rest - part * (count - 1),)


def _by_amount(rest, places, each):
    """Parts of a given amount; the last is what is left."""
    _check(0 < each <= rest <= each * MOST and to_places(each, places) == each, "each")
    whole, left = divmod(rest, each)
    return (each,) * int(whole) + ((left,) if left else ())


def calendar(first, count, period="month", move: Callable[[date], date] = lambda day: day):
    """Return the due dates of `count` installments, the first one on `first`; see `due_days`."""
    return tuple(itertools.islice(due_days(first, period, move), count))


def due_days(first, period="month", move: Callable[[date], date] = lambda day: day):
    """Return an iterator over the due dates of installments without end, the first one on `first`.

    period: a key of PERIODS (KeyError otherwise).  Months keep the day of `first` where they
    have it, and end on their last day where they don't: 31 January, 28 February, 31 March.
    move: moves a day that doesn't suit (a holiday, no pay day) to one that does; never back.
    Two installments never fall on the same day: the later one moves on by a day.
    """
    step = PERIODS[period]
    return moved((first + step(number) for number in itertools.count()), move)


def moved(days, move):
    """Yield days, earliest first, each moved to one that suits; see `due_days`."""
    last = date.min
    for day in map(move, days):
        while day <= last:
            day = move(last + timedelta(days=1))
        yield day
        last = day


def suitable_day(day, place, pay_days=()):
    """Return the first day on or after `day` on which a debtor can pay: what `move` is for.

    place: a places.Place; the day is a working day there.
    pay_days: the debtor's, as due.parse_pay_days returns them.  One on which banks are closed
    moves to the working day after it.
    """
    if not pay_days:
        return place.next_working_day(day)
    # one that has moved to `day` may be up to so long before it
    pay_day = next_pay_day(day - LONGEST_CLOSURE, pay_days)
    while (suiting := place.next_working_day(pay_day)) < day:
        pay_day = next_pay_day(pay_day + timedelta(days=1), pay_days)
    return suiting


def schedule(amount, places, first, *, count=None, each=None, down_payment=ZERO,
             down_payment_on=None, period="month", move=lambda day: day):  # fmt: skip
    """Return the Installments of a plan: `split` by `calendar`.

    down_payment_on: when the down payment is due; the regular installments begin on `first`.
    Raises ValueError like `split`, and with "down_payment_on" where a down payment has no day
    or one that isn't before the first installment.
    """
    amounts = split(amount, places, count, each, down_payment)
    days = ()
    if down_payment:
        _check(down_payment_on is not None and down_payment_on < move(first), "down_payment_on")
        days = (down_payment_on,)
    days += calendar(first, len(amounts) - len(days), period, move)
    return tuple(map(Installment, days, amounts))


def financing_interest(installments, start, rate, places, covered=()):
    """Return the interest for paying later than `start`, one amount for the whole plan.

    rate: per cent a year, simple, actual/365, on what is open from day to day; not negative
    (ValueError "rate").  The principal stays as it is: interest is a document of its own.
    covered: pairs (due day, amount) of the lines that the plan covers, oldest due first, together
    the installments: what isn't due at the start costs nothing before its own due day.
    """
    _check(rate >= 0, "rate")
    amounts = [one.amount for one in installments]
    covered = covered or [(start, sum(amounts, ZERO))]
    cost = sum(
        max((installments[index].due - max(start, covered[number][0])).days, 0) * amount
        for number, index, amount in take_over([amount for _due, amount in covered], amounts)
    )
    return to_places(cost * rate / 100 / YEAR, places)


def _check(holds, code):
    """Raise ValueError with `code` unless a condition holds."""
    if not holds:
        raise ValueError(code)


def take_over(covered, amounts):
    """Yield what each installment takes over from the lines that a plan covers.

    covered: amounts of the lines, oldest due first.  amounts: of the installments; together they
    are the covered amounts.
    Yields triples (index of the line, index of the installment, amount), the first ones first.
    """
    number, left = 0, covered[0]
    for installment, amount in enumerate(amounts):
        while amount:
            while not left:
                number += 1
                left = covered[number]
            taken = min(amount, left)
            amount, left = amount - taken, left - taken
            yield number, installment, taken


def carry_over(covered, amounts, places):
    """Return what each installment takes over from the lines that a plan covers.

    covered: pairs (amount, the same in company currency) of the lines, oldest due first.
    amounts: of the installments; together they are the covered amounts.
    places: decimals of the company's currency.
    Returns for each installment (its amount in company currency, indexes of the lines that it
    takes something from).  The company amounts together are those of the lines, to the cent.
    """
    result, exact, booked = [], ZERO, ZERO
    parts = {}
    for number, index, taken in take_over([amount for amount, _booked in covered], amounts):
        parts.setdefault(index, {})[number] = taken
    for taken_from in parts.values():
        exact += sum(
            taken * covered[number][1] / covered[number][0]
            for number, taken in taken_from.items()
        )
        rounded = to_places(exact, places)
        result.append((rounded - booked, tuple(taken_from)))
        booked = rounded
    return tuple(result)


# --- following a plan ------------------------------------------------------------------------


def follow(installments, payments, today, credited=ZERO, breach=None):
    """Return the Standing of an accepted plan on `today`.

    installments: in the order they fall due.
    payments: of the covered lines, dated on or after the agreement, in any order.
    credited: credit notes and write-offs of the covered lines; they shrink the last
    installments first and are no payments.
    breach: the Breach rule; None = a plan is never broken by itself.
    A plan that was broken once stays so, whatever is paid afterwards, unless all of it is.
    """
    amounts = _shrink([one.amount for one in installments], credited)
    paid, full_on, excess = _fill(amounts, payments, today)
    progress = tuple(
        Progress(one.due, amount, part, day, _state(one.due, amount, part, today))
        for one, amount, part, day in zip(installments, amounts, paid, full_on, strict=True)
    )
    if all(one.paid == one.amount for one in progress):
        return Standing("fulfilled", progress, None, excess)
    broken_on = _broken_on(progress, today, breach) if breach else None
    return Standing("broken" if broken_on else "active", progress, broken_on, excess)


def breaks_on(installments, payments, credited=ZERO, breach=None):
    """Return the day on which an accepted plan breaks if nothing more is paid, or None.

    Arguments as of `follow`.  None: it is paid, or there is no rule of breach.
    """
    return follow(installments, payments, date.max, credited, breach).broken_on


def since(settled, before, limit, spare=ZERO, made_on=None):
    """Return what of a line's payments counts for a plan that covers (part of) it.

    settled: triples (day, amount, is credit note) of everything that ever settled the line.
    before: what of them was there when the plan was made, as (payments, credit notes); what is
    reconciled later counts whatever day it is of.
    limit: what the plan covers of the line; more than that is not the plan's.
    spare: what was left out of the plan, because it was disputed or being paid: credit notes, and
    payments of before the day `made_on`, are for that first.
    Returns (list of Payment, amount of credit notes).
    """
    left = {False: before[0], True: before[1]}
    payments, credited, room = [], ZERO, limit
    for day, amount, is_credit_note in sorted(settled):
        skipped = min(left[is_credit_note], amount)
        left[is_credit_note] -= skipped
        new = amount - skipped
        if is_credit_note or (made_on and day < made_on):
            aside = min(new, spare)
            spare -= aside
            new -= aside
        counted = min(new, room)
        room -= counted
        if counted and is_credit_note:
            credited += counted
        elif counted:
            payments.append(Payment(day, counted))
    return payments, credited


def _shrink(amounts, credited):
    """Take `credited` out of the last amounts."""
    left, shrunk = credited, []
    for amount in reversed(amounts):
        taken = min(amount, left)
        left -= taken
        shrunk.append(amount - taken)
    return shrunk[::-1]


def _fill(amounts, payments, today):
    """Let payments up to `today` fill the amounts, the first one first.

    Returns for each amount what was paid and the day it was full, and what was paid too much.
    """
    paid, full_on, number = [ZERO] * len(amounts), [None] * len(amounts), 0
    came = sorted(payment for payment in payments if payment.day <= today)
    for payment in came:
        left = payment.amount
        while left and number < len(amounts):
            taken = min(left, amounts[number] - paid[number])
            paid[number] += taken
            left -= taken
            if paid[number] == amounts[number]:
                full_on[number] = payment.day if amounts[number] else None
                number += 1
    return paid, full_on, sum((one.amount for one in came), ZERO) - sum(paid)


def _state(due, amount, paid, today):
    """The state of an installment; on its due date it is not late yet."""
    if not amount:
        return "credited"
    if paid == amount:
        return "paid"
    if today > due:
        return "late"
    return "partial" if paid else "open"


def _broken_on(progress, today, breach):
    """The first day up to `today` on which the rule was broken, or None.

    An installment that was paid late counts as late until the day it was full.
    """
    days = sorted(_breach_days(progress, breach))
    return next((day for day in days if day <= today and _is_broken(progress, day, breach)), None)


def _breach_days(progress, breach):
    """The days on which something may become late enough."""
    for one in progress:
        yield one.due + timedelta(days=1)
        if breach.days is not None:
            yield one.due + timedelta(days=breach.days + 1)


def _is_broken(progress, day, breach):
    """Whether the rule was broken on a day, by what had been paid until then."""
    left = [one for one in progress if _was_left(one, day)]
    late = [one for one in left if day > one.due]
    if breach.days is None:
        return len(late) >= min(breach.count, len(left))
    too_late = any((day - one.due).days > breach.days for one in late)
    return too_late or (breach.count is not None and len(late) >= breach.count)


def _was_left(one, day):
    """Whether an installment was not full yet on a day."""
    return bool(one.amount) and (one.paid_on is None or one.paid_on > day)
