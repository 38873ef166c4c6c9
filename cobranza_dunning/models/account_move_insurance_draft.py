import itertools
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import fields, models

from ..engine.cover import displaced, may_lose
from ..engine.due import ZERO
from ..engine.insurance_dates import original_due_dates
from .account_move_insurance import INSURABLE
from .amounts import to_decimal
from .cobranza_insurance_facts import Fact

#: Ids of due lines that aren't posted yet: after every one that exists.
FIRST_DRAFT_ID = 2**40


class Preview(NamedTuple):
    """What would be insured of an invoice that is to be posted.

    policy: the cobranza.insurance.policy.  decided: [Decided] of its due lines.
    displaced: [Displaced] of posted due lines: later sales.
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


class Displaced(NamedTuple):
    """What a posted due line would lose of its cover.

    decided: what would be decided about it.  amount: in the currency of `policy`, its own.
    """

    policy: Any
    decided: Any
    amount: Any


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
        # totals are computed draft by draft: read what they need at once
        self.line_ids.fetch(["tax_ids"])
        facts_sudo = self.env["cobranza.insurance.facts"].sudo()
        kept = facts_sudo._kept(company, self._kept_due_lines())
        numbers, drafts = itertools.count(FIRST_DRAFT_ID), {}
        known, strangers = defaultdict(list), defaultdict(list)
        for draft in self:
            customer = draft.partner_id.commercial_partner_id
            debtor = accounts.get(customer)
            facts = draft._numbered(draft._draft_facts(debtor.id if debtor else 0), numbers, kept)
            drafts |= {one.line_id: draft for one in facts}
            (known[debtor.id] if debtor else strangers[customer]).extend(facts)
        after = debtors._positions(drafts=known)
        losing = debtors.filtered(lambda one: _may_lose(after.get(one.id, ()), drafts))
        before = losing._positions()
        after |= facts_sudo._strangers_positions(company, strangers)
        # of what is paid nothing is to be insured
        found = dict.fromkeys(self.filtered(lambda one: one in drafts.values()))
        for key, positions in after.items():
            found |= self._previews_of(positions, drafts, _covered(before.get(key, ())))
        return found

    def _previews_of(self, positions, drafts, before):
        """Return {draft: Preview} of one customer's Positions with these drafts.

        drafts: {line id: draft}.  before: {line id: what is covered} without them.
        """
        covers = [
            (one.policy_id, one.renewed, [line.cover for line in one.decided])
            for one in positions
        ]
        losses = displaced(covers, drafts, before)
        ours, costs = defaultdict(list), defaultdict(list)
        for position in positions:
            policy = self.env["cobranza.insurance.policy"].sudo().browse(position.policy_id)
            for one in position.decided:
                line_id = one.fact.line_id
                if line_id in drafts:
                    ours[drafts[line_id], policy].append(one)
                if line_id in losses:
                    amount, taker = losses[line_id]
                    costs[drafts[taker]].append(Displaced(policy, one, amount))
        return {
            draft: Preview(policy, decided, costs[draft])
            for (draft, policy), decided in ours.items()
        }

    def _kept_due_lines(self):
        """The due lines that these drafts have in the books already, the first one first."""
        lines = self.line_ids.filtered(lambda one: one.display_type == "payment_term")._origin
        return lines.sorted(lambda one: (one.date_maturity or date.max, one.id))

    def _numbered(self, facts, numbers, kept):
        """The facts about what is open of a draft, with the ids of its due lines if they are kept.

        Of several sales of a day the first entered is the older one, posted or not.
        numbers: ids for those that aren't kept yet.  kept: {line id: Kept}.
        """
        ordered = sorted(facts, key=lambda one: one.date_due)
        lines = self._kept_due_lines()
        if len(lines) != len(facts):
            return [one._replace(line_id=next(numbers)) for one in ordered]
        known = [_as_kept(one, line.id, kept[line.id])
                 for one, line in zip(ordered, lines, strict=True)]  # fmt: skip
        return [one for one in known if Decimal(one.residual) > 0]

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
        terms = sorted(self._draft_terms(totals, invoiced), key=lambda one: one[0])
        firsts = self._draft_original_dues([one[0] for one in terms])
        return [
            Fact(
                line_id, debtor_id, self._origin.id, self.currency_id.id, places,
                *2 * (
                    str(to_decimal(amount, self.currency_id)),
                    str(to_decimal(balance, self.company_id.currency_id)),
                ),
                str(share), None, invoiced, first or due, due, self.delivery_date or None, True,
                self.move_type == "out_receipt", self.insurance_policy_id.id or None, None, "0",
                due if first else None, self._draft_done(),
            )
            for line_id, (first, (due, amount, balance)) in enumerate(
                zip(firsts, terms, strict=True), FIRST_DRAFT_ID
            )
            if amount > 0
        ]  # fmt: skip

    def _draft_original_dues(self, days):
        """For each due date, the first one first, the earlier one that it was posted with, or None.

        See `_post`.
        """
        # whoever asks what is insured may know since when
        before = self._origin.sudo().insured_due_dates
        if not before:
            return [None] * len(days)
        return original_due_dates([fields.Date.to_date(day) for day in before], days)

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


def _as_kept(fact, line_id, kept):
    """The Fact about a draft's due line with what is known of it from when it was posted before.

    kept: its Kept.  When its cover was activated is said by the draft.
    """
    amounts = ((fact.amount, kept.amount), (fact.company_amount, kept.company_amount))
    if all(Decimal(one) == Decimal(other) for one, other in amounts):
        # of a line with another amount Odoo takes off what came of it
        fact = fact._replace(residual=kept.residual, company_residual=kept.company_residual)
    done = {kind: day for kind, day in (kept.done or {}).items() if kind != "activated"}
    agreed = [day for day in (fact.extended_to, kept.extended_to) if day]
    return fact._replace(
        line_id=line_id,
        chosen=fact.chosen or kept.policy_id,
        extended_to=max(agreed, default=None),
        done=done | (fact.done or {}),
    )


def _may_lose(positions, drafts):
    """Whether something posted may be covered less because of the drafts of a debtor."""
    new, sold = [], []
    for one in itertools.chain.from_iterable(position.decided for position in positions):
        if one.fact.line_id in drafts:
            new.append(one.line)
        else:
            sold.append((one.line, one.cover))
    return may_lose(new, sold)


def _covered(positions):
    """Return {line id: what is covered of it} of a debtor's Positions."""
    return {
        one.fact.line_id: one.cover.covered for position in positions for one in position.decided
    }
