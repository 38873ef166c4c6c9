"""What an insurer is asked to pay is in no new payment plan, and stays when a plan ends."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .claims import DUE, SOLD, ClaimCase
from .test_cobranza_plan_portal import PNG


@tagged("post_install", "-at_install")
class TestClaimPlan(ClaimCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().cobranza_plan_rebook = True
        cls.company.sudo().cobranza_plan_journal_id = cls.accounts["journals"]["general"]

    def propose(self, **offer):
        self.commit()
        return self.env["cobranza.plan"].propose(
            self.partner.id, {"count": 6, "first": "2026-04-10", **offer}
        )

    def test_what_is_claimed_is_in_no_plan(self):
        self.filed(600)
        self.assertEqual(self.propose()["plan_id"], False)
        with self.assertRaisesRegex(UserError, "disputed, being paid or claimed"):
            self.propose(lines=self.due(self.sold).ids)
        free = self.sale(100, SOLD, DUE, insured=False)
        plan = self.env["cobranza.plan"].browse(self.propose()["plan_id"])
        self.assertEqual(plan.line_ids.move_id, free)

    def test_a_plan_that_was_proposed_before_the_claim(self):
        self.limit(100000)
        self.sold = self.sale(600, SOLD, DUE)
        plan = self.env["cobranza.plan"].browse(self.propose()["plan_id"])
        if plan.state == "draft":
            plan.action_offer()
        claim = self.claim()
        claim.action_file()
        with self.assertRaisesRegex(UserError, f"{claim.name}: cancel the claim first"):
            plan.action_accept()
        # why isn't the customer's to know
        with self.assertRaisesRegex(UserError, "please contact us"):
            plan._sign("Ana", PNG)
        claim.action_cancel()
        plan.action_accept()
        self.assertEqual(plan.state, "active")

    def test_a_plan_that_breaks_leaves_claimed_installments(self):
        self.limit(100000)
        self.sold = self.sale(600, SOLD, DUE)
        plan = self.env["cobranza.plan"].browse(self.propose()["plan_id"])
        plan.action_accept()
        claim = self.claim()
        claim.action_file()
        self.assertEqual(claim.line_ids.move_id, plan.rebook_move_id)
        with self.assertRaises(UserError) as refused:
            plan.action_cancel("He doesn't pay")
        self.assertIn(f"{claim.name}: cancel the claim first", str(refused.exception))
        with self.at(date(2026, 5, 30)):
            self.env["cobranza.plan"]._evaluate(self.company, plan.debtor_id)
            self.commit()
            self.assertEqual((plan.state, plan.rebook_reversal_id.id), ("broken", False))
            self.assertIn("could not be reversed", " ".join(plan.message_ids.mapped("body")))
            claim.action_update()
            self.assertEqual((claim.loss_amount, claim.expected_amount), (600, 540))
            claim.action_cancel()
            plan.action_undo_rebook()
        self.assertEqual(self.due(self.sold).amount_residual, 600)


@tagged("post_install", "-at_install")
class TestClosedClaim(ClaimCase):
    """Writing debts off pays nothing and credits nothing: the customer owes them by law."""

    def closed(self):
        """Close a claim about 600, all of which the insurer has paid but a tenth."""
        claim = self.claim()
        claim.action_file()
        claim.action_accept()
        claim.register_payment()
        claim.action_close()
        self.assertTrue(self.due(self.sold).reconciled)
        return claim

    def look(self, plan):
        """Follow what was agreed, as a commit and the night do; return the plan's state."""
        self.commit()
        self.env["cobranza.debtor"]._evaluate_agreements(self.company, plan.debtor_id)
        return plan.state

    def agreed_before(self, rebook):
        """A plan for 600 in two installments."""
        self.company.sudo().cobranza_plan_rebook = rebook
        self.company.sudo().cobranza_plan_journal_id = self.accounts["journals"]["general"]
        self.limit(1000)
        self.sold = self.sale(600, SOLD, DUE)
        self.commit()
        plans = self.env["cobranza.plan"]
        made = plans.propose(self.partner.id, {"count": 2, "first": "2026-04-10"})
        plan = plans.browse(made["plan_id"])
        plan.action_accept()
        return plan

    def test_a_plan_is_kept_or_broken_as_before(self):
        """By what the customer pays, not by what the insurer does."""
        for rebook in (False, True):
            with self.subTest(rebook=rebook):
                plan = self.agreed_before(rebook)
                claim = self.closed()
                self.assertEqual(self.look(plan), "active")
                self.assertEqual((plan.credited_amount, plan.open_amount), (0, 600))
                with self.at(date(2026, 4, 21)):
                    self.assertEqual(self.look(plan), "broken")
                    self.assertFalse(plan.rebook_reversal_id)
                    claim.action_cancel("Of the next one")
                    plan.action_undo_rebook()

    def test_a_dispute_is_still_for_a_person_to_decide(self):
        self.limit(1000)
        self.sold = self.sale(600, SOLD, DUE)
        self.commit()
        disputes = self.env["cobranza.dispute"]
        made = disputes.raise_dispute(self.due(self.sold).id, 20, "price", None, "2026-08-01")
        dispute = disputes.browse(made["id"])
        promised = self.env["cobranza.promise"].promise(self.partner.id, 50, "2026-04-01")
        self.closed()
        self.commit()
        self.env["cobranza.debtor"]._evaluate_agreements(self.company, dispute.debtor_id)
        self.assertEqual((dispute.state, dispute.credited_amount), ("open", 0))
        self.assertEqual(dispute.debtor_id.disputed_amount, 0, "nothing is chased of it")
        promise = self.env["cobranza.promise"].browse(promised["id"])
        self.assertEqual(promise.state, "cancelled", "there is nothing to pay of it either")
