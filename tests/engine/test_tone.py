"""What a text to a debtor must not say: sentences an accountant would write, by family,
and sentences nobody may object to. The tables are in `sentences`, a file per language.
"""

import re
from pathlib import Path
from time import process_time

import pytest
from engine import form, lexicon, phrases, tone
from engine.folding import fold, to_text
from hypothesis import given, settings
from hypothesis import strategies as st

SENTENCES = Path(__file__).with_name("sentences")
LANGS = ("es", "en", "pt")
LETTERS = {"E": "error", "W": "warning"}
#: Reminder, follow-up, demand; E error, W warning.
EXPECTED = {
    "counter": "EEW",
    "reproach": "EEE",
    "open_threat": "EEE",
    "veiled_threat": "EEW",
    "shame": "EEE",
    "sham_authority": "EEE",
    "false_urgency": "WWW",
    "guilt": "WWW",
}


def table(lang):
    """(family or "-", sentence) of a language."""
    lines = (SENTENCES / f"{lang}.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(": ", 1)) for line in lines if line and line[0] != "#"]


def sentences(bad):
    return [
        pytest.param(lang, family, sentence, id=f"{lang}-{sentence[:40]}")
        for lang in LANGS
        for family, sentence in table(lang)
        if (family != "-") is bad
    ]


def families(text, lang="es", kind="reminder", **options):
    """The families found, in their order."""
    return [one.family for one in tone.lint(text, kind, lang, **options)]


def rules(text, lang="es", **options):
    """The rules of the form that were found."""
    found = tone.lint(text, "reminder", lang, **options)
    return [one.rule for one in found if one.family == "form"]


# --- the tables


@pytest.mark.parametrize("lang, family, sentence", sentences(True))
def test_objects_to(lang, family, sentence):
    for kind, letter in zip(tone.KINDS, EXPECTED[family], strict=True):
        found = [one for one in tone.lint(sentence, kind, lang) if one.family != "form"]
        assert {one.family for one in found} == {family}
        assert {one.severity for one in found} == {LETTERS[letter]}


@pytest.mark.parametrize("lang, family, sentence", sentences(False))
def test_nobody_objects_to(lang, family, sentence):
    for kind in tone.KINDS:
        assert tone.lint(sentence, kind, lang) == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_tables_are_long_enough(lang):
    found = [family for family, _sentence in table(lang)]
    assert found.count("-") >= 60
    assert len(found) - found.count("-") >= 60
    assert set(found) - {"-"} == set(EXPECTED)
    assert len({sentence for _family, sentence in table(lang)}) == len(found)


def test_every_phrase_of_the_lexicon_is_found_again():
    """Each phrase can be parsed and begins with words it is looked up by."""
    for lang, entries in lexicon.LANGUAGES.items():
        known = {*tone.SEVERITY, *form.CHECKLIST, "allow"}
        assert {family for family, _text in entries} == known, lang
        for family, text in entries:
            assert phrases.parse(family, text).starts


# --- what a finding says


def test_a_finding_is_a_value():
    text = "Estimada Ana: este es el ÚLTIMO  aviso."
    (one,) = [one for one in tone.lint(text, "reminder", "es_MX") if one.family != "form"]
    assert (one.family, one.severity, one.phrase) == ("counter", "error", "ÚLTIMO  aviso")
    assert text[one.start : one.end] == one.phrase
    assert "ultimo" in one.rule
    with pytest.raises(AttributeError):
        one.severity = "warning"


def test_findings_come_in_their_order():
    text = "Es urgente. Iniciaremos acciones legales. Último aviso."
    assert families(text) == ["false_urgency", "open_threat", "counter"]
    assert tone.lint("", "reminder", "es") == []


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="Not a kind of level: 'letter'"):
        tone.lint("Hola", "letter", "es")


def test_what_is_inside_a_longer_finding_is_said_once():
    assert families("Aparece en la lista de morosos") == ["shame"]  # not "morosos" as well
    assert families("No pague hoy mismo: urgente") == ["false_urgency", "false_urgency"]


@pytest.mark.parametrize("code, base", [
    ("es", "es"), ("es_419", "es"), ("es-AR", "es"), ("pt_BR", "pt"), ("PT", "pt"),
    ("en_GB", "en"), ("fr_FR", "en"), ("", "en"), (None, "en"),
])  # fmt: skip
def test_the_lexicon_of_a_language(code, base):
    assert tone.base(code) == base


# --- words, however they are written


