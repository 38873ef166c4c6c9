"""The send ledger: every attempt, its proof, what the mail server said, and what follows."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from hashlib import sha256
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..models.cobranza_reminder_delivery import Obstacle
from ..models.smtp_answer import Conversation, Verdict
from .common import TODAY, days_ago
from .test_handover import MailingCase

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


@tagged("post_install", "-at_install")
class TestVerdict(MailingCase):
    """What an error says about the message."""

    def test_errors_and_what_they_mean(self):
        cases = [
            (BUSY, False, "refused_temporary", False),
            (NOBODY, False, "refused", True),
            (SMTPRecipientsRefused({"x": (550, b"5.7.1 Relaying")}), False, "refused", False),
            (SMTPRecipientsRefused({"x": (552, b"5.2.2 Full")}), False, "refused", False),
            (SMTPSenderRefused(550, b"5.1.8 Bad sender", "me"), False, "refused", False),
            (SMTPSenderRefused(451, b"Later", "me"), False, "refused_temporary", False),
            (SMTPDataError(554, b"5.6.0 Content"), True, "refused", False),
            (SMTPDataError(452, b"4.3.1 Full"), True, "refused_temporary", False),
            (SMTPDataError(-1, b"?"), True, "ambiguous", False),
            (SMTPServerDisconnected("gone"), False, "refused_temporary", False),
            (SMTPServerDisconnected("gone"), True, "ambiguous", False),
            (TimeoutError("silence"), False, "refused_temporary", False),
            (TimeoutError("silence"), True, "ambiguous", False),
            (ConnectionRefusedError("no"), False, "refused_temporary", False),
            (SMTPAuthenticationError(535, b"Password"), False, "refused_temporary", False),
            (UnicodeError("text"), False, "refused", False),
        ]
        for error, given, result, about_address in cases:
            talk = Conversation()
            talk.message_given = given
            for caught in (error, self.wrapped(error)):
                with self.subTest(repr(caught), given=given):
                    verdict = Verdict.of(caught, talk, "reason")
                    self.assertEqual(verdict.result, result)
                    self.assertEqual(verdict.about_address, about_address)
                    self.assertTrue(verdict.answer)

    def wrapped(self, error):
        """The error as Odoo raises it."""
        try:
            try:
                raise error
            except Exception:
                raise UserError("Mail Delivery Failed")
        except UserError as caught:
            return caught

    def test_it_listens_to_the_last_step_of_the_conversation(self):
        class Session:
            def data(self, message):
                return 250, b"2.0.0 Queued as 4711"

        session = Session()
        talk = Conversation(session)
        self.assertFalse(talk.message_given or talk.reply)
        self.assertEqual(session.data("text"), (250, b"2.0.0 Queued as 4711"))
        self.assertEqual((talk.message_given, talk.reply), (True, "250 2.0.0 Queued as 4711"))
        talk.begin()
        self.assertFalse(talk.message_given or talk.reply)


@tagged("post_install", "-at_install")
class TestRetries(AttemptCase):
    """Refused for now: tried again later, if it is still right."""

    def test_refused_for_now_waits_and_counts_as_told(self):
        self.r20.gap_days = 10
        reminder = self.sent()
        self.work_queue(BUSY)
        attempt = self.attempts(reminder)
        self.assertEqual(attempt.result, "refused_temporary")
        self.assertEqual(attempt.next_try, NOW + timedelta(minutes=15))
        self.assertIn("450 4.2.0 Mailbox busy", attempt.answer)
        self.assertEqual((reminder.delivery, reminder.next_try), ("queued", attempt.next_try))
        self.assertIn("tried again on", reminder.delivery_error)
        self.assertFalse(self.propose(), "it is on its way: no second one")
        self.assertFalse(self.activities() or self.partner.cobranza_email_paused)

    def test_no_mail_server_is_a_refusal_for_now(self):
        reminder = self.sent()
        error = UserError("Missing SMTP Server")
        with (
            patch.object(IrMail_Server, "_connect__", side_effect=error),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self.mails().send()
        self.assertEqual(self.results(reminder), ["refused_temporary"])
        self.assertIn("Missing SMTP Server", self.attempts(reminder).answer)

    def test_it_is_tried_again_when_it_is_time(self):
        reminder = self.sent()
        self.work_queue(BUSY)
        self.retry(NOW + timedelta(minutes=14))
        self.assertEqual(self.results(reminder), ["refused_temporary"])
        self.retry(NOW + timedelta(minutes=15))
        self.assertEqual(self.results(reminder), ["refused_temporary", "pending"])
        self.assertFalse(self.attempts(reminder)[0].next_try)
        self.work_queue()
        self.assertEqual(self.results(reminder), ["refused_temporary", "accepted"])
        self.assertEqual(set(self.attempts(reminder).mapped("generation")), {1})
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("delivered", False))

    def test_it_gives_up_and_calls_a_person(self):
        reminder = self.sent()
        moment = NOW
        for _try in range(5):
            with self.at_moment(moment):
                self.work_queue(BUSY)
            last = self.attempts(reminder)[-1]
            if last.next_try:
                moment = last.next_try
                self.retry(moment)
        self.assertEqual(self.results(reminder), ["refused_temporary"] * 4 + ["refused"])
        self.assertEqual(moment - NOW, timedelta(days=1, hours=5, minutes=15))
        self.assertIn("Given up after 5 tries", last.answer)
        self.assertEqual(reminder.delivery, "failed")
        self.assertEqual(len(self.activities()), 1)
        self.assertFalse(self.partner.cobranza_email_paused, "the address may be right")
        self.assertEqual(len(self.propose()), 1, "it was not told")

    def test_what_is_paid_or_less_is_not_tried_again(self):
        cases = {
            "paid": (lambda invoice: self.pay(invoice), "Nothing of it is owed"),
            "paused": (lambda invoice: self.pause(move=invoice), "Nothing of it is owed"),
            "part paid": (lambda invoice: self.pay(invoice, 40), "Less is owed now"),
        }
        for name, (happens, reason) in cases.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                invoice = self.invoice(self.partner, 100)
                reminder = self.remind()
                self.work_queue(BUSY)
                happens(invoice)
                self.retry(NOW + timedelta(minutes=15))
                self.assertEqual(self.results(reminder), ["refused_temporary", "cancelled"])
                self.assertIn(reason, self.attempts(reminder)[-1].answer)
                self.assertEqual(self.mails().state, "cancel")
                self.assertEqual(reminder.delivery, "failed")
                self.assertIn(reason, reminder.delivery_error)
                self.work_queue()
                self.assertFalse(self.emails)
                undo.rollback()
                self.env.invalidate_all()

    def test_an_address_that_is_gone_is_not_tried_again(self):
        reminder = self.sent()
        self.work_queue(BUSY)
        self.partner.email = False
        self.retry(NOW + timedelta(minutes=15))
        self.assertIn("no e-mail address", self.attempts(reminder)[-1].answer)

    def test_it_waits_for_the_hours_of_contact(self):
        reminder = self.sent()
        self.work_queue(BUSY)
        obstacle = Obstacle("It is late", NOW + timedelta(hours=20))
        late = patch.object(
            type(reminder),
            "_moment_again_obstacles",
            lambda self: dict.fromkeys(self.ids, obstacle),
        )
        with late:
            self.retry(NOW + timedelta(minutes=15))
        attempt = self.attempts(reminder)
        self.assertEqual(attempt.result, "refused_temporary")
        self.assertEqual(attempt.next_try, obstacle.until)
        self.retry(obstacle.until)
        self.assertEqual(self.results(reminder)[-1], "pending")

    def test_not_confirmed_is_never_tried_again_by_itself(self):
        reminder = self.sent()
        self.disconnected(reminder)
        self.retry(NOW + timedelta(days=30))
        self.work_queue()
        self.assertFalse(self.emails)
        self.assertEqual(self.results(reminder), ["ambiguous"])

    def test_one_that_waits_can_be_cancelled(self):
        reminder = self.sent()
        self.work_queue(BUSY)
        self.mails().cancel()
        self.assertEqual(self.results(reminder), ["refused_temporary", "cancelled"])
        self.assertFalse(reminder.next_try)
        self.retry(NOW + timedelta(days=1))
        self.assertEqual(self.mails().state, "cancel")

    def test_a_broken_connection_leaves_the_others_in_the_queue(self):
        first = self.sent()
        second = self.sent(self.other)
        self.work_queue(SMTPServerDisconnected("gone"))
        self.assertEqual(self.results(first), ["refused_temporary"])
        self.assertEqual((self.results(second), second.delivery), (["pending"], "queued"))
        with self.mock_mail_gateway(), self.assertRaises(SMTPServerDisconnected):
            self.send_email_mocked.side_effect = SMTPServerDisconnected("gone")
            with mute_logger("odoo.addons.mail.models.mail_mail"):
                second.sudo().mail_ids.send(raise_exception=True)

    def test_in_batches(self):
        reminders = [self.sent(self.new_partner(f"Person {number}")) for number in range(3)]
        self.work_queue(BUSY)
        with patch.object(self.env.registry["cobranza.attempt"], "_batch", 2):
            self.retry(NOW + timedelta(minutes=15))
        for reminder in reminders:
            self.assertEqual(self.results(reminder), ["refused_temporary", "pending"])
        again = patch.object(self.env.registry["ir.cron"], "_commit_progress", return_value=0)
        self.work_queue(BUSY)
        batch = patch.object(self.env.registry["cobranza.attempt"], "_batch", 1)
        with again, batch, self.at_moment(NOW + timedelta(days=1)):
            self.env["cobranza.attempt"].sudo()._cron_retry()
        waiting = sorted(self.results(one)[-1] for one in reminders)
        self.assertEqual(waiting, ["pending", "refused_temporary", "refused_temporary"])


@tagged("post_install", "-at_install")
class TestUndelivered(AttemptCase):
    """Refused for good or come back: e-mail to that address pauses, and one person has work."""

    def test_refused_for_good_pauses_the_address(self):
        reminder = self.sent()
        namesake = self.new_partner("Namesake", email="ANA.Customer@example.com")
        self.work_queue(NOBODY)
        self.assertEqual(self.results(reminder), ["refused"])
        self.assertEqual(reminder.delivery, "failed")
        for partner in (self.partner, namesake):
            self.assertTrue(partner.cobranza_email_paused)
            self.assertEqual(partner.cobranza_bounced_email, "ana.customer@example.com")
            self.assertEqual(partner.cobranza_bounced_at, NOW)
            self.assertIn("No such mailbox", partner.cobranza_bounced_reason)
            self.assertFalse(partner._cobranza_has_email())
        self.assertFalse(self.other.cobranza_email_paused)

    def test_a_paused_address_gets_nothing(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.remind()
        self.work_queue(NOBODY)
        self.assertDecision(invoice, "skip", "no_email")
        self.assertFalse(self.propose())
        self.partner.email = "ana@right.example.com"
        self.assertFalse(self.partner.cobranza_email_paused)
        again = self.remind()
        self.assertEqual((again.state, again.level_id), ("sent", reminder.level_id))

    def test_a_reminder_approved_before_the_bounce_stays(self):
        reminder = self.sent()
        self.policy.cadence_days = 0
        self.invoice(self.partner, 50)
        waiting = self.approved()
        self.work_queue(NOBODY)
        waiting.action_send()
        self.assertEqual((waiting.state, reminder.state), ("approved", "sent"))
        self.assertIn("Mail to Ana Customer comes back", waiting.problem)

    def test_only_managers_use_it_again(self):
        self.sent()
        self.work_queue(NOBODY)
        with self.assertRaisesRegex(AccessError, "Only collections managers"):
            self.partner.with_user(self.new_collector()).action_cobranza_resume_email()
        manager = self.new_user("cobranza_dunning.group_manager", name="Manager")
        self.partner.with_user(manager).action_cobranza_resume_email()
        self.assertFalse(self.partner.cobranza_bounced_email or self.partner.cobranza_email_paused)
        self.assertTrue(self.partner._cobranza_has_email())

    def test_nobody_writes_that_mail_came_back(self):
        for name in ("cobranza_bounced_email", "cobranza_bounced_reason"):
            with self.assertRaisesRegex(AccessError, "by hand"):
                self.partner.write({name: "x"})
            with self.assertRaisesRegex(AccessError, "by hand"):
                self.env["res.partner"].create({"name": "X", name: "x"})
        self.sent()
        self.work_queue(NOBODY)
        self.assertFalse(self.partner.copy().cobranza_bounced_email)

    def test_a_person_has_work_once(self):
        collector = self.new_collector()
        self.invoice(self.partner, 100)
        self.debtor().user_id = collector
        self.remind()
        self.work_queue(NOBODY)
        activity = self.activities()
        self.assertEqual((activity.user_id, activity.res_id), (collector, self.debtor().id))
        self.assertIn("ana.customer@example.com", activity.summary)
        self.assertIn("Ask the customer for the right address", activity.note)
        self.partner.email = "ana@second.example.com"
        self.remind()
        self.work_queue(NOBODY)
        self.assertEqual(self.activities(), activity)
        self.assertIn("ana@second.example.com", activity.note)
        self.partner.action_cobranza_resume_email()
        self.remind()
        self.work_queue(NOBODY)
        self.assertEqual(activity.note.count("ana@second.example.com"), 1)

    def test_what_is_not_about_the_address_does_not_pause_it(self):
        refusals = {
            "sender": SMTPSenderRefused(550, b"5.7.1 Not allowed", "me@example.com"),
            "policy": SMTPRecipientsRefused({"x@example.com": (554, b"5.7.1 Relaying denied")}),
            "content": SMTPDataError(554, b"5.6.0 Not accepted"),
        }
        for name, error in refusals.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                self.work_queue(error)
                self.assertEqual(self.results(reminder), ["refused"])
                self.assertEqual(reminder.delivery, "failed")
                self.assertFalse(self.partner.cobranza_email_paused)
                self.assertIn("could not be sent", self.activities().note)
                undo.rollback()
                self.env.invalidate_all()

    def test_hard_bounce(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.remind()
        self.work_queue()
        self.report(reminder)
        self.assertEqual((self.results(reminder), reminder.delivery), (["bounced"], "bounced"))
        self.assertTrue(self.partner.cobranza_email_paused)
        self.assertEqual(len(self.activities()), 1)
        self.assertDecision(invoice, "skip", "no_email")

    def test_bounces_that_do_not_pause(self):
        for status, activities in (("4.4.7", 0), ("5.2.2", 1), ("5.7.1", 1)):
            with self.subTest(status), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                self.work_queue()
                self.report(reminder, status=status)
                self.assertEqual(self.results(reminder), ["bounced"])
                self.assertEqual(reminder.delivery, "bounced")
                self.assertFalse(self.partner.cobranza_email_paused)
                self.assertEqual(len(self.activities()), activities)
                self.assertEqual(len(self.propose()), 1, "it did not arrive: it was not told")
                undo.rollback()
                self.env.invalidate_all()

    def test_reports_that_are_no_bounces(self):
        reports = {
            "late": {"action": "delayed", "status": "4.4.1"},
            "arrived": {"action": "delivered", "status": "2.0.0"},
            "spam": {"kind": "feedback-report"},
            "read": {"kind": "disposition-notification"},
        }
        for name, values in reports.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                self.work_queue()
                self.report(reminder, **values)
                self.assertEqual(
                    (self.results(reminder), reminder.delivery), (["accepted"], "delivered")
                )
                self.assertFalse(self.partner.cobranza_email_paused or self.activities())
                said = {"late": "goes on trying", "spam": "unwanted"}.get(name, "reports on it")
                self.assertIn(said, self.log(reminder))
                undo.rollback()
                self.env.invalidate_all()

    def test_an_automatic_answer_is_no_bounce(self):
        reminder = self.sent()
        self.work_queue()
        answer = EmailMessage()
        answer["From"], answer["To"] = "ana.customer@example.com", "bounce@example.com"
        answer["Subject"], answer["Message-Id"] = "Out of office", "<away-1@example.com>"
        answer["Auto-Submitted"] = "auto-replied"
        answer["In-Reply-To"] = reminder.mail_message_id.message_id
        answer.set_content("I am back on Monday. Error 550 5.1.1 never happened.")
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].sudo().message_process(False, answer.as_bytes())
        self.env.invalidate_all()
        self.assertEqual((self.results(reminder), reminder.delivery), (["accepted"], "delivered"))
        self.assertFalse(self.partner.cobranza_email_paused)

    def test_a_report_that_names_another_mailbox(self):
        """The address leads to another one, which is gone: mail to the address doesn't arrive."""
        reminder = self.sent()
        self.work_queue()
        self.report(reminder, address="behind@elsewhere.example.com")
        self.assertTrue(self.partner.cobranza_email_paused)
        self.assertEqual(reminder.delivery, "bounced")

    def test_one_of_two_addresses(self):
        """The second address of a contact is bad: the first one goes on being used."""
        self.partner.email = "ana@example.com, gone@example.com"
        reminder = self.sent()
        self.work_queue()
        self.report(reminder, address="gone@example.com")
        self.assertFalse(self.partner.cobranza_email_paused)


