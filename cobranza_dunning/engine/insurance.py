"""Credit insurance: what the insurer has agreed to, and what is known of debtor and debt.

Values only; the rules are in `limits`, `insurance_dates`, `cover`, `indemnity`, `premium` and
`declarations`.  All amounts are in the policy's currency; the caller converts, once.
"""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from .due import ZERO

#: Kinds of policy.
WHOLE_TURNOVER = "whole_turnover"
SINGLE_DEBTOR = "single_debtor"
SINGLE_INVOICE = "single_invoice"
POLICY_KINDS = (WHOLE_TURNOVER, SINGLE_DEBTOR, SINGLE_INVOICE)

#: Kinds of limit, in the order they are asked for.
NAMED = "named"
DISCRETIONARY = "discretionary"
BLIND = "blind"
LIMIT_KINDS = (NAMED, DISCRETIONARY, BLIND)

#: What an insurer says about a limit.
REQUESTED = "requested"
GRANTED = "granted"
REDUCED = "reduced"
REFUSED = "refused"
CANCELLED = "cancelled"
DECISIONS = (REQUESTED, GRANTED, REDUCED, REFUSED, CANCELLED)

#: Kinds of debtor and of sale that credit insurance leaves out, unless a policy says otherwise.
PUBLIC_BODY = "public_body"
CONSUMER = "consumer"
RELATED = "related_company"
CASH_SALE = "cash_sale"
UNINSURABLE = frozenset({PUBLIC_BODY, CONSUMER, RELATED, CASH_SALE})

#: The day on which a sale falls under a policy.
ATTACHMENTS = ("invoice", "delivery")

#: What a deadline may be counted from.
BASES = ("invoice", "delivery", "due", "mep", "insolvency", "notice", "loss")

AT_RISK = "at_risk"
LOST = "lost"


class Deadline(NamedTuple):
    """So many months and days after a day of BASES; the day that results is the last in time."""

    base: str
    days: int = 0
    months: int = 0


class Calendar(NamedTuple):
    """When sales are declared.

    months: length of a period; it begins with January.  days: after the end of the period.
    first: the first day whose sales are declared here, None = all; earlier ones were declared in
    another way.
    """

    months: int = 1
    days: int = 15
    first: date | None = None


#: Each month, until the 15th day after it.
MONTHLY = Calendar()


class Law(NamedTuple):
    """What the law grants the insured party, whatever the policy says.

    least_percentage: the insured percentage is not below it.
    provisional: per cent of the indemnity that is paid on account `months` after the notice.
    """

    least_percentage: Decimal
    provisional: Decimal
    months: int


#: Spain, Ley 50/1980 de Contrato de Seguro, articles 70 to 72.
LAW_ES = Law(Decimal(50), Decimal(50), 6)

#: What missing a duty means, unless a policy says otherwise: a late declaration can be made up
#: for, the others can't.
CONSEQUENCES = {"declaration": AT_RISK, "notice": LOST, "claim": LOST, "extension": LOST}


class Policy(NamedTuple):
    """The terms of a policy that decide what is covered, and until when something is to be done.

    periods: pairs (first day, last day) in which it is in force.
    ended: it is kept only for what was sold under it (run-off).
    percentages: kind of limit -> insured per cent.
    debtor_id: the debtor of a single-debtor policy.
    attachment: "invoice" or "delivery", the day on which a sale falls under the policy.
    excluded_kinds: of debtors and sales; see UNINSURABLE.
    countries: ISO codes of those insured, None = all but `excluded_countries`.
    maximum_delay: days from delivery to invoice; maximum_term: from invoice date to due date;
    mep: maximum extension period, days from the original due date.  None = no limit.
    discretionary: the most that the insured party may grant by himself; blind: what is insured
    of a debtor nobody asked about.  None = the policy has no such limits.
    activation: until when a single invoice's cover must be activated.
    notice: Deadlines for the notice of non-payment; the earliest that is known counts.
    waiting: when the waiting period ends, and with it the loss is certain.
    warning: so many days before a duty's deadline the cover is at risk.
    consequences: duty -> "at_risk" or "lost" if it is missed.
    renews: the key of the policy before this one: a limit is for what is open under both, see
    `renewed`.
    """

    periods: tuple
    percentages: dict
    kind: str = WHOLE_TURNOVER
    places: int = 2
    debtor_id: int | None = None
    attachment: str = "invoice"
    excluded_kinds: frozenset = UNINSURABLE
    countries: frozenset | None = None
    excluded_countries: frozenset = frozenset()
    maximum_delay: int | None = None
    maximum_term: int | None = None
    mep: int | None = None
    discretionary: Decimal | None = None
    blind: Decimal | None = None
    activation: Deadline | None = None
    covers_tax: bool = False
    declaration: Calendar | None = None
    notice: tuple = ()
    waiting: Deadline | None = None
    claim: Deadline | None = None
    warning: int = 14
    consequences: dict = CONSEQUENCES
    law: Law | None = None
    ended: bool = False
    renews: Any = None


class Limit(NamedTuple):
    """One decision about a debtor's limit.  Decisions are only added, never changed.

    effective: the first day it counts for.  until: the last one, of a temporary limit.
    decision: one of DECISIONS.  amount: of a limit that is granted or reduced.
    kind: "named" if it is the insurer's, "discretionary" if the insured party's own.
    recorded: the day it became known here; None = whenever one asks.
    """

    effective: date
    decision: str
    amount: Decimal = ZERO
    kind: str = NAMED
    until: date | None = None
    recorded: date | None = None
    id: Any = None


