"""One debtor on one day: exclusions, deliverability, cadence, and every reason."""

from datetime import date

import pytest
from engine.dunning import assess
from engine.reasons import REASONS
from factories import (
    LEVELS,
    TODAY,
    addressee,
    ago,
    ahead,
    decide,
    directory,
    item,
    level,
    money,
    pause,
    payment,
    policy,
    reasons,
    told,
)

NO_LEVELS = policy()._replace(levels=())


# --- Who takes part -------------------------------------------------------------------------


@pytest.mark.parametrize("facts", [{}, {"policy": None}, {"no_followup": True}, {"residual": -5}])
def test_rule_1_a_line_without_a_partner_is_reported(facts):
    """It is reported with its reason before any other, never dropped."""
    assert reasons(item(**{"debtor_id": None, **facts})) == ["no_partner"]


def test_rule_1_a_negative_residual_is_a_credit():
    """Negative residuals are credits, whatever else is known of them."""
    assert reasons(item("-0.01"), item(-5, policy=None), item(-5, no_followup=True)) == [
        "credit",
        "credit",
        "credit",
    ]


def test_a_line_without_residual_is_no_credit():
    """Its company currency may still be open: an exchange difference."""
    assert reasons(item(0)) == ["nothing_to_chase"]


def test_no_followup_is_honoured():
    """Peers' defect: the user's exclusion of an invoice was ignored."""
    assert reasons(item(no_followup=True), item(late=9)) == ["no_followup", "level_reached"]


@pytest.mark.parametrize(
    "included, no_followup, reason",
    [
        (True, True, "level_reached"),  # Odoo's default for them: not a decision by a person
        (True, False, "level_reached"),
        (False, True, "general_journal"),
        (False, False, "general_journal"),
    ],
)
def test_rule_1_general_journal_debts_if_the_policy_says_so(included, no_followup, reason):
    """Opening balances don't vanish because Odoo sets no_followup on them."""
    rules = policy(general_journal=included)
    entry = item(kind="entry", no_followup=no_followup, policy=rules)
    assert reasons(entry, item(late=9, policy=rules)) == [reason, "level_reached"]


@pytest.mark.parametrize(
    "required, sent, kind, reason",
    [
        (True, False, "invoice", "not_sent"),
        (True, True, "invoice", "level_reached"),
        (False, False, "invoice", "level_reached"),
        (True, False, "entry", "level_reached"),  # there is nothing to send
    ],
)
def test_invoices_never_sent(required, sent, kind, reason):
    """Peers' defect: a lost invoice is not the customer's fault."""
    assert reasons(item(sent=sent, kind=kind, policy=policy(require_sent=required))) == [reason]


def test_without_policy_or_levels():
    assert reasons(item(policy=None), item(policy=NO_LEVELS)) == ["no_policy", "no_levels"]
    assert reasons(item(policy=None, no_followup=True)) == ["no_followup"]


# --- Delivery -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts, reach, reason",
    [
        ({}, {"email"}, "level_reached"),
        ({}, {}, "no_email"),
        ({}, {"phone", "address"}, "no_email"),
        ({"channels": ("sms",)}, {"phone"}, "level_reached"),
        ({"channels": ("sms",)}, {"email", "address"}, "no_phone"),
        ({"channels": ("letter",)}, {"email", "phone"}, "no_address"),
        ({"deliverable": False}, {"email"}, "no_template"),
        ({"deliverable": False}, {}, "no_template"),
    ],
)
def test_a_message_that_cannot_be_delivered_is_work_for_a_person(facts, reach, reason):
    unready = item(reach=reach, policy=policy(level(5, **facts)))
    assert decide(unready)[0][:3] == (REASONS[reason][0], reason, level(5, **facts))


def test_what_waits_is_not_asked_for_its_address():
    assert reasons(item(late=1, reach=frozenset())) == ["level_not_reached"]


# --- Cadence and gap ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contacted, expected",
    [
        (6, ("wait", "cadence", LEVELS[0], ahead(1))),
        (7, ("remind", "level_reached", LEVELS[0], None)),
        (8, ("remind", "level_reached", LEVELS[0], None)),
    ],
)
def test_rule_8_cadence_limits_messages_to_the_debtor(contacted, expected):
    """A ready line waits, with the date in its reason."""
    [decision] = decide(item(debtor_contacted=ago(contacted), policy=policy(cadence=7)))
    assert decision[:4] == expected


