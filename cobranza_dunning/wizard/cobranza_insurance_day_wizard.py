from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CobranzaInsuranceDayWizard(models.TransientModel):
    """Asks for a day, and opens what was believed to be insured at the end of it."""

    _name = "cobranza.insurance.day.wizard"
    _description = "Cover as of a day"

    date = fields.Date(
        "Day", required=True, default=lambda self: self.env.company._cobranza_today()
    )

    def action_open(self):
        """Open the covers of that day; raise UserError for a day that is still to come."""
        self.ensure_one()
        if self.date > self.env.company._cobranza_today():
            raise UserError(
                self.env._("Nobody knows yet what will be insured then: choose today or earlier.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_cover_action"
        )
        domain = self.env["cobranza.insurance.cover"]._domain_on(self.date)
        title = self.env._("Covers as of %s", format_date(self.env, self.date))
        return {
            **action,
            "name": title,
            # the client shows this one
            "display_name": title,
            "path": False,
            "domain": list(domain),
            "context": {"cobranza_as_of": True},
            "target": "main",
        }
