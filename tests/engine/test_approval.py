"""How many approve, who may, and what fits into a day: below, at and above every limit."""

from decimal import Decimal

import pytest
from engine import approval
from hypothesis import given
from hypothesis import strategies as st

ONE, TWO, OWN = 1000, 5000, 3000
LIMITS = approval.Limits(Decimal(ONE), Decimal(TWO), Decimal(OWN))
CENT = Decimal("0.01")


@pytest.mark.parametrize(
    "level, amount, people",
    [
        ("auto", 0, 0),
        ("auto", ONE - CENT, 0),
        ("auto", ONE, 0),
        ("auto", ONE + CENT, 1),
        ("auto", TWO, 1),
        ("auto", TWO + CENT, 2),
        ("one", 0, 1),
        ("one", ONE + CENT, 1),
        ("one", TWO - CENT, 1),
        ("one", TWO, 1),
        ("one", TWO + CENT, 2),
        ("two", 0, 2),
        ("two", ONE + CENT, 2),
        ("two", TWO + CENT, 2),
    ],
)
def test_people_needed(level, amount, people):
    assert approval.people_needed(level, Decimal(amount), LIMITS) == people


@pytest.mark.parametrize("level, people", [("auto", 0), ("one", 1), ("two", 2)])
def test_no_limit_asks_for_nobody_more(level, people):
    assert approval.people_needed(level, Decimal(10**12), approval.Limits()) == people


def test_limits_in_the_other_order():
    """Two people above a smaller amount than one: two is more than one."""
    limits = approval.Limits(one=Decimal(500), two=Decimal(100))
    for amount, people in ((100, 0), (101, 2), (501, 2)):
        assert approval.people_needed("auto", Decimal(amount), limits) == people


ANA, BEA = 1, 2


@pytest.mark.parametrize(
    "user, proposer, approvers, amount, reason",
    [
        (ANA, ANA, (), OWN - CENT, None),
        (ANA, ANA, (), OWN, None),
        (ANA, ANA, (), OWN + CENT, "own"),
        (BEA, ANA, (), OWN + CENT, None),
        (ANA, None, (), OWN + CENT, None),  # the daily run's is nobody's
        (ANA, BEA, (ANA,), 1, "twice"),
        (ANA, ANA, (ANA,), OWN + CENT, "twice"),
        (BEA, ANA, (ANA,), OWN + CENT, None),
    ],
)
def test_who_may_approve(user, proposer, approvers, amount, reason):
    amount = Decimal(amount)
    assert approval.refusal(user, proposer, approvers, amount, LIMITS) == reason


def test_without_a_limit_the_proposer_approves():
    assert approval.refusal(ANA, ANA, (), Decimal(10**9), approval.Limits()) is None


def waiting(*amounts, automatic=True, debtors=None):
    debtors = debtors or range(len(amounts))
    return [
        (n, debtor, Decimal(amount), automatic)
        for n, (amount, debtor) in enumerate(zip(amounts, debtors, strict=True))
    ]


@pytest.mark.parametrize(
    "sent, held",
    [(0, []), (1, [2]), (2, [1, 2]), (3, [0, 1, 2]), (9, [0, 1, 2])],
)
def test_number_of_the_company(sent, held):
    found = approval.within(waiting(1, 1, 1), approval.Caps(number=3), number=sent)
    assert found == dict.fromkeys(held, "number")


@pytest.mark.parametrize(
    "sent, held",
    [("399.99", {}), (400, {}), ("400.01", {1: "amount"}), (500, {1: "amount"}),
     ("900.01", {0: "amount", 1: "amount"})],
)  # fmt: skip
def test_amount_of_the_company(sent, held):
    caps = approval.Caps(amount=Decimal(1000))
    assert approval.within(waiting(100, 500), caps, amount=Decimal(sent)) == held


def test_what_does_not_fit_takes_no_place():
    caps = approval.Caps(amount=Decimal(100))
    assert approval.within(waiting(60, 50, 40), caps) == {1: "amount"}


@pytest.mark.parametrize("sent", [0, 99])
def test_larger_than_a_whole_day_never_fits(sent):
    caps = approval.Caps(number=5, amount=Decimal(100), debtor=9)
    found = approval.within(waiting("100.01", 100), caps, number=sent)
    assert found == {0: "large"} | ({1: "number"} if sent else {})
    assert approval.within(waiting("100.01", automatic=False), caps) == {}


@pytest.mark.parametrize("sent, held", [(0, []), (1, [1]), (2, [0, 1])])
def test_messages_to_one_debtor(sent, held):
    caps = approval.Caps(debtor=2)
    both = waiting(1, 1, automatic=False, debtors=[7, 7])
    found = approval.within(both, caps, by_debtor={7: sent, 8: 5})
    assert found == dict.fromkeys(held, "debtor")


def test_the_companys_caps_are_for_automatic_ones():
    caps = approval.Caps(number=1, amount=Decimal(1))
    assert approval.within(waiting(5, 5, automatic=False), caps, 9, Decimal(9)) == {}


def test_no_caps():
    assert approval.within(waiting(5, 5), approval.Caps(), 10**6, Decimal(10**9), {0: 99}) == {}


amounts = st.decimals(0, 1000, places=2)


@given(
    st.lists(st.tuples(st.integers(0, 3), amounts, st.booleans())),
    st.integers(0, 5), amounts, st.integers(0, 3),
)  # fmt: skip
def test_no_day_exceeds_its_caps(rows, number, amount, debtor):
    caps = approval.Caps(number, amount, debtor)
    queue = [(n, *row) for n, row in enumerate(rows)]
    held = approval.within(queue, caps)
    left = [one for one in queue if one[0] not in held]
    automatic = [one for one in left if one[3]]
    assert not number or len(automatic) <= number
    assert not amount or sum(one[2] for one in automatic) <= amount
    for key in range(4):
        assert not debtor or sum(one[1] == key for one in left) <= debtor
