"""What was refused for now is tried again; what isn't confirmed waits for a person."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from unittest.mock import patch

from odoo import sql_db
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.cobranza_reminder_handover import Obstacle
from .common import days_ago
from .test_cobranza_attempt import BUSY, NOBODY, NOW, AttemptCase


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
        self.assertEqual(reminder.delivery, "queued")
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

    def test_what_was_refused_several_times_is_read_as_a_whole(self):
        reminder = self.sent()
        self.work_queue(BUSY)
        self.retry(NOW + timedelta(minutes=15))
        self.work_queue(BUSY)
        self.assertEqual(self.results(reminder), ["refused_temporary"] * 2)
        [values] = reminder.read()
        self.assertEqual(values["delivery"], "queued")

    def test_why_many_wait_is_read_at_once(self):
        reminders = self.sent()
        for number in range(6):
            reminders |= self.sent(self.new_partner(f"Customer {number}"))
        self.work_queue(BUSY)

        def queries(some):
            self.env.invalidate_all()
            before = sql_db.sql_counter
            self.assertEqual(set(some.mapped("delivery")), {"queued"})
            self.assertTrue(all("Mailbox busy" in one.delivery_error for one in some))
            return sql_db.sql_counter - before

        queries(reminders[0])  # caches of a first reading
        self.assertEqual(queries(reminders[1:]), queries(reminders[0]))

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
        self.assertFalse(any(self.attempts(reminder).mapped("next_try")))
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

    def test_what_is_sent_again_counts_from_the_day_it_leaves(self):
        self.r20.gap_days = 10
        reminder = self.sent(due=days_ago(30))
        move = reminder.line_ids.move_id
        self.work_queue(NOBODY)
        with self.at(days_ago(-9)):
            self.partner.email = "ana@right.example.com"
            reminder.action_send_again()
            self.work_queue()
            self.assertEqual(reminder.sent_date, days_ago(-9))
            self.assertEqual(reminder.sent_at, NOW + timedelta(days=9))
            self.assertEqual(self.debtor().last_contact_date, days_ago(-9))
        with self.at(days_ago(-10)):
            self.assertDecision(move, "wait", "gap", date=days_ago(-10))

    def test_of_two_about_one_line_only_the_newest_leaves_again(self):
        invoice = self.invoice(self.partner, 100)
        older = self.remind()
        self.mails().cancel()
        newer = self.remind()
        newer.mail_ids.cancel()
        self.env.invalidate_all()
        both = older | newer
        self.assertEqual(both.line_ids.move_id, invoice)
        self.assertEqual(both.mapped("delivery"), ["failed", "failed"])
        self.partner.email = "ana@right.example.com"
        answer = both.action_send_again()
        self.assertIn("A newer one of those", answer["params"]["message"])
        self.assertEqual((older.delivery, newer.delivery), ("failed", "queued"))
        self.work_queue()
        self.assertEqual(len(self.emails), 1)
        with self.assertRaisesRegex(UserError, "A newer reminder tells the same"):
            older.action_send_again()

    def test_two_about_different_lines_both_leave_again(self):
        both = self.sent() | self.sent(self.other)
        self.mails().cancel()
        self.env.invalidate_all()
        self.assertIs(both.action_send_again(), True)
        self.assertEqual(both.mapped("delivery"), ["queued", "queued"])

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

    def test_what_told_the_same_before_keeps_none_of_a_selection(self):
        """It is newer than another one of the selection, which has nothing to do with it."""
        unrelated = self.sent(self.other)
        self.work_queue(NOBODY)
        self.invoice(self.partner, 100)
        before = self.remind(debtors=self.debtor())
        self.work_queue()
        with self.at(days_ago(-1)):
            failed = self.remind(debtors=self.debtor())
            self.work_queue(NOBODY)
            self.other.email, self.partner.email = "b@right.example.com", "a@right.example.com"
            (unrelated | failed).action_send_again()
        self.assertEqual(before.delivery, "delivered")
        self.assertEqual((unrelated | failed).mapped("delivery"), ["queued"] * 2)

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
