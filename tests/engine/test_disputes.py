"""Whether anything is left to decide about a dispute: below, at and above each limit."""
from decimal import Decimal

import pytest
from engine.disputes import Disputed, credited_by, lapses
from hypothesis import given
from hypothesis import strategies as st


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
    ("other", 0, 0, "moved"),
])
def test_lapses(document, open_amount, credited, expected):
    disputed = Disputed(Decimal(40), document, Decimal(open_amount), Decimal(credited))
    assert lapses(disputed) == expected


@pytest.mark.parametrize(("total", "matched", "disputed", "expected"), [
    (10, {}, [("A", 10)], [10]),                              # not reconciled yet
    (10, {"A": 10}, [("A", 100)], [10]),
    (10, {"A": 10}, [("A", 100), ("B", 300)], [10, 0]),       # another invoice's
    (10, {"A": 10}, [("A", 5), ("A", 300)], [5, 5]),          # never twice
    (50, {"A": 30}, [("A", 40), ("B", 40)], [40, 10]),
    (50, {"C": 30}, [("A", 40), ("B", 40)], [20, 0]),         # what is left of it
    (50, {"A": 30}, [("B", 40), ("A", 40)], [20, 30]),
    (50, {"B": 30}, [("AB", 40)], [40]),                      # an installment, or its invoice
    (30, {"B": 30}, [("AB", 20), ("B", 40)], [20, 10]),
    (50, {}, [], []),
])
def test_what_a_credit_note_takes_off(total, matched, disputed, expected):
    assert credited_by(total, matched, disputed) == expected


@given(
    matched=st.dictionaries(st.sampled_from("ABC"), st.integers(1, 50)),
    free=st.integers(0, 50),
    disputed=st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 80)), max_size=6),
)
def test_nothing_of_a_credit_note_counts_twice(matched, free, disputed):
    total = sum(matched.values()) + free
    found = credited_by(total, matched, disputed)
    assert sum(found) <= total
    for document in "ABCD":
        ours = [part for (other, _), part in zip(disputed, found, strict=True) if other == document]
        assert sum(ours) <= matched.get(document, 0) + free
    assert all(0 <= part <= amount for (_, amount), part in zip(disputed, found, strict=True))
