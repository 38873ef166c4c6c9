"""The catalogues of translations: Spanish and Portuguese are complete, and no translation loses
a placeholder or a tag. `make i18n` brings them up to date.
"""

import ast
import re
from pathlib import Path

import i18n
import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(ROOT.glob("*/i18n/*.pot"))
CATALOGUES = sorted(ROOT.glob("*/i18n/*.po"))

#: %(name)s, %s and the like, {{ expressions }}, tags with their attributes. A per cent sign that
#: is followed by a space is text.
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-z]|\{\{.*?\}\}|\{\w+\}")
TAG = re.compile(r"<[^<>]+>")
#: What somebody reads of a tag: these attributes are translated as well.
SPOKEN = re.compile(r'\b(title|alt|placeholder|aria-label)="[^"]*"')
#: What one English word is never called in Spanish, so that each thing has one name.
ONE_NAME = {
    "installment": "plazo",
    "credit note": "nota de crédito|abono|(?<!factura )(?<!facturas )rectificativ",
    "notify|notified|notice of|the notice": "avis|comunic",
    "collections manager": "de cobros",
    "company currency|company's policy": "empresa",
}
#: Spanish that only one side of the ocean uses, that addresses the reader as "tú" or that warns.
UNWANTED = re.compile(
    r"\b(aviso|avisos|moros[oa]s?|impagad[oa]s?|tu|tus|puedes|debes|haz|haga clic|ordenador"
    r"|computadora|vosotros|ustedes)\b|[!¡“”]",
    re.IGNORECASE,
)


def catalogue(path):
    """The entries of a catalogue that are in use."""
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]


def each(paths):
    """Catalogues as pytest parameters, named by addon and language."""
    return [pytest.param(path, id=f"{path.parts[-3]}-{path.stem}") for path in paths]


def spoiled(path, check):
    """The translations of a catalogue that a check refuses."""
    pairs = [(entry.msgid, entry.msgstr) for entry in catalogue(path) if entry.msgstr]
    return [pair for pair in pairs if not check(*pair)]


def missing(template, lang):
    """The terms of a template that have no translation in a language."""
    path = template.with_name(f"{lang}.po")
    translated = {entry.msgid for entry in catalogue(path) if entry.msgstr and not entry.fuzzy}
    return [entry for entry in catalogue(template) if entry.msgid not in translated]


def test_every_addon_has_its_template():
    addons = [path.parent.name for path in ROOT.glob("*/__manifest__.py")]
    assert sorted(path.stem for path in TEMPLATES) == sorted(addons)
    assert all(len(catalogue(path)) > 0 for path in TEMPLATES)


@pytest.mark.parametrize("template", each(TEMPLATES))
@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_a_language_is_complete(template, lang):
    assert [entry.msgid for entry in missing(template, lang)] == []


@pytest.mark.parametrize("path", each(CATALOGUES))
def test_a_catalogue_has_no_other_terms_than_the_template(path):
    template = path.with_name(f"{path.parts[-3]}.pot")
    known = {entry.msgid for entry in catalogue(template)}
    assert [entry.msgid for entry in catalogue(path) if entry.msgid not in known] == []
    assert [entry.msgid for entry in catalogue(path) if entry.fuzzy] == []


