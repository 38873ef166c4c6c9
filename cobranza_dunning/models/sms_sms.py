from odoo import models


class SmsSms(models.Model):
    """While a company's automatic contact is stopped, text messages of its reminders wait."""

    _inherit = "sms.sms"

    def _send(self, *args, **kwargs):
        """Send what isn't stopped; the rest stays in the queue."""
        free = self - self._cobranza_stopped()
        return super(SmsSms, free)._send(*args, **kwargs) if free else None

    def _cobranza_stopped(self):
        """Those of reminders whose company is stopped."""
        companies = self.env["cobranza.stop"]._stopped_companies()
        if not companies:
            return self.browse()
        ours = self.filtered(lambda sms: sms.mail_message_id.model == "cobranza.reminder")
        # the queue is the system's: whoever works it off need not see the reminders
        reminders_sudo = self.env["cobranza.reminder"].sudo().browse(
            ours.mail_message_id.mapped("res_id")
        )
        held = reminders_sudo.filtered(lambda one: one.company_id in companies).ids
        return ours.filtered(lambda sms: sms.mail_message_id.res_id in held)
