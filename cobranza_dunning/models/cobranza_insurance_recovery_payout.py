from odoo import models


class CobranzaInsuranceRecovery(models.Model):
    """The insurer's share of recoveries, which is paid to him."""

    # a file for each part
    _name = "cobranza.insurance.recovery"
    _inherit = ["cobranza.insurance.recovery", "cobranza.insurance.payment.mixin"]
    _payment_type = "outbound"

    def _account_to_pay(self):
        return self.policy_id.sudo().insurer_share_account_id

    def _items_to_pay(self):
        booked = self.filtered(lambda one: one.state == "booked")
        found = self.env["account.move.line"].sudo().union(*(one._share_item() for one in booked))
        return found.filtered(lambda one: not one.reconciled).sorted("id")

    def action_ask_payment(self):
        """Open the dialog for paying the insurer his share of these recoveries."""
        return self.env["cobranza.insurance.payment.wizard"]._open(self.claim_id, self)
