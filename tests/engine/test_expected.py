"""When money comes and how much of it may be lost: below, at and above each limit."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from engine import expected
from engine.due import LAST, Payment
from engine.expected import Agreed, Expected, Habit
from factories import TODAY, ago, ahead, item, money
from hypothesis import strategies as st
from test_properties import amounts, days, for_all

HABIT = Habit(12, "habit")


def expect(one, *agreed, usual=HABIT, others=()):
    """What is expected of an item, with other items of the debtor beside it."""
    found = expected.positions([one, *others], {one.id: agreed}, TODAY)
    position = next(position for position in found if position.item.id == one.id)
    return expected.expect(position, agreed, usual, TODAY)


# --- the day of what nothing is agreed about ---------------------------------------------------


@pytest.mark.parametrize(("average", "lines", "general", "habit"), [
    (0, 0, None, Habit(0, "due_date")),             # nothing is known of anybody
    (0, 0, 7.4, Habit(7, "average")),
    (0, 0, -3, Habit(0, "average")),
    (12.5, 1, 40, Habit(12, "habit")),              # his own counts before that of all
    (12.6, 1, 40, Habit(13, "habit")),
    (-4, 9, 40, Habit(0, "habit")),                 # whoever pays early is expected on time
])
def test_habit(average, lines, general, habit):
    assert expected.habit(average, lines, general) == habit


@pytest.mark.parametrize(("late", "day", "is_late"), [
    (-30, ahead(42), False),
    (0, ahead(12), False),
    (11, ahead(1), False),
    (12, ahead(12), True),                          # it should be here: as late again
    (13, ahead(13), True),
    (112, ahead(112), True),
])
def test_as_late_as_usual(late, day, is_late):
    assert expect(item(100, late)) == [Expected(Decimal(100), day, "habit", is_late)]


@pytest.mark.parametrize(("late", "day", "is_late"), [
    (-1, ahead(1), False), (0, TODAY, False), (1, ahead(1), True),
])
def test_who_pays_on_time(late, day, is_late):
    found = expect(item(100, late), usual=Habit())
    assert found == [Expected(Decimal(100), day, "due_date", is_late)]


def test_who_never_paid_is_not_expected_today():
    """His average is what he owes: each day as late as the debt."""
    for late in (1, 30, 400):
        [part] = expect(item(100, late), usual=expected.habit(late, 1, None))
        assert (part.day, part.late) == (ahead(late), True)


@pytest.mark.parametrize(("late", "pay_days", "day"), [
    (10, (22,), date(2026, 3, 22)),                 # usually today + 2
    (10, (21,), date(2026, 4, 21)),
    (10, (LAST,), date(2026, 3, 31)),
    (12, (20,), TODAY),                             # today is one: it may still come
    (12, (19,), date(2026, 4, 19)),
    (13, (20,), TODAY),                             # usually yesterday, which was none
    (13, (2,), date(2026, 4, 2)),                   # usually yesterday: the next is still to come
    (30, (1,), date(2026, 4, 1)),                   # usually 2 March and so 1 April
    (41, (22,), date(2026, 5, 22)),                 # usually 22 February: late, as late again
])
def test_on_his_next_pay_day(late, pay_days, day):
    assert [one.day for one in expect(item(100, late, pay_days=pay_days))] == [day]


@pytest.mark.parametrize(("due", "today", "day", "late"), [
    (date.max, TODAY, date.max, False),
    (date.max - timedelta(days=13), TODAY, date.max - timedelta(days=1), False),
    (date(2026, 1, 1), date(9000, 1, 1), date.max, True),
])
def test_the_end_of_the_calendar(due, today, day, late):
    [position] = expected.positions([item(100)._replace(due=due)], {}, today)
    [part] = expected.expect(position, (), HABIT, today)
    assert (part.day, part.late) == (day, late)


# --- what is agreed ----------------------------------------------------------------------------


@pytest.mark.parametrize(("agreed", "parts"), [
    # a promise that is part of it: the rest as usual
    ([Agreed("promise", money(40), ahead(5))],
     [(40, ahead(5), "promise", False), (60, ahead(2), "habit", False)]),
    # a promise comes on its day, whatever his pay days are; one that is late as late again
    ([Agreed("promise", money(100), TODAY)], [(100, TODAY, "promise", False)]),
    ([Agreed("promise", money(100), ago(1))], [(100, date(2026, 3, 22), "promise", True)]),
    ([Agreed("plan", money(100), ago(3))], [(100, date(2026, 4, 22), "installment", True)]),
    # no more than is open; a promise comes before the installments
    ([Agreed("promise", money(80), ahead(5)), Agreed("plan", money(30), ahead(9)),
      Agreed("plan", money(30), ahead(39))],
     [(80, ahead(5), "promise", False), (20, ahead(9), "installment", False)]),
    ([Agreed("dispute", money(25))],
     [(25, None, "dispute", False), (75, ahead(2), "habit", False)]),
    ([Agreed("block", money(500)), Agreed("dispute", money(25))],
     [(100, None, "claim", False)]),
    ([Agreed("plan", money(0), ahead(9))], [(100, ahead(2), "habit", False)]),
])
def test_agreed(agreed, parts):
    found = expect(item(100, 10, pay_days=(22,)), *agreed)
    assert found == [Expected(Decimal(amount), *rest) for amount, *rest in parts]


def test_payments_and_credits_first():
    one = item(100, 10, payments=(Payment(1, "MXN", money(30), money(30)),))
    found = expect(one, others=[item(-20, 0)])
    assert found == [Expected(money(30), TODAY, "payment"), Expected(money(50), ahead(2), "habit")]


def test_credits_are_set_against_what_is_not_disputed():
    """The oldest is disputed: a loose payment of 60 pays the next one."""
    old, new = item(100, 20), item(100, 10)
    agreed = {old.id: [Agreed("dispute", money(100))]}
    found = {
        position.item.id: expected.expect(position, agreed.get(position.item.id, ()), HABIT, TODAY)
        for position in expected.positions([old, new, item(-60, 0)], agreed, TODAY)
    }
    assert found[old.id] == [Expected(money(100), None, "dispute")]
    assert found[new.id] == [Expected(money(40), ahead(2), "habit")]


def test_promises_and_plans_do_not_keep_credits_away():
    agreed = [Agreed("plan", money(60), ahead(9)), Agreed("promise", money(40), ahead(5))]
    found = expect(item(100, 10), *agreed, others=[item(-30, 0)])
    assert [(one.amount, one.basis) for one in found] == [(40, "promise"), (30, "installment")]


def test_nothing_comes_of_a_credit():
    assert expect(item(-20, 0)) == []
    assert expect(item(100, 10), others=[item(-100, 0)]) == []


# --- plans -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lines", "installments", "found"), [
    ([(1, 60), (2, 40)], [(1, 50), (2, 50)], {1: [(1, 50), (2, 10)], 2: [(2, 40)]}),
    ([(1, 60), (2, 40)], [(1, 100)], {1: [(1, 60)], 2: [(1, 40)]}),
    ([(1, 60)], [(1, 20), (2, 20)], {1: [(1, 20), (2, 20)]}),   # fewer installments than debts
    ([(1, 10)], [(1, 20), (2, 20)], {1: [(1, 10)]}),
    ([(1, 0), (2, 10)], [(1, 0), (2, 10)], {2: [(2, 10)]}),
    ([], [(1, 10)], {}),
])
def test_by_line(lines, installments, found):
    assert expected.by_line(lines, installments) == found


# --- what may be lost --------------------------------------------------------------------------

RATES = ((0, Decimal(1)), (31, Decimal(5)), (181, Decimal(50)))


@pytest.mark.parametrize(("late", "rates", "rate"), [
    (-60, RATES, 1), (0, RATES, 1), (30, RATES, 1), (31, RATES, 5), (32, RATES, 5),
    (180, RATES, 5), (181, RATES, 50), (9999, RATES, 50),
    (0, RATES[1:], 0), (30, RATES[1:], 0), (31, RATES[1:], 5), (400, (), 0),
    (31, RATES[::-1], 5),                           # whatever their order
])
def test_provision_rate(late, rates, rate):
    assert expected.provision_rate(late, rates) == rate
    assert expected.provision_rate(late, rates, insolvent=True) == 100


def test_the_example_of_ifrs_9():
    """Illustrative Example 12: 15.0, 7.5, 4.0, 2.5 and 1.0 million give 580 000."""
    owed = [(0, 15_000_000), (30, 7_500_000), (60, 4_000_000), (90, 2_500_000), (91, 1_000_000)]
    found = [
        expected.provision(
            money(amount), money(0), expected.provision_rate(late, expected.PROVISION_RATES), 2
        )
        for late, amount in owed
    ]
    assert found == [45_000, 120_000, 144_000, 165_000, 106_000]
    assert sum(found) == 580_000


@pytest.mark.parametrize(("exposure", "insured", "places", "amount"), [
    (100, 0, 2, "10.60"), (100, 85, 2, "1.59"), (100, 100, 2, 0), (100, 120, 2, 0),
    ("0.04", 0, 2, "0.00"), ("0.05", 0, 2, "0.01"), (104, 0, 0, 11), ("100.001", 0, 3, "10.600"),
])
def test_provision(exposure, insured, places, amount):
    rate = Decimal("10.6")
    assert expected.provision(money(exposure), money(insured), rate, places) == money(amount)


@pytest.mark.parametrize(("facts", "credit", "insured", "amounts", "provisions"), [
    ({}, 0, 0, ["1000"], ["100.00"]),
    ({}, 0, 900, ["1000"], ["10.00"]),
    ({}, 0, 1000, ["1000"], ["0.00"]),
    # half of it is being paid: of the other half a tenth isn't insured either
    ({"payments": (Payment(1, "MXN", money(500), money(500)),)}, 0, 900,
     ["500", "500"], ["0", "5.00"]),
    ({}, 600, 900, ["400"], ["4.00"]),
    # in another currency: MXN 20 each
    ({"currency": "USD", "rate": 20}, 0, 0, ["20000"], ["2000.00"]),
])
def test_at_risk(facts, credit, insured, amounts, provisions):
    one = item(1000, 40, **facts)
    found = expected.positions([one, item(-credit, 0)], {}, TODAY)
    position = next(position for position in found if position.item.id == one.id)
    parts = expected.expect(position, (), HABIT, TODAY)
    result = expected.at_risk(position, parts, money(insured), Decimal(10), 2)
    assert result == (
        tuple(money(one) for one in amounts), tuple(money(one) for one in provisions))


def test_at_risk_of_what_is_worth_nothing_in_company_currency():
    one = item(100)._replace(company_residual=money(0))
    [position] = expected.positions([one], {}, TODAY)
    parts = expected.expect(position, (), HABIT, TODAY)
    assert expected.at_risk(position, parts, money(0), Decimal(10), 2) == ((0,), (0,))


@pytest.mark.parametrize(("total", "weights", "parts"), [
    ("10.00", [1, 1, 1], ["3.33", "3.34", "3.33"]),
    ("0.01", [1, 1], ["0.01", "0.00"]),
    ("5.00", [0, 5], ["0.00", "5.00"]),
    ("5.00", [0, 0], ["0", "5.00"]),
    ("5.00", [], []),
])
def test_spread(total, weights, parts):
    found = expected.spread(money(total), [money(one) for one in weights], 2)
    assert found == tuple(money(one) for one in parts)


# --- what holds always -------------------------------------------------------------------------

KINDS = st.sampled_from(["block", "dispute", "plan", "promise"])


@for_all(
    amounts, days, st.lists(st.tuples(KINDS, amounts, days), max_size=5), amounts,
    st.sampled_from([(), (10, 25), (LAST,)]),
)
def test_what_is_expected_is_what_is_owed(owed, late, agreed, credit, pay_days):
    one = item(owed, late, pay_days=pay_days)
    parts = [Agreed(kind, amount, ahead(day)) for kind, amount, day in agreed]
    found = expect(one, *parts, others=[item(-credit, 0)])
    undated = sum(part.amount for part in found if part.day is None)
    assert sum(part.amount for part in found) + min(credit, owed - undated) == owed
    assert all(part.amount > 0 for part in found)
    assert all(part.day is None or part.day >= TODAY for part in found)
    assert {part.basis for part in found} <= set(expected.BASES)


@for_all(amounts, st.lists(amounts, min_size=1, max_size=6))
def test_parts_are_the_whole(total, weights):
    parts = expected.spread(total, weights, 2)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    assert all(abs(part - total * one / sum(weights)) < Decimal("0.011")
               for part, one in zip(parts, weights, strict=True))


@for_all(
    st.lists(amounts, max_size=5), st.lists(amounts, max_size=5), st.integers(0, 5)
)
def test_installments_pay_no_more_than_is_covered(lines, installments, gap):
    numbered, due = list(enumerate(lines)), [(gap * n, a) for n, a in enumerate(installments)]
    found = expected.by_line(numbered, due)
    paid = {line: sum(amount for _day, amount in parts) for line, parts in found.items()}
    assert sum(paid.values()) == min(sum(lines), sum(installments))
    assert all(amount <= lines[line] for line, amount in paid.items())
