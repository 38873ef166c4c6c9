"""The debtor's pay days, and overdue items that wait for them."""

from datetime import date

import pytest
from engine.due import LAST, next_pay_day, parse_pay_days
from engine.dunning import assess
from factories import TODAY, ago, ahead, item, level, policy, told
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text, days",
    [
        ("10, 25", (10, 25)), ("25 10", (10, 25)), ("10 y 25", (10, 25)), ("10;25", (10, 25)),
        ("1", (1,)), ("31", (31,)), ("last", (LAST,)), ("Último", (LAST,)),
        ("15, LAST", (15, LAST)), ("10, 10", (10,)), ("", ()), ("  ", ()),
    ],
)  # fmt: skip
def test_what_people_write(text, days):
    assert parse_pay_days(text) == days


@pytest.mark.parametrize("text", ["0", "32", "10.5", "-1", "Monday", "10/25", "½"])
def test_what_is_no_pay_day(text):
    with pytest.raises(ValueError):
        parse_pay_days(text)


@pytest.mark.parametrize(
    "day, pay_days, expected",
    [
        (date(2026, 3, 9), (10, 25), date(2026, 3, 10)),
        (date(2026, 3, 10), (10, 25), date(2026, 3, 10)),
        (date(2026, 3, 11), (10, 25), date(2026, 3, 25)),
        (date(2026, 3, 26), (10, 25), date(2026, 4, 10)),
        (date(2026, 12, 26), (10, 25), date(2027, 1, 10)),
        (date(2026, 2, 27), (LAST,), date(2026, 2, 28)),
        (date(2026, 2, 28), (LAST,), date(2026, 2, 28)),
        (date(2028, 2, 28), (LAST,), date(2028, 2, 29)),
        (date(2026, 4, 1), (31,), date(2026, 4, 30)),  # a short month's last day
        (date(2026, 4, 1), (30, LAST), date(2026, 4, 30)),
        (date(2026, 3, 10), (), None),
        (date.max, (10,), None),  # the calendar ends
    ],
)
def test_next_pay_day(day, pay_days, expected):
    assert next_pay_day(day, pay_days) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sets(st.integers(1, LAST), min_size=1))
def test_a_pay_day_is_never_past_and_comes_within_a_month(day, pay_days):
    found = next_pay_day(day, tuple(sorted(pay_days)))
    assert 0 <= (found - day).days <= 31
    assert next_pay_day(found, tuple(sorted(pay_days))) == found


# --- overdue items wait ----------------------------------------------------------------------

WAITS = policy(level(-3), level(5), level(15), respect_pay_days=True)


def decided(**facts):
    """(outcome, reason, next date) of one item under WAITS. TODAY is 20 March 2026, a Friday."""
    [one] = assess([item(**{"policy": WAITS, **facts})], TODAY)
    return one.decision.outcome, one.decision.reason, one.decision.next_date


@pytest.mark.parametrize(
    "late, pay_days, expected",
    [
        (10, (19,), ("remind", "level_reached", None)),  # it was yesterday
        (10, (20,), ("wait", "pay_day", ahead(1))),  # it is today
        (10, (21,), ("wait", "pay_day", ahead(2))),
        (10, (), ("remind", "level_reached", None)),
        (10, (10,), ("remind", "level_reached", None)),  # due on a pay day
        (9, (10,), ("wait", "pay_day", date(2026, 4, 11))),  # due on the 11th, after the pay day
        (3, (18,), ("wait", "level_not_reached", ahead(2))),  # the level comes after the pay day
        (3, (25,), ("wait", "pay_day", date(2026, 3, 26))),  # the pay day comes after the level
        (-2, (25,), ("remind", "level_reached", None)),  # before the due date nothing waits
    ],
)
def test_pay_days_hold_back_what_is_overdue(late, pay_days, expected):
    assert decided(due=ago(late), pay_days=pay_days) == expected


def test_a_policy_that_does_not_ask_for_it_does_not_wait():
    plain = WAITS._replace(respect_pay_days=False)
    assert decided(policy=plain, pay_days=(25,))[:2] == ("remind", "level_reached")


def test_a_cadence_that_lasts_longer_is_named():
    strict = WAITS._replace(cadence=30)
    both = {"policy": strict, "pay_days": (25,), "debtor_contacted": ago(1)}
    assert decided(**both) == ("wait", "cadence", ahead(29))
    assert decided(**{**both, "policy": WAITS._replace(cadence=3)})[1] == "pay_day"


def test_nobody_to_write_to_is_said_first():
    assert decided(pay_days=(25,), reach=frozenset())[1] == "no_email"


def test_once_told_the_gap_counts():
    gaps = policy(level(5), level(15, gap=20), respect_pay_days=True)
    assert decided(policy=gaps, pay_days=(12,), last=told(5, 2))[1] == "gap"
