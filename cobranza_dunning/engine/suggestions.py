"""What could be insured and isn't: which invoices, which limits, and what stands in the way.

It compares what is insured of a debtor with what would be if everything of his were marked as to
be insured.  Amounts are in the policy's currency.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from .cover_reasons import COVER_REASONS
from .due import ZERO

#: Kinds of suggestion.
INSURE = "insure"
ASK_LIMIT = "ask_limit"
REMOVE = "remove_obstacle"
KINDS = (INSURE, ASK_LIMIT, REMOVE)

#: Reasons that a limit, or more of it, would remove.
LIMIT_REASONS = frozenset(
    {"no_limit", "limit_refused", "limit_cancelled", "limit_expired", "limit_partly", "limit_full"}
)
#: Steps of the cover decision at which something stands in the way of insuring an invoice.
OBSTACLE_STEPS = (1, 3, 4, 6, 7)

#: From so many points of risk on single invoices of a debtor are worth insuring.
DOUBTFUL_POINTS = 30
#: Points of risk per promise that wasn't kept; a day late is one point.
BROKEN_POINTS = 15
MOST_POINTS = 100


class Exposed(NamedTuple):
    """A due line that is open or planned.

    document: the key of its invoice.  now, then: its Covers as it is, and if all that its debtor
    owes were to be insured.  flagged: it is to be insured.  planned: the invoice is a draft.
    cost: the net premium of insuring it, as its Cover will tell.
    """

    document: Any
    now: Any
    then: Any
    flagged: bool = True
    planned: bool = False
    cost: Decimal = ZERO


class Suggestion(NamedTuple):
    """What somebody could do.

    kind: "insure" an invoice, "ask_limit" for a debtor, or "remove_obstacle" of a draft.
    document: the invoice's key; None for a limit.
    amount: what would be insured by it: of the invoice, or with a limit that is large enough.
    exposed: what isn't insured today of the invoice, or of the debtor for want of a limit.
    limit: what it would have to be.  cost: the estimated net premium.
    reason: the code of what stands in the way, or of how much would be covered.
    count: how many invoices it is about.
    """

    kind: str
    document: Any
    amount: Decimal
    exposed: Decimal
    reason: str
    cost: Decimal = ZERO
    limit: Decimal = ZERO
    count: int = 1


def risk(days_late, broken, score=None):
    """Return the points of risk of a debtor, from 0 (none) to 100.

    days_late: how late he pays, or is.  broken: promises that he didn't keep.
    score: points of a scoring, 100 = the best payer; it takes the place of the other two.
    """
    if score is not None:
        return min(max(MOST_POINTS - score, 0), MOST_POINTS)
    return min(max(days_late, 0) + BROKEN_POINTS * broken, MOST_POINTS)


def priority(amount, points):
    """Return by what suggestions are ranked: the amount, up to doubled by the risk."""
    return amount * (100 + points) / 100


def gained(lines):
    """Return how much more of these [Exposed] would be covered if all were to be insured."""
    return sum((one.then.covered - one.now.covered for one in lines), ZERO)


def suggest(lines, limit=ZERO, before=ZERO, lost=ZERO):
    """Return the Suggestions for one debtor under one policy.

    lines: [Exposed] of all that he owes and of what is planned, oldest sale first.
    limit: what the debtor has today, or the insurer was asked for and hasn't decided on: where it
    is enough there is nothing to ask for.  What was sold before a limit isn't covered by it.
    before: what would be used of it under the policies that this one renews.
    lost: what would be covered less under those that renew this one.
    What insuring an invoice brings is at most what all of the debtor's would bring together: an
    older one takes its place in the limit before those that are insured already.
    """
    gain = gained(lines) - lost
    found = []
    for document, ours in _by_document(lines).items():
        suggestion = _insure(document, ours, gain) or _obstacle(document, ours)
        if suggestion:
            found.append(suggestion)
            gain -= suggestion.amount if suggestion.kind == INSURE else ZERO
    return found + _limit(lines, limit, before)


def suggest_single(lines, points):
    """Return the Suggestions to insure single invoices: those of a debtor who may not pay.

    lines: [Exposed] of what no other policy covers, as if each were put under one for single
    invoices and activated today.  points: of risk.
    """
    if points < DOUBTFUL_POINTS:
        return []
    return [one for one in suggest(lines) if one.kind == INSURE]


def _by_document(lines):
    """{document: its lines}, in their order."""
    found = {}
    for one in lines:
        found.setdefault(one.document, []).append(one)
    return found


def _insure(document, lines, gain):
    """The suggestion to insure an invoice that isn't marked, or None."""
    covered = sum((one.then.covered for one in lines), ZERO)
    amount = min(covered, gain)
    if amount <= 0 or all(one.flagged for one in lines):
        return None
    cost = sum((one.cost for one in lines), ZERO)
    exposed = sum((one.now.uncovered for one in lines), ZERO)
    return Suggestion(INSURE, document, amount, exposed, _main_reason(lines), cost)


def _obstacle(document, lines):
    """What stands in the way of a draft that would not be covered at all, or None."""
    blocked = [one for one in lines if _step(one.then) in OBSTACLE_STEPS]
    if not blocked or not any(one.planned for one in lines):
        return None
    exposed = sum((one.now.uncovered for one in blocked), ZERO)
    return Suggestion(REMOVE, document, exposed, exposed, blocked[0].then.reason)


def _limit(lines, limit, before):
    """The suggestion to ask for a limit, as a list of one or none."""
    short = [one for one in lines if LIMIT_REASONS & set(one.then.reasons)]
    missing = sum((_short_of(one.then) for one in short), ZERO)
    needed = sum((one.then.used for one in lines), before + missing)
    if missing <= 0 or needed <= limit:
        return []
    reasons = [code for one in short for code in one.then.reasons if code in LIMIT_REASONS]
    documents = {one.document for one in short}
    return [
        Suggestion(
            ASK_LIMIT, None, missing, missing, reasons[0], limit=needed,
            count=len(documents),
        )
    ]  # fmt: skip


def _short_of(cover):
    """What of a line isn't covered for want of a limit."""
    return cover.uncovered - cover.suspended - cover.lost


def _main_reason(lines):
    """How much of an invoice would be covered, in a word: the worst of its lines."""
    return max((one.then.reasons[0] for one in lines), key=lambda code: COVER_REASONS[code][0])


def _step(cover):
    """The step that a cover's first reason belongs to."""
    return COVER_REASONS[cover.reasons[0]][0]
