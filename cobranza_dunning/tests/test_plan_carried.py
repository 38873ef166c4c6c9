"""What was promised and is disputed of what a plan covers, whether the plan is re-booked or not."""

from datetime import date

from odoo.tests import tagged

from .common import days_ago
from .test_cobranza_plan import SIX, PlanCase

PROMISED = date(2026, 3, 20)
BREACH = date(2026, 4, 21)


@tagged("post_install", "-at_install")
class TestCarried(PlanCase):
    """A company that books nothing for its plans."""

    rebook = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().cobranza_plan_rebook = cls.rebook
        cls.promises, cls.disputes = cls.env["cobranza.promise"], cls.env["cobranza.dispute"]

    def owing(self, *amounts):
        """Invoices of the customer, oldest due first."""
        moves = self.env["account.move"]
        for number, amount in enumerate(amounts):
            moves |= self.invoice(self.partner, amount, due=days_ago(40 - number))
        self.env.cr.flush()
        return moves

    def promise(self, amount, day=PROMISED, lines=None, **kwargs):
        self.env.cr.flush()
        ids = lines.ids if lines else None
        made = self.promises.promise(self.partner.id, amount, str(day), line_ids=ids, **kwargs)
        return self.promises.browse(made["id"])

    def dispute(self, line, amount, revisit_date="2026-05-20", **kwargs):
        made = self.disputes.raise_dispute(line.id, amount, "price", None, revisit_date, **kwargs)
        return self.disputes.browse(made["id"])

    def owed(self, plan):
        """Where what a plan covers is owed now: due lines, oldest due first."""
        covered = plan.line_ids.move_line_id
        return plan._ordered().move_line_id if plan.rebook_move_id else covered

    def pay_of(self, plan, amount):
        self.pay(self.owed(plan).move_id, amount)

    def look(self):
        """As a commit and the night do."""
        self.env.cr.flush()
        self.env["cobranza.debtor"]._evaluate_agreements(self.company, self.debtor())

    # --- promises

    def test_a_promise_is_kept_by_what_is_paid_of_the_plan(self):
        self.owing(600)
        promise = self.promise(300)
        plan = self.agreed(**SIX)
        self.look()
        self.assertEqual(promise.state, "open")
        with self.at(date(2026, 3, 18)):
            self.pay_of(plan, 300)
            self.look()
        self.assertEqual((promise.state, promise.paid_amount), ("kept", 300))
        with self.at(date(2026, 7, 21)):
            self.look()
        self.assertEqual((plan.state, promise.state), ("broken", "kept"))

    def test_a_promise_that_nothing_is_paid_of_is_broken(self):
        self.owing(600)
        promise = self.promise(300)
        plan = self.agreed(**SIX)
        with self.at(date(2026, 3, 25)):
            self.look()
        self.assertEqual((plan.state, promise.state), ("active", "broken"))

    def test_what_was_decided_stays_so(self):
        """A promise that was kept in part, or not at all, was so whatever is booked since."""
        move = self.owing(600)
        both = self.promise(300) | self.promise(200, date(2026, 3, 21))
        self.pay(move, 100)
        with self.at(date(2026, 3, 25)):
            self.look()
            self.assertEqual(both.mapped("state"), ["partial", "broken"])
            self.agreed(**SIX)
            self.look()
        self.assertEqual(both.mapped("state"), ["partial", "broken"])

    def test_a_plan_that_is_cancelled(self):
        """What was promised before is still promised, and left alone."""
        move = self.owing(600)
        promise = self.promise(300)
        plan = self.agreed(**SIX)
        self.look()
        plan.action_cancel()
        self.look()
        self.assertEqual((promise.state, promise.part_ids.mapped("amount")), ("open", [300]))
        self.assertDecision(move, "remind", "level_reached", amount=300, paused_amount=300)
        self.pay(move, 300)
        self.look()
        self.assertEqual(promise.state, "kept")

    def test_what_was_paid_of_it_meanwhile_is_not_left_alone(self):
        move = self.owing(600)
        promise = self.promise(300)
        plan = self.agreed(**SIX)
        self.pay_of(plan, 100)
        self.look()
        plan.action_cancel()
        self.assertEqual((promise.state, promise.paid_amount), ("open", 100))
        self.assertDecision(move, "remind", "level_reached", amount=300, paused_amount=200)

    def test_a_promise_goes_back_to_the_line_it_came_from(self):
        old, new = self.owing(150, 450)
        promise = self.promise(50, lines=self.due(new))
        plan = self.agreed(**SIX)
        self.look()
        plan.action_cancel()
        self.assertEqual(promise.part_ids.filtered("amount").move_line_id, self.due(new))
        self.assertDecision(old, "remind", "level_reached", amount=150)
        self.assertDecision(new, "remind", "level_reached", amount=400)

    def test_two_promises_of_a_line_are_for_different_amounts(self):
        self.owing(400)
        both = self.promise(300) | self.promise(100, date(2026, 3, 25))
        plan = self.agreed(count=4, first="2026-04-10")
        self.assertEqual(self.promises._unpromised(self.owed(plan)), 0)
        self.pay_of(plan, 300)
        self.look()
        self.assertEqual(both.mapped("state"), ["kept", "open"])
        self.pay_of(plan, 100)
        self.look()
        self.assertEqual(both.mapped("state"), ["kept", "kept"])

    def test_a_promise_of_what_is_in_the_plan_outlives_it(self):
        move = self.owing(600)
        plan = self.agreed(**SIX)
        promise = self.promise(100, date(2026, 4, 30), self.owed(plan)[:1])
        with self.at(BREACH):
            self.look()
            self.assertEqual((plan.state, promise.state), ("broken", "open"))
            self.assertEqual((promise.line_ids, promise.part_ids.move_id), (self.due(move), move))
            self.assertDecision(move, "remind", "level_reached", amount=500, paused_amount=100)
            self.pay(move, 100, payment_date=BREACH)
            self.look()
        self.assertEqual(promise.state, "kept")

    def test_his_own_word_again(self):
        """What he promised by himself and didn't pay isn't left alone by his word again."""
        self.owing(600)
        self.promises.sudo().promise(self.partner.id, 300, PROMISED, origin="portal")
        with self.at(date(2026, 3, 25)):
            plan = self.agreed(**SIX)
            self.look()
            with self.assertRefused("We have not seen the payment"):
                self.promise(50, "2026-03-28", self.owed(plan)[:1], origin="portal")

    # --- disputes

    def test_a_dispute_of_what_is_in_the_plan_outlives_it(self):
        move = self.owing(600)
        plan = self.agreed(**SIX)
        dispute = self.dispute(self.owed(plan)[0], 100)
        with self.at(BREACH):
            self.look()
            self.assertEqual((plan.state, dispute.state), ("broken", "open"))
            self.assertEqual((dispute.move_line_id, dispute.move_id), (self.due(move), move))
            self.assertDecision(move, "remind", "level_reached", amount=500, paused_amount=100)
            self.assertEqual(self.disputes._undisputed(self.due(move)), 500)

    def test_what_was_rejected_before(self):
        """He doesn't have it left alone again because it is in a plan now."""
        move, other = self.owing(400, 200)
        self.dispute(self.due(move), 100).action_reject("The price was agreed in the order.")
        plan = self.agreed(lines=self.due(move).ids, count=4, first="2026-04-10")
        with self.assertRefused("We have looked into"):
            self.dispute(self.owed(plan)[0], 50, origin="portal")
        self.assertTrue(self.dispute(self.due(other), 50, origin="portal"))

    def test_a_dispute_of_a_covered_line(self):
        """Left alone no longer, it is part of the plan: it goes with it, and comes back."""
        move = self.owing(600)
        both = self.dispute(self.due(move), 150) | self.dispute(self.due(move), 80, "2026-03-11")
        with self.at(date(2026, 3, 12)):
            plan = self.agreed(**SIX)
            self.assertEqual(plan.amount, 450)
            self.look()
            self.assertEqual(both.mapped("state"), ["open", "open"])
            self.assertEqual(both[0].move_line_id, self.due(move))
            self.assertEqual(both[1].move_line_id, self.owed(plan)[0])
            plan.action_cancel()
            self.look()
            self.assertEqual(both.move_line_id, self.due(move))
            self.assertEqual(both.mapped("amount"), [150, 80])
            self.assertDecision(move, "remind", "level_reached", amount=450)


