"""Promises are kept, partly kept or broken by what was paid, and when."""

from datetime import date
from decimal import Decimal

import pytest
from engine.promises import Promise, evaluate
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