@pytest.mark.parametrize("text", [
    "ultimo aviso", "ÚLTIMO AVISO", "Último\N{NO-BREAK SPACE}aviso", "último\naviso",
    "último-aviso", "último\N{EN DASH}aviso", "último  \t aviso", "último, aviso",
    "u\N{COMBINING ACUTE ACCENT}ltimo aviso",  # decomposed
    "últi\N{ZERO WIDTH SPACE}mo avi\N{SOFT HYPHEN}so", "últіmо аvіsо",  # Cyrillic і о а
    "\N{FULLWIDTH LATIN SMALL LETTER U}ltimo aviso", "ú l t i m o aviso", "u.l.t.i.m.o a.v.i.s.o",
    "úúúltimo aviso", "ult1mo av1so", "*último* _aviso_", "«último aviso»",
    "\N{MATHEMATICAL BOLD SMALL U}ltimo aviso",
])  # fmt: skip
def test_evasions_are_read_as_the_eye_reads_them(text):
    assert "counter" in families(text)


@pytest.mark.parametrize("text", [
    "último. Aviso legal",  # two sentences
    "el último\n\naviso legal",  # two paragraphs
    "penúltimos avisosx", "último avisador",  # other words
])  # fmt: skip
def test_a_phrase_is_whole_words_of_one_sentence(text):
    assert families(text) == []


@pytest.mark.parametrize("text", ["moroso", "morosa", "Morosos", "MOROSAS", "morosidad"])
def test_gender_and_number(text):
    assert "reproach" in families(f"cliente {text}")


@pytest.mark.parametrize("text", [
    "aviso n.º 3", "aviso nº3", "aviso n° 3", "aviso n. 3", "aviso No. 3", "aviso número 3",
    "aviso de pago núm. 12",
])  # fmt: skip
def test_numbered_notices(text):
    assert families(text) == ["counter"]


# --- what is no prose


@pytest.mark.parametrize("text, names", [
    ("Estimados señores de Moroso e Hijos:", ["Moroso e Hijos"]),
    ("ESTIMADOS SEÑORES DE MOROSO E HIJOS", ["Moroso e Hijos"]),
    ("Gracias, Embargo Films", ["Embargo  Films"]),  # spaces of the contact's name
    ("Estimado Urgente:", ["Urgente"]),
    ("Pedido: ENTREGA INMEDIATA", ["ENTREGA INMEDIATA"]),
    ("Concepto {{ object.id }}", ["{{ object.id }}"]),
])  # fmt: skip
def test_names_are_no_prose(text, names):
    lexical = [family for family in families(text, names=names) if family != "form"]
    assert lexical == [] and "placeholder" not in rules(text, names=names)
    assert families(text) != []


@pytest.mark.parametrize("text, names", [
    ("es urgente pagar", ["Urgente"]),  # the ordinary word
    ("Los morosos", ["Moroso"]),  # another word
    ("último aviso", ["so", "av", None, ""]),  # no names at all
])  # fmt: skip
def test_a_name_allows_nothing_else(text, names):
    assert families(text, names=names) != []


def test_addresses_are_no_prose():
    for text in (
        "Escriba a embargo@moroso.es", "https://moroso.example/acciones-legales/urgente",
        "www.moroso.com", "Visite moroso.com.mx/urgente", "‹object.urgente›",
    ):  # fmt: skip
        assert families(text) == []


# --- the user's own words


def test_own_terms():
    own = [
        tone.Term("Pronto pago", "guilt"),
        tone.Term("Último aviso"),
        tone.Term("penal* fija", "shame"),
    ]
    text = "Último aviso: pronto-pago sin penalidad fija"
    assert families(text, terms=own) == ["guilt", "shame"]
    assert families(text, terms=tone.compile_terms(own, "es")) == ["guilt", "shame"]
    assert families("acciones legales", "fr", terms=[tone.Term("acciones legales", "open_threat")])


def test_signs_in_a_users_term_are_no_pattern():
    assert families("(pague) ya", terms=[tone.Term("[pague] (ya)…", "guilt")]) == ["guilt"]
    for empty in ("", "***", "…", "()", "!!"):
        with pytest.raises(ValueError, match="begins with a word"):
            tone.compile_terms([tone.Term(empty, "guilt")], "es")


# --- the consequence that a level announces

CONSEQUENCE = "Si no recibimos el pago el 30 de abril, iniciaremos acciones legales. Gracias."


def test_a_demand_may_announce_its_consequence_only():
    text = f"Estimada Ana:\n\n{CONSEQUENCE}\n\nAtentamente"
    assert families(text, kind="demand", consequence=CONSEQUENCE) == []
    assert families(text.upper().lower(), kind="demand", consequence=CONSEQUENCE) == []
    assert families(text, kind="demand") == ["open_threat"]
    for kind in ("reminder", "follow_up"):
        assert families(text, kind=kind, consequence=CONSEQUENCE) == ["open_threat"]
    more = f"{text} y un embargo. Iniciaremos acciones legales."
    assert families(more, kind="demand", consequence=CONSEQUENCE) == ["open_threat", "open_threat"]
    half = "Iniciaremos acciones legales."
    assert families(half, kind="demand", consequence=CONSEQUENCE) == ["open_threat"]


