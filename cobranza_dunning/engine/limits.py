"""Which credit limit holds for a sale: the insurer's last word, else one's own, else none's."""

from decimal import Decimal
from typing import NamedTuple

from .due import ZERO
from .insurance import BLIND, CANCELLED, DISCRETIONARY, NAMED, REDUCED, REFUSED, REQUESTED, Limit

#: Decisions that take something away: not from goods that were delivered before (run-off).
TAKES_AWAY = (REDUCED, REFUSED, CANCELLED)


class Applied(NamedTuple):
    """The limit that holds for a sale.  limit: the decision behind it; a blind one has none."""

    kind: str
    amount: Decimal
    limit: Limit | None = None


def known(limits, today):
    """Return the decisions that had become known by `today`, in the same order."""
    return [one for one in limits if one.recorded is None or one.recorded <= today]


def asked(limits):
    """Return the amount that the insurer was asked for since his last word, ZERO if nothing.

    limits: in the order they were recorded.
    """
    amount = ZERO
    for one in limits:
        if one.kind == NAMED:
            amount = max(amount, one.amount) if one.decision == REQUESTED else ZERO
    return amount


def at_hand(policy, limits, today):
    """Return the limit that a sale of today has, or that the insurer was asked for, if higher."""
    applied, _reason = applicable(policy, limits, today, today)
    return max(applied.amount if applied else ZERO, asked(limits))


def in_force(limits, day):
    """Return the decision that counts on a day: of those in force the one that began last.

    limits: in the order they were recorded; of two that begin on the same day the later one
    counts.  A temporary limit therefore stands above the one it was granted on top of, until it
    ends or the insurer decides anew.  None if there is no decision.
    """
    counting = [one for one in limits if _covers_day(one, day)]
    return max(reversed(counting), key=lambda one: one.effective, default=None)


def _covers_day(limit, day):
    """Whether a decision has begun, and hasn't ended, by a day."""
    return limit.effective <= day and (limit.until is None or day <= limit.until)


def applicable(policy, limits, day, delivered):
    """Return (Applied, None), or (None, reason code) where no limit holds.

    day: on which the sale falls under the policy; delivered: when the goods left.
    The insurer's word about a debtor comes first.  If he refused or cancelled, neither one's
    own limit nor a blind one takes its place; goods delivered before that keep the limit they
    were delivered under, and so they do when he reduces it.
    """
    day, word = _run_off(_words(limits, NAMED), day, delivered)
    if word and word.amount > 0 and word.decision not in (REFUSED, CANCELLED):
        return Applied(NAMED, word.amount, word), None
    if word:
        return None, "limit_refused" if word.decision == REFUSED else "limit_cancelled"
    applied = _own(policy, limits, day, delivered) or _blind(policy)
    return (applied, None) if applied else (None, _why_none(limits, day))


def _words(limits, kind):
    """The decisions of a kind; a request decides nothing."""
    return [one for one in limits if one.kind == kind and one.decision != REQUESTED]


def _run_off(words, day, delivered):
    """The day that counts for the limit, and the decision in force on it."""
    word = in_force(words, day)
    if word and word.decision in TAKES_AWAY and delivered < word.effective:
        return delivered, in_force(words, delivered)
    return day, word


def _own(policy, limits, day, delivered):
    """The limit that the insured party set himself, at most what the policy lets him."""
    if policy.discretionary is None:
        return None
    _day, word = _run_off(_words(limits, DISCRETIONARY), day, delivered)
    if not word or word.decision in (REFUSED, CANCELLED):
        return None
    amount = min(word.amount, policy.discretionary)
    return Applied(DISCRETIONARY, amount, word) if amount > 0 else None


def _blind(policy):
    """What the policy insures of a debtor nobody asked about."""
    return Applied(BLIND, policy.blind) if policy.blind else None


def _why_none(limits, day):
    """The reason code where nobody has decided."""
    begun = [one for one in limits if one.kind == NAMED and one.effective <= day]
    if any(one.decision != REQUESTED for one in begun):
        return "limit_expired"
    return "limit_requested" if begun else "no_limit"
