from odoo import models


class MailMail(models.Model):
    """The mail of a reminder: it is offered to the mail server once, whatever dies.

    Odoo commits after the mail server has answered.  A process killed between the two leaves the
    mail in the queue, and it would leave a second time.  So the attempt itself is committed
    first: what is then interrupted stays *unconfirmed*, and a person decides about it.
    """

    _inherit = "mail.mail"

    def _send(self, auto_commit=False, **kwargs):
        """Send; while the queue is worked off, remember each attempt before it is made."""
        mails = self.with_context(cobranza_commit_attempts=auto_commit)
        return super(MailMail, mails)._send(auto_commit=auto_commit, **kwargs)

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Prepare the message; it is the last step before the mail server is asked."""
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        if self.env.context.get("cobranza_commit_attempts") and self.model == "cobranza.reminder":
            self._commit_attempt()
        return emails

    def cancel(self):
        """Take mails out of the queue; what a reminder said there was never told."""
        result = super().cancel()
        self._cobranza_notifications("ready").notification_status = "canceled"
        return result

    def mark_outgoing(self):
        """Put mails back into the queue, and with them what their reminders tell."""
        self._cobranza_notifications("canceled").notification_status = "ready"
        return super().mark_outgoing()

    def unlink(self):
        """Delete mails; one that was still in the queue never left."""
        self._cobranza_notifications("ready").notification_status = "canceled"
        return super().unlink()

    def _cobranza_notifications(self, status):
        """The notifications with a status that belong to these mails of reminders."""
        mails = self.filtered(lambda mail: mail.model == "cobranza.reminder")
        return self.env["mail.notification"].sudo().search(
            [("mail_mail_id", "in", mails.ids), ("notification_status", "=", status)]
        )

    def _commit_attempt(self):
        """Commit that the mail left the queue and nobody knows yet what became of it."""
        notifications_sudo = self.env["mail.notification"].sudo()
        notifications_sudo.search(
            [("mail_mail_id", "=", self.id), ("notification_status", "=", "exception")]
        ).write({"notification_status": "process", "failure_type": False, "failure_reason": False})
        self.failure_reason = self.env._(
            "The mail server didn't confirm it: it may have arrived or not."
        )
        # the very purpose: the attempt is known whatever dies after it
        self.env.cr.commit()  # pylint: disable=invalid-commit
