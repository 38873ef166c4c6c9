"""The form of a text: what is no prose in it, shouting, gaps, and what is missing."""

import re

from . import told_amounts
from .folding import CLOSE, MASK, OPEN

#: Rule → severity. A gap is an error: the customer would read it.
SEVERITY = {
    "exclamation": "warning",
    "capitals": "warning",
    "placeholder": "error",
    "missing": "warning",
    "amount": "warning",
}
#: What a text contains → the value of a template that stands for it; None: prose only.
CHECKLIST = {
    "table": "lines_table",
    "pay": "payment_block",
    "disregard": None,
    "contact": "contact_block",
    "talk": None,
}
#: Written in capitals without shouting: identifiers, currencies, legal forms, what banks and tax
#: offices call things in the countries of the three languages.
ACRONYMS = {
    "IBAN", "SWIFT", "CLABE", "SEPA", "BIZUM", "PAYPAL", "FEDWIRE", "STRIPE", "EURIBOR",
    "TARGET", "CNPJ", "SUNAT", "SPEI", "CUIT", "CUIL", "DUNS", "CFDI", "COFINS", "TRANSFIYA",
    "NEQUI", "DAVIPLATA", "MBWAY", "MULTIBANCO", "REDSYS", "CONDUSEF", "HTTPS", "EMAIL",
    "WHATSAPP", "SEFAZ", "USD", "EUR", "GBP", "MXN", "BRL", "COP", "CLP", "ARS", "PEN", "IVA",
    "VAT", "ISO", "UTC", "RFC", "CIF", "NIF", "NIE", "DNI", "RUC", "RUT", "CPF", "BIC", "PIX",
    "TED", "DOC", "CBU", "CVU", "PDF",
}  # fmt: skip
_LEGAL_FORM = re.compile(
    r"[ ,]{1,2}(?:S\.? ?A\.?(?: ?de ?C\.? ?V\.?)?|S\.? ?L\.?(?: ?[UP]\.?)?|S\.?A\.?S\.?"
    r"|S\.?R\.?L\.?|S\.? ?C\.?|S\.? ?COOP\.?|LTDA\.?|LTD\.?|LLC|INC\.?|GMBH|PLC|SPA|EIRELI"
    r"|C\.? ?I\.? ?A\.?)(?!\w)",
    re.IGNORECASE,
)
#: What is no prose, each with what must be in a text that has it: values, links, bank codes.
_OPAQUE = (
    (OPEN, re.compile(rf"{OPEN}[^{OPEN}{CLOSE}\n]*{CLOSE}")),
    ("://", re.compile(r"https?://[^\s<>\"]+")),
    ("www.", re.compile(r"www\.[^\s<>\"]+")),
    ("BIC", re.compile(r"BIC\W{1,3}[A-Z]{6}[A-Z0-9]{2,5}(?!\w)")),
    ("SWIFT", re.compile(r"SWIFT\W{1,3}[A-Z]{6}[A-Z0-9]{2,5}(?!\w)")),
)
#: Addresses, from the sign by which they are found to their end, and what stands before it.
_ADDRESS = re.compile(
    r"@[\w-]+(?:\.[\w-]+)+|\.(?:com|es|mx|pt|br|org|net|ar|cl|pe|co|uy|ec|io|eu|uk)(?!\w)"
    r"(?:/[^\s<>\"]*)?"
)
_BEFORE = re.compile(r"[\w.+-]+\Z")
#: One of these is in every text with a gap; most texts have none of them.
_GAP_SIGNS = ("{", "[", "<", "%", "__", "xxx", "t-", "object.", "lorem", "tbd")
_PLACEHOLDER = re.compile(
    r"\{\{[^{}]*\}\}|\{%[^%]*%\}|\$\{[^}]*\}|</?t\b[^>]*>|\bt-(?:out|esc|field|raw)\b|%\(\w+\)s"
    r"|(?<![\w%])%s\b|\[[^\W\d_][^\[\]\d\n@/]{1,40}\]|<(?!br\b|https?:)[^\W\d_][^<>\d\n@/=]{1,40}>"
    r"|\{[a-z_][\w .]{1,40}\}|(?<![\w*/-])X{3,}(?![\w*/-]| ?\d)|(?<!_)_{3,9}(?!_)|\blorem ipsum\b"
    r"|\bobject\.\w+|(?<!\w)TBD(?!\w)",
    re.IGNORECASE,
)
_TWO_MARKS = "\N{DOUBLE EXCLAMATION MARK}"
_EXCLAMATION = re.compile(
    f"[!{_TWO_MARKS}\N{FULLWIDTH EXCLAMATION MARK}\N{INTERROBANG}\N{HEAVY EXCLAMATION MARK SYMBOL}]"
)
_UPPER = "A-Z\N{LATIN CAPITAL LETTER A WITH GRAVE}-\N{LATIN CAPITAL LETTER THORN}"
_CAPITALS = re.compile(rf"(?<![\w./-])[{_UPPER}]{{2,}}(?:[ ,]{{1,2}}[{_UPPER}]+)*(?!\w|[/-]\w)")


