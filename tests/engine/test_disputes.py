"""Whether anything is left to decide about a dispute: below, at and above each limit."""
from decimal import Decimal

import pytest
from engine.disputes import Disputed, lapses


@pytest.mark.parametrize(("document", "open_amount", "credited", "expected"), [
    (None, 0, 0, "deleted"),
    ("cancel", 0, 0, "cancelled"),
    ("draft", 100, 0, "reset"),
    ("posted", 100, 0, None),
    ("posted", "0.01", 40, None),           # something is open: a person knows what it was for
    ("posted", 0, "39.99", None),           # less was credited than is disputed
    ("posted", 0, 40, "credited"),
    ("posted", 0, 100, "credited"),
    ("posted", 0, 0, None),                 # paid: he may want his money back
    ("posted", -5, 40, "credited"),
])
def test_lapses(document, open_amount, credited, expected):
    disputed = Disputed(Decimal(40), document, Decimal(open_amount), Decimal(credited))
    assert lapses(disputed) == expected
