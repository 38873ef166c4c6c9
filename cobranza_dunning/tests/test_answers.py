"""Answers by mail, as stories: they reach the reminder, and the next one waits for a person."""

from datetime import timedelta
from email.message import EmailMessage

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .cases import ReminderCase
from .common import TODAY

LATER = TODAY + timedelta(days=20)


class AnswerCase(ReminderCase):
    """A company whose mail comes back to Odoo, and ways to write to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "us.test"})
        cls.company.alias_domain_id = domain
        cls.collector = cls.new_collector(name="Carla Collector")
        cls.carmen = cls.new_partner("Carmen Clerk", parent_id=cls.partner.id, type="contact")

    def sent(self, on=None, **vals):
        """A reminder that was sent to the customer."""
        self.invoice(self.partner, 100, **vals)
        return self.remind(on)

    def mail(self, reminder=None, sender=None, to="catchall@us.test", text="We pay on Friday.",
             subject="Re: your invoices", **headers):
        """A mail as it arrives; with `reminder`, it names the reminder's mail as its reference."""
        message = EmailMessage()
        message["From"] = sender or self.partner.email
        message["To"] = to
        message["Subject"] = subject
        number = self.env["mail.message"].sudo().search_count([])
        message["Message-Id"] = headers.pop("Message_Id", f"<{number}@them.test>")
        if reminder:
            message["In-Reply-To"] = reminder.mail_message_id.message_id
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].sudo().message_process(False, message.as_string())
        self.env.invalidate_all()

    def answers(self, debtor=None):
        """What customers said, newest first."""
        domain = [("direction", "=", "in"), ("company_id", "=", self.company.id)]
        return self.env["cobranza.interaction"].search(domain)


