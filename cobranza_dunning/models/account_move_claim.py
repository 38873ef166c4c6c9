from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class AccountMove(models.Model):
    """Entries that were booked for insurance claims, and documents that claims rest on."""

    # a file for each part
    _name = "account.move"
    _inherit = ["account.move", "cobranza.gated.mixin"]
    _gated_fields = ("insurance_claim_id",)

    insurance_claim_id = fields.Many2one(
        "cobranza.insurance.claim", "Insurance claim", readonly=True, copy=False,
        index="btree_not_null", ondelete="restrict",
    )  # fmt: skip

    # few of them, among all credit notes
    _cobranza_credits_tax_idx = models.Index(
        "(company_id) WHERE move_type = 'out_refund' AND amount_untaxed = 0 AND amount_tax > 0"
    )

    def _cobranza_credits_tax(self):
        """Whether it is a credit note for tax alone, as after a default (Ley 37/1992, art. 80)."""
        self.ensure_one()
        return self.move_type == "out_refund" and not self.amount_untaxed and self.amount_tax > 0

    @api.model
    def _cobranza_sql_credits_tax(self, alias):
        """The same as an SQL condition."""
        return SQL(
            "%s = 'out_refund' AND %s = 0 AND %s > 0",
            SQL.identifier(alias, "move_type"),
            SQL.identifier(alias, "amount_untaxed"),
            SQL.identifier(alias, "amount_tax"),
        )

    def button_draft(self):
        """Reset entries to draft.

        What insurers have paid, or were paid, by them is open again.
        Raises UserError for those that collections have booked, see `_check_not_booked_by_us`, for
        invoices in a claim that stands and for payments of booked recoveries.
        """
        self._check_not_booked_by_us()
        self.env["cobranza.insurance.claim.line"]._check_not_claimed(self)
        self.env["cobranza.insurance.recovery"]._check_payments_kept(self.line_ids)
        self._cobranza_reopen_claims()
        return super().button_draft()

    def _cobranza_reopen_claims(self):
        """Undo what these have settled between us and insurers: Odoo's drafts keep their matches.

        Whether a claim is paid mustn't hang on a draft.
        """
        # whoever keeps books needn't see claims
        lines_sudo = self.sudo().line_ids
        matched = lines_sudo.matched_debit_ids | lines_sudo.matched_credit_ids
        matched.filtered(
            lambda one: (one._cobranza_lines() - lines_sudo).move_id.insurance_claim_id
        ).unlink()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Reverse entries by Odoo's button. Raises UserError like `_check_not_booked_by_us`."""
        self._check_not_booked_by_us()
        return super()._reverse_moves(default_values_list, cancel)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked_by_us(self):
        self._check_not_booked_by_us()

    def _check_not_booked_by_us(self):
        """Raise UserError for entries of claims: the claims undo them, and follow."""
        # whoever keeps books needn't see claims
        claims_sudo = self.sudo().insurance_claim_id
        if claims_sudo:
            raise UserError(
                self.env._(
                    "%s has booked this entry: cancel the claim, or its recovery, instead.",
                    ", ".join(claims_sudo.mapped("name")),
                )
            )