def test_a_consequence_excuses_neither_shame_nor_reproach():
    text = "Nos veremos obligados a acciones legales y haremos público su impago, moroso."
    assert families(text, kind="demand", consequence=text) == ["shame", "reproach"]
    assert families("Hola", kind="demand", consequence="...") == []


def test_a_consequence_with_names():
    text = "Aceros Norte iniciará acciones legales"
    options = {"consequence": text, "names": ["Aceros Norte"], "kind": "demand"}
    assert families(text, **options) == []


# --- form


@pytest.mark.parametrize("text, count", [
    ("Gracias", 0), ("¡Gracias!", 0), ("¡Hola! ¡Gracias!", 1), ("Pague!!", 1), ("Pague!!!", 1),
    ("¡Hola! ¡Gracias! ¡Adiós!", 2), ("Pague\N{DOUBLE EXCLAMATION MARK}", 1),
])  # fmt: skip
def test_more_than_one_exclamation_mark(text, count):
    assert rules(text) == ["exclamation"] * count


@pytest.mark.parametrize("text, shouts", [
    ("PAGUE", True), ("PAGO", False), ("PAGUE YA", True), ("DEBE PAGAR YA", True),
    ("NO HA PAGADO", True), ("SIN PAGO, YA", True), ("ÁRBOL", True), ("IVA", False),
    ("IBAN, SWIFT, CLABE, SEPA", False), ("FACTURA-2026-0001", False), ("FAC/2026/0001", False),
    ("FACTURACION2026", False), ("ACEROS DEL NORTE S.A.", False), ("ACEROS S.A. de C.V.", False),
    ("COMERCIAL LIMA LTDA", False), ("NORTHERN STEEL LTD", False), ("ACEROS, S.L.U.", False),
    ("SWIFT CAIXESBBXXX", False), ("BIC: DEUTDEFF", False),
    ("USD EUR MXN", False), ("USD, EUR", False), ("VEA LAS DOS YA", True),
])  # fmt: skip
def test_shouting(text, shouts):
    assert rules(text) == (["capitals"] if shouts else [])


def test_capitals_of_a_name():
    assert rules("Estimados ACEROS NORTE:", names=["Aceros Norte"]) == []


@pytest.mark.parametrize("text", [
    "{{ object.name }}", "Estimado [nombre]:", "[NOMBRE DEL CLIENTE]", "Estimado <nombre>:",
    "${object.name}", "{nombre}", "<t t-out=\"object.name\"/>", "Sr. XXX", "Factura ____",
    "%(amount)s", "son %s euros", "lorem ipsum dolor", "object.addressee", "fecha: TBD",
])  # fmt: skip
def test_gaps_are_errors(text):
    (one,) = [one for one in tone.lint(text, "demand", "es") if one.rule == "placeholder"]
    assert one.severity == "error"
    assert one.phrase in text


@pytest.mark.parametrize("text", [
    "‹object.addressee›", "cuenta XXXX1234", "XXXX-1234", "importe < 100 y > 50", "[1]", "50 % son",
    "___________________", "xx", "1 < 2", "<ana@example.com>", "100%", "{1}",
])  # fmt: skip
def test_no_gap(text):
    assert "placeholder" not in rules(text)


def test_what_is_missing_is_asked_for_only_if_wanted():
    assert rules("Hola") == []
    missing = [f"missing:{item}" for item in sorted(form.CHECKLIST)]
    found = tone.lint("Hola", "reminder", "es", checklist={})
    assert [one.rule for one in found] == missing
    assert {(one.severity, one.phrase, one.start) for one in found} == {("warning", "", 4)}


@pytest.mark.parametrize("lang, text", [
    ("es", "Si ya ha pagado, ignore este mensaje. Si algo falta, respóndanos."),
    ("en", "If you have already paid, please disregard this. Otherwise let us know."),
    ("pt", "Se já efetuou o pagamento, desconsidere. Responda a esta mensagem."),
])  # fmt: skip
def test_the_checklist(lang, text):
    blocks = "‹lines_table› ‹payment_block› ‹contact_block›"
    assert rules(f"{blocks} {text}", lang, checklist={}) == []
    assert rules(blocks, lang, checklist={}) == ["missing:disregard", "missing:talk"]
    facts = {"table": ("INV/1", "INV/2"), "contact": ("Ana Pérez",), "pay": ("ES91",)}
    told = f"INV/1 INV/2 Ana Pérez ES91 {text}"
    assert rules(told, lang, checklist=facts) == []
    assert rules(told.replace("INV/2", ""), lang, checklist=facts) == ["missing:table"]


