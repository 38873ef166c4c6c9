from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import models

from ..engine import insurance, limits
from ..engine.due import ZERO
from ..engine.insurance_choice import choose
from ..engine.suggestions import Exposed, gained
from .account_move_insurance import INSURABLE
from .account_move_insurance_draft import FIRST_DRAFT_ID
from .cobranza_insurance_facts import _decide
from .insurance_costs import premiums


class Exposure(NamedTuple):
    """What a customer owes or is about to owe under one policy.

    partner_id: the commercial partner.  debtor_id: his account, 0 if he has none yet.
    lines: [engine.suggestions.Exposed]; their documents are ids of account.move.
    limit: what he has today, or the insurer was asked for and hasn't decided on.
    before, lost: of the policies that this one renews, and of those that renew it, as
    engine.suggestions.suggest takes them.
    single: it would have to be put under the policy, invoice by invoice.
    """

    partner_id: int
    debtor_id: int
    policy_id: int
    lines: Any
    limit: Decimal = ZERO
    before: Decimal = ZERO
    lost: Decimal = ZERO
    single: bool = False


class CobranzaInsuranceFacts(models.AbstractModel):
    """Reads what isn't insured and could be: open invoices, and drafts as if they were posted."""

    # a file for each part
    _inherit = "cobranza.insurance.facts"  # pylint: disable=consider-merging-classes-inherited

    def _exposures(self, company):
        """Return [Exposure] of all customers of a company, as of today.

        Under archived policies nothing more can be insured.  The number of queries doesn't depend
        on how many there are.
        """
        terms = self._terms(company, None)
        if not terms.policies:
            return []
        self.env.flush_all()
        today = company._cobranza_today()
        drafts = self._planned(company)
        facts, buyers = self._open_facts(company, today, terms, drafts)
        tariffs = {
            one.id: (one._tariff(), one.declaration_with_tax)
            for one in self.env["cobranza.insurance.policy"]._of_company(company)
        }
        convert = self._converter(company, terms)
        found = []
        for (partner_id, debtor_id), rows in facts.items():
            buyer, chosen = buyers[partner_id]
            asked = (terms, today, debtor_id, buyer, chosen, convert)
            compared = _compare(rows, tariffs, asked)
            for position, lines in compared:
                policy_id = position.policy_id
                if terms.policies[policy_id].ended:
                    continue
                decisions = limits.known(terms.limits.get((policy_id, debtor_id), ()), today)
                limit = limits.at_hand(terms.policies[policy_id], decisions, today)
                shared = _used_before(position), _lost_after(position, compared)
                found.append(Exposure(partner_id, debtor_id, policy_id, lines, limit, *shared))
            found += [
                Exposure(partner_id, debtor_id, policy_id, lines, single=True)
                for policy_id, lines in _single(rows, tariffs, asked, compared).items()
            ]
        return found

    def _open_facts(self, company, today, terms, drafts):
        """Return ({(partner id, debtor id): [Fact]}, {partner id: (engine Buyer, own policy)})."""
        known = self._buyers(company, None)
        debtors = {buyer.id: debtor_id for debtor_id, (buyer, _chosen) in known.items()}
        open_ids = self.env["cobranza.debtor"].search(
            [("company_id", "=", company.id),
             "|", ("overdue_amount", ">", 0), ("not_due_amount", ">", 0)]
        ).ids  # fmt: skip
        owing = sorted({*open_ids, *(debtors[one] for one in drafts if one in debtors)})
        facts = defaultdict(list)
        for fact in self._read(company, today, owing, terms):
            facts[known[fact.debtor_id][0].id, fact.debtor_id].append(fact)
        related = set(self.env["res.company"].search([]).partner_id.ids)
        buyers = {buyer.id: (buyer, chosen) for buyer, chosen in known.values()}
        partners = {one.id: one for one in self.env["res.partner"].browse(drafts)}
        for partner_id, rows in drafts.items():
            facts[partner_id, debtors.get(partner_id, 0)] += rows
            kind = insurance.RELATED if partner_id in related else "company"
            country = partners[partner_id].country_id.code or None
            buyers.setdefault(partner_id, (insurance.Buyer(partner_id, kind, country), None))
        return facts, buyers

    def _planned(self, company):
        """Return {commercial partner id: [Fact]} of the invoices that aren't posted yet."""
        drafts = self.env["account.move"].search(
            [("company_id", "=", company.id), ("state", "=", "draft"),
             ("move_type", "in", INSURABLE), ("partner_id", "!=", False)], order="id"
        )  # fmt: skip
        # totals are computed move by move: read what they need at once
        drafts.line_ids.fetch(["tax_ids"])
        found = defaultdict(list)
        for move in drafts:
            rows = found[move.commercial_partner_id.id]
            rows += [
                fact._replace(flagged=bool(move.insured), line_id=line_id)
                for line_id, fact in enumerate(move._draft_facts(0), FIRST_DRAFT_ID + len(rows))
            ]
        return {partner_id: rows for partner_id, rows in found.items() if rows}