def mask(text, names=()):
    """Return a text of the same length in which addresses, values and names are masked.

    names: as they are written; one of several words in any case, a single word as it is or in
    capitals, because it may be an ordinary word otherwise.
    """
    for sign, pattern in _OPAQUE:
        if sign in text:
            text = pattern.sub(lambda found: MASK * len(found[0]), text)
    spans = [_address(text, found) for found in _ADDRESS.finditer(text)]
    lowered = text.lower()
    lowered = lowered if len(lowered) == len(text) else text
    for name in {" ".join(one.split()) for one in names if one}:
        if len(name) > 2:
            spans += _places(name, text, lowered)
    for start, end in spans:
        text = text[:start] + MASK * (end - start) + text[end:]
    return text


def _address(text, found):
    """The place of an address of which the end was found."""
    before = _BEFORE.search(text[max(found.start() - 64, 0) : found.start()])
    return found.start() - (len(before[0]) if before else 0), found.end()


def _places(name, text, lowered):
    """Where a name stands as a word of its own."""
    several = " " in name
    for one in (name.lower(),) if several else {name, name.upper()}:
        where = lowered if several else text
        start = where.find(one)
        while start >= 0:
            end = start + len(one)
            if not (where[start - 1 : start].isalnum() or where[end : end + 1].isalnum()):
                yield start, end
            start = where.find(one, end)


def check(text, masked, said, checklist=None):
    """Yield (rule, start, end) for each objection to the form of a text.

    masked: the text as `mask` returns it.  said: items of the checklist that its words fulfil.
    checklist: see `tone.lint`.
    """
    yield from _exclamations(masked)
    yield from _shouting(masked)
    lowered = masked.lower()
    gaps = any(sign in lowered for sign in _GAP_SIGNS)
    for found in _PLACEHOLDER.finditer(masked) if gaps else ():
        yield "placeholder", found.start(), found.end()
    if checklist is not None:
        for item, block in CHECKLIST.items():
            facts = checklist.get(item) or ()
            present = block is not None and f"{OPEN}{block}{CLOSE}" in text
            present = present or item in said or (facts and all(one in text for one in facts))
            if not present:
                yield f"missing:{item}", len(text), len(text)
        yield from _amounts(text, *checklist.get("amounts") or ())


def _amounts(text, told=(), known=()):
    """Amounts that are missing, and those that nobody owes; see `told_amounts.check`."""
    missing, strange = told_amounts.check(text, told, known)
    for start, end in strange:
        yield "amount", start, end
    if missing:
        yield "missing:amounts", len(text), len(text)


def _exclamations(masked):
    """What comes after the first exclamation mark: one is a greeting, two are raised voice."""
    marks = [
        found.start()
        for found in _EXCLAMATION.finditer(masked)
        for _mark in range(2 if found[0] == _TWO_MARKS else 1)
    ]
    surplus = set(marks[1:])
    start = None
    for at in sorted(surplus):
        if at - 1 not in surplus:
            start = at
        if at + 1 not in surplus:
            yield "exclamation", start, at + 1


def _shouting(masked):
    """Capitals that are neither an acronym nor part of a company's name or a number."""
    for found in _CAPITALS.finditer(masked):
        form = _LEGAL_FORM.search(masked, found.start(), found.end() + 12)
        if form and form.start() <= found.end():
            continue
        words = [word for word in re.split("[ ,]+", found[0]) if word not in ACRONYMS]
        letters = sum(map(len, words))
        if max(map(len, words), default=0) >= 5 or (len(words) > 2 and letters >= 8):
            yield "capitals", found.start(), found.end()
