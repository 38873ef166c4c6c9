from markupsafe import Markup
from odoo import models
from odoo.tools import email_normalize, email_normalize_all, format_date

from ..engine import retries

#: So many days after a failure nothing is approved automatically for the same address.
FAILED_DAYS = 14


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
        attempts_sudo = self._last_attempts()
        attempts_sudo._gated().write({"about_address": about_address})
        last = {one.reminder_id: one for one in attempts_sudo}
        for reminder in self:
            attempt = last.get(reminder, self.env["cobranza.attempt"])
            if about_address and reminder.channel == "email":
                reminder.recipient_id._cobranza_pause_email(attempt.address, answer)
        for debtor, reminders in self.grouped("debtor_id").items():
            addresses = sorted({last[one].address or "" for one in reminders if one in last})
            debtor._ask_for_address(reminders[:1], addresses, answer, about_address)

    # --- automatic runs ------------------------------------------------------------------

    def _hold_what_failed(self):
        """Return those that an automatic run may approve; the others say why they wait.

        What failed, and not because of its address, would fail again every day.
        """
        problems = self._failed_before()
        held = self.browse(problems)
        for reminder in held:
            reminder._gated().write({"problem": problems[reminder.id]})
        return self - held

    def _failed_before(self):
        """Return {id: sentence} of those whose last message to the same address has failed.

        Not because of the address, and not long ago.  What was taken out of the queue doesn't
        count: nobody was asked.
        """
        no_mail = self.env["mail.mail"]
        leaving = self.filtered(lambda one: not one.is_by_hand)
        keys = {one: (one.debtor_id, one._address(no_mail)) for one in leaving}
        # the ledger is the program's; who may see the reminder may know what became of the last
        attempts_sudo = self.env["cobranza.attempt"].sudo().search(
            [
                ("reminder_id.debtor_id", "in", leaving.debtor_id.ids),
                ("address", "in", [address for _debtor, address in keys.values()]),
                ("result", "!=", "cancelled"),
            ],
            order="id",
        )
        last = {(one.reminder_id.debtor_id, one.address): one for one in attempts_sudo}
        return {
            reminder.id: reminder._describe_failed_before(last[key])
            for reminder, key in keys.items()
            if key in last and reminder._is_failure_fresh(last[key])
        }

    def _is_failure_fresh(self, attempt_sudo):
        """Whether an attempt failed, not because of its address, and not long ago."""
        if attempt_sudo.result not in ("refused", "bounced") or attempt_sudo.about_address:
            return False
        age = self.company_id._cobranza_today() - attempt_sudo.reminder_id.sent_date
        return age.days <= max(FAILED_DAYS, self.level_id.gap_days)

    def _describe_failed_before(self, attempt_sudo):
        return self.env._(
            "The last message to %(address)s, of %(date)s, did not arrive, and that wasn't the "
            "address's fault: look after that, then approve this one. %(answer)s",
            address=attempt_sudo.address,
            date=format_date(self.env, attempt_sudo.reminder_id.sent_date),
            answer=(attempt_sudo.answer or "").partition("\n")[0],
        )
