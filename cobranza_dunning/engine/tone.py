"""What a text to a debtor must not say, by the kind of its level and its language.

`lint` is the whole interface: text in, findings out. An *error* keeps a text from leaving, a
*warning* asks its author to look again. The words are data, in `lexicon`.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from . import form, lexicon, phrases
from .folding import fold

KINDS = ("reminder", "follow_up", "demand")
E, W = "error", "warning"

#: Family → severity in a reminder, a follow-up and a demand. Open threats are an error in a demand
#: too: what its level announces is taken out before. Guilt and haste displease and are no lie:
#: warnings. Of the form, only a gap that the customer would read is an error (`form.SEVERITY`).
SEVERITY = {
    "counter": (E, E, W),
    "reproach": (E, E, E),
    "open_threat": (E, E, E),
    "veiled_threat": (E, E, W),
    "shame": (E, E, E),
    "sham_authority": (E, E, E),
    "false_urgency": (W, W, W),
    "guilt": (W, W, W),
}
FAMILIES = (*SEVERITY, "form")
#: What an announced consequence may say that a demand otherwise may not.
ANNOUNCED = ("open_threat", "veiled_threat")


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection to a text.

    family: one of FAMILIES.  severity: "error" or "warning".
    phrase: the part text[start:end] of the original; empty for something that is missing.
    rule: the phrase of the lexicon, or for the form one of `form.SEVERITY` ("missing:table").
    """

    family: str
    severity: str
    phrase: str
    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase that a user added. family: one of FAMILIES but "form"; None allows the phrase."""

    phrase: str
    family: str | None = None


def lint(text, kind, lang, *, consequence="", names=(), terms=None, checklist=None):
    """Return what is to be said against a text, as a list of Findings by their place.

    text: plain text (`folding.to_text` makes it of HTML); values of a template as ‹name›.
    kind: "reminder", "follow_up" or "demand"; raises ValueError for another one.
    lang: a language code ("es", "es_MX", "pt-BR"). One without a lexicon is read as English:
    what is not translated leaves in English.
    consequence: what the level announces; a demand may say it in these words, and only there.
    names: names and facts that are no prose (customer, company, invoice numbers).
    terms: a Lexicon from `compile_terms`, or Terms.
    checklist: None doesn't ask for completeness; a mapping from items of `form.CHECKLIST` to the
    facts of which each must be in the text (see there) does; "amounts" may be there too: the
    arguments (told, known) of `told_amounts.check`.
    """
    if kind not in KINDS:
        raise ValueError(f"Not a kind of level: {kind!r}")
    masked = form.mask(text, names)
    folded = fold(masked)
    known = _lexicon(lang, terms)
    hits = list(known.find(folded.text))
    spans = [(start, end) for rule, start, end in hits if rule.family == "allow"]
    announced = []
    if kind == "demand" and consequence:
        announced = _announced(folded.text, form.mask(consequence, names))
    found = {
        (SEVERITY[rule.family][KINDS.index(kind)], rule.family, start, end): rule.text
        for rule, start, end in hits
        if rule.family in SEVERITY
        and not _within(start, end, spans)
        and not (rule.family in ANNOUNCED and _within(start, end, announced))
    }
    findings = []
    for (severity, family, start, end), rule in _outermost(found).items():
        start, end = folded.span(start, end)
        findings.append(Finding(family, severity, text[start:end], start, end, rule))
    said = {rule.family for rule, _start, _end in hits}
    for rule, start, end in form.check(text, masked, said, checklist):
        severity = form.SEVERITY[rule.split(":")[0]]
        findings.append(Finding("form", severity, text[start:end], start, end, rule))
    return sorted(findings, key=lambda one: (one.start, one.end, one.family, one.rule))


def compile_terms(terms, lang):
    """Return the Lexicon of a language with a user's Terms; raises ValueError for an empty one."""
    return _built_in(base(lang)).extended(
        phrases.literal(term.family or "allow", term.phrase) for term in terms
    )


def base(lang):
    """The language of a code that has a lexicon: "es_MX" → "es"; English for any other."""
    code = (lang or "").replace("-", "_").split("_")[0].lower()
    return code if code in lexicon.LANGUAGES else "en"


def _lexicon(lang, terms):
    """The Lexicon that `lint` was given, or the one of a language and Terms."""
    if isinstance(terms, phrases.Lexicon):
        return terms
    return compile_terms(terms or (), lang)


@cache
def _built_in(code):
    """The Lexicon of a language as it comes with the addon."""
    return phrases.Lexicon(phrases.parse(family, text) for family, text in lexicon.LANGUAGES[code])


def _announced(folded, consequence):
    """Where a folded text says the announced consequence, whole."""
    regex = _announcement(fold(consequence).text)
    return [found.span() for found in regex.finditer(folded)] if regex else []


@lru_cache(maxsize=256)
def _announcement(folded):
    """The pattern of a folded consequence; None if it has no word."""
    words = re.findall(r"[^ .\n]+", folded)
    return re.compile(r"(?<!\w)" + r"[ .\n]+".join(words) + r"(?!\w)") if words else None


def _within(start, end, spans):
    """Whether a place is inside one of the spans."""
    return any(one <= start and end <= other for one, other in spans)


def _outermost(found):
    """Without what is inside a longer finding that is no less severe; overlapping ones as one."""
    kept = {}
    for key in sorted(found, key=lambda one: (one[2] - one[3], one)):
        severity, family, start, end = key
        as_severe = [one[2:] for one in kept if one[0] in (E, severity)]
        if _within(start, end, as_severe):
            continue
        rule = found[key]
        alike = [one for one in kept if one[:2] == key[:2]]
        for other in [one for one in alike if one[2] < end and start < one[3]]:
            start, end = min(start, other[2]), max(end, other[3])
            rule = kept.pop(other)
        kept[severity, family, start, end] = rule
    return kept
