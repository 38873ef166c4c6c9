"""What happened in the demo company, day by day: a list of events, made without Odoo.

The same day always gives the same events: whatever looks random comes from a fixed seed.
"""

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from . import stories

DAYS = 270
SEED = "atlantico"

#: Payment terms: name -> days after the invoice date on which each equal part is due.
TERMS = {
    "15": (15,),
    "30": (30,),
    "60": (60,),
    "30-60": (30, 60),
    "30-60-90": (30, 60, 90),
}


class Invoice(NamedTuple):
    """An invoice posted on a day; `lines` are (product key, quantity)."""

    day: date
    key: str
    customer: str
    term: str
    lines: tuple
    ref: str = ""
    sent: bool = True
    excluded: bool = False
    blocked: bool = False


class Payment(NamedTuple):
    """Money for one installment of an invoice.

    share: of what is open of the installment that day; `leaves` stays open whatever the share.
    in_process: on its way, in a journal that makes no entry until the bank confirms.
    """

    day: date
    invoice: str
    installment: int = 0
    share: Decimal = Decimal(1)
    leaves: Decimal = Decimal(0)
    in_process: bool = False


class CreditNote(NamedTuple):
    """A credit note over a share of an invoice; not reconciled, it stays an open credit."""

    day: date
    invoice: str
    share: Decimal
    reconciled: bool


class Advance(NamedTuple):
    """Money of a customer that belongs to no invoice yet, in company currency."""

    day: date
    customer: str
    amount: Decimal


class Opening(NamedTuple):
    """A debt that came from an earlier system, by journal entry; no customer: nobody knows."""

    day: date
    customer: str | None
    amount: Decimal
    due: date


class Pause(NamedTuple):
    """Somebody's word to leave a customer, or one invoice of his, alone for a while."""

    day: date
    customer: str
    invoice: str | None
    reason: str
    until: date | None


class Agreement(NamedTuple):
    """A customer wants to pay later what is due by then; `offer` as `cobranza.plan.negotiate` takes
    it. Accepted at once, or offered to him for signature."""

    day: date
    customer: str
    offer: dict
    accepted: bool


class Promise(NamedTuple):
    """A customer's word to pay a share of what is open of an invoice up to a day."""

    day: date
    customer: str
    invoice: str
    share: Decimal
    until: date


class Dispute(NamedTuple):
    """A share of what is open of an invoice that a customer doesn't accept.

    reason: code of a cobranza.dispute.reason.  until: the day to look at it again.
    """

    day: date
    customer: str
    invoice: str
    share: Decimal
    reason: str
    description: str
    until: date


class Call(NamedTuple):
    """A telephone call to a customer; outcome and reason are codes of their lists."""

    day: date
    customer: str
    outcome: str
    summary: str
    reason: str | None = None


class Limit(NamedTuple):
    """A decision about how much of a customer's debt is insured, in company currency.

    decision, kind: codes of cobranza.insurance.limit.  until: the last day of a temporary limit.
    """

    day: date
    customer: str
    amount: Decimal
    reference: str | None = None
    decision: str = "granted"
    kind: str = "named"
    until: date | None = None


class Approval(NamedTuple):
    """The insurer gives a customer more time for all that he owes, up to a day."""

    day: date
    customer: str
    reference: str
    until: date


class Notice(NamedTuple):
    """The insurer is told that a customer doesn't pay; without a reference it is to be given."""

    day: date
    customer: str
    reference: str | None


class Insolvency(NamedTuple):
    """A court says that a customer can't pay his debts."""

    day: date
    customer: str


class Claim(NamedTuple):
    """A claim about all that a customer owes and is insured; costs in company currency."""

    day: date
    customer: str
    reference: str
    costs: Decimal


def table(name):
    """Return the rows of one of the CSV tables beside this file, as dicts by key."""
    with open(Path(__file__).with_name(f"{name}.csv"), encoding="utf-8", newline="") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


