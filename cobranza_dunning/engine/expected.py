"""When money can be expected of a due line, and how much of it may be lost.

Days that somebody named come first: what a customer promised, then the installments of his plan.
The rest comes as late as he usually pays.  Sources: IFRS 9, 5.5.15 to 5.5.17 and B5.5.35 for the
provision matrix; the order of the days and what is later than usual are the project's own.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from .due import ZERO, net, next_pay_day, spread, to_places
from .pauses import Pause

#: Why money is expected on a day, or isn't: the answers of `expect`.
BASES = (
    "payment", "claim", "dispute", "promise", "installment", "habit", "average", "due_date",
)  # fmt: skip

#: What is agreed, of pauses.KINDS, in the order in which it takes its part of a due line.
ORDER = ("block", "dispute", "promise", "plan")

#: What is decided by somebody else than the customer's habit gets no day.
UNDATED = {"block": "claim", "dispute": "dispute"}
NAMED = {"plan": "installment", "promise": "promise"}

#: The provision matrix that a company begins with, as (days late from, per cent).  Up to 180 days
#: that of IFRS 9, Illustrative Example 12; the last two are the project's own.  0: not late.
PROVISION_RATES = (
    (0, Decimal("0.3")), (1, Decimal("1.6")), (31, Decimal("3.6")), (61, Decimal("6.6")),
    (91, Decimal("10.6")), (181, Decimal(50)), (366, Decimal(100)),
)  # fmt: skip


class Agreed(NamedTuple):
    """Part of a due line about which something is agreed, or open.

    kind: of pauses.KINDS: "block" is what the insurer is dealing with.
    amount: in the line's currency.  day: when it is to be paid; None without one.
    """

    kind: str
    amount: Decimal
    day: date | None = None


class Habit(NamedTuple):
    """How late somebody pays.

    days: days after the due date, on average; never negative.
    basis: "habit" if it is his own, "average" if that of all customers; "due_date" of nobody's.
    """

    days: int = 0
    basis: str = "due_date"


class Expected(NamedTuple):
    """Part of a due line, and when it can be expected.

    amount: in the line's currency, positive.
    day: never before today; None where no day can be named.
    basis: one of BASES.
    late: the day on which it was to come has passed.
    """

    amount: Decimal
    day: date | None
    basis: str
    late: bool = False


def habit(average, lines, general=None):
    """Return the Habit of a debtor.

    average: his average days late; counts if he has `lines` of history.
    general: the average of all of the company's customers, or None.
    """
    if lines:
        return Habit(max(round(average), 0), "habit")
    return Habit() if general is None else Habit(max(round(general), 0), "average")


def positions(items, agreed, today):
    """Return the due.Position of each of a debtor's items, credits set against the oldest.

    agreed: {item id: list of Agreed}.  What is disputed, or the insurer's, uses up no credit; what
    else pauses a debt doesn't change what is owed.
    """
    return net(
        [
            one._replace(
                pauses=tuple(
                    Pause(part.kind, part.amount)
                    for part in agreed.get(one.id, ())
                    if part.kind in UNDATED
                )
            )
            for one in items
        ],
        today,
    )


def expect(position, agreed, usual, today):
    """Return what can be expected of a due item, and when: Expected parts, in the order of BASES.

    position: of the item, as `positions` returns it.
    agreed: Agreed about it, those of one kind in the order of their days; together they take no
    more than is open.  usual: Habit of the debtor.
    The parts are the residual without the credits that will be set against it.  Nothing comes of a
    credit.
    """
    item = position.item
    if item.residual <= 0:
        return []
    left = item.residual - position.credit
    parts = []
    if position.in_process:
        parts.append(Expected(position.in_process, today, "payment"))
        left -= position.in_process
    for one in sorted(agreed, key=lambda one: ORDER.index(one.kind)):
        taken = min(one.amount, left)
        if taken > 0:
            left -= taken
            parts.append(_agreed_part(one, taken, item.pay_days, today))
    if left:
        parts.append(_usual_part(item, left, usual, today))
    return parts


def _agreed_part(one, amount, pay_days, today):
    """What is agreed comes on its day; what should have come is expected to be as late again."""
    if one.kind in UNDATED:
        return Expected(amount, None, UNDATED[one.kind])
    if one.day >= today:
        return Expected(amount, one.day, NAMED[one.kind])
    return Expected(amount, _as_late_again(one.day, pay_days, today), NAMED[one.kind], True)


def _usual_part(item, amount, usual, today):
    """What nothing is agreed about comes on his first pay day after he would usually have paid.

    What should be there by now is expected to be as late again as it is: nobody who is a year
    behind pays tomorrow because of it.  Without pay days it is late on that day itself, not only
    after it: the average counts what he owes, and of who never paid it ends today each day.
    """
    day = _later(item.due, timedelta(days=usual.days))
    day = next_pay_day(day, item.pay_days) or day
    late = day < today or (day == today > item.due and not item.pay_days)
    if late:
        day = _as_late_again(item.due, item.pay_days, today)
    return Expected(amount, day, usual.basis, late)


def _as_late_again(due, pay_days, today):
    """His first pay day after as many days from today as have passed since a day."""
    day = _later(today, today - due)
    return next_pay_day(day, pay_days) or day


def _later(day, delay):
    """So much after a day; the calendar's last one where it ends before."""
    return day + min(delay, date.max - day)


