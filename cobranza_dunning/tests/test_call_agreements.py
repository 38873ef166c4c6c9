"""What was said in a call is written down at once: its dialog opens, filled in as far as known."""

from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import TODAY, days_ago
from .test_call_wizard import CallCase


@tagged("post_install", "-at_install")
class TestCallAgreements(CallCase):
    """A call leads to a dispute, to more time, or to a promise."""

    def said(self, outcome, about=None, **vals):
        """Save a call with an outcome; return (call, what opens after it)."""
        wizard = self.open(about)
        wizard.write({"outcome_id": self.outcome(outcome).id, **vals})
        action = wizard.action_save()
        return self.calls()[-1], action

    def dialog(self, action):
        """The form of a dialog as the browser opens it."""
        dialogs = self.env[action["res_model"]].with_user(self.collector)
        dialogs = dialogs.with_context(**action["context"])
        return Form(dialogs.browse(action["res_id"]) if action.get("res_id") else dialogs)

    # --- a dispute

    def test_he_disputes(self):
        clerk = self.new_partner("Clerk", parent_id=self.partner.id)
        reason = self.env.ref("cobranza_dunning.nonpayment_reason_dispute")
        call, action = self.said(
            "disputes", contact_id=clerk.id, reason_id=reason.id, note="Two of <ten> were missing"
        )
        self.assertEqual(action["res_model"], "cobranza.dispute.wizard")
        form = self.dialog(action)
        self.assertEqual(
            (form.debtor_id, form.contact_id, form.move_line_id, form.amount),
            (self.debtor(), clerk, self.due(self.move), 100),
        )
        self.assertEqual(form.description, f"{reason.name}\nTwo of <ten> were missing")
        form.reason_id = self.env.ref("cobranza_dunning.dispute_reason_quantity")
        form.amount = 20
        form.save().action_raise()
        dispute = self.debtor().dispute_ids
        self.assertEqual(
            (dispute.amount, dispute.origin, dispute.contact_id, dispute.interaction_id),
            (20, "call", clerk, call),
        )

    def test_only_what_the_call_was_about(self):
        other = self.invoice(self.partner, 30, days_ago(3))
        _call, action = self.said("disputes", about=other)
        form = self.dialog(action)
        self.assertEqual((form.move_line_id, form.amount), (self.due(other), 30))

    def test_without_a_call_it_is_entered_by_us(self):
        form = self.dialog(self.debtor().action_dispute())
        self.assertFalse(form.description or form.contact_id)
        form.reason_id = self.env.ref("cobranza_dunning.dispute_reason_quantity")
        form.save().action_raise()
        dispute = self.debtor().dispute_ids
        self.assertEqual((dispute.origin, dispute.interaction_id.ids), ("manual", []))

    def test_a_dispute_names_its_own_customers_call(self):
        self.invoice(self.other, 10)
        theirs = self.env["cobranza.interaction"].create(
            {"debtor_id": self.debtor(self.other).id, "summary": "Called"}
        )
        raise_dispute = self.env["cobranza.dispute"].raise_dispute
        with self.assertRefused("belongs to another customer"):
            raise_dispute(self.due(self.move).id, 5, "price", interaction_id=theirs.id)

    # --- more time

    def test_he_asks_for_more_time(self):
        reason = self.env.ref("cobranza_dunning.nonpayment_reason_cash_shortage")
        call, action = self.said(
            "more_time", reason_id=reason.id, intention="cannot", note="From June on"
        )
        self.assertEqual(action["res_model"], "cobranza.plan.wizard")
        form = self.dialog(action)
        self.assertEqual((form.debtor_id, form.cannot_pay_now), (self.debtor(), True))
        self.assertIn(self.due(self.move).id, form.line_ids.ids)
        note = f"Asked for by {self.partner.name}.\n{reason.name}\nFrom June on"
        self.assertEqual(form.note, note)
        form.cannot_pay_now = False
        form.count = 2
        form.save().action_propose()
        plan = self.debtor().plan_ids
        self.assertEqual((plan.note, len(plan.installment_ids)), (note, 2))
        self.assertEqual(call.outcome_id.code, "more_time")

    def test_more_time_for_the_invoice_of_the_call(self):
        other = self.invoice(self.partner, 30, days_ago(3))
        _call, action = self.said("more_time", about=other)
        self.assertEqual(self.dialog(action).line_ids[:], self.due(other))

    # --- what else happens

    def test_other_outcomes_close_the_call(self):
        for code in ("paid", "refused", "right_party"):
            _call, action = self.said(code)
            self.assertEqual(action, {"type": "ir.actions.act_window_close"})

    def test_what_the_reminder_says_comes_first(self):
        """A reminder of which nothing is left is named, then the dialog opens."""
        reminder = self.waiting_reminder()
        self.invoice(self.partner, 30)
        wizard = self.open(reminder)
        wizard.outcome_id = self.outcome("more_time")
        self.pay(self.move)
        action = wizard.action_save()
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(action["params"]["next"]["res_model"], "cobranza.plan.wizard")

    # --- a promise and its day

    def test_a_promise_without_its_day_is_not_saved(self):
        with self.assertRaisesRegex(UserError, "Say by which day"):
            self.said("promise")

    def test_what_is_said_of_an_invoice_is_promised_of_it(self):
        """“I'll pay this one”: the older one goes on being reminded of."""
        other = self.invoice(self.partner, 30, days_ago(3))
        form = Form(self.open(other))
        form.outcome_id = self.outcome("promise")
        self.assertEqual(form.promise_amount, 30)
        form.promise_date = TODAY + timedelta(days=4)
        form.save().action_save()
        [promise] = self.debtor().promise_ids
        self.assertEqual((promise.amount, promise.line_ids), (30, self.due(other)))

    def test_what_is_promised_already_is_not_suggested_again(self):
        self.env["cobranza.promise"].promise(self.partner.id, 60, TODAY + timedelta(days=4))
        form = Form(self.open())
        form.outcome_id = self.outcome("promise")
        self.assertEqual(form.promise_amount, 40)
        form.promise_date = TODAY + timedelta(days=5)
        form.save().action_save()
        self.assertEqual(sorted(self.debtor().promise_ids.mapped("amount")), [40, 60])

    def test_only_currencies_that_he_owes_are_offered(self):
        own, euro = self.company.currency_id, self.new_currency("EUR", 2)
        self.new_currency("GBP", 2)
        self.pay(self.invoice(self.partner, 50, days_ago(3), currency=euro), 50, currency=euro)
        form = Form(self.open())
        self.assertEqual((form.currency_ids[:], form.several_currencies), (own, False))
        self.invoice(self.partner, 50, days_ago(3), currency=euro)
        form = Form(self.open())
        self.assertEqual((form.currency_ids[:], form.several_currencies), (own | euro, True))

    def test_the_line_drops_when_the_promise_has_been_chosen(self):
        form = Form(self.open())
        form.outcome_id = self.outcome("promise")
        form.save().action_no_answer()
        self.assertEqual(self.calls()[-1].outcome_id.code, "no_answer")
        self.assertFalse(self.debtor().promise_ids)

    def test_the_next_pay_day_is_one_click_away(self):
        self.debtor().pay_days = "20"
        call = Form(self.open())
        call.outcome_id = self.outcome("promise")
        promise = self.dialog(self.debtor().action_promise())
        for form, name in ((call, "promise_date"), (promise, "date")):
            self.assertEqual(str(form.next_pay_day), "2026-03-20")
            # nobody has said it yet
            self.assertFalse(form[name])
            form.on_pay_day = True
            self.assertEqual((str(form[name]), form.on_pay_day), ("2026-03-20", False))

    def test_no_day_is_suggested_that_is_not_known_or_too_late(self):
        debtor, days = self.debtor(), (date(2026, 3, 20) - TODAY).days
        self.assertFalse(debtor._next_pay_day())
        debtor.pay_days = "20"
        for most, expected in ((days - 1, None), (days, date(2026, 3, 20))):
            self.policy.promise_max_days = most
            self.assertEqual(debtor._next_pay_day(), expected)

    def test_a_pay_day_when_banks_are_closed_is_the_day_after(self):
        self.debtor().pay_days = "22"  # a Sunday
        self.assertEqual(self.debtor()._next_pay_day(), date(2026, 3, 23))
        with self.at(TODAY + timedelta(days=30)):
            self.assertEqual(self.debtor()._next_pay_day(), date(2026, 4, 22))