@tagged("post_install", "-at_install")
class TestCarriedRebooked(TestCarried):
    """A company that re-books: the same, and what only items of installments bring with them."""

    rebook = True

    def test_a_dispute_that_one_line_has_no_room_for(self):
        """It becomes two, with the same reason, person and day: nothing of it is lost."""
        old, new = self.owing(50, 150)
        plan = self.agreed(count=2, first="2026-04-10")
        dispute = self.dispute(self.owed(plan)[0], 80)
        plan.action_cancel()
        both = self.debtor().dispute_ids.sorted("id")
        self.assertEqual(both[0], dispute)
        self.assertEqual(
            [(one.move_line_id, one.amount, one.state) for one in both],
            [(self.due(old), 50, "open"), (self.due(new), 30, "open")],
        )
        self.assertEqual(
            [one.activity_id.date_deadline for one in both], [date(2026, 5, 20)] * 2
        )
        self.assertDecision(new, "remind", "level_reached", amount=120)

    def test_one_that_is_larger_than_any_installment(self):
        """It stays one dispute, on the item that has most room for it."""
        move = self.owing(600)
        dispute = self.dispute(self.due(move), 250, "2026-03-11")
        with self.at(date(2026, 3, 12)):
            plan = self.agreed(down_payment=200, count=4, first="2026-04-10")
            self.assertEqual(dispute.move_line_id, self.owed(plan)[0])
            plan.action_cancel()
        self.assertEqual((dispute.move_line_id, dispute.amount), (self.due(move), 250))

    def test_they_go_where_something_is_open(self):
        """What was paid of other installments has settled the line that their own came from."""
        old, new = self.owing(400, 200)
        plan = self.agreed(**SIX)
        last = self.owed(plan)[3]
        promise = self.promise(60, date(2026, 4, 30), last)
        dispute = self.dispute(last, 40)
        payment = self.open_payment(self.partner, 400)
        credit = payment.move_id.line_ids.filtered(
            lambda one: one.account_type == "asset_receivable"
        )
        (credit | (self.owed(plan) - last)[:4]).reconcile()
        plan.action_cancel()
        self.look()
        self.assertTrue(self.due(old).reconciled)
        self.assertEqual(promise.part_ids.filtered("amount").move_line_id, self.due(new))
        self.assertEqual((promise.state, dispute.move_line_id), ("kept", self.due(new)))

    def test_what_was_decided_about_an_installment(self):
        """Rejected, it is of the invoice afterwards: the customer doesn't claim it again."""
        move = self.owing(600)
        plan = self.agreed(**SIX)
        dispute = self.dispute(self.owed(plan)[0], 100)
        dispute.action_reject("The price was agreed in the order.")
        plan.action_cancel()
        self.assertEqual((dispute.move_line_id, dispute.state), (self.due(move), "rejected"))
        with self.assertRefused("We have looked into"):
            self.dispute(self.due(move), 100, origin="portal")

    def test_what_was_credited_meanwhile(self):
        """An accepted dispute that waits for its own credit note leaves alone only the rest."""
        move = self.owing(600)
        plan = self.agreed(**SIX)
        item = self.owed(plan)[0]
        dispute = self.dispute(item, 100)
        dispute.action_accept()
        note = self.credit_note(self.partner, 40)
        (self.due(note) | item).reconcile()
        self.look()
        self.assertEqual(dispute.credited_amount, 40)
        plan.action_cancel()
        self.look()
        self.assertEqual((dispute.amount, dispute.credited_amount), (100, 40))
        self.assertDecision(move, "remind", "level_reached", amount=500, paused_amount=60)
