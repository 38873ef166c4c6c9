from odoo import fields, models


class CobranzaCancelWizard(models.TransientModel):
    """Asks why reminders are cancelled, and before which day nothing may follow."""

    _name = "cobranza.cancel.wizard"
    _description = "Cancel reminders"

    reminder_ids = fields.Many2many("cobranza.reminder", required=True)
    cancel_reason = fields.Char("Why", required=True)
    not_before = fields.Date(
        help="Their lines are paused until then. Empty: the next run may propose them again."
    )

    def _open(self, reminders):
        """Return the action that opens the dialog for `reminders`."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel reminders"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_reminder_ids": reminders.ids},
        }

    def action_cancel(self):
        """Cancel the reminders with the reason given."""
        self.ensure_one()
        self.reminder_ids.action_cancel(self.cancel_reason, self.not_before)
        return {"type": "ir.actions.act_window_close"}
