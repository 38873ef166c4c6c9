"""Offers against the floor: accepted, proposed, countered or refused, with the reasons."""

from datetime import date
from decimal import Decimal

import pytest
from engine import negotiation
from engine.installments import Installment
from engine.negotiation import Floor, Offer, Situation
from engine.places import Place
from hypothesis import given, settings
from hypothesis import strategies as st

D = Decimal
TODAY = date(2026, 3, 1)
FLOOR = Floor(minimum_installment=D("100"), minimum_down_payment=D("10"), maximum_months=6,
              maximum_extension=30, quiet_months=6)  # fmt: skip
OWES = Situation(D("1000"), 2, TODAY)


def evaluate(offer, floor=FLOOR, **known):
    return negotiation.evaluate(offer, floor, OWES._replace(**known))


@pytest.mark.parametrize(
    "offer, known, reasons",
    [
        (Offer(6, D("100")), {}, ("acceptable",)),
        (Offer(6, D("99.99")), {}, ("down_payment_too_small",)),
        (Offer(7, D("100")), {}, ("too_long",)),
        (Offer(9, D("100")), {}, ("too_long",)),  # installments of exactly 100
        (Offer(6, D("401")), {}, ("installment_too_small",)),  # 99.83
        (Offer(6, D("400")), {}, ("acceptable",)),
        (Offer(10, D("100")), {}, ("installment_too_small", "too_long")),
        (Offer(until=date(2026, 3, 31)), {}, ("acceptable",)),  # thirty days
        (Offer(until=date(2026, 4, 1)), {}, ("extension_too_long",)),
        # everything in one installment is more time, and nothing else
        (Offer(1, first=date(2026, 3, 31)), {}, ("acceptable",)),
        (Offer(1, first=date(2026, 4, 1)), {}, ("extension_too_long",)),
        (Offer(1), {}, ("extension_too_long",)),  # a month from now
        (Offer(each=D("1000"), first=date(2026, 4, 1)), {}, ("extension_too_long",)),
        (Offer(1, D("100"), first=date(2026, 4, 1)), {}, ("acceptable",)),  # the rest, after a part
        (Offer(6, D("100")), {"cannot_pay_now": True}, ("extension_first",)),
        (Offer(6, D("100")), {"cannot_pay_now": True, "had_extension": True}, ("acceptable",)),
        (Offer(6, D("100")), {"broken_on": date(2025, 9, 2)}, ("plan_broken_recently",)),
        (Offer(6, D("100")), {"broken_on": date(2025, 9, 1)}, ("acceptable",)),
        (Offer(6, D("100")), {"broken_on": TODAY, "manager": True}, ("acceptable",)),
        (Offer(until=date(2026, 3, 9)), {"broken_on": TODAY}, ("acceptable",)),
        (Offer(6, D("100")), {"insured_until": date(2026, 9, 1)}, ("acceptable",)),
        (Offer(6, D("100")), {"insured_until": date(2026, 8, 31)}, ("beyond_insurance",)),
        (Offer(6, D("100")), {"amount": D("0")}, ("nothing_owed",)),
        (Offer(6), {"amount": D("0"), "nothing_left": "in_preparation"}, ("in_preparation",)),
        (Offer(6), {"nothing_left": "not_reversed"}, ("down_payment_too_small",)),
        (Offer(), {}, ("incomplete",)),
        (Offer(0, D("100")), {}, ("incomplete",)),
        (Offer(each=D("0")), {}, ("incomplete",)),
        (Offer(each=D("10"), down_payment=D("1000")), {}, ("down_payment_too_large",)),
        (Offer(3, D("1000")), {}, ("down_payment_too_large",)),
        (Offer(3, D("2000")), {}, ("down_payment_too_large",)),
        (Offer(1, D("999.99")), {}, ("installment_too_small",)),
        (Offer(each=D("0.01"), down_payment=D("100")), {}, ("installment_too_small", "too_long")),
        (Offer(each=D("200"), down_payment=D("100")), {}, ("acceptable",)),  # five of them
        (Offer(each=D("99"), down_payment=D("500")), {}, ("installment_too_small",)),
        (Offer(each=D("100"), down_payment=D("100")), {}, ("too_long",)),  # nine
        # a number beside their amount makes them no fewer
        (Offer(6, D("100"), each=D("100")), {}, ("too_long",)),
        (Offer(6, D("100"), each=D("10")), {}, ("installment_too_small", "too_long")),
        (Offer(90, D("100"), each=D("200")), {}, ("acceptable",)),
        (Offer(9, D("100"), period="week"), {}, ("acceptable",)),
        (Offer(9, D("100"), period="fortnight"), {}, ("acceptable",)),
        # the sixth on 1 September is six months from today, on the 2nd it is later
        (Offer(6, D("100"), first=date(2026, 4, 1)), {}, ("acceptable",)),
        (Offer(6, D("100"), first=date(2026, 4, 2)), {}, ("starts_too_late", "too_long")),
        # nor is a plan a way to an extension that is too long
        (Offer(2, D("100"), first=date(2026, 4, 1)), {}, ("acceptable",)),
        (Offer(2, D("100"), first=date(2026, 4, 2)), {}, ("starts_too_late",)),
        (Offer(1, D("100"), first=date(2026, 9, 1)), {}, ("starts_too_late",)),
        (Offer(5, D("100"), period="week", first=date(2026, 3, 31)), {}, ("acceptable",)),
        (Offer(5, D("100"), period="week", first=date(2026, 4, 1)), {}, ("starts_too_late",)),
    ],
)
def test_reasons(offer, known, reasons):
    found = evaluate(offer, **known)
    assert found.reasons == reasons
    assert set(reasons) <= set(negotiation.REASONS)


