from odoo import api, models
from odoo.exceptions import AccessError

#: What people may change of a reminder's message: marks of their own, and nothing it says.
MARKS = {"pinned_at", "starred", "starred_partner_ids", "reaction_ids"}

#: What people may change of the note that a message was for somebody.
READ = {"is_read", "read_date"}


class MailMessage(models.Model):
    """The message of a reminder leaves as it was approved, and stays as it left.

    Odoo lets everybody who may write on a document write its messages, also those in the queue.
    """

    _inherit = "mail.message"

    def write(self, vals):
        """Write values; raise AccessError for the words of a reminder's message."""
        if vals.keys() - MARKS and not self.env.su and self._cobranza_told():
            raise AccessError(
                self.env._("What a reminder said can't be changed: it leaves as it was approved.")
            )
        return super().write(vals)

    def unlink(self):
        """Delete messages; raise AccessError for one by which a reminder was sent."""
        if not self.env.su and self._cobranza_told():
            raise AccessError(
                self.env._("The message of a reminder can't be deleted: it stays on record.")
            )
        return super().unlink()

    def _cobranza_told(self):
        """Those of these messages by which a reminder was sent."""
        # whoever may see the message need not see the reminder
        ours = self.sudo().filtered(lambda one: one.model == "cobranza.reminder")
        reminders_sudo = self.env["cobranza.reminder"].sudo()
        found = ours and reminders_sudo.search([("mail_message_id", "in", ours.ids)])
        return ours & found.mail_message_id if found else ours.browse()


class MailNotification(models.Model):
    """What became of a reminder is the mail server's word, and nobody else's."""

    _inherit = "mail.notification"

    @api.model_create_multi
    def create(self, vals_list):
        """Create notifications; raise AccessError for one about a reminder's message."""
        if not self.env.su:
            ids = [vals.get("mail_message_id") for vals in vals_list]
            self._cobranza_check_arrival(self.env["mail.message"].browse(filter(None, ids)))
        return super().create(vals_list)

    def write(self, vals):
        """Write values; raise AccessError for what became of a reminder's message."""
        if vals.keys() - READ and not self.env.su:
            self._cobranza_check_arrival(self.sudo().mail_message_id)
        return super().write(vals)

    def _cobranza_check_arrival(self, messages):
        if messages._cobranza_told():
            raise AccessError(
                self.env._("Whether a reminder arrived can't be set by hand: use its buttons.")
            )
