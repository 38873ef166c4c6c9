"""Decisions of a run become one reminder per debtor and recipient."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from .escalation import Level
from .reasons import REMIND


class Letter(NamedTuple):
    """One message to be proposed.

    level: the highest level of its lines; it sets the tone.
    channel: how it leaves: what was decided for that level.
    lines: the dunning.Assessed that say "remind", oldest due first.
    totals: {currency: sum of what may be chased}; currencies are never added up.
    rule: what chose the recipient (routing.RULES) of the line that sets the tone.
    """

    debtor_id: int
    recipient_id: int
    level: Level
    channel: str
    lines: tuple
    totals: dict
    rule: str


def group(assessed):
    """Return the Letters for an iterable of dunning.Assessed: one per debtor and recipient.

    Only items that say "remind" are in a letter, each in exactly one.
    """
    groups = defaultdict(list)
    for one in assessed:
        if one.decision.outcome == REMIND:
            groups[one.item.debtor_id, one.recipient.partner_id].append(one)
    return [_letter(key, lines) for key, lines in groups.items()]


def _letter(key, lines):
    """Make the Letter of one debtor and recipient from what is to be reminded."""
    lines = sorted(lines, key=lambda one: (one.item.due, one.item.id))
    totals = defaultdict(Decimal)
    for one in lines:
        totals[one.item.currency] += one.position.chaseable
    highest = max(lines, key=lambda one: one.decision.level.rank)
    level, channel = highest.decision.level, highest.decision.channel
    return Letter(*key, level, channel, tuple(lines), dict(totals), highest.recipient.rule)
