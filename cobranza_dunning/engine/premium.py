"""What insurance costs: by turnover, by invoice, or by balances; minimum and tax.

Rates, minimums and taxes are the policy's data.  Amounts are in the policy's currency.
"""

from bisect import bisect_right
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from .due import ZERO, spread, to_places

TURNOVER = "turnover"
INVOICE = "invoice"
BALANCES = "balances"
BASES = (TURNOVER, INVOICE, BALANCES)

#: Unit of a rate -> what it divides by.
UNITS = {"percent": Decimal(100), "mille": Decimal(1000)}


class Tariff(NamedTuple):
    """How a premium is reckoned.

    basis: "turnover" (of what is declared), "invoice" (of each insured one), or "balances" (of
    what is open at the end of each period).
    rate, unit: so many "percent" or "mille" of it.
    minimum: of each invoice with basis "invoice", of the insurance year with the others.
    tax: per cent of the premium.
    """

    basis: str
    rate: Decimal
    unit: str = "mille"
    minimum: Decimal = ZERO
    tax: Decimal = ZERO
    places: int = 2


class Premium(NamedTuple):
    """A premium.  base: the amount it is reckoned from.  late: what of `net` is for late items."""

    base: Decimal
    net: Decimal
    tax: Decimal
    late: Decimal = ZERO

    @property
    def total(self):
        """What is to be paid to the insurer."""
        return self.net + self.tax


class Sale(NamedTuple):
    """What is declared of a document in a period.

    amount: negative if it is taken back.  before: what was declared of it earlier.
    late: it belongs to an earlier period.  free: by invoice it costs nothing: a credit note, or an
    invoice that nobody insures.
    """

    amount: Decimal
    before: Decimal = ZERO
    late: bool = False
    free: bool = False


def check(tariff):
    """Refuse a tariff that makes no sense.

    Raises ValueError, with a code as its only argument: "basis", "unit" (unknown), "rate",
    "minimum", "tax" (negative).
    """
    _check(tariff.basis in BASES, "basis")
    _check(tariff.unit in UNITS, "unit")
    for name in ("rate", "minimum", "tax"):
        _check(getattr(tariff, name) >= 0, name)


def of_invoice(tariff, amount):
    """Return the Premium of one invoice: the rate's share of it, at least the minimum.

    amount: what is insured of it, not negative (ValueError "amount").
    """
    _check(amount >= 0, "amount")
    return _premium(tariff, amount, max(_share(tariff, amount), tariff.minimum))


def accrue(tariff, amounts, late=()):
    """Return the Premium of a period.

    amounts: insured invoices one by one; the turnover declared, credit notes negative; or the
    balance at the end of each month of the period.
    late: those declared in this period that belong to an earlier one; they cost the same, and
    are not among `amounts`.
    A period with more credit notes than sales gives money back.  Rounded once, tax apart; of
    invoices each by itself, as each has its own premium.
    """
    if tariff.basis != INVOICE:
        return _of_sum(tariff, sum(amounts, ZERO), sum(late, ZERO))
    regular = [of_invoice(tariff, amount) for amount in amounts]
    delayed = [of_invoice(tariff, amount) for amount in late]
    every = regular + delayed
    return Premium(
        sum((one.base for one in every), ZERO),
        sum((one.net for one in every), ZERO),
        sum((one.tax for one in every), ZERO),
        sum((one.net for one in delayed), ZERO),
    )


def _of_sum(tariff, regular, late):
    """The Premium of two sums; the late part is what it adds to the cent."""
    net = _share(tariff, regular + late)
    return _premium(tariff, regular + late, net, net - _share(tariff, regular))


def of_sales(tariff, sales, amount, late):
    """Return (the Premium of a declaration, the net premium of each of its sales).

    amount, late: what is declared of all sales, and the late part of it, to the declared decimals.
    With basis "invoice" each has its own premium, unless it is free; an invoice that is changed or
    taken back gives back what it cost.  Otherwise the premium is of the declared amount, and each
    sale bears its share.  The parts add up to the net premium.
    """
    if tariff.basis != INVOICE:
        whole = accrue(tariff, [amount - late], [late])
        return whole, spread(whole.net, [one.amount for one in sales], tariff.places)
    parts = [_of_change(tariff, one) for one in sales]
    whole = Premium(
        sum((one.base for one in parts), ZERO),
        sum((one.net for one in parts), ZERO),
        sum((one.tax for one in parts), ZERO),
        sum((part.net for one, part in zip(sales, parts, strict=True) if one.late), ZERO),
    )
    return whole, tuple(part.net for part in parts)


