from odoo import fields, models


class CobranzaStopWizard(models.TransientModel):
    """Asks why the automatic contact of companies is to be stopped."""

    _name = "cobranza.stop.wizard"
    _description = "Stop automatic contact"

    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        required=True,
        default=lambda self: self.env.companies - self.env["cobranza.stop"]._stopped_companies(),
        domain="[('id', 'in', allowed_company_ids)]",
    )
    reason = fields.Char("Why", required=True)

    def action_stop(self):
        """Stop them with the reason given."""
        self.ensure_one()
        self.env["cobranza.stop"]._stop(self.company_ids & self.env.companies, self.reason)
        return {"type": "ir.actions.act_window_close"}
