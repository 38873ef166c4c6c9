"""Payment plans and extensions: from the offer to the last installment, as people live them."""

from datetime import date
from unittest.mock import patch

from odoo import sql_db
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CobranzaCase, days_ago

SIX = {"count": 6, "first": "2026-04-10"}


class PlanCase(CobranzaCase):
    """A customer who owes 600, overdue, and short ways to agree with him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plans = cls.env["cobranza.plan"]

    def negotiate(self, partner=None, **offer):
        """What is said of an offer of a customer."""
        self.debtor(partner)
        return self.plans.negotiate((partner or self.partner).id, offer)

    def proposed(self, partner=None, **offer):
        """The plan that an offer makes."""
        self.debtor(partner)
        made = self.plans.propose((partner or self.partner).id, offer)
        self.assertTrue(made["plan_id"], made)
        return self.plans.browse(made["plan_id"])

    def agreed(self, partner=None, **offer):
        """The same, in force."""
        plan = self.proposed(partner, **offer)
        plan.action_accept()
        return plan

    def looked_at(self, plan):
        """Follow a plan as the nightly run does; return its state."""
        self.env.cr.flush()
        self.env["cobranza.plan"]._evaluate(self.company, plan.debtor_id)
        return plan.state

    def break_with_closed_books(self, plan):
        """Follow a plan that nobody has paid, while nothing can be posted."""
        closed = patch.object(
            self.env.registry["account.move"], "action_post",
            side_effect=UserError("The books are closed"),
        )  # fmt: skip
        with closed:
            self.assertEqual(self.looked_at(plan), "broken")

    def standing(self, plan):
        """Each installment as (day, what is paid, state)."""
        return [
            (one.date_due.isoformat(), one.paid_amount, one.state) for one in plan._ordered()
        ]


@tagged("post_install", "-at_install")
class TestStories(PlanCase):
    """One plan of six installments of 100, and what may become of it."""

    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 600)
        self.line = self.due(self.move)

    def pay_on(self, day, amount):
        with self.at(day):
            self.pay(self.move, amount, payment_date=day)

    def test_six_installments_kept(self):
        """One early, one too much, the rest as they fall due; reminders come back for nobody."""
        plan = self.agreed(**SIX)
        self.assertEqual((plan.state, plan.kind, plan.amount), ("active", "plan", 600))
        self.assertEqual(
            [(str(one.date_due), one.amount) for one in plan._ordered()],
            [("2026-04-10", 100), ("2026-05-11", 100), ("2026-06-10", 100),
             ("2026-07-10", 100), ("2026-08-10", 100), ("2026-09-10", 100)],
        )  # fmt: skip
        self.assertEqual(plan.pause_until, date(2026, 4, 21))
        # early, before anything is due
        self.pay_on(date(2026, 3, 20), 100)
        with self.at(date(2026, 3, 20)):
            self.looked_at(plan)
        self.assertEqual(self.standing(plan)[0], ("2026-04-10", 100, "paid"))
        self.assertEqual(plan.next_date, date(2026, 5, 11))
        self.assertEqual(plan.pause_until, date(2026, 5, 22))
        # 150 more: the second, and half of the third
        self.pay_on(date(2026, 5, 11), 150)
        with self.at(date(2026, 5, 12)):
            self.looked_at(plan)
        self.assertEqual(
            self.standing(plan)[1:3],
            [("2026-05-11", 100, "paid"), ("2026-06-10", 50, "partial")],
        )
        # late by five days, which ten allow
        with self.at(date(2026, 6, 15)):
            self.looked_at(plan)
            self.assertEqual((plan.state, plan.late_amount), ("active", 50))
        self.pay_on(date(2026, 6, 15), 50)
        self.pay_on(date(2026, 7, 1), 300)
        with self.at(date(2026, 7, 1)):
            self.looked_at(plan)
        self.assertEqual((plan.state, plan.open_amount, plan.paid_amount), ("fulfilled", 0, 600))
        self.assertEqual(plan.decided_on, date(2026, 7, 1))
        self.assertFalse(plan.pause_until or plan.broken_on or plan.next_date)

    def test_it_breaks_and_everything_is_due_again(self):
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 20)):
            self.assertEqual(self.looked_at(plan), "active")
            self.assertEqual(plan.late_amount, 100)
            self.assertDecision(self.move, "wait", "paused_until", amount=0)
        with self.at(date(2026, 4, 21)):
            # the pause is over whether anybody has looked at the plan or not
            self.assertDecision(self.move, "remind", "level_reached", amount=600)
            self.assertEqual(self.looked_at(plan), "broken")
        self.assertEqual(plan.broken_on, date(2026, 4, 21))
        activity = plan.debtor_id.activity_ids
        self.assertIn(plan.name, activity.summary)
        self.assertEqual(activity.date_deadline, date(2026, 4, 21))

    def test_signing_later_costs_no_more_than_was_offered(self):
        """The down payment is due on signing, twenty days after the offer."""
        self.policy.plan_interest_rate = 12
        plan = self.proposed(count=2, down_payment=300, first="2026-04-10")
        offered = plan.interest_amount
        self.assertGreater(offered, 0)
        with self.at(date(2026, 3, 30)):
            plan.action_accept()
        self.assertEqual(plan._ordered()[0].date_due, date(2026, 3, 30))
        self.assertEqual(plan.interest_amount, offered)
        self.assertEqual(plan.interest_move_id.amount_untaxed, offered)

    def test_one_that_was_replaced_does_not_come_back(self):
        """A second plan covers the line when last month's payment is entered."""
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 21)):
            self.assertEqual(self.looked_at(plan), "broken")
            self.policy.plan_quiet_months = 0
            second = self.agreed(count=3, first="2026-05-10")
        self.pay_on(date(2026, 4, 10), 100)
        with self.at(date(2026, 4, 22)):
            self.assertEqual(self.looked_at(plan), "broken")
            self.assertEqual(second.state, "active")
            second.action_cancel()
            self.assertEqual(self.looked_at(plan), "active")

    def test_two_late_at_once_break_it_as_well(self):
        plan = self.agreed(count=6, period="week", first="2026-03-17")
        with self.at(date(2026, 3, 24)):
            self.assertEqual(self.looked_at(plan), "active")
        with self.at(date(2026, 3, 25)):
            self.assertEqual(self.looked_at(plan), "broken")
        self.assertEqual(plan.broken_on, date(2026, 3, 25))

    def test_a_payment_that_was_entered_late(self):
        """It came in time: the plan was never broken."""
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 21)):
            self.assertEqual(self.looked_at(plan), "broken")
        with self.at(date(2026, 4, 22)):
            self.pay(self.move, 100, payment_date=date(2026, 4, 9))
            self.assertEqual(self.looked_at(plan), "active")
        self.assertFalse(plan.broken_on or plan.decided_on)

    def test_a_payment_that_was_undone(self):
        plan = self.agreed(until="2026-03-20")
        with self.at(date(2026, 3, 20)):
            payment = self.pay(self.move, 600)
            self.assertEqual(self.looked_at(plan), "fulfilled")
        with self.at(date(2026, 3, 25)):
            payment.move_id.line_ids.remove_move_reconcile()
            self.assertEqual(self.looked_at(plan), "active")
        with self.at(date(2026, 3, 31)):
            self.assertEqual(self.looked_at(plan), "broken")

    def test_one_that_broke_and_was_paid_after_all(self):
        plan = self.agreed(**SIX)
        with self.at(date(2026, 5, 1)):
            self.assertEqual(self.looked_at(plan), "broken")
            self.pay(self.move, 600)
            self.assertEqual(self.looked_at(plan), "fulfilled")
        self.assertEqual(plan.broken_on, date(2026, 4, 21))

    def test_a_credit_note_shrinks_the_last_installments(self):
        plan = self.agreed(**SIX)
        self.credit_note(self.partner, 150, invoice=self.move)
        self.looked_at(plan)
        self.assertEqual((plan.credited_amount, plan.open_amount), (150, 450))
        last_two = plan._ordered()[-2:]
        self.assertEqual(last_two.mapped("net_amount"), [50, 0])
        self.assertEqual(last_two.mapped("state"), ["open", "credited"])
        self.assertEqual(last_two.mapped("amount"), [100, 100])

    def test_what_was_paid_before_is_not_the_plans(self):
        self.pay(self.move, 100)
        plan = self.agreed(count=5)
        self.assertEqual((plan.amount, plan.paid_amount), (500, 0))
        self.pay(self.move, 100)
        self.looked_at(plan)
        self.assertEqual((plan.paid_amount, plan.line_ids.settled_amount), (100, 100))

    def test_an_old_payment_that_is_matched_now(self):
        """Money that lay there unmatched counts when it is set against the lines."""
        payment = self.open_payment(self.partner, 100, day=days_ago(60))
        plan = self.agreed(**SIX)
        lines = payment.move_id.line_ids | self.line
        lines.filtered(lambda one: one.account_type == "asset_receivable").reconcile()
        self.looked_at(plan)
        self.assertEqual(plan.paid_amount, 100)

    def test_the_ledger_stays_as_it_is(self):
        before = self.line.read(["date_maturity", "amount_residual", "balance"])
        moves = self.env["account.move"].search_count([])
        self.agreed(**SIX)
        self.assertEqual(self.line.read(["date_maturity", "amount_residual", "balance"]), before)
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_an_invoice_that_is_posted_anew(self):
        """Its items are others; the plan finds them by invoice and due date."""
        plan = self.agreed(**SIX)
        item = self.recreate(self.move)
        self.assertEqual(list(plan.line_ids._items().values()), [item])
        self.pay(self.move, 100)
        self.looked_at(plan)
        self.assertEqual((plan.state, plan.paid_amount), ("active", 100))

    def test_an_invoice_that_is_posted_again_on_other_terms(self):
        """Two installments become one item: it is in the plan, and what is paid counts once."""
        parts = [(days_ago(30), 60), (days_ago(9), 40)]
        move = self.invoice(self.other, 0, installments=parts)
        plan = self.agreed(self.other, count=2, first="2026-04-10")
        draft_too = self.invoice(self.other, 0, installments=parts)
        draft = self.proposed(self.other, lines=self.due(draft_too).ids, count=2)
        for one in (move, draft_too):
            self.post_on_other_terms(one, days_ago(20))
        self.looked_at(plan)
        self.assertEqual(plan.line_ids.move_line_id, self.due(move))
        self.assertDecision(move, "wait", "paused_until", amount=0)
        self.pay(move, 50)
        self.assertEqual((self.looked_at(plan), plan.paid_amount), ("active", 50))
        self.assertEqual(plan.line_ids.mapped("settled_amount"), [50, 0])
        self.assertDecision(move, "wait", "paused_until", amount=0, planned_amount=50)
        self.pay(move, 50)
        self.assertEqual((self.looked_at(plan), plan.paid_amount), ("fulfilled", 100))
        # both lines of a plan together cover no more than is open
        self.pay(draft_too, 30)
        with self.assertRefused("only $\xa070.00 is open"):
            draft.action_accept()

    def test_an_invoice_that_is_cancelled(self):
        """Nothing of it is owed any more: nobody breaks his word by not paying it."""
        other = self.invoice(self.partner, 60)
        plan = self.agreed(count=6, first="2026-04-10")
        self.assertEqual(plan.amount, 660)
        self.move.button_draft()
        self.assertEqual((self.looked_at(plan), plan.open_amount), ("active", 660))
        self.move.button_cancel()
        self.assertEqual((self.looked_at(plan), plan.open_amount), ("active", 60))
        self.assertEqual(plan.credited_amount, 600)
        self.pay(other, 60)
        self.assertEqual((self.looked_at(plan), plan.open_amount), ("fulfilled", 0))
        self.move.button_draft()
        self.move.action_post()
        self.assertEqual((self.looked_at(plan), plan.open_amount), ("active", 600))

    def test_an_invoice_that_went_to_another_customer(self):
        """What another one owes and pays isn't the plan's, and is asked of nobody else."""
        other = self.invoice(self.partner, 60)
        plan = self.agreed(count=6, first="2026-04-10")
        self.give_to(self.other, self.move)
        self.assertEqual((plan.state, plan.open_amount, plan.credited_amount), ("active", 60, 600))
        self.assertEqual(plan._portal_asked(), 60)
        self.assertDecision(self.move, "remind", "level_reached", amount=600, paused_amount=0)
        self.assertDecision(other, "wait", "paused_until", amount=0)
        self.pay_on(date(2026, 3, 12), 300)
        self.assertEqual((self.looked_at(plan), plan.paid_amount), ("active", 0))
        self.line.remove_move_reconcile()
        self.give_to(self.partner, self.move)
        self.assertEqual((plan.state, plan.open_amount), ("active", 660))
        self.assertDecision(self.move, "wait", "paused_until", amount=0)

    def test_cancelled(self):
        plan = self.agreed(**SIX)
        self.assertDecision(self.move, "wait", "paused_until", amount=0)
        plan.action_cancel("He pays everything\nat once")
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(plan.cancel_reason, "He pays everything at once")
        self.assertDecision(self.move, "remind", "level_reached", amount=600)
        self.assertEqual(self.looked_at(plan), "cancelled")

    def test_only_what_it_covers_is_left_alone(self):
        second = self.invoice(self.partner, 90)
        plan = self.agreed(lines=self.line.ids, **SIX)
        self.assertEqual(plan.line_ids.move_id, self.move)
        self.assertDecision(self.move, "wait", "paused_until", amount=0)
        self.assertDecision(second, "remind", "level_reached", amount=90)

    def test_more_time(self):
        plan = self.agreed(until="2026-03-31", cannot_pay_now=True)
        self.assertEqual((plan.kind, len(plan.installment_ids)), ("extension", 1))
        self.assertEqual(plan.pause_until, date(2026, 4, 11))
        with self.at(date(2026, 4, 10)):
            self.assertDecision(self.move, "wait", "paused_until", next_date=date(2026, 4, 11))
        with self.at(date(2026, 4, 11)):
            self.assertDecision(self.move, "remind", "level_reached", amount=600)


