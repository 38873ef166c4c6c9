from odoo import fields, models


class DebtorRecordMixin(models.AbstractModel):
    """What belongs to a customer's account, and by it to its customer and company."""

    _name = "cobranza.debtor.record.mixin"
    _description = "Part of a customer's account"
    _inherit = ["cobranza.owned.mixin"]

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account",
        required=True, index=True, ondelete="cascade", check_company=True,
    )
    partner_id = fields.Many2one(related="debtor_id.partner_id", store=True, string="Customer")
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)

    def action_view_debtor(self):
        """Open the customer's account."""
        return self.debtor_id._get_records_action()
