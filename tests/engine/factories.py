"""Short ways to say what a test is given.  Amounts may be numbers or strings.

The company's currency is MXN unless a test says otherwise; `rate` is what one unit of the
item's currency was worth in it when the item was booked.
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from engine import due, dunning, escalation, pauses, routing

TODAY = date(2026, 3, 20)
EMAIL = frozenset({"email"})
_ids = count(1)


def money(amount):
    """An exact amount: 0.1 is a tenth."""
    return Decimal(str(amount))


def ago(days):
    """The date so many days before TODAY; negative: after it."""
    return TODAY - timedelta(days=days)


def ahead(days):
    """The date so many days after TODAY."""
    return ago(-days)


def level(delay, **facts):
    """A level; its id is derived from the delay, so that the same delay is the same level."""
    return escalation.Level(**{"id": 1000 + delay, "delay": delay, **facts})


#: A reminder on the 5th day, a follow-up on the 15th, a demand on the 40th.
LEVELS = (
    level(5, gap=5),
    level(15, gap=7, kind="follow_up"),
    level(40, gap=10, kind="demand"),
)


def policy(*levels, **facts):
    """A policy with these levels, or the usual three."""
    return dunning.Policy(**{"id": 1, "levels": levels or LEVELS, **facts})


def item(residual=100, late=10, rate=1, **facts):
    """An invoice's due item of MXN 100, 10 days late, under the usual policy.

    recipient_id: the contact on the invoice; the customer is number 7, and `reach` is both's.
    """
    residual = money(residual)
    reach, contact = facts.pop("reach", EMAIL), facts.pop("recipient_id", 7)
    usual = {
        "id": next(_ids),
        "debtor_id": 7,
        "currency": "MXN",
        "residual": residual,
        "due": ago(late),
        "company_residual": residual * money(rate),
        "policy": policy(),
        "directory": directory(reach=reach),
        "invoice_contact": None if contact == 7 else addressee(contact, reach=reach),
    }
    return due.DueItem(**{**usual, **facts})


def addressee(number, *roles, reach=EMAIL, priority=1):
    """Somebody of the debtor's, with these roles."""
    return routing.Addressee(number, reach, dict.fromkeys(roles, priority))


def directory(*contacts, chosen=None, reach=EMAIL):
    """The people of the debtor; the customer is number 7."""
    return routing.Directory(addressee(7, reach=reach), contacts, chosen or {})


def payment(amount, currency="MXN", company_amount=None, **facts):
    """A payment in process without a journal entry; negative for a refund."""
    in_company = amount if company_amount is None else company_amount
    usual = {"id": next(_ids), "currency": currency}
    return due.Payment(
        **{**usual, "amount": money(amount), "company_amount": money(in_company), **facts}
    )


def pause(kind, amount=None, until=None):
    """A pause of (part of) an item."""
    return pauses.Pause(kind, None if amount is None else money(amount), until)


def told(delay, days, **facts):
    """The contact of so many days ago at the level with this delay."""
    return escalation.Contact(1000 + delay, delay, ago(days), **facts)


def position(late=10, chaseable=100):
    """An item as escalation sees it: a due date and what may be chased."""
    amount = money(chaseable)
    return due.Position(item(amount, late), due.ZERO, due.ZERO, due.ZERO, amount)


def net(*items, **options):
    """The positions of one debtor's items by item id."""
    return {one.item.id: one for one in due.net(items, TODAY, **options)}


def chaseable(*items):
    """What may be chased of each item, in the order given."""
    positions = {one.item.id: one.position for one in dunning.assess(items, TODAY)}
    return [positions[one.id].chaseable for one in items]


def decide(*items, today=TODAY):
    """The decisions about one debtor's items, in the order given."""
    decisions = {one.item.id: one.decision for one in dunning.assess(items, today)}
    return [decisions[one.id] for one in items]


def reasons(*items, today=TODAY):
    """The reason codes for one debtor's items, in the order given."""
    return [decision.reason for decision in decide(*items, today=today)]
