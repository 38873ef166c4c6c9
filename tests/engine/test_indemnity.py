"""What the insurer pays, on account and in the end, and whose a recovery is."""

from decimal import Decimal

import pytest
from engine import cover, indemnity
from engine.indemnity import Terms, Year
from engine.insurance import LAW_ES
from hypothesis import given
from hypothesis import strategies as st

D = Decimal


def paid(loss, percentage=90, costs=0, used=(0, 0), **terms):
    """What is paid of a loss."""
    terms = Terms(**{name: D(value) for name, value in terms.items()})
    year = Year(*map(D, used))
    return indemnity.indemnity(D(loss), D(costs), D(percentage), terms, year).amount


@pytest.mark.parametrize(
    "loss, percentage, costs, expected",
    [
        ("100000", 90, 0, "90000"),
        ("10000", 85, 1000, "9350"),
        ("0", 90, 0, "0"),
        ("100", 0, 0, "0"),
        ("100", 100, 0, "100"),
        ("33.35", 90, 0, "30.02"),  # 30.015
        ("33.34", 90, 0, "30.01"),  # 30.006
    ],
)
def test_insured_percentage_of_loss_and_costs(loss, percentage, costs, expected):
    assert paid(loss, percentage, costs) == D(expected)


@pytest.mark.parametrize(
    "loss, costs, expected",
    [("999.99", 0, "0"), ("1000", 0, "900"), ("1000.01", 0, "900.01"), ("900", 100, "900")],
)
def test_threshold(loss, costs, expected):
    assert paid(loss, costs=costs, threshold=1000) == D(expected)


def test_costs_that_are_not_covered_do_not_lift_a_loss_over_the_threshold():
    found = indemnity.indemnity(D(900), D(100), D(90), Terms(threshold=D(1000), covers_costs=False))
    assert found == (900, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("deductible, expected", [(899, 1), (900, 0), (901, 0)])
def test_deductible(deductible, expected):
    assert paid(1000, deductible=deductible) == expected


@pytest.mark.parametrize(
    "used, consumed, expected",
    [(0, 500, 300), (100, 400, 400), (499, 1, 799), (500, 0, 800), (600, 0, 800)],
)
def test_aggregate_first_loss_is_consumed_before_anything_is_paid(used, consumed, expected):
    terms = Terms(deductible=D(100), first_loss=D(500))
    found = indemnity.indemnity(D(1000), D(0), D(90), terms, Year(first_loss=D(used)))
    assert (found.first_loss, found.amount) == (consumed, expected)


def test_a_small_claim_consumes_what_it_has():
    terms = Terms(deductible=D(100), first_loss=D(5000))
    found = indemnity.indemnity(D(1000), D(0), D(90), terms)
    assert (found.deductible, found.first_loss, found.amount) == (100, 800, 0)


@pytest.mark.parametrize(
    "already, expected", [(0, 900), (100, 900), (101, 899), (1000, 0), (2000, 0)]
)
def test_maximum_of_the_insurance_year(already, expected):
    assert paid(1000, used=(0, already), maximum=1000) == expected


@pytest.mark.parametrize(
    "arguments, code",
    [
        (("-0.01", "0", "90"), "loss"),
        (("0", "-0.01", "90"), "costs"),
        (("0", "0", "-1"), "percentage"),
        (("0", "0", "100.01"), "percentage"),
    ],
)
def test_no_such_claim(arguments, code):
    with pytest.raises(ValueError) as caught:
        indemnity.indemnity(*map(D, arguments))
    assert caught.value.args == (code,)


def test_it_is_found_beside_the_cover():
    assert cover.indemnity is indemnity.indemnity


# --- costs and payments on account -----------------------------------------------------------


@pytest.mark.parametrize(
    "covered, expected", [("0", "0"), ("60000", "600"), ("119999", "1199.99"), ("120000", "1200")]
)
def test_costs_of_a_debt_that_is_covered_in_part(covered, expected):
    assert indemnity.covered_costs(D(1200), D(covered), D(120000), 2) == D(expected)


@pytest.mark.parametrize("covered, debt", [("0", "0"), ("-1", "100"), ("100.01", "100")])
def test_no_such_debt(covered, debt):
    with pytest.raises(ValueError, match="debt"):
        indemnity.covered_costs(D(1), D(covered), D(debt), 2)


# --- recoveries ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "recovered, expected, excess",
    [
        (0, [0, 0], 0),
        (59, [59, 0], 0),
        (60, [60, 0], 0),
        (61, [60, 1], 0),
        (110, [60, 50], 0),
        (111, [60, 50], 1),
    ],
)
def test_before_the_date_of_loss_the_oldest_debt_is_paid_first(recovered, expected, excess):
    paid_of, left = indemnity.apply_oldest_first(D(recovered), [(1, D(60)), (2, D(50))])
    assert ([paid_of[1], paid_of[2]], left) == (expected, excess)


