"""What is told to the insurer of a period."""

from datetime import date
from decimal import Decimal

import pytest
from engine import declarations
from engine.declarations import Item, Rules
from engine.insurance import Calendar

D = Decimal
MARCH = date(2026, 3, 15)


def item(number, amount=1000, day=MARCH, debtor=7, **facts):
    """A sale of 1000 in the middle of March, without tax."""
    return Item(number, debtor, day, D(amount), **facts)


def declare(*items, **rules):
    """The declaration of March."""
    return declarations.declare(Rules(**rules), items, MARCH)


@pytest.mark.parametrize(
    "day, where",
    [
        (date(2026, 2, 28), "late"),
        (date(2026, 3, 1), "regular"),
        (date(2026, 3, 31), "regular"),
        (date(2026, 4, 1), None),
    ],
)
def test_the_first_and_the_last_day_belong_to_the_period(day, where):
    found = declare(item(1, day=day))
    assert (found.first, found.last) == (date(2026, 3, 1), date(2026, 3, 31))
    assert {"regular": found.regular, "late": found.late}.get(where, ()) == ((1,) if where else ())
    assert found.amount == (1000 if where else 0)
    assert found.late_amount == (1000 if where == "late" else 0)


def test_a_quarter():
    found = declarations.declare(
        Rules(), [item(1), item(2, day=date(2026, 1, 1))], MARCH, Calendar(3)
    )
    assert (found.regular, found.late) == ((2, 1), ())


def test_nothing_is_declared_twice():
    assert declare(item(1, declared_on=date(2026, 4, 1))).groups == ()


@pytest.mark.parametrize(
    "rules, expected", [({}, 879), ({"with_tax": True}, 1079), ({"credit_notes": False}, 1000)]
)
def test_tax_and_credit_notes(rules, expected):
    items = item(1, 1200, tax=D(200)), item(2, "-121", tax=D(0))
    assert declare(*items, **rules).amount == expected


@pytest.mark.parametrize("uninsured, expected", [(False, 1000), (True, 1500)])
def test_sales_that_cannot_be_insured(uninsured, expected):
    items = item(1), item(2, 500, insurable=False)
    assert declare(*items, uninsured=uninsured).amount == expected


@pytest.mark.parametrize(
    "group, expected",
    [
        ("debtor", [(7, 1500, 500, 2), (8, 200, 0, 1)]),
        ("country", [("ES", 500, 500, 1), ("PT", 1200, 0, 2)]),
        ("total", [(None, 1700, 500, 3)]),
    ],
)
def test_groups(group, expected):
    items = (
        item(1, country="PT"),
        item(2, 200, debtor=8, country="PT"),
        item(3, 500, day=date(2026, 1, 2), country="ES"),
    )
    found = declare(*items, group=group)
    assert [tuple(one) for one in found.groups] == expected
    assert (found.amount, found.late_amount) == (1700, 500)


def test_whole_units_of_each_group():
    items = item(1, "10.50"), item(2, "0.30", day=date(2026, 1, 2)), item(3, "0.49", debtor=8)
    found = declare(*items, places=0)
    assert [(one.amount, one.late) for one in found.groups] == [(11, 0), (0, 0)]


def test_no_such_group():
    with pytest.raises(KeyError):
        declare(item(1), group="colour")


@pytest.mark.parametrize(
    "amount, tax, told, rules, expected",
    [
        (1000, 0, (1000, 0), {}, None),                       # as it was told
        (1200, 0, (1000, 0), {}, 200),
        (0, 0, (1000, 0), {}, -1000),                         # it is gone
        (900, 0, (1000, 0), {"credit_notes": False}, -100),   # a change is no credit note
        (1000, 100, (1000, 0), {}, -100),                     # more of it is tax
        (1000, 100, (1000, 0), {"with_tax": True}, 0),
    ],
)  # fmt: skip
def test_only_what_has_changed_since_it_was_told(amount, tax, told, rules, expected):
    found = declare(item(1, amount, tax=D(tax), told=tuple(map(D, told)), insurable=False), **rules)
    assert [group.amount for group in found.groups] == ([] if expected is None else [expected])
