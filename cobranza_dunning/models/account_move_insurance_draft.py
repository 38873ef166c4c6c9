import itertools
from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from odoo import fields, models

from ..engine.cover import displaced
from ..engine.due import ZERO
from .account_move_insurance import INSURABLE
from .amounts import to_decimal
from .cobranza_insurance_facts import Fact

#: Ids of due lines that aren't posted yet: after every one that exists.
FIRST_DRAFT_ID = 2**40


class Preview(NamedTuple):
    """What would be insured of an invoice that is to be posted.

    policy: the cobranza.insurance.policy.  decided: [Decided] of its due lines.
    displaced: [(Decided of a posted due line, what it would lose of its cover)]: later sales.
    """

    policy: Any
    decided: list
    displaced: list

    @property
    def missing(self):
        """What the policy can insure of the invoice and wouldn't."""
        return sum((one.cover.missing for one in self.decided), ZERO)

    @property
    def amount(self):
        """What the policy can insure of the invoice."""
        return sum((one.cover.insurable for one in self.decided), ZERO)


class AccountMove(models.Model):
    """What would be insured of invoices once they are posted."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _may_be_insured(self):
        """Whether it is a draft that somebody wants insured, and says to whom."""
        return (
            self.insured
            and self.state == "draft"
            and self.move_type in INSURABLE
            and self.partner_id
            and self.insurance_possible
        )

    def _insurance_previews(self):
        """Return {draft: its Preview} of those among these that somebody wants insured.

        They are decided together, and with all that their customers owe.  None instead of a
        Preview where no policy applies.
        """
        found = {}
        wanted = self.filtered(lambda one: one._may_be_insured())
        for company, drafts in wanted.grouped("company_id").items():
            found |= drafts._previews_in(company)
        return found

    def _previews_in(self, company):
        """The same, of drafts of one company that somebody wants insured."""
        customers = self.partner_id.commercial_partner_id
        # an account may be made already: whoever has one keeps it
        debtors = self.env["cobranza.debtor"].sudo()._of_customers(company, customers)
        accounts = {one.partner_id: one for one in debtors}
        numbers, drafts = itertools.count(FIRST_DRAFT_ID), {}
        known, strangers = defaultdict(list), defaultdict(list)
        for draft in self:
            customer = draft.partner_id.commercial_partner_id
            debtor = accounts.get(customer)
            facts = draft._numbered(draft._draft_facts(debtor.id if debtor else 0), numbers)
            drafts |= {one.line_id: draft for one in facts}
            (known[debtor.id] if debtor else strangers[customer]).extend(facts)
        before = _covered(debtors._positions())
        after = debtors._positions(drafts=known)
        facts_sudo = self.env["cobranza.insurance.facts"].sudo()
        after |= facts_sudo._strangers_positions(company, strangers)
        found = dict.fromkeys(self)
        for position in itertools.chain.from_iterable(after.values()):
            policy = self.env["cobranza.insurance.policy"].sudo().browse(position.policy_id)
            found |= _previews_under(policy, position, drafts, before)
        return found

    def _numbered(self, facts, numbers):
        """These facts about a draft with the ids that its due lines have already, if they have.

        Of several sales of a day the first entered is the older one, posted or not.
        numbers: ids for those that aren't kept yet.
        """
        lines = self.line_ids.filtered(lambda one: one.display_type == "payment_term")._origin
        lines = lines.sorted(lambda one: (one.date_maturity or date.max, one.id))
        ids = lines.ids if len(lines) == len(facts) else itertools.islice(numbers, len(facts))
        ordered = sorted(facts, key=lambda one: one.date_due)
        return [one._replace(line_id=line_id) for one, line_id in zip(ordered, ids, strict=True)]

    def _draft_facts(self, debtor_id):
        """The Facts about this draft's due lines, as the statement would read them once posted."""
        today = self.company_id._cobranza_today()
        invoiced = self.invoice_date or today
        # journal items and totals follow only when the invoice is saved
        totals = self.tax_totals or {}
        total, tax = (
            to_decimal(totals.get(name, 0), self.currency_id)
            for name in ("total_amount_currency", "tax_amount_currency")
        )
        share = tax / total if total > 0 and tax > 0 else ZERO
        places = self.currency_id.decimal_places
        return [
            Fact(
                line_id, debtor_id, self._origin.id, self.currency_id.id, places,
                *2 * (
                    str(to_decimal(amount, self.currency_id)),
                    str(to_decimal(balance, self.company_id.currency_id)),
                ),
                str(share), None, invoiced, due, due, self.delivery_date or None, True,
                self.move_type == "out_receipt", self.insurance_policy_id.id or None, None, "0",
                None, self._draft_done(),
            )
            for line_id, (due, amount, balance) in enumerate(
                self._draft_terms(totals, invoiced), FIRST_DRAFT_ID
            )
            if amount > 0
        ]  # fmt: skip

    def _draft_terms(self, totals, invoiced):
        """The (due date, amount, amount in company currency) of the due lines it would have."""
        if not totals:
            return []
        if not self.invoice_payment_term_id:
            due = self.invoice_date_due or invoiced
            return [(due, totals["total_amount_currency"], totals["total_amount"])]
        terms = self.invoice_payment_term_id._compute_terms(
            date_ref=invoiced,
            currency=self.currency_id,
            tax_amount_currency=totals["tax_amount_currency"],
            tax_amount=totals["tax_amount"],
            untaxed_amount_currency=totals["base_amount_currency"],
            untaxed_amount=totals["base_amount"],
            company=self.company_id,
            cash_rounding=self.invoice_cash_rounding_id,
            sign=1,
        )
        return [
            (fields.Date.to_date(one["date"]), one["foreign_amount"], one["company_amount"])
            for one in terms["line_ids"]
        ]

    def _draft_done(self):
        """What was done already about this draft, as the statement would read it."""
        if not self.insurance_activated_on:
            return None
        return {"activated": self.insurance_activated_on.isoformat()}


def _covered(positions):
    """Return {line id: what is covered of it} of all lines in {…: [Position]}."""
    return {
        one.fact.line_id: one.cover.covered
        for position in itertools.chain.from_iterable(positions.values())
        for one in position.decided
    }


def _previews_under(policy, position, drafts, before):
    """Return {draft: Preview} of the drafts that fall under one policy.

    drafts: {line id: draft}.  before: {line id: what is covered} without the drafts; what one of
    them costs is taken off for the next ones.
    """
    ours = defaultdict(list)
    for one in position.decided:
        if one.fact.line_id in drafts:
            ours[drafts[one.fact.line_id]].append(one)
    lines = [(one.line, one.cover) for one in position.decided]
    found = {}
    for draft, decided in ours.items():
        new = [one.line for one in decided]
        costs = displaced(policy._for_engine(), new, before, lines)
        before.update({line_id: before[line_id] - lost for line_id, lost in costs.items()})
        others = [one for one in position.decided if one.fact.line_id in costs]
        found[draft] = Preview(policy, decided, [(one, costs[one.fact.line_id]) for one in others])
    return found
