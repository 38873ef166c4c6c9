"""Which limit holds for a sale."""

from decimal import Decimal

import pytest
from engine import limits
from engine.insurance import CANCELLED, DISCRETIONARY, REDUCED, REFUSED, REQUESTED
from insured import day, limit, policy

D = Decimal


def applied(*decisions, on=10, delivered=None, **terms):
    """(kind, amount) of the limit that holds, or the reason why none does."""
    delivered = on if delivered is None else delivered
    found, code = limits.applicable(policy(**terms), decisions, day(on), day(delivered))
    return (found.kind, found.amount) if found else code


@pytest.mark.parametrize(
    "on, expected",
    [(9, "no_limit"), (10, ("named", D(100))), (11, ("named", D(100)))],
)
def test_from_its_first_day(on, expected):
    assert applied(limit(100, day(10)), on=on) == expected


@pytest.mark.parametrize(
    "on, expected",
    [(9, D(50)), (10, D(100)), (20, D(100)), (21, D(50))],
)
def test_a_temporary_limit_stands_above_the_permanent_one_until_it_ends(on, expected):
    temporary = limit(100, day(10), until=day(20))
    assert applied(limit(50), temporary, on=on) == ("named", expected)


def test_a_new_word_ends_a_temporary_limit():
    decisions = limit(50), limit(100, day(5), until=day(20)), limit(30, day(8), REDUCED)
    assert applied(*decisions, on=10) == ("named", D(30))


def test_of_two_words_on_one_day_the_later_recorded_counts():
    assert applied(limit(50, day(5)), limit(70, day(5))) == ("named", D(70))


@pytest.mark.parametrize(
    "decisions, code",
    [
        ((), "no_limit"),
        ((limit(100, day(10), REQUESTED),), "limit_requested"),
        ((limit(100, day(11), REQUESTED),), "no_limit"),
        ((limit(0, day(0), REFUSED),), "limit_refused"),
        ((limit(100), limit(0, day(5), CANCELLED)), "limit_cancelled"),
        ((limit(100), limit(0, day(5), REDUCED)), "limit_cancelled"),  # to nothing
        ((limit(100, day(0), until=day(9)),), "limit_expired"),
        ((limit(100, day(11)),), "no_limit"),
    ],
)
def test_why_there_is_none(decisions, code):
    assert applied(*decisions) == code


def test_a_request_changes_nothing():
    assert applied(limit(50), limit(500, day(5), REQUESTED)) == ("named", D(50))


@pytest.mark.parametrize("delivered, expected", [(4, ("named", D(100))), (5, "limit_cancelled")])
def test_run_off_of_a_cancelled_limit(delivered, expected):
    decisions = limit(100), limit(0, day(5), CANCELLED)
    assert applied(*decisions, delivered=delivered) == expected


@pytest.mark.parametrize("delivered, expected", [(4, D(100)), (5, D(60))])
def test_run_off_of_a_reduced_limit(delivered, expected):
    decisions = limit(100), limit(60, day(5), REDUCED)
    assert applied(*decisions, delivered=delivered) == ("named", expected)


def test_a_limit_that_was_granted_between_delivery_and_invoice_counts():
    assert applied(limit(100, day(5)), delivered=2) == ("named", D(100))


# --- one's own and blind limits --------------------------------------------------------------


def own(amount, effective=None, **facts):
    """A limit that the insured party set himself."""
    return limit(amount, effective or day(0), kind=DISCRETIONARY, **facts)


@pytest.mark.parametrize("amount, expected", [(39, D(39)), (40, D(40)), (41, D(40))])
def test_ones_own_limit_is_at_most_what_the_policy_allows(amount, expected):
    assert applied(own(amount), discretionary=D(40)) == ("discretionary", expected)


def test_the_insurers_word_comes_first_then_ones_own_then_blind():
    terms = {"discretionary": D(40), "blind": D(20)}
    assert applied(limit(10), own(40), **terms) == ("named", D(10))
    assert applied(own(40), **terms) == ("discretionary", D(40))
    assert applied(own(0), **terms) == ("blind", D(20))
    assert applied(**terms) == ("blind", D(20))


def test_a_policy_without_discretionary_limits():
    assert applied(own(40)) == "no_limit"
    assert applied(blind=D(0)) == "no_limit"


@pytest.mark.parametrize("decision", [REFUSED, CANCELLED])
def test_nothing_takes_the_place_of_what_the_insurer_refused(decision):
    terms = {"discretionary": D(40), "blind": D(20)}
    assert applied(own(40), limit(0, day(5), decision), **terms).startswith("limit_")


def test_goods_delivered_before_a_refusal_were_insured_blind():
    assert applied(limit(0, day(5), REFUSED), delivered=4, blind=D(20)) == ("blind", D(20))


@pytest.mark.parametrize("delivered, expected", [(4, ("discretionary", D(40))), (5, "no_limit")])
def test_run_off_of_ones_own_limit(delivered, expected):
    cancelled = own(0, day(5), decision=CANCELLED)
    assert applied(own(40), cancelled, delivered=delivered, discretionary=D(40)) == expected


def test_an_expired_named_limit_leaves_room_for_a_blind_one():
    assert applied(limit(100, day(0), until=day(9)), blind=D(20)) == ("blind", D(20))


# --- as of a date ----------------------------------------------------------------------------


@pytest.mark.parametrize("today, amount", [(14, D(100)), (15, D(60))])
def test_what_was_believed_on_a_day(today, amount):
    reduced = limit(60, day(5), REDUCED, recorded=day(15))
    known = limits.known([limit(100), reduced], day(today))
    assert limits.in_force(known, day(10)).amount == amount


@pytest.mark.parametrize(
    "decisions, expected",
    [
        ([], 0),
        ([limit(100)], 0),
        ([limit(90, decision="requested")], 90),
        ([limit(100), limit(150, decision="requested")], 150),
        ([limit(150, decision="requested"), limit(120, decision="requested")], 150),
        ([limit(150, decision="requested"), limit(100)], 0),
        ([limit(150, decision="requested"), limit(decision="refused")], 0),
        ([limit(150, decision="requested"), own(100)], 150),
    ],
)
def test_what_the_insurer_was_asked_for_and_has_not_answered(decisions, expected):
    assert limits.asked(decisions) == expected


@pytest.mark.parametrize(
    "decisions, blind, expected",
    [
        ([], 0, 0),
        ([], 70, 70),
        ([limit(100)], 70, 100),
        ([limit(100), limit(90, decision=REQUESTED)], 0, 100),
        ([limit(100), limit(150, decision=REQUESTED)], 0, 150),
        ([limit(100), limit(0, decision=REFUSED)], 70, 0),
        ([limit(100, day(11))], 0, 0),
    ],
)
def test_the_limit_at_hand(decisions, blind, expected):
    assert limits.at_hand(policy(blind=D(blind)), decisions, day(10)) == expected
