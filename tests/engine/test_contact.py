"""Hours, holidays and limits of contacts, below, at and above each of them."""

from datetime import date, datetime, timedelta

import pytest
from engine import contact
from engine.contact import Cap, Contact, Rule, Window, check
from engine.places import MAIN_ZONES, STATE_ZONES, Place, main_zone, public_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

MADRID = Place("Europe/Madrid", "ES", "PO")
BOGOTA = Place("America/Bogota", "CO")
OFFICE = Rule(
    1,
    windows=tuple(Window(day, 9 * 60, 19 * 60) for day in range(5)),
    avoid=(Window(0, 540, 570), Window(4, 900, 1140)),
    skip_holidays=True,
)


def at(text):
    """A moment in UTC: "2026-03-10 08:00"."""
    return datetime.fromisoformat(text)


def told(text, channel="email", **facts):
    """A contact at a moment in UTC."""
    return Contact(at(text), channel, **facts)


def short(answer):
    """(reason, until as text) of an answer."""
    return answer.reason, f"{answer.until:%Y-%m-%d %H:%M}" if answer.until else None


# --- hours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment, expected",
    [
        ("2026-03-10 07:59", ("outside_hours", "2026-03-10 08:00")),  # Tuesday, UTC+1
        ("2026-03-10 07:59:59", ("outside_hours", "2026-03-10 08:00")),
        ("2026-03-10 08:00", ("within_rule", None)),
        ("2026-03-10 17:59:59", ("within_rule", None)),
        ("2026-03-10 18:00", ("outside_hours", "2026-03-11 08:00")),  # the end isn't included
        ("2026-03-09 08:29", ("avoided", "2026-03-09 08:30")),  # Monday before half past nine
        ("2026-03-09 08:30", ("within_rule", None)),
        ("2026-03-13 13:59", ("within_rule", None)),  # Friday before three
        ("2026-03-13 14:00", ("avoided", "2026-03-16 08:30")),
        ("2026-03-14 10:00", ("closed_day", "2026-03-16 08:30")),  # Saturday
        ("2026-03-15 22:59", ("closed_day", "2026-03-16 08:30")),  # Sunday, to the last minute
        ("2026-03-15 23:00", ("outside_hours", "2026-03-16 08:30")),  # Monday there
        ("2026-03-19 10:00", ("holiday", "2026-03-20 08:00")),  # a holiday in Galicia only
        ("2026-12-24 19:00", ("outside_hours", "2026-12-28 08:30")),  # Christmas on a Friday
    ],
)
def test_hours(moment, expected):
    assert short(check(OFFICE, "email", at(moment), (), MADRID)) == expected


def test_the_same_moment_elsewhere():
    moment = at("2026-03-10 08:00")
    assert check(OFFICE, "phone", moment, (), MADRID).outcome == "allow"
    there = check(OFFICE, "phone", moment, (), BOGOTA)
    assert short(there) == ("outside_hours", "2026-03-10 14:00")


def test_a_holiday_of_another_area_is_none():
    moment = at("2026-03-19 10:00")
    assert check(OFFICE, "email", moment, (), Place("Europe/Madrid", "ES", "M")).reason == (
        "within_rule" if date(2026, 3, 19) not in public_holidays("ES", "M", 2026) else "holiday"
    )
    assert check(OFFICE._replace(skip_holidays=False), "email", moment, (), MADRID)[0] == "allow"
    assert check(OFFICE, "email", moment, (), Place("Europe/Madrid")).outcome == "allow"


def test_no_rule_no_limits():
    assert short(check(None, "email", at("2026-03-15 03:00"))) == ("no_limits", None)
    assert short(check(Rule(1), "email", at("2026-03-15 03:00"))) == ("within_rule", None)


def test_avoided_times_without_hours():
    rule = Rule(1, avoid=(Window(6, 0, 1440),))
    assert short(check(rule, "email", at("2026-03-15 10:00"))) == ("avoided", "2026-03-16 00:00")
    assert check(rule, "email", at("2026-03-14 23:59")).outcome == "allow"


def test_an_unknown_channel_is_an_error():
    with pytest.raises(KeyError):
        check(OFFICE, "pigeon", at("2026-03-10 10:00"))


def test_a_letter_has_no_hour():
    sunday = at("2026-03-15 03:00")
    assert check(OFFICE, "letter", sunday, (), MADRID).outcome == "allow"
    rule = OFFICE._replace(caps=(Cap("message", 1, 7),))
    answer = check(rule, "letter", sunday, [told("2026-03-14 10:00")], MADRID)
    assert short(answer) == ("cap", "2026-03-20 23:00")  # the day begins there


def test_refused():
    rule = OFFICE._replace(forbidden=frozenset(["visit"]))
    assert short(check(rule, "visit", at("2026-03-10 10:00"))) == ("forbidden_channel", None)
    never = Rule(1, windows=(Window(0, 60, 120),), avoid=(Window(0, 0, 1440),))
    assert short(check(never, "email", at("2026-03-10 10:00"))) == ("no_moment", None)


