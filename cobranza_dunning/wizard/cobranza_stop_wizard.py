from odoo import fields, models
from odoo.exceptions import UserError


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
        """Stop them with the reason given.

        Raises UserError if none is chosen although some aren't stopped: nobody shall believe
        that all stands still.
        """
        self.ensure_one()
        companies = self.company_ids & self.env.companies
        if not companies and self.env.companies - self.env["cobranza.stop"]._stopped_companies():
            raise UserError(self.env._("Choose the companies whose contact is to be stopped."))
        self.env["cobranza.stop"]._stop(companies, self.reason)
        return {"type": "ir.actions.act_window_close"}
