"""From the flag to the recovery, with everything that is booked; and back again."""

from datetime import date

from dateutil.relativedelta import relativedelta
from odoo.tests import tagged

from .claims import DUE, FILED, SOLD, ClaimCase

#: When the insurer was told that nothing had come in.
TOLD = date(2026, 3, 5)


@tagged("post_install", "-at_install")
class TestClaimStory(ClaimCase):
    """Golden examples 2 and 4 of docs/insurance.md, entry by entry."""

    def test_from_the_flag_to_the_recovery_and_back(self):
        """120 000 lost, 100 000 insured at 90 %: 90 000; recovered 30 000: 22 500 and 7 500."""
        self.insurance.write({"law": "es", "deadline_ids": [self.deadline("waiting", "due", 20)]})
        self.limit(100000)
        invoice = self.sale(120000, SOLD, DUE)
        self.assertCovered(invoice, 100000, "partial")

        claim = self.claim()
        self.assertEqual((claim.loss_amount, claim.covered_amount), (120000, 100000))
        self.assertEqual((claim.percentage, claim.expected_amount), (90, 90000))
        self.assertEqual(claim.loss_date, date(2026, 3, 1))
        claim.action_file()
        self.assertEqual((claim.state, claim.filed_on), ("filed", FILED))
        self.assertBalances(insurer=90000, claims=-90000)
        self.assertEqual(self.due(invoice).amount_residual, 120000, "the customer owes it all")

        # half of it on account, by bank: it is no decision
        insurer = claim.policy_id.insurer_id
        self.statement(insurer, 45000, claim._insurer_items())
        self.assertEqual((claim.state, claim.received_amount, claim.open_amount),
                         ("filed", 45000, 45000))  # fmt: skip
        claim.action_accept(90000, "Agreed in full")
        self.assertEqual(claim.state, "accepted")
        self.statement(insurer, 45000, claim._insurer_items())
        self.assertEqual((claim.state, claim.received_amount, claim.open_amount),
                         ("paid", 90000, 0))  # fmt: skip
        self.assertBalances(claims=-90000)

        # the customer pays 30 000 after all
        money = self.customer_pays(30000)
        recovered = claim.record_recovery(money.id)
        self.assertEqual((recovered["insurer_amount"], recovered["insured_amount"]), (22500, 7500))
        self.assertEqual(recovered["passed_on"], "open")
        self.assertTrue(money.reconciled)
        self.assertEqual(self.due(invoice).amount_residual, 90000)
        self.assertBalances(claims=-67500, share=-22500)
        recovery = claim.recovery_ids
        self.statement(insurer, -22500, recovery._share_item())
        self.assertEqual(recovery.passed_on, "done")
        self.assertBalances(claims=-67500)

        # the rest is lost: 120 000 − 90 000 − 7 500
        claim.action_close()
        self.assertEqual((claim.state, claim.written_off_amount), ("closed", 22500))
        self.assertBalances(loss=22500)
        self.assertTrue(self.due(invoice).reconciled)
        self.assertEqual(claim.owed_amount, 90000, "he owes it by law all the same")
        for move in claim.move_ids:
            open_items = move.line_ids.filtered(
                lambda one: one.account_id.reconcile and not one.reconciled
            )
            self.assertFalse(open_items, move.ref)

        # everything back: the newest first
        claim.action_cancel("Filed by mistake")
        self.assertEqual((claim.state, recovery.state), ("cancelled", "cancelled"))
        self.assertEqual(self.due(invoice).amount_residual, 120000)
        self.assertFalse(money.reconciled)
        # what the insurer has paid, and was paid, stays on his account
        self.assertBalances(insurer=-90000, share=22500)

    def test_with_costs(self):
        """10 000 and costs of 1 000 at 85 %: 9 350, half of it on account after six months."""
        self.insurance.write({"law": "es"})
        self.insurance.percentage_ids.filtered(lambda one: one.kind == "named").percentage = 85
        self.limit(100000)
        sold = self.sale(10000, SOLD, DUE)
        with self.at(TOLD):
            self.env["cobranza.insurance.notice"].notify(
                self.partner.id, self.due(sold).ids, "AFP-4"
            )
        claim = self.claim(costs_amount=1000)
        claim.action_file()
        self.assertEqual((claim.covered_costs_amount, claim.insured_amount), (1000, 9350))
        self.assertEqual(claim.expected_amount, 9350)
        self.assertEqual(claim.provisional_amount, 4675)
        self.assertEqual(claim.provisional_date, TOLD + relativedelta(months=6))
        self.assertBalances(insurer=9350, claims=-9350)
        claim.action_accept()
        self.statement(claim.insurer_id, 9350, claim._insurer_items())
        claim.action_close()
        self.assertEqual(claim.written_off_amount, 650, "the costs themselves are booked already")
        self.assertBalances(loss=650)

    def test_recovered_after_the_end(self):
        """What comes after the rest was written off is shared as well; ours lowers the loss."""
        claim = self.agreed()
        self.statement(claim.insurer_id, 90000, claim._insurer_items())
        claim.action_close()
        self.assertBalances(loss=30000)
        money = self.customer_pays(30000)
        recovered = claim.record_recovery(money.id, costs=1000)
        self.assertEqual((recovered["insurer_amount"], recovered["insured_amount"]), (21750, 7250))
        self.assertTrue(money.reconciled)
        self.assertBalances(share=-21750, loss=21750)
        claim.recovery_ids.action_cancel()
        self.assertFalse(money.reconciled)
        self.assertEqual(money.amount_residual, -30000)
        self.assertBalances(loss=30000)
        claim.action_reopen()
        self.assertEqual(claim.state, "paid")
        self.assertBalances(claims=-90000)
        self.assertEqual(self.due(self.sold).amount_residual, 120000)
