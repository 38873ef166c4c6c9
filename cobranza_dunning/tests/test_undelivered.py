"""What doesn't arrive: the address is left alone, and a person has work."""

from email.message import EmailMessage
from smtplib import (
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import days_ago
from .test_cobranza_attempt import NOBODY, NOW, AttemptCase

POLICY = SMTPRecipientsRefused({"x@example.com": (554, b"5.7.1 Relaying denied")})


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

    def test_an_e_mail_goes_to_nobody_but_its_recipient(self):
        """The company's own address doesn't help a contact whose address is gone or bad."""
        contact = self.child("Carla")
        self.invoice(contact, 100)
        reminder = self.approved()
        self.assertEqual(reminder.recipient_id, contact)
        contact.email = False
        reminder.action_send()
        self.assertEqual(reminder.state, "approved")
        self.assertIn("has no e-mail address", reminder.problem)
        contact.email = "carla@example.com"
        contact._cobranza_pause_email(contact.email, "550 No such mailbox")
        reminder.action_send()
        self.assertEqual(reminder.state, "approved")
        self.assertIn("comes back", reminder.problem)
        self.assertFalse(self.mails())

    def test_who_has_left_gets_no_work(self):
        collector, successor = self.new_collector(), self.new_collector()
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.user_id = collector
        self.assertEqual(reminder._person_in_charge(), collector)
        collector.active = False
        self.debtor().user_id = successor
        self.assertEqual(reminder._person_in_charge(), successor)
        successor.active = False
        self.assertFalse(reminder._person_in_charge())
        self.company.cobranza_user_id = self.env.user
        self.assertEqual(reminder._person_in_charge(), self.env.user)

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

    def test_each_address_that_fails_is_named(self):
        self.partner.email = "juana@second.example.com"
        self.sent()
        self.work_queue(NOBODY)
        self.partner.email = "ana@second.example.com"
        self.remind()
        self.work_queue(NOBODY)
        self.assertIn(" ana@second.example.com", self.activities().note)

    def test_what_is_not_about_the_address_does_not_pause_it(self):
        refusals = {
            "sender": SMTPSenderRefused(550, b"5.7.1 Not allowed", "me@example.com"),
            "policy": POLICY,
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

    def refused_by_policy(self):
        """An automatic reminder that the mail server refuses, whatever the address."""
        self.r5.approval = "auto"
        reminder = self.sent(due=days_ago(9))
        self.work_queue(POLICY)
        return reminder

    def automatic(self, day=0):
        """The open reminder of the customer after an automatic run of a later day."""
        with self.at(days_ago(-day)):
            self.run_dunning("auto")
            return self.env["cobranza.reminder"].search(
                [("partner_id", "=", self.partner.id), ("state", "in", ("proposed", "approved"))]
            )

    def test_what_would_fail_again_waits_for_a_person(self):
        """Refused for another reason than its address: another one every day is of no use."""
        self.refused_by_policy()
        reminder = self.automatic(1)
        self.assertEqual((reminder.state, reminder.level_id), ("proposed", self.r5))
        self.assertIn("554 5.7.1 Relaying denied", reminder.problem_text)
        self.assertIn("then approve", reminder.problem_text)
        self.assertEqual(self.automatic(9).state, "proposed")
        with self.at(days_ago(-9)):
            reminder.action_approve()
        self.assertEqual((reminder.state, reminder.problem), ("approved", False))

    def test_after_some_time_it_is_tried_by_itself_again(self):
        for gap, day in ((0, 15), (20, 21)):
            with self.subTest(gap), self.env.cr.savepoint() as undo:
                self.r5.gap_days = gap
                self.r20.delay_days = 90
                self.refused_by_policy()
                self.assertEqual(self.automatic(day - 1).state, "proposed")
                self.assertEqual(self.automatic(day).state, "approved")
                undo.rollback()
                self.env.invalidate_all()

    def test_what_arrived_since_or_goes_elsewhere_needs_nobody(self):
        def arrives(reminder):
            reminder.action_send_again()
            self.work_queue()
            self.invoice(self.partner, 50, days_ago(9))
            self.policy.cadence_days = 0

        ways = {
            "arrived": arrives,
            "elsewhere": lambda reminder: self.partner.write({"email": "ana@right.example.com"}),
            "taken out": lambda reminder: (
                reminder.action_send_again(), self.mails().cancel(), arrives(reminder)
            ),
        }
        for name, happens in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                happens(self.refused_by_policy())
                self.assertEqual(self.automatic(1).state, "approved")
                undo.rollback()
                self.env.invalidate_all()

    def test_why_many_wait_is_found_at_once(self):
        self.r5.approval = "auto"
        counts = []
        for number in (2, 6):
            partners = [self.new_partner(f"Many {number} {each}") for each in range(number)]
            self.invoices([(partner, 100, days_ago(9)) for partner in partners])
            self.remind()
            self.work_queue(POLICY)
            reminders = self.propose()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(set(reminders._failed_before()), set(reminders.ids))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], counts)

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
