"""The insurer's clock: the day before, the day, the day after."""

from datetime import date
from decimal import Decimal

import pytest
from engine import agenda, insurance_dates
from engine.insurance import LAW_ES, MONTHLY, Buyer, Calendar, Deadline
from insured import day, decide, line, policy

FULL = {
    "mep": 60,
    "activation": Deadline("invoice", 10),
    "declaration": MONTHLY,
    "notice": (Deadline("mep", 30),),
    "waiting": Deadline("notice", months=6),
    "claim": Deadline("loss", 30),
    "law": LAW_ES,
}


def test_every_day_that_is_known():
    assert insurance_dates.dates(policy(**FULL), line(notified_on=date(2026, 6, 1))) == {
        "activation": date(2026, 3, 11),
        "declaration": date(2026, 4, 15),
        "mep": date(2026, 5, 30),
        "notice": date(2026, 6, 29),
        "waiting": date(2026, 12, 1),
        "loss": date(2026, 12, 1),
        "claim": date(2026, 12, 31),
        "provisional": date(2026, 12, 1),
    }


def test_what_is_counted_from_a_notice_is_not_known_before_it():
    found = insurance_dates.dates(policy(**FULL), line())
    assert sorted(found) == ["activation", "declaration", "mep", "notice"]


def test_a_policy_without_deadlines_has_none():
    assert insurance_dates.dates(policy(), line(notified_on=day(50))) == {}


@pytest.mark.parametrize(
    "base, expected",
    [
        ("invoice", day(10)),
        ("delivery", day(5)),
        ("due", day(40)),
        ("mep", day(100)),
        ("insolvency", day(30)),
        ("notice", day(60)),
        ("loss", day(30)),
    ],
)
def test_bases(base, expected):
    one = line(delivered=day(-5), notified_on=day(50))
    terms = policy(claim=Deadline(base, 10), mep=60)
    assert insurance_dates.claim_deadline(terms, one, Buyer(insolvent_on=day(20))) == expected


def test_months_end_where_the_month_does():
    terms = policy(waiting=Deadline("due", months=1))
    found = insurance_dates.waiting_end(terms, line(due=date(2026, 1, 31)))
    assert found == date(2026, 2, 28)


@pytest.mark.parametrize("insolvent, expected", [(109, 109), (110, 110), (111, 110), (None, 110)])
def test_the_date_of_loss_is_what_comes_first(insolvent, expected):
    buyer = Buyer(insolvent_on=None if insolvent is None else day(insolvent))
    terms = policy(waiting=Deadline("due", 80))
    assert insurance_dates.date_of_loss(terms, line(), buyer) == day(expected)


def test_the_earliest_deadline_for_the_notice_counts():
    terms = policy(notice=(Deadline("due", 30), Deadline("insolvency", 10)))
    assert insurance_dates.notice_deadline(terms, line()) == day(60)
    found = insurance_dates.notice_deadline(terms, line(), Buyer(insolvent_on=day(5)))
    assert found == day(15)


def test_the_latest_due_date():
    assert insurance_dates.latest_due(policy(maximum_term=90), day()) == day(90)
    assert insurance_dates.latest_due(policy(), day()) is None


@pytest.mark.parametrize("approved, expected", [(None, 90), (89, 90), (90, 90), (91, 91)])
def test_approval_moves_the_end_of_the_extension(approved, expected):
    one = line(approved_until=None if approved is None else day(approved))
    assert insurance_dates.mep_end(policy(mep=60), one) == day(expected)
    assert insurance_dates.mep_end(policy(), one) is None


def test_what_was_agreed_with_the_debtor_moves_nothing():
    assert insurance_dates.mep_end(policy(mep=60), line(extended_to=day(200))) == day(90)


