"""What insurance costs, to the cent."""

from datetime import date
from decimal import Decimal

import pytest
from engine import premium
from engine.premium import Sale, Tariff
from hypothesis import given
from hypothesis import strategies as st

D = Decimal


def tariff(basis="turnover", rate="2.5", unit="mille", **facts):
    """2.5 ‰ of the turnover, without minimum and tax."""
    return Tariff(basis, D(rate), unit, **{name: D(value) for name, value in facts.items()})


def amounts(*values):
    return [D(value) for value in values]


@pytest.mark.parametrize(
    "rate, unit, expected", [("2.5", "mille", "250"), ("0.25", "percent", "250"), ("0", "mille", 0)]
)
def test_rates(rate, unit, expected):
    found = premium.accrue(tariff(rate=rate, unit=unit), amounts(60000, 40000))
    assert (found.base, found.net) == (100000, D(expected))


def test_tax_is_of_the_rounded_premium():
    found = premium.accrue(tariff(rate="1", tax="8.15"), amounts("12345"))
    assert [found.net, found.tax, found.total] == amounts("12.35", "1.01", "13.36")


def test_credit_notes_give_money_back():
    found = premium.accrue(tariff(tax=8), amounts(10000, -50000))
    assert (found.net, found.tax, found.total) == (-100, -8, -108)


@pytest.mark.parametrize(
    "amount, expected",
    [("0", "25"), ("6249", "25"), ("6250", "25"), ("6251", "25.00"), ("6252", "25.01")],
)
def test_minimum_of_an_invoice(amount, expected):
    assert premium.of_invoice(tariff("invoice", "4", minimum=25), D(amount)).net == D(expected)


def test_invoices_have_each_their_own_premium():
    by_invoice = tariff("invoice", "4", minimum=25, tax=6)
    found = premium.accrue(by_invoice, amounts(10000, 1000), amounts(500))
    assert found == (11500, 90, D("5.40"), 25)
    assert premium.accrue(by_invoice, []) == (0, 0, 0, 0)


def test_an_invoice_is_not_negative():
    with pytest.raises(ValueError, match="amount"):
        premium.of_invoice(tariff("invoice"), D("-0.01"))


def test_balances_of_each_month():
    found = premium.accrue(tariff("balances", "1"), amounts(50000, 70000, 60000))
    assert found.net == 180


def test_late_items_are_what_they_add():
    found = premium.accrue(tariff(rate="1"), amounts("0.40"), amounts("0.40", "1000"))
    assert (found.base, found.net, found.late) == (D("1000.80"), D("1.00"), D("1.00"))
    found = premium.accrue(tariff(rate="1"), amounts("4.60"), amounts("4.60"))
    assert (found.net, found.late) == (D("0.01"), D("0.01"))


@pytest.mark.parametrize(
    "accrued, charged, net, tax",
    [
        ("940", "0", "60", "4.80"),
        ("1000", "0", "0", "0"),
        ("1000.01", "0", "0", "0"),
        ("940", "60", "0", "0"),
        ("990", "60", "-50", "-4.00"),  # what is told late has made up for it
        ("1500", "60", "-60", "-4.80"),  # never more than was charged
        ("900", "60", "40", "3.20"),  # a late credit note
    ],
)
def test_minimum_of_the_year(accrued, charged, net, tax):
    found = premium.year_end(tariff(minimum=1000, tax=8), D(accrued), D(charged))
    assert (found.base, found.net, found.tax) == (0, D(net), D(tax))


def span(first, last):
    """The days from one to another: year-month-day, each."""
    return date.fromisoformat(first), date.fromisoformat(last)


Y2025, Y2026 = span("2025-01-01", "2025-12-31"), span("2026-01-01", "2026-12-31")
SPRING_25, SPRING_26 = span("2025-03-15", "2026-03-14"), span("2026-03-15", "2027-03-14")
MARCH_26, MARCH_27 = span("2026-03-01", "2026-03-31"), span("2027-03-01", "2027-03-31")
DECEMBER, JANUARY = span("2026-12-01", "2026-12-31"), span("2027-01-01", "2027-01-31")
STUB = span("2026-02-01", "2026-12-31")
ENDED = span("2026-01-01", "2026-03-09")


