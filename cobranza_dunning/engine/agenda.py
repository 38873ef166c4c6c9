"""What is to be done for the insurer, and by when: the duties of a debtor's lines put together."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .due import ZERO
from .insurance import PLAIN_BUYER
from .insurance_dates import Duty, mep_end, shifted, waiting_end

#: What comes by itself on a day, and matters to whoever follows the debt.
MILESTONES = ("mep", "waiting")
#: What must be done whether a debt is paid in time or not.
ALWAYS = ("declaration",)


class Item(NamedTuple):
    """The same duty of some lines of a debtor.

    missed: its deadlines are over; those ahead are an Item of their own.
    deadline: the earliest of theirs.  state: "pending", "due" or "missed".
    lines: how many.  amount: what is covered or suspended of them, or was before it was lost.
    """

    code: str
    missed: bool
    deadline: date
    state: str
    lines: int = 0
    amount: Decimal = ZERO


def milestones(policy, line, today, buyer=PLAIN_BUYER):
    """Return the MILESTONES of an overdue line that are still to come, as Duties.

    They are "due" in the last days before, as many as the policy warns before a deadline.
    """
    if line.due >= today:
        return ()
    end = waiting_end(policy, line, buyer) if policy.waiting else None
    warned = shifted(today, policy.warning)
    return tuple(
        Duty(code, day, "due" if day <= warned else "pending")
        for code, day in (("mep", mep_end(policy, line)), ("waiting", end))
        if day and day >= today
    )


def open_duties(cover, line, today):
    """Return the Duties of a line, milestones too, that ask for attention on `today`.

    What is done isn't among them, nor what only non-payment would ask for while the line isn't
    overdue and no warning has begun.
    """
    overdue = line.due < today
    found = [
        one
        for one in cover.duties
        if one.state in ("due", "missed")
        or (one.state == "pending" and (overdue or one.code in ALWAYS))
    ]
    return [*found, *cover.milestones]


def collect(decided, today):
    """Return the Items of a debtor's lines under one policy: {(code, missed): Item}.

    decided: pairs (cover.Cover, insurance.Line).
    """
    found = {}
    for cover, line in decided:
        if not cover.used:
            continue
        stake = cover.covered + cover.suspended + cover.lost
        for duty in open_duties(cover, line, today):
            key = (duty.code, duty.state == "missed")
            item = found.get(key) or Item(*key, duty.deadline, duty.state)
            first = min((item.deadline, item.state), (duty.deadline, duty.state))
            found[key] = Item(*key, *first, item.lines + 1, item.amount + stake)
    return found
