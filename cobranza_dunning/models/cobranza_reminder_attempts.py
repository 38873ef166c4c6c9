from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_datetime

from .cobranza_attempt import digest
from .cobranza_reminder_delivery import PROBLEMS
from .cobranza_reminder_handover import Obstacle
from .crons import MAILS, TEXT_MESSAGES, wake


class CobranzaReminder(models.Model):
    """The ledger of what was sent: each attempt, and what a person decides about it."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    #: methods like those of `_obstacles`, asked before a message is offered once more
    _obstacles_again = (
        "_answer_obstacles",
        "_stranger_obstacles",
        "_unreachable_obstacles",
        "_number_obstacles",
        "_moment_again_obstacles",
    )

    attempt_ids = fields.One2many("cobranza.attempt", "reminder_id", "Attempts", readonly=True)

    def _last_attempts(self):
        """The last attempt of each of these reminders that has one."""
        return self.env["cobranza.attempt"]._last_of("reminder_id", self)

    def _fingerprint(self):
        """Hashes of what leaves, so that it can be proven later; the message and where it goes."""
        self.ensure_one()
        mail_sudo = self.sudo().mail_ids[:1]
        address = self._address(mail_sudo)
        return {
            "mail_id": mail_sudo.id,
            "address": address,
            "recipient_hash": digest(address),
            "subject_hash": digest(mail_sudo.subject or self.text_subject),
            "body_hash": digest(mail_sudo.body_html or self._text_by_channel()),
            "amounts_hash": digest("\n".join(self._amounts_told())),
            "attachments_hash": _digest_files(mail_sudo.attachment_ids or self.letter_id),
        }

    def _text_by_channel(self):
        """The text of a message that is no e-mail."""
        return self.text_short if self.channel in ("sms", "whatsapp") else self.text_body

    def _amounts_told(self):
        """What each line asks for, with its currency, as lines of text in a stable order."""
        return [
            f"{line.name} {line.date_due} {line._decimal_amount()} {line.currency_id.name}"
            for line in self.line_ids.sorted("id")
        ]

    def _address(self, mail):
        """Where the message goes, whatever the channel: an address, a number, a street."""
        recipient = mail.recipient_ids[:1] or self.recipient_id
        if self.channel == "email":
            return email_normalize(recipient.email or "", strict=False) or recipient.email
        if self.channel in ("sms", "whatsapp", "phone"):
            return self.phone_number
        return " ".join((self._letter_address().contact_address or "").split())

    def _deliver(self):
        """Hand these over, and write down an attempt for each in the same transaction."""
        result = super()._deliver()
        # the ledger is written by the program only; who may send may have it written
        attempts_sudo = self.env["cobranza.attempt"].sudo()
        queued = self.filtered(lambda one: one.mail_ids or one.channel == "sms")
        attempts_sudo._record(queued)
        now = fields.Datetime.now()
        attempts_sudo._record(self - queued, "accepted", answered_at=now)
        return result

    # --- once more ---------------------------------------------------------------------

    def _obstacles_to_send_again(self):
        """Return {id: Obstacle that keeps this sent message from leaving once more} today."""
        found = {}
        assessed = self.debtor_id._assess()
        for reminder in self:
            changes = reminder._changes(assessed.get(reminder.debtor_id.id, []))
            nothing = all(change.amount <= 0 for change in changes.values())
            if nothing and len(changes) == len(reminder.line_ids):
                found[reminder.id] = Obstacle(
                    self.env._(
                        "Nothing of it is owed any more, or it is paused: it was not sent again."
                    )
                )
            elif changes:
                found[reminder.id] = Obstacle(
                    self.env._(
                        "Less is owed now than it says: it was not sent again. The next run "
                        "writes with today's amounts."
                    )
                )
        for name in self._obstacles_again:
            left = self - self.browse(found)
            found |= getattr(left, name)() if left else {}
        return found

    @api.model
    def _check_queued(self, companies):
        """Look once more at what has waited in the queues: a stop may have lasted for days.

        What isn't right any more is taken out, what may not leave at this hour leaves later.  A
        thank-you is another message about a reminder, and stays.
        """
        waiting = [("mail_message_id.model", "=", self._name), ("state", "=", "outgoing")]
        for queue in ("mail.mail", "sms.sms"):
            # the queues are the system's
            queued_sudo = self.env[queue].sudo().search(waiting)
            by_message = queued_sudo.grouped("mail_message_id")
            reminders_sudo = self.sudo().search(
                [
                    ("mail_message_id", "in", queued_sudo.mail_message_id.ids),
                    ("company_id", "in", companies.ids),
                ]
            )
            obstacles = reminders_sudo._obstacles_to_send_again()
            for reminder_sudo in reminders_sudo:
                message_sudo = by_message[reminder_sudo.mail_message_id]
                obstacle = obstacles.get(reminder_sudo.id)
                if obstacle and not obstacle.until:
                    message_sudo._cobranza_take_out(obstacle.text)
                    continue
                if obstacle:
                    message_sudo._cobranza_put_off(obstacle.until)
                reminder_sudo._set_leaving(obstacle and obstacle.until)

    def _set_leaving(self, moment=None):
        """Have these count as told from when they leave: since the hand-over days may have passed.

        moment: UTC, without zone; now if left out.
        """
        moment = moment or fields.Datetime.now()
        for company, reminders in self.grouped("company_id").items():
            reminders._gated().write(
                {"sent_at": moment, "sent_date": company._cobranza_date(moment)}
            )

    def action_confirm_arrived(self):
        """A person knows that a message arrived that no mail server confirmed.

        Raises UserError if none of them is unconfirmed.
        """
        self.check_access("write")
        unconfirmed = self.filtered(lambda one: one.delivery == "unconfirmed")
        if not unconfirmed:
            raise UserError(self.env._("None of these messages is unconfirmed."))
        answer = self.env._("%(user)s knows that it arrived.", user=self.env.user.name)
        # the mails are the system's; who works with the reminder says what became of them
        unconfirmed.sudo().mail_ids._cobranza_arrived(answer)
        unconfirmed._sms_arrived(answer)
        unconfirmed._message_log_batch(dict.fromkeys(unconfirmed.ids, answer))
        unconfirmed.invalidate_recordset(["delivery", "delivery_error"])
        return True

    def action_send_again(self):
        """Send once more what failed, came back or was not confirmed, if it is still right.

        Of SMS only what is not confirmed: what surely didn't arrive a run writes anew.
        Of several that tell the same line only the newest leaves; the others are named.
        Raises UserError if none of them has a problem, if less is owed than the text says, if
        mails don't reach the address, or if another reminder has told the same meanwhile.
        """
        self.check_access("write")
        failed = self.filtered(lambda one: one.state == "sent" and one.delivery in PROBLEMS)
        failed = failed.filtered(
            lambda one: one.channel == "email"
            or (one.channel == "sms" and one.delivery == "unconfirmed")
        )
        if not failed:
            raise UserError(
                self.env._(
                    "Only an e-mail that failed, came back or isn't confirmed is sent again, and "
                    "an SMS that isn't confirmed."
                )
            )
        failed = failed.try_lock_for_update()
        if not failed:
            raise UserError(self._busy())
        failed._check_not_stopped()
        again = failed._newest_of_each_line()
        again._check_not_told_since()
        for reminder_id, obstacle in again._obstacles_to_send_again().items():
            raise UserError(
                self.env._(
                    "%(reminder)s: %(reason)s",
                    reminder=self.browse(reminder_id).display_name,
                    reason=obstacle.text,
                )
            )
        again._send_again()
        older = self.env._("A newer one of those that were chosen tells the same: that one leaves.")
        return failed._tell_left(dict.fromkeys((failed - again).ids, older))

    def _newest_of_each_line(self):
        """Those of these that tell no line which a newer one of them tells."""
        newest, told = self.browse(), self.env["account.move.line"]
        for reminder in self.sorted("id", reverse=True):
            lines = reminder.line_ids.move_line_id
            if not lines & told:
                newest += reminder
                told += lines
        return newest

    def _check_not_told_since(self):
        """Raise UserError if a reminder tells a line that one of these told before it."""
        others = self.search(
            [
                ("line_ids.move_line_id", "in", self.line_ids.move_line_id.ids),
                ("state", "!=", "cancelled"),
                ("id", "not in", self.ids),
            ]
        )
        told = others.filtered(
            lambda one: one.delivery not in ("failed", "bounced")
            and one.line_ids.move_line_id
            & self.filtered(lambda old: old.id < one.id).line_ids.move_line_id
        )
        if told:
            raise UserError(
                self.env._(
                    "A newer reminder tells the same already: %(names)s.",
                    names=", ".join(told.mapped("display_name")),
                )
            )

    def _send_again(self):
        """Put these messages into the queue once more, as a new generation that is logged."""
        note = self.env._("%(user)s had it sent again.", user=self.env.user.name)
        by_sms = self.filtered(lambda one: one.channel == "sms")
        by_sms._send_sms_again()
        for reminder in self - by_sms:
            mail_sudo = reminder.sudo().mail_ids[:1] or reminder._new_mail()
            mail_sudo._cobranza_queue(again=True)
        self._message_log_batch(dict.fromkeys(self.ids, note))
        wake(self.env, MAILS, TEXT_MESSAGES)
        self.debtor_id._refresh_now()
        self.invalidate_recordset(["delivery", "delivery_error", "mail_ids"])

    def _new_mail(self):
        """A mail of the message whose mail was deleted; the message itself can't be."""
        message_sudo = self.mail_message_id.sudo()
        vals = self._mail_vals(message_sudo.reply_to)
        kept = ("body_html", "recipient_ids", "is_notification", "auto_delete")
        mail_sudo = self.env["mail.mail"].sudo().create(
            {name: vals[name] for name in kept} | {"mail_message_id": message_sudo.id}
        )
        notifications_sudo = message_sudo.notification_ids
        notifications_sudo.write({"mail_mail_id": mail_sudo.id})
        self.invalidate_recordset(["mail_ids"])
        return mail_sudo

    def _describe_next_try(self, last_sudo):
        """When it is offered again, and what the mail server said; False if it isn't.

        last_sudo: its last attempt; may be none.
        """
        if not last_sudo.next_try:
            return False
        return self.env._(
            "The mail server didn't take it yet: it is tried again on %(moment)s. %(answer)s",
            moment=format_datetime(self.env, last_sudo.next_try),
            answer=last_sudo.answer,
        )


def _digest_files(attachments):
    """SHA-256 over the names and contents of attachments, in a stable order."""
    files = (f"{one.name} {sha256(one.raw or b'').hexdigest()}" for one in attachments)
    return digest("\n".join(sorted(files)))