@pytest.mark.parametrize(
    "years, period, own, others, charged, expected",
    [
        # within the year nothing is missing yet
        ([Y2026], MARCH_26, {"2026-03-10": 100}, {}, {}, {}),
        ([Y2026], DECEMBER, {"2026-12-10": 100}, {"2026-03-10": 300}, {}, {"2026-01-01": 600}),
        # another year's premium is none of this one
        ([Y2025, Y2026], DECEMBER, {}, {"2025-12-31": 900}, {}, {"2026-01-01": 1000}),
        # it ends within a period: what is sold until then counts for it, and not for the next
        ([SPRING_25, SPRING_26], MARCH_26, {"2026-03-10": 640}, {}, {}, {"2025-03-15": 360}),
        ([SPRING_25, SPRING_26], MARCH_26, {"2026-03-15": 640}, {}, {}, {"2025-03-15": 1000}),
        ([SPRING_25, SPRING_26], MARCH_27, {}, {"2026-03-10": 640}, {"2025-03-15": 360},
         {"2026-03-15": 1000}),
        ([SPRING_25, SPRING_26], MARCH_27, {}, {"2026-03-15": 640}, {"2025-03-15": 1000},
         {"2026-03-15": 360}),
        # a first year that is shorter than the period
        ([STUB], Y2026, {"2026-02-10": 100}, {}, {}, {"2026-02-01": 900}),
        # archived on 10 March: its last period; later it is over
        ([ENDED], MARCH_26, {"2026-03-02": 40}, {"2026-02-10": 100}, {}, {"2026-01-01": 860}),
        ([ENDED], DECEMBER, {}, {"2026-02-10": 100}, {"2026-01-01": 900}, {}),
        # a credit note after it has ended
        ([ENDED], DECEMBER, {"2026-12-10": -30}, {"2026-02-10": 100}, {"2026-01-01": 900},
         {"2026-01-01": 30}),
        # told late: it makes up for what was charged, up to that
        ([Y2026], JANUARY, {"2026-12-30": 500}, {}, {"2026-01-01": 1000}, {"2026-01-01": -500}),
        ([Y2026], JANUARY, {"2026-12-30": 1500}, {}, {"2026-01-01": 1000}, {"2026-01-01": -1000}),
        ([Y2026], JANUARY, {"2026-12-30": 500}, {"2026-05-05": 1200}, {"2026-01-01": 0},
         {"2026-01-01": 0}),
        # closed elsewhere, before sales were declared here
        ([Y2026], JANUARY, {"2026-12-30": 500}, {}, {}, {}),
        # archived, in use again: what was charged then counts
        ([Y2026], DECEMBER, {}, {"2026-02-10": 100}, {"2026-01-01": 700}, {"2026-01-01": 200}),
        # two years end in one period; before the first one there is none
        ([span("2026-01-01", "2026-06-30"), span("2026-07-01", "2026-12-31")], Y2026,
         {"2025-12-31": 500, "2026-06-30": 100, "2026-07-01": 200}, {}, {},
         {"2026-01-01": 900, "2026-07-01": 800}),
    ],
)  # fmt: skip
def test_minimums_of_insurance_years(years, period, own, others, charged, expected):
    def dated(amounts):
        return {date.fromisoformat(day): D(amount) for day, amount in amounts.items()}

    found = premium.minimums(
        tariff(rate=10, minimum=1000), years, period,
        dated(own).items(), dated(others).items(), dated(charged),
    )  # fmt: skip
    assert {day: one.net for day, one in found.items()} == dated(expected)


def test_invoices_have_no_minimum_of_the_year():
    assert premium.year_end(tariff("invoice", minimum=25, tax=8), D(0)).total == 0


def test_places_of_the_currency():
    found = premium.accrue(Tariff("turnover", D("2.5"), tax=D(8), places=0), amounts(100300))
    assert (found.net, found.tax) == (251, 20)


