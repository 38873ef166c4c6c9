"""A call: the rule is asked before it is made, and one call is one interaction."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TODAY, days_ago
from .test_cobranza_outcome import OutcomeCase

PHONE = "+34 612 34 56 78"


class CallCase(OutcomeCase):
    """A customer with a telephone, and short ways to call him."""

    def setUpBooks(self):
        super().setUpBooks()
        self.partner.phone = PHONE

    def open(self, record=None):
        """Open a call as the collector does, from the account if nothing else is given."""
        record = (record or self.debtor()).with_user(self.collector)
        move = record._name == "account.move"
        action = record.action_cobranza_call() if move else record.action_open_call()
        self.assertEqual((action["res_model"], action["target"]), ("cobranza.call.wizard", "new"))
        return self.env[action["res_model"]].with_user(self.collector).browse(action["res_id"])

    def calls(self):
        """The calls that were written down, oldest first."""
        return self.debtor().interaction_ids.sorted("id")

    def waiting_reminder(self):
        """An approved reminder that waits to be told by phone."""
        self.r5.channel = "phone"
        reminder = self.propose()
        reminder.action_approve()
        return reminder


@tagged("post_install", "-at_install")
class TestCallWizard(CallCase):
    def forbid(self, **vals):
        """A contact rule of the policy's own."""
        self.policy.contact_rule_id = self.env["cobranza.contact.rule"].create(
            {"name": "Own rule", "forbid_phone": True, "skip_holidays": False, **vals}
        )

    # --- three clicks

    def test_no_answer_in_three_clicks(self):
        wizard = self.open()
        self.assertEqual((wizard.answer, wizard.phone), ("allow", "+34612345678"))
        self.assertTrue(wizard.script_html)
        action = wizard.action_dial()
        self.assertEqual(action["params"], {"url": "tel:+34612345678", "stay": True})
        self.assertEqual(
            wizard.action_no_answer(), {"type": "ir.actions.act_window_close"}
        )
        [call] = self.calls()
        self.assertEqual(
            (call.outcome_id.code, call.right_party, call.user_id, call.channel),
            ("no_answer", False, self.collector, "phone"),
        )
        self.assertEqual(call.contact_check_id.outcome, "allow")
        self.assertEqual(self.work().date_deadline, TODAY + timedelta(days=1))

    def test_who_has_left_is_not_called(self):
        clerk = self.new_partner("Clara Clerk", parent_id=self.partner.id, phone=PHONE)
        self.env["cobranza.contact.role"].create(
            {"debtor_id": self.debtor().id, "partner_id": clerk.id, "role": "payments_clerk"}
        )
        self.assertEqual(self.open().contact_id, clerk)
        clerk.active = False
        self.assertEqual(self.open().contact_id, self.partner)

    def test_the_one_who_was_chosen_is_dialled(self):
        """Also where a reminder waits to be told: its own recipient is only the proposal."""
        reminder = self.waiting_reminder()
        clerk = self.new_partner("Clara Clerk", parent_id=self.partner.id, phone="+34611111111")
        wizard = self.open(reminder)
        self.assertEqual(wizard.contact_id, self.partner)
        wizard.contact_id = clerk
        action = wizard.action_dial()
        self.assertEqual(action["params"], {"url": f"tel:{wizard.phone}", "stay": True})
        self.assertEqual(wizard.phone, "+34611111111")
        [call] = self.calls()
        self.assertEqual(call.contact_id, clerk)
        wizard.outcome_id = self.env.ref("cobranza_dunning.outcome_right_party")
        wizard.action_save()
        self.assertEqual((self.calls(), call.right_party), (call, True))

    def test_what_was_prepared_stays_beside_what_was_said(self):
        wizard = self.open()
        wizard.action_dial()
        [call] = self.calls()
        prepared = call.note
        self.assertIn("Hello, this is Carla Collector", prepared)
        wizard.write({"note": "On <Friday>", "outcome_id": self.outcome("disputes").id})
        action = wizard.action_save()
        self.assertEqual((self.calls(), call.note), (call, prepared))
        self.assertIn("On &lt;Friday&gt;", call.comment)
        self.assertEqual(action["context"]["default_description"], "On <Friday>")

    def test_each_quick_answer(self):
        for code in ("no_answer", "message_left", "wrong_number", "third_party"):
            getattr(self.open(), f"action_{code}")()
            self.assertEqual(self.calls()[-1].outcome_id.code, code)

    def test_a_conversation(self):
        with Form(self.open()) as form:
            self.assertFalse(form.leads_to)
            form.outcome_id = self.outcome("more_time")
            form.reason_id = self.env.ref("cobranza_dunning.nonpayment_reason_forgot")
            form.intention = "pays_part"
            form.note = "On <Friday>"
            form.next_step = "Call her"
            form.next_step_date = TODAY
        form.record.action_save()
        [call] = self.calls()
        self.assertEqual(
            (call.outcome_id.code, call.reason_id.code, call.intention, call.next_step),
            ("more_time", "forgot", "pays_part", "Call her"),
        )
        self.assertTrue(call.right_party)
        self.assertIn("&lt;Friday&gt;", call.note)
        self.assertEqual(self.work("mail.mail_activity_data_todo").date_deadline, TODAY)

    def test_a_promise_is_written_down_with_the_call(self):
        with Form(self.open()) as form:
            form.outcome_id = self.outcome("promise")
            self.assertEqual(form.promise_amount, 100)
            form.promise_amount = 60
            form.promise_date = TODAY + timedelta(days=4)
        form.record.action_save()
        promise = self.debtor().promise_ids
        self.assertEqual(
            (promise.amount, promise.date, promise.origin, promise.interaction_id),
            (60, TODAY + timedelta(days=4), "call", self.calls()),
        )
        self.assertEqual(promise.contact_id, self.partner)

    def test_a_promise_needs_its_day(self):
        wizard = self.open()
        wizard.outcome_id = self.outcome("promise")
        with self.assertRaisesRegex(UserError, "Say by which day"):
            wizard.action_save()

    def test_a_promise_in_one_of_several_currencies(self):
        euro = self.new_currency("EUR", 2)
        self.invoice(self.partner, 50, days_ago(3), currency=euro)
        self.debtor()
        with Form(self.open()) as form:
            self.assertTrue(form.several_currencies)
            form.outcome_id = self.outcome("promise")
            form.currency_id = euro
            self.assertEqual(form.promise_amount, 50)
            form.promise_date = TODAY
        form.record.action_save()
        self.assertEqual(self.debtor().promise_ids.currency_id, euro)

    def test_an_invoice_that_has_not_arrived_is_sent_from_the_call(self):
        """The reason is known, and the dialog that sends it opens: as if it had been logged."""
        with Form(self.open()) as form:
            form.outcome_id = self.outcome("not_received")
        action = form.record.action_save()
        [call] = self.calls()
        self.assertEqual(
            (call.kind, call.reason_id.code, call.right_party, call.waiting),
            ("not_received", "invoice_lost", True, False),
        )
        self.assertEqual(action, call.with_user(self.collector).action_resend())
        wizards = self.env[action["res_model"]].with_user(self.collector)
        wizard = wizards.with_context(**action["context"]).create({})
        self.assertEqual(wizard.move_ids, self.move)
        self.partner.email = "ana@example.com"
        wizard.action_resend()
        self.assertEqual(self.move.cobranza_resent_date, TODAY)

    def test_a_call_that_was_dialled_is_told_so_too(self):
        wizard = self.open()
        wizard.action_dial()
        wizard.outcome_id = self.outcome("not_received")
        wizard.action_save()
        [call] = self.calls()
        self.assertEqual(
            (call.automatic, call.kind, call.reason_id.code),
            (True, "not_received", "invoice_lost"),
        )

    def test_without_an_outcome_nothing_is_saved(self):
        wizard = self.open()
        with self.assertRaisesRegex(UserError, "choose its outcome"):
            wizard.action_save()
        self.assertFalse(self.calls())

    def test_from_an_invoice(self):
        self.open(self.move).action_message_left()
        self.assertEqual(self.calls().move_id, self.move)
        self.assertEqual(self.move.cobranza_interaction_ids, self.calls())
        self.assertEqual(self.partner.cobranza_interaction_ids, self.calls())
        draft = self.invoice(self.new_partner("Nobody"), 5, post=False)
        with self.assertRaisesRegex(UserError, "post it first"):
            draft.action_cobranza_call()

    def test_from_the_customer(self):
        self.assertEqual(
            self.partner.with_user(self.collector).action_cobranza_call()["res_model"],
            "cobranza.call.wizard",
        )

    def test_the_payments_clerk_is_called_first(self):
        clerk = self.new_partner("Clerk", parent_id=self.partner.id, phone="+34 612 34 56 79")
        self.env["cobranza.contact.role"].create(
            {"debtor_id": self.debtor().id, "partner_id": clerk.id, "role": "payments_clerk"}
        )
        wizard = self.open()
        self.assertEqual((wizard.contact_id, wizard.phone), (clerk, "+34612345679"))
        self.assertEqual(wizard.action_dial()["params"]["url"], "tel:+34612345679")
        self.assertEqual(self.calls().contact_id, clerk)

    def test_without_a_number_there_is_nothing_to_dial(self):
        self.partner.phone = False
        wizard = self.open()
        self.assertFalse(wizard.phone)
        with self.assertRaisesRegex(UserError, "no valid phone number"):
            wizard.action_dial()

    # --- the contact rule

    def test_the_rule_is_asked_before_the_call(self):
        self.forbid()
        wizard = self.open()
        self.assertEqual((wizard.answer, wizard.may_talk), ("refuse", False))
        self.assertIn("“Own rule” forbids this", wizard.sentence)
        for act in ("action_no_answer", "action_wrong_number"):
            with self.assertRaisesRegex(UserError, "forbids this"):
                getattr(wizard, act)()
        self.assertEqual(wizard.action_dial()["tag"], "display_notification")
        with self.assertRaisesRegex(UserError, "no moment to plan a call"):
            wizard.action_plan()
        self.assertFalse(self.calls())

    def test_the_answer_is_in_the_register_once(self):
        wizard = self.open()
        self.assertEqual(self.debtor().contact_check_ids, wizard.contact_check_id)
        self.assertEqual(wizard.contact_check_id.user_id, self.collector)
        wizard.action_no_answer()
        self.assertEqual(len(self.debtor().contact_check_ids), 1)

    def test_not_before_a_moment_the_call_is_planned_for_it(self):
        window = {"day_from": "0", "day_to": "6", "hour_from": 0, "hour_to": 1}
        self.forbid(forbid_phone=False, window_ids=[fields.Command.create(window)])
        wizard = self.open()
        self.assertEqual(wizard.answer, "reschedule")
        wizard.action_plan()
        [planned] = self.work()
        self.assertEqual(
            (planned.date_deadline, planned.user_id),
            (TODAY + timedelta(days=1), self.collector),
        )
        self.assertFalse(self.calls())

    def test_the_customer_may_always_call_us(self):
        self.forbid()
        wizard = self.open()
        wizard.direction = "in"
        wizard.outcome_id = self.outcome("paid")
        wizard.action_save()
        [call] = self.calls()
        self.assertEqual((call.direction, call.right_party), ("in", True))
        self.assertFalse(call.contact_check_id)

    def test_where_the_reason_may_not_be_asked(self):
        self.debtor().contact_rule_id = self.env["cobranza.contact.rule"].create(
            {"name": "Silent", "may_ask_reason": False, "skip_holidays": False}
        )
        wizard = self.open()
        self.assertFalse(wizard.may_ask_reason)
        wizard.outcome_id = self.outcome("right_party")
        wizard.reason_id = self.env.ref("cobranza_dunning.nonpayment_reason_forgot")
        with self.assertRaisesRegex(ValidationError, "forbids asking"):
            wizard.action_save()

    # --- a reminder that waits to be told

    def test_a_conversation_tells_the_reminder(self):
        reminder = self.waiting_reminder()
        wizard = self.open()
        self.assertEqual(wizard.reminder_id, reminder)
        wizard.action_dial()
        wizard.outcome_id = self.outcome("more_time")
        wizard.action_save()
        self.assertEqual(reminder.state, "sent")
        [call] = self.calls()
        self.assertEqual((call.reminder_id, call.outcome_id.code), (reminder, "more_time"))
        self.assertEqual(reminder.interaction_ids, call)

    def test_a_call_from_another_telephone_tells_it_as_well(self):
        reminder = self.waiting_reminder()
        wizard = self.open(reminder)
        wizard.outcome_id = self.outcome("more_time")
        wizard.action_save()
        self.assertEqual(reminder.state, "sent")
        self.assertTrue(reminder.contacted_at)
        self.assertEqual(len(self.calls()), 1)

    def test_nobody_answers_and_it_waits_for_another_try(self):
        reminder = self.waiting_reminder()
        wizard = self.open(reminder)
        wizard.action_dial()
        wizard.action_no_answer()
        self.assertEqual((reminder.state, reminder.contacted_at), ("approved", False))
        # it is in the list “By hand” as it is: no second piece of work
        self.assertFalse(self.work())

    def test_what_was_paid_meanwhile_is_not_told_and_the_call_is_kept(self):
        reminder = self.waiting_reminder()
        wizard = self.open(reminder)
        wizard.outcome_id = self.outcome("paid")
        self.pay(self.move)
        action = wizard.action_save()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(self.calls().outcome_id.code, "paid")

    def test_done_and_not_reached_of_the_list_are_outcomes_too(self):
        reminder = self.waiting_reminder()
        reminder.action_call()
        reminder.action_not_reached()
        self.assertEqual(self.calls().mapped("outcome_id.code"), ["no_answer"])
        reminder.action_call()
        reminder.action_by_hand_done()
        self.assertEqual(self.calls().mapped("outcome_id.code"), ["no_answer", "right_party"])

    def test_a_reminder_told_by_phone_was_a_conversation(self):
        reminder = self.waiting_reminder()
        reminder.action_call()
        reminder.action_by_hand_done()
        self.debtor().contact_rule_id = self.env.ref("cobranza_dunning.contact_rule_us")
        self.assertEqual(self.debtor().cobranza_may_contact("phone")["reason"], "quiet")

    # --- rights

    def test_a_call_is_only_opened_by_its_button(self):
        wizards = self.env["cobranza.call.wizard"].with_user(self.collector)
        with self.assertRaisesRegex(AccessError, "can't be made by hand"):
            wizards.create({"debtor_id": self.debtor().id, "contact_id": self.partner.id})
        wizard = self.open()
        self.forbid()
        check = self.debtor()._check_contact("phone").check
        for vals in (
            {"contact_check_id": check.id}, {"sentence": "x"}, {"interaction_id": False},
            {"debtor_id": self.debtor().id},
        ):  # fmt: skip
            with self.subTest(vals), self.assertRaises(AccessError):
                wizard.write(vals)

    def test_nobody_but_collectors_calls(self):
        for group in ("cobranza_dunning.group_auditor", "base.group_user", "base.group_portal"):
            user = self.new_user(group)
            with self.subTest(group), self.assertRaises(AccessError):
                self.debtor().with_user(user).action_open_call()

    def test_a_call_of_a_past_invoice_is_not_another_customers(self):
        theirs = self.invoice(self.other, 5, days_ago(9))
        self.debtor(self.other)
        wizard = self.open(theirs)
        self.assertEqual(wizard.partner_id, self.other)
