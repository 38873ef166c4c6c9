"""Short texts for SMS, chats and calls: named placeholders, links, and how long they are."""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import quote

#: What a short text may name, each in braces.
PLACEHOLDERS = ("name", "company", "amount", "invoices", "link", "contact")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

#: The alphabet of GSM 03.38; a text within it has 160 characters in one SMS, any other 70.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Characters of its extension: each takes the place of two.
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")

#: Marks that typesetting prefers -> those of a typewriter, which GSM 03.38 has.
_TYPEWRITER = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"',
                        "–": "-", "—": "-", "…": "..."})  # fmt: skip


class Size(NamedTuple):
    """How long a text is as an SMS.

    characters: places it takes; segments: how many SMS are charged for it.
    unicode: whether characters outside the GSM alphabet make each SMS hold 70 places only.
    """

    characters: int
    segments: int
    unicode: bool


def placeholders(text):
    """Return the names in braces, in their order."""
    return _PLACEHOLDER.findall(text or "")


def unknown_placeholders(text, known=PLACEHOLDERS):
    """Return the names in braces that a text may not use, in their order.

    known: those that it may use; a short text's if left out.
    """
    return [name for name in placeholders(text) if name not in known]


def has_stray_braces(text):
    """Whether braces are left that are no placeholder: one was opened and not closed."""
    return bool(re.search(r"[{}]", _PLACEHOLDER.sub("", text or "")))


def fill(text, values):
    """Return the text with its placeholders filled in.

    values: {placeholder: text}; one that is missing or empty leaves no gap behind.  Kinds of
    spaces that only typesetting knows become plain ones: they would double the price of an SMS.
    """
    def _value(found):
        """What one placeholder becomes."""
        said = values.get(found[1]) or ""
        # “Cementos, S.L.” at the end of a sentence: its point is there already
        ends_twice = said.endswith(".") and text.startswith(".", found.end())
        return said[:-1] if ends_twice else said

    filled = _PLACEHOLDER.sub(_value, text)
    filled = re.sub(r"[^\S\n]+", " ", filled)
    return re.sub(r" +([.,;:!?)](?=\s|$))", r"\1", filled).strip()


def first_of(names, most):
    """Return the first so many different names, and how many more there are: "A, B +3"."""
    names = list(dict.fromkeys(names))
    more = len(names) - most
    return ", ".join(names[:most]) + (f" +{more}" if more > 0 else "")


def size(text):
    """Return the Size of a text as an SMS (GSM 03.38 and 03.40)."""
    if all(char in GSM or char in GSM_EXTENSION for char in text):
        characters = len(text) + sum(char in GSM_EXTENSION for char in text)
        single, each, is_unicode = 160, 153, False
    else:
        characters = len(text.encode("utf-16-le")) // 2
        single, each, is_unicode = 70, 67, True
    segments = 1 if characters <= single else -(-characters // each)
    return Size(characters, segments, is_unicode)


def economical(text):
    """Return the text as it goes out by SMS: without some accents if that saves an SMS.

    á, í, ó, ú, ã or ç aren't in the GSM alphabet (é, ñ and ü are) and more than double a text's
    price. Where plain letters and marks make fewer SMS they take their place; where they don't,
    the text stays as it was written.
    """
    composed = unicodedata.normalize("NFC", text)
    plain = "".join(map(_plain, composed.translate(_TYPEWRITER)))
    return plain if size(plain).segments < size(text).segments else text


def _plain(char):
    """A character of the GSM alphabet for one with an accent that it lacks, or the same."""
    if char in GSM or char in GSM_EXTENSION:
        return char
    base = unicodedata.normalize("NFD", char)[0]
    return base if base in GSM else char


def whatsapp_link(number, text):
    """Return the click-to-chat address for a number in the form of E.164."""
    return f"https://wa.me/{number.lstrip('+')}?text={quote(text, safe='')}"


def sms_link(number, text):
    """Return the link that opens the phone's own app for messages, with the text (RFC 5724)."""
    return f"sms:{number}?body={quote(text, safe='')}"


def call_link(number):
    """Return the link that dials a number (RFC 3966)."""
    return f"tel:{number}"
