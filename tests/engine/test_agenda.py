"""What is to be done for the insurer, put together from lines: on, before and after the limits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from engine import agenda, cover
from engine.insurance import MONTHLY, Deadline
from insured import day, limit, line, policy

DUE = day(30)
TERMS = policy(mep=60, notice=(Deadline("due", 30),), warning=14)


def open_codes(today, terms=TERMS, **facts):
    """(code, state) of what is open of a line of 100 on a day."""
    one = line(**facts)
    (found,) = cover.decide(terms, [limit()], [one], today)
    return [(duty.code, duty.state) for duty in agenda.open_duties(found, one, today)]


@pytest.mark.parametrize(("today", "expected"), [
    (DUE, []),                                                   # nobody is late yet
    (DUE + timedelta(days=1), [("notice", "pending"), ("mep", "pending")]),
    (DUE + timedelta(days=15), [("notice", "pending"), ("mep", "pending")]),
    (DUE + timedelta(days=16), [("notice", "due"), ("mep", "pending")]),
    (DUE + timedelta(days=30), [("notice", "due"), ("mep", "pending")]),
    (DUE + timedelta(days=31), [("notice", "missed"), ("mep", "pending")]),
    (DUE + timedelta(days=45), [("notice", "missed"), ("mep", "pending")]),
    (DUE + timedelta(days=46), [("notice", "missed"), ("mep", "due")]),
    (DUE + timedelta(days=60), [("notice", "missed"), ("mep", "due")]),
    (DUE + timedelta(days=61), [("notice", "missed")]),          # it has come
])  # fmt: skip
def test_from_the_due_date_on(today, expected):
    assert open_codes(today) == expected


def test_done_is_gone():
    """Notified in time; the waiting period that begins with it has an end of its own."""
    told = DUE + timedelta(days=10)
    terms = TERMS._replace(mep=None, waiting=Deadline("notice", 0, 6))
    assert open_codes(told, terms, notified_on=told) == [("waiting", "pending")]


def test_sales_are_declared_whether_paid_in_time_or_not():
    terms = policy(declaration=MONTHLY)
    assert open_codes(day(1), terms) == [("declaration", "pending")]
    assert open_codes(day(1), terms, declared_on=day(1)) == []


def test_what_is_not_covered_asks_for_nothing():
    one = line()
    (found,) = cover.decide(TERMS, [], [one], DUE + timedelta(days=40))
    assert not agenda.open_duties(found, one, DUE + timedelta(days=40))


def test_lines_are_put_together():
    """One item for what is ahead, with its earliest deadline, and one for what was missed."""
    today = DUE + timedelta(days=31)
    terms = TERMS._replace(mep=None)
    lines = [line(amount, due=DUE + timedelta(days=late))
             for amount, late in ((100, 0), (50, 1), (30, 25))]  # fmt: skip
    covers = {one.line_id: one for one in cover.decide(terms, [limit()], lines, today)}
    found = agenda.collect([(covers[one.id], one) for one in lines], today)
    assert found == {
        ("notice", True): agenda.Item(
            "notice", True, DUE + timedelta(days=30), "missed", 1, Decimal(100)
        ),
        ("notice", False): agenda.Item(
            "notice", False, DUE + timedelta(days=31), "due", 2, Decimal(80)
        ),
    }


def test_the_order_of_lines_does_not_matter():
    today = DUE + timedelta(days=20)
    lines = [line(10 * number, due=DUE + timedelta(days=number % 3)) for number in range(1, 7)]
    covers = {one.line_id: one for one in cover.decide(TERMS, [limit()], lines, today)}
    pairs = [(covers[one.id], one) for one in lines]
    assert agenda.collect(pairs, today) == agenda.collect(pairs[::-1], today)