@pytest.mark.parametrize(
    "facts, code",
    [
        ({"basis": "weight"}, "basis"),
        ({"unit": "dozen"}, "unit"),
        ({"rate": "-0.1"}, "rate"),
        ({"minimum": -1}, "minimum"),
        ({"tax": -1}, "tax"),
    ],
)
def test_tariffs_that_make_no_sense(facts, code):
    with pytest.raises(ValueError) as caught:
        premium.check(tariff(**facts))
    assert caught.value.args == (code,)


@pytest.mark.parametrize("basis", premium.BASES)
def test_tariffs_that_do(basis):
    premium.check(tariff(basis, unit="percent", rate=0))


# --- of a declaration, sale by sale ----------------------------------------------------------


def test_sales_bear_the_premium_in_proportion():
    sales = [Sale(D(100)), Sale(D(300)), Sale(D(-100))]
    whole, parts = premium.of_sales(tariff(rate="10"), sales, D(300), D(100))
    assert (whole.net, whole.late) == (3, 1)
    assert parts == (1, 3, -1)


@given(
    st.lists(st.decimals(-10**6, 10**6, places=2), max_size=20),
    st.decimals(-10**4, 10**4, places=2),
)
def test_parts_of_a_premium_add_up(amounts, net):
    parts = premium.spread(net, amounts, 2)
    assert len(parts) == len(amounts)
    assert sum(parts) == (net if amounts else 0)


@pytest.mark.parametrize(
    "sale, expected",
    [
        (Sale(D(10000)), 40),
        (Sale(D(1000)), 25),
        (Sale(D(-1000), free=True), 0),
        (Sale(D(10000), free=True), 0),
        (Sale(D(0)), 0),
        (Sale(D(10000), before=D(10000)), 40),     # from 40 to 80
        (Sale(D(1000), before=D(1000)), 0),        # the minimum before and after
        (Sale(D(-10000), before=D(10000)), -40),   # taken back
        (Sale(D(-10001), before=D(10000)), -40),   # never below nothing
    ],
)  # fmt: skip
def test_what_a_sale_adds_to_its_invoices_premium(sale, expected):
    by_invoice = tariff("invoice", "4", minimum=25, tax=10)
    whole, parts = premium.of_sales(by_invoice, [sale], sale.amount, D(0))
    assert (whole.net, parts) == (expected, (expected,))
    assert whole.tax == whole.net / 10


def test_late_invoices_have_their_part():
    by_invoice = tariff("invoice", "4", minimum=25)
    whole, _parts = premium.of_sales(
        by_invoice, [Sale(D(10000)), Sale(D(1000), late=True)], D(11000), D(1000)
    )
    assert (whole.net, whole.late) == (65, 25)


# --- before anything is declared -------------------------------------------------------------


@pytest.mark.parametrize(
    "basis, last, expected",
    [
        ("turnover", date(2026, 4, 30), 10),
        ("invoice", date(2026, 4, 30), 25),
        ("balances", date(2026, 3, 31), 0),    # paid before the month is over
        ("balances", date(2026, 4, 1), 10),
        ("balances", date(2026, 4, 30), 10),
        ("balances", date(2026, 5, 1), 20),
    ],
)
def test_what_insuring_a_sale_would_cost(basis, last, expected):
    one = tariff(basis, "1", minimum=25)
    assert premium.estimate(one, D(10000), date(2026, 3, 15), last) == expected


def test_lines_of_an_invoice_share_its_premium():
    day = date(2026, 3, 15)
    lines = [(D(amount), day, date(2026, 5, 1)) for amount in (3000, 1000)]
    assert premium.estimates(tariff("invoice", "1", minimum=25), lines) == (D("18.75"), D("6.25"))
    assert premium.estimates(tariff("invoice", "1", minimum=25), [(D(0), day, day)]) == (0,)
    assert premium.estimates(tariff("turnover", "1"), lines) == (3, 1)
    assert premium.estimates(tariff("balances", "1"), lines) == (6, 2)


def test_ends_of_months():
    found = premium.month_ends(date(2028, 1, 31), date(2028, 3, 31))
    assert found == [date(2028, 1, 31), date(2028, 2, 29)]