@tagged("post_install", "-at_install")
class TestAnswersByMail(AnswerCase):
    def test_an_answer_lands_on_its_reminder_and_waits(self):
        reminder = self.sent()
        self.mail(reminder, sender="Carmen <carmen.clerk@example.com>")
        answer = self.answers()
        self.assertEqual((answer.reminder_id, answer.waiting), (reminder, True))
        self.assertEqual((answer.channel, answer.kind), ("email", "reply"))
        self.assertEqual((answer.contact_id, answer.summary), (self.carmen, "Re: your invoices"))
        self.assertIn("We pay on Friday.", answer.message_body)
        self.assertIn("We pay on Friday.", self.log(reminder))
        self.assertEqual(answer.activity_id.user_id, reminder.user_id)
        self.assertTrue(reminder.debtor_id.answer_waiting)
        self.assertEqual(
            reminder.debtor_id.answer_text,
            "Carmen Clerk wrote on 03/10/2026: reminders stop until somebody has handled it.",
        )
        self.assertEqual(reminder.debtor_id.next_step, reminder.debtor_id.answer_text)

    def test_an_answer_whose_references_are_all_of_another_thread(self):
        """Some programs keep their own; what it answers says its In-Reply-To alone."""
        reminder = self.sent()
        self.mail(reminder, sender="who@ever.test", References="<1@them.test> <2@them.test>")
        self.assertEqual(self.answers().reminder_id, reminder)

    def test_reminders_stop_until_somebody_has_handled_it(self):
        reminder = self.sent()
        invoice = reminder.line_ids.move_id
        self.mail(reminder)
        with self.at(LATER):
            self.assertDecision(invoice, "skip", "answer_waiting", level=self.r20)
            self.assertFalse(self.propose())
            self.answers().with_user(self.collector).action_handled()
            self.assertDecision(invoice, "remind", "level_reached", level=self.r20)
            self.assertEqual(self.propose().line_ids.move_id, invoice)

    def test_other_customers_are_reminded_meanwhile(self):
        reminder = self.sent()
        theirs = self.invoice(self.other, 50)
        self.mail(reminder)
        self.assertEqual(self.propose().line_ids.move_id, theirs)

    def test_an_approved_reminder_is_held_back_and_leaves_afterwards(self):
        first = self.sent()
        with self.at(LATER):
            approved = self.approved()
            self.mail(first)
            approved.action_send()
            self.assertEqual(approved.state, "approved")
            self.assertEqual(approved.problem, approved.debtor_id.answer_text)
            self.assertEqual(approved.line_ids.amount, 100)
            self.answers().action_handled()
            self.assertFalse(approved.problem)
            approved.action_send()
            self.assertEqual(approved.state, "sent")

    def test_whoever_ticks_off_the_work_has_handled_it(self):
        reminder = self.sent()
        self.mail(reminder)
        answer = self.answers()
        activity = answer.activity_id
        auditor = self.new_user("cobranza_dunning.group_auditor", name="Auditor")
        auditors_own = activity.sudo().copy({"user_id": auditor.id})
        auditors_own.with_user(auditor).action_feedback()
        self.assertTrue(answer.waiting)
        before = len(answer.debtor_id.message_ids)
        activity.action_feedback("He pays on Friday")
        self.assertEqual((answer.status, activity.active), ("handled", False))
        self.assertEqual(answer.handled_by_id, self.env.user)
        self.assertEqual(len(answer.debtor_id.message_ids), before + 1)
        self.assertFalse(reminder.debtor_id.answer_waiting)

    def test_work_that_is_cancelled_handles_nothing(self):
        reminder = self.sent()
        self.mail(reminder)
        self.answers().activity_id.unlink()
        self.assertTrue(self.answers().waiting)

    def test_a_proposal_is_taken_back_by_the_next_run(self):
        first = self.sent()
        with self.at(LATER):
            proposal = self.propose()
            self.mail(first)
            self.run_dunning("propose")
            self.assertEqual(proposal.state, "cancelled")

    def test_two_answers_wait_for_both(self):
        reminder = self.sent()
        self.mail(reminder)
        self.mail(reminder, subject="And another thing")
        first, second = self.answers().sorted("id")
        self.assertIn("1 more messages wait", reminder.answer_text)
        first.action_handled()
        self.assertTrue(reminder.debtor_id.answer_waiting)
        second.action_handled()
        self.assertFalse(reminder.debtor_id.answer_waiting or reminder.debtor_id.answer_text)

    def test_an_answer_to_what_we_wrote_on_the_customers_account_waits_too(self):
        debtor = self.sent().debtor_id
        message = debtor.message_post(body="May we call you?", partner_ids=self.partner.ids)
        self.mail(In_Reply_To=message.message_id)
        self.assertEqual((self.answers().debtor_id, self.answers().waiting), (debtor, True))
        self.assertFalse(self.answers().reminder_id)

    # --- who wrote

    def test_a_stranger_is_named_and_waits(self):
        reminder = self.sent()
        self.mail(reminder, sender="Xavier <x@elsewhere.test>", subject="About it")
        answer = self.answers()
        self.assertEqual((answer.waiting, answer.reminder_id), (True, reminder))
        self.assertFalse(answer.contact_id)
        self.assertIn("x@elsewhere.test", answer.sender)
        self.assertIn("x@elsewhere.test", answer.summary)
        self.assertIn("x@elsewhere.test", reminder.answer_text)

    def test_another_customers_contact_is_a_stranger_here(self):
        reminder = self.sent()
        self.mail(reminder, sender=self.other.email)
        answer = self.answers()
        self.assertEqual((answer.debtor_id.partner_id, answer.waiting), (self.partner, True))
        self.assertFalse(answer.contact_id)
        self.assertIn(self.other.email, answer.summary)

    def test_a_colleague_who_writes_by_mail_is_no_customer(self):
        reminder = self.sent()
        self.collector.email = "carla@us.test"
        self.mail(reminder, sender="carla@us.test")
        self.assertFalse(self.answers())
        self.assertIn("We pay on Friday.", self.log(reminder))

    # --- programs

    def test_an_automatic_answer_is_noted_and_nothing_waits(self):
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"Precedence": "bulk"},
            {"X_Autoreply": "yes"},
            {"subject": "Respuesta automática: sus facturas"},
        ):
            with self.subTest(headers):
                reminder = self.sent()
                before = self.answers()
                self.mail(reminder, text="I am away.", **headers)
                answer = self.answers() - before
                self.assertEqual((answer.kind, answer.waiting), ("auto_reply", False))
                self.assertEqual(answer.status, "noted")
                self.assertFalse(answer.activity_id or reminder.debtor_id.answer_waiting)
                self.assertIn("I am away.", self.log(reminder))

    # --- without a reference

    def test_the_reminders_own_address_finds_it(self):
        self.company.cobranza_reply_token = True
        first, second = self.sent(), self.sent()
        own = first.sudo().mail_ids.reply_to
        self.assertRegex(own, rf"catchall\+cr{first.id}-[0-9a-f]{{16}}@us\.test")
        self.mail(to=own)
        self.assertEqual(self.answers().reminder_id, first)
        self.assertNotEqual(own, second.sudo().mail_ids.reply_to)

    def test_a_made_up_address_finds_nothing(self):
        reminder = self.sent()
        self.assertFalse(self.env["cobranza.reminder"]._find_answered(
            {"recipients": f"catchall+cr{reminder.id}-{'0' * 16}@us.test", "to": "",
             "email_from": "x@elsewhere.test"}
        ))
        self.assertFalse(self.env["cobranza.reminder"]._find_answered(
            {"recipients": f"catchall+cr999999999-{'0' * 16}@us.test", "to": "",
             "email_from": "x@elsewhere.test"}
        ))

    def test_without_the_setting_the_address_is_odoos_own(self):
        self.assertIn("catchall@us.test", self.sent().sudo().mail_ids.reply_to)

    def test_a_recipient_who_starts_a_new_mail_answers_his_last_reminder(self):
        self.sent()
        with self.at(LATER):
            last = self.remind()
            self.mail(subject="Invoices")
            self.assertEqual(self.answers().reminder_id, last)

    def test_a_new_mail_long_after_the_last_reminder_is_none(self):
        self.sent()
        with self.at(TODAY + timedelta(days=91)):
            self.mail(subject="Invoices")
            self.assertFalse(self.answers())

    def test_a_new_mail_of_a_stranger_is_refused_as_ever(self):
        self.sent()
        self.mail(subject="Buy now", sender="x@elsewhere.test")
        self.assertFalse(self.answers())

    def test_a_mail_that_comes_twice_counts_once(self):
        reminder = self.sent()
        for _time in range(2):
            self.mail(reminder, Message_Id="<same@them.test>")
        self.assertEqual(len(self.answers()), 1)


