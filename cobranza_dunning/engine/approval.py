"""How many people approve a reminder, who may be one of them, and how much leaves in a day."""

from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)

#: What a level asks for: nobody, one person, two different people.
PEOPLE = {"auto": 0, "one": 1, "two": 2}


class Limits(NamedTuple):
    """Amounts of a company, in its currency; each applies *above* itself, 0 = it never applies.

    one: somebody approves, though the level asks for nobody.
    two: two people approve, though the level asks for fewer.
    own: nobody approves what he proposed himself, managers included.
    """

    one: Decimal = ZERO
    two: Decimal = ZERO
    own: Decimal = ZERO


class Caps(NamedTuple):
    """The most that leaves on one day; 0 = no limit.

    number, amount: automatic reminders of the company, the amount in its currency.
    debtor: messages to one debtor, automatic or not.
    """

    number: int = 0
    amount: Decimal = ZERO
    debtor: int = 0


def people_needed(level_approval, amount, limits):
    """Return how many different people must approve: 0, 1 or 2.

    level_approval: key of PEOPLE. amount: all that is asked for, in company currency.
    An amount at a limit is not above it.
    """
    needed = PEOPLE[level_approval]
    if _is_above(amount, limits.two):
        return 2
    if _is_above(amount, limits.one):
        return max(needed, 1)
    return needed


def refusal(user, proposer, approvers, amount, limits):
    """Return why `user` may not be (one of) the approver(s), or None if he may.

    proposer: who started the run that made it; None if it was the scheduled action.
    approvers: those who have approved already. amount: in company currency.
    "twice": he has approved already, and another person has to.  "own": he proposed it, and it
    is above the limit for that.
    """
    if user in approvers:
        return "twice"
    if user == proposer and _is_above(amount, limits.own):
        return "own"
    return None


def within(waiting, caps, number=0, amount=ZERO, by_debtor=None):
    """Return {key: why} of those that don't fit into today any more.

    why: "number", "amount", "debtor"; "large" for one that fits into no day at all.

    waiting: tuples (key, debtor, amount, automatic) in the order in which they may leave; the
    amount in company currency.
    number, amount: automatic reminders of the company that left today already.
    by_debtor: {debtor: messages to him today}.
    What doesn't fit takes no place: a smaller one behind it may still leave.
    """
    by_debtor = dict(by_debtor or {})
    held = {}
    for key, debtor, its_amount, automatic in waiting:
        if automatic and fits_no_day(its_amount, caps):
            held[key] = "large"
        elif caps.debtor and by_debtor.get(debtor, 0) >= caps.debtor:
            held[key] = "debtor"
        elif automatic and caps.number and number >= caps.number:
            held[key] = "number"
        elif automatic and caps.amount and amount + its_amount > caps.amount:
            held[key] = "amount"
        else:
            by_debtor[debtor] = by_debtor.get(debtor, 0) + 1
            if automatic:
                number, amount = number + 1, amount + its_amount
    return held


def fits_no_day(amount, caps):
    """Whether an automatic reminder is larger than all that may leave by itself in one day."""
    return _is_above(amount, caps.amount)


def _is_above(amount, limit):
    """Whether a limit applies; at it is not above it, and 0 never applies."""
    return bool(limit) and amount > limit