class Buyer(NamedTuple):
    """What is known of a debtor.

    kind: "company" or one of UNINSURABLE.  country: its ISO code, or None.
    insolvent_on: the day of insolvency.
    claimed: the days of claims about him under the policy that is asked about, or one it renews.
    claims: pairs (key of a policy, day of a claim), see `under`.
    stops: pairs (first day, last day or None) in which the insurer wants no deliveries.
    """

    id: int | None = None
    kind: str = "company"
    country: str | None = None
    insolvent_on: date | None = None
    claimed: tuple = ()
    stops: tuple = ()
    claims: tuple = ()

    def under(self, *keys):
        """Return him as a policy sees him: claims under others stop nothing here.

        keys: its own, and those of the policies that it renews.
        """
        return self._replace(claimed=tuple(day for key, day in self.claims if key in keys))


#: A company of which nothing speaks against insuring it.
PLAIN_BUYER = Buyer()


class Line(NamedTuple):
    """A due line, open or settled.

    residual: what is open of it.  amount: what it was when invoiced (None = the residual), of
    which `tax` is tax, by the share of tax in what is open (cover.open_tax_share).
    disputed: part of the residual, tax included.
    due: the original due date, whatever was agreed afterwards.
    delivered: None = on the invoice date.
    flagged: somebody wants this invoice insured.  cash: it is paid on delivery.
    settled_on: when it was paid; a line paid later than its MEP stopped deliveries until then.
    activated_on: of the cover of a single invoice.
    declared_on, notified_on, claimed_on: when it was, None = not yet.
    extended_to: the last day agreed with the debtor (promise, extension, installment).
    approved_until: the last day that the insurer has agreed to in writing.
    excused: duties ("notice", …) whose neglect the insurer has excused in writing.
    """

    id: Any
    residual: Decimal
    invoiced: date
    due: date
    delivered: date | None = None
    amount: Decimal | None = None
    tax: Decimal = ZERO
    disputed: Decimal = ZERO
    flagged: bool = True
    cash: bool = False
    settled_on: date | None = None
    activated_on: date | None = None
    declared_on: date | None = None
    notified_on: date | None = None
    claimed_on: date | None = None
    extended_to: date | None = None
    approved_until: date | None = None
    excused: frozenset = frozenset()


def renewed(policies, key):
    """Return the keys of all the policies that one renews, the last one before it first.

    policies: {key: Policy}.
    """
    found, before = [], policies[key].renews
    while before in policies:
        found.append(before)
        before = policies[before].renews
    return tuple(found)


def delivery_day(line):
    """Return the day the goods left; the invoice date if it isn't known."""
    return line.delivered or line.invoiced


def attachment_day(policy, line):
    """Return the day on which a line falls under the policy."""
    return line.invoiced if policy.attachment == "invoice" else delivery_day(line)


def check(policy):
    """Refuse a policy that contradicts itself.

    Raises ValueError, with a code as its only argument: "kind", "attachment" (unknown),
    "period" (none, one that ends before it begins, or two that overlap), "percentage" (missing
    for a kind of limit the policy has, not above 0, above 100, or below what the law grants),
    "debtor" (of a single-debtor policy), "base" (of a deadline: unknown, or counted from what
    it decides), "consequence" (missing or unknown).
    """
    _check(policy.kind in POLICY_KINDS, "kind")
    _check(policy.attachment in ATTACHMENTS, "attachment")
    _check(_are_apart(policy.periods), "period")
    _check(all(_is_possible(policy, kind) for kind in _limit_kinds(policy)), "percentage")
    _check(policy.kind != SINGLE_DEBTOR or policy.debtor_id is not None, "debtor")
    _check(all(base in allowed for base, allowed in _bases(policy)), "base")
    _check(all(policy.consequences.get(duty) in (AT_RISK, LOST) for duty in CONSEQUENCES),
           "consequence")  # fmt: skip


def _check(holds, code):
    """Raise ValueError with `code` unless a condition holds."""
    if not holds:
        raise ValueError(code)


def _are_apart(periods):
    """Whether there are periods, each of a day at least, none of which shares a day."""
    periods = sorted(periods)
    follow = all(one[1] < other[0] for one, other in pairwise(periods))
    return bool(periods) and follow and all(first <= last for first, last in periods)


def _limit_kinds(policy):
    """The kinds of limit that a debtor may have under the policy."""
    yield NAMED
    if policy.discretionary is not None:
        yield DISCRETIONARY
    if policy.blind is not None:
        yield BLIND


def _is_possible(policy, kind):
    """Whether the insured percentage of a kind of limit is one."""
    least = policy.law.least_percentage if policy.law else ZERO
    percentage = policy.percentages.get(kind, ZERO)
    return 0 < percentage <= 100 and percentage >= least


def _bases(policy):
    """Yield for each deadline its base, and those it may have."""
    before_notice = BASES[:5]
    for deadline in policy.notice:
        yield deadline.base, before_notice
    for deadline, allowed in (
        (policy.activation, BASES[:3]),
        (policy.waiting, BASES[:6]),
        (policy.claim, BASES),
    ):
        if deadline:
            yield deadline.base, allowed