def test_nothing_can_be_recovered_backwards():
    with pytest.raises(ValueError, match="recovered"):
        indemnity.apply_oldest_first(D("-0.01"), [])


@pytest.mark.parametrize(
    "recovered, more, expected",
    [
        ("30000", {}, ("22500", "7500", "0", "0")),
        ("30000", {"costs": 3000}, ("20250", "6750", "2250", "750")),
        ("3000", {"costs": 3000}, ("0", "0", "2250", "750")),
        ("120000", {}, ("90000", "30000", "0", "0")),
        ("120000.01", {}, ("90000", "30000.01", "0", "0")),  # beyond the loss
        ("10", {"earlier": 120000}, ("0", "10", "0", "0")),
        ("10", {"earlier": 119996}, ("3", "7", "0", "0")),
        ("0", {}, ("0", "0", "0", "0")),
        ("0.01", {}, ("0.01", "0", "0", "0")),
        ("0.01", {"earlier": "0.01"}, ("0.01", "0", "0", "0")),
        ("0.01", {"earlier": "0.02"}, ("0", "0.01", "0", "0")),
    ],
)
def test_after_it_by_the_shares_of_the_loss(recovered, more, expected):
    more = {name: D(value) for name, value in more.items()}
    found = indemnity.split_after_loss(D(recovered), D(120000), D(90000), 2, **more)
    assert found == tuple(map(D, expected))


def test_an_insurer_who_paid_nothing_gets_nothing():
    assert indemnity.split_after_loss(D(10), D(100), D(0), 2, D(4)) == (0, 6, 0, 4)


@pytest.mark.parametrize(
    "arguments, more, code",
    [
        ((10, 0, 0), {}, "loss"),
        ((10, 100, -1), {}, "paid"),
        ((10, 100, 101), {}, "paid"),
        ((-1, 100, 90), {}, "recovered"),
        ((10, 100, 90), {"earlier": D(-1)}, "recovered"),
        ((10, 100, 90), {"costs": D(-1)}, "costs"),
        ((10, 100, 90), {"costs": D(11)}, "costs"),
    ],
)
def test_no_such_recovery(arguments, more, code):
    with pytest.raises(ValueError) as caught:
        indemnity.split_after_loss(*map(D, arguments), 2, **more)
    assert caught.value.args == (code,)


# --- several kinds of limit ------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts, expected",
    [
        ([], "0"),
        ([("0", "90")], "0"),
        ([("100", "90")], "90"),
        ([("1000", "80"), ("3000", "90")], "87.5"),
        ([("1000", "80"), ("0", "10")], "80"),
    ],
)
def test_the_average_percentage_is_by_what_is_covered(parts, expected):
    parts = [(D(covered), D(percentage)) for covered, percentage in parts]
    assert indemnity.average_percentage(parts) == D(expected)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from([70, 80, 90])), max_size=8))
def test_the_average_pays_what_each_part_would(parts):
    """To the cent: claims of several kinds of limit lose nothing by being reckoned together."""
    parts = [(D(cents) / 100, D(percentage)) for cents, percentage in parts]
    covered = sum((amount for amount, _percentage in parts), D(0))
    exact = sum((amount * percentage for amount, percentage in parts), D(0)) / 100
    found = indemnity.indemnity(covered, D(0), indemnity.average_percentage(parts))
    assert abs(found.amount - exact) <= D("0.005")


@pytest.mark.parametrize("amount, expected", [("9350", "4675"), ("0.01", "0.01"), ("0", "0")])
def test_on_account(amount, expected):
    assert indemnity.on_account(LAW_ES, D(amount), 2) == D(expected)
