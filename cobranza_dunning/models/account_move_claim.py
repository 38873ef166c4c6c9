from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """An entry that was booked for an insurance claim."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    insurance_claim_id = fields.Many2one(
        "cobranza.insurance.claim", "Insurance claim", readonly=True, copy=False,
        index="btree_not_null", ondelete="restrict",
    )  # fmt: skip

    def button_draft(self):
        """Reset entries to draft. Raises UserError for those of a claim: it undoes them itself."""
        claims_sudo = self.sudo().insurance_claim_id
        if claims_sudo:
            raise UserError(
                self.env._(
                    "%s has booked this entry: cancel the claim, or its recovery, instead.",
                    ", ".join(claims_sudo.mapped("name")),
                )
            )
        return super().button_draft()
