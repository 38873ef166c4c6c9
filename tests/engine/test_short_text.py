"""Short texts: what they may name, what an SMS costs, and the links of a phone."""

from urllib.parse import parse_qs, urlsplit

import pytest
from engine import short_text
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text, unknown, stray",
    [
        ("Hello {name}", [], False),
        ("{name} {company} {amount} {invoices} {link} {contact}", [], False),
        ("Hello {nombre}", ["nombre"], False),
        ("{b} {a} {name}", ["b", "a"], False),
        ("Hello {}", [""], False),
        ("Hello { name }", [" name "], False),
        ("Hello {name", [], True),
        ("Hello name}", [], True),
        ("{{name}}", [], True),
        ("{name.__class__}", ["name.__class__"], False),
        ("{0}", ["0"], False),
        ("", [], False),
        (None, [], False),
    ],
)
def test_placeholders(text, unknown, stray):
    assert short_text.unknown_placeholders(text) == unknown
    assert short_text.has_stray_braces(text) == stray


@pytest.mark.parametrize(
    "text, values, filled",
    [
        ("Hello {name}.", {"name": "Ana"}, "Hello Ana."),
        ("Hello {name}. {company}: all.", {"name": "A, S.L.", "company": "B, S.A."},
         "Hello A, S.L. B, S.A.: all."),
        ("{name}", {"name": "A, S.L."}, "A, S.L."),
        ("See {link} . Thanks", {"link": ""}, "See. Thanks"),
        ("Hello {name}, thanks", {}, "Hello, thanks"),
        ("{amount} open", {"amount": "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€"},
         "1 234,50 € open"),
        ("{amount}", {"amount": "1\N{NARROW NO-BREAK SPACE}234"}, "1 234"),
        ("One\nTwo  three", {}, "One\nTwo three"),
        ("{name}", {"name": "{amount}", "amount": "1"}, "{amount}"),  # filled once only
        ("https://x.example/a?b=1 .", {}, "https://x.example/a?b=1."),
    ],
)  # fmt: skip
def test_filling(text, values, filled):
    assert short_text.fill(text, values) == filled


@pytest.mark.parametrize(
    "text, size",
    [
        ("", (0, 1, False)),
        ("a" * 160, (160, 1, False)),
        ("a" * 161, (161, 2, False)),
        ("a" * 306, (306, 2, False)),
        ("a" * 307, (307, 3, False)),
        ("€" * 80, (160, 1, False)),
        ("€" * 81, (162, 2, False)),
        ("ñ" * 160, (160, 1, False)),
        ("á" + "a" * 69, (70, 1, True)),
        ("á" + "a" * 70, (71, 2, True)),
        ("á" * 134, (134, 2, True)),
        ("á" * 135, (135, 3, True)),
        ("\N{GRINNING FACE}" * 35, (70, 1, True)),
        ("\N{GRINNING FACE}" * 36, (72, 2, True)),
    ],
)
def test_what_an_sms_costs(text, size):
    assert short_text.size(text) == size


@pytest.mark.parametrize(
    "text, sent",
    [
        ("Hola, María", "Hola, María"),  # one SMS either way
        ("á" + "a" * 69, "á" + "a" * 69),  # 70 fit as they are
        ("á" + "a" * 70, "a" * 71),  # 71 would be two
        ("ÁÍÓÚáíóú" + "x" * 63, "AIOUaiou" + "x" * 63),
        ("ãõâêôç" + "x" * 65, "aoaeoc" + "x" * 65),
        ("éñüàèìòùÑÜÇ¿¡" + "á" + "x" * 60, "éñüàèìòùÑÜÇ¿¡" + "a" + "x" * 60),  # GSM has the others
        ("a\N{COMBINING ACUTE ACCENT}" + "x" * 70, "a" + "x" * 70),
        ("e\N{COMBINING ACUTE ACCENT}á" + "x" * 70, "éa" + "x" * 70),
        ("“Día” – ‘sí’… «no»" + "x" * 60, "\"Dia\" - 'si'... \"no\"" + "x" * 60),
        ("á\N{GRINNING FACE}" + "x" * 90, "á\N{GRINNING FACE}" + "x" * 90),  # nothing is saved
        ("á" + "x" * 160, "a" + "x" * 160),  # three become two
        ("é" * 161, "é" * 161),  # within GSM already
        ("Łódź" + "x" * 90, "Łódź" + "x" * 90),  # Ł has no plain form here: nothing is saved
        ("", ""),
    ],
)
def test_accents_go_where_that_saves_an_sms(text, sent):
    assert short_text.economical(text) == sent


@given(st.text(max_size=300))
def test_an_economical_text_never_costs_more(text):
    sent = short_text.economical(text)
    before, after = short_text.size(text).segments, short_text.size(sent).segments
    assert sent == text or after < before
    assert short_text.economical(sent) == sent


def test_links():
    text = "Hola, Ana & Co: 10 € = 100 %?\n¿Hablamos?"
    chat = urlsplit(short_text.whatsapp_link("+34612345678", text))
    assert (chat.scheme, chat.netloc, chat.path) == ("https", "wa.me", "/34612345678")
    assert parse_qs(chat.query) == {"text": [text]}
    sms = short_text.sms_link("+34612345678", text)
    assert sms.startswith("sms:+34612345678?body=Hola%2C%20Ana%20%26%20Co")
    assert parse_qs(sms.split("?", 1)[1]) == {"body": [text]}
    assert short_text.call_link("+34612345678") == "tel:+34612345678"


@given(st.text(max_size=200))
def test_any_text_survives_its_links(text):
    text = text.encode("utf-8", "ignore").decode()
    for link in (short_text.whatsapp_link("+1", text), short_text.sms_link("+1", text)):
        query = link.split("?", 1)[1]
        assert "&" not in query and " " not in query
        assert parse_qs(query, keep_blank_values=True) in ({"text": [text]}, {"body": [text]})


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(short_text.PLACEHOLDERS), st.text()))
def test_filling_never_fails(text, values):
    short_text.fill(text, values)
    short_text.unknown_placeholders(text)
    assert short_text.size(text).segments >= 1


@pytest.mark.parametrize(
    "names, text",
    [([], ""), (["A"], "A"), (["A", "B"], "A, B"), (["A", "B", "C"], "A, B +1"), (["A", "A"], "A")],
)
def test_the_first_names_and_how_many_more(names, text):
    assert short_text.first_of(names, 2) == text