def _compare(rows, tariffs, asked):
    """Return [(Position if all that can be were to be insured, [Exposed])] of one customer."""
    terms, today, debtor_id, buyer, chosen, convert = asked
    rest = (today, debtor_id, buyer, chosen, convert)
    now = {
        one.fact.line_id: one.cover
        for position in _decide(terms, rows, *rest)
        for one in position.decided
    }
    marked = [
        fact._replace(flagged=fact.flagged or not _is_over(terms, fact, buyer, chosen))
        for fact in rows
    ]
    flags = {fact.line_id: fact.flagged for fact in rows}
    found = (
        (position, _exposed(position, tariffs, flags, now))
        for position in _decide(terms, marked, *rest)
    )
    return [(position, lines) for position, lines in found if lines]


def _is_over(terms, fact, buyer, chosen):
    """Whether a debt falls under an archived policy: nothing more is insured there."""
    policy_id = choose(terms.policies, fact, buyer, fact.chosen or chosen)
    return policy_id is not None and terms.policies[policy_id].ended


def _used_before(position):
    """What is used of the limit under the policies that a Position's renews."""
    return position.exposure.used - sum((one.cover.used for one in position.decided), ZERO)


def _lost_after(position, compared):
    """What would be covered less under the policies that renew a Position's.

    compared: of `_compare`.
    """
    gains = (gained(lines) for other, lines in compared if position.policy_id in other.renewed)
    return sum((max(-gain, ZERO) for gain in gains), ZERO)


def _single(rows, tariffs, asked, compared):
    """Return {policy id: [Exposed]} of what only a policy for single invoices may cover.

    As if each of these invoices were put under it and activated today.  compared: of `_compare`.
    """
    terms, today, debtor_id, buyer, chosen, convert = asked
    covered = {
        one.document
        for _position, lines in compared
        for one in lines
        if one.now.covered or one.then.covered
    }
    free = {one.line_id for one in rows if one.move_id not in covered and not one.chosen}
    found = {}
    for policy_id, policy in terms.policies.items():
        if policy.kind != insurance.SINGLE_INVOICE or policy.ended or not free:
            continue
        done = {"activated": today.isoformat()}
        marked = [
            one._replace(flagged=True, chosen=policy_id, done={**(one.done or {}), **done})
            if one.line_id in free
            else one
            for one in rows
        ]
        for position in _decide(terms, marked, today, debtor_id, buyer, chosen, convert):
            if position.policy_id == policy_id:
                ours = [one for one in position.decided if one.fact.line_id in free]
                flags = dict.fromkeys(free, False)
                found[policy_id] = _exposed(position._replace(decided=ours), tariffs, flags, {})
    return found


def _exposed(position, tariffs, flags, now):
    """Return the [Exposed] of a Position in which all is marked.

    flags: {line id: whether it is marked}.  now: {line id: its Cover as it is}.
    """
    costs = premiums(*tariffs[position.policy_id], position.decided)
    return [
        Exposed(
            one.fact.move_id,
            now.get(one.fact.line_id) or _not_flagged(one.cover),
            one.cover,
            flags[one.fact.line_id],
            one.fact.line_id >= FIRST_DRAFT_ID,
            costs[one.fact.line_id],
        )
        for one in position.decided
        if one.cover.residual > 0
    ]  # fmt: skip


def _not_flagged(cover):
    """The Cover of a line of which nobody wants anything insured."""
    return type(cover)(
        cover.line_id, cover.residual, cover.residual - cover.residual, "not_covered",
        ("not_flagged",),
    )  # fmt: skip
