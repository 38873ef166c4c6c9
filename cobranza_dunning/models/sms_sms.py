from odoo import fields, models

from .crons import TEXT_MESSAGES, wake


class SmsSms(models.Model):
    """Text messages of reminders wait while they may not leave.

    That is as long as their company's automatic contact is stopped, or until the hour at which
    the customer may be written to again.
    """

    _inherit = "sms.sms"

    cobranza_not_before = fields.Datetime("Not Before", help="It stays in the queue until then.")

    def _send(self, *args, **kwargs):
        """Send what may leave now; the rest stays in the queue."""
        free = self - self._cobranza_waiting()
        return super(SmsSms, free)._send(*args, **kwargs) if free else None

    def _cobranza_waiting(self):
        """Those that may not leave now."""
        now = fields.Datetime.now()
        early = self.filtered(lambda sms: sms.cobranza_not_before and sms.cobranza_not_before > now)
        return early | self._cobranza_stopped()

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

    def _cobranza_put_off(self, moment):
        """Let these leave at a moment (UTC, without zone)."""
        self.write({"cobranza_not_before": moment})
        wake(self.env, TEXT_MESSAGES, at=moment)

    def _cobranza_take_out(self, reason):
        """Take these out of the queue for a reason that their reminders then show."""
        self.action_set_canceled()
        messages = self.mail_message_id
        reminders_sudo = self.env["cobranza.reminder"].sudo()
        reminders_sudo = reminders_sudo.search([("mail_message_id", "in", messages.ids)])
        reminders_sudo._last_attempts()._set_result("cancelled", reason)
