import smtplib
import sys

from odoo import models, modules
from odoo.tools import SQL
from psycopg2.errors import SerializationFailure

from ..engine.headers import header_line
from .crons import MAILS, wake
from .smtp_answer import Conversation, Verdict


class MailMail(models.Model):
    """The mail of a reminder: it is offered to the mail server once, whatever dies.

    Odoo commits after the mail server has answered.  A process killed between the two leaves the
    mail in the queue, and it would leave a second time.  So the attempt itself is committed
    first: what is then interrupted stays *not confirmed*, and a person decides about it.
    What the server answers is written to the attempt (`cobranza.attempt`) and, as Odoo does for
    every mail, to the notification, from which the reminder's delivery is read.

    Thanks and invoices sent again leave once as well, without attempts: see
    mail_mail_courtesy.py.
    """

    _inherit = "mail.mail"

    def _cobranza_attempts(self):
        """The last attempt of each of these mails that belongs to a reminder's ledger."""
        return self.env["cobranza.attempt"]._last_of("mail_id", self)

    def _cobranza_notifications(self, *statuses):
        """The notifications with one of these statuses that belong to these mails."""
        return self.env["mail.notification"].sudo().search(
            [("mail_mail_id", "in", self.ids), ("notification_status", "in", statuses)]
        )

    # --- in the queue ------------------------------------------------------------------

    def cancel(self):
        """Take mails out of the queue; what a reminder said there was never told."""
        result = super().cancel()
        self._cobranza_forget(self.env._("The mail was cancelled: it never left the queue."))
        return result

    def mark_outgoing(self):
        """Put mails back into the queue, and with them what their reminders tell."""
        attempts = self._cobranza_attempts()
        # whoever puts back what may have arrived has decided so: a new generation
        for again in (False, True):
            part = attempts.filtered(
                lambda one, again=again: one.result != "pending"
                and (one.result in ("ambiguous", "accepted", "bounced")) == again
            )
            part.mail_id._cobranza_queue(again)
        return super().mark_outgoing()

    def unlink(self):
        """Delete mails; one that was still in the queue never left."""
        self._cobranza_forget(self.env._("The mail was deleted before it left."))
        return super().unlink()

    def _cobranza_forget(self, reason):
        """Note of mails that leave the queue that what their reminders say was not told."""
        attempts = self._cobranza_attempts()
        attempts.mail_id._cobranza_notifications("ready").write(
            {"notification_status": "canceled", "failure_type": False, "failure_reason": False}
        )
        attempts._set_not_sent(reason)

    def _cobranza_take_out(self, reason):
        """Take mails out of the queue for a reason that the reminder then shows."""
        self._cobranza_forget(reason)
        self.write({"state": "cancel", "failure_reason": reason})

    def _cobranza_put_off(self, moment):
        """Let mails in the queue leave at a moment (UTC, without zone)."""
        self.write({"scheduled_date": moment})
        wake(self.env, MAILS, at=moment)

    def _cobranza_queue(self, again):
        """Let mails of reminders wait in the queue, with a new attempt each.

        again: a person wants it, although it may have arrived before.
        """
        if not self:
            return
        self._cobranza_notifications(
            "canceled", "exception", "process", "bounce", "sent", "pending"
        ).write({"notification_status": "ready", "failure_type": False, "failure_reason": False})
        self.write({"state": "outgoing", "failure_reason": False, "failure_type": False})
        messages = self.mail_message_id
        reminders_sudo = self.env["cobranza.reminder"].sudo()
        reminders_sudo = reminders_sudo.search([("mail_message_id", "in", messages.ids)])
        reminders_sudo._set_leaving()
        self.env["cobranza.attempt"].sudo()._record(reminders_sudo, again=again)

    def _cobranza_arrived(self, answer):
        """A person says that these mails arrived."""
        attempts = self._cobranza_attempts().filtered(lambda one: one.result == "ambiguous")
        attempts._set_result("accepted", answer)
        attempts.mail_id._cobranza_notifications("process").write(
            {"notification_status": "sent", "failure_type": False, "failure_reason": False}
        )
        attempts.mail_id.write({"state": "sent", "failure_reason": False, "failure_type": False})

    # --- to the mail server ------------------------------------------------------------

    def _send(self, auto_commit=False, raise_exception=False, smtp_session=None, **kwargs):
        """Send; remember before the mail server is asked that a mail of ours is offered to it."""
        kwargs |= {"raise_exception": raise_exception, "smtp_session": smtp_session}
        ours = self._cobranza_attempts().mail_id | self._cobranza_courtesies()
        if self - ours:
            super(MailMail, self - ours)._send(auto_commit=auto_commit, **kwargs)
        talk = Conversation.of(smtp_session)
        for mail in self & ours:
            if talk.over or not mail._cobranza_claim():
                continue
            talk.begin()
            try:
                # what the server says is written down whoever works the queue off: nobody may
                # change a reminder's message, and Odoo writes its number there
                mail = mail.sudo().with_context(cobranza_conversation=talk)
                super(MailMail, mail)._send(auto_commit=auto_commit, **kwargs)
            except smtplib.SMTPServerDisconnected as error:
                mail._cobranza_break_off(Verdict.of(error, talk))
                if auto_commit:
                    mail._cobranza_commit()
                if raise_exception:
                    raise
                # the others wait for the queue's next turn
                talk.over = True
        return True

    def _cobranza_claim(self):
        """Take this mail for this process; False if another one has it, or it left already.

        The database is asked, not the cache: two processes may work off the same queue.
        """
        self.ensure_one()
        self.env.flush_all()
        query = SQL(
            "SELECT id FROM mail_mail WHERE id = %s AND state = 'outgoing' FOR UPDATE SKIP LOCKED",
            self.id,
        )
        try:
            with self.env.cr.savepoint(flush=False):
                # that it's taken is no error for the log
                self.env.cr.execute(query, log_exceptions=False)
                claimed = bool(self.env.cr.fetchall())
        except SerializationFailure:
            # somebody sent it since this transaction began
            claimed = False
        attempt = self._cobranza_attempts()
        if claimed and attempt and attempt.result != "pending":
            # put back into the queue by a plain write: that is somebody's decision, too
            self._cobranza_queue(again=True)
        return claimed

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Prepare the message; it is the last step before the mail server is asked."""
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        if isinstance(self.env.context.get("cobranza_conversation"), Conversation):
            for email in emails:
                email["subject"] = header_line(email["subject"])
                email["email_to"] = [header_line(one) for one in email["email_to"]]
            self._cobranza_ask(emails)
        return emails

    def _cobranza_ask(self, emails):
        """Commit that the mail left the queue and nobody knows yet what became of it."""
        self.failure_reason = self._cobranza_unknown()
        attempts = self._cobranza_attempts()
        if attempts:
            self._cobranza_notifications("exception").write(
                {"notification_status": "process", "failure_type": False, "failure_reason": False}
            )
            address = ", ".join(one for email in emails for one in email["email_to_normalized"])
            attempts._set_asked(address)
        else:
            self._cobranza_set_status("exception", self.failure_reason)
        # the very purpose: the attempt is known whatever dies after it
        self._cobranza_commit()

    def _cobranza_unknown(self):
        """What is said of a mail that was offered and not answered."""
        return self.env._("The mail server didn't confirm it: it may have arrived or not.")

    def _cobranza_commit(self):
        self.env.flush_all()
        if not modules.module.current_test:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    # --- what it answered --------------------------------------------------------------

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Write what the mail server said to the attempts of reminders, too."""
        attempts = self._cobranza_attempts()
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
        open_attempts = attempts.filtered(lambda one: one.result in ("pending", "ambiguous"))
        if open_attempts:
            talk = self.env.context.get("cobranza_conversation") or Conversation()
            if failure_type:
                # Odoo calls this from where it caught the error, and tells only its text
                error = sys.exc_info()[1]
                if failure_type == "mail_smtp":
                    verdict = Verdict("refused_temporary", str(error))
                elif failure_type in ("mail_email_invalid", "mail_email_missing"):
                    verdict = Verdict("refused", failure_reason)
                else:
                    verdict = Verdict.of(error, talk, failure_reason)
            elif set(open_attempts.mail_id.mapped("state")) == {"sent"}:
                verdict = Verdict("accepted", talk.reply)
            else:
                verdict = Verdict("refused", failure_reason or self[:1].failure_reason)
            open_attempts.mail_id._cobranza_settle(verdict)
        return result

    def _cobranza_settle(self, verdict):
        """Write what became of these mails, and see to what follows from it."""
        attempts = self._cobranza_attempts()
        failed = attempts.browse()
        if verdict.result == "refused_temporary":
            failed = attempts._set_refused_for_now(verdict.answer)
        else:
            attempts._set_result(verdict.result, verdict.answer)
            if verdict.result == "refused":
                failed = attempts
        waiting = attempts.filtered("next_try").mail_id
        waiting._cobranza_set_status("ready", verdict.answer)
        failed.mail_id._cobranza_set_status("exception", verdict.answer)
        if verdict.result == "ambiguous":
            self._cobranza_set_status("process", False)
            self.failure_reason = self._cobranza_unknown()
        failed.reminder_id._undelivered(verdict.answer, verdict.about_address)

    def _cobranza_set_status(self, status, reason):
        """Set what the reminder's delivery is read from."""
        if self:
            self._cobranza_notifications("ready", "process", "exception").write(
                {
                    "notification_status": status,
                    "failure_type": "unknown" if reason else False,
                    "failure_reason": reason,
                }
            )