@pytest.mark.parametrize(
    "months, on, period",
    [
        (1, date(2026, 2, 28), (date(2026, 2, 1), date(2026, 2, 28))),
        (1, date(2026, 12, 31), (date(2026, 12, 1), date(2026, 12, 31))),
        (3, date(2026, 3, 31), (date(2026, 1, 1), date(2026, 3, 31))),
        (3, date(2026, 4, 1), (date(2026, 4, 1), date(2026, 6, 30))),
        (12, date(2026, 7, 7), (date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_periods_of_declaration(months, on, period):
    assert insurance_dates.declaration_period(Calendar(months), on) == period


# --- duties ----------------------------------------------------------------------------------


def state(code, today, one=None, buyer=Buyer(), **terms):  # noqa: B008
    """The state of a duty on a day, or None if there is no such duty."""
    found = insurance_dates.duties(policy(**terms), one or line(), today, buyer)
    return next((duty.state for duty in found if duty.code == code), None)


@pytest.mark.parametrize(
    "today, expected",
    [(45, "pending"), (46, "due"), (60, "due"), (61, "missed")],
)
def test_notice_30_days_after_due_with_14_days_of_warning(today, expected):
    assert state("notice", day(today), notice=(Deadline("due", 30),)) == expected


@pytest.mark.parametrize("today, expected", [(30, "pending"), (31, "due")])
def test_nothing_is_to_be_notified_before_the_line_is_overdue(today, expected):
    assert state("notice", day(today), notice=(Deadline("due", 10),)) == expected


def test_insolvency_is_notified_before_the_line_is_overdue():
    terms = {"notice": (Deadline("due", 30), Deadline("insolvency", 10))}
    assert state("notice", day(5), buyer=Buyer(insolvent_on=day(5)), **terms) == "due"
    assert state("notice", day(16), buyer=Buyer(insolvent_on=day(5)), **terms) == "missed"


@pytest.mark.parametrize(
    "notified, today, expected",
    [
        (60, 70, "done"),  # on the last day
        (61, 70, "late"),  # a day late
        (55, 55, "done"),
        (55, 54, "due"),  # not yet, on that day
    ],
)
def test_a_notice_that_was_given(notified, today, expected):
    one = line(notified_on=day(notified))
    assert state("notice", day(today), one, notice=(Deadline("due", 30),)) == expected


def test_what_the_insurer_excused_is_done():
    one = line(excused=frozenset({"notice"}))
    assert state("notice", day(99), one, notice=(Deadline("due", 30),)) == "done"


@pytest.mark.parametrize(
    "today, declared, expected",
    [
        (date(2026, 3, 31), None, "pending"),
        (date(2026, 4, 1), None, "due"),
        (date(2026, 4, 15), None, "due"),
        (date(2026, 4, 16), None, "missed"),
        (date(2026, 4, 16), date(2026, 4, 15), "done"),
        (date(2026, 4, 30), date(2026, 4, 16), "late"),
    ],
)
def test_declaration(today, declared, expected):
    assert state("declaration", today, line(declared_on=declared), declaration=MONTHLY) == expected


@pytest.mark.parametrize(
    "first, expected",
    [(date(2026, 2, 28), "missed"), (date(2026, 3, 1), "missed"), (date(2026, 3, 2), None)],
)
def test_sales_before_the_first_day_are_declared_elsewhere(first, expected):
    calendar = MONTHLY._replace(first=first)
    one = line(invoiced=date(2026, 3, 1))
    assert state("declaration", date(2026, 4, 16), one, declaration=calendar) == expected


@pytest.mark.parametrize(
    "claimed, today, expected",
    [(None, 80, "due"), (None, 81, "missed"), (80, 81, "done"), (81, 81, "late")],
)
def test_claim(claimed, today, expected):
    one = line(notified_on=day(50), claimed_on=None if claimed is None else day(claimed))
    assert state("claim", day(today), one, claim=Deadline("notice", 30)) == expected


def test_there_is_no_claim_before_what_it_is_counted_from():
    assert state("claim", day(80), claim=Deadline("notice", 30)) is None


@pytest.mark.parametrize(
    "extended, approved, expected",
    [
        (None, None, None),
        (90, None, None),  # the last day needs nobody's word
        (91, None, "missed"),
        (91, 90, "missed"),
        (91, 91, "done"),
    ],
)
def test_extension(extended, approved, expected):
    one = line(
        extended_to=None if extended is None else day(extended),
        approved_until=None if approved is None else day(approved),
    )
    assert state("extension", day(40), one, mep=60) == expected
    assert state("extension", day(40), one) is None


def test_an_extension_without_approval_may_be_excused():
    one = line(extended_to=day(91), excused=frozenset({"extension"}))
    assert state("extension", day(40), one, mep=60) == "done"


def test_amounts_do_not_matter_to_the_clock():
    one = line(residual=Decimal("0.01"))
    assert insurance_dates.mep_end(policy(mep=0), one) == one.due


@pytest.mark.parametrize(
    "notified, expected",
    [
        (date(2026, 1, 10), date(2026, 7, 10)),
        (date(2026, 8, 31), date(2027, 2, 28)),  # a month without a 31st
        (None, None),
    ],
)
def test_in_spain_half_of_it_is_paid_six_months_after_the_notice(notified, expected):
    one = line(notified_on=notified)
    assert insurance_dates.provisional_day(policy(law=LAW_ES), one) == expected


def test_nothing_on_account_without_such_a_law():
    assert insurance_dates.provisional_day(policy(), line(notified_on=day(50))) is None


# --- days that no calendar has ---------------------------------------------------------------


@pytest.mark.parametrize(
    "base, days, months, expected",
    [
        (date(9999, 12, 30), 1, 0, date.max),
        (date.max, 0, 0, date.max),
        (date.max, 1, 0, date.max),
        (date(9999, 1, 31), 0, 12, date.max),
        (day(), 10**9, 0, date.max),
        (day(), 10**12, 0, date.max),
        (date(1, 1, 2), -1, 0, date.min),
        (date.min, -1, 0, date.min),
        (date(2026, 1, 31), 1, 1, date(2026, 3, 1)),
    ],
)
def test_days_stop_where_calendars_do(base, days, months, expected):
    assert insurance_dates.shifted(base, days, months) == expected


@pytest.mark.parametrize("months, expected", [(1, date(9999, 12, 1)), (3, date(9999, 10, 1))])
def test_the_last_period_of_all(months, expected):
    last = insurance_dates.declaration_period(Calendar(months, 15), date.max)
    assert last == (expected, date.max)


@pytest.mark.parametrize("due", [date.min, date.max])
def test_a_line_that_is_due_at_no_time(due):
    one = line(due=due, invoiced=due, extended_to=date.max, approved_until=date.max)
    terms = policy(**FULL, warning=10)
    for today in (date.min, day(), date.max):
        insurance_dates.duties(terms, one, today, Buyer(insolvent_on=date.max))
        decide(one, terms=terms, today=today, insolvent_on=date.max)
        agenda.milestones(terms, one, today)
    assert insurance_dates.dates(terms, one)["mep"] == date.max


JAN, FEB, MAR = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@pytest.mark.parametrize(
    "before, now, expected",
    [
        ([JAN], [FEB], [JAN]),
        ([JAN], [JAN], [None]),
        ([FEB], [JAN], [None]),  # earlier: nothing was extended
        ([JAN], [JAN, FEB], [None, JAN]),  # divided
        ([JAN, FEB], [FEB, MAR], [JAN, FEB]),
        ([JAN, FEB], [MAR], [JAN]),  # joined: the first one counts
        ([JAN, MAR], [FEB, FEB, MAR], [JAN, None, None]),
    ],
)
def test_original_due_dates_of_what_is_posted_anew(before, now, expected):
    assert insurance_dates.original_due_dates(before, now) == expected
