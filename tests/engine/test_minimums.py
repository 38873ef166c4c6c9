"""Minimums: what one debtor would be asked for in all, per currency and policy."""

import pytest
from factories import (
    LEVELS,
    decide,
    item,
    money,
    pause,
    payment,
    policy,
    reasons,
)

NO_LEVELS = policy()._replace(levels=())


@pytest.mark.parametrize(
    "residual, reason",
    [("99.99", "below_minimum"), ("100", "level_reached"), ("100.01", "level_reached")],
)
def test_rule_15_the_minimum_in_company_currency(residual, reason):
    """Below, at and above it."""
    assert reasons(item(residual, policy=policy(minimum=money(100)))) == [reason]


@pytest.mark.parametrize("rate", [20, 4000])
@pytest.mark.parametrize(
    "in_company, reason",
    [(-1, "below_minimum"), (0, "level_reached"), (1, "level_reached")],
)
def test_rule_15_a_foreign_debt_is_compared_in_company_currency(rate, in_company, reason):
    """Rates much greater than 1: USD 5 at the minimum of MXN 5 * rate."""
    rules = policy(minimum=money(5 * rate))
    debt = item(5, currency="USD", rate=rate, policy=rules)
    debt = debt._replace(company_residual=money(5 * rate + in_company))
    assert reasons(debt) == [reason]


@pytest.mark.parametrize("rate", [20, 4000])
@pytest.mark.parametrize(
    "dollars, reason",
    [("99.99", "below_minimum"), (100, "level_reached"), ("100.01", "level_reached")],
)
def test_rule_15_the_other_way_round(rate, dollars, reason):
    """Company in USD, debt in a currency of which `rate` make one dollar."""
    debt = item(money(dollars) * rate, currency="COP", rate=1 / money(rate))
    assert reasons(debt._replace(policy=policy(minimum=money(100)))) == [reason]


def test_a_minimum_of_100_mxn_does_not_silence_1999_usd():
    """Peers' defect: the tolerance was converted in the wrong direction."""
    rules = policy(minimum=money(100))
    assert reasons(item(1999, currency="USD", rate=20, policy=rules)) == ["level_reached"]
    in_usd = item(1999, currency="COP", rate="0.00025", policy=rules)  # company in USD: 0.50
    assert reasons(in_usd) == ["below_minimum"]


@pytest.mark.parametrize("rate", [20, 4000])
@pytest.mark.parametrize("company_minimum", [0, 10**9])
@pytest.mark.parametrize(
    "residual, reason",
    [("49.99", "below_minimum"), ("50", "level_reached"), ("50.01", "level_reached")],
)
def test_rule_15_a_table_per_currency_is_never_converted(residual, reason, company_minimum, rate):
    """USD 50 means dollars, whatever they are worth and the other minimum is."""
    rules = policy(minimum=money(company_minimum), minimums={"USD": money(50)})
    assert reasons(item(residual, currency="USD", rate=rate, policy=rules)) == [reason]


@pytest.mark.parametrize(
    "pesos, dollars, expected",
    [
        (100, "49.99", ["level_reached", "below_minimum"]),
        ("99.99", "50", ["below_minimum", "level_reached"]),
        ("99.99", "49.99", ["below_minimum", "below_minimum"]),
    ],
)
def test_a_currency_with_its_own_minimum_is_a_pool_of_its_own(pesos, dollars, expected):
    rules = policy(minimum=money(100), minimums={"USD": money(50)})
    items = [item(pesos, policy=rules), item(dollars, currency="USD", rate=20, policy=rules)]
    assert reasons(*items) == expected


@pytest.mark.parametrize(
    "dollars, reason", [("1.99", "below_minimum"), ("2", "level_reached"), (3, "level_reached")]
)
def test_the_minimum_is_for_all_that_the_debtor_would_be_asked(dollars, reason):
    """MXN 60 and some dollars at 20 together: a pool in company currency."""
    rules = policy(minimum=money(100))
    items = [item(60, policy=rules), item(dollars, currency="USD", rate=20, policy=rules)]
    assert reasons(*items) == [reason, reason]


def test_each_policy_has_its_own_pool():
    low, high = policy(minimum=money(50)), policy(minimum=money(150), id=2)
    items = [item(60, policy=low), item(100, policy=high), item(49, policy=high)]
    assert reasons(*items) == ["level_reached", "below_minimum", "below_minimum"]
    assert reasons(*items, item(1, policy=high))[1:] == ["level_reached"] * 3


@pytest.mark.parametrize(
    "facts",
    [
        {"late": 1},  # waits
        {"no_followup": True},
        {"reach": frozenset()},
        {"pauses": (pause("block"),)},
        {"payments": (payment(90),)},
    ],
)
def test_only_what_is_asked_for_counts_towards_the_minimum(facts):
    rules = policy(minimum=money(100))
    assert reasons(item(60, policy=rules), item(90, policy=rules, **facts))[0] == "below_minimum"


@pytest.mark.parametrize(
    "paused, reason",
    [("49.99", "level_reached"), ("50", "level_reached"), ("50.01", "below_minimum")],
)
def test_the_minimum_looks_at_what_may_be_chased(paused, reason):
    rules = policy(minimum=money(1000))
    holding = (pause("promise", paused),)
    assert reasons(item(100, currency="USD", rate=20, pauses=holding, policy=rules)) == [reason]


@pytest.mark.parametrize(
    "places, in_company, reason",
    [
        (2, "99.994", "below_minimum"),
        (2, "99.995", "level_reached"),  # rounded as a sum of money, half up
        (0, "99.49", "below_minimum"),
        (0, "99.5", "level_reached"),
    ],
)
def test_company_amounts_are_rounded_before_they_are_compared(places, in_company, reason):
    rules = policy(minimum=money(100), places=places)
    debt = item(1, currency="USD", rate=in_company, policy=rules)
    assert reasons(debt) == [reason]


def test_below_minimum_names_the_level_that_would_have_been():
    rules = policy(minimum=money(101))
    assert decide(item(100, policy=rules))[0][:4] == ("skip", "below_minimum", LEVELS[0], None)


def test_without_a_minimum_a_cent_is_asked_for():
    assert reasons(item("0.01")) == ["level_reached"]
