"""The send ledger: every attempt, its proof, what the mail server said, and what follows."""

from datetime import datetime
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from hashlib import sha256
from smtplib import (
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..models.smtp_answer import Conversation
from .cases import MailingCase
from .common import TODAY

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, 0)
BUSY = SMTPRecipientsRefused({"x@example.com": (450, b"4.2.0 Mailbox busy")})
NOBODY = SMTPRecipientsRefused({"x@example.com": (550, b"5.1.1 No such mailbox")})


def _give_message(talk):
    """A conversation in which the message is given at once."""
    talk.message_given, talk.reply = True, False


class AttemptCase(MailingCase):
    """Short ways to make a mail server answer, and to look at the ledger."""

    def attempts(self, reminder):
        """The attempts of a reminder, oldest first."""
        self.env.invalidate_all()
        return reminder.attempt_ids.sorted("number")

    def results(self, reminder):
        """The results of its attempts, oldest first."""
        return self.attempts(reminder).mapped("result")

    def disconnected(self, reminder):
        """Let the connection break after the message was given to the mail server."""
        with patch.object(Conversation, "begin", _give_message):
            self.work_queue(SMTPServerDisconnected("Connection unexpectedly closed"))
        self.assertEqual(reminder.delivery, "unconfirmed")

    def retry(self, moment):
        """Let the scheduled action work at a moment."""
        with self.at_moment(moment), self.enter_registry_test_mode():
            self.env.ref("cobranza_dunning.ir_cron_work").sudo().method_direct_trigger()
        self.env.invalidate_all()

    def activities(self):
        """What the collector has to do about messages that don't arrive."""
        kind = self.env.ref("cobranza_dunning.activity_type_undelivered")
        domain = [("activity_type_id", "=", kind.id), ("res_model", "=", "cobranza.debtor")]
        return self.env["mail.activity"].sudo().search(domain)

    def report(
        self, reminder, action="failed", status="5.1.1", kind="delivery-status", address=None
    ):  # fmt: skip
        """A mail server's report about a reminder's mail comes in, as RFC 3464 says."""
        report = MIMEMultipart("report", **{"report-type": kind})
        report["From"] = "MAILER-DAEMON@mx.example.com"
        report["To"] = "bounce@example.com"
        report["Subject"] = "Delivery status"
        report["Message-Id"] = f"<report-{reminder.id}-{action}-{status}@example.com>"
        report.attach(MIMEText("This is what happened to your message."))
        if kind == "delivery-status":
            status_part = EmailMessage()
            status_part["Content-Type"] = "message/delivery-status"
            mta, recipient = EmailMessage(), EmailMessage()
            mta["Reporting-MTA"] = "dns; mx.example.com"
            recipient["Final-Recipient"] = f"rfc822; {address or self.partner.email}"
            recipient["Action"], recipient["Status"] = action, status
            status_part.set_payload([mta, recipient])
            report.attach(status_part)
        head = f"Message-Id: {reminder.mail_message_id.message_id}\n"
        report.attach(MIMEText(head, "rfc822-headers"))
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].sudo().message_process(False, report.as_bytes())
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestLedger(AttemptCase):
    """One row for each attempt, with proof of what was sent; nobody writes it by hand."""

    def test_a_reminder_in_the_queue_has_one_attempt(self):
        reminder = self.sent()
        attempt = self.attempts(reminder)
        self.assertEqual((attempt.number, attempt.generation, attempt.result), (1, 1, "pending"))
        self.assertEqual((attempt.channel, attempt.mail_id), ("email", self.mails()))
        self.assertEqual((attempt.partner_id, attempt.company_id), (self.partner, self.company))
        self.assertFalse(attempt.asked_at or attempt.answered_at or attempt.next_try)

    def test_the_hashes_prove_what_was_sent(self):
        reminder = self.sent()
        attempt, line = self.attempts(reminder), reminder.line_ids
        proof = {
            "recipient": "ana.customer@example.com",
            "subject": reminder.subject,
            "body": str(self.mails().body_html),
            "amounts": f"{line.name} {line.date_due} 100.00 USD",
            "attachments": "",
        }
        for name, text in proof.items():
            with self.subTest(name):
                self.assertEqual(attempt[f"{name}_hash"], sha256(text.encode()).hexdigest())

    def test_attachments_are_in_the_proof(self):
        reminder = self.sent()
        before = self.attempts(reminder)
        mail = self.mails()
        mail.attachment_ids = self.env["ir.attachment"].sudo().create(
            {"name": "invoice.pdf", "raw": b"%PDF"}
        )
        mail.cancel()
        mail.mark_outgoing()
        after = self.attempts(reminder)[-1]
        inner = sha256(b"%PDF").hexdigest()
        self.assertEqual(
            after.attachments_hash, sha256(f"invoice.pdf {inner}".encode()).hexdigest()
        )
        self.assertNotEqual(after.key, before.key)

    def test_the_servers_answer_is_written_down(self):
        reminder = self.sent()
        self.work_queue()
        attempt = self.attempts(reminder)
        self.assertEqual(attempt.result, "accepted")
        self.assertEqual((attempt.asked_at, attempt.answered_at), (NOW, NOW))

    def test_where_it_really_went_is_written_down(self):
        """The address may change while the mail waits."""
        reminder = self.sent()
        self.partner.email = "Ana <ana@new.example.com>"
        self.work_queue()
        attempt = self.attempts(reminder)
        self.assertEqual(attempt.address, "ana@new.example.com")
        digest = sha256(b"ana@new.example.com").hexdigest()
        self.assertEqual(attempt.recipient_hash, digest)

    def test_one_message_of_a_content_is_on_its_way_at_a_time(self):
        """The database itself refuses a second one, whatever went wrong before."""
        reminder = self.sent()
        attempt = self.attempts(reminder).sudo()
        ledger = self.env["cobranza.attempt"].sudo()
        for result in ("pending", "ambiguous", "accepted"):
            attempt._gated().result = result
            with (
                self.subTest(result), mute_logger("odoo.sql_db"),
                self.assertRaises(UniqueViolation), self.env.cr.savepoint(),
            ):  # fmt: skip
                ledger._record(reminder)
        for result in ("refused_temporary", "refused", "bounced", "cancelled"):
            with self.subTest(result), self.env.cr.savepoint() as undo:
                attempt._gated().result = result
                self.assertEqual(ledger._record(reminder).number, 2)
                undo.rollback()
                self.env.invalidate_all()

    def test_nobody_writes_the_ledger(self):
        attempt = self.attempts(self.sent())
        for user in (self.env.user, self.new_collector(), self.env.ref("base.user_admin")):
            for method, args in (
                ("write", [attempt.ids, {"result": "accepted"}]),
                ("write", [attempt.ids, {"answer": "x"}]),
                ("create", [{"reminder_id": attempt.reminder_id.id, "number": 7}]),
                ("unlink", [attempt.ids]),
                ("copy", [attempt.ids]),
            ):
                with self.subTest(method, user=user.name), self.assertRaises(AccessError):
                    call_kw(attempt.with_user(user).browse(), method, args, {})
        with self.assertRaisesRegex(AccessError, "can't be deleted"):
            attempt.sudo().unlink()
        self.assertEqual(attempt.with_user(self.new_collector()).result, "pending")

    def test_it_opens_its_reminder(self):
        attempt = self.attempts(self.sent())
        self.assertEqual(attempt.action_view_reminder()["res_id"], attempt.reminder_id.id)
        self.assertIn("· 1", attempt.display_name)

    def test_a_cancelled_or_deleted_mail_was_not_sent(self):
        for name in ("cancel", "unlink"):
            with self.subTest(name):
                reminder = self.sent(self.new_partner(f"Customer {name}"))
                getattr(reminder.sudo().mail_ids, name)()
                attempt = self.attempts(reminder)
                self.assertEqual((attempt.result, reminder.delivery), ("cancelled", "failed"))
                self.assertEqual(reminder.delivery_error, attempt.answer)

    def test_a_mail_put_back_into_the_queue_is_a_new_attempt(self):
        reminder = self.sent()
        self.mails().cancel()
        self.mails().mark_outgoing()
        self.mails().mark_outgoing()  # it waits already
        self.assertEqual(self.results(reminder), ["cancelled", "pending"])
        self.work_queue()
        self.assertEqual(self.results(reminder), ["cancelled", "accepted"])
        self.assertEqual(set(self.attempts(reminder).mapped("generation")), {1})

    def test_a_mail_put_back_by_a_plain_write_is_written_down_too(self):
        reminder = self.sent()
        self.work_queue()
        self.mails().state = "outgoing"
        self.work_queue()
        self.assertEqual(self.results(reminder), ["accepted", "accepted"])
        self.assertEqual(self.attempts(reminder).mapped("generation"), [1, 2])

    def test_mail_that_left_already_does_not_leave_again(self):
        """Another process sent it; this one still remembers it as waiting."""
        reminder = self.sent()
        mail = self.mails()
        self.assertEqual(mail.state, "outgoing")
        self.env.cr.execute("UPDATE mail_mail SET state = 'sent' WHERE id = %s", mail.ids)
        with self.mock_mail_gateway():
            mail.send()
        self.assertFalse(self.emails)
        self.assertEqual(self.results(reminder), ["pending"])

    def test_other_mails_are_sent_as_ever(self):
        mail = self.env["mail.mail"].sudo().create({"subject": "Not ours", "email_to": "x@y.zz"})
        with self.mock_mail_gateway():
            mail.send()
        self.assertEqual((len(self.emails), mail.state), (1, "sent"))
        self.assertFalse(self.env["cobranza.attempt"].search([("mail_id", "=", mail.id)]))
