"""Which policy a sale falls under: somebody's choice, the debtor's own, the company's in force."""

from datetime import date

import pytest
from engine.insurance import SINGLE_DEBTOR, SINGLE_INVOICE, Buyer
from engine.insurance_choice import choose
from insured import YEAR_2026, day, line, policy

LAST_YEAR = (date(2025, 1, 1), date(2025, 12, 31))
OLD, NEW = policy(periods=(LAST_YEAR,)), policy()
OWN = policy(kind=SINGLE_DEBTOR, debtor_id=7)
OLD_OWN = OWN._replace(periods=(LAST_YEAR,))
ONE_SALE = policy(kind=SINGLE_INVOICE)
ENDED, OVER = NEW._replace(ended=True), OLD._replace(ended=True)


@pytest.mark.parametrize(
    "policies, debtor, chosen, expected",
    [
        ({}, 7, None, None),
        ({"new": NEW}, 7, None, "new"),
        ({"old": OLD, "new": NEW}, 7, None, "new"),
        ({"old": OLD}, 7, None, "old"),  # none in force: the first says why nothing is covered
        ({"new": NEW, "second": NEW}, 7, None, "new"),  # the preferred one
        ({"new": NEW, "own": OWN}, 7, None, "own"),
        ({"new": NEW, "own": OWN}, 8, None, "new"),
        ({"own": OWN}, 8, None, None),
        ({"one": ONE_SALE}, 7, None, None),
        ({"one": ONE_SALE, "new": NEW}, 7, None, "new"),
        ({"one": ONE_SALE, "new": NEW}, 7, "one", "one"),
        ({"old": OLD, "new": NEW}, 7, "old", "old"),
        ({"new": NEW}, 7, "gone", "new"),
        ({"new": NEW, "ended": ENDED}, 7, None, "new"),
        ({"old": OLD, "ended": ENDED}, 7, None, "ended"),  # sold while it was in force
        ({"ended": ENDED}, 7, None, "ended"),
        ({"ended": OVER}, 7, None, None),
        ({"new": NEW, "ended": ENDED}, 7, "ended", "ended"),
        ({"new": NEW, "ended": OVER}, 7, "ended", "new"),
    ],
)
def test_the_policy_of_a_sale(policies, debtor, chosen, expected):
    assert choose(policies, line(), Buyer(debtor), chosen) == expected


@pytest.mark.parametrize(
    "policies, chosen, expected",
    [
        ({"own": OLD_OWN, "new": NEW}, None, "new"),
        ({"own": OLD_OWN, "new": NEW}, "own", "own"),  # somebody said so
        ({"old": OLD, "own": OLD_OWN}, None, "own"),  # none is in force: the closest
    ],
)
def test_a_debtors_own_policy_that_is_over_takes_no_cover_away(policies, chosen, expected):
    assert choose(policies, line(), Buyer(7), chosen) == expected


NEXT_YEAR = (date(2027, 1, 1), date(2027, 12, 31))
RENEWED = {
    "other": policy(periods=((date(2024, 1, 1), date(2028, 12, 31)),)),  # the preferred one
    "old": OLD,
    "new": NEW._replace(renews="old"),
    "next": policy(periods=(NEXT_YEAR,), renews="new"),
}


@pytest.mark.parametrize("chosen", ["old", "new", "next"])
@pytest.mark.parametrize(
    "sold, expected",
    [
        (date(2024, 12, 31), None),  # none of them is in force: it counts whatever it says
        (LAST_YEAR[0], "old"),
        (LAST_YEAR[1], "old"),
        (YEAR_2026[0], "new"),
        (YEAR_2026[1], "new"),
        (NEXT_YEAR[0], "next"),
        (NEXT_YEAR[1], "next"),
        (date(2028, 1, 1), None),
    ],
)
def test_of_a_policy_and_its_renewals_that_of_the_day(chosen, sold, expected):
    assert choose(RENEWED, line(invoiced=sold), chosen=chosen) == (expected or chosen)


def test_the_renewal_of_one_that_is_archived():
    policies = {**RENEWED, "old": OVER}
    assert choose(policies, line(), chosen="old") == "new"
    assert choose(policies, line(invoiced=LAST_YEAR[1]), chosen="new") == "old"
    assert choose({**policies, "new": NEW}, line(), chosen="old") == "other"


@pytest.mark.parametrize(
    "attachment, expected", [("invoice", "new"), ("delivery", "old")]
)
def test_the_day_of_the_sale_is_the_policys(attachment, expected):
    policies = {
        "new": NEW._replace(attachment=attachment),
        "old": OLD._replace(attachment=attachment),
    }
    sale = line(invoiced=YEAR_2026[0], delivered=LAST_YEAR[1], due=day())
    assert choose(policies, sale) == expected
