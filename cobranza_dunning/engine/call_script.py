"""Call scripts: which one fits a call, and its lines with what is known of the customer."""

from typing import NamedTuple

from . import short_text

#: What a script may name, each in braces.
PLACEHOLDERS = (
    "name", "company", "caller", "amount", "invoices", "days_late", "oldest_due", "since",
    "frequency", "ticket", "share", "last_payments", "promises_kept",
)  # fmt: skip

#: What is particular about a call, the most telling first.
SITUATIONS = ("answer_waiting", "disputed", "promise_broken", "first_call")


class Script(NamedTuple):
    """What a script is for.

    kind: of the level, "reminder", "follow_up" or "demand"; None fits any.
    situation: one of SITUATIONS; None fits any.
    policies: ids of the policies whose customers it is for; empty fits any.
    segments: ids of the segments whose customers it is for; empty fits any.
    sequence: among several that fit as well, the lowest is taken.
    """

    id: int
    kind: str | None
    situation: str | None = None
    policies: frozenset = frozenset()
    sequence: int = 0
    segments: frozenset = frozenset()


def situations(*, answer_waiting, disputed, promise_broken, spoken_with):
    """Return what is particular about a call to a debtor, the most telling first.

    answer_waiting: whether he wrote and nobody has handled it yet.  disputed: whether he doesn't
    accept something of it.  promise_broken: whether the last promise was not kept in full.
    spoken_with: whether anybody has ever spoken with the right person.
    """
    true = {
        "answer_waiting": answer_waiting,
        "disputed": disputed,
        "promise_broken": promise_broken,
        "first_call": not spoken_with,
    }
    return [name for name in SITUATIONS if true[name]]


def choose(scripts, kind, found, policy, segment=None):
    """Return the Script that fits a call best, or None.

    kind: of the level reached.  found: what `situations` returned.  policy, segment: ids of the
    debtor's; None if he is in no segment.
    A script for another kind is none for him.  One for his situation comes before one for any,
    among those one for his segment before one for all, then one for his policy, then one for the
    kind.
    """
    fitting = [
        one
        for one in scripts
        if one.kind in (kind, None)
        and (one.situation is None or one.situation in found)
        and (not one.policies or policy in one.policies)
        and (not one.segments or segment in one.segments)
    ]
    return min(fitting, key=lambda one: _rank(one, found), default=None)


def _rank(script, found):
    """What a script is sorted by: the lowest fits best."""
    telling = found.index(script.situation) if script.situation else len(found)
    unspecific = not script.segments, not script.policies, not script.kind
    return telling, *unspecific, script.sequence, script.id


def fill(text, values):
    """Return the lines of a text with its placeholders filled in.

    values: {placeholder: text}.  A line that names something which isn't known is left out: nobody
    is told “customer since ”.
    """
    return [
        short_text.fill(line, values)
        for line in (text or "").splitlines()
        if line.strip() and all(values.get(name) for name in short_text.placeholders(line))
    ]
