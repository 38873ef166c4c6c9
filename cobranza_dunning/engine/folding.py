"""Text as the eye reads it: one form for case, accents, spaces, dashes and look-alikes.

Whoever compares words compares folded ones; a `Folded` text knows where each of its characters
stands in the original, so that what was found can be shown there.
"""

import html
import re
import unicodedata
from dataclasses import dataclass

#: Stands for a character that folds to none or to several.
IRREGULAR = "\ue000"
#: Stands for what is no prose: an address, a name, a value of a template.
MASK = "\ue001"
#: Values of a template, as `to_text` writes them.
OPEN, CLOSE = "‹", "›"

#: Letters of other alphabets that look like Latin ones (Unicode TR 39, confusables).
LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕһԁԛԝ" + "αβεικνορτυχγηϲ" + "ɡøıł",  # Cyrillic, Greek, Latin
    "abekmhopctyxijshdqw" + "abeikvoptuxync" + "goil",
)
#: What ends a sentence: no phrase goes across it.
STOPS = ".!?;"
#: Digits that stand for a letter between letters.
LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s"}

# each begins with what is rare, so that a plain text is passed over quickly
_LEET = re.compile(r"[01345](?<=[a-z].)(?=[a-z])")
_MAYBE_SPACED = re.compile(r" [a-z](?: |\.)")
_SPACED = re.compile(r"(?<!\w)[a-z](?:(?: [a-z]){3,}|(?:\.[a-z]){3,})(?!\w)")
_STRETCHED = re.compile(r"([a-z])\1\1+")


def fold_char(char):
    """Fold one character: to none, one or several.

    Marks and invisible characters vanish, look-alikes become Latin, what ends a sentence a full
    stop, a line break stays, anything else that is neither letter nor digit is a space.
    """
    if char in ("\n", MASK):
        return char
    if char == "@":
        return "a"
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return ""
    plain = unicodedata.normalize("NFKD", char).casefold().translate(LOOKALIKES)
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return "".join(
        one if one.isalnum() else "." if one in STOPS else " " for one in plain
    )


class _Table(dict):
    """For str.translate: each character's single folded one, learnt when it is first met."""

    def __missing__(self, code):
        """Fold a character for the first time."""
        folded = fold_char(chr(code))
        self[code] = folded if len(folded) == 1 else IRREGULAR
        return self[code]


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. offsets: place of each character in the original; None = the same place."""

    text: str
    offsets: tuple | None = None

    def span(self, start, end):
        """The (start, end) in the original of a non-empty part of the folded text."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def fold(text):
    """Return a text Folded.

    Beside what `fold_char` does, digits between letters are read as the letters they imitate,
    letters written one by one are read as a word, and letters repeated three times or more once.
    """
    plain, offsets = text.translate(_TABLE), None
    if IRREGULAR in plain:
        pairs = [(one, at) for at, char in enumerate(text) for one in fold_char(char)]
        plain = "".join(one for one, _at in pairs)
        offsets = tuple(at for _one, at in pairs)
    plain = _LEET.sub(lambda found: LEET[found[0]], plain)
    spaced = _SPACED.finditer(plain) if _MAYBE_SPACED.search(" " + plain) else ()
    gone = {
        at
        for found in spaced
        for at in range(found.start(), found.end())
        if not plain[at].isalnum()
    }
    for found in _STRETCHED.finditer(plain):
        gone.update(range(found.start() + 1, found.end()))
    if gone:
        kept = [at for at in range(len(plain)) if at not in gone]
        offsets = tuple(offsets[at] if offsets else at for at in kept)
        plain = "".join(plain[at] for at in kept)
    return Folded(plain, offsets)


# --- HTML ------------------------------------------------------------------------------

_HIDDEN = re.compile(
    r"<!--.*?-->|<(style|script|head)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"""</?[a-zA-Z][^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*>""")
_BREAK = re.compile(r"<(br)\b|</?(?:p|div|h[1-6]|li|ul|ol|tr|td|th|table|blockquote|hr|title)\b",
                    re.IGNORECASE)  # fmt: skip
_DIRECTIVE = re.compile(r"""<t\b|\st-(?:out|esc|field|raw|if|foreach|att[\w-]+)\s*=""")
_VALUE = re.compile(r"""\bt-(?:out|esc|field|raw)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SPACES = re.compile(r"\s+")
_LINES = re.compile(r" *\n[ \n]*")
_IS_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")


def looks_like_html(text):
    """Whether a text has tags or entities."""
    return bool(_IS_HTML.search(text))


def to_text(source, template=False):
    """Return what a reader sees of HTML; blocks and cells are apart by an empty line.

    template: the source of a template, not what became of it: its values are written as ‹name›.
    Otherwise directives that were left in it are shown as they are, so that they are noticed.
    """
    source = _SPACES.sub(" ", _HIDDEN.sub("", source))
    text = html.unescape(_TAG.sub(lambda tag: _tag_text(tag[0], template), source))
    text = _LINES.sub(lambda found: "\n" * min(found[0].count("\n"), 2), text)
    return template_text(text.strip()) if template else text.strip()


def template_text(text):
    """Return a template's plain text, such as a subject, with its values written as ‹name›."""
    return _EXPRESSION.sub(lambda found: _value(found[1]), text)


def _tag_text(tag, template):
    """What a tag leaves: a break, the value it writes, or itself if it should not be there."""
    directive = _DIRECTIVE.search(tag)
    if directive and not template:
        return html.escape(tag, quote=False)
    value = _VALUE.search(tag) if directive else None
    shown = _value(html.unescape(value[1] or value[2] or "")) if value else ""
    kind = _BREAK.match(tag)
    return ("\n" if kind and kind[1] else "\n\n" if kind else "") + shown


def _value(expression):
    """A template's expression as ‹name›."""
    name = expression.strip().removeprefix("object.")
    return f"{OPEN}{html.escape(name, quote=False)}{CLOSE}"
