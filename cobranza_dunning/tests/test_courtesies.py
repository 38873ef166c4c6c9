"""Thanks and invoices sent again, in the mail queue: once, and what follows if refused."""

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.smtp_answer import Conversation
from .cases import MailingCase
from .common import TODAY

NOBODY = SMTPRecipientsRefused({"x@example.com": (550, b"5.1.1 No such mailbox")})
GONE = SMTPServerDisconnected("gone")


@tagged("post_install", "-at_install")
class TestCourtesies(MailingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.thanks_days = 10
        cls.collector = cls.new_collector(name="Collector")
        cls.company.sudo().cobranza_user_id = cls.collector

    def resent(self):
        """An invoice that is sent again; return it and its mail in the queue."""
        invoice = self.sent().line_ids.move_id
        self.work_queue()
        invoice.with_context(mail_notify_force_send=False).cobranza_resend()
        logged = self.env["cobranza.interaction"].search([("kind", "=", "invoice_resent")])
        logged = self.env["cobranza.interaction"].search([("move_id", "=", invoice.id)])
        return invoice, logged.message_id.sudo().mail_ids

    def thanked(self):
        """The mail that thanks a customer, in the queue."""
        reminder = self.sent(self.other)
        self.work_queue()
        self.pay(reminder.line_ids.move_id)
        reminder._thank_each(TODAY)
        logged = self.env["cobranza.interaction"].search([("kind", "=", "thanks")])
        return logged.message_id.sudo().mail_ids

    def both(self):
        """A mail of each kind."""
        return self.resent()[1], self.thanked()

    def offer(self, mails, answer=None):
        """Offer mails to a mail server; answer: the exception it answers with."""
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_mail"):
            self.send_email_mocked.side_effect = answer or self.send_email_mocked.side_effect
            mails.send()
        self.env.invalidate_all()
        return self.send_email_mocked.call_count

    def status(self, mail):
        """What is known of a mail: its state, and its notification's."""
        return mail.state, mail.mail_message_id.notification_ids.notification_status

    def test_what_leaves_is_known_as_ours(self):
        for mail in self.both():
            with self.subTest(mail.subject):
                self.assertTrue(mail)
                self.assertEqual(mail._cobranza_courtesies(), mail)
                self.assertFalse(mail._cobranza_attempts())

    def test_they_leave(self):
        for mail in self.both():
            with self.subTest(mail.subject):
                message = mail.mail_message_id
                self.assertEqual(self.offer(mail), 1)
                self.assertEqual(message.notification_ids.notification_status, "sent")
                self.assertFalse(mail.exists().failure_reason)

    def test_an_address_that_is_of_no_use_pauses(self):
        """Found out by a thank-you or an invoice: no reminder goes there any more."""
        for mail, partner in zip(self.both(), (self.partner, self.other), strict=True):
            with self.subTest(mail.subject):
                self.offer(mail)
                self.bounce(mail)
                self.assertEqual(partner.cobranza_bounced_email, partner.email)
                debtor = self.env["cobranza.debtor"].search([("partner_id", "=", partner.id)])
                self.assertIn("Messages don't arrive", debtor.activity_ids.mapped("summary")[0])

    def test_what_is_not_confirmed_stays(self):
        """The connection broke after the message was given: it may have arrived."""
        for mail in self.both():
            with self.subTest(mail.subject), patch.object(
                Conversation, "begin", lambda talk: talk.__setattr__("message_given", True)
            ):
                self.offer(mail, GONE)
                self.assertEqual(self.status(mail), ("exception", "exception"))
                self.assertIn("may have arrived or not", mail.failure_reason)
                self.assertEqual(self.offer(mail), 0)

    def test_what_was_not_given_waits(self):
        for mail in self.both():
            with self.subTest(mail.subject):
                self.offer(mail, GONE)
                self.assertEqual(self.status(mail), ("outgoing", "ready"))
                self.assertEqual(self.offer(mail), 1)

    def test_an_invoice_that_is_refused_is_somebodys_work(self):
        """The customer has said that he has none, and nobody would know that he still hasn't."""
        invoice, mail = self.resent()
        self.offer(mail, NOBODY)
        [activity] = self.debtor().activity_ids
        self.assertEqual(activity.user_id, self.collector)
        self.assertEqual(
            activity.summary, f"{invoice.name} could not be sent again to {self.partner.name}"
        )
        self.assertIn("No such mailbox", activity.note)

    def test_a_refused_thank_you_is_nobodys_work(self):
        mail = self.thanked()
        self.offer(mail, NOBODY)
        self.assertEqual(mail.state, "exception")
        self.assertFalse(self.debtor().activity_ids)