@pytest.mark.parametrize("offer, meant", [
    (Offer(1, first=date(2026, 3, 31)), Offer(until=date(2026, 3, 31))),
    (Offer(9, D("100"), each=D("200")), Offer(5, D("100"), each=D("200"))),
    (Offer(7, D("100")), None),
])
def test_what_is_acceptable_is_said_as_it_was_meant(offer, meant):
    assert evaluate(offer).offer == meant


@pytest.mark.parametrize("automatic, decision", [(True, "accept"), (False, "propose")])
def test_who_accepts(automatic, decision):
    assert evaluate(Offer(6, D("100")), FLOOR._replace(automatic=automatic)).decision == decision


@pytest.mark.parametrize("offer, had_extension, decision", [
    (Offer(until=date(2026, 3, 31)), False, "accept"),
    # nobody gives himself more time again and again; installments are another thing
    (Offer(until=date(2026, 3, 31)), True, "propose"),
    (Offer(1, first=date(2026, 3, 31)), True, "propose"),
    (Offer(6, D("100")), True, "accept"),
])
def test_more_time_again_is_a_persons_decision(offer, had_extension, decision):
    floor = FLOOR._replace(automatic=True)
    assert evaluate(offer, floor, had_extension=had_extension).decision == decision


@pytest.mark.parametrize("offer", [Offer(until=date(2026, 3, 31)), Offer(6, D("100"))])
@pytest.mark.parametrize("left_unsigned, decision", [(False, "accept"), (True, "propose")])
def test_after_an_offer_that_was_left_unsigned(offer, left_unsigned, decision):
    floor = FLOOR._replace(automatic=True)
    assert evaluate(offer, floor, left_unsigned=left_unsigned).decision == decision


def test_a_low_offer_gets_counter_offers():
    """Twenty months of 50: six months, or as little a month and more at once."""
    found = evaluate(Offer(20), FLOOR._replace(minimum_installment=D("50")))
    assert found.decision == "counter"
    assert found.counter_offers == (
        Offer(6, D("100.00")),  # the least down payment, six months
        Offer(6, D("700.00")),  # six of 50, and 700 at once
        Offer(until=date(2026, 3, 31)),
    )


def test_who_cannot_pay_now_is_offered_time_first():
    found = evaluate(Offer(6, D("100")), cannot_pay_now=True)
    assert found.counter_offers == (Offer(until=date(2026, 3, 31)),)


