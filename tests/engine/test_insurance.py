"""Policies that contradict themselves are refused, by a code."""

from datetime import date
from decimal import Decimal

import pytest
from engine import insurance
from engine.insurance import LAW_ES, LOST, Deadline
from insured import PERCENTAGES, YEAR_2026, day, line, policy

D = Decimal
LOW_BLIND = {**PERCENTAGES, "blind": D(40)}
NEXT = (date(2027, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"periods": (NEXT, YEAR_2026)},
        {"periods": ((day(), day()),)},  # a single day
        {"attachment": "delivery"},
        {"percentages": {"named": D(100)}},  # no other kind of limit
        {"percentages": {"named": D(50)}, "law": LAW_ES},  # exactly what the law grants
        {"kind": "single_debtor", "debtor_id": 7},
        {"notice": (Deadline("mep", 30), Deadline("insolvency", 10))},
        {"waiting": Deadline("notice", months=6), "claim": Deadline("loss", 30)},
        {"discretionary": D(10), "blind": D(5)},
    ],
)
def test_policies_that_make_sense(facts):
    insurance.check(policy(**facts))


@pytest.mark.parametrize(
    "facts, code",
    [
        ({"kind": "whole"}, "kind"),
        ({"attachment": "due"}, "attachment"),
        ({"periods": ()}, "period"),
        ({"periods": ((day(1), day(0)),)}, "period"),
        ({"periods": (YEAR_2026, (date(2026, 12, 31), date(2027, 12, 30)))}, "period"),
        ({"percentages": {}}, "percentage"),
        ({"percentages": {"named": D(0)}}, "percentage"),
        ({"percentages": {"named": D("100.01")}}, "percentage"),
        ({"percentages": {"named": D("49.99")}, "law": LAW_ES}, "percentage"),
        ({"percentages": {"named": D(90)}, "blind": D(5)}, "percentage"),
        ({"percentages": {"named": D(90)}, "discretionary": D(5)}, "percentage"),
        ({"percentages": LOW_BLIND, "blind": D(5), "law": LAW_ES}, "percentage"),
        ({"kind": "single_debtor"}, "debtor"),
        ({"notice": (Deadline("birthday", 1),)}, "base"),
        ({"notice": (Deadline("notice", 1),)}, "base"),
        ({"notice": (Deadline("loss", 1),)}, "base"),
        ({"waiting": Deadline("loss", 1)}, "base"),
        ({"activation": Deadline("mep", 1)}, "base"),
        ({"claim": Deadline("never", 1)}, "base"),
        ({"consequences": {"notice": LOST}}, "consequence"),
        ({"consequences": dict.fromkeys(insurance.CONSEQUENCES, "none")}, "consequence"),
    ],
)  # fmt: skip
def test_policies_that_do_not(facts, code):
    with pytest.raises(ValueError) as caught:
        insurance.check(policy(**facts))
    assert caught.value.args == (code,)


@pytest.mark.parametrize(
    "attachment, delivered, expected",
    [
        ("invoice", day(-5), day(0)),
        ("delivery", day(-5), day(-5)),
        ("delivery", None, day(0)),  # not known: the invoice date
    ],
)
def test_the_day_of_the_sale(attachment, delivered, expected):
    sale = line(delivered=delivered)
    assert insurance.attachment_day(policy(attachment=attachment), sale) == expected


@pytest.mark.parametrize(
    "key, before",
    [
        ("A", ()),
        ("B", ("A",)),
        ("C", ("B", "A")),
        ("other", ("A",)),       # two may renew the same one
        ("alone", ()),           # what it renews isn't among them
    ],
)
def test_a_policy_renews_all_that_were_before_it(key, before):
    renews = {"A": None, "B": "A", "C": "B", "other": "A", "alone": "gone"}
    policies = {one: policy(renews=other) for one, other in renews.items()}
    assert insurance.renewed(policies, key) == before
