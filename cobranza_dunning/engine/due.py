"""What a debtor owes: due items and the net position of each."""

from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from . import pauses as pausing

ZERO = Decimal(0)

#: The last day of the month as a pay day: later than any of its days.
LAST = 32
LAST_WORDS = ("last", "último", "ultimo", "última", "fin")


def to_places(amount, places):
    """Round `amount` to so many decimals, halves away from zero as Odoo's currencies do."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def spread(whole, amounts, places):
    """Return the parts of a whole that fall on amounts, in proportion; they add up to it.

    Rounded to so many decimals.  Amounts may be negative.  Of amounts that add up to nothing the
    last one bears it all.
    """
    total, running, given, parts = sum(amounts, ZERO), ZERO, ZERO, []
    for amount in amounts:
        running += amount
        until_here = to_places(whole * running / total, places) if total else ZERO
        parts.append(until_here - given)
        given = until_here
    if parts:
        parts[-1] += whole - given
    return tuple(parts)


class Payment(NamedTuple):
    """A customer payment in process that has no journal entry yet.

    amount: in the payment's own `currency`; positive from the debtor, negative to him (a
    refund).  One that comes in settles debts only, a refund settles credits only.
    company_amount: the same in company currency, for items in another currency.
    """

    id: int
    currency: Any
    amount: Decimal
    company_amount: Decimal


class DueItem(NamedTuple):
    """One open receivable journal item on the day of the decision.

    residual: what the ledger says is open, in `currency`; negative for a credit.
    company_residual: the same in company currency, at the rate the item was booked with.
    places: decimals of `currency`.
    reach: how the recipient can be reached: "email", "phone", "address" (channels.NEEDS).
    kind: "invoice", or "entry" for a debt from any other journal entry.
    last: the last contact that told this item (escalation.Contact), or None.
    debtor_contacted: the day of the last message to the debtor about anything, or None.
    pay_days: the debtor's, as `parse_pay_days` returns them.
    invoice_contact: the contact of the debt (routing.Addressee), None if it is the customer.
    directory: the debtor's people (routing.Directory).
    answer_waiting: the debtor wrote, and nobody has handled it yet.
    resent: the day the invoice was last sent again because it hadn't arrived, or None.
    policy, policy_rule: the policy (dunning.Policy) and which rule chose it: "invoice",
    "debtor", "segment" or "company"; None where there is none.
    right_partner: whether the invoice is the debtor's; its receivable may be booked to somebody
    else by hand.
    """

    id: int
    debtor_id: int | None
    currency: Any
    residual: Decimal
    due: date
    company_residual: Decimal = ZERO
    places: int = 2
    move_id: int | None = None
    kind: str = "invoice"
    sent: bool = True
    no_followup: bool = False
    payments: tuple = ()
    pauses: tuple = ()
    last: Any = None
    debtor_contacted: date | None = None
    pay_days: tuple = ()
    policy: Any = None
    policy_rule: str | None = None
    invoice_contact: Any = None
    directory: Any = None
    answer_waiting: bool = False
    resent: date | None = None
    right_partner: bool = True


def parse_pay_days(text):
    """Return the pay days that a person wrote, as a sorted tuple: days of the month and LAST.

    text: days of the month (1 to 31) and "last", separated by commas, spaces or "and"/"y"/"e".
    Raises ValueError, with the word, for anything else.
    """
    days = set()
    for word in text.lower().replace(",", " ").replace(";", " ").split():
        if word in LAST_WORDS:
            days.add(LAST)
        elif word.isdecimal() and 1 <= int(word) <= 31:
            days.add(int(word))
        elif word not in ("and", "y", "e"):
            raise ValueError(word)
    return tuple(sorted(days))


def next_pay_day(day, pay_days):
    """Return the first pay day on or after `day`; None without pay days.

    pay_days: as `parse_pay_days` returns them. In a month that is too short for one it is the
    month's last day.
    """
    if not pay_days:
        return None
    found = (one for months in (0, 1) for one in _pay_days_of_month(day, months, pay_days))
    return next((one for one in found if one >= day), None)


def _pay_days_of_month(day, months, pay_days):
    """The pay days of the month so many months after a day's, sorted."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:  # the calendar ends
        return []
    last = monthrange(year, month + 1)[1]
    return sorted(date(year, month + 1, min(one, last)) for one in pay_days)