# --- clock changes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "window, moment, until",
    [
        # Sunday 29 March 2026: 2:00 becomes 3:00 (UTC 1:00)
        ((540, 600), "2026-03-28 12:00", "2026-03-29 07:00"),
        ((540, 600), "2026-03-21 12:00", "2026-03-22 08:00"),
        ((180, 240), "2026-03-29 00:30", "2026-03-29 01:00"),
        ((150, 165), "2026-03-28 20:00", "2026-04-05 00:30"),  # 2:30 doesn't exist that day
        # Sunday 25 October 2026: 3:00 becomes 2:00 (UTC 1:00)
        ((540, 600), "2026-10-24 12:00", "2026-10-25 08:00"),
        ((150, 165), "2026-10-24 20:00", "2026-10-25 00:30"),  # the first 2:30
        ((150, 165), "2026-10-25 00:50", "2026-10-25 01:30"),  # the second one
    ],
)
def test_clock_changes(window, moment, until):
    rule = Rule(1, windows=(Window(6, *window),))
    assert short(check(rule, "email", at(moment), (), MADRID))[1] == until


def test_a_day_whose_midnight_is_skipped():
    """Chile moves its clocks at midnight: 6 September 2026 begins at 1:00."""
    chile = Place("America/Santiago", "CL")
    rule = Rule(1, caps=(Cap("message", 1, 1),))
    answer = check(rule, "email", at("2026-09-06 02:00"), [told("2026-09-05 20:00")], chile)
    assert short(answer) == ("cap", "2026-09-06 04:00")


# --- limits ---------------------------------------------------------------------------------

NOON = "2026-03-10 12:00"


@pytest.mark.parametrize(
    "cap, history, expected",
    [
        (Cap("message", 1, 7), [], ("within_rule", None)),
        (Cap("message", 1, 7), [told("2026-03-03 23:59")], ("within_rule", None)),
        (Cap("message", 1, 7), [told("2026-03-04 00:00")], ("cap", "2026-03-11 00:00")),
        (Cap("message", 1, 7), [told(NOON)], ("cap", "2026-03-17 00:00")),
        (Cap("message", 1, 7), [told(NOON, "phone")], ("within_rule", None)),
        (Cap("message", 1, 7), [told(NOON, "portal")], ("within_rule", None)),
        (Cap("message", 1, 7), [told(NOON, incoming=True)], ("within_rule", None)),
        (Cap("call", 1, 7), [told(NOON)], ("within_rule", None)),
        (Cap("any", 1, 1), [told("2026-03-10 01:00", "visit")], ("cap", "2026-03-11 00:00")),
        (Cap("any", 1, 1), [told("2026-03-09 23:59", "visit")], ("within_rule", None)),
        (Cap("message", 2, 7), [told("2026-03-09 12:00")], ("within_rule", None)),
        (
            Cap("message", 2, 7),
            [told("2026-03-09 12:00", "sms"), told("2026-03-05 12:00")],
            ("cap", "2026-03-12 00:00"),
        ),
        (Cap("message", 2, 7, gap=2), [told("2026-03-09 12:00")], ("gap", "2026-03-11 00:00")),
        (Cap("message", 2, 7, gap=2), [told("2026-03-08 12:00")], ("within_rule", None)),
    ],
)
def test_caps_on_messages(cap, history, expected):
    assert short(check(Rule(1, caps=(cap,)), "email", at(NOON), history)) == expected


@pytest.mark.parametrize(
    "history, expected",
    [
        ([told("2026-03-04 12:00", "phone")], ("within_rule", None)),
        ([told("2026-03-04 12:00", "phone", conversation=True)], ("quiet", "2026-03-11 00:00")),
        ([told("2026-03-03 12:00", "phone", conversation=True)], ("within_rule", None)),
        # he called us
        (
            [told("2026-03-09 12:00", "phone", conversation=True, incoming=True)],
            ("quiet", "2026-03-16 00:00"),
        ),
    ],
)
def test_quiet_days_after_a_conversation(history, expected):
    rule = Rule(1, caps=(Cap("call", 1, 7, conversations=True),))
    assert short(check(rule, "phone", at(NOON), history)) == expected
    assert check(rule, "email", at(NOON), history).outcome == "allow"


@pytest.mark.parametrize("counts, outcome", [(True, "reschedule"), (False, "allow")])
def test_attempts(counts, outcome):
    rule = Rule(1, caps=(Cap("call", 1, 7),), attempts_count=counts)
    history = [told("2026-03-09 12:00", "phone", attempt=True)]
    assert check(rule, "phone", at(NOON), history).outcome == outcome


def test_one_channel_at_a_time():
    rule = Rule(1, single_channel_days=7)
    history = [told("2026-03-04 12:00", "phone")]
    assert short(check(rule, "email", at(NOON), history)) == ("other_channel", "2026-03-11 00:00")
    assert check(rule, "phone", at(NOON), history).outcome == "allow"
    assert check(rule, "email", at("2026-03-11 00:00"), history).outcome == "allow"
    called = [told("2026-03-04 12:00", "phone", conversation=True, incoming=True)]
    assert check(rule, "email", at(NOON), called).outcome == "allow"


