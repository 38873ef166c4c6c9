"""The small language in which the lexicon is written, and finding its phrases in folded text.

    aviso final              these words, whole, one after the other; case, accents, hyphens and
                             the width of spaces don't matter, a sentence's end is in the way
    (aviso|carta) final      one of these; also inside a word: mal(o|a)
    mal@                     an ending -o, -a, -os or -as
    obligad* a               a word that begins so
    las [mismas|propias] x   a word, or one of these, that may be missing
    por … favor              up to three other words between
    aviso #                  a number in digits
    num. 3                   a full stop may be missing
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import product

from .folding import fold_char

#: Between two words: spaces, one line break, a full stop inside an abbreviation.
SEPARATOR = r"(?: |\n(?! *\n)|\.(?=\w))+"
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"\[[^\]]*\]|(?:\([^)]*\)|[^\s(\[])+")
_GROUP = re.compile(r"\(([^)]*)\)")
_SIGNS = set("()[]|@*#….")


@dataclass(frozen=True, slots=True)
class Rule:
    """A phrase of the lexicon.

    text: as it is written there.  regex: what it finds.
    starts: the (first, second) words that it can begin with; None for a second that may be any
    word or none; a first word that ends in `*` is the beginning of one.
    """

    family: str
    text: str
    regex: re.Pattern
    starts: frozenset


def parse(family, text):
    """Return the Rule of a phrase; raise ValueError if it has no word to begin with."""
    tokens = _TOKEN.findall(_fold_phrase(text))
    if not tokens or tokens[0][0] in "[#…":
        raise ValueError(f"A phrase begins with a word: {text!r}")
    pattern = _pattern(tokens[0]) + "".join(_following(token) for token in tokens[1:])
    return Rule(family, text, re.compile(pattern + r"(?!\w)"), frozenset(_starts(tokens)))


def literal(family, text):
    """Return the Rule of a phrase that a person wrote: its words as they are, and `*`.

    Raises ValueError if there is no word in it.
    """
    kept = "".join(char if char == "*" else " " if char in _SIGNS else char for char in text)
    return parse(family, " ".join(kept.split()))


def _fold_phrase(text):
    """A phrase folded, its signs kept."""
    folded = "".join(char if char in _SIGNS else fold_char(char) for char in text.strip())
    return folded.replace("\n", " ")


def _following(token):
    """The pattern of a token and of what is between it and the one before."""
    if token[0] == "[":
        return f"(?:{SEPARATOR}(?:{_pattern(token[1:-1])}))?"
    if token == "…":
        return rf"(?:{SEPARATOR}\w+){{0,3}}"
    glued = "?" if token[0] == "#" else ""  # "n.º3"
    return f"(?:{SEPARATOR}){glued}" + _pattern(token)


def _pattern(token):
    """The pattern of a token by itself."""
    signs = {"(": "(?:", "@": "(?:o|a|os|as)", "*": r"\w*", "#": r"\d+", ".": r"\.?",
             " ": SEPARATOR}  # fmt: skip
    return "".join(signs.get(char, char) for char in token)


def _spelled(token):
    """Every way to spell a token: its choices and endings, not its `*` and `#`."""
    token = token[1:-1].replace("|", "\0") if token[0] == "[" else token
    choices = [
        part.split("|") if number % 2 else part.split("\0")
        for number, part in enumerate(_GROUP.split(token))
    ]
    for chosen in product(*choices):
        ways = "".join(chosen).split("@")
        for endings in product(("o", "a", "os", "as"), repeat=len(ways) - 1):
            yield "".join(map("".join, zip(ways, (*endings, ""), strict=True)))


def _starts(tokens):
    """The pairs of words that `Rule.starts` names."""
    seconds = _seconds(tokens[1:])
    for way in _spelled(tokens[0]):
        first, _space, rest = way.replace(".", " ").strip().partition(" ")
        if not first.strip("*"):
            raise ValueError(f"A phrase begins with a word: {way!r}")
        if rest:
            yield first, _known(rest)
        else:
            yield from ((first, second) for second in seconds)


def _seconds(tokens):
    """The first words of what follows; None among them for one that can't be told."""
    found = set()
    for token in tokens:
        if token in ("…",) or "#" in token:
            return {None}
        found.update(_known(way) for way in _spelled(token))
        if token[0] != "[":
            return found
    return {None}


def _known(way):
    """The first word of one way to spell something, if it can be told."""
    word = way.split(" ")[0]
    return word if word and not _SIGNS & set(word) else None


class Lexicon:
    """Rules by the two words they begin with, so that a text is read once. Not to be changed."""

    def __init__(self, rules=()):
        """rules: Rules."""
        self.rules = tuple(rules)
        # first word → second word, or None for any → rules
        self._by_words = defaultdict(lambda: defaultdict(list))
        self._by_beginning = []
        for rule in self.rules:
            for first, second in rule.starts:
                if "*" in first:
                    self._by_beginning.append((first.split("*")[0], rule))
                else:
                    self._by_words[first][second].append(rule)

    def extended(self, rules):
        """Return a Lexicon of these rules and others."""
        rules = tuple(rules)
        return Lexicon(self.rules + rules) if rules else self

    def find(self, folded):
        """Yield (rule, start, end) for each phrase in a folded text, in no order."""
        words = _WORD.findall(folded)
        known = self._by_words.keys()
        if not (self._by_beginning or known & set(words)):
            return
        for rule, start in self._candidates(folded, words):
            match = rule.regex.match(folded, start)
            if match:
                yield rule, start, match.end()

    def _candidates(self, folded, words):
        """Yield (rule, start) for each rule whose first words are there."""
        by_words, beginnings = self._by_words, tuple(start for start, _rule in self._by_beginning)
        end = 0
        for number, word in enumerate(words):
            start = folded.index(word, end)
            end = start + len(word)
            if word in by_words:
                seconds = by_words[word]
                following = words[number + 1] if number + 1 < len(words) else ""
                for second in (None, following):
                    for rule in seconds.get(second, ()):
                        yield rule, start
            if beginnings and word.startswith(beginnings):
                for beginning, rule in self._by_beginning:
                    if word.startswith(beginning):
                        yield rule, start
