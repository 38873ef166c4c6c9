"""Promises are kept, partly kept or broken by what was paid, and when."""

from datetime import date
from decimal import Decimal

import pytest
from engine.promises import Part, Promise, allot, evaluate, fill, follow
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
MADE, DAY = date(2026, 3, 1), date(2026, 3, 10)
PROMISE = Promise(D("100"), DAY, MADE, tolerance=D("5"), grace=2)
AFTER = date(2026, 3, 13)


@pytest.mark.parametrize(
    "payments, today, state, paid, decided_on",
    [
        ([], DAY, "open", "0", None),
        ([], date(2026, 3, 12), "open", "0", None),  # the last day of grace
        ([], AFTER, "broken", "0", AFTER),
        ([(DAY, "100")], DAY, "kept", "100", DAY),
        ([(DAY, "120")], DAY, "kept", "100", DAY),  # no more than was promised
        ([(MADE, "100")], DAY, "kept", "100", MADE),  # the day it was made
        ([(date(2026, 2, 28), "100")], AFTER, "broken", "0", AFTER),  # the day before
        ([(date(2026, 3, 12), "100")], AFTER, "kept", "100", date(2026, 3, 12)),
        ([(AFTER, "100")], AFTER, "broken", "0", AFTER),  # too late
        ([(DAY, "94.99")], AFTER, "partial", "94.99", AFTER),  # below the tolerance
        ([(DAY, "95")], DAY, "kept", "95", DAY),  # at it
        ([(DAY, "60"), (MADE, "40")], DAY, "kept", "100", DAY),
        ([(DAY, "95"), (date(2026, 3, 12), "5")], AFTER, "kept", "100", DAY),
        ([(DAY, "50")], DAY, "open", "50", None),
        ([(AFTER, "100")], DAY, "open", "0", None),  # not yet
    ],
)
def test_promise(payments, today, state, paid, decided_on):
    payments = [(day, D(amount)) for day, amount in payments]
    assert evaluate(PROMISE, payments, today) == (state, D(paid), decided_on)


@given(
    paid=st.lists(st.tuples(st.integers(1, 28), st.integers(1, 120)), max_size=5),
    today=st.integers(1, 28),
)
def test_more_money_never_makes_it_worse(paid, today):
    order = ("broken", "partial", "open", "kept")
    payments = [(date(2026, 3, day), D(amount)) for day, amount in paid]
    now = date(2026, 3, today)
    found = evaluate(PROMISE, payments, now)
    more = evaluate(PROMISE, [*payments, (DAY, D(50))], now)
    assert order.index(more.state) >= order.index(found.state)
    assert 0 <= found.paid <= PROMISE.amount
    assert evaluate(PROMISE, payments[::-1], now) == found


# --- what falls on which line


@pytest.mark.parametrize(
    "amount, parts",
    [
        ("100", ["100", "0", "0"]),  # all of the oldest
        ("100.01", ["100", "0", "0.01"]),  # what is promised elsewhere is passed over
        ("150", ["100", "0", "50"]),  # all there is
        ("0.01", ["0.01", "0", "0"]),
    ],
)
def test_the_oldest_line_is_filled_first(amount, parts):
    available = [(1, D(100)), (2, D(0)), (3, D(50))]
    assert allot(D(amount), available) == [(n + 1, D(part)) for n, part in enumerate(parts)]


@given(
    amount=st.integers(0, 1000),
    rooms=st.lists(st.integers(0, 300), max_size=6),
)
def test_nothing_is_lost_by_filling(amount, rooms):
    parts, left = fill(D(amount), list(enumerate(map(D, rooms))))
    assert sum(part for _line, part in parts) + left == amount
    assert [line for line, _part in parts] == list(range(len(rooms)))
    assert all(0 <= part <= room for (_line, part), room in zip(parts, rooms, strict=True))
    # the first ones first: after one that isn't full there is nothing
    for (_line, part), room, (_after, more) in zip(parts, rooms, parts[1:], strict=False):
        assert part == room or not more


@pytest.mark.parametrize(
    "amount, code", [("0", "amount"), ("-1", "amount"), ("150.01", "available")]
)
def test_nothing_and_too_much_can_not_be_promised(amount, code):
    with pytest.raises(ValueError, match=code):
        allot(D(amount), [(1, D(100)), (3, D(50))])


# --- several promises of one customer


