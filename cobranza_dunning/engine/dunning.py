"""One debtor on one day: a decision for each of his due items.

Exclusions first, then what may be chased, then the level, then to whom and whether the message
can be delivered, then what limits messages to the debtor as a whole: cadence and minimum.
"""

from collections import defaultdict
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from . import channels, due, pauses, routing
from .escalation import SEQUENTIAL, Decision, Level, because, decide, later
from .reasons import REMIND, SKIP


class Policy(NamedTuple):
    """The rules for a due item; which one applies is known before the engine is asked.

    levels: the active levels, smallest delay first.
    cadence: the least number of days between two messages to one debtor; 0 = no limit.
    minimum: in company currency, for all that one debtor would be asked for under this policy.
    minimums: {currency: amount in that currency}; it replaces `minimum` for that currency.
    resend_days: an invoice that was sent again is left alone for so many days; 0 = not at all.
    places: decimals of the company currency.
    respect_pay_days: overdue items wait for the debtor's first pay day since their due date.
    routes: {kind of level: roles}, to whom each kind goes; the default order where it is missing.
    """

    id: int
    levels: tuple
    progression: str = SEQUENTIAL
    cadence: int = 0
    minimum: Decimal = due.ZERO
    minimums: Any = MappingProxyType({})
    net_credits: bool = True
    general_journal: bool = True
    require_sent: bool = False
    places: int = 2
    respect_pay_days: bool = False
    routes: Any = routing.DEFAULT_ROUTES
    resend_days: int = 0


class Assessed(NamedTuple):
    """A due item's position and what to do about it.

    recipient: routing.Recipient of the level that is ready, whether or not something else holds
    it back; None while no level is.
    """

    position: due.Position
    decision: Decision
    recipient: Any = None

    @property
    def item(self):
        """The due item itself."""
        return self.position.item

    @property
    def amount(self):
        """What may be chased of the item today, in its currency; nothing of an excluded one."""
        return due.ZERO if excluded(self.item) else self.position.chaseable

    @property
    def company_amount(self):
        """`amount` in company currency at the item's booked rate, not rounded."""
        return due.ZERO if excluded(self.item) else self.position.company_chaseable


def assess(items, today):
    """Decide on every open item of one debtor on `today`.

    items: all due.DueItem of the debtor, credits included, in any order.
    Returns a list of Assessed, oldest due first, one for each item.
    """
    positions = due.net(
        items,
        today,
        is_chased=lambda item: excluded(item) is None,
        nets_credits=lambda item: item.policy.net_credits,
    )
    find = _recipient_finder(items)
    return _hold_below_minimum([_assess_one(position, today, find) for position in positions])


def excluded(item):
    """Return the reason why an item takes no part in collections at all, or None."""
    if item.debtor_id is None:
        return "no_partner"
    if item.residual <= 0:
        return "credit" if item.residual else "nothing_to_chase"
    if item.no_followup and item.kind == "invoice":
        return "no_followup"
    if not item.right_partner:
        return "wrong_partner"
    policy = item.policy
    if policy is None:
        return "no_policy"
    if not policy.levels:
        return "no_levels"
    if item.kind != "invoice":
        return None if policy.general_journal else "general_journal"
    return "not_sent" if policy.require_sent and not item.sent else None


def _usual_contact(items):
    """The contact that all of a debtor's open invoices are addressed to, or None.

    Debts that are no invoices go along with them, instead of making a letter of their own.
    """
    if all(item.kind == "invoice" for item in items):
        return None
    contacts = {
        item.invoice_contact and item.invoice_contact.id: item.invoice_contact
        for item in items
        if item.kind == "invoice" and item.residual > 0 and excluded(item) is None
    }
    return next(iter(contacts.values())) if len(contacts) == 1 else None


def _assess_one(position, today, find):
    """Decide on one item; only the minimum, which looks at all of them, comes later."""
    item, decision = position.item, _decide(position, today)
    if decision.outcome == SKIP or decision.level is None:
        return Assessed(position, decision)
    recipient, waits = None, [_for_pay_day(item, decision.level, today)]
    if decision.outcome == REMIND:
        recipient = find(item, decision.level)
        broken = _undeliverable(recipient, decision.level)
        if broken:
            return Assessed(position, broken, recipient)
        decision = decision._replace(channel=recipient.channel)
        waits.append(_too_soon(item, decision, today))
    else:
        waits.append(decision)
    waits.append(_after_resend(item, decision.level, today))
    last = max(filter(None, waits), key=lambda wait: wait.next_date, default=decision)
    return Assessed(position, last, recipient)