def events(today, customers=40, invoices=200):
    """Return the events up to the day before `today`, in order.

    customers: so many of the table; the first twelve are in the particular stories.
    invoices: so many in all, never fewer than the stories need.
    """
    chosen = list(table("customers").values())[:customers]
    made = list(_told(stories.STORIES, today, {row["key"]: row for row in chosen}))
    missing = invoices - sum(isinstance(event, Invoice) for event in made)
    for number in range(max(missing, 0)):
        made += _everyday(number, missing, chosen, today)
    made = [event for event in made if event.day < today]
    return sorted(made, key=lambda event: event.day)


# --- the particular stories ------------------------------------------------------------------


def _told(rows, today, chosen):
    """Turn the rows of `stories` about the chosen customers into events."""
    for what, customer, ago, values in rows:
        if customer and customer not in chosen:
            continue
        day, values = _ago(today, ago), dict(values)
        for name in ("due", "until"):
            if values.get(name) is not None:
                values[name] = today - timedelta(days=values[name])
        if what in ("payment", "credit"):
            yield _MAKERS[what](day, **values)
        elif what == "invoice":
            yield Invoice(day, customer=customer, term=chosen[customer]["term"], **values)
        else:
            yield _MAKERS[what](day, customer, **values)


_MAKERS = {
    "payment": Payment,
    "credit": CreditNote,
    "advance": Advance,
    "opening": Opening,
    "pause": Pause,
    "agreement": Agreement,
    "promise": Promise,
    "dispute": Dispute,
    "call": Call,
    "limit": Limit,
    "approval": Approval,
    "notice": Notice,
    "insolvency": Insolvency,
    "claim": Claim,
}


# --- everyday business -----------------------------------------------------------------------


def _everyday(number, total, chosen, today):
    """Return one invoice and how its customer pays it, by his habit."""
    chance = random.Random(f"{SEED}-{number}")
    day = _ago(today, 1 + (total - number) * (DAYS - 5) // (total + 1))
    customer = chance.choices(chosen, [int(row["weight"]) for row in chosen])[0]
    products = chance.sample(list(table("products")), chance.randint(1, 3))
    lines = tuple((key, chance.randint(1, 7)) for key in products)
    ref = f"Pedido {chance.randint(2000, 9800)}" if chance.random() < 0.3 else ""
    key = f"i{number:03d}"
    made = [Invoice(day, key, customer["key"], customer["term"], lines, ref)]
    for installment, days in enumerate(TERMS[customer["term"]]):
        due = day + timedelta(days=days)
        paid = HABITS[customer["habit"]](chance, (today - day).days)
        made += [
            Payment(_workday(due + timedelta(days=late)), key, installment, Decimal(share))
            for late, share in paid
        ]
    if number % 37 == 5:
        made.append(CreditNote(_workday(day + timedelta(days=6)), key, Decimal("0.1"), True))
    return made


def _punctual(chance, _age):
    """On the day, or nearly."""
    return [(chance.randint(-3, 5), "1")]


def _slow(chance, _age):
    """Pays everything, weeks late."""
    return [(chance.randint(8, 55), "1")]


def _erratic(chance, _age):
    """One time like this, another like that; sometimes only a part, sometimes not at all."""
    way = chance.random()
    if way < 0.45:
        return [(chance.randint(-2, 6), "1")]
    if way < 0.75:
        return [(chance.randint(20, 60), "1")]
    return [(chance.randint(5, 30), "0.5")] if way < 0.88 else []


def _bad(chance, age):
    """Paid late as long as he could, and nothing for the last five months."""
    return [(chance.randint(20, 45), "1")] if age > 150 else []


HABITS = {
    "punctual": _punctual,
    "slow": _slow,
    "erratic": _erratic,
    "bad": _bad,
    "none": lambda chance, age: [],
}


def _ago(today, days):
    return _workday(today - timedelta(days=days))


def _workday(day):
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(day.weekday() - 4, 0))
