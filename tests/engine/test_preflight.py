"""What an approved line may still say when it leaves, and how old bank data may be."""

from datetime import timedelta
from decimal import Decimal

import pytest
from engine import due, dunning, pauses, preflight
from factories import TODAY, item, money
from hypothesis import given
from hypothesis import strategies as st


def check(now, amount=100, residual=100, delay=5, today=TODAY, **more):
    """The change of a line approved with `amount` of `residual`; now: its item, or None."""
    assessed = None
    if now is not None:
        assessed = dunning.assess([now, *more.pop("others", [])], today)
        assessed = next(one for one in assessed if one.item.id == now.id)
    return preflight.check(money(amount), money(residual), delay, assessed, today)


@pytest.mark.parametrize(
    "now, amount",
    [("99.99", "99.99"), (100, None), ("100.01", None), (250, None)],
)
def test_amounts_fall_and_never_rise(now, amount):
    change = check(item(now))
    assert change == (amount and preflight.Change(money(amount), "paid"))


def test_gone_is_paid():
    assert check(None) == preflight.Change(due.ZERO, "paid")
    assert check(item(0)) == preflight.Change(due.ZERO, "paid")
    assert check(item(-5)) == preflight.Change(due.ZERO, "paid")


@pytest.mark.parametrize(
    "facts, reason",
    [
        ({"no_followup": True}, "no_followup"),
        ({"right_partner": False}, "wrong_partner"),
        ({"policy": None}, "no_policy"),
    ],
)
def test_what_takes_no_part_any_more_leaves(facts, reason):
    assert check(item(100, **facts)) == preflight.Change(due.ZERO, reason)


def test_the_reason_is_what_took_most():
    paused = item(100, pauses=(pauses.Pause("block", None, None, "x"),))
    assert check(paused) == preflight.Change(due.ZERO, "paused")
    credit = item(-70)
    covered = item(90, late=20)
    assert check(covered, others=[credit._replace(debtor_id=covered.debtor_id)]) == (
        preflight.Change(money(20), "covered_by_credit")
    )
    on_its_way = item(100, payments=(due.Payment(1, item(1).currency, money(30), money(30)),))
    assert check(on_its_way) == preflight.Change(money(70), "payment_in_process")


@pytest.mark.parametrize(
    "late, delay, reason",
    [
        (1, 5, None), (0, 5, None), (-1, 5, "not_due"),  # moved to tomorrow: nothing is late
        (-1, -3, None), (0, -3, None), (1, -3, "no_level_left"),  # nothing is to come any more
        (-1, 0, "not_due"), (0, 0, None),
    ],
)  # fmt: skip
def test_a_due_date_that_was_moved(late, delay, reason):
    change = check(item(100, late=late), delay=delay)
    assert change == (reason and preflight.Change(due.ZERO, reason))


def test_a_level_to_wait_for_is_no_change():
    """Day 1 is before every level of the policy; a person approved it all the same."""
    assert check(item(100, late=1)) is None


@given(
    approved=st.decimals("0.01", 1000, places=2),
    residual=st.decimals("0.01", 1000, places=2),
    now=st.decimals(-1000, 1000, places=2),
    credit=st.decimals(0, 1000, places=2),
)
def test_nothing_ever_asks_for_more_than_was_approved(approved, residual, now, credit):
    main = item(now)
    others = [item(-credit)._replace(debtor_id=main.debtor_id)] if credit else []
    change = check(main, approved, residual, others=others)
    if change is None:
        assert now >= approved
    else:
        assert 0 <= change.amount < approved
        assert change.amount <= max(now, Decimal(0))


@pytest.mark.parametrize(
    "age, stale", [(0, False), (4, False), (5, False), (6, True), (-3, False)]
)
def test_bank_data(age, stale):
    assert preflight.is_stale(TODAY - timedelta(days=age), TODAY, 5) is stale


def test_no_bank_data_is_old():
    assert preflight.is_stale(None, TODAY, 10_000)
    assert preflight.bank_age(None, TODAY) is None


def test_no_days_means_today():
    assert not preflight.is_stale(TODAY, TODAY, 0)
    assert preflight.is_stale(TODAY - timedelta(days=1), TODAY, 0)
