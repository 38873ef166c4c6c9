from odoo import api, fields, models
from odoo.exceptions import UserError

from .cobranza_insurance_query_claims import STANDING
from .insurance_texts import sentences


class CobranzaInsuranceClaimLine(models.Model):
    """A due line of a claim: what of it is lost, and what of that is insured.

    Read from the ledger; once the insurer has agreed it stays as it was.
    """

    _name = "cobranza.insurance.claim.line"
    _description = "Line of a claim"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date_due, id"
    _gated_fields = None
    _gated_create = True

    claim_id = fields.Many2one(
        "cobranza.insurance.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    currency_id = fields.Many2one(related="claim_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null"
    )
    name = fields.Char("Document", help="Its number when the claim was made.")
    date_due = fields.Date("Due date")
    loss_amount = fields.Monetary("Loss", help="What is open of it, in the policy's currency.")
    tax_amount = fields.Monetary("Of which tax", help="Tax that the policy doesn't insure.")
    covered_amount = fields.Monetary("Covered")
    lost_amount = fields.Monetary("Cover lost", help="It was covered before a duty was missed.")
    percentage = fields.Float("Insured (%)", digits=(5, 2), aggregator="avg")
    item_currency_id = fields.Many2one(
        related="move_line_id.currency_id", string="Document's currency"
    )
    open_amount = fields.Monetary(
        "Open when read", currency_field="item_currency_id",
        help="In the document's currency, when the ledger was last read.",
    )  # fmt: skip
    reasons = fields.Json(help="The codes of all reasons.")
    sentence = fields.Char("Why", compute="_compute_sentence")
    notified_on = fields.Date("Notified on")
    notice_missing = fields.Boolean(
        help="The policy wants a notice of non-payment, and there is none."
    )

    _line_unique = models.UniqueIndex(
        "(claim_id, move_line_id) WHERE move_line_id IS NOT NULL",
        "A due line is in a claim once.",
    )

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for one in self:
            one.sentence = " ".join(sentences(self.env, one.reasons or ()))

    def unlink(self):
        """Take lines out of drafts. Raises UserError for a claim that has been filed."""
        claims = self.claim_id
        if any(one.state != "draft" for one in claims):
            raise UserError(
                self.env._("A claim that was filed keeps its lines: cancel it and make another.")
            )
        result = super().unlink()
        claims.exists()._reckon()
        return result

    def _settled_since(self):
        """The reconciliations that have settled this due line since the ledger was read."""
        self.ensure_one()
        item = self.move_line_id
        missing = self.open_amount - item.amount_residual_currency
        found = item.matched_credit_ids.browse()
        for partial in item.matched_credit_ids.sorted("id", reverse=True):
            if item.currency_id.compare_amounts(missing, 0) <= 0:
                break
            # exchange differences pay nothing
            if partial.debit_amount_currency:
                missing -= partial.debit_amount_currency
                found |= partial
        return found

    # --- what is claimed -----------------------------------------------------------------

    @api.model
    def _check_not_claimed(self, moves):
        """Raise UserError for documents in claims that stand: their due lines would be new ones."""
        self._standing_sudo([("move_id", "in", moves.ids)])._refuse()

    @api.model
    def _about(self, items):
        """The lines, as superuser, by which claims that stand are about these due lines."""
        return self._standing_sudo([("move_line_id", "in", items.ids)])

    @api.model
    def _standing_sudo(self, domain):
        # whoever keeps the invoices, or agrees with customers, needn't see claims
        return self.sudo().search([*domain, ("claim_id.state", "in", STANDING)])

    def _refuse(self):
        """Raise UserError if there are any of them."""
        if self:
            raise UserError(
                self.env._(
                    "%(document)s is in insurance claim %(claim)s: cancel the claim first.",
                    document=", ".join(self.move_id.mapped("name")),
                    claim=", ".join(self.claim_id.mapped("name")),
                )
            )
