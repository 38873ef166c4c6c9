"""The dialog in which a plan is agreed on while the customer is on the phone."""

from lxml import etree
from odoo.tests import Form, tagged

from .common import days_ago
from .test_cobranza_plan import PlanCase


@tagged("post_install", "-at_install")
class TestPlanWizard(PlanCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 1000)
        self.policy.write({"plan_minimum_installment": 100, "plan_minimum_down_payment": 10})
        self.collector = self.new_collector(name="Carla")

    def opened(self, partner=None):
        """The dialog as it opens from the customer's account."""
        action = self.debtor(partner).with_user(self.collector).action_propose_plan()
        model = self.env[action["res_model"]].with_user(self.collector)
        return Form(model.with_context(**action["context"]))

    def test_the_schedule_is_shown_at_once(self):
        form = self.opened()
        form.down_payment = 100
        form.count = 2
        self.assertEqual(form.decision, "propose")
        self.assertIn("450.00", str(form.schedule))
        self.assertIn("In all", str(form.schedule))
        form.count = 3
        self.assertIn("300.00", str(form.schedule))
        self.policy.plan_interest_rate = 10
        form.count = 4
        self.assertIn("by an invoice of its own", str(form.schedule))

    def test_counter_offers_are_taken_by_a_button(self):
        form = self.opened()
        form.count = 20
        self.assertEqual(form.decision, "counter")
        self.assertFalse(form.schedule)
        self.assertIn("A larger part has to be paid at once", form.verdict)
        self.assertIn("monthly installments", form.counter_0)
        wizard = form.save()
        action = wizard.action_take(0)
        self.assertEqual(action["res_id"], wizard.id)
        self.assertEqual((wizard.decision, wizard.down_payment), ("propose", 100))
        plan = self.env["cobranza.plan"].browse(wizard.action_propose()["res_id"])
        self.assertEqual((plan.partner_id, plan.amount, plan.state), (self.partner, 1000, "draft"))

    def test_more_time_is_taken_as_well(self):
        form = self.opened()
        form.method = "until"
        form.until = "2026-12-31"
        wizard = form.save()
        self.assertEqual(wizard.decision, "counter")
        numbers = [number for number, one in enumerate(wizard.counter_offers) if "until" in one]
        wizard.action_take(numbers[0])
        self.assertEqual((wizard.method, str(wizard.until)), ("until", "2026-04-09"))
        self.assertEqual(wizard.decision, "propose")

    def test_who_cannot_pay_now_is_offered_more_time_first(self):
        form = self.opened()
        form.down_payment = 100
        self.assertEqual(form.decision, "propose")
        form.cannot_pay_now = True
        self.assertEqual(form.decision, "counter")
        self.assertIn("More time comes first", form.verdict)
        self.assertEqual(form.counter_0.replace("\xa0", " "), "$ 1,000.00 on 04/09/2026")
        wizard = form.save()
        wizard.action_take(0)
        self.assertEqual((wizard.method, str(wizard.until)), ("until", "2026-04-09"))
        plan = self.env["cobranza.plan"].browse(wizard.action_propose()["res_id"])
        self.assertEqual(plan.kind, "extension")

    def test_amounts_each(self):
        form = self.opened()
        form.method = "each"
        form.each = 300
        form.down_payment = 100
        self.assertEqual(form.decision, "propose")

    def test_what_is_refused_says_why(self):
        form = self.opened()
        form.method = "until"
        form.until = days_ago(1)
        self.assertEqual(form.decision, "refuse")
        self.assertIn("before today", form.verdict)
        wizard = form.save()
        with self.assertRefused("before today"):
            wizard.action_propose()
        for number in (0, -1, 7, "0", None):
            with self.assertRefused("one of the offers that are shown"):
                wizard.action_take(number)
        wizard.write({"method": "count", "count": 20})
        with self.assertRefused("A larger part has to be paid at once"):
            wizard.action_propose()

    def test_the_lines_of_one_currency(self):
        euro = self.new_currency("EUR", 0.9)
        for amount in (50, 60):
            self.invoice(self.partner, amount, currency=euro)
        form = self.opened()
        self.assertEqual(form.currency_id, euro)
        self.assertEqual(len(form.line_ids), 2)

    def dialog(self, action):
        """The dialog of an action, as it opens for a collector."""
        model = self.env[action["res_model"]].with_user(self.collector)
        return Form(model.with_context(**action["context"]).browse(action.get("res_id")))

    def button(self, record, name):
        """When the button of a form that opens the dialog is not shown, for a collector."""
        arch = record.with_user(self.collector).get_view(view_type="form")["arch"]
        [button] = etree.fromstring(arch).xpath(f"//button[@name='{name}']")
        self.assertEqual(button.get("string"), "Pay later…")
        return button.get("invisible")

    def test_from_an_invoice(self):
        """What of it is open, due or not; nothing else of the customer's."""
        second = self.invoice(self.partner, 300, due=days_ago(-20))
        self.debtor()
        form = self.dialog(second.with_user(self.collector).action_cobranza_propose_plan())
        self.assertEqual(form.line_ids[:], self.due(second))
        form.count = 2
        form.down_payment = 50
        plan = self.env["cobranza.plan"].browse(form.save().action_propose()["res_id"])
        self.assertEqual(plan.line_ids.move_id, second)
        with self.assertRefused("Nothing of this can be paid later"):
            second.action_cobranza_propose_plan()
        theirs = self.invoice(self.other, 10)
        self.debtor(self.other)
        with self.assertRefused("Choose invoices of one customer"):
            (second | theirs).action_cobranza_propose_plan()
        self.assertEqual(
            self.button(second, "action_cobranza_propose_plan"), "not cobranza_due_line_ids"
        )

    def test_from_a_reminder(self):
        """What of it is still open, in one currency."""
        euro = self.new_currency("EUR", 0.9)
        in_euro = self.invoice(self.partner, 50, currency=euro)
        second = self.invoice(self.partner, 300)
        reminder = self.remind().with_user(self.collector)
        not_told = self.invoice(self.partner, 20)
        self.assertTrue(reminder.has_open_lines)
        form = self.dialog(reminder.action_propose_plan())
        self.assertEqual(form.line_ids[:], self.due(self.move) | self.due(second))
        self.assertNotIn(self.due(not_told), form.line_ids[:])
        for move in (self.move, second):
            self.pay(move)
        form = self.dialog(reminder.action_propose_plan())
        self.assertEqual(form.line_ids[:], self.due(in_euro))
        self.pay(in_euro)
        reminder.invalidate_recordset(["has_open_lines"])
        self.assertFalse(reminder.has_open_lines)
        with self.assertRefused("Nothing of this can be paid later"):
            reminder.action_propose_plan()
        shown = self.button(reminder, "action_propose_plan")
        self.assertEqual(shown, "state != 'sent' or not has_open_lines")

    def test_lines_of_another_plan_or_in_dispute_are_not_offered(self):
        planned, second = self.due(self.move), self.due(self.invoice(self.partner, 300))
        disputed = self.due(self.invoice(self.partner, 200))
        self.proposed(lines=planned.ids, count=2, down_payment=100)
        reason = self.env["cobranza.dispute.reason"].search([], limit=1)
        self.env["cobranza.dispute"].raise_dispute(disputed.id, 200, reason.id)
        wizard = self.opened().save()
        self.assertEqual((wizard.open_line_ids, wizard.line_ids), (second, second))

    def test_nothing_due_yet(self):
        self.invoice(self.other, 70, due=days_ago(-20))
        form = self.opened(self.other)
        self.assertEqual(len(form.line_ids), 1)