@pytest.mark.parametrize("path", each(CATALOGUES))
@pytest.mark.parametrize("kind", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_a_translation_keeps_its(kind, path):
    def kept(text):
        return sorted(SPOKEN.sub(r"\1", found) for found in kind.findall(text))

    def keeps(source, target):
        return kept(source) == kept(target)

    assert spoiled(path, keeps) == []


@pytest.mark.parametrize("path", each(CATALOGUES))
def test_a_translation_begins_and_ends_as_its_text(path):
    """The same spaces around it, and a sentence ends as a sentence."""

    def alike(source, target):
        edges = re.compile(r"^\s*|\s*$")
        ends = [text.rstrip()[-1:] for text in (source, target)]
        return edges.findall(source) == edges.findall(target) and (
            ends[0] == ends[1] or not {".", ":", "…", "?"} & set(ends)
        )

    assert spoiled(path, alike) == []


@pytest.mark.parametrize("path", each([path for path in CATALOGUES if path.stem == "es"]))
def test_spanish_has_no_unwanted_words(path):
    def neutral(_source, target):
        return not UNWANTED.search(TAG.sub(" ", target))

    assert spoiled(path, neutral) == []


@pytest.mark.parametrize("english, other", ONE_NAME.items())
def test_a_thing_has_one_name_in_spanish(english, other):
    def named(source, target):
        return not (
            re.search(english, source, re.IGNORECASE) and re.search(other, target, re.IGNORECASE)
        )

    assert spoiled(ROOT / "cobranza_dunning/i18n/es.po", named) == []


@pytest.mark.parametrize("lang", ["es", "pt"])
def test_a_short_word_has_one_meaning(lang):
    """"By" is a last day ("Hasta"): not also a channel, or who did something."""
    path = ROOT / f"cobranza_dunning/i18n/{lang}.po"
    (entry,) = [entry for entry in catalogue(path) if entry.msgid == "By"]
    assert all("insurance_du" in place or "insurance_digest" in place
               for place, _line in entry.occurrences)


def hidden_terms(source):
    """The terms within f-strings, which the export doesn't find."""
    return [
        call.args[0].value
        for text in ast.walk(ast.parse(source))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", getattr(call.func, "id", "")) in {"_", "_lt"}
        and isinstance(call.args[0], ast.Constant)
    ]


def test_hidden_terms_are_seen():
    assert hidden_terms("""f"{self.env._('Letter')}.pdf" + env._("Seen")""") == ["Letter"]


def test_no_term_is_hidden_from_the_export():
    sources = [path for path in ROOT.glob("cobranza_*/**/*.py") if "tests" not in path.parts]
    assert len(sources) > 50
    found = {path.name: hidden_terms(path.read_text(encoding="utf-8")) for path in sources}
    assert {name: terms for name, terms in found.items() if terms} == {}


# --- How `make i18n` keeps translations --------------------------------------------------------


def make(*pairs):
    """A catalogue of (msgid, msgstr)."""
    made = polib.POFile()
    for msgid, msgstr in pairs:
        made.append(polib.POEntry(msgid=msgid, msgstr=msgstr))
    return made


def told(merged):
    return [(entry.msgid, entry.msgstr, bool(entry.obsolete)) for entry in merged]


def test_merging_keeps_translations_and_drops_what_is_gone():
    template = make(("One", ""), ("Two", ""))
    old = make(("Two", "Dos"), ("Three", "Tres"), ("One", "Uno"))
    assert told(i18n.merge(template, old, "es")) == [("One", "Uno", False), ("Two", "Dos", False)]


def test_merging_follows_line_breaks():
    template = make(("One\n        two", ""))
    old = make(("One two", "Uno dos"))
    assert told(i18n.merge(template, old, "es")) == [("One\n        two", "Uno dos", False)]


def test_merging_translates_terms_that_differ_in_line_breaks():
    template = make(("One\n        two", ""), ("One\n    two", ""))
    old = make(("One two", "Uno dos"))
    assert told(i18n.merge(template, old, "es")) == [
        ("One\n        two", "Uno dos", False),
        ("One\n    two", "Uno dos", False),
    ]


def test_merging_keeps_old_sentences_while_something_is_untranslated():
    template = make(("A new sentence", ""))
    old = make(("A sentence", "Una frase"))
    assert told(i18n.merge(template, old, "es")) == [
        ("A new sentence", "", False),
        ("A sentence", "Una frase", True),
    ]


def test_merging_a_variant_adds_nothing():
    template = make(("One", ""), ("Two", ""))
    assert told(i18n.merge(template, make(("Two", "Dois")), "pt_BR")) == [("Two", "Dois", False)]
