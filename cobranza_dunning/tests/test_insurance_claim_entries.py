"""What is booked for claims, in other currencies as well, and recoveries before and after."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .claims import DUE, FILED, SOLD, ClaimCase


@tagged("post_install", "-at_install")
class TestClaimEntries(ClaimCase):
    """Amounts, matching, undoing."""

    # --- the insurer's decision

    def test_agreed_on_less_and_on_more(self):
        claim = self.filed(1000)
        claim.action_accept(800, "Delivery of one box isn't proven")
        self.assertEqual((claim.state, claim.open_amount), ("accepted", 800))
        self.assertBalances(insurer=800, claims=-800)
        claim.action_accept("850.50")
        self.assertEqual((claim.accepted_amount, claim.open_amount), (850.5, 850.5))
        self.assertBalances(insurer=850.5, claims=-850.5)

    def test_agreed_on_less_than_was_paid_on_account(self):
        """What is too much stays on the insurer's account until he gets it back."""
        claim = self.filed(1000)
        self.statement(claim.insurer_id, 500, claim._insurer_items())
        claim.action_accept(300)
        self.assertEqual((claim.state, claim.open_amount), ("paid", -200))
        self.assertEqual(claim.received_amount, 500)
        self.assertBalances(insurer=-200, claims=-300)

    def test_amounts_that_are_none(self):
        claim = self.filed(1000)
        nothing, lost = "more than nothing", "more than was lost"
        for amount, words in (("x", "isn't an amount"), (0, nothing), (-5, nothing), (1001, lost)):
            with self.assertRaisesRegex(UserError, words):
                claim.action_accept(amount)

    def test_the_insurer_is_no_customer(self):
        """What he owes is neither chased nor exposure, while the claim is open and afterwards."""
        claim = self.agreed(1000)
        [item] = claim._insurer_items()
        self.commit()
        exposure = self.env["cobranza.insurance.exposure"].search([])
        self.assertEqual(exposure.partner_id, self.partner)
        accounts = self.env["cobranza.debtor"].search([])
        self.assertNotIn(claim.insurer_id, accounts.partner_id)
        line = self.statement(claim.insurer_id, 900, item)
        claim.action_close()
        line.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(item.amount_residual, 900)
        self.assertEqual(item.cobranza_explain(), [])
        self.assertNotIn(item, self.run_dunning("propose").line_ids.move_line_id)

    def test_state_follows_the_bank(self):
        """Undone, the claim isn't paid any more."""
        claim = self.agreed(1000)
        line = self.statement(claim.insurer_id, 900, claim._insurer_items())
        self.assertEqual((claim.state, claim.received_amount), ("paid", 900))
        line.move_id.line_ids.remove_move_reconcile()
        self.assertEqual((claim.state, claim.received_amount), ("accepted", 0))
        with self.assertRaisesRegex(UserError, "only possible while it is “Paid”"):
            claim.action_close()

    def test_entries_are_undone_by_the_claim(self):
        claim = self.filed(1000)
        with self.assertRaisesRegex(UserError, "cancel the claim"):
            claim.move_ids.button_draft()

    # --- other currencies

    def test_invoice_in_a_foreign_currency(self):
        """Two of them are one of the policy's: it counts as it was booked."""
        foreign = self.new_currency("EUR", 2)
        self.limit(100000)
        sold = self.sale(1000, SOLD, DUE, currency=foreign)
        claim = self.claim()
        self.assertEqual((claim.loss_amount, claim.expected_amount), (500, 450))
        claim.action_file()
        claim.action_accept()
        self.statement(claim.insurer_id, 450, claim._insurer_items())
        money = self.customer_pays(100, currency=foreign)
        found = claim.record_recovery(money.id)
        self.assertEqual((found["amount"], found["insurer_amount"]), (50, 45))
        claim.action_close()
        self.assertEqual(claim.written_off_amount, 45)
        self.assertTrue(self.due(sold).reconciled)
        self.assertBalances(share=-45, loss=45)
        claim.action_reopen()
        self.assertEqual(self.due(sold).amount_residual_currency, 900)
        self.assertEqual(self.due(sold).amount_residual, 450)

    def test_policy_in_a_foreign_currency(self):
        """150 of the policy's are one of the company's: both ways are right."""
        foreign = self.new_currency("JPY", 150)
        self.insurance = self.new_insurance(currency_id=foreign.id, sequence=1)
        self.insurance.write(
            {name: account.id for name, account in self.insurer_books.items()}
            | {"insurer_id": self.new_partner("Seguros Sur").id,
               "claim_journal_id": self.accounts["journals"]["general"].id}
        )  # fmt: skip
        claim = self.agreed(1000, 10**9)
        self.assertEqual((claim.loss_amount, claim.expected_amount), (150000, 135000))
        self.assertBalances(insurer=900, claims=-900)
        self.statement(claim.insurer_id, 900, claim._insurer_items())
        self.assertEqual(claim.state, "paid")
        claim.record_recovery(self.customer_pays(100).id)
        self.assertEqual(claim.insurer_share_amount, 13500)
        claim.action_close()
        # 1 000 − 900 − 100 + 90 that are the insurer's
        self.assertBalances(share=-90, loss=90)

    # --- recoveries

    def test_before_the_date_of_loss_it_lowers_the_claim(self):
        """Oldest first, insured or not."""
        self.limit(100000)
        older = self.sale(400, date(2026, 1, 2), date(2026, 2, 1), insured=False)
        sold = self.sale(1000, SOLD, DUE)
        claim = self.claim(loss_date="2026-06-01")
        claim.action_file()
        self.assertBalances(insurer=900, claims=-900)
        money = self.customer_pays(600)
        found = claim.record_recovery(money.id)
        self.assertEqual((found["after_loss"], found["insurer_amount"]), (False, 0))
        self.assertTrue(self.due(older).reconciled)
        self.assertEqual(self.due(sold).amount_residual, 800)
        self.assertEqual((claim.loss_amount, claim.expected_amount), (800, 720))
        self.assertBalances(insurer=720, claims=-720)
        claim.recovery_ids.action_cancel()
        self.assertFalse(money.reconciled)
        self.assertEqual(claim.loss_amount, 1000)
        self.assertBalances(insurer=900, claims=-900)

    def test_it_is_shared_once_it_is_known_how(self):
        claim = self.filed(1000, loss_date="2026-03-01")
        money = self.customer_pays(100)
        with self.assertRaisesRegex(UserError, "what the insurer has agreed to"):
            claim.record_recovery(money.id)
        claim.action_accept()
        with self.assertRaisesRegex(UserError, "came before the date of loss"):
            claim.record_recovery(money.id, date="2026-02-28")
        claim.record_recovery(money.id)
        with self.assertRaisesRegex(UserError, "Recoveries were shared"):
            claim.action_accept(500)

    def test_many_small_ones_are_one_big_one(self):
        """To the cent: 3 × 33.33 and 0.01 of a loss of 1 000, of which 900 were paid."""
        claim = self.agreed(1000)
        for amount in (33.33, 33.33, 33.33, 0.01):
            claim.record_recovery(self.customer_pays(amount).id)
        self.assertAlmostEqual(sum(claim.recovery_ids.mapped("insurer_amount")), 90)
        self.assertEqual((claim.recovered_amount, claim.insurer_share_amount), (100, 90))
        self.assertEqual(claim.owed_amount, 900)
        first = claim.recovery_ids.sorted("id")[0]
        with self.assertRaisesRegex(UserError, "newest first"):
            first.action_cancel()
        claim.recovery_ids.action_cancel()
        self.assertBalances(insurer=900, claims=-900)
        self.assertEqual(self.due(self.sold).amount_residual, 1000)
        with self.assertRaisesRegex(UserError, "cancelled already"):
            first.action_cancel()

    def test_part_of_a_payment(self):
        """What is left of it can be recorded, and no more."""
        claim = self.agreed(1000)
        money = self.customer_pays(100)
        claim.record_recovery(money.id, amount=60)
        with self.assertRaisesRegex(UserError, "40.00 USD are left"):
            claim.record_recovery(money.id, amount=40.01)
        self.assertEqual(claim.record_recovery(money.id)["amount"], 40)
        with self.assertRaisesRegex(UserError, "0.00 USD are left"):
            claim.record_recovery(money.id)

    def test_costs_of_a_recovery(self):
        claim = self.agreed(1000)
        with self.assertRaisesRegex(UserError, "costs are more"):
            claim.record_recovery(self.customer_pays(10).id, costs=10.01)
        found = claim.record_recovery(self.customer_pays(100).id, costs=10)
        self.assertEqual((found["insurer_amount"], found["insured_amount"]), (81, 9))

    def test_what_is_no_payment_of_his(self):
        claim = self.agreed(1000)
        other = self.open_payment(self.new_partner("Somebody else"), 50)
        for item in (other.move_id.line_ids[0], other.move_id.line_ids[1], self.due(self.sold),
                     self.env["account.move.line"]):  # fmt: skip
            with self.assertRaisesRegex(UserError, "posted payment of"):
                claim.record_recovery(item.id)

    def test_closed_claims_are_reopened_first(self):
        claim = self.agreed(1000)
        before = claim.record_recovery(self.customer_pays(100).id)
        self.statement(claim.insurer_id, 900, claim._insurer_items())
        claim.action_close()
        with self.assertRaisesRegex(UserError, "reopen it first"):
            claim.recovery_ids.browse(before["id"]).action_cancel()
        claim.record_recovery(self.customer_pays(50).id)
        with self.assertRaisesRegex(UserError, "cancel that recovery first"):
            claim.action_reopen()

    def test_agreed_before_it_is_undone(self):
        """What lowered the claim can't be undone once the insurer has agreed on the rest."""
        claim = self.filed(1000, loss_date="2026-06-01")
        claim.record_recovery(self.customer_pays(100).id)
        claim.action_accept()
        with self.assertRaisesRegex(UserError, "has agreed on what this recovery left"):
            claim.recovery_ids.action_cancel()

    def test_recoveries_are_made_by_claims(self):
        claim = self.agreed(1000)
        money = self.customer_pays(100)
        with self.assertRaises(AccessError):
            self.env["cobranza.insurance.recovery"].create(
                {"claim_id": claim.id, "date": FILED, "payment_line_id": money.id, "amount": 1}
            )
        claim.record_recovery(money.id)
        with self.assertRaises(AccessError):
            claim.recovery_ids.write({"insurer_amount": 0})

    def test_asked_on_the_screen(self):
        """The dialog does what the actions do."""
        claim = self.filed(1000)

        def dialog(opened, **vals):
            wizard = self.env[opened["res_model"]].with_context(**opened["context"]).create(vals)
            wizard.action_do()

        dialog(claim.action_ask_accept())
        self.assertEqual((claim.state, claim.accepted_amount), ("accepted", 900))
        dialog(claim.action_ask_accept(), amount=800, decision="A delivery note is missing")
        # only looked at again: what was agreed stays
        dialog(claim.action_ask_accept())
        self.assertEqual(
            (claim.accepted_amount, claim.decision), (800, "A delivery note is missing")
        )
        dialog(claim.action_ask_accept(), amount=900)
        dialog(claim.action_ask_recovery(), payment_line_id=self.customer_pays(100).id)
        self.assertEqual(claim.insurer_share_amount, 90)
        dialog(claim.action_ask_cancel(), reason="Paid by somebody else")
        self.assertEqual((claim.state, claim.decision), ("cancelled", "Paid by somebody else"))
        self.partner = self.new_partner("Another one")
        refused = self.filed(1000)
        dialog(refused.action_ask_refuse(), decision="Too late")
        self.assertEqual(refused.state, "refused")
        self.assertEqual(claim.action_view_moves()["domain"][0][2], claim.ids)
        self.assertEqual(claim.action_view_recoveries()["domain"][0][2], claim.ids)
        self.assertEqual(claim.action_view_debtor()["res_id"], claim.debtor_id.id)