def test_more_time_without_a_limit_for_it():
    """The policy allows any extension: a usual one is offered, within what is insured."""
    floor = FLOOR._replace(maximum_extension=None)
    found = evaluate(Offer(6, D("100")), floor, cannot_pay_now=True)
    assert found.counter_offers == (Offer(until=date(2026, 3, 31)),)
    until = date(2026, 3, 20)
    found = evaluate(Offer(6, D("100")), floor, cannot_pay_now=True, insured_until=until)
    assert found.counter_offers == (Offer(until=until),)


def test_a_broken_plan_leaves_more_time():
    found = evaluate(Offer(6, D("100")), broken_on=TODAY)
    assert found.counter_offers == (Offer(until=date(2026, 3, 31)),)


def test_nothing_to_counter_with():
    floor = FLOOR._replace(maximum_months=0, maximum_extension=0)
    assert evaluate(Offer(3, D("100")), floor).decision == "refuse"


def test_tiny_installments_and_no_limit_of_months():
    """No more of them than a plan may have: no day is that far."""
    floor = Floor(minimum_installment=D("0.01"), maximum_months=None, maximum_extension=10)
    found = evaluate(Offer(until=date(2027, 1, 1)), floor)
    assert [one.count for one in found.counter_offers] == [None, 600]


def test_counter_offers_begin_in_time():
    """The first one on the last day that is accepted; it is longer than a week without a limit."""
    found = evaluate(Offer(3, D("100"), first=date(2026, 8, 10)))
    assert found.reasons == ("starts_too_late", "too_long")
    assert found.counter_offers[0] == Offer(3, D("100"), first=date(2026, 4, 1))
    weeks = Offer(3, D("100"), period="week", first=date(2026, 8, 10))
    assert evaluate(weeks).counter_offers[0].first == date(2026, 3, 31)
    days = FLOOR._replace(maximum_extension=3)
    assert evaluate(weeks, days).counter_offers[0].first == date(2026, 3, 8)
    assert evaluate(weeks, FLOOR._replace(maximum_extension=None)).reasons == ("acceptable",)
    # the limit is the 31st, a working day; he pays on the 25th, and could from 1 April on
    known = WEEKDAYS._replace(pay_days=(25,), today=TODAY)
    found = negotiation.evaluate(weeks._replace(count=1), FLOOR, known)
    assert found.counter_offers[0].first == date(2026, 3, 25)


#: Of what is due on 9 May nothing is asked before that day.
NOT_DUE = OWES._replace(due=date(2026, 5, 9))


@pytest.mark.parametrize(
    "offer, reasons",
    [
        (Offer(until=date(2026, 6, 8)), ("acceptable",)),  # thirty days from its own day
        (Offer(until=date(2026, 6, 9)), ("extension_too_long",)),
        (Offer(6, D("100")), ("acceptable",)),
        (Offer(7, D("100")), ("too_long",)),
        (Offer(6, D("100"), first=date(2026, 6, 9)), ("acceptable",)),
        (Offer(5, D("100"), first=date(2026, 6, 10)), ("starts_too_late",)),
        (Offer(6, D("100"), first=date(2026, 4, 1)), ("acceptable",)),  # he may, of himself
    ],
)
def test_what_is_not_due_yet(offer, reasons):
    assert negotiation.evaluate(offer, FLOOR, NOT_DUE).reasons == reasons
    # what was due before today doesn't make today any later
    overdue = OWES._replace(due=date(2026, 1, 1))
    assert negotiation.evaluate(offer, FLOOR, overdue) == evaluate(offer)


def test_counter_offers_to_what_is_not_due_yet():
    """Neither more time nor an installment before it is due, and no more at once."""
    asked = negotiation.evaluate(Offer(20, D("100")), FLOOR, NOT_DUE)
    assert asked.counter_offers == (Offer(6, D("100")), Offer(until=date(2026, 6, 8)))
    first = negotiation.calendar_of(asked.counter_offers[0], NOT_DUE)[1]
    assert first.due == date(2026, 6, 9)
    early = negotiation.evaluate(Offer(20, D("100"), first=date(2026, 4, 1)), FLOOR, NOT_DUE)
    assert early.counter_offers[0] == Offer(7, D("100"), first=date(2026, 5, 9))
    # the insurer allows no day after it: there is no more time to give
    insured = NOT_DUE._replace(insured_until=date(2026, 5, 9))
    assert not negotiation.evaluate(Offer(until=date(2026, 6, 9)), FLOOR, insured).counter_offers