@tagged("post_install", "-at_install")
class TestPersonDecides(AttemptCase):
    """Not confirmed, failed, came back: a person says that it arrived, or has it sent again."""

    def test_it_arrived(self):
        reminder = self.sent()
        self.disconnected(reminder)
        with self.assertRaisesRegex(UserError, "None of these"):
            self.sent(self.other).action_confirm_arrived()
        collector = self.new_collector(name="Cora")
        reminder.with_user(collector).action_confirm_arrived()
        attempt = self.attempts(reminder)
        self.assertEqual(attempt.result, "accepted")
        self.assertEqual(attempt.answer, "Cora knows that it arrived.")
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("delivered", False))
        self.assertIn("Cora knows", self.log(reminder))

    def test_send_again_what_is_not_confirmed(self):
        reminder = self.sent()
        self.disconnected(reminder)
        reminder.with_user(self.new_collector(name="Cora")).action_send_again()
        self.assertEqual(self.results(reminder), ["ambiguous", "pending"])
        self.assertEqual(self.attempts(reminder).mapped("generation"), [1, 2])
        self.assertIn("Cora had it sent again", self.log(reminder))
        self.work_queue()
        [letter] = self.emails
        self.assertEqual(letter["smtp_to_list"], ["ana.customer@example.com"])
        self.assertEqual((self.results(reminder)[-1], reminder.delivery), ("accepted", "delivered"))

    def test_send_again_what_failed_or_came_back(self):
        ways = {
            "failed": lambda one: self.work_queue(NOBODY),
            "came back": lambda one: (self.work_queue(), self.report(one)),
            "mail cancelled": lambda one: self.mails().cancel(),
            "mail deleted": lambda one: self.mails().unlink(),
        }
        for name, happens in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                happens(reminder)
                self.env.invalidate_all()
                self.partner.email = "ana@right.example.com"
                reminder.action_send_again()
                self.assertEqual((reminder.delivery, len(reminder.mail_ids)), ("queued", 1))
                self.work_queue()
                [letter] = self.emails
                self.assertEqual(letter["smtp_to_list"], ["ana@right.example.com"])
                self.assertEqual(self.results(reminder)[-1], "accepted")
                self.assertEqual(reminder.delivery, "delivered")
                undo.rollback()
                self.env.invalidate_all()

    def test_send_again_says_why_not(self):
        arrived = self.sent(self.other)
        self.work_queue()
        with self.assertRaisesRegex(UserError, "Only an e-mail that failed"):
            arrived.action_send_again()
        invoice = self.invoice(self.partner, 100)
        reminder = self.remind()
        self.work_queue(NOBODY)
        with self.assertRaisesRegex(UserError, "comes back"):
            reminder.action_send_again()
        self.partner.email = "ana@right.example.com"
        with self.env.cr.savepoint() as undo:
            self.propose()
            with self.assertRaisesRegex(UserError, "A newer reminder tells the same"):
                reminder.action_send_again()
            undo.rollback()
            self.env.invalidate_all()
        locked = patch.object(type(reminder), "try_lock_for_update", lambda self: self.browse())
        with locked, self.assertRaisesRegex(UserError, "Somebody else is sending"):
            reminder.action_send_again()
        self.pay(invoice, 40)
        with self.assertRaisesRegex(UserError, "Less is owed now"):
            reminder.action_send_again()
        self.pay(invoice)
        with self.assertRaisesRegex(UserError, "Nothing of it is owed"):
            reminder.action_send_again()
        self.assertEqual(self.results(reminder), ["refused"])

    def test_auditors_decide_nothing(self):
        reminder = self.sent()
        self.disconnected(reminder)
        auditor = self.new_user("cobranza_dunning.group_auditor", name="Auditor")
        for name in ("action_confirm_arrived", "action_send_again"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(reminder.with_user(auditor), name)()

    def test_the_newer_one_may_have_failed_as_well(self):
        self.invoice(self.partner, 100, days_ago(30))
        first = self.remind()
        self.work_queue(NOBODY)
        self.partner.email = "ana@second.example.com"
        second = self.remind()
        self.work_queue(NOBODY)
        self.partner.email = "ana@third.example.com"
        first.action_send_again()
        self.assertEqual((first.delivery, second.delivery), ("queued", "failed"))
