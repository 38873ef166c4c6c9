from odoo import api, fields, models


class CobranzaRecipientWizard(models.TransientModel):
    """Asks who gets a reminder instead of whom the policy's table chose."""

    _name = "cobranza.recipient.wizard"
    _description = "Choose the recipient"

    reminder_id = fields.Many2one("cobranza.reminder", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="reminder_id.partner_id", string="Customer")
    current_id = fields.Many2one(related="reminder_id.recipient_id", string="Now to")
    why = fields.Char(related="reminder_id.recipient_why")
    recipient_id = fields.Many2one(
        "res.partner",
        "Send to",
        required=True,
        domain="[('commercial_partner_id', '=', partner_id), ('id', '!=', current_id)]",
    )

    @api.model
    def _open(self, reminder):
        """Return the action that opens the dialog for a reminder."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send it to somebody else"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_reminder_id": reminder.id},
        }

    def action_choose(self):
        """Make the contact the reminder's recipient."""
        self.ensure_one()
        self.reminder_id.action_set_recipient(self.recipient_id.id)
        return {"type": "ir.actions.act_window_close"}
