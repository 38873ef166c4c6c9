from odoo import Command, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import channels
from ..engine.headers import header_line
from .cobranza_reminder import OPEN_STATES
from .crons import MAILS, wake

#: Odoo's notification statuses, the worst first, and what they mean for a reminder.
DELIVERY = (
    ("bounce", "bounced"),
    ("exception", "failed"),
    ("canceled", "failed"),
    ("process", "unconfirmed"),
    ("ready", "queued"),
    ("pending", "queued"),
    ("sent", "delivered"),
)

#: Deliveries that a person has to look at.
PROBLEMS = ("bounced", "failed", "unconfirmed")


class CobranzaReminder(models.Model):
    """From the approved text to the customer: hand-over, the mail, and what became of it."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    mail_ids = fields.Many2many("mail.mail", compute="_compute_mail_ids", compute_sudo=True)
    delivery = fields.Selection(
        [
            ("queued", "Waiting to leave"),
            ("delivered", "Handed over"),
            ("unconfirmed", "Not confirmed"),
            ("bounced", "Bounced"),
            ("failed", "Failed"),
        ],
        compute="_compute_delivery",
        search="_search_delivery",
        help="Read from the mail: what became of the message.",
    )
    delivery_error = fields.Char(compute="_compute_delivery")
    sent_date = fields.Date("Sent on", readonly=True, index="btree_not_null")
    sent_at = fields.Datetime(readonly=True)
    problem_text = fields.Char("Problem in words", compute="_compute_problem_text")

    def _compute_mail_ids(self):
        mails = self.env["mail.mail"].sudo().search(
            [("mail_message_id", "in", self.mail_message_id.ids)]
        )
        by_message = mails.grouped("mail_message_id")
        for reminder in self:
            reminder.mail_ids = by_message.get(reminder.mail_message_id, mails.browse())

    def _compute_delivery(self):
        notifications = self.env["mail.notification"].sudo().search(
            [("mail_message_id", "in", self.mail_message_id.ids)]
        )
        by_message = notifications.grouped("mail_message_id")
        for reminder in self:
            found = by_message.get(reminder.mail_message_id, notifications.browse())
            states = set(found.mapped("notification_status"))
            reminder.delivery = next(
                (name for status, name in DELIVERY if status in states), False
            )
        attempted = self.filtered(lambda one: one.delivery in ("queued", "failed"))
        last_sudo = attempted._last_attempts().grouped("reminder_id") if attempted else {}
        for reminder in self:
            found = by_message.get(reminder.mail_message_id, notifications.browse())
            reminder.delivery_error = reminder._describe_failure(found, last_sudo)

    @api.depends("state", "problem", "text_outdated", "mail_message_id")
    def _compute_problem_text(self):
        for reminder in self:
            text = False
            if reminder.state == "proposed" and reminder.text_outdated:
                text = self.env._("Its edited text must be read again.")
            elif reminder.state in OPEN_STATES:
                text = reminder.problem
            elif reminder.state == "sent" and reminder.delivery in PROBLEMS:
                text = reminder.delivery_error or self.env._("The message did not arrive.")
            reminder.problem_text = text

    def _describe_failure(self, notifications, attempts):
        """Say why the message didn't arrive, as far as it is known; False if nothing is wrong.

        attempts: {reminder: its last cobranza.attempt} of those that have one.
        """
        last_sudo = attempts.get(self, self.env["cobranza.attempt"])
        if self.delivery == "unconfirmed":
            return self.env._(
                "The mail server didn't confirm it: it may have arrived or not. Ask the customer "
                "before you write again."
            )
        failed = notifications.filtered("failure_type")[:1]
        if self.delivery == "queued" and failed:
            return self._describe_next_try(last_sudo)
        if self.delivery == "failed" and not failed:
            if last_sudo.result == "cancelled" and last_sudo.answer:
                return last_sudo.answer
            return self.env._("The mail was cancelled: it never left the queue.")
        return bool(failed) and (failed.failure_reason or failed.format_failure_reason())

    def _search_delivery(self, operator, value):
        if operator != "in":
            return NotImplemented
        statuses = [status for status, name in DELIVERY if name in value]
        found = self._with_notification([("notification_status", "in", statuses)])
        return found | Domain("mail_message_id", "=", False) if False in value else found

    def _with_notification(self, domain):
        """Domain of reminders whose message has such a notification."""
        # whoever may read the reminder may know what became of its message
        notifications_sudo = self.env["mail.notification"].sudo()._search(domain)
        messages = notifications_sudo.subselect("mail_message_id")
        return Domain("mail_message_id", "in", messages)

    @api.model
    def _sql_delivered(self, alias):
        """SQL condition: the reminder `alias` isn't known as undelivered.

        A failure that somebody has dismissed ("canceled") is still one.
        """
        return SQL(
            """NOT EXISTS (SELECT 1 FROM mail_notification n
                            WHERE n.mail_message_id = %s
                              AND n.notification_status IN ('bounce', 'exception', 'canceled'))""",
            SQL.identifier(alias, "mail_message_id"),
        )

    def _deliver(self):
        """Hand these over through their channels and mark them as sent.

        A channel is a method `_deliver_<channel>` of the reminders that go through it.
        """
        for channel, reminders in self.grouped("channel").items():
            getattr(reminders, f"_deliver_{channel}")()
        for company, reminders in self.grouped("company_id").items():
            reminders._update_state(
                "sent",
                allowed=("approved",),
                sent_at=fields.Datetime.now(),
                sent_date=company._cobranza_today(),
                problem=False,
                not_before=False,
                waits_for=False,
            )

    def _deliver_email(self):
        """Put one mail per reminder into Odoo's queue."""
        mails_sudo = self._queue_mails()
        quiet = self.with_context(tracking_disable=True)._gated()
        for reminder, mail in zip(quiet, mails_sudo, strict=True):
            reminder.write({"mail_message_id": mail.mail_message_id.id})

    def _queue_mails(self, **text):
        """Put a mail for each of these into Odoo's queue; return the mail.mail (sudo), in order.

        text: values of the mail that take the place of the reminder's own words.
        """
        replies = self._reply_addresses()
        # mails are the system's; what this user may send is decided by the reminder's state
        mails_sudo = self.env["mail.mail"].sudo().create(
            [one._mail_vals(replies[one.id]) | text for one in self]
        )
        self.env["mail.notification"].sudo().create(
            [
                {
                    "mail_message_id": mail.mail_message_id.id,
                    "mail_mail_id": mail.id,
                    "res_partner_id": reminder.recipient_id.id,
                    "notification_type": "email",
                    "notification_status": "ready",
                    "is_read": True,
                    "author_id": mail.author_id.id,
                }
                for reminder, mail in zip(self, mails_sudo, strict=True)
            ]
        )
        wake(self.env, MAILS)
        return mails_sudo

    def _reply_addresses(self):
        """Return {reminder id: address for answers}; asked for one by one it is half of a mail."""
        return self._notify_get_reply_to_batch(
            defaults={one.id: one._sender_address() for one in self},
            author_ids={one.id: one._signer_sudo().id for one in self},
        )

    def _sender_address(self):
        sender = self._signer_sudo().email_formatted or self.company_id.email_formatted
        return header_line(sender)

    def _mail_vals(self, reply_to):
        self.ensure_one()
        return {
            "reply_to": header_line(reply_to),
            "subject": self.text_subject,
            "body": self.text_body,
            "body_html": self.text_body,
            "email_from": self._sender_address(),
            "author_id": self._signer_sudo().id,
            "recipient_ids": [Command.link(self.recipient_id.id)],
            "model": self._name,
            "res_id": self.id,
            "record_name": self.partner_id.display_name,
            "message_type": "email_outgoing",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "is_notification": True,
            "auto_delete": False,
        }

    @api.model
    def _cron_send(self):
        """Hand over, batch by batch, what is approved and leaves by itself.

        That is what an automatic run approved, everything in companies on automatic, and what
        a person sent at a moment when it had to wait.
        """
        domain = [
            ("state", "=", "approved"),
            ("channel", "not in", channels.BY_HAND),
            "|",
            "|",
            ("automatic", "=", True),
            ("company_id.cobranza_run_mode", "=", "auto"),
            ("not_before", "!=", False),
            ("company_id", "not in", self.env["cobranza.stop"]._stopped_companies().ids),
        ]
        cron = self.env["ir.cron"]
        due = [
            ("problem", "=", False),
            "|",
            ("not_before", "=", False),
            ("not_before", "<=", fields.Datetime.now()),
        ]
        ids = self.search([*domain, *due], order="id").ids
        for start in range(0, len(ids), self._batch):
            batch = self.browse(ids[start : start + self._batch])
            batch = batch.try_lock_for_update().filtered_domain(domain)
            by_company = batch.grouped("company_id")
            for company, part in sorted(by_company.items(), key=lambda item: item[0].id):
                # it may have been stopped since the last batch
                if company._cobranza_stop():
                    continue
                part = part.with_context(lang=company._cobranza_lang())
                part._each_or_note(lambda reminders: reminders and reminders._hand_over())
            remaining = max(len(ids) - start - self._batch, 0)
            if not cron._commit_progress(len(batch), remaining=remaining):
                break