def test_an_absurd_cadence_waits_until_the_calendar_ends():
    [decision] = decide(item(debtor_contacted=ago(1), policy=policy(cadence=10**9)))
    assert decision[1:4] == ("cadence", LEVELS[0], date.max)


def test_rule_8_cadence_is_about_ready_lines_only():
    """It limits messages, not lines; the others keep their own reason."""
    facts = {"debtor_contacted": TODAY, "policy": policy(cadence=7)}
    items = [item(late=1, **facts), item(last=told(5, 2), late=16, **facts), item(**facts)]
    assert reasons(*items) == ["level_not_reached", "gap", "cadence"]


@pytest.mark.parametrize(
    "facts",
    [
        {"debtor_contacted": TODAY, "policy": policy(cadence=0)},
        {"debtor_contacted": ahead(1), "policy": policy(cadence=0)},  # a run for a past date
        {"debtor_contacted": None, "policy": policy(cadence=7)},
    ],
)
def test_without_cadence_or_contact_nothing_waits(facts):
    assert reasons(item(**facts)) == ["level_reached"]


def test_one_recently_reminded_invoice_does_not_silence_the_others():
    """Peers' defect: the gap of one invoice silenced the debtor; here it is per line."""
    told_yesterday = item(late=16, last=told(5, 1), debtor_contacted=ago(1))
    other = item(late=12, debtor_contacted=ago(1))
    assert reasons(told_yesterday, other) == ["gap", "level_reached"]


def test_the_progression_is_the_policys():
    """Peers' defect: no way to choose where a 200-day-old debt enters."""
    by_age = policy(progression="by_age")
    decisions = decide(item(late=200), item(late=200, policy=by_age))
    assert [decision.level.delay for decision in decisions] == [5, 15]


def test_each_item_follows_its_own_policy():
    other = policy(level(9), id=2)
    decisions = decide(item(late=9), item(late=9, policy=other), item(late=8, policy=other))
    assert [(one.reason, one.level.delay) for one in decisions] == [
        ("level_reached", 5),
        ("level_reached", 9),
        ("level_not_reached", 9),
    ]


# --- What is reported as the amount ---------------------------------------------------------


@pytest.mark.parametrize(
    "facts, amount",
    [
        ({}, 70),
        ({"late": 1}, 70),  # not due yet, but it may be chased one day
        ({"reach": frozenset()}, 70),
        ({"no_followup": True}, 0),
        ({"policy": None}, 0),
        ({"debtor_id": None}, 0),
        ({"residual": money(-100)}, 0),
        ({"pauses": (pause("block"),)}, 0),
    ],
)
def test_the_amount_of_a_line_that_takes_no_part_is_nothing(facts, amount):
    usual = {"residual": 100, "currency": "USD", "rate": 20, "pauses": (pause("dispute", 30),)}
    debt = item(**{**usual, **facts})
    [one] = assess([debt], TODAY)
    assert (one.amount, one.company_amount) == (amount, 20 * amount)


# --- After an answer, and after an invoice was sent again ------------------------------------


@pytest.mark.parametrize(
    "facts, expected",
    [
        ({}, "answer_waiting"),  # would be told
        ({"late": 1}, "answer_waiting"),  # would wait for its level
        ({"debtor_contacted": ago(1), "policy": policy(cadence=7)}, "answer_waiting"),
        ({"policy": policy(minimum=money(101))}, "answer_waiting"),
        ({"reach": frozenset()}, "answer_waiting"),
        # what nobody would chase anyway keeps its own reason
        ({"pauses": (pause("block"),)}, "paused"),
        ({"no_followup": True}, "no_followup"),
        ({"policy": policy(level(5, kind="demand"))}, "demand_first"),
        ({"residual": -1}, "credit"),
    ],
)
def test_whatever_would_follow_waits_for_the_answer_to_be_handled(facts, expected):
    assert reasons(item(answer_waiting=True, **facts)) == [expected]


def test_an_answer_leaves_the_amount_to_chase_alone():
    """So that an approved reminder is held back and not emptied."""
    [one] = assess([item(100, answer_waiting=True)], TODAY)
    assert (one.decision.reason, one.amount) == ("answer_waiting", 100)


@pytest.mark.parametrize(
    "days_since, expected",
    [
        (0, ("wait", "invoice_resent", ahead(7))),
        (6, ("wait", "invoice_resent", ahead(1))),  # the last day
        (7, ("remind", "level_reached", None)),  # the day
        (8, ("remind", "level_reached", None)),
    ],
)
def test_an_invoice_sent_again_has_its_time(days_since, expected):
    [decision] = decide(item(resent=ago(days_since), policy=policy(resend_days=7)))
    assert (decision.outcome, decision.reason, decision.next_date) == expected
    assert decision.level.delay == 5


