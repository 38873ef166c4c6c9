"""Which debts the insurer can be told about: on, before and after the limits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from engine import notices
from insured import day, line

DUE = day(30)


@pytest.mark.parametrize(
    ("late", "expected"), [(-1, "not_due"), (0, "not_due"), (1, None), (400, None)]
)
def test_the_day_after_the_due_date_is_the_first(late, expected):
    assert notices.refusal(line(), Decimal(100), DUE + timedelta(days=late)) == expected


@pytest.mark.parametrize(
    ("insolvent", "expected"), [(day(9), None), (day(10), None), (day(11), "not_due")]
)
def test_insolvency_makes_everything_due(insolvent, expected):
    assert notices.refusal(line(), Decimal(100), day(10), insolvent) == expected


def test_it_must_be_insured():
    """Something of the limit is taken, whether or not the cover was lost since."""
    late = DUE + timedelta(days=1)
    assert notices.refusal(line(), Decimal(0), late) == "not_insured"
    assert notices.refusal(line(), Decimal("0.01"), late) is None


def test_once_is_enough():
    late = DUE + timedelta(days=5)
    assert notices.refusal(line(notified_on=late), Decimal(100), late) == "notified"


def test_what_is_not_insured_is_said_first():
    assert notices.refusal(line(notified_on=day(5)), Decimal(0), day(1)) == "not_insured"
