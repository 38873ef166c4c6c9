"""Which of a level's channels gets to somebody, and what is missing where none does."""

import pytest
from engine import channels
from engine.dunning import assess
from engine.grouping import group
from engine.reasons import REASONS
from factories import TODAY, ago, decide, item, level, policy, told


@pytest.mark.parametrize(
    "order, reach, chosen",
    [
        (("email",), {"email", "phone", "address"}, "email"),
        (("email",), {"phone", "address"}, None),
        (("email", "letter"), {"email", "address"}, "email"),
        (("email", "letter"), {"address"}, "letter"),
        (("email", "letter"), {"phone"}, None),
        (("email", "sms"), {"phone"}, "sms"),
        (("sms",), {"phone"}, "sms"),
        (("sms", "email"), {"email"}, "email"),
        (("whatsapp", "phone"), {"phone"}, "whatsapp"),
        (("phone", "letter"), {"address"}, "letter"),
        (("letter",), {"email", "phone"}, None),
        (("letter", "phone"), set(), None),
    ],
)
def test_the_first_channel_that_gets_there(order, reach, chosen):
    assert channels.choose(order, reach) == chosen


@pytest.mark.parametrize(
    "order, reason",
    [
        (("email",), "no_email"),
        (("email", "sms"), "no_email"),
        (("sms", "email"), "no_phone"),
        (("whatsapp",), "no_phone"),
        (("phone",), "no_phone"),
        (("letter", "email"), "no_address"),
    ],
)
def test_what_is_missing_is_what_the_first_channel_needs(order, reason):
    assert channels.why_not(order) == reason
    assert REASONS[reason][0] == "skip"


def test_each_channel_needs_something_whose_lack_has_a_reason():
    assert set(channels.NEEDS.values()) == set(channels.MISSING)
    assert set(channels.BY_HAND) < set(channels.NEEDS)


@pytest.mark.parametrize(
    "reach, channel", [({"email", "address"}, "email"), ({"address"}, "letter")]
)
def test_the_decision_carries_the_channel(reach, channel):
    rules = policy(level(5, channels=("email", "letter")))
    [decision] = decide(item(reach=frozenset(reach), policy=rules))
    assert (decision.reason, decision.channel) == ("level_reached", channel)


def test_what_waits_has_no_channel_yet():
    waiting, recent = decide(
        item(late=1), item(policy=policy(cadence=7), debtor_contacted=ago(1))
    )
    assert (waiting.channel, recent.reason, recent.channel) == (None, "cadence", None)


def test_a_letter_leaves_as_its_highest_level_does():
    """Two lines of one recipient: the tone and the way are those of the highest level."""
    mixed = policy(level(5), level(15, kind="follow_up", channels=("phone",)))
    facts = {"policy": mixed, "reach": frozenset({"email", "phone"})}
    low = item(late=6, **facts)
    high = item(late=20, last=told(5, 10), **facts)
    [letter] = group(assess([low, high], TODAY))
    assert (letter.level.delay, letter.channel) == (15, "phone")
