from odoo import api, models
from odoo.tools import SQL


class MailMail(models.Model):
    """While a company's automatic contact is stopped, mails of its reminders stay in the queue."""

    # a file for each part
    _inherit = "mail.mail"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        """Work the queue off without what is stopped: that neither leaves nor takes a place."""
        stopped = self._cobranza_stopped_ids()
        if stopped:
            filters = [*self.env.context.get("filters", []), ("id", "not in", stopped)]
            return super(MailMail, self.with_context(filters=filters)).process_email_queue(
                email_ids, batch_size
            )
        return super().process_email_queue(email_ids, batch_size)

    def _send(self, auto_commit=False, post_send_callback=None, **kwargs):
        """Send; before each mail of a reminder ask anew whether it is stopped.

        After each mail the queue is committed: a stop holds from the very next one on.
        """
        ours = self.filtered(lambda mail: mail.model == "cobranza.reminder")
        options = {"auto_commit": auto_commit, "post_send_callback": post_send_callback, **kwargs}
        others = self - ours
        if others:
            super(MailMail, others)._send(**options)
        for mail in ours:
            if mail.id not in mail._cobranza_stopped_ids(mail.res_id):
                super(MailMail, mail)._send(**options)
        return True

    def _cobranza_stopped_ids(self, reminder_id=None):
        """Ids of waiting mails of reminders whose company is stopped; of one reminder, or of all.

        SQL, because it is asked before each mail and mails know no company.
        """
        self.env["cobranza.stop"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.id FROM cobranza_stop s
                  JOIN cobranza_reminder r ON r.company_id = s.company_id
                  JOIN mail_message msg ON msg.model = 'cobranza.reminder' AND msg.res_id = r.id
                  JOIN mail_mail m ON m.mail_message_id = msg.id AND m.state = 'outgoing'
                 WHERE s.released_at IS NULL AND %s
                """,
                SQL("r.id = %s", reminder_id) if reminder_id else SQL("TRUE"),
            )
        )
        return [mail_id for [mail_id] in rows]
