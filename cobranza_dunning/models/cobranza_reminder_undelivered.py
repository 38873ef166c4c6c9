from markupsafe import Markup
from odoo import models
from odoo.tools import email_normalize, email_normalize_all

from ..engine import retries


class CobranzaReminder(models.Model):
    """What did not arrive: e-mail to that address pauses, and a person has work, once."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    def _receive_bounce(self, address, text, status, for_good):
        """A mail server gave the message back.

        address: the recipient it names, or "". text: its words. status: a code in them.
        for_good: whether another try would be of no use.
        """
        self.ensure_one()
        last = self._last_attempts()
        if last.result in ("accepted", "ambiguous"):
            last._set_result("bounced", text)
        self.mail_message_id.notification_ids.write(
            {
                "notification_status": "bounce",
                "failure_type": "mail_bounce",
                "failure_reason": text,
            }
        )
        told = email_normalize(address or "")
        contact = last.mail_id.recipient_ids[:1] or self.recipient_id
        known = email_normalize_all(contact.email or "")
        # a report may name the mailbox behind the address; of several addresses one may be good
        is_the_address = not told or told not in known or told == last.address
        about_address = for_good and is_the_address and retries.is_about_address(status)
        if for_good:
            self._undelivered(text, about_address)
        self.debtor_id._refresh_now()

    def _receive_report(self, kind, action, text):
        """A mail server says something else about the message: it is not known as undelivered."""
        notes = {
            "delayed": self.env._("A mail server says that it is late and goes on trying."),
            "feedback-report": self.env._(
                "The recipient marked it as unwanted (spam). Call before you write again."
            ),
        }
        note = notes.get(action) or notes.get(kind) or self.env._("A mail server reports on it.")
        self._message_log(body=Markup("<p>%s</p><p>%s</p>") % (note, text[:1000]))
        return False

    def _undelivered(self, answer, about_address):
        """These will not arrive: pause e-mail to the addresses if they are bad, call a person.

        answer: what the mail server said.
        """
        if not self:
            return
        last = {one.reminder_id: one for one in self._last_attempts()}
        for reminder in self:
            attempt = last.get(reminder, self.env["cobranza.attempt"])
            if about_address and reminder.channel == "email":
                reminder.recipient_id._cobranza_pause_email(attempt.address, answer)
        for debtor, reminders in self.grouped("debtor_id").items():
            addresses = sorted({last[one].address or "" for one in reminders if one in last})
            debtor._ask_for_address(reminders[:1], addresses, answer, about_address)
