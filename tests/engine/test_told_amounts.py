"""A text says the amounts it is about, and nobody adds or changes one unnoticed."""

import pytest
from engine import told_amounts, tone
from hypothesis import given
from hypothesis import strategies as st

TOLD = ("$ 1,500.00", "$ 100.00")


def strange(text, told=TOLD, known=()):
    return [text[start:end] for start, end in told_amounts.check(text, told, known)[1]]


@pytest.mark.parametrize("text, missing, others", [
    ("INV/1\n\n$\N{NO-BREAK SPACE}1,500.00\n\nINV/2\n\n$ 100.00", False, []),
    ("INV/1: $1,500.00, INV/2: $ 100.00.", False, []),          # a full stop is no part of it
    ("INV/1 and INV/2", True, []),
    ("INV/1 $ 1,500.00", True, []),
    ("$ 1,500.00 and $ 99.99", True, ["$ 99.99"]),              # changed
    ("$ 1,500.00, $ 100.00 and $ 5.00", False, ["$ 5.00"]),     # added
    ("$ 1,500.00 and $ 1100.00", True, ["$ 1100.00"]),          # 100.00 is a part of it
    ("$ 1500.00 and $ 100.00", True, ["$ 1500.00"]),            # written in another way
    ("$ 1,500.00 and $ 100.00 of $ 1,600.00", False, []),       # the total is known
    ("call 986 000 100, invoice 2026/0099, $ 1,500.00, $ 100.00", False, []),
    ("", True, []),
])  # fmt: skip
def test_amounts_of_a_text(text, missing, others):
    known = ["Total USD $ 1,600.00"]
    assert told_amounts.check(text, TOLD, known)[0] == missing
    assert strange(text, known=known) == others


def test_an_amount_is_said_as_often_as_it_is_to_be_paid():
    told = ("100,00 €", "100,00 €")
    assert told_amounts.check("100,00 € y 200,00 €", told, ["200,00 €"]) == (True, [])
    assert told_amounts.check("100,00 €, 100,00 €: 200,00 €", told, ["200,00 €"]) == (False, [])


@pytest.mark.parametrize("told, text, others", [
    (("70.00 EUR", "$ 10.00"), "70.00 EUR and $ 10.00", []),
    (("70.00 EUR", "$ 10.00"), "71.00 EUR and $ 10.00", ["71.00 EUR"]),
    (("S/ 70.00",), "S/ 70.00 o S/ 7.00", ["S/ 7.00"]),
    (("70,00 €",), "70,00 €\n\n80,00 €", ["80,00 €"]),
    (("70 EUR",), "70 EUROPE", []),
    (("EUR 70",), "Total EUR\n\n99", []),                       # two cells
])  # fmt: skip
def test_currencies_before_and_after(told, text, others):
    assert strange(text, told) == others


def test_without_amounts_nothing_is_asked_for():
    assert told_amounts.check("$ 100.00", ()) == (False, [])
    assert told_amounts.check("$ 100.00", ("100.00",)) == (False, [])  # a currency without a sign


def test_the_tone_points_at_the_amount():
    found = tone.lint(
        "INV/1: $ 50.00", "reminder", "en", checklist={"amounts": (("$ 100.00",), ())}
    )
    rules = {one.rule: (one.severity, one.phrase) for one in found}
    assert rules["amount"] == ("warning", "$ 50.00")
    assert rules["missing:amounts"] == ("warning", "")
    assert not {"amount", "missing:amounts"} & {
        one.rule for one in tone.lint("$ 50.00", "reminder", "en", checklist={})
    }


AMOUNTS = st.lists(
    st.integers(0, 10**9).map(lambda cents: f"{cents / 100:,.2f} €"), min_size=1, max_size=6
)


@given(AMOUNTS, st.integers(1, 10**6))
def test_whoever_changes_one_is_told(told, more):
    assert told_amounts.check("; ".join(told), told) == (False, [])
    changed = f"{float(told[0][:-2].replace(',', '')) + more:,.2f} €"
    missing, places = told_amounts.check("; ".join([changed, *told[1:]]), told)
    assert missing
    assert bool(places) == (changed not in told)