# --- HTML


@pytest.mark.parametrize("html, text", [
    ("<p>Hola</p><p>Ana</p>", "Hola\n\nAna"),
    ("Ho<b>la</b> <i>Ana</i>", "Hola Ana"),
    ("a<br/>b", "a\nb"),
    ("<td>último</td><td>aviso</td>", "último\n\naviso"),
    ("&uacute;ltimo&nbsp;aviso &lt;b&gt;", "último\N{NO-BREAK SPACE}aviso <b>"),
    ("<style>p {color: red}</style><!-- moroso -->Hola", "Hola"),
    ("<p title='a > b'>Hola\n   Ana</p>", "Hola Ana"),
    ('Dear <t t-out="object.addressee"/>', 'Dear <t t-out="object.addressee"/>'),
    ("1 < 2", "1 < 2"),
])  # fmt: skip
def test_what_a_reader_sees(html, text):
    assert to_text(html) == text


def test_the_source_of_a_template():
    source = (
        '<p>Dear <t t-out="object.addressee"/>,</p><t t-if="object.x &gt; 1">'
        "<t t-out='object.lines_table'/></t>{{ object.name }}"
    )  # fmt: skip
    assert to_text(source, template=True) == "Dear ‹addressee›,\n\n‹lines_table›‹name›"
    assert rules(to_text(source, template=True)) == []
    assert rules(to_text(source)) == ["placeholder"] * 4


# --- properties

TEXTS = st.text(max_size=200) | st.lists(
    st.sampled_from([sentence for lang in LANGS for _family, sentence in table(lang)])
    | st.text("aeiou .,!¡<>{}[]‹›_%\n\u200b\u0301ßİﬁXx1@&;/-", max_size=20),
    max_size=5,
).map(" ".join)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(tone.KINDS), st.sampled_from(["es", "en_US", "pt_BR", "xx"]))
def test_findings_are_parts_of_the_text(text, kind, lang):
    for one in tone.lint(text, kind, lang, names=[text[:9]], consequence=text[3:40], checklist={}):
        assert text[one.start : one.end] == one.phrase
        assert one.phrase or one.rule.startswith("missing:")
    to_text(text), to_text(text, template=True)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_disguises_change_nothing(data):
    """Case, accents, spaces and invisible characters: the same words are found."""
    lang = data.draw(st.sampled_from(LANGS))
    family, sentence = data.draw(st.sampled_from(table(lang)))
    disguise = data.draw(st.sampled_from([
        str.upper, str.lower, str.swapcase,
        lambda text: re.sub(r"(\w)", "\\1\N{ZERO WIDTH NON-JOINER}", text),
        lambda text: text.replace(" ", "\N{NO-BREAK SPACE} "),
        lambda text: "".join(char for char in fold(text).text if char != "\n"),
    ]))  # fmt: skip
    disguised = disguise(sentence)
    if "@" in sentence or re.search(r"\.\w{2}", sentence):
        return  # an address that is no address any more
    found = [one for one in tone.lint(disguised, "reminder", lang) if one.family != "form"]
    assert {one.family for one in found} == ({family} - {"-"})
    assert all(disguised[one.start : one.end] == one.phrase for one in found)


@given(st.text(max_size=300))
def test_folding_keeps_places(text):
    folded = fold(text)
    for at in range(len(folded.text)):
        start, end = folded.span(at, at + 1)
        assert 0 <= start < end <= len(text)


# --- speed


@pytest.mark.parametrize("lang", LANGS)
def test_a_long_text_takes_about_a_millisecond(lang):
    """A letter of 1 500 characters: aim 1 ms; 4 leaves room for a busy machine."""
    letter = "\n\n".join(sentence for family, sentence in table(lang) if family == "-")[:1500]
    names = [f"Customer {number}" for number in range(20)]
    tone.lint(letter, "reminder", lang, names=names)
    before = process_time()
    for _time in range(50):
        tone.lint(letter, "reminder", lang, names=names)
    assert (process_time() - before) / 50 < 0.004


@pytest.mark.parametrize("part", ["a", "a.", "<", "! ", "a@", "<a ", "AB ", "_", "{", "a b "])
def test_no_text_takes_for_ever(part):
    text = part * 20000
    before = process_time()
    tone.lint(text, "reminder", "en")
    to_text(text)
    assert process_time() - before < 5
