"""The switch that stops all automatic contact of a company at once, and its release."""

from datetime import datetime, time
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from ..models.cobranza_reminder_handover import Obstacle
from .cases import MailingCase
from .common import days_ago


@tagged("post_install", "-at_install")
class TestCobranzaStop(MailingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.new_collector(name="Carla Collector")
        cls.manager = cls.new_user("cobranza_dunning.group_manager", name="Marta Manager")
        cls.company.cobranza_run_mode = "auto"
        cls.r5.approval = "auto"

    def stop(self, company=None, reason="Wrong bank file"):
        """Stop a company as its manager does, by the dialog."""
        company = company or self.company
        wizard = self.env["cobranza.stop.wizard"].with_user(self.manager)
        wizard = wizard.with_context(allowed_company_ids=company.ids)
        wizard.create({"reason": reason}).action_stop()
        return self.env["cobranza.stop"].search([("company_id", "=", company.id)], limit=1)

    def cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("cobranza_dunning.ir_cron_work").sudo().method_direct_trigger()
        self.env.invalidate_all()

    def process_queue(self):
        """Let the queue work itself off, as its scheduled action does."""
        with self.mock_mail_gateway():
            self.env["mail.mail"].sudo().process_email_queue(self.mails().ids)
        self.env.invalidate_all()

    def automatic(self):
        self.invoice(self.partner, 100, days_ago(9))
        self.run_dunning("auto")
        return self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])

    # --- who

    def test_a_manager_stops_and_releases(self):
        self.assertFalse(self.manager.has_group("base.group_system"))
        stop = self.stop()
        self.assertEqual(stop.user_id, self.manager)
        self.assertEqual(self.company._cobranza_stop(), stop)
        log = self.company.message_ids.sorted("id").mapped(lambda one: html2plaintext(one.body))
        self.assertIn("Automatic contact with customers stopped: Wrong bank file", log[-1])
        stop.with_user(self.manager).action_release()
        self.assertEqual(stop.released_by_id, self.manager)
        self.assertTrue(stop.released_at)
        self.assertFalse(self.company._cobranza_stop())
        last = self.company.message_ids.sorted("id")[-1]
        self.assertIn("released", html2plaintext(last.body))
        self.assertEqual(last.author_id, self.manager.partner_id)

    def test_others_do_not(self):
        stop = self.stop()
        for act in (
            lambda env: env["cobranza.stop.wizard"].create({"reason": "x"}),
            lambda env: env["cobranza.stop"].create({"company_id": self.company.id}),
            lambda env: stop.with_env(env).action_release(),
            lambda env: stop.with_env(env).unlink(),
            lambda env: env["cobranza.stop"]._stop(self.company, "x"),
        ):
            with self.assertRaises(AccessError):
                act(self.env(user=self.collector))
        state = self.env["cobranza.stop"].with_user(self.collector).action_state()
        self.assertEqual(len(state["stops"]), 1)
        self.assertFalse(state["may"])

    def test_it_is_not_forged(self):
        stop = self.stop().with_user(self.manager)
        for act in (
            lambda: stop.write({"released_at": "2026-03-10"}),
            lambda: stop.write({"reason": "Nothing"}),
            lambda: stop.create({"company_id": self.company.id, "user_id": 1, "reason": "x"}),
            lambda: stop.unlink(),
            lambda: stop.sudo().unlink(),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_why_must_be_said(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self.stop(reason="  ")

    def test_twice_is_once(self):
        stop = self.stop()
        self.assertEqual(self.stop(reason="Again"), stop)
        with self.assertRefused("stopped already"):
            self.env["cobranza.stop"]._gated().create(
                {"company_id": self.company.id, "user_id": self.manager.id, "reason": "x"}
            )

    def test_what_the_bar_says(self):
        state = self.env["cobranza.stop"].with_user(self.manager).action_state
        self.assertEqual(state(), {"stops": [], "running": True, "may": True})
        self.stop()
        said = state()
        (bar,) = said["stops"]
        for words in (self.company.name, "Marta Manager", "3/10/26", "Wrong bank file"):
            self.assertIn(words, bar["text"])
        self.assertFalse(said["running"])

    # --- what stops

    def test_automatic_runs_approve_nothing(self):
        self.stop()
        reminder = self.automatic()
        self.assertEqual(reminder.state, "proposed")
        self.assertIn("Automatic contact was stopped", reminder.run_id.warning)
        self.cron()
        self.assertEqual(reminder.state, "proposed")
        self.env["cobranza.stop"].search([]).with_user(self.manager).action_release()
        self.run_dunning("auto")
        self.assertEqual(reminder.state, "approved")

    def test_what_is_approved_is_not_handed_over(self):
        reminder = self.automatic()
        self.assertEqual(reminder.state, "approved")
        stop = self.stop()
        self.cron()
        self.assertEqual((reminder.state, reminder.problem), ("approved", False))
        self.assertFalse(self.mails())
        stop.with_user(self.manager).action_release()
        self.cron()
        self.assertEqual(reminder.state, "sent")

    def test_a_person_is_told_so(self):
        reminder = self.automatic()
        self.stop()
        for user in (self.collector, self.manager):
            with self.assertRaisesRegex(
                UserError, "Nothing may be sent now.*Marta Manager.*Wrong bank file.*release it"
            ):
                reminder.with_user(user).action_send()
        self.assertEqual(reminder.state, "approved")
        reminder.action_check()

    def test_what_is_queued_stays_in_the_queue(self):
        reminder = self.sent(due=days_ago(9))
        other = self.env["mail.mail"].sudo().create(
            {"email_to": "x@example.com", "body_html": "<p>Not ours</p>", "subject": "Other"}
        )
        stop = self.stop()
        self.process_queue()
        self.work_queue()
        self.assertEqual(self.mails().state, "outgoing")
        self.assertEqual(reminder.delivery, "queued")
        with self.mock_mail_gateway():
            other.process_email_queue(other.ids)
        self.assertEqual(other.state, "sent")
        stop.with_user(self.manager).action_release()
        self.process_queue()
        self.assertEqual((self.mails().state, reminder.delivery), ("sent", "delivered"))

    def test_what_leaves_after_a_stop_counts_from_then(self):
        reminder = self.sent(due=days_ago(9))
        stop = self.stop()
        with self.at(days_ago(-3)):
            stop.with_user(self.manager).action_release()
            self.assertEqual(reminder.sent_date, days_ago(-3))
            self.assertEqual(reminder.sent_at, fields.Datetime.now())

    def test_what_has_to_wait_after_a_stop_counts_from_the_day_it_leaves(self):
        reminder = self.sent(due=days_ago(9))
        stop, until = self.stop(), datetime.combine(days_ago(-4), time(8))
        night = patch.object(
            type(reminder),
            "_moment_again_obstacles",
            lambda self: dict.fromkeys(self.ids, Obstacle("It is late.", until)),
        )
        with self.at(days_ago(-3)), night:
            stop.with_user(self.manager).action_release()
        self.assertEqual(self.mails().scheduled_date, until)
        self.assertEqual((reminder.sent_date, reminder.sent_at), (days_ago(-4), until))

    def test_what_is_not_right_any_more_does_not_leave(self):
        """Paid while everything was stopped: it is taken out of the queue, with the reason."""
        reminder, mine = self.sent(due=days_ago(9)), self.mails()
        stop = self.stop()
        self.pay(reminder.line_ids.move_id)
        self.env.cr.flush()
        stop.with_user(self.manager).action_release()
        self.process_queue()
        self.assertEqual(mine.state, "cancel")
        self.assertIn("Nothing of it is owed any more", mine.failure_reason)

    def test_the_queue_is_not_blocked_by_what_waits(self):
        """What is stopped takes no place among those that the queue works off at a time."""
        self.sent(due=days_ago(9))
        other = self.env["mail.mail"].sudo().create(
            {"email_to": "x@example.com", "body_html": "<p>Not ours</p>", "subject": "Other"}
        )
        self.env["mail.mail"].sudo().search(
            [("id", "not in", (self.mails() | other).ids)]
        ).state = "cancel"
        self.stop()
        with self.mock_mail_gateway():
            self.env["mail.mail"].sudo().process_email_queue(batch_size=1)
        self.assertEqual((other.state, self.mails().state), ("sent", "outgoing"))

    def test_text_messages_wait_too(self):
        reminder = self.sent(due=days_ago(9))
        sms = self.env["sms.sms"].sudo().create(
            {"number": "+34600000000", "body": "x", "mail_message_id": reminder.mail_message_id.id}
        )
        other = sms.copy({"mail_message_id": False})
        self.assertFalse((sms | other)._cobranza_stopped())
        self.stop()
        self.assertEqual((sms | other)._cobranza_stopped(), sms)
        sms._send()
        self.assertEqual(sms.state, "outgoing")

    def test_other_companies_go_on(self):
        other = self.new_company()
        self.manager.sudo().company_ids |= other
        self.stop(other)
        self.assertFalse(self.company._cobranza_stop())
        reminder = self.automatic()
        self.cron()
        self.assertEqual(reminder.state, "sent")
        self.process_queue()
        self.assertEqual(self.mails().state, "sent")
