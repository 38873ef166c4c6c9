from typing import Any, NamedTuple

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..engine.due import ZERO
from ..engine.insurance_dates import latest_due
from .account_move_insurance import INSURABLE
from .amounts import to_decimal
from .cobranza_insurance_facts import Fact
from .insurance_texts import fix, sentences

#: Ids of due lines that aren't posted yet: after every one that exists.
FIRST_DRAFT_ID = 2**40


class Preview(NamedTuple):
    """What would be insured of an invoice that is to be posted.

    policy: the cobranza.insurance.policy.  decided: [Decided] of its due lines.
    """

    policy: Any
    decided: list


class AccountMove(models.Model):
    """What would be insured of an invoice once it is posted, and what would help."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    insurance_warning = fields.Html(
        "Insurance before posting",
        compute="_compute_insurance_warning",
        groups="cobranza_dunning.group_auditor",
    )

    @api.depends(
        "insured", "insurance_policy_id", "insurance_activated_on", "partner_id", "invoice_date",
        "invoice_date_due", "delivery_date", "currency_id", "invoice_payment_term_id", "tax_totals",
        "state",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_insurance_warning(self):
        """Only on forms: a draft is decided together with all that its customer owes."""
        for move in self:
            move.insurance_warning = move._insurance_warning()

    def _insurance_warning(self):
        """The warning of one draft, or False if all that can be insured of it would be."""
        if not self._may_be_insured():
            return False
        preview = self._insurance_preview()
        if not preview:
            return self.env._(
                "No insurance policy applies to this invoice: choose one, or take the mark off."
            )
        texts = [
            text
            for one in preview.decided
            if one.cover.state != "covered"
            for text in self._cover_texts(preview, one)
        ]
        return Markup("").join(Markup("<div>%s</div>") % text for text in texts) or False

    def _may_be_insured(self):
        """Whether it is a draft that somebody wants insured, and says to whom."""
        return (
            self.insured
            and self.state == "draft"
            and self.move_type in INSURABLE
            and self.partner_id
            and self.insurance_possible
        )

    def _cover_texts(self, preview, one):
        """What is missing of one due line's cover, why, and what would help."""
        currency = preview.policy.currency_id
        latest = latest_due(preview.policy._for_engine(), one.fact.invoiced)
        fixes = [
            fix(
                self.env,
                code,
                latest=format_date(self.env, latest) if latest else "",
                missing=formatLang(
                    self.env,
                    float(one.cover.uncovered - one.cover.suspended),
                    currency_obj=currency,
                ),
            )
            for code in one.cover.reasons
        ]
        reasons = sentences(self.env, one.cover.reasons)
        yield self.env._(
            "Due on %(date)s: %(covered)s of %(amount)s would be covered. %(why)s",
            date=format_date(self.env, one.fact.date_due),
            covered=formatLang(self.env, float(one.cover.covered), currency_obj=currency),
            amount=formatLang(self.env, float(one.cover.residual), currency_obj=currency),
            why=" ".join(filter(None, [*reasons, *fixes])),
        )

    def _insurance_preview(self):
        """Return the Preview of this draft; None where no policy applies to it."""
        self.ensure_one()
        # an account may be made already: whoever has one keeps it
        debtor = self.env["cobranza.debtor"].sudo().search(
            [
                ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        facts = self._draft_facts(debtor.id or 0)
        if debtor:
            positions = debtor._positions(drafts={debtor.id: facts}).get(debtor.id, [])
        else:
            positions = self.env["cobranza.insurance.facts"].sudo()._strangers_position(
                self.company_id, self.partner_id.commercial_partner_id, facts
            )
        ids = {one.line_id for one in facts}
        for position in positions:
            ours = [one for one in position.decided if one.fact.line_id in ids]
            if ours:
                policies = self.env["cobranza.insurance.policy"].sudo()
                return Preview(policies.browse(position.policy_id), ours)
        return None

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
        return {"activated": fields.Date.to_string(self.insurance_activated_on)}