class Position(NamedTuple):
    """How an item's residual falls apart; `in_process + paused + credit + chaseable` is it.

    All amounts in the item's currency.  `applied` names each pause with what it took.
    """

    item: DueItem
    in_process: Decimal
    paused: Decimal
    credit: Decimal
    chaseable: Decimal
    applied: tuple = ()

    @property
    def due(self):
        """The item's due date: what escalation asks for beside `chaseable`."""
        return self.item.due

    def paused_by(self, kind):
        """Return what pauses of a kind (pauses.KINDS) took, in the item's currency."""
        return sum((taken for pause, taken in self.applied if pause.kind == kind), ZERO)

    @property
    def company_chaseable(self):
        """`chaseable` in company currency at the item's booked rate, not rounded."""
        item = self.item
        if self.chaseable == item.residual:
            return item.company_residual
        return item.company_residual * self.chaseable / item.residual


def by_age(item):
    """Sort key: oldest due first; the id makes the order total."""
    return (item.due, item.id)


def net(items, today, is_chased=lambda item: True, nets_credits=lambda item: True):
    """Return the Position of each item of one debtor, oldest due first.

    items: every open item of the debtor, credits included.
    is_chased: whether an item takes part in collections; one that doesn't uses up no credit,
    so that the debtor is never asked for more than his balance of the rest.
    nets_credits: whether credits may be set against an item (an option of its policy).

    An item is worth its residual, less payments in process, less pauses, less its share of
    the debtor's unallocated credits in the same currency, and never less than nothing.
    Credits in another currency are left alone: they must be reconciled by a person first.
    """
    items = sorted(items, key=by_age)
    arriving = _allocate_payments(items)
    credits = _credits_by_currency(items, arriving)
    result = []
    for item in items:
        in_process = arriving.get(item.id, ZERO)
        if item.residual <= 0:
            result.append(Position(item, in_process, ZERO, ZERO, ZERO))
            continue
        open_amount = item.residual - in_process
        free, applied = open_amount, ()
        if item.pauses:
            free, applied = pausing.apply(open_amount, item.pauses, today)
        credit = ZERO
        if free and is_chased(item) and nets_credits(item):
            credit = min(free, credits.get(item.currency, ZERO))
            if credit:
                credits[item.currency] -= credit
        result.append(
            Position(item, in_process, open_amount - free, credit, free - credit, applied)
        )
    return result


def _credits_by_currency(items, arriving):
    """Add up the debtor's credits, less what is being refunded already."""
    credits = {}
    for item in items:
        if item.residual < 0:
            amount = -item.residual - arriving.get(item.id, ZERO)
            credits[item.currency] = credits.get(item.currency, ZERO) + amount
    return credits


def _allocate_payments(items):
    """Spread each payment in process over the open items of its invoices, oldest due first.

    Returns {item id: amount in the item's currency}.  A payment of several invoices is used
    up once; `left` is the part of each that no item has taken yet.
    """
    left, taken = {}, {}
    for item in items:
        for payment in item.payments:
            rest = left.get(payment.id, Decimal(1))
            value = _settles(payment, item)
            room = abs(item.residual) - taken.get(item.id, ZERO)
            if rest <= 0 or room <= 0 or value <= 0:
                continue
            amount = min(room, to_places(value * rest, item.places))
            taken[item.id] = taken.get(item.id, ZERO) + amount
            left[payment.id] = rest - amount / value
    return taken


def _settles(payment, item):
    """How much of an item the whole payment settles; not positive if it goes the other way.

    In the item's currency, at the item's booked rate if the payment is in another.
    """
    if payment.currency == item.currency:
        return payment.amount if item.residual > 0 else -payment.amount
    if not item.company_residual:
        return ZERO
    return payment.company_amount * item.residual / abs(item.company_residual)