def _of_change(tariff, sale):
    """What a sale adds to the premium of its invoice; nothing is owed for what is nothing."""
    if sale.free:
        return Premium(ZERO, ZERO, ZERO)
    now, before = (
        of_invoice(tariff, amount) if amount > 0 else Premium(ZERO, ZERO, ZERO)
        for amount in (sale.before + sale.amount, sale.before)
    )
    return Premium(now.base - before.base, now.net - before.net, now.tax - before.tax)


def estimate(tariff, amount, first, last):
    """Return the net premium that insuring a sale would cost.

    amount: not negative.  first, last: invoice and due date; with basis "balances" it costs once
    for each end of a month from the one until the day before the other.
    """
    if tariff.basis == INVOICE:
        return of_invoice(tariff, amount).net if amount else ZERO
    if tariff.basis == BALANCES:
        return _share(tariff, amount) * len(month_ends(first, last))
    return _share(tariff, amount)


def estimates(tariff, lines):
    """Return the net premium that each due line of one invoice would cost.

    lines: [(amount, invoice date, due date)].  With basis "invoice" they share the invoice's.
    """
    if tariff.basis != INVOICE:
        return tuple(estimate(tariff, *one) for one in lines)
    amounts = [amount for amount, _first, _last in lines]
    total = sum(amounts, ZERO)
    whole = of_invoice(tariff, total).net if total else ZERO
    return spread(whole, amounts, tariff.places)


def month_ends(first, last):
    """Return the last days of months from `first` until the day before `last`."""
    days, end = [], first + relativedelta(day=31)
    while end < last:
        days.append(end)
        end += relativedelta(months=1, day=31)
    return days


def year_end(tariff, accrued, charged=ZERO):
    """Return the Premium that is missing of the year's minimum; nothing for basis "invoice".

    accrued: the net premiums of the insurance year.  charged: what was already added to them up to
    the minimum; where it was more than is missing, the difference is given back.
    """
    if tariff.basis == INVOICE:
        return Premium(ZERO, ZERO, ZERO)
    return _premium(tariff, ZERO, max(tariff.minimum - accrued, ZERO) - charged)


def minimums(tariff, years, period, own, others=(), charged=None):
    """Return {first day of an insurance year: the Premium that a declaration adds to its minimum}.

    It does for each year whose last day lies in its period, and for those closed elsewhere of
    which it tells something, late or as a correction.
    years: (first day, last day) of each, as long as it is in force.  period: the same of the
    declaration's.
    own, others: (day of the sale, net premium) of what it tells, and of what others do; what is of
    no year's days counts for the one that began last.
    charged: {first day of a year: net}: what others have added for those that are closed.
    """
    charged = charged or {}
    begun = sorted(begin for begin, _end in years)
    late = {_year_of(begun, day) for day, _net in own} & set(charged)
    first, last = period
    accrued = defaultdict(Decimal)
    for day, net in (*others, *own):
        accrued[_year_of(begun, day)] += net
    return {
        begin: year_end(tariff, accrued[begin], charged.get(begin, ZERO))
        for begin, end in years
        if first <= end <= last or begin in late
    }


def _year_of(begun, day):
    """The first day of the insurance year that a day belongs to; None before all of them."""
    number = bisect_right(begun, day)
    return begun[number - 1] if number else None


def _share(tariff, amount):
    """The rate's share of an amount, rounded."""
    return to_places(amount * tariff.rate / UNITS[tariff.unit], tariff.places)


def _premium(tariff, base, net, late=ZERO):
    """A Premium with its tax."""
    return Premium(base, net, to_places(net * tariff.tax / 100, tariff.places), late)


def _check(holds, code):
    """Raise ValueError with `code` unless a condition holds."""
    if not holds:
        raise ValueError(code)
