from odoo import api, fields, models
from odoo.exceptions import UserError


class CobranzaInsuranceClaim(models.Model):
    """What the insurer pays of claims."""

    # a file for each part
    _name = "cobranza.insurance.claim"
    _inherit = ["cobranza.insurance.claim", "cobranza.insurance.payment.mixin"]
    _payment_type = "inbound"

    share_open_amount = fields.Monetary(
        "To be passed on", compute="_compute_share_open_amount",
        help="Of the insurer's share of what was recovered.",
    )  # fmt: skip

    @api.depends("recovery_ids.passed_on", "recovery_ids.move_id.line_ids.amount_residual_currency")
    def _compute_share_open_amount(self):
        for claim in self:
            claim.share_open_amount = claim.recovery_ids._open_with_insurer()

    def _account_to_pay(self):
        return self.policy_id.sudo().insurer_account_id

    def _items_to_pay(self):
        # what a claim has too much is matched with the rest of it, not with payments
        found = self.env["account.move.line"].sudo().union(
            *(claim._insurer_items() for claim in self)
        )
        return found.filtered(lambda one: one.amount_residual_currency > 0).sorted("id")

    def action_ask_payment(self):
        """Open the dialog for what the insurer has paid."""
        return self.env["cobranza.insurance.payment.wizard"]._open(self)

    def action_ask_payout(self):
        """Open the dialog for paying the insurer his share of what was recovered.

        Raises UserError if he has got it.
        """
        still_open = self.recovery_ids.filtered(lambda one: one.passed_on == "open")
        if not still_open:
            raise UserError(self.env._("Nothing is open here between you and the insurer."))
        return self.env["cobranza.insurance.payment.wizard"]._open(self, still_open)
