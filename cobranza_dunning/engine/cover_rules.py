"""Whether a line is insured at all: steps 0 to 7 of the decision, the first that fails decides.

The codes are those of `cover_reasons`.  Days that are limits are in time themselves.
"""

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .insurance import (
    CASH_SALE,
    GRANTED,
    NAMED,
    SINGLE_DEBTOR,
    SINGLE_INVOICE,
    Buyer,
    Line,
    Policy,
    attachment_day,
    delivery_day,
)
from .insurance_dates import activation_deadline, latest_due, mep_end, shifted
from .limits import applicable


class _Case(NamedTuple):
    """What the rules look at."""

    policy: Policy
    line: Line
    attached: date
    today: date
    buyer: Buyer
    spans: list
    limits: list


def verdict(policy, limits, line, today, buyer, spans):
    """Return (limits.Applied, None) for a line, or (None, the code of the first rule that fails).

    limits: those known `today`.  spans: what `stops` says about all of the debtor's lines.
    """
    case = _Case(policy, line, attachment_day(policy, line), today, buyer, spans, limits)
    if code := _first(case, _BEFORE_LIMIT):
        return None, code
    applied, code = applicable(policy, limits, case.attached, delivery_day(line))
    code = code or _first(case, _AFTER_LIMIT)
    return (None, code) if code else (applied, None)


def refused(policy, limits, today, buyer, spans):
    """Return why nothing delivered today would be insured, whatever the limit; None if it would.

    limits: those known `today`.  Whether the cover of a single invoice is activated is for the
    invoice to say.
    """
    sale = Line(None, Decimal(1), today, today)
    case = _Case(policy, sale, today, today, buyer, spans, limits)
    code = _first(case, _BEFORE_LIMIT)
    return code or applicable(policy, limits, today, today)[1] or _before_stop(case)


def outside(policy, line, buyer):
    """Return the code of the steps 1 and 2 that fails for a sale; None if it can be insured."""
    case = _Case(policy, line, attachment_day(policy, line), line.invoiced, buyer, [], [])
    return _first(case, (_in_force, _insurable_debtor))


def _first(case, rules):
    """The code of the first rule that fails, or None."""
    return next((code for rule in rules if (code := rule(case))), None)


def _flagged(case):
    """Step 0: there is something open that somebody wants insured."""
    if case.line.residual <= 0:
        return "settled"
    return None if case.line.flagged else "not_flagged"


def _in_force(case):
    """Step 1: the first and the last day of a period belong to it."""
    if not any(first <= case.attached <= last for first, last in case.policy.periods):
        return "policy_not_in_force"


def _insurable_debtor(case):
    """Step 2: debtor and sale are of a kind that the policy insures."""
    policy, buyer = case.policy, case.buyer
    if buyer.kind in policy.excluded_kinds:
        return buyer.kind
    if case.line.cash and CASH_SALE in policy.excluded_kinds:
        return CASH_SALE
    outside = policy.countries is not None and buyer.country not in policy.countries
    if outside or buyer.country in policy.excluded_countries:
        return "country_excluded"
    if policy.kind == SINGLE_DEBTOR and buyer.id != policy.debtor_id:
        return "other_debtor"


def _invoiced_in_time(case):
    """Step 3: exactly the maximum delay is in time."""
    most = case.policy.maximum_delay
    if most is not None and (case.line.invoiced - delivery_day(case.line)).days > most:
        return "invoiced_late"


def _within_term(case):
    """Step 4: exactly the maximum term is within it."""
    latest = latest_due(case.policy, case.line.invoiced)
    if latest and case.line.due > latest:
        return "term_too_long"


def _before_stop(case):
    """Step 6: a sale delivered on the very day of an event is after it."""
    delivered, buyer = delivery_day(case.line), case.buyer
    if buyer.insolvent_on and buyer.insolvent_on <= delivered:
        return "insolvent"
    if _is_claimed(case, delivered):
        return "claim_filed"
    if any(first <= delivered and (not last or delivered <= last) for first, last in buyer.stops):
        return "stopped_by_insurer"
    if _is_within(delivered, case.spans):
        return "stop_shipment"


def _is_claimed(case, delivered):
    """Whether there was a claim when the goods left, and no limit had been granted since."""
    last = max((day for day in case.buyer.claimed if day <= delivered), default=None)
    return last is not None and not any(
        one.kind == NAMED and one.decision == GRANTED and last < one.effective <= delivered
        for one in case.limits
    )


def _activated(case):
    """Step 7: the last day for it is in time."""
    if case.policy.kind != SINGLE_INVOICE:
        return None
    activated = case.line.activated_on
    if activated is None or activated > case.today:
        return "not_activated"
    deadline = activation_deadline(case.policy, case.line, case.buyer)
    return "activated_late" if deadline and activated > deadline else None


_BEFORE_LIMIT = (_flagged, _in_force, _insurable_debtor, _invoiced_in_time, _within_term)
_AFTER_LIMIT = (_before_stop, _activated)


def stops(policy, lines):
    """Return the pairs (first day, last day) without deliveries, apart and in order.

    From the day after a line's maximum extension until the day before it is paid.
    """
    merged = []
    for first, last in sorted(filter(None, (_stop(policy, line) for line in lines))):
        if merged and first <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])
    return merged


def _stop(policy, line):
    """The days without deliveries because of one line, or None."""
    end = mep_end(policy, line)
    if end in (None, date.max) or (line.residual <= 0 and line.settled_on is None):
        return None
    first = shifted(end, 1)
    last = date.max if line.residual > 0 else shifted(line.settled_on, -1)
    return (first, last) if first <= last else None


def _is_within(day, periods):
    """Whether a day is in one of the periods, which are apart and in order."""
    number = bisect_right(periods, day, key=lambda period: period[0])
    return number > 0 and day <= periods[number - 1][1]
