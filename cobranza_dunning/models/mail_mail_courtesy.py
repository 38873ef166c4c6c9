from odoo import models


class MailMail(models.Model):
    """Thanks and invoices sent again: they leave once, and are no part of the ledger.

    They ask for nothing: no level, no amount and no next step depends on whether they arrived.
    What they share with reminders is that nobody gets them twice.
    """

    # a file for each part
    _inherit = "mail.mail"  # pylint: disable=consider-merging-classes-inherited

    def _cobranza_courtesies(self):
        """Those of these mails that were written down as a courtesy when they were made."""
        logged = self._cobranza_interactions().message_id
        return self.filtered(lambda mail: mail.mail_message_id in logged)

    def _cobranza_interactions(self):
        """What was written down when these mails were made."""
        # mails are the system's, and so is what it wrote down about them
        return self.env["cobranza.interaction"].sudo().search(
            [("message_id", "in", self.mail_message_id.ids), ("direction", "=", "out")]
        )

    def _cobranza_break_off(self, verdict):
        """Write what became of a mail when the connection broke."""
        if self._cobranza_attempts():
            self._cobranza_settle(verdict)
        elif verdict.result == "refused_temporary":
            # nothing was given to the mail server: it waits, as Odoo leaves such a mail
            self._cobranza_set_status("ready", False)
            self.write({"state": "outgoing", "failure_type": False, "failure_reason": False})

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Have a person look after an invoice that didn't leave when it was sent again."""
        if failure_type:
            self._cobranza_interactions()._not_delivered(failure_reason)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
