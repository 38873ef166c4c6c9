"""What of a debt is insured, and why: ten steps for each due line, the first that fails decides.

1 policy in force · 2 debtor insurable · 3 invoiced in time · 4 credit term · 5 limit · 6 not
after stop-shipment · 7 single invoice activated · 8 limit used oldest first, revolving · 9 tax
and disputes · 10 duties.  Reasons are codes of `cover_reasons`.

A debtor's lines are decided together, because they share a limit.  Money is exact: what is
covered and what is not always add up to what is open.
"""

from decimal import Decimal
from itertools import repeat
from typing import Any, NamedTuple

from .agenda import milestones
from .cover_reasons import COVER_REASONS
from .cover_rules import refused, stops, verdict
from .due import ZERO, to_places
from .indemnity import indemnity
from .insurance import AT_RISK, LOST, PLAIN_BUYER, attachment_day, delivery_day
from .insurance_dates import duties
from .limits import Applied, applicable, known

__all__ = (
    "Cover", "Exposure", "allocate", "decide", "displaced", "exposure", "indemnity", "insurable",
    "may_lose", "open_tax_share",
)  # fmt: skip

#: The step of the duties.
LAST_STEP = 10
#: States of a duty that wasn't done on its last day.
NOT_IN_TIME = ("missed", "late")


class Cover(NamedTuple):
    """What is insured of one line, on the day it was decided.

    covered + uncovered is the line's residual.  Inside `uncovered`: `suspended`, what comes back
    once a dispute is settled in our favour, and `lost`, what was covered before a duty was missed.
    used: what the line takes up of the limit.
    percentage: of the covered amount that the insurer pays; `insured_amount` is that.
    insurable: what the policy can insure of the residual, if nothing stands in the way.
    state: "covered" (all that the policy can insure of it), "partial", "suspended", "at_risk"
    (covered, if something is done), "lost", "not_covered", or "settled".
    applied: the limit (limits.Applied) or None.
    duties: the insurance_dates.Duty of the line, where it is covered or was.
    milestones: what comes by itself, as agenda.milestones returns it.
    """

    line_id: Any
    residual: Decimal
    covered: Decimal
    state: str
    reasons: tuple
    suspended: Decimal = ZERO
    lost: Decimal = ZERO
    used: Decimal = ZERO
    percentage: Decimal = ZERO
    insured_amount: Decimal = ZERO
    applied: Applied | None = None
    duties: tuple = ()
    milestones: tuple = ()
    insurable: Decimal = ZERO

    @property
    def uncovered(self):
        """What is open and not covered."""
        return self.residual - self.covered

    @property
    def missing(self):
        """What the policy can insure and doesn't: not the tax that it never insures."""
        return self.insurable - self.covered

    @property
    def reason(self):
        """The code that says most: that of a duty or a dispute where it decides the state."""
        if self.state == "suspended":
            return "disputed"
        duties = [code for code in self.reasons if COVER_REASONS[code][0] == LAST_STEP]
        # missed before due, and what comes late in a claim's life before what comes early
        weighed = sorted(duties, key=lambda code: code.endswith("_missed"))
        return weighed[-1] if self.state in (AT_RISK, LOST) else self.reasons[0]

    @property
    def missed_on(self):
        """The last day that was in time for the first duty that was missed, or None."""
        return min((one.deadline for one in self.duties if one.state in NOT_IN_TIME), default=None)

    @property
    def next_duty(self):
        """The duty that is to be done first, or None."""
        waiting = [one for one in self.duties if one.state in ("pending", "due")]
        return min(waiting, key=lambda one: one.deadline, default=None)


class Exposure(NamedTuple):
    """A debtor's position under a policy, in its currency.

    limit: what holds for a sale today.  used: by what is open.  free: what a sale of today may
    still be; nothing while deliveries are stopped, or the policy insures no sale of today.
    residual = covered + uncovered.  applied: whose limit it is (limits.Applied), None without one.
    stopped: the code of COVER_REASONS that says why nothing is free; None where something is.
    """

    limit: Decimal
    used: Decimal
    free: Decimal
    residual: Decimal
    covered: Decimal
    uncovered: Decimal
    applied: Applied | None = None
    stopped: str | None = None

    @property
    def share(self):
        """Per cent of the limit that is used; 100 if something is used and there is none."""
        if not self.limit:
            return Decimal(100) if self.used else ZERO
        return to_places(self.used * 100 / self.limit, 1)


