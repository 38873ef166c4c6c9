"""Paying the installment of a plan online, from the plan's page."""

from datetime import date

from odoo.tests import HttpCase, tagged

from .common import days_ago
from .online import OnlineMixin
from .test_cobranza_plan import PlanCase

THREE = {"count": 3, "first": "2026-04-10"}


@tagged("post_install", "-at_install")
class TestPlanPayment(OnlineMixin, PlanCase, HttpCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 600, due=days_ago(40))

    def text(self, plan):
        return self.url_open(plan.get_portal_url()).text

    def paid(self, transaction):
        """The provider says that it is paid, and Odoo books it."""
        transaction._set_done()
        transaction._post_process()
        self.env.invalidate_all()

    def test_the_next_installment(self):
        plan = self.agreed(**THREE)
        self.assertIn(f"/my/plans/{plan.id}/pay?", self.text(plan))
        form = self.url_open(f"/my/plans/{plan.id}/pay?access_token={plan.access_token}").text
        self.assertIn('data-amount="200.0"', form)
        transaction = self.start(plan, 200)
        self.assertEqual((transaction.amount, transaction.invoice_ids), (200, self.move))
        self.assertTrue(transaction.landing_route.startswith(f"/my/plans/{plan.id}?"))
        self.paid(transaction)
        self.looked_at(plan)
        self.assertEqual(
            [one.state for one in plan._ordered()], ["paid", "open", "open"]
        )
        self.assertEqual(plan.paid_amount, 200)
        self.assertEqual(self.start(plan, 200).amount, 200)

    def test_what_is_late_together(self):
        plan = self.agreed(**THREE)
        plan._gated().write({"breach_count": 0, "breach_days": 99})
        with self.at(date(2026, 5, 12)):
            self.looked_at(plan)
            self.assertNotStarted("has changed", plan, 200)
            self.assertEqual(self.start(plan, 400).amount, 400)

    def test_nobody_pays_twice_because_a_provider_is_slow(self):
        plan = self.agreed(**THREE)
        self.start(plan, 200)._set_pending()
        self.assertNotIn("/pay?", self.text(plan))
        self.assertNotStarted("nothing left to pay", plan, 200)

    def test_a_plan_that_is_not_in_force(self):
        plan = self.proposed(**THREE)
        plan.action_offer()
        self.assertNotIn("/pay?", self.text(plan))
        self.assertNotStarted("nothing left to pay", plan, 200)
        page = self.url_open(
            f"/my/plans/{plan.id}/pay?access_token={plan.access_token}", allow_redirects=False
        )
        self.assertEqual(page.status_code, 303)

    def test_whose_it_is(self):
        plan = self.agreed(**THREE)
        self.assertNotStarted("access token is invalid", plan, 200, token="wrong")

    def test_it_goes_to_what_the_plan_covers(self):
        """Whatever else of the invoice is due earlier, or open and disputed."""
        self.env["cobranza.dispute"].raise_dispute(self.due(self.move).id, 500, "price")
        parts = [(days_ago(60), 50), (days_ago(20), 50)]
        earlier, second = self.due(self.invoice(self.partner, None, installments=parts))
        plan = self.agreed(lines=(self.due(self.move) | second).ids, **THREE)
        self.assertEqual(plan.amount, 150)
        for _number in range(3):
            self.paid(self.start(plan, 50))
            self.looked_at(plan)
        self.assertEqual(plan.state, "fulfilled")
        self.assertEqual(
            (self.due(self.move) | earlier | second).mapped("amount_residual"), [500, 50, 0]
        )

    def test_a_plan_that_was_re_booked(self):
        self.company.sudo().cobranza_plan_rebook = True
        plan = self.agreed(**THREE)
        self.assertIn("/pay?", self.text(plan))
        transaction = self.start(plan, 200)
        transaction._set_pending()
        self.assertNotStarted("nothing left to pay", plan, 200)
        self.paid(transaction)
        self.looked_at(plan)
        self.assertEqual([one.state for one in plan._ordered()], ["paid", "open", "open"])
        self.assertEqual(plan._ordered().move_line_id.mapped("amount_residual"), [0, 200, 200])

    def test_an_item_without_a_due_date(self):
        debt = self.journal_debt(self.partner, 300)
        self.due(debt).name = "Balance of 2025"
        self.due(debt).date_maturity = False
        plan = self.agreed(lines=(self.due(self.move) | self.due(debt)).ids, **THREE)
        self.assertEqual(plan.line_ids.mapped("name"), [self.move.name, "Balance of 2025"])
        self.assertIn("/pay?", self.text(plan))
        self.assertEqual(self.start(plan, 300).amount, 300)

    def test_by_somebody_with_another_login(self):
        """Whoever follows the customer's link pays the customer's debt."""
        stranger = self.new_user("base.group_portal", login="payer", password="payer-secret")
        plan = self.agreed(**THREE)
        self.authenticate(stranger.login, "payer-secret")
        transaction = self.start(plan, 200)
        self.assertEqual(transaction.partner_id, self.partner)

    def test_a_re_booked_plan_that_broke_meanwhile(self):
        """What was on its way is the invoices'."""
        self.company.sudo().cobranza_plan_rebook = True
        plan = self.agreed(**THREE)
        transaction = self.start(plan, 200)
        transaction._set_pending()
        plan.action_cancel()
        lines = plan.debtor_id.sudo()._portal_lines()
        self.assertEqual([(one.arriving, one.to_pay) for one in lines], [(200, 400)])
        self.paid(transaction)
        self.assertEqual(self.move.amount_residual, 400)

    def test_of_several_invoices_in_its_place_what_was_due_first_is_paid_first(self):
        """Not one invoice after the other: a part of one may be due later than the other."""
        self.company.sudo().cobranza_plan_rebook = True
        parts = [(days_ago(60), 150), (days_ago(39), 150)]
        first, last = self.due(self.invoice(self.partner, None, installments=parts))
        debts = first | self.due(self.move) | last
        plan = self.agreed(lines=debts.ids, **THREE)
        transaction = self.start(plan, 300)
        transaction._set_pending()
        plan.action_cancel()
        self.paid(transaction)
        self.assertEqual(debts.mapped("amount_residual"), [0, 450, 150])

    def test_what_was_being_paid_before_is_not_the_plans(self):
        """400 of 1000 are on their way: the plan of 600 asks for its own installment."""
        self.move.button_cancel()
        invoice = self.invoice(self.partner, 1000, due=days_ago(40))
        self.payment_in_process(invoice, 400)
        plan = self.agreed(**THREE)
        self.assertEqual((plan.amount, plan.line_ids.left_out_amount), (600, 400))
        self.assertEqual(plan.sudo()._portal_asked(), 200)
        self.payment_in_process(invoice, 150)
        self.assertEqual(plan.sudo()._portal_asked(), 50)
