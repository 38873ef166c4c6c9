"""Payment plans: splitting to the cent, calendars, and what payments make of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from engine import installments
from engine.installments import Breach, Installment, Payment
from engine.places import Place
from hypothesis import assume, given
from hypothesis import strategies as st

D = Decimal
FIRST = date(2026, 1, 31)


def amounts(*values):
    return tuple(D(value) for value in values)


@pytest.mark.parametrize(
    "amount, places, how, expected",
    [
        ("100", 2, {"count": 3}, amounts("33.33", "33.33", "33.34")),
        ("100", 2, {"count": 1}, amounts("100")),
        ("0.06", 2, {"count": 6}, amounts(*["0.01"] * 6)),
        ("100", 0, {"count": 3}, amounts("33", "33", "34")),
        ("100", 3, {"count": 3}, amounts("33.333", "33.333", "33.334")),
        ("100", 2, {"count": 2, "down_payment": D("50")}, amounts("50", "25", "25")),
        ("100", 2, {"each": D("30")}, amounts("30", "30", "30", "10")),
        ("90", 2, {"each": D("30")}, amounts("30", "30", "30")),
        ("100", 2, {"each": D("100")}, amounts("100")),
        ("100", 2, {"each": D("40"), "down_payment": D("10")}, amounts("10", "40", "40", "10")),
    ],
)
def test_split(amount, places, how, expected):
    assert installments.split(D(amount), places, **how) == expected


@pytest.mark.parametrize(
    "amount, places, how, code",
    [
        ("0", 2, {"count": 1}, "amount"),
        ("-1", 2, {"count": 1}, "amount"),
        ("1.005", 2, {"count": 1}, "amount"),
        ("1.5", 0, {"count": 1}, "amount"),
        ("100", 2, {"count": 0}, "count"),
        ("0.05", 2, {"count": 6}, "count"),
        ("100", 2, {"count": 2, "down_payment": D("-1")}, "down_payment"),
        ("100", 2, {"count": 2, "down_payment": D("100")}, "down_payment"),
        ("100", 0, {"count": 2, "down_payment": D("0.5")}, "down_payment"),
        ("100", 2, {"each": D("0")}, "each"),
        ("100", 2, {"each": D("100.01")}, "each"),
        ("100", 0, {"each": D("33.5")}, "each"),
        ("6.01", 2, {"each": D("0.01")}, "each"),
        ("6.01", 2, {"count": 601}, "count"),
        ("100", 2, {}, "method"),
        ("100", 2, {"count": 2, "each": D("50")}, "method"),
    ],
)
def test_split_refuses(amount, places, how, code):
    with pytest.raises(ValueError) as caught:
        installments.split(D(amount), places, **how)
    assert caught.value.args == (code,)


@given(
    cents=st.integers(1, 10**9),
    places=st.sampled_from([0, 2, 3]),
    count=st.integers(1, 60),
    share=st.integers(0, 99),
)
def test_nothing_is_lost_in_a_split(cents, places, count, share):
    amount = D(cents).scaleb(-places)
    down_payment = D(cents * share // 100).scaleb(-places)
    if cents - cents * share // 100 < count:
        return
    parts = installments.split(amount, places, count=count, down_payment=down_payment)
    assert sum(parts) == amount
    assert len(parts) == count + bool(down_payment)
    assert all(part > 0 and part.as_tuple().exponent >= -places for part in parts)
    regular = parts[bool(down_payment) :]
    assert len(set(regular[:-1])) <= 1 and regular[-1] >= regular[0]


@pytest.mark.parametrize(
    "period, expected",
    [
        ("month", [FIRST, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]),
        ("week", [FIRST, date(2026, 2, 7), date(2026, 2, 14), date(2026, 2, 21)]),
        ("fortnight", [FIRST, date(2026, 2, 14), date(2026, 2, 28), date(2026, 3, 14)]),
    ],
)
def test_calendar(period, expected):
    assert installments.calendar(FIRST, 4, period) == tuple(expected)


def test_no_such_period():
    with pytest.raises(KeyError):
        installments.calendar(FIRST, 2, "year")


def to_monday(day):
    return day + timedelta(days=-day.weekday() % 7)


def test_days_move_on_to_one_that_suits():
    days = installments.calendar(date(2026, 1, 5), 3, "month", to_monday)
    assert days == (date(2026, 1, 5), date(2026, 2, 9), date(2026, 3, 9))


def test_two_installments_never_fall_on_one_day():
    def end_of_quarter(day):
        return date(day.year, 3, 31) if day <= date(day.year, 3, 31) else day

    days = installments.calendar(date(2026, 3, 1), 3, "week", end_of_quarter)
    assert days == (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2))


@given(first=st.dates(date(2020, 1, 1), date(2030, 1, 1)), count=st.integers(1, 36),
       period=st.sampled_from(sorted(installments.PERIODS)))  # fmt: skip
def test_days_follow_each_other_and_are_never_moved_back(first, count, period):
    plain = installments.calendar(first, count, period)
    moved = installments.calendar(first, count, period, to_monday)
    assert len(set(moved)) == count and list(moved) == sorted(moved)
    assert all(a <= b for a, b in zip(plain, moved, strict=True))


def test_schedule_with_a_down_payment():
    plan = installments.schedule(
        D("100"), 2, date(2026, 2, 1), count=2, down_payment=D("40"),
        down_payment_on=date(2026, 1, 15),
    )  # fmt: skip
    assert plan == (
        Installment(date(2026, 1, 15), D("40")),
        Installment(date(2026, 2, 1), D("30")),
        Installment(date(2026, 3, 1), D("30")),
    )


@pytest.mark.parametrize("day", [None, date(2026, 2, 1), date(2026, 2, 2)])
def test_a_down_payment_comes_first(day):
    with pytest.raises(ValueError, match="down_payment_on"):
        installments.schedule(
            D("100"), 2, date(2026, 2, 1), count=2, down_payment=D("40"), down_payment_on=day
        )


@pytest.mark.parametrize(
    "rate, places, expected",
    [
        # 500 × 5 % × 365/365 = 25, and 500 × 5 % × 730/365 = 50
        ("5", 2, "75.00"),
        ("5", 0, "75"),
        ("0", 2, "0.00"),
    ],
)
def test_financing_interest(rate, places, expected):
    start = date(2026, 1, 1)
    plan = [Installment(start + timedelta(days=days), D("500")) for days in (365, 730)]
    assert installments.financing_interest(plan, start, D(rate), places) == D(expected)


def test_what_is_due_at_once_bears_no_interest():
    plan = [Installment(date(2025, 12, 1), D("500"))]
    assert installments.financing_interest(plan, date(2026, 1, 1), D("5"), 2) == 0


@pytest.mark.parametrize(
    "covered, expected",
    [
        # 10 of 1010 are due on 11 January, 1000 on 31 March; all of it is paid on 10 April
        ([("2026-01-11", "10"), ("2026-03-31", "1000")], "10.89"),
        ([("2025-12-01", "10"), ("2026-03-31", "1000")], "10.99"),
        ([("2026-05-01", "1010")], "0"),
        ([("2025-12-01", "1010")], "99.99"),
        ([], "99.99"),
    ],
)
def test_interest_begins_when_each_part_is_due(covered, expected):
    """At 36.5 % a year, a thousandth a day."""
    plan = [Installment(date(2026, 4, 10), D("1010"))]
    lines = [(date.fromisoformat(day), D(amount)) for day, amount in covered]
    found = installments.financing_interest(plan, date(2026, 1, 1), D("36.5"), 2, lines)
    assert found == D(expected)


def test_interest_is_not_negative():
    with pytest.raises(ValueError, match="rate"):
        installments.financing_interest([], date(2026, 1, 1), D("-1"), 2)


# --- following a plan ------------------------------------------------------------------------

DAY = date(2026, 3, 10)
MONTHS = [date(2026, month, 1) for month in range(1, 7)]
PLAN = [Installment(day, D("100")) for day in MONTHS]
RULE = Breach(days=10, count=2)


def standing(today, *payments, credited="0", breach=RULE):
    paid = [Payment(day, D(amount)) for day, amount in payments]
    return installments.follow(PLAN, paid, today, D(credited), breach)


def states(found):
    return [one.state for one in found.progress]


def test_before_anything_is_due():
    found = standing(date(2025, 12, 31))
    assert (found.state, found.open_amount) == ("active", D("600"))
    assert set(states(found)) == {"open"}


@pytest.mark.parametrize(
    "today, state",
    [
        (date(2026, 1, 1), "open"),  # the day itself
        (date(2026, 1, 2), "late"),  # the day after
    ],
)
def test_late_from_the_day_after(today, state):
    assert states(standing(today))[0] == state


@pytest.mark.parametrize(
    "today, state, broken_on",
    [
        (date(2026, 1, 11), "active", None),  # ten days late
        (date(2026, 1, 12), "broken", date(2026, 1, 12)),  # more than ten
        (date(2026, 2, 20), "broken", date(2026, 1, 12)),
    ],
)
def test_broken_after_so_many_days(today, state, broken_on):
    found = standing(today)
    assert (found.state, found.broken_on) == (state, broken_on)


@pytest.mark.parametrize(
    "today, state", [(date(2026, 2, 1), "active"), (date(2026, 2, 2), "broken")]
)
def test_broken_after_so_many_installments(today, state):
    assert standing(today, breach=Breach(days=None, count=2)).state == state


@pytest.mark.parametrize(
    "paid, count, breach_days, broken_on",
    [
        (0, 2, None, date(2026, 2, 2)),
        (400, 2, None, date(2026, 6, 2)),  # two are left
        (500, 2, None, date(2026, 6, 2)),  # only one is left, and never two late at once
        (0, 9, None, date(2026, 6, 2)),  # never so many
        (500, 2, 10, date(2026, 6, 12)),  # the days say when
        (500, None, 10, date(2026, 6, 12)),
    ],
)
def test_what_is_left_never_rests_for_ever(paid, count, breach_days, broken_on):
    payments = [Payment(MONTHS[0], D(paid))] if paid else []
    breach = Breach(breach_days, count)
    assert installments.breaks_on(PLAN, payments, breach=breach) == broken_on
    assert installments.follow(PLAN, payments, broken_on, D(0), breach).state == "broken"
    before = broken_on - timedelta(days=1)
    assert installments.follow(PLAN, payments, before, D(0), breach).state == "active"


def test_an_extension_that_breaks_by_number_only():
    breach = Breach(days=None, count=2)
    assert installments.breaks_on(PLAN[:1], [], breach=breach) == date(2026, 1, 2)


@given(
    parts=st.lists(st.integers(1, 1000), min_size=1, max_size=6),
    paid=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 2000)), max_size=4),
    credited=st.integers(0, 3000),
    days=st.none() | st.integers(1, 3650),
    count=st.none() | st.integers(1, 3650),
)
def test_any_rule_breaks_whatever_is_open(parts, paid, credited, days, count):
    assume(days or count)
    plan = [Installment(DAY + timedelta(days=30 * n), D(x)) for n, x in enumerate(parts)]
    payments = [Payment(DAY + timedelta(days=day), D(amount)) for day, amount in paid]
    open_amount = installments.follow(plan, payments, date.max, D(credited)).open_amount
    day = installments.breaks_on(plan, payments, D(credited), Breach(days, count))
    assert bool(day) == bool(open_amount)


def test_a_plan_without_a_rule_is_never_broken():
    assert standing(date(2027, 1, 1), breach=None).state == "active"


def test_an_early_payment_moves_forward():
    found = standing(date(2026, 1, 1), (date(2025, 12, 20), "250"))
    assert states(found)[:3] == ["paid", "paid", "partial"]
    assert [one.paid for one in found.progress[:3]] == [D("100"), D("100"), D("50")]
    assert found.progress[0].paid_on == date(2025, 12, 20)


def test_a_late_payment_within_the_rule_heals_it():
    found = standing(date(2026, 1, 31), (date(2026, 1, 11), "100"))
    assert (found.state, states(found)[0]) == ("active", "paid")


def test_a_payment_after_the_breach_does_not_heal_it():
    found = standing(date(2026, 1, 31), (date(2026, 1, 13), "100"))
    assert (found.state, found.broken_on) == ("broken", date(2026, 1, 12))


def test_paid_in_full_is_fulfilled_even_after_a_breach():
    found = standing(date(2026, 2, 1), (date(2026, 1, 20), "650"))
    assert (found.state, found.excess) == ("fulfilled", D("50"))


def test_what_comes_later_does_not_count_yet():
    found = standing(date(2026, 1, 5), (date(2026, 1, 6), "100"))
    assert found.progress[0].paid == 0


def test_credit_notes_shrink_the_last_installments():
    found = standing(date(2025, 12, 31), credited="150")
    assert [one.amount for one in found.progress[-3:]] == [D("100"), D("50"), D("0")]
    assert states(found)[-1] == "credited"
    assert found.open_amount == D("450")


def test_credited_in_full_is_fulfilled():
    assert standing(date(2027, 1, 1), credited="600").state == "fulfilled"


@given(
    parts=st.lists(st.integers(1, 10_000), min_size=1, max_size=12),
    paid=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 5_000)), max_size=15),
    credited=st.integers(0, 20_000),
    today=st.integers(0, 400),
)
def test_every_cent_of_a_plan_is_somewhere(parts, paid, credited, today):
    start = date(2026, 1, 1)
    plan = [Installment(start + timedelta(days=30 * n), D(x)) for n, x in enumerate(parts)]
    payments = [Payment(start + timedelta(days=day), D(amount)) for day, amount in paid]
    now = start + timedelta(days=today)
    found = installments.follow(plan, payments, now, D(credited), Breach())
    total = sum(parts)
    assert sum(one.amount for one in found.progress) == max(total - credited, 0)
    came = sum(one.amount for one in payments if one.day <= now)
    assert sum(one.paid for one in found.progress) + found.excess == came
    assert found.excess >= 0
    # the first forward: nothing is paid of one before the one before it is full
    for one, after in zip(found.progress, found.progress[1:], strict=False):
        assert one.open_amount == 0 or after.paid == 0
    assert installments.follow(plan, payments[::-1], now, D(credited), Breach()) == found


# --- what counts for a plan ------------------------------------------------------------------


@pytest.mark.parametrize(
    "before, limit, payments, credited",
    [
        # 30 paid on the 1st, 20 credited on the 5th, 50 paid on the 9th
        ((0, 0), 100, ["30", "50"], "20"),
        ((30, 0), 100, ["50"], "20"),
        ((30, 20), 100, ["50"], "0"),
        ((40, 20), 100, ["40"], "0"),  # a payment was undone and came back as another
        ((80, 20), 100, [], "0"),
        ((99, 99), 100, [], "0"),
        ((0, 0), 60, ["30", "10"], "20"),  # no more than the plan covers
        ((30, 0), 10, [], "10"),
    ],
)
def test_since(before, limit, payments, credited):
    settled = [
        (date(2026, 3, 9), D("50"), False),
        (date(2026, 3, 1), D("30"), False),
        (date(2026, 3, 5), D("20"), True),
    ]
    found, credit = installments.since(settled, tuple(map(D, before)), D(limit))
    assert [str(one.amount) for one in found] == payments
    assert credit == D(credited)


@pytest.mark.parametrize(
    "settled, spare, payments, credited",
    [
        # 400 of 1 000 were disputed: their credit note is no part of the plan's 600
        ([(5, 400, True)], 400, [], 0),
        ([(5, 500, True)], 400, [], 100),
        ([(5, 100, True), (6, 400, True)], 400, [], 100),
        # 100 were on their way when it was made, and are matched later
        ([(-1, 100, False)], 100, [], 0),
        ([(-1, 150, False)], 100, [50], 0),
        ([(0, 100, False)], 100, [100], 0),  # on its day: for the plan
        ([(5, 100, False)], 400, [100], 0),  # who pays an installment pays the plan
        ([(5, 700, False)], 400, [600], 0),
    ],
)
def test_what_was_left_out_of_the_plan(settled, spare, payments, credited):
    made_on = date(2026, 3, 10)
    came = [(made_on + timedelta(days=n), D(amount), note) for n, amount, note in settled]
    found, credit = installments.since(came, (D(0), D(0)), D(600), D(spare), made_on)
    assert [one.amount for one in found] == payments
    assert credit == credited


def test_when_it_breaks_if_nothing_more_is_paid():
    plan = [Installment(DAY, D(50)), Installment(DAY + timedelta(days=30), D(50))]
    breach = Breach(days=10, count=2)
    assert installments.breaks_on(plan, [], breach=breach) == DAY + timedelta(days=11)
    paid = [Payment(DAY, D(50))]
    assert installments.breaks_on(plan, paid, breach=breach) == DAY + timedelta(days=41)
    assert installments.breaks_on(plan, paid, D(50), breach) is None
    assert installments.breaks_on(plan, []) is None


@given(
    lines=st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), min_size=1, max_size=6),
    shares=st.lists(st.integers(1, 1000), min_size=1, max_size=12),
)
def test_what_is_carried_over_is_complete(lines, shares):
    """To the cent in company currency, whatever the rates of the lines."""
    covered = [(D(amount), D(booked).scaleb(-2)) for amount, booked in lines]
    total = sum(amount for amount, _ in covered)
    amounts = [min(D(share), total) for share in shares]
    while sum(amounts) > total:
        amounts.pop()
    if sum(amounts) < total:
        amounts.append(total - sum(amounts))
    found = installments.carry_over(covered, amounts, 2)
    assert len(found) == len(amounts)
    assert sum(booked for booked, _ in found) == sum(booked for _, booked in covered)
    assert all(booked >= 0 for booked, _ in found)
    indexes = [index for _, taken_from in found for index in taken_from]
    assert indexes == sorted(indexes)


@pytest.mark.parametrize(
    "covered, parts, expected",
    [
        ([600], [600], [(0, 0, 600)]),
        ([600], [400, 200], [(0, 0, 400), (0, 1, 200)]),
        ([400, 200], [600], [(0, 0, 400), (1, 0, 200)]),
        ([150, 450], [100, 500], [(0, 0, 100), (0, 1, 50), (1, 1, 450)]),
        ([100, 100], [100, 100], [(0, 0, 100), (1, 1, 100)]),
    ],
)
def test_what_is_taken_over(covered, parts, expected):
    found = installments.take_over(list(map(D, covered)), list(map(D, parts)))
    assert list(found) == expected


@given(
    covered=st.lists(st.integers(1, 1000), min_size=1, max_size=8),
    count=st.integers(1, 12),
)
def test_nothing_is_lost_by_taking_over(covered, count):
    total = D(sum(covered))
    parts = installments.split(total, 0, count=min(count, int(total)))
    found = list(installments.take_over(list(map(D, covered)), parts))
    for number, amount in enumerate(covered):
        assert sum(taken for line, _part, taken in found if line == number) == amount
    for number, amount in enumerate(parts):
        assert sum(taken for _line, part, taken in found if part == number) == amount
    assert all(taken > 0 for _line, _part, taken in found)


def test_which_lines_an_installment_comes_from():
    covered = [(D(100), D(110)), (D(100), D(120))]
    found = installments.carry_over(covered, [D(50), D(100), D(50)], 2)
    assert found == ((D("55.00"), (0,)), (D("115.00"), (0, 1)), (D("60.00"), (1,)))


@pytest.mark.parametrize(
    "day, country, pay_days, expected",
    [
        ("2026-03-10", None, (), "2026-03-10"),
        ("2026-03-14", None, (), "2026-03-16"),  # a Saturday
        ("2026-03-13", "KW", (), "2026-03-15"),  # Friday and Saturday
        ("2026-12-25", "ES", (), "2026-12-28"),
        ("2026-03-10", "ES", (15,), "2026-03-16"),  # the pay day is a Sunday
        ("2026-03-16", "ES", (15,), "2026-03-16"),
        ("2026-03-17", "ES", (15,), "2026-04-15"),
        ("2026-12-28", "ES", (25,), "2026-12-28"),  # Christmas, then a weekend
        ("2026-12-28", "ES", (25, 28), "2026-12-28"),
        ("2026-03-15", "XX", (), "2026-03-16"),
    ],
)
def test_days_that_suit(day, country, pay_days, expected):
    place = Place("UTC", country)
    found = installments.suitable_day(date.fromisoformat(day), place, pay_days)
    assert str(found) == expected
    assert installments.suitable_day(found, place, pay_days) == found