# --- deciding --------------------------------------------------------------------------------


def decide(policy, limits, lines, today, buyer=PLAIN_BUYER, before=ZERO):
    """Return the Covers of one debtor's lines on `today`, oldest sale first.

    limits: the debtor's decisions (insurance.Limit) in the order they were recorded.
    lines: all that is open of the debtor, whether to be insured or not, and what was settled
    later than its maximum extension; a draft is a line as well.  Their ids differ, and compare.
    The result doesn't depend on the order of the lines, nor on that of past payments.
    Lines whose cover a missed duty has lost go on using the limit (step 8 is before step 10).
    before: what is used of it by what was sold under the policy that this one renews.
    """
    limits = known(limits, today)
    lines = sorted(lines, key=lambda line: order(policy, line))
    spans = stops(policy, lines)
    found = [(line, *verdict(policy, limits, line, today, buyer, spans)) for line in lines]
    insured = [
        (insurable(policy, line), applied.amount) for line, applied, _code in found if applied
    ]
    left = [max(most - before, ZERO) for _room, most in insured]
    taken = iter(allocate([room for room, _most in insured], left))
    return [
        _insured(policy, line, applied, next(taken), today, buyer)
        if applied
        else _not_insured(policy, line, code)
        for line, applied, code in found
    ]


def order(policy, line):
    """What says which of two lines takes its part of a limit first: the oldest sale."""
    return attachment_day(policy, line), line.due, line.id


def may_lose(new, sold):
    """Whether new lines may cost something its cover; see `displaced`, which says how much.

    new: the lines that come in.  sold: pairs (line, its Cover, decided with them).
    Only what isn't all covered can have lost something, and only if it was sold when the first of
    them was sold or due, or later: due, because what is long overdue stops deliveries.
    """
    days = [min(one.invoiced, delivery_day(one), one.due) for one in new]
    return any(
        line.flagged and one.missing and max(line.invoiced, delivery_day(line)) >= min(days)
        for line, one in sold if days
    )


def displaced(decided, new, before):
    """Return {line id: (amount, line that costs it)}: what lines lose of their cover to new ones.

    decided: a debtor's triples (key of a policy, keys of those that it renews, its Covers as
    `decide` returns them).  new: ids of the lines that come in.  before: {line id: what is covered
    without them}.
    It costs it the first that comes in of what takes its part of the limit before it, under its
    policy or one that this renews; or the first of all, where a sale under another policy stops
    deliveries.
    """
    everyone, first, found = [], {}, {}
    for key, renewed, covers in sorted(decided, key=lambda one: len(one[1])):
        takers = [first[one] for one in renewed if one in first]
        for one in covers:
            if one.line_id in new:
                everyone.append(one.line_id)
                takers.append(one.line_id)
            lost = before.get(one.line_id, ZERO) - one.covered
            if lost > 0:
                found[one.line_id] = lost, takers[:1]
        if takers:
            first[key] = takers[0]
    return {line_id: (lost, (taker or everyone)[0]) for line_id, (lost, taker) in found.items()}


def allocate(amounts, limit):
    """Return what is covered of each amount, the oldest first.

    limit: one for all, or a list with that of each amount.  An amount gets what its limit leaves
    after the older ones; whatever one pays, the next ones move up.
    """
    limits = limit if isinstance(limit, (list, tuple)) else repeat(limit)
    used, covered = ZERO, []
    for amount, most in zip(amounts, limits, strict=False):
        taken = max(min(amount, most - used), ZERO)
        used += taken
        covered.append(taken)
    return tuple(covered)


def insurable(policy, line, residual=None):
    """Return what the policy can insure of what is open: all of it, or all but the tax.

    residual: a part of the line instead of what is open.  The tax in what is open is to the
    whole tax as what is open to the whole line.
    """
    residual = line.residual if residual is None else residual
    amount = line.residual if line.amount is None else line.amount
    if policy.covers_tax or not line.tax or not amount:
        return residual
    return residual - to_places(residual * line.tax / amount, policy.places)