def by_line(lines, installments):
    """Return which installments of a plan each of its lines pays: {line: list of (day, amount)}.

    lines: pairs (line, what the plan still covers of it), oldest due first.
    installments: pairs (day, what is still to be paid of it), in the order they fall due.
    The first installment pays the first line, as engine.installments fills them.
    """
    result = defaultdict(list)
    waiting = iter(installments)
    day, due = None, ZERO
    for line, left in lines:
        while left > 0:
            if not due:
                day, due = next(waiting, (None, ZERO))
                if day is None:
                    break
            taken = min(left, due)
            if taken:
                result[line].append((day, taken))
            left, due = left - taken, due - taken
    return dict(result)


# --- what may be lost ------------------------------------------------------------------------


def provision_rate(days_late, rates, insolvent=False):
    """Return the per cent of a debt that a provision is made for.

    days_late: days since the due date; not positive before it.
    rates: pairs (days late from, per cent), in any order; what is below the first has none.
    insolvent: the debtor is; then it is all of it.
    """
    if insolvent:
        return Decimal(100)
    fitting = [(days, rate) for days, rate in rates if days <= max(days_late, 0)]
    return max(fitting, key=lambda one: one[0])[1] if fitting else ZERO


def provision(exposure, insured, rate, places):
    """Return the provision for a debt, rounded to `places`.

    exposure: what may still come of it.  insured: what the insurer would pay of it; that isn't
    at risk.  rate: per cent.
    """
    return to_places(max(exposure - insured, ZERO) * rate / 100, places)


def at_risk(position, parts, insured, rate, places):
    """Return (amounts, provisions) of the parts of a due item, both in company currency.

    position: of the item.  parts: as `expect` returns them.  insured: what the insurer would pay
    of the whole item, in company currency.  rate: per cent.  places: decimals of company currency.
    A payment in process is no longer at risk, nor is what credits will be set against; of the rest
    the same part is insured as of the whole.
    """
    item = position.item
    weights = [part.amount for part in parts]
    amounts = spread(item.company_residual, [*weights, position.credit], places)[: len(parts)]
    exposed = [
        ZERO if part.basis == "payment" else amount
        for part, amount in zip(parts, amounts, strict=True)
    ]
    exposure = sum(exposed, ZERO)
    share = insured * exposure / item.company_residual if item.company_residual else ZERO
    return amounts, spread(provision(exposure, share, rate, places), exposed, places)