@tagged("post_install", "-at_install")
class TestInteractionScreens(AnswerCase):
    def test_a_call_is_logged_with_its_next_step(self):
        debtor = self.sent().debtor_id
        action = debtor.with_user(self.collector).action_log_contact()
        interactions = self.env[action["res_model"]].with_user(self.collector)
        with Form(
            interactions.with_context(**action["context"]), view=action["views"][0][0]
        ) as form:
            form.channel = "phone"
            form.summary = "She pays on Friday"
            form.next_step = "Look whether it arrived"
            form.next_step_date = LATER
        activity = debtor.activity_ids
        self.assertEqual((activity.summary, activity.date_deadline),
                         ("Look whether it arrived", LATER))
        self.assertEqual(activity.user_id, self.collector)
        self.assertEqual((debtor.interaction_count, debtor.answer_waiting), (1, False))

    def test_an_answer_takes_a_next_step(self):
        answer = self.sent()._log_answer("Will pay").with_user(self.collector)
        with Form(answer) as form:
            form.next_step = "Call her"
            form.next_step_date = LATER
        answer.action_handled()
        step = answer.debtor_id.activity_ids
        self.assertEqual((step.summary, step.date_deadline), ("Call her", LATER))

    def test_a_next_step_is_one_activity(self):
        debtor = self.sent().debtor_id
        call = self.env["cobranza.interaction"].create(
            {"debtor_id": debtor.id, "summary": "Called", "next_step_date": LATER}
        )
        activity = debtor.activity_ids
        earlier = LATER - timedelta(days=1)
        call.with_user(self.collector).write(
            {"next_step": "Call her", "next_step_date": earlier, "user_id": self.collector.id}
        )
        self.assertEqual(debtor.activity_ids, activity)
        self.assertEqual(
            (activity.summary, activity.date_deadline, activity.user_id),
            ("Call her", earlier, self.collector),
        )
        call.next_step_date = False
        self.assertFalse(activity.exists() or debtor.activity_ids)
        call.next_step_date = LATER
        done = debtor.activity_ids
        done.action_feedback()
        call.next_step = "Call her again"
        self.assertEqual((done.summary, debtor.activity_ids.ids), ("Call her", []))
        call.next_step_date = earlier
        self.assertEqual(debtor.activity_ids.summary, "Call her again")

    def test_where_the_buttons_lead(self):
        reminder = self.sent()
        debtor = reminder.debtor_id
        answer = reminder._log_answer("Will pay", move_id=reminder.line_ids.move_id.id)
        self.assertEqual(debtor.action_view_waiting()["res_id"], answer.id)
        self.assertEqual(reminder.action_view_waiting()["res_id"], answer.id)
        self.assertEqual(answer.action_view_debtor()["res_id"], debtor.id)
        self.assertEqual(answer.action_view_reminder()["res_id"], reminder.id)
        self.assertEqual(answer.action_view_move()["res_id"], reminder.line_ids.move_id.id)
        debtor._log_answer("Another one")
        for action in (debtor.action_view_waiting(), debtor.action_view_interactions()):
            self.assertEqual(
                self.env[action["res_model"]].search_count(action["domain"]), 2
            )

    def test_lists_find_who_waits(self):
        reminder = self.sent()
        self.invoice(self.other, 10)
        reminder._log_answer("Will pay")
        found = self.env["cobranza.debtor"].search(
            [("company_id", "=", self.company.id), ("answer_waiting", "=", True)]
        )
        self.assertEqual(found, reminder.debtor_id)

    def test_auditors_handle_nothing(self):
        answer = self.sent()._log_answer("Will pay")
        auditor = self.new_user("cobranza_dunning.group_auditor")
        with self.assertRaises(AccessError):
            answer.with_user(auditor).action_handled()
        with self.assertRaises(AccessError):
            self.env["cobranza.resend.wizard"].with_user(auditor).create(
                {"interaction_id": answer.id}
            )
        with self.assertRaises(AccessError):
            answer.debtor_id.with_user(auditor).write(
                {"interaction_ids": [Command.create({"summary": "x"})]}
            )