def test_the_limit_that_lasts_longest_is_named():
    rule = Rule(1, caps=(Cap("any", 1, 1), Cap("message", 1, 7)))
    assert short(check(rule, "email", at(NOON), [told(NOON)])) == ("cap", "2026-03-17 00:00")


def test_a_limit_ends_inside_the_hours():
    rule = OFFICE._replace(caps=(Cap("message", 1, 7),))
    history = [told("2026-03-07 12:00")]  # free again on Saturday
    answer = check(rule, "email", at("2026-03-10 10:00"), history, MADRID)
    assert short(answer) == ("cap", "2026-03-16 08:30")


def test_how_far_back_contacts_matter():
    assert Rule(1).lookback == 0
    rule = Rule(1, caps=(Cap("any", 1, 3), Cap("call", 7, 7, gap=9)), single_channel_days=8)
    assert rule.lookback == 9


# --- properties -----------------------------------------------------------------------------

windows = st.builds(
    lambda day, start, length: Window(day, start, min(start + length, 1440)),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
caps = st.builds(
    Cap, st.sampled_from(sorted(contact.CAP_GROUPS)), st.integers(1, 4), st.integers(1, 15),
    st.integers(0, 9), st.booleans(),
)  # fmt: skip
rules = st.builds(
    Rule, st.just(1), st.lists(windows, max_size=6).map(tuple),
    st.lists(windows, max_size=4).map(tuple), st.booleans(), st.lists(caps, max_size=3).map(tuple),
    st.integers(0, 9), st.booleans(), st.frozensets(st.sampled_from(["visit", "sms"])),
)  # fmt: skip
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1))
channels = st.sampled_from(sorted(contact.GROUPS))
contacts = st.builds(
    lambda moment, back, channel, *facts: (back, channel, *facts),
    st.none(), st.integers(0, 20 * 24 * 60), channels, st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
places = st.sampled_from(
    [
        MADRID, BOGOTA, Place("America/Santiago", "CL"), Place("Australia/Lord_Howe"),
        Place("America/New_York", "US", "NY"), Place("Pacific/Apia"), Place("nowhere"),
    ]
)  # fmt: skip


@settings(deadline=None)
@given(rules, channels, moments, st.lists(contacts, max_size=6), places)
def test_a_later_moment_is_allowed_itself(rule, channel, when, past, place):
    history = [
        Contact(when - timedelta(minutes=back), one, *facts) for back, one, *facts in past
    ]
    answer = check(rule, channel, when, history, place)
    assert answer.outcome == contact.REASONS[answer.reason][0]
    if answer.outcome != "reschedule":
        assert answer.until is None
        return
    assert when < answer.until <= when + timedelta(days=contact.HORIZON_DAYS)
    assert check(rule, channel, answer.until, history, place).outcome == "allow"


@settings(deadline=None)
@given(rules, channels, moments, places, st.integers(1, 7 * 24 * 4))
def test_no_allowed_moment_is_passed_over(rule, channel, when, place, quarters):
    answer = check(rule, channel, when, (), place)
    sooner = when + timedelta(minutes=15 * quarters)
    if answer.outcome == "reschedule" and sooner < answer.until:
        assert check(rule, channel, sooner, (), place).outcome == "reschedule"


@settings(deadline=None)
@given(rules, channels, moments, st.lists(contacts, min_size=1, max_size=6), places)
def test_more_contacts_never_allow_more(rule, channel, when, past, place):
    history = [
        Contact(when - timedelta(minutes=back), one, *facts) for back, one, *facts in past
    ]
    if check(rule, channel, when, history, place).outcome == "allow":
        assert check(rule, channel, when, history[1:], place).outcome == "allow"


# --- places ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "country, state, zone",
    [
        ("ES", "GC", "Atlantic/Canary"), ("ES", "PO", None), ("MX", "ROO", "America/Cancun"),
        ("CL", "CL-MA", "America/Punta_Arenas"), ("CL", "MA", "America/Punta_Arenas"),
        ("BR", "SP", "America/Sao_Paulo"), ("BR", "AM", "America/Manaus"), (None, None, None),
    ],
)  # fmt: skip
def test_zones_of_states(country, state, zone):
    assert main_zone(country, state) == zone


def test_every_zone_exists():
    for name in {*STATE_ZONES.values(), *MAIN_ZONES.values()}:
        assert Place(name).local(at(NOON)).tzinfo is not Place("nowhere").local(at(NOON)).tzinfo


@pytest.mark.parametrize(
    "country, state, day, expected",
    [
        ("ES", "PO", date(2026, 7, 25), True),  # Galicia
        ("ES", "M", date(2026, 7, 25), False),
        ("ES", "xx", date(2026, 12, 25), True),  # an unknown state has the country's
        ("CL", "CL-AP", date(2026, 6, 7), True),  # Arica only
        ("CL", "CL-RM", date(2026, 6, 7), False),
        ("CO", "ANT", date(2026, 7, 20), True),
        ("XX", None, date(2026, 12, 25), False),
        (None, None, date(2026, 12, 25), False),
    ],
)
def test_holidays(country, state, day, expected):
    assert Place("UTC", country, state).is_holiday(day) is expected