def followed(promises, payments=(), residuals=(), today=DAY):
    """[(state, paid, [what was paid of each part]), …]; amounts as numbers.

    promises: (amount, day, {line: part or (part, before)}); payments: (line, day, amount).
    """
    by_line = {}
    for line, day, amount in payments:
        by_line.setdefault(line, []).append((day, D(amount)))
    given = []
    for amount, day, parts in promises:
        rows = [part if isinstance(part, tuple) else (part, 0) for part in parts.values()]
        rows = [Part(line, *map(D, row)) for line, row in zip(parts, rows, strict=True)]
        given.append((Promise(D(amount), day, MADE), rows))
    found = follow(given, by_line, {line: D(rest) for line, rest in dict(residuals).items()}, today)
    return [(one.state, one.paid, list(paid.values())) for one, paid in found]


LATER = date(2026, 3, 20)


def test_a_payment_counts_once_and_for_the_earlier_promise_first():
    """Two promises about the same line: 300 by the 10th, and the other 200 by the 20th."""
    both = [(200, LATER, {1: 200}), (300, DAY, {1: 300})]
    found = followed(both, [(1, DAY, 300)], {1: 200})
    assert found == [("open", 0, [0]), ("kept", 300, [300])]
    found = followed(both, [(1, DAY, 300), (1, LATER, 200)], {1: 0}, LATER)
    assert found == [("kept", 200, [200]), ("kept", 300, [300])]


def test_what_is_not_due_is_no_part_of_what_can_still_be_paid():
    """300 of lines 1 and 2, with 3 open beside them: 1 is credited, 2 is paid."""
    promise = [(300, DAY, {1: 100, 2: 200, 3: 0})]
    assert followed(promise, [(2, DAY, 200)], {3: 500}) == [("kept", 200, [0, 200, 0])]
    # only part of 1 was promised, and 2 is credited: no more than that part can be paid
    promise = [(300, DAY, {1: 100, 2: 200})]
    assert followed(promise, [(1, DAY, 100)], {1: 300}) == [("kept", 100, [100, 0])]


def test_a_late_payment_is_left_for_the_next_promise():
    both = [(300, DAY, {1: 300}), (200, LATER, {1: 200})]
    found = followed(both, [(1, LATER, 200)], {1: 300}, LATER)
    assert found == [("broken", 0, [0]), ("kept", 200, [200])]


def test_what_another_line_was_paid_frees_the_oldest():
    """300 promised of all that is open, and reconciled with the newer invoice: no matter."""
    promise = [(300, DAY, {1: 300, 2: 0})]
    assert followed(promise, [(2, DAY, 100)], {1: 500, 2: 300}) == [("open", 100, [100, 0])]
    assert followed(promise, [(2, DAY, 300)], {1: 500, 2: 100}) == [("kept", 300, [300, 0])]


@pytest.mark.parametrize(
    "payments, residual, state, paid",
    [
        ([(DAY, 200)], 0, "kept", 200),  # 100 of 300 were credited: it owes no more
        ([(DAY, 199)], 1, "open", 199),
        ([], 0, "cancelled", 0),  # all of it was credited, or paid before it was promised
        ([], 1, "open", 0),
        ([(LATER, 300)], 0, "open", 0),  # to come
    ],
)
def test_what_was_credited_needs_no_payment(payments, residual, state, paid):
    payments = [(1, day, amount) for day, amount in payments]
    (found,) = followed([(300, DAY, {1: 300})], payments, {1: residual})
    assert found[:2] == (state, paid)


def test_what_came_earlier_on_the_same_day_does_not_count():
    """200 were entered this morning, 300 are promised, and 100 come the same day."""
    promise = [(300, DAY, {1: (300, 200)})]
    found = followed(promise, [(1, MADE, 200), (1, MADE, 100)], {1: 200}, MADE)
    assert found == [("open", 100, [100])]


def test_a_line_that_is_gone_counts_for_nothing():
    assert followed([(300, DAY, {1: 300})], [], {}) == [("cancelled", 0, [0])]


@given(
    amounts=st.lists(st.integers(1, 200), min_size=1, max_size=4),
    days=st.lists(st.integers(1, 28), min_size=4, max_size=4),
    paid=st.lists(
        st.tuples(st.integers(1, 3), st.integers(1, 28), st.integers(1, 200)), max_size=6
    ),
    today=st.integers(1, 28),
)
def test_no_payment_counts_twice_and_no_part_gets_more_than_it_is(amounts, days, paid, today):
    parts = {1: 0, 2: 0, 3: 0}
    promises = [
        (amount, date(2026, 3, day), {**parts, 1: amount})
        for amount, day in zip(amounts, days, strict=False)
    ]
    payments = [(line, date(2026, 3, day), amount) for line, day, amount in paid]
    found = followed(promises, payments, {1: 1000}, date(2026, 3, today))
    came = sum(amount for _line, day, amount in paid if day <= today)
    assert sum(one[1] for one in found) <= came
    for (_state, total, by_part), amount in zip(found, amounts, strict=True):
        assert sum(by_part) == total <= amount
        assert by_part[0] <= amount and by_part[1:] == [0, 0]
