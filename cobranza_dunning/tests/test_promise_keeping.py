"""Whether promises were kept: what is paid decides, and what that costs."""


from odoo import sql_db
from odoo.tests import tagged

from .common import TODAY, days_ago
from .test_cobranza_promise import OVER, PARTS, SOON, PromiseCase


@tagged("post_install", "-at_install")
class TestKeeping(PromiseCase):
    def test_a_tolerance_of_the_policy_at_that_time(self):
        self.policy.promise_tolerance = 10
        invoice = self.invoice(self.partner, 100)
        promise = self.take(100)
        self.policy.promise_tolerance = 0
        self.pays(invoice, 89)
        self.assertEqual(promise.state, "open")
        self.pays(invoice, 1)
        self.assertEqual((promise.state, promise.paid_amount), ("kept", 90))

    def test_a_payment_of_a_newer_invoice_counts_where_none_was_named(self):
        old, new = self.invoice(self.partner, 100), self.invoice(self.partner, 80, days_ago(5))
        promise = self.take(80)
        self.pays(new)
        self.assertEqual(promise.state, "kept")
        self.assertDecision(old, "remind", "level_reached", amount=100)

    def test_a_credit_note_is_no_payment_but_nothing_to_pay(self):
        invoice = self.invoice(self.partner, 100)
        promise = self.take(100)
        self.credit_note(self.partner, 40, invoice=invoice)
        self.debtor()
        self.assertEqual((promise.state, promise.paid_amount), ("open", 0))
        self.pays(invoice, 60)
        self.assertEqual((promise.state, promise.paid_amount), ("kept", 60))

    def test_a_payment_that_comes_back_breaks_it(self):
        """The cheque bounces: what was kept is open again, and broken once its day is over."""
        invoice = self.invoice(self.partner, 100)
        promise = self.take(100)
        self.pays(invoice)
        self.assertEqual(promise.state, "kept")
        with self.at(SOON):
            self.due(invoice).remove_move_reconcile()
            self.env.cr.flush()
            self.assertEqual((promise.state, promise.decided_on), ("open", False))
            self.assertDecision(invoice, "wait", "paused_until")
        self.evaluate(OVER)
        self.assertEqual(promise.state, "broken")
        self.assertEqual(len(promise.activity_id), 1)

    def test_a_payment_entered_late_makes_good(self):
        """The bank file of Friday comes in on Tuesday: it was kept, and the work is done."""
        invoice = self.invoice(self.partner, 100)
        promise = self.take(100)
        self.evaluate(OVER)
        activity = promise.activity_id
        self.assertEqual((promise.state, activity.active), ("broken", True))
        with self.at(OVER):
            self.pay(invoice, payment_date=SOON)
            debtor = self.debtor()
        self.assertEqual((promise.state, promise.decided_on), ("kept", SOON))
        self.assertFalse(activity.active)
        self.assertEqual(debtor.broken_promise_count, 0)

    def test_an_invoice_that_is_posted_again_is_found_again(self):
        invoice = self.invoice(self.partner, 100)
        promise = self.take(100)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 90
        # as if Odoo had made its due line anew
        self.env.cr.execute(
            "UPDATE cobranza_promise_line SET move_line_id = NULL WHERE promise_id = %s",
            [promise.id],
        )
        self.env.invalidate_all()
        invoice.action_post()
        self.debtor()
        self.assertEqual(promise.line_ids, self.due(invoice))
        self.assertEqual(promise.state, "open")
        self.assertDecision(invoice, "wait", "paused_until", amount=0, paused_amount=90)

    def test_an_invoice_that_is_posted_again_on_other_terms(self):
        """Two installments become one: it is promised as before, and what comes counts once."""
        invoice = self.invoice(self.partner, 0, installments=PARTS)
        promise = self.take(100)
        item = self.post_on_other_terms(invoice, days_ago(20))
        self.evaluate(TODAY)
        self.assertEqual((promise.state, promise.line_ids), ("open", item))
        self.assertEqual(promise.part_ids.move_line_id, item)
        self.assertDecision(invoice, "wait", "paused_until", amount=0)
        self.pays(invoice, 70)
        self.assertEqual((promise.state, promise.paid_amount), ("open", 70))
        self.assertEqual(promise.part_ids.mapped("paid_amount"), [60, 10])
        self.assertDecision(invoice, "wait", "paused_until", amount=0, paused_amount=30)
        self.pays(invoice, 30)
        self.assertEqual((promise.state, promise.paid_amount), ("kept", 100))

    def test_an_invoice_that_went_to_another_customer(self):
        """Nobody keeps another one's word, and nobody is left alone for it."""
        invoice = self.invoice(self.partner, 100)
        promise = self.take(60)
        self.give_to(self.other, invoice)
        self.assertEqual(promise.state, "cancelled")
        self.assertDecision(invoice, "remind", "level_reached", amount=100, paused_amount=0)
        self.pays(invoice, 60)
        self.evaluate(TODAY)
        self.assertEqual((promise.state, promise.paid_amount), ("cancelled", 0))
        self.due(invoice).remove_move_reconcile()
        self.give_to(self.partner, invoice)
        self.assertEqual((promise.state, promise.line_ids), ("open", self.due(invoice)))
        self.assertDecision(invoice, "remind", "level_reached", amount=40, promised_amount=60)

    def test_only_part_of_it_went_to_another_customer(self):
        mine, gone = self.invoice(self.partner, 100), self.invoice(self.partner, 50, days_ago(9))
        promise = self.take(150)
        self.give_to(self.other, gone)
        self.assertEqual((promise.state, promise.line_ids), ("open", self.due(mine)))
        self.pays(mine)
        self.assertEqual((promise.state, promise.paid_amount), ("kept", 100))

    def test_a_promise_about_what_is_gone_writes_nothing(self):
        """The invoice waits in draft without due lines: each look leaves it as it is."""
        invoice = self.invoice(self.partner, 100)
        promise = self.take(100)
        invoice.button_draft()
        invoice.line_ids.with_context(dynamic_unlink=True).unlink()
        self.env.flush_all()
        self.evaluate(TODAY)
        self.assertFalse(promise.part_ids.move_line_id)
        before = self.rows("cobranza_promise_line", "id, xmin")
        self.evaluate(TODAY)
        self.assertEqual(self.rows("cobranza_promise_line", "id, xmin"), before)

    def test_it_is_cancelled_by_a_person(self):
        invoice = self.invoice(self.partner, 100)
        promise = self.take(100)
        promise.action_cancel()
        self.assertEqual((promise.state, promise.decided_on), ("cancelled", TODAY))
        self.assertEqual(self.debtor().promised_amount, 0)
        self.assertDecision(invoice, "remind", "level_reached", amount=100)
        self.pays(invoice)
        promise.action_cancel()  # twice is once
        self.assertEqual(promise.state, "cancelled")
        self.assertEqual(promise.action_view_debtor()["res_id"], self.debtor().id)

    def test_the_scheduled_action_decides_as_well(self):
        self.invoice(self.partner, 100)
        promise, debtor = self.take(100), self.debtor()
        with self.at(OVER):
            self.trigger("ir_cron_work")
        self.assertEqual(promise.state, "broken")
        self.assertEqual(debtor.broken_promise_count, 1)

    def test_a_preview_decides_nothing(self):
        invoice = self.invoice(self.partner, 100)
        promise = self.take(100)
        with self.at(OVER):
            self.assertDecision(invoice, "remind", "level_reached", amount=100)
        self.assertEqual(promise.state, "open")

    def test_customers_that_become_one_keep_what_they_promised(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 50)
        promise = self.take(50, partner=self.other)
        self.debtor(self.other).sudo()._merge_into(self.partner)
        self.assertEqual((promise.debtor_id, promise.partner_id), (self.debtor(), self.partner))
        self.assertEqual(self.debtor().promise_ids, promise)


