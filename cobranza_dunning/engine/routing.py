"""To whom a message about a debtor goes: the roles of his contacts against the kind of message."""

from types import MappingProxyType
from typing import Any, NamedTuple

from .channels import NEEDS, choose
from .escalation import KINDS

COLLECTIONS_ADDRESS = "collections_address"
PAYMENTS_CLERK = "payments_clerk"
INVOICE_CONTACT = "invoice_contact"
SUPERIOR = "superior"
INFLUENCER = "influencer"
CUSTOMER = "customer"
#: Not a role: somebody chose the recipient of an open reminder himself.
PERSON = "person"

#: The roles that a contact of a debtor may have, more than one of them too.
CONTACT_ROLES = (COLLECTIONS_ADDRESS, PAYMENTS_CLERK, INVOICE_CONTACT, SUPERIOR, INFLUENCER)
#: What a table may name: a role, or the customer himself.
ROLES = (*CONTACT_ROLES, CUSTOMER)
#: What may have chosen a recipient.
RULES = (*ROLES, PERSON)

_USUAL = (COLLECTIONS_ADDRESS, PAYMENTS_CLERK, INVOICE_CONTACT, CUSTOMER)
#: The table of a policy without one of its own: kind of level -> roles, the first choice first.
DEFAULT_ROUTES = MappingProxyType(
    {"reminder": _USUAL, "follow_up": _USUAL, "demand": (SUPERIOR, *_USUAL)}
)


class Addressee(NamedTuple):
    """Somebody a message may go to.

    reach: which of "email", "phone" and "address" get to him (channels.NEEDS).
    roles: {role: priority}; the lower number comes first.
    """

    id: int
    reach: frozenset = frozenset({"email"})
    roles: Any = MappingProxyType({})


class Directory(NamedTuple):
    """The people of one debtor.

    customer: the debtor himself.
    contacts: the Addressees with a role.
    chosen: {partner id: Addressee}: whom a person chose instead of somebody in the reminder
    that is open now.
    """

    customer: Addressee
    contacts: tuple = ()
    chosen: Any = MappingProxyType({})


class Recipient(NamedTuple):
    """Who gets a message, or why nobody does.

    rule: one of RULES, what chose him; where there was a choice of several, their role.
    channel: how it gets to him; None: by none of the level's channels.
    reason: None, "no_recipient" or "ambiguous_recipient"; with a reason there is no partner_id.
    """

    partner_id: int | None
    rule: str | None
    channel: str | None = None
    reason: str | None = None


def resolve(kind, roles, directory, invoice_contact=None, channels=("email",)):
    """Return the Recipient of a message of this kind about one due item.

    roles: from a table such as DEFAULT_ROUTES[kind], the first choice first.
    directory: the debtor's people, or None if nothing is known of them.
    invoice_contact: the Addressee on the item's invoice, unless that is the customer himself.
    channels: of the level, the preferred one first (channels.NEEDS).

    The first role decides that somebody has whom the preferred channel gets to; another channel
    is for where it gets to nobody.  Two with the same role and priority are for a
    person to tell apart: the message goes to neither of them, let alone to both.  Who has
    influence on the debtor never gets a demand, and anything else only if a table names him.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of level: {kind!r}")
    if directory is None:
        return Recipient(None, None, None, "no_recipient")
    by_role = [(role, _holders(role, kind, directory, invoice_contact)) for role in roles]
    for channel in channels:
        for role, holders in by_role:
            able = [one for one in holders if NEEDS[channel] in one.reach]
            if able:
                return _chosen_instead(_first(able, role, channel), kind, directory, channels)
    for role, holders in by_role:
        if holders:
            return _chosen_instead(_first(holders, role), kind, directory, channels)
    return Recipient(None, None, None, "no_recipient")


def _holders(role, kind, directory, invoice_contact):
    """Whoever has a role towards this item, as a list of Addressees."""
    if role == CUSTOMER:
        return [directory.customer]
    if role == INVOICE_CONTACT and invoice_contact:
        # he may have other roles as well, for which the directory knows him
        known = (one for one in directory.contacts if one.id == invoice_contact.id)
        found = [next(known, invoice_contact)]
    else:
        found = [one for one in directory.contacts if role in one.roles]
    return [one for one in found if _may_get(one, kind, directory)]


def _may_get(one, kind, directory):
    """Whether somebody may get a message of this kind at all: a third party gets no demand."""
    return kind != "demand" or INFLUENCER not in one.roles or one.id == directory.customer.id


def _first(holders, role, channel=None):
    """The one with the lowest priority number; "ambiguous_recipient" if there are several."""
    first = min(one.roles.get(role, 0) for one in holders)
    best = [one for one in holders if one.roles.get(role, 0) == first]
    if len(best) > 1:
        return Recipient(None, role, None, "ambiguous_recipient")
    return Recipient(best[0].id, role, channel)


def _chosen_instead(recipient, kind, directory, channels):
    """Put whom a person chose in the place of whom the table chose."""
    person = directory.chosen.get(recipient.partner_id)
    if person is None or not _may_get(person, kind, directory):
        return recipient
    return Recipient(person.id, PERSON, choose(channels, person.reach))
