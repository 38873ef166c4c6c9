"""Credit notes for invoices whose plan was re-booked: they shrink it as they shrink any other."""

from datetime import date

from odoo.tests import tagged

from .common import days_ago
from .test_cobranza_plan import SIX, PlanCase


@tagged("post_install", "-at_install")
class TestCredited(PlanCase):
    """Invoices of 400 and 200, re-booked to six installments of 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().cobranza_plan_rebook = True
        cls.disputes = cls.env["cobranza.dispute"]

    def setUpBooks(self):
        super().setUpBooks()
        self.old = self.invoice(self.partner, 400, due=days_ago(40))
        self.new = self.invoice(self.partner, 200, due=days_ago(20))

    def credited(self, invoice, amount):
        """A credit note for an invoice, as an accountant makes it: he knows nothing of plans."""
        accountant = self.new_user("account.group_account_user", name="Beatriz")
        invoice = invoice.with_user(accountant)
        note = invoice._reverse_moves([{"invoice_date": days_ago(0)}])
        note.invoice_line_ids.price_unit = amount
        note.action_post()
        return note.with_env(self.env)

    def open_of(self, records):
        """What is open of invoices, or of the installments of a plan."""
        plan = records._name == "cobranza.plan"
        items = records._ordered().move_line_id if plan else records.line_ids
        return [
            one.amount_residual for one in items if one.account_type == "asset_receivable"
        ]

    def dispute(self, line, amount):
        made = self.disputes.raise_dispute(line.id, amount, "price", None, "2026-09-01")
        return self.disputes.browse(made["id"])

    def test_it_shrinks_the_last_installments(self):
        plan = self.agreed(**SIX)
        note = self.credited(self.old, 150)
        self.looked_at(plan)
        self.assertEqual((plan.state, plan.credited_amount, plan.open_amount), ("active", 150, 450))
        self.assertEqual(plan._ordered().mapped("net_amount"), [100, 100, 100, 100, 50, 0])
        self.assertEqual(self.open_of(plan), [100, 100, 100, 100, 50, 0])
        self.assertEqual(self.open_of(note), [0])

    def test_everything_is_credited(self):
        plan = self.agreed(**SIX)
        self.credited(self.old, 400)
        self.credited(self.new, 200)
        self.assertEqual(self.looked_at(plan), "fulfilled")
        self.assertEqual((plan.credited_amount, plan.paid_amount), (600, 0))
        with self.at(date(2026, 9, 30)):
            self.assertEqual(self.looked_at(plan), "fulfilled")

    def test_more_than_is_owed_is_the_customers(self):
        plan = self.agreed(**SIX)
        self.pay(plan.rebook_move_id, 500)
        note = self.credited(self.old, 150)
        self.assertEqual(self.looked_at(plan), "fulfilled")
        self.assertEqual((plan.paid_amount, plan.credited_amount), (500, 100))
        self.assertEqual(self.open_of(note), [-50])

    def test_what_was_left_out_of_the_plan_comes_first(self):
        """Of 200 were 50 disputed and not planned: their credit note is no part of the plan."""
        dispute = self.dispute(self.due(self.new), 50)
        plan = self.agreed(count=5, first="2026-04-10")
        self.credited(self.new, 80)
        self.looked_at(plan)
        self.assertEqual((plan.amount, plan.credited_amount), (550, 30))
        self.assertEqual(self.open_of(self.new), [0])
        self.assertEqual((dispute.state, dispute.lapse_reason), ("lapsed", "credited"))

    def test_one_that_is_undone_is_not_matched_again(self):
        plan = self.agreed(**SIX)
        note = self.credited(self.new, 200)
        self.looked_at(plan)
        self.due(note).remove_move_reconcile()
        self.looked_at(plan)
        self.assertEqual((plan.credited_amount, plan.open_amount), (0, 600))
        self.assertEqual(self.open_of(note), [-200])

    def test_one_that_is_cancelled(self):
        plan = self.agreed(**SIX)
        note = self.credited(self.new, 200)
        note.button_cancel()
        self.looked_at(plan)
        self.assertEqual((plan.credited_amount, plan.open_amount), (0, 600))

    def test_it_is_for_its_own_invoice_once_the_plan_is_undone(self):
        """Whatever is older; what was paid is for the oldest."""
        plan = self.agreed(**SIX)
        self.pay(plan.rebook_move_id, 100)
        note = self.credited(self.new, 150)
        plan.action_cancel()
        self.assertEqual(self.open_of(self.old | self.new), [300, 50])
        self.assertEqual(self.open_of(note), [0])

    def test_in_another_currency(self):
        """At another rate, and back: what is open of the invoice is as if it had been so always."""
        euro = self.new_currency("EUR", 3)
        sold = [self.invoice(self.other, 300, currency=euro) for _one in range(2)]
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "company_id": self.company.id, "name": "2026-03-01",
             "company_rate": 0.7}
        )  # fmt: skip
        plan = self.agreed(self.other, lines=self.due(sold[0]).ids, count=3, first="2026-04-10")
        for invoice in sold:
            self.credited(invoice, 150)
        self.looked_at(plan)
        self.assertEqual((plan.credited_amount, plan.open_amount), (150, 150))
        plan.action_cancel()
        once, never = (self.due(invoice) for invoice in sold)
        self.assertEqual((once | never).mapped("amount_residual_currency"), [150, 150])
        self.assertEqual(once.amount_residual, never.amount_residual)

    def test_after_a_breach_that_could_not_be_undone(self):
        """The installments are what is owed, as long as they are."""
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 21)):
            self.break_with_closed_books(plan)
            self.credited(self.old, 150)
            self.assertEqual(self.looked_at(plan), "broken")
            self.assertEqual((plan.credited_amount, plan.open_amount), (150, 450))
            plan.action_undo_rebook()
        self.assertEqual(self.open_of(self.old | self.new), [250, 200])

    def test_a_dispute_that_it_settles(self):
        """It takes the disputed amount off, whatever became of the plan, and only once."""
        plan = self.agreed(**SIX)
        first = plan._ordered()[0].move_line_id
        dispute = self.dispute(first, 50)
        dispute.action_accept()
        note = self.credited(self.old, 50)
        self.env.cr.flush()
        self.assertEqual(self.open_of(plan), [50, 100, 100, 100, 100, 100])
        self.assertEqual((dispute.state, dispute.credited_amount), ("accepted", 50))
        self.assertEqual((plan.credited_amount, plan.open_amount), (50, 550))
        plan.action_cancel()
        self.assertDecision(self.old, "remind", "level_reached", amount=350, paused_amount=0)
        dispute.action_accept(note.id)
        self.assertEqual((dispute.pausing, dispute.amount), (False, 50))

    def test_a_dispute_of_another_invoice_is_not_settled(self):
        dispute = self.dispute(self.due(self.old), 50)
        dispute.action_accept()
        plan = self.agreed(lines=self.due(self.new).ids, count=2, first="2026-04-10")
        self.credited(self.new, 50)
        self.env.cr.flush()
        self.assertEqual(self.open_of(plan), [100, 50])
        self.assertEqual((dispute.credited_amount, dispute.pausing), (0, True))
