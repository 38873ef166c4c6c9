from odoo import api, fields, models


class CobranzaInsuranceDismissWizard(models.TransientModel):
    """Puts suggestions aside, with a reason and a day on which they may come back."""

    _name = "cobranza.insurance.dismiss.wizard"
    _description = "Put suggestions aside"

    suggestion_ids = fields.Many2many(
        "cobranza.insurance.suggestion", "cobranza_insurance_dismiss_rel", string="Suggestions"
    )
    reason = fields.Char("Why", required=True)
    until = fields.Date("Not before", help="Empty: it doesn't come back.")

    @api.model
    def _open(self, suggestions):
        """Return the action that opens the dialog for suggestions."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Put it aside"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_suggestion_ids": suggestions.ids},
        }

    def action_dismiss(self):
        """Put them aside. Raises UserError for a day that isn't after today."""
        self.ensure_one()
        self.suggestion_ids.action_dismiss(self.reason, self.until)
        return {"type": "ir.actions.act_window_close"}