@tagged("post_install", "-at_install")
class TestWithOthers(PlanCase):
    """A plan beside a pause, a dispute and a promise; customers that become one; many plans."""

    def test_the_credit_note_of_what_was_left_out(self):
        """Of 1 000 were 400 disputed: their credit note pays nothing of the plan of 600."""
        invoice = self.invoice(self.partner, 1000)
        line = self.due(invoice)
        self.debtor()
        disputes = self.env["cobranza.dispute"]
        dispute = disputes.browse(disputes.raise_dispute(line.id, 400, "price")["id"])
        plan = self.agreed(count=6)
        self.assertEqual((plan.amount, plan.line_ids.left_out_amount), (600, 400))
        dispute.action_accept()
        note = self.invoice(self.partner, 400, move_type="out_refund")
        (self.due(note) | line).reconcile()
        self.looked_at(plan)
        self.assertEqual((plan.credited_amount, plan.open_amount), (0, 600))
        disputes._evaluate(self.company)
        self.assertEqual((dispute.state, dispute.credited_amount), ("accepted", 400))
        explained = line.cobranza_explain()[0]
        self.assertEqual((explained["paused"], explained["amount"]), (600, 0))
        self.assertEqual([one["kind"] for one in explained["pauses"]], ["plan"])

    def test_each_amount_is_paused_once(self):
        """Of 1 000: 300 disputed, 500 in a plan, 200 promised; nothing is left, nothing twice."""
        line = self.due(self.invoice(self.partner, 1000))
        self.debtor()
        reason = self.env["cobranza.dispute.reason"].search([], limit=1)
        self.env["cobranza.dispute"].raise_dispute(line.id, 300, reason.id)
        self.assertEqual(self.negotiate(count=2)["amount"], 700)
        plan = self.agreed(count=2)
        explained = line.cobranza_explain()[0]
        self.assertEqual(
            [(one["kind"], one["amount"]) for one in explained["pauses"]],
            [("dispute", 300), ("plan", 700)],
        )
        self.assertEqual((explained["paused"], explained["amount"]), (1000, 0))
        self.assertEqual(explained["pauses"][1]["label"], plan.name)
        debtor = self.debtor()
        self.assertEqual((debtor.disputed_amount, debtor.planned_amount), (300, 700))
        pause = self.pause(self.partner)
        explained = line.cobranza_explain()[0]
        self.assertEqual(
            [(one["kind"], one["amount"]) for one in explained["pauses"]], [("block", 1000)]
        )
        pause.action_end()
        plan.action_cancel()
        self.assertEqual(line.cobranza_explain()[0]["amount"], 700)
        self.assertEqual(self.debtor().planned_amount, 0)

    def test_it_follows_by_itself(self):
        """With each reconciliation, and with each run."""
        move = self.invoice(self.partner, 600)
        plan = self.agreed(**SIX)
        self.pay(move, 100)
        self.env.cr.flush()
        self.assertEqual((plan.paid_amount, plan.debtor_id.planned_amount), (100, 500))
        with self.at(date(2026, 5, 22)):
            self.run_dunning("propose")
            self.assertEqual(plan.state, "broken")

    def test_customers_that_become_one(self):
        self.invoice(self.other, 50)
        self.invoice(self.partner, 600)
        plan = self.agreed(**SIX)
        kept = self.debtor(self.other)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((self.partner | self.other).ids, self.other)
        self.env.invalidate_all()
        self.assertEqual((plan.debtor_id, plan.partner_id), (kept, self.other))
        self.assertEqual(plan.state, "active")

    def followed(self, count):
        """Queries to follow so many new plans, each with a payment."""
        partners = [self.new_partner(f"Planner {count} {number}") for number in range(count)]
        moves = [self.invoice(partner, 600) for partner in partners]
        plans = self.plans.union(*(self.agreed(partner, **SIX) for partner in partners))
        debtors = plans.debtor_id
        with patch.object(self.env.registry["cobranza.debtor"], "_evaluate_agreements"):
            for move in moves:
                self.pay(move, 150)
            self.env.cr.flush()
        self.env.invalidate_all()
        before = sql_db.sql_counter
        self.plans._evaluate(self.company, debtors)
        self.env.flush_all()
        queries = sql_db.sql_counter - before
        self.assertEqual(plans.mapped("paid_amount"), [150] * count)
        return queries

    def test_the_number_of_queries(self):
        self.followed(1)  # what is cached once per process
        queries = self.followed(2)
        self.assertEqual(self.followed(6), queries)
        self.assertLess(queries, 25)
