"""The insurer's clock: until when what must be done, from policy data.

The original due date always counts; a day that was agreed with the debtor moves nothing, one
that the insurer has approved moves the end of the maximum extension period (MEP).  The day of a
deadline is the last one in time.
"""

from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, repeat
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from .insurance import PLAIN_BUYER, attachment_day, delivery_day

DAY = timedelta(days=1)


class Duty(NamedTuple):
    """Something that must be done for the cover of a line to last.

    code: "declaration", "notice", "claim" or "extension" (the insurer's approval of it).
    deadline: the last day in time.
    state: "done", "pending", "due" (the policy's warning has begun), "missed", or "late": done
    after the last day; there is no more to do than to have the insurer excuse it.
    """

    code: str
    deadline: date
    state: str


# --- days ------------------------------------------------------------------------------------


def shifted(day, days=0, months=0):
    """Return the day so many months and days later, or earlier if they are negative.

    What no calendar day can say is the last or the first one there is: ledgers use such days for
    "without end".
    """
    try:
        if months:
            day += relativedelta(months=months)
        return day + timedelta(days=days)
    except (OverflowError, ValueError):
        return date.min if min(days, months) < 0 else date.max


def resolve(deadline, days):
    """Return the last day of a Deadline, or None where there is none or its base isn't known.

    days: base -> day or None, as `base_days` returns them.
    """
    start = days[deadline.base] if deadline else None
    if start is None:
        return None
    return shifted(start, deadline.days, deadline.months)


def latest_due(policy, invoiced):
    """Return the last due date that the policy insures for an invoice date; None = any."""
    if policy.maximum_term is None:
        return None
    return shifted(invoiced, policy.maximum_term)


def mep_end(policy, line):
    """Return the last day of the maximum extension period; None if the policy has none.

    Until then a promise, an extension or an installment needs nobody's approval.
    """
    if policy.mep is None:
        return None
    end = shifted(line.due, policy.mep)
    return max(end, line.approved_until) if line.approved_until else end


def original_due_dates(before, now):
    """Return the original due date of each due line of a document that was posted anew.

    before, now: its due dates then and now, the first one first; there was one at least.
    Each line has the date that was in its place, further ones the last there was; None where it
    isn't due later than that.
    """
    firsts = chain(before, repeat(before[-1]))
    return [first if first < day else None for day, first in zip(now, firsts, strict=False)]


def base_days(policy, line, buyer=PLAIN_BUYER):
    """Return {base of a Deadline: the day, or None if it isn't known yet}.

    The date of loss is that of insolvency or the end of the waiting period, what comes first.
    """
    days = {
        "invoice": line.invoiced,
        "delivery": delivery_day(line),
        "due": line.due,
        "mep": mep_end(policy, line),
        "insolvency": buyer.insolvent_on,
        "notice": line.notified_on,
    }
    days["loss"] = _earliest((buyer.insolvent_on, resolve(policy.waiting, days)))
    return days


def activation_deadline(policy, line, buyer=PLAIN_BUYER):
    """Return until when the cover of a single invoice may be activated; None = at any time."""
    return resolve(policy.activation, base_days(policy, line, buyer))


def notice_deadline(policy, line, buyer=PLAIN_BUYER):
    """Return until when non-payment must be notified: the earliest of the policy's deadlines."""
    return _notice(policy, base_days(policy, line, buyer))


def _notice(policy, days):
    """The earliest of the deadlines for the notice, or None."""
    return _earliest([resolve(deadline, days) for deadline in policy.notice])


def waiting_end(policy, line, buyer=PLAIN_BUYER):
    """Return the day the waiting period ends; None while what it is counted from hasn't come."""
    return resolve(policy.waiting, base_days(policy, line, buyer))


def date_of_loss(policy, line, buyer=PLAIN_BUYER):
    """Return the day the loss is certain; None while it isn't known."""
    return base_days(policy, line, buyer)["loss"]


def claim_deadline(policy, line, buyer=PLAIN_BUYER):
    """Return until when the claim must be filed; None while what it is counted from is open."""
    return resolve(policy.claim, base_days(policy, line, buyer))


def provisional_day(policy, line):
    """Return the day from which a payment on account is owed by law, or None."""
    if not policy.law or not line.notified_on:
        return None
    return shifted(line.notified_on, months=policy.law.months)


@lru_cache(maxsize=4096)
def declaration_period(calendar, day):
    """Return the first and last day of the period of declaration that a day belongs to."""
    first = date(day.year, (day.month - 1) // calendar.months * calendar.months + 1, 1)
    following = shifted(first, months=calendar.months)
    return first, following if following == date.max else following - DAY


def declaration_deadline(policy, line):
    """Return until when a sale must be declared; None if it need not be, or isn't here."""
    calendar, day = policy.declaration, attachment_day(policy, line)
    if not calendar or (calendar.first and day < calendar.first):
        return None
    _first, last = declaration_period(calendar, day)
    return shifted(last, calendar.days)


def dates(policy, line, buyer=PLAIN_BUYER):
    """Return {what happens: its day}, of everything whose day is known; for a calendar."""
    found = {
        "activation": activation_deadline(policy, line, buyer),
        "declaration": declaration_deadline(policy, line),
        "mep": mep_end(policy, line),
        "notice": notice_deadline(policy, line, buyer),
        "waiting": waiting_end(policy, line, buyer),
        "loss": date_of_loss(policy, line, buyer),
        "claim": claim_deadline(policy, line, buyer),
        "provisional": provisional_day(policy, line),
    }
    return {code: day for code, day in found.items() if day}


def _earliest(days):
    """The first of the days that are known, or None."""
    return min((day for day in days if day), default=None)


# --- duties ----------------------------------------------------------------------------------


def duties(policy, line, today, buyer=PLAIN_BUYER):
    """Return the Duties of an insured line with something open, on `today`.

    What was done after `today` isn't done yet.  What the insurer has excused counts as done.
    """
    days = base_days(policy, line, buyer)
    overdue = _earliest((shifted(line.due, 1), buyer.insolvent_on))
    found = [
        Duty(code, deadline, _state(policy, line, code, deadline, done_on, opens, today))
        for code, deadline, done_on, opens in (
            ("declaration", declaration_deadline(policy, line), line.declared_on, None),
            ("notice", _notice(policy, days), line.notified_on, overdue),
            ("claim", resolve(policy.claim, days), line.claimed_on, overdue),
        )
        if deadline
    ]
    return [*found, *_extension(policy, line)]


def _state(policy, line, code, deadline, done_on, opens, today):
    """The state of a duty; before `opens` there is nothing to do yet."""
    done = done_on is not None and done_on <= today
    if code in line.excused or (done and done_on <= deadline):
        return "done"
    if done:
        return "late"
    if today > deadline:
        return "missed"
    warned = today >= shifted(deadline, -policy.warning)
    return "due" if warned and (opens is None or today >= opens) else "pending"


def _extension(policy, line):
    """The duty of somebody who has agreed to a later day than the policy lets him."""
    if policy.mep is None or line.extended_to is None:
        return
    limit = shifted(line.due, policy.mep)
    if line.extended_to > limit:
        done = line.extended_to <= mep_end(policy, line) or "extension" in line.excused
        yield Duty("extension", limit, "done" if done else "missed")