def test_counter_offers_keep_the_period():
    """As many weeks as fit into the months, or as many as the least installment leaves."""
    found = evaluate(Offer(40, D("100"), period="week"))
    assert found.reasons == ("installment_too_small", "too_long")
    assert found.counter_offers[0] == Offer(9, D("100"), period="week")
    found = evaluate(Offer(each=D("10"), period="week"), FLOOR._replace(minimum_installment=D(1)))
    assert found.reasons == ("down_payment_too_small", "too_long")
    assert found.counter_offers[:2] == (
        Offer(26, D("100.00"), period="week"),
        Offer(26, D("740"), period="week"),
    )


@pytest.mark.parametrize(
    "days, reasons",
    [
        ([("2026-03-01", "100"), ("2026-04-01", "450"), ("2026-05-01", "450")], ()),
        ([("2026-03-02", "100"), ("2026-04-01", "900")], ("down_payment_too_small",)),
        ([("2026-03-01", "100"), ("2026-04-01", "99"), ("2026-05-01", "801")],
         ("installment_too_small",)),
        ([("2026-03-01", "100"), ("2026-04-01", "850"), ("2026-05-01", "50")], ()),
        ([("2026-03-01", "100"), ("2026-04-02", "450"), ("2026-05-01", "450")],
         ("starts_too_late",)),
        ([("2026-03-01", "100"), ("2026-09-02", "900")], ("starts_too_late", "too_long")),
        ([("2026-03-01", "100"), ("2026-04-01", "450"), ("2026-09-02", "450")], ("too_long",)),
        ([("2026-02-01", "100"), ("2026-03-01", "900")], ()),  # all at once
        ([("2026-03-01", "1000")], ()),
        ([("2026-04-01", "1000")], ("extension_too_long",)),
    ],
)  # fmt: skip
def test_days_that_a_person_wrote(days, reasons):
    calendar = [Installment(date.fromisoformat(day), D(amount)) for day, amount in days]
    assert negotiation.below_calendar(calendar, FLOOR, OWES) == reasons


@pytest.mark.parametrize(
    "pay_days, days, suiting",
    [
        # 14 and 15 March 2026 are a weekend; what is paid at once may be (1 March is a Sunday)
        ((), ["2026-03-01", "2026-03-13"], ["2026-03-01", "2026-03-13"]),
        ((), ["2026-03-01", "2026-03-14"], ["2026-03-01", "2026-03-16"]),
        ((), ["2026-03-14", "2026-03-15", "2026-03-16"],
         ["2026-03-16", "2026-03-17", "2026-03-18"]),
        # a pay day on a weekend is the Monday after it
        ((15,), ["2026-03-16", "2026-04-15"], ["2026-03-16", "2026-04-15"]),
        ((15,), ["2026-03-17", "2026-04-15"], ["2026-04-15", "2026-05-15"]),
        ((15,), ["2026-04-15", "2026-05-15"], ["2026-04-15", "2026-05-15"]),
        ((), ["2026-03-28"], ["2026-03-30"]),
    ],
)
def test_days_that_a_person_wrote_and_that_suit(pay_days, days, suiting):
    """A weekend and a day that is no pay day are pointed at; the next ones that suit are named."""
    known = WEEKDAYS._replace(pay_days=pay_days, today=TODAY)
    calendar = tuple(Installment(date.fromisoformat(day), D("500")) for day in days)
    found = negotiation.suited(calendar, known)
    assert [str(one.due) for one in found] == suiting
    assert [one.amount for one in found] == [one.amount for one in calendar]
    floor = negotiation.Floor()
    wrong = () if days == suiting else ("unsuitable_day",)
    assert negotiation.below_calendar(calendar, floor, known) == wrong
    assert negotiation.below_calendar(found, floor, known) == ()