def _decide(position, today):
    """Decide on one item by itself: whether it takes part, what may be chased, its level."""
    item = position.item
    reason = excluded(item)
    if reason:
        return because(reason)
    if position.chaseable <= 0:
        return _nothing_to_chase(position, today)
    policy = item.policy
    decision = decide(position, item.last, policy.levels, today, policy.progression)
    if item.answer_waiting and decision.outcome != SKIP:
        # whatever would follow by itself waits for a person
        return because("answer_waiting", decision.level)
    return decision


def _recipient_finder(items):
    """Return the function of an item and a level that finds the routing.Recipient.

    items: all of one debtor.  Most of his items go to the same recipient: he is looked for once.
    """
    usual, found = _usual_contact(items), {}

    def find(item, level):
        """Return the Recipient of a message about `item` at `level`."""
        contact = item.invoice_contact or (usual if item.kind != "invoice" else None)
        key = (id(item.policy), id(level), contact and contact.id, id(item.directory))
        if key not in found:
            found[key] = _recipient(item, level, contact)
        return found[key]

    return find


def _recipient(item, level, contact):
    """Return the routing.Recipient of a message at `level`: its own role first, then its kind's."""
    roles = item.policy.routes.get(level.kind) or routing.DEFAULT_ROUTES[level.kind]
    if level.role:
        roles = (level.role, *roles)
    return routing.resolve(level.kind, roles, item.directory, contact, level.channels)


def _nothing_to_chase(position, today):
    """Name what took the whole residual: pauses before credits before payments."""
    item = position.item
    if position.applied:
        resumes = pauses.resumes_on(item.residual - position.in_process, item.pauses, today)
        return because("paused_until" if resumes else "paused", None, resumes)
    return because("covered_by_credit" if position.credit else "payment_in_process")


def recipients(assessed, kind):
    """Return whom a message of this kind about each item would go to today, each once.

    assessed: what `assess` says of one debtor.  Only items that take part count, paused or not; a
    level's own role doesn't.
    """
    find = _recipient_finder([one.item for one in assessed])
    level = Level(0, 0, kind=kind)
    found = [find(one.item, level) for one in assessed if not excluded(one.item)]
    return list(dict.fromkeys(found))


def _after_resend(item, level, today):
    """An invoice that was sent again has its time to be read; the level reached stays."""
    if item.resent is None:
        return None
    free_on = later(item.resent, item.policy.resend_days)
    return because("invoice_resent", level, free_on) if today < free_on else None


def _undeliverable(recipient, level):
    """A message that can't be made or delivered is work for a person, not a reminder."""
    if not level.deliverable:
        return because("no_template", level)
    if recipient.reason:
        return because(recipient.reason, level)
    if recipient.channel is None:
        return because(channels.why_not(level.channels), level)
    return None


def _for_pay_day(item, level, today):
    """What is overdue waits until the first pay day on or after its due date has passed.

    A level before the due date doesn't wait: it is written so that the payment is prepared.
    """
    if not item.policy.respect_pay_days or level.delay < 0:
        return None
    pay_day = due.next_pay_day(item.due, item.pay_days)
    if pay_day is None or today > pay_day:
        return None
    return because("pay_day", level, later(pay_day, 1))


def _too_soon(item, decision, today):
    """Cadence limits messages per debtor: a ready item waits, and says until when."""
    if not item.policy.cadence or item.debtor_contacted is None:
        return None
    free_on = later(item.debtor_contacted, item.policy.cadence)
    return because("cadence", decision.level, free_on) if today < free_on else None


def _hold_below_minimum(assessed):
    """Drop what is ready but adds up to less than the policy's minimum.

    Items in a currency with a threshold of its own are compared in that currency, the others
    in company currency at their booked rates; a threshold is never converted.
    """
    ready = [one for one in assessed if one.decision.outcome == REMIND]
    if not any(one.item.policy.minimum or one.item.policy.minimums for one in ready):
        return assessed
    totals = defaultdict(Decimal)
    for one in ready:
        key, amount = _against_minimum(one)
        totals[key] += amount
    return [
        one._replace(decision=because("below_minimum", one.decision.level))
        if one.decision.outcome == REMIND and totals[_against_minimum(one)[0]] < _minimum(one)
        else one
        for one in assessed
    ]


def _against_minimum(one):
    """Return the pool an item is added to, and its amount there."""
    policy, currency = one.item.policy, one.item.currency
    if currency in policy.minimums:
        return (policy.id, currency), one.position.chaseable
    return (policy.id, None), due.to_places(one.position.company_chaseable, policy.places)


def _minimum(one):
    """The threshold that the pool of an item must reach."""
    policy = one.item.policy
    return policy.minimums.get(one.item.currency, policy.minimum)