def open_tax_share(share, amount, settled):
    """Return which part of what is open of a document is tax, after credit notes for tax alone.

    share: which part of its amount was tax.  settled: pairs (amount, whether it was such a credit
    note), in the order they came.  A payment pays tax and the rest alike; a credit note for tax
    alone (Spain: Ley 37/1992, art. 80) takes back tax and nothing else, so that it isn't taken
    off a second time from what is insured.
    """
    left, tax = amount, amount * share
    for one, is_tax in settled:
        if left <= 0:
            break
        tax = max(tax - one, ZERO) if is_tax else tax - tax * one / left
        left -= one
    return min(tax / left, Decimal(1)) if left > 0 else ZERO


def exposure(policy, limits, covers, today, buyer=PLAIN_BUYER, lines=(), before=ZERO):
    """Return a debtor's Exposure from the Covers of `decide`, for a sale delivered today.

    buyer, lines, before: as of `decide`.  Nothing is free while no sale would be insured.
    """
    limits = known(limits, today)
    applied, _reason = applicable(policy, limits, today, today)
    stopped = refused(policy, limits, today, buyer, stops(policy, lines))
    limit = applied.amount if applied else ZERO
    used = sum((one.used for one in covers), before)
    free = ZERO if stopped else max(limit - used, ZERO)
    residual = sum((one.residual for one in covers), ZERO)
    covered = sum((one.covered for one in covers), ZERO)
    return Exposure(
        limit, used, free, residual, covered, residual - covered, applied,
        stopped or (None if free else "limit_full"),
    )  # fmt: skip


# --- steps 8 to 10: how much of it, and whether it lasts --------------------------------------


def _not_insured(policy, line, code):
    """The Cover of a line that fails one of the steps 0 to 7."""
    state = "settled" if code == "settled" else "not_covered"
    return Cover(line.id, line.residual, ZERO, state, (code,), insurable=insurable(policy, line))


def _insured(policy, line, applied, taken, today, buyer):
    """The Cover of a line that is insured, and has taken so much of the limit."""
    room = insurable(policy, line)
    suspended = _suspended(policy, line, taken)
    pending = tuple(duties(policy, line, today, buyer)) if taken else ()
    coming = milestones(policy, line, today, buyer) if taken else ()
    fate, codes = _fate(policy, pending)
    lost = taken if fate == LOST else ZERO
    suspended = ZERO if lost else suspended
    covered = taken - suspended - lost
    percentage = policy.percentages[applied.kind]
    reasons = (
        _limit_reason(taken, room),
        *(("tax_not_covered",) if room < line.residual else ()),
        *(("disputed",) if suspended else ()),
        *codes,
    )
    return Cover(
        line.id, line.residual, covered, _covered_state(taken, room, suspended, fate), reasons,
        suspended, lost, taken, percentage,
        to_places(covered * percentage / 100, policy.places), applied, pending, coming, room,
    )  # fmt: skip


def _suspended(policy, line, taken):
    """What a dispute suspends of what has been taken of the limit: the undisputed part is first."""
    if not line.disputed:
        return ZERO
    return taken - min(taken, insurable(policy, line, max(line.residual - line.disputed, ZERO)))


def _limit_reason(taken, room):
    """Step 8 in a word."""
    if taken == room:
        return "within_limit"
    return "limit_partly" if taken else "limit_full"


def _fate(policy, found):
    """What the duties make of the cover ("lost", "at_risk" or None), and their codes.

    What was done late was missed all the same: only the insurer can excuse it.
    """
    counting = [one for one in found if one.state in ("due", *NOT_IN_TIME)]
    fates = {AT_RISK if one.state == "due" else policy.consequences[one.code] for one in counting}
    fate = next((one for one in (LOST, AT_RISK) if one in fates), None)
    return fate, tuple(
        f"{one.code}_{'due' if one.state == 'due' else 'missed'}" for one in counting
    )


def _covered_state(taken, room, suspended, fate):
    """The state of a line that has passed the steps 1 to 7."""
    if not taken:
        return "not_covered"
    if fate == LOST:
        return LOST
    if suspended == taken:
        return "suspended"
    if fate:
        return fate
    return "partial" if taken < room or suspended else "covered"