def test_days_beyond_the_insurance():
    days = (TODAY, date(2026, 4, 1), date(2026, 8, 1))
    calendar = [Installment(day, D("300")) for day in days]
    known = OWES._replace(insured_until=date(2026, 7, 31))
    assert negotiation.below_calendar(calendar, FLOOR, known) == ("beyond_insurance",)


@pytest.mark.parametrize(
    "offer, expected",
    [
        (Offer(2, D("100")),
         [("2026-03-01", "100"), ("2026-04-01", "450"), ("2026-05-01", "450")]),
        (Offer(2, period="week", first=date(2026, 3, 10)),
         [("2026-03-10", "500"), ("2026-03-17", "500")]),
        (Offer(each=D("600")), [("2026-04-01", "600"), ("2026-05-01", "400")]),
        (Offer(3, each=D("600")), [("2026-04-01", "600"), ("2026-05-01", "400")]),
        (Offer(until=date(2026, 3, 20)), [("2026-03-20", "1000")]),
    ],
)  # fmt: skip
def test_what_an_offer_comes_to(offer, expected):
    found = negotiation.calendar_of(offer, OWES)
    assert [(str(one.due), one.amount) for one in found] == [(day, D(one)) for day, one in expected]


@pytest.mark.parametrize(
    "offer", [Offer(until=date(2026, 2, 28)), Offer(2, first=date(2026, 2, 28))]
)
def test_no_day_before_today(offer):
    with pytest.raises(ValueError, match="day"):
        negotiation.calendar_of(offer, OWES)


#: Saturday 30 and Sunday 31 May 2026; in April the 4th is a Saturday, too.
WEEKDAYS = OWES._replace(place=Place())
SATURDAY, MONDAY = date(2026, 5, 30), date(2026, 6, 1)
ROOMY = Floor(maximum_months=None, maximum_extension=None)


def days_of(offer, known):
    return [str(one.due) for one in negotiation.calendar_of(offer, known)]


@pytest.mark.parametrize("until, counter", [
    (date(2026, 5, 29), None),
    (SATURDAY, date(2026, 5, 29)),  # he would pay on Monday
    (MONDAY, date(2026, 5, 29)),
])
def test_the_insurers_last_day_is_no_working_day(until, counter):
    known = WEEKDAYS._replace(insured_until=SATURDAY)
    found = negotiation.evaluate(Offer(until=until), ROOMY, known)
    assert found.reasons == (("beyond_insurance",) if counter else ("acceptable",))
    assert [one.until for one in found.counter_offers][:1] == ([counter] if counter else [])


def test_installments_up_to_the_insurers_last_day():
    """The third one of 30 March, April and May would be paid on 1 June."""
    offer, known = Offer(3, first=date(2026, 3, 30)), WEEKDAYS._replace(insured_until=SATURDAY)
    found = negotiation.evaluate(offer, ROOMY, known)
    assert found.reasons == ("beyond_insurance",)
    assert found.counter_offers[0] == offer._replace(count=2)
    known = known._replace(insured_until=MONDAY)
    assert negotiation.evaluate(offer, ROOMY, known).reasons == ("acceptable",)


def test_the_policys_last_day_moves_to_a_working_day():
    """Who asks for all the time there is doesn't get less because of a weekend."""
    floor = FLOOR._replace(maximum_extension=34, maximum_months=2)  # 4 April, 1 May
    asked = Offer(until=date(2026, 4, 4))
    assert negotiation.evaluate(asked, floor, WEEKDAYS).reasons == ("acceptable",)
    assert days_of(asked, WEEKDAYS) == ["2026-04-06"]
    later = Offer(until=date(2026, 4, 7))
    assert negotiation.evaluate(later, floor, WEEKDAYS).reasons == ("extension_too_long",)
    sunday = WEEKDAYS._replace(today=date(2026, 3, 31))  # two months later it is 31 May
    offer = Offer(2, D("100"))
    assert negotiation.evaluate(offer, floor, sunday).reasons == ("acceptable",)
    assert days_of(offer, sunday)[-1] == "2026-06-01"
    # what a person then writes by hand is measured alike
    calendar = negotiation.calendar_of(offer, sunday)
    assert negotiation.below_calendar(calendar, floor, sunday) == ()


