"""Whether a text says the amounts that it is about, and no other ones."""

import re
from collections import Counter

_NUMBER = r"\d(?:[\d.,']*\d)?"
#: Between a number and its currency; never the end of a line, where another cell begins.
_GAP = r"[^\S\n]?"


def check(text, told, known=()):
    """Return what is wrong with the amounts of a plain text: (missing, strange).

    told: the amounts it has to say ("$ 1,500.00"), each as often as it is to be paid.
    known: texts whose amounts may stand in it as well (totals, original amounts, what a template
    says by itself).
    missing: whether one of `told` isn't there, or not often enough.
    strange: the places (start, end) of amounts in the same currencies that are neither told nor
    known: somebody has changed them, or added them.
    An amount is compared as it is written: whoever writes 1500 for 1,500.00 is asked to look.
    """
    pattern = _pattern(told)
    if pattern is None:
        return False, []
    said = list(_read(pattern, text))
    wanted = Counter(one for amount in told for one, _place in _read(pattern, amount))
    allowed = set(wanted) | {one for other in known for one, _place in _read(pattern, other)}
    missing = bool(wanted - Counter(one for one, _place in said))
    return missing, [place for one, place in said if one not in allowed]


def _pattern(amounts):
    """What finds amounts in the currencies of these, written on the same side; None for none."""
    signs = set()
    for amount in amounts:
        before, after = re.split(_NUMBER, amount, maxsplit=1)
        signs.add((before.strip(), after.strip()))
    ways = [_way(*sign) for sign in sorted(signs) if any(sign)]
    return re.compile("|".join(ways)) if ways else None


def _way(before, after):
    """The pattern of an amount with its currency before or after it."""
    left = re.escape(before) + _GAP if before else ""
    right = _GAP + re.escape(after) if after else ""
    # letters of a currency's code are no part of a longer word
    begin = r"(?<!\w)" if before[:1].isalnum() else ""
    end = r"(?!\w)" if after[-1:].isalnum() else ""
    return f"{begin}{left}{_NUMBER}{right}{end}"


def _read(pattern, text):
    """Each amount of a text as (what it says without blanks, (start, end))."""
    for found in pattern.finditer(text):
        yield "".join(found[0].split()), found.span()
