"""What is told to the insurer of a period: sales (or balances), credit notes, what comes late."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .due import ZERO, to_places
from .insurance import MONTHLY
from .insurance_dates import declaration_period

#: What a declaration adds up by.
GROUPS = {
    "debtor": lambda item: item.debtor_id,
    "country": lambda item: item.country,
    "total": lambda item: None,
}


class Rules(NamedTuple):
    """What a policy wants declared.

    with_tax: amounts include it.  credit_notes: they are deducted.
    uninsured: sales that the policy can't insure are declared as well.
    group: a key of GROUPS.  places: decimals that are declared (0 = whole units), of each group.
    """

    with_tax: bool = False
    credit_notes: bool = True
    uninsured: bool = False
    group: str = "debtor"
    places: int = 2


class Item(NamedTuple):
    """A sale or credit note, or a balance on the last day of a period.

    day: on which it falls under the policy.  amount: tax included, a credit note negative.
    insurable: the steps 1 and 2 of the cover decision don't fail.
    declared_on: the day it was declared, None = not yet.
    told: (amount, tax) declared of it before, None = nothing.  Only what has changed since is
    declared then, whatever the policy wants of new ones.
    """

    id: Any
    debtor_id: Any
    day: date
    amount: Decimal
    tax: Decimal = ZERO
    country: str | None = None
    insurable: bool = True
    declared_on: date | None = None
    told: tuple | None = None

    @property
    def change(self):
        """The (amount, tax) that is still to be declared of it."""
        amount, tax = self.told or (ZERO, ZERO)
        return self.amount - amount, self.tax - tax


class Group(NamedTuple):
    """What is declared of a debtor or a country; late: the part of earlier periods."""

    key: Any
    amount: Decimal
    late: Decimal
    count: int


class Declaration(NamedTuple):
    """What is declared of a period.

    regular, late: the ids of its items, and of those of earlier periods that were not declared.
    amount: of all groups, late items included, to the declared decimals.
    """

    first: date
    last: date
    groups: tuple
    regular: tuple
    late: tuple

    @property
    def amount(self):
        """All that is declared."""
        return sum((group.amount for group in self.groups), ZERO)

    @property
    def late_amount(self):
        """What of it belongs to earlier periods."""
        return sum((group.late for group in self.groups), ZERO)


def declare(rules, items, day, calendar=MONTHLY):
    """Return the Declaration of the period that `day` belongs to.

    items: of any day; those declared already, after the period, or not to be declared are left
    out, so that nothing is declared twice.  Groups come in the order of their first item.
    """
    first, last = declaration_period(calendar, day)
    chosen = sorted((one for one in items if _belongs(rules, one, last)), key=_order)
    groups = {}
    for item in chosen:
        groups.setdefault(GROUPS[rules.group](item), []).append(item)
    return Declaration(
        first, last,
        tuple(_group(rules, key, members, first) for key, members in groups.items()),
        tuple(one.id for one in chosen if one.day >= first),
        tuple(one.id for one in chosen if one.day < first),
    )  # fmt: skip


def _order(item):
    """Sort key: by day; the id makes the order total."""
    return (item.day, item.id)


def _belongs(rules, item, last):
    """Whether an item is to be declared by the end of a period."""
    if item.declared_on or item.day > last:
        return False
    if item.told is not None:
        return any(item.change)
    return (item.insurable or rules.uninsured) and (item.amount > 0 or rules.credit_notes)


def value(rules, item):
    """Return what is declared of an item, not rounded to the declared decimals."""
    amount, tax = item.change
    return amount if rules.with_tax else amount - tax


def _group(rules, key, members, first):
    """Add up a group; the late part is what it adds to the declared decimals."""
    amounts = [(one, value(rules, one)) for one in members]
    amount = to_places(sum((value for _one, value in amounts), ZERO), rules.places)
    regular = sum((value for one, value in amounts if one.day >= first), ZERO)
    return Group(key, amount, amount - to_places(regular, rules.places), len(members))