@tagged("post_install", "-at_install")
class TestQueries(PromiseCase):
    """What was agreed costs a run, and a payment, the same number of queries however much it is."""

    def agreed(self, customers):
        """Make customers who promised 50 of 100, dispute 20, and pay 101 in installments."""
        debtors = self.env["cobranza.debtor"]
        for partner in self.debts(customers, lines=2):
            debtor = self.debtor(partner)
            self.take(50, partner=partner)
            line = debtor.due_line_ids[:1]
            self.env["cobranza.dispute"].raise_dispute(line.id, 20, "price")
            made = self.env["cobranza.plan"].propose(
                partner.id,
                {"lines": debtor.due_line_ids[1:].ids, "count": 2, "first": str(SOON)},
            )
            self.env["cobranza.plan"].browse(made["plan_id"]).action_accept()
            debtors |= debtor
        return debtors

    def queries(self, function, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = sql_db.sql_counter
        function(*args)
        self.env.flush_all()
        return sql_db.sql_counter - before

    def test_evaluation(self):
        warm_up, few, many = self.agreed(1), self.agreed(3), self.agreed(9)
        counts = []
        with self.at(OVER):
            for debtors in (warm_up, few, many):
                evaluate = self.env["cobranza.debtor"]._evaluate_agreements
                counts.append(self.queries(evaluate, self.company, debtors))
                self.assertEqual(set(debtors.promise_ids.mapped("state")), {"broken"})
                self.assertTrue(all(debtors.promise_ids.mapped("activity_id")))
                self.assertEqual(set(debtors.plan_ids.mapped("late_amount")), {50.5})
        self.assertEqual(counts[2], counts[1])

    def test_a_run(self):
        counts = {}
        for mode in ("preview", "propose"):
            warm_up, few, many = self.agreed(1), self.agreed(3), self.agreed(9)
            for debtors in (warm_up, few, many):
                run = self.new_run(mode, debtors=debtors)
                counts[mode, len(debtors)] = self.queries(run.action_execute)
                self.assertEqual(run.lines_count, 2 * len(debtors))
            self.assertEqual(counts[mode, 9], counts[mode, 3], mode)

    def test_payments_are_read_at_once(self):
        lines = self.agreed(4).due_line_ids
        for line in lines:
            self.pay(line.move_id, 10)
        read = self.env["account.move.line"].browse(lines.ids)._cobranza_payments
        self.assertEqual(self.queries(read), 1)


@tagged("post_install", "-at_install")
class TestPayments(PromiseCase):
    def test_what_was_paid_of_a_line(self):
        invoice = self.invoice(self.partner, 100)
        self.assertEqual(self.due(invoice)._cobranza_payments(), {})
        self.assertEqual(self.env["account.move.line"]._cobranza_payments(), {})
        self.pays(invoice, 30, on=SOON)
        self.pays(invoice, 20, on=TODAY)
        self.credit_note(self.partner, 15, invoice=invoice, due=TODAY, invoice_date=TODAY)
        (found,) = self.due(invoice)._cobranza_payments().values()
        self.assertEqual(
            sorted((one.day, float(one.amount), one.is_credit_note) for one in found),
            [(TODAY, 15, True), (TODAY, 20, False), (SOON, 30, False)],
        )

    def test_in_the_currency_of_the_line(self):
        """What the rate did between invoice and payment is no payment."""
        euro = self.new_currency("EUR", 0.5)
        invoice = self.invoice(self.partner, 100, currency=euro)
        euro.rate_ids.copy({"name": TODAY, "company_rate": 0.4})
        self.pays(invoice, on=TODAY)
        (found,) = self.due(invoice)._cobranza_payments().values()
        self.assertEqual([float(one.amount) for one in found], [100])

    def test_of_a_credit_what_it_was_used_for(self):
        invoice, payment = self.invoice(self.partner, 100), self.open_payment(self.partner, 150)
        credit = self.due(payment.move_id)
        (credit | self.due(invoice)).reconcile()
        (found,) = credit._cobranza_payments().values()
        self.assertEqual([float(one.amount) for one in found], [100])
        self.assertEqual(found[0].day, invoice.date)