def test_an_invoice_sent_again_keeps_its_level():
    [decision] = decide(
        item(late=30, last=told(5, 20), resent=ago(1), policy=policy(resend_days=7))
    )
    assert (decision.reason, decision.level.delay) == ("invoice_resent", 15)


@pytest.mark.parametrize(
    "facts, days, expected",
    [
        ({}, 0, "level_reached"),  # the policy gives no time
        ({"late": 1}, 3, "level_not_reached"),  # the level comes later than the time ends
        ({"late": 1}, 4, "level_not_reached"),  # on the same day
        ({"late": 1}, 5, "invoice_resent"),
        ({"answer_waiting": True}, 7, "answer_waiting"),
        ({"policy": NO_LEVELS}, 7, "no_levels"),
        ({"late": 99, "last": told(40, 30)}, 7, "final_level_done"),
    ],
)
def test_which_reason_comes_first_after_sending_again(facts, days, expected):
    usual = {"policy": policy(resend_days=days), "resent": TODAY}
    assert reasons(item(**{**usual, **facts})) == [expected]


# --- Every reason ---------------------------------------------------------------------------

ONCE = (level(5), level(15))
WAYS = {
    "level_reached": item(),
    "repeat": item(last=told(5, 30), policy=policy(level(5, repeat=30))),
    "level_not_reached": item(late=1),
    "gap": item(late=20, last=told(5, 1)),
    "cadence": item(debtor_contacted=ago(1), policy=policy(cadence=7)),
    "paused_until": item(pauses=(pause("promise", 100, ahead(1)),)),
    "pay_day": item(pay_days=(25,), policy=policy(respect_pay_days=True)),
    "no_partner": item(debtor_id=None),
    "no_policy": item(policy=None),
    "no_levels": item(policy=NO_LEVELS),
    "no_followup": item(no_followup=True),
    "wrong_partner": item(right_partner=False),
    "general_journal": item(kind="entry", policy=policy(general_journal=False)),
    "not_sent": item(sent=False, policy=policy(require_sent=True)),
    "credit": item(-1),
    "payment_in_process": item(payments=(payment(100),)),
    "nothing_to_chase": item(0),
    "paused": item(pauses=(pause("dispute", 100),)),
    "covered_by_credit": item(100),  # with a credit beside it
    "demand_first": item(policy=policy(level(5, kind="demand"))),
    "no_level_left": item(policy=policy(level(-5))),
    "final_level_done": item(late=99, last=told(15, 30), policy=policy(*ONCE)),
    "no_template": item(policy=policy(level(5, deliverable=False))),
    "no_email": item(reach=frozenset()),
    "no_phone": item(policy=policy(level(5, channels=("phone",)))),
    "no_address": item(policy=policy(level(5, channels=("letter",)))),
    "no_recipient": item(policy=policy(routes={"reminder": ("superior",)})),
    "ambiguous_recipient": item(
        directory=directory(addressee(1, "payments_clerk"), addressee(2, "payments_clerk"))
    ),
    "below_minimum": item(policy=policy(minimum=money(101))),
    "answer_waiting": item(answer_waiting=True),
    "invoice_resent": item(resent=ago(1), policy=policy(resend_days=7)),
}


def test_every_reason_has_its_case():
    assert set(WAYS) == set(REASONS)


@pytest.mark.parametrize("reason", WAYS)
def test_a_decision_carries_its_reason(reason):
    beside = [item(-100)] if reason == "covered_by_credit" else []
    [decision, *_] = decide(WAYS[reason], *beside)
    assert decision.reason == reason
    assert decision.outcome == REASONS[reason][0]
    assert (decision.next_date is not None) == (decision.outcome == "wait")


def test_pauses_are_named_before_credits_before_payments():
    """When several things together take the residual, the one a person can look into first."""
    half = {"payments": (payment(50),)}
    debt = item(100, **half)
    assert reasons(debt, item(-50))[0] == "covered_by_credit"
    assert reasons(debt._replace(pauses=(pause("dispute", 30),)), item(-20))[0] == "paused"


def test_every_item_gets_one_decision_oldest_due_first():
    items = [item(late=3), item(-5, late=7), item(late=12), item(late=5, policy=None)]
    assert [one.item for one in assess(items, TODAY)] == [items[2], items[1], items[3], items[0]]
    assert assess([], TODAY) == []