def test_pay_days_are_no_way_past_the_limits():
    """He pays on the 25th: of 30 days until 31 March, and of six months until 1 September."""
    known = WEEKDAYS._replace(pay_days=(25,))
    found = negotiation.evaluate(Offer(until=date(2026, 3, 26)), FLOOR, known)
    assert found.reasons == ("extension_too_long",)
    assert days_of(found.counter_offers[0], known) == ["2026-03-25"]
    found = negotiation.evaluate(Offer(6, D("100")), FLOOR, known)
    assert found.reasons == ("too_long",)
    assert days_of(found.counter_offers[0], known)[-1] == "2026-08-25"
    # and each week of installments waits for the next pay day
    found = negotiation.evaluate(Offer(9, D("100"), period="week"), FLOOR, known)
    assert found.reasons == ("too_long",)
    assert found.counter_offers[0].count == 6


def test_without_limits_everything_is_acceptable():
    floor = Floor(maximum_months=None, maximum_extension=None)
    assert evaluate(Offer(240), floor).reasons == ("acceptable",)
    assert evaluate(Offer(until=date(2030, 1, 1)), floor).reasons == ("acceptable",)


amounts = st.integers(1, 10**7).map(lambda cents: D(cents).scaleb(-2))


@settings(deadline=None)  # the first holidays of a country are read from a table
@given(
    debt=amounts,
    offer=st.one_of(
        st.builds(
            Offer, st.integers(1, 60), amounts, st.none(),
            st.sampled_from(["week", "fortnight", "month"]),
            st.none() | st.dates(TODAY, date(2027, 1, 1)), st.none() | amounts,
        ),
        st.builds(lambda day: Offer(until=day), st.dates(TODAY, date(2029, 1, 1))),
    ),
    floor=st.builds(
        Floor, amounts, st.integers(0, 100).map(D), st.none() | st.integers(0, 24),
        st.none() | st.integers(0, 90), st.booleans(), st.integers(0, 12), st.booleans(),
    ),
    broken_on=st.none() | st.dates(date(2025, 1, 1), TODAY),
    insured_until=st.none() | st.dates(TODAY, date(2027, 1, 1)),
    cannot=st.booleans(),
    place=st.none() | st.builds(Place, st.just("UTC"), st.none() | st.just("ES")),
    pay_days=st.sets(st.integers(1, 31), max_size=3).map(lambda days: tuple(sorted(days))),
    due=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)  # fmt: skip
def test_counter_offers_are_acceptable_themselves(
    debt, offer, floor, broken_on, insured_until, cannot, place, pay_days, due
):
    situation = Situation(debt, 2, TODAY, due, cannot_pay_now=cannot, broken_on=broken_on,
                          insured_until=insured_until, place=place, pay_days=pay_days)  # fmt: skip
    found = negotiation.evaluate(offer, floor, situation)
    for counter in found.counter_offers:
        assert negotiation.below(counter, floor, situation) == ()
        calendar = negotiation.calendar_of(counter, situation)
        assert sum(one.amount for one in calendar) == debt
        assert not insured_until or calendar[-1].due <= insured_until
        regular = calendar[1:] if counter.down_payment else calendar
        assert regular[0].due >= max(TODAY, due or TODAY)
    assert (found.decision == "counter") == bool(found.counter_offers)
    assert len(set(found.counter_offers)) == len(found.counter_offers)
    if found.reasons == ("acceptable",):
        check_kept(offer, floor, situation)


def check_kept(offer, floor, situation):
    """What an acceptable offer comes to, if anything, would be acceptable written by hand."""
    try:
        calendar = negotiation.calendar_of(offer, situation)
    except ValueError:
        return
    assert negotiation.below_calendar(calendar, floor, situation) == ()


def test_the_least_installment_in_another_currency():
    """At the rate of the debt itself, rounded up: 900 EUR booked as 1 000 USD."""
    assert negotiation.in_currency(D("50"), D("900"), D("1000"), 2) == D("45.00")
    assert negotiation.in_currency(D("50"), D("900"), D("1001"), 2) == D("44.96")
    assert negotiation.in_currency(D("50"), D("150000"), D("1000"), 0) == D("7500")
