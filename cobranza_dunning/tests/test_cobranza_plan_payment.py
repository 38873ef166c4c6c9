"""Paying the installment of a plan online, from the plan's page."""

from datetime import date

from odoo.tests import HttpCase, tagged

from .common import days_ago
from .online import OnlineMixin
from .test_cobranza_plan import PlanCase

THREE = {"count": 3, "first": "2026-04-10"}


@tagged("post_install", "-at_install")
class TestPlanPayment(OnlineMixin, PlanCase, HttpCase):
    def setUp(self):
        super().setUp()
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

    def test_where_a_payment_would_go_elsewhere(self):
        """Odoo puts a payment on the earliest due date of the invoice, which isn't the plan's."""
        first = self.due(self.move)
        parts = [(days_ago(35), 50), (days_ago(20), 50)]
        second = self.due(self.invoice(self.partner, None, installments=parts))[-1]
        plan = self.agreed(lines=(first | second).ids, **THREE)
        self.assertEqual(plan.amount, 650)
        self.assertNotIn("/pay?", self.text(plan))
        self.assertNotStarted("pay it by bank transfer", plan, 216.67)

    def test_a_plan_that_was_re_booked(self):
        """Odoo's transactions pay invoices, and these are settled: he transfers it."""
        self.company.sudo().cobranza_plan_rebook = True
        plan = self.agreed(**THREE)
        self.assertNotIn("/pay?", self.text(plan))
        self.assertNotStarted("pay it by bank transfer", plan, 200)
