from odoo import fields, models
from odoo.exceptions import UserError


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

    def button_draft(self):
        """Reset entries to draft.

        Raises UserError for those of a claim, which undoes them itself, for invoices in a claim
        that stands and for payments of booked recoveries.
        """
        claims_sudo = self.sudo().insurance_claim_id
        if claims_sudo:
            raise UserError(
                self.env._(
                    "%s has booked this entry: cancel the claim, or its recovery, instead.",
                    ", ".join(claims_sudo.mapped("name")),
                )
            )
        self.env["cobranza.insurance.claim.line"]._check_not_claimed(self)
        self.env["cobranza.insurance.recovery"]._check_payments_kept(self.line_ids)
        return super().button_draft()
