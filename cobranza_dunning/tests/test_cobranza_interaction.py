"""What customers say is written down, waits for somebody, and can't be forged."""

from markupsafe import Markup
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .cases import ReminderCase


@tagged("post_install", "-at_install")
class TestInteraction(ReminderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.new_collector(name="Carla Collector")
        cls.manager = cls.new_user("cobranza_dunning.group_manager", name="Manager")
        cls.portal = cls.new_user("base.group_portal", name="Portal")

    def sent(self):
        """A reminder that was sent to the customer."""
        self.invoice(self.partner, 100)
        return self.remind()

    def test_an_answer_waits_for_the_reminders_contact_person(self):
        reminder = self.sent()
        reminder.debtor_id.user_id = self.manager
        answer = reminder._log_answer("Will pay on Friday", note="<b>Friday</b>", kind="reply")
        self.assertEqual(
            (answer.waiting, answer.direction, answer.channel, answer.kind, answer.automatic),
            (True, "in", "email", "reply", True),
        )
        self.assertEqual(answer.reminder_id, reminder)
        self.assertEqual(answer.user_id, reminder.user_id)
        self.assertNotIn("<b>", answer.note)
        self.assertEqual(answer.activity_id.user_id, reminder.user_id)
        self.assertEqual(answer.activity_id.summary, "Answer: Will pay on Friday")
        self.assertEqual(reminder.debtor_id.activity_ids, answer.activity_id)

    def test_without_a_reminder_the_collector_looks_after_it(self):
        self.invoice(self.partner, 100)
        debtor = self.debtor()
        debtor.user_id = self.collector
        answer = debtor._log_answer(
            "Call me", channel="portal", kind="call_back", note=Markup("<b>today</b>"),
            contact=self.partner, attachments=[("proof.txt", b"paid")],
        )  # fmt: skip
        self.assertEqual(answer.user_id, self.collector)
        self.assertEqual(answer.contact_id, self.partner)
        self.assertIn("<b>today</b>", answer.note)
        self.assertEqual(answer.attachment_ids.raw, b"paid")
        call = self.env.ref("mail.mail_activity_data_call")
        self.assertEqual(answer.activity_id.activity_type_id, call)

    def test_without_anybody_the_companys_contact_or_nobody(self):
        self.invoice(self.partner, 100)
        nobody = self.debtor()._log_answer("Hello")
        self.assertFalse(nobody.user_id or nobody.activity_id.user_id)
        self.assertTrue(nobody.activity_id)
        self.company.cobranza_user_id = self.collector
        self.assertEqual(self.debtor()._log_answer("Hello").user_id, self.collector)

    def test_a_portal_visitor_needs_no_rights(self):
        reminder = self.sent()
        answer = reminder.with_user(self.portal).sudo()._log_answer("Paid", "portal")
        self.assertTrue(answer.waiting)
        with self.assertRaises(AccessError):
            answer.with_user(self.portal).sudo(False).read(["summary"])

    def test_handled_by_whoever_did_it(self):
        answer = self.sent()._log_answer("Will pay")
        activity = answer.activity_id
        answer.with_user(self.collector).action_handled()
        self.assertEqual((answer.waiting, answer.handled_by_id), (False, self.collector))
        self.assertTrue(answer.handled_at)
        self.assertFalse(activity.active)

    def test_nobody_forges_what_waits(self):
        answer = self.sent()._log_answer("Will pay")
        manual = self.env["cobranza.interaction"].with_user(self.collector)
        for vals in (
            {"waiting": False}, {"handled_by_id": self.collector.id}, {"sender": "x"},
            {"automatic": False}, {"handled_at": "2026-01-01 00:00:00"},
        ):  # fmt: skip
            with self.subTest(vals):
                with self.assertRaises(AccessError):
                    answer.with_user(self.collector).write(vals)
                with self.assertRaises(AccessError):
                    manual.create({"debtor_id": answer.debtor_id.id, "summary": "x", **vals})

    def test_it_is_about_its_own_customer(self):
        """Whichever way it is written down; who wrote to us by himself may be anybody."""
        reminder = self.sent()
        theirs = self.invoice(self.other, 50)
        self.debtor(self.other)
        other = self.remind(debtors=self.debtor(self.other))
        calls = self.env["cobranza.interaction"].with_user(self.collector)
        call = calls.create({"debtor_id": reminder.debtor_id.id, "summary": "Called"})
        for vals in (
            {"contact_id": self.other.id}, {"move_id": theirs.id}, {"reminder_id": other.id},
            {"contact_id": self.partner.id, "debtor_id": other.debtor_id.id},
        ):  # fmt: skip
            with (
                self.subTest(vals),
                self.assertRaisesRegex(UserError, "another customer's"),
                self.env.cr.savepoint(),
            ):
                call.write(vals)
        answer = reminder.debtor_id._log_answer("Will pay", contact=self.other)
        self.assertEqual(answer.contact_id, self.other)

    def test_what_the_program_noticed_only_takes_notes(self):
        answer = self.sent()._log_answer("Will pay", note="On Friday").with_user(self.manager)
        for name in ("summary", "note"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "add a note"):
                answer[name] = "Won't pay"
        answer.comment = "Called back"
        self.assertIn("On Friday", answer.note)
        with self.assertRaisesRegex(AccessError, "can't be deleted"):
            answer.unlink()

    def test_what_a_person_wrote_can_be_corrected_and_managers_delete_it(self):
        debtor = self.sent().debtor_id
        call = self.env["cobranza.interaction"].with_user(self.collector)
        call = call.create({"debtor_id": debtor.id, "summary": "Called"})
        self.assertEqual((call.user_id, call.automatic), (self.collector, False))
        call.summary = "Called, no answer"
        with self.assertRaises(AccessError):
            call.unlink()
        call.with_user(self.manager).unlink()
