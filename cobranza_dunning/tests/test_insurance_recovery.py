"""How a recovery is matched with debts, what holds it, and what becomes of its payment."""

from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .claims import DUE, FILED, SOLD, ClaimCase


@tagged("post_install", "-at_install")
class TestRecoveryMatching(ClaimCase):
    """No more than is meant of a payment, the oldest debts first, and undone as it was made."""

    def before_loss(self, amount=1000):
        """File a claim of which recoveries come before the date of loss."""
        return self.filed(amount, loss_date="2026-06-01")

    def test_only_what_is_meant_of_a_payment(self):
        claim = self.before_loss()
        money = self.customer_pays(1000)
        claim.record_recovery(money.id, amount=300)
        self.assertEqual((self.due(self.sold).amount_residual, money.amount_residual), (700, -700))
        self.assertEqual((claim.loss_amount, claim.expected_amount), (700, 630))
        claim.record_recovery(money.id, amount=700)
        self.assertTrue(self.due(self.sold).reconciled)
        self.assertTrue(self.due(self.sold).full_reconcile_id)
        self.assertEqual(claim.loss_amount, 0)

    def test_no_more_than_is_owed(self):
        """The rest of the payment stays open."""
        claim = self.agreed(1000)
        money = self.customer_pays(1200)
        for amount in (None, 1000.01):
            with self.assertRaisesRegex(UserError, "only \\$.1,000.00 are still to be recovered"):
                claim.record_recovery(money.id, amount=amount)
        claim.record_recovery(money.id, amount=1000)
        self.assertTrue(self.due(self.sold).reconciled)
        self.assertEqual((money.amount_residual, claim.owed_amount), (-200, 0))

    def test_part_of_a_payment_in_another_currency(self):
        """Two of them are one of the policy's, for the payment as for the debt."""
        foreign = self.new_currency("EUR", 2)
        claim = self.before_loss()
        money = self.customer_pays(1000, currency=foreign)
        claim.record_recovery(money.id, amount=300)
        self.assertEqual(self.due(self.sold).amount_residual, 850)
        self.assertEqual((money.amount_residual_currency, money.amount_residual), (-700, -350))
        self.assertFalse(claim.recovery_ids.partial_ids.exchange_move_id)

    def test_part_of_a_payment_at_another_rate(self):
        """Only what was matched has gained or lost."""
        foreign = self.new_currency("EUR", 2)
        self.limit(100000)
        sold = self.sale(1000, SOLD, DUE, currency=foreign)
        claim = self.claim(loss_date="2026-06-01")
        claim.action_file()
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": FILED, "rate": 4, "company_id": self.company.id}
        )
        money = self.customer_pays(1000, currency=foreign)
        claim.record_recovery(money.id, amount=300)
        self.assertEqual(
            (self.due(sold).amount_residual_currency, self.due(sold).amount_residual), (700, 350)
        )
        self.assertEqual((money.amount_residual_currency, money.amount_residual), (-700, -175))
        difference = claim.recovery_ids.partial_ids.exchange_move_id
        self.assertEqual(sum(difference.line_ids.mapped("debit")), 75)

    def test_the_oldest_debt_is_that_of_the_oldest_sale(self):
        """An installment of a plan is as old as what it comes from, whenever it is due."""
        claim = self.before_loss()
        rebooked = self.sale(500, date(2026, 1, 20), date(2026, 4, 30), insured=False)
        self.due(rebooked).cobranza_original_due_date = date(2026, 1, 15)
        claim.record_recovery(self.customer_pays(600).id)
        self.assertTrue(self.due(rebooked).reconciled)
        self.assertEqual(self.due(self.sold).amount_residual, 900)

    def test_cancelled_only_what_it_matched_is_open_again(self):
        claim = self.before_loss()
        other = self.sale(200, date(2026, 1, 2), date(2026, 2, 1), insured=False)
        money = self.customer_pays(500)
        plain = self.due(other)
        claim.record_recovery(money.id, amount=100)
        self.assertEqual(plain.amount_residual, 100)
        (money | plain).reconcile()
        claim.record_recovery(money.id, amount=300)
        self.assertEqual(self.due(self.sold).amount_residual, 700)
        claim.recovery_ids.action_cancel()
        self.assertEqual(self.due(self.sold).amount_residual, 1000)
        self.assertEqual((plain.amount_residual, money.amount_residual), (100, -400))

    def test_what_can_be_chosen_on_the_screen(self):
        """Payments with something left, since the sale; once it was agreed, since the loss."""
        claim = self.before_loss()
        old = self.customer_pays(10, day=date(2026, 1, 9))
        used = self.customer_pays(100)
        other = self.sale(100, SOLD, DUE, insured=False)
        (used | self.due(other)).reconcile()
        first, second = self.customer_pays(300, day=SOLD), self.customer_pays(400)
        (second | self.due(self.sold)).reconcile()
        wizards = self.env["cobranza.insurance.claim.wizard"]

        def dialog():
            return wizards.with_context(**claim.action_ask_recovery()["context"]).create({})

        wizard = dialog()
        self.assertEqual(wizard.payment_line_ids, first | second)
        self.assertNotIn(old, wizard.payment_line_ids)
        wizard.payment_line_id = first
        self.assertEqual(wizard.payment_amount, 300)
        wizard.payment_amount = 120
        wizard.action_do()
        self.assertEqual((claim.recovery_ids.payment_amount, first.amount_residual), (120, -180))
        wizard = dialog()
        wizard.payment_line_id = second
        self.assertEqual(wizard.payment_amount, 400, "matched with what is claimed")
        wizard.action_do()
        self.assertEqual(dialog().payment_line_ids, first)
        claim.action_accept()
        self.assertFalse(dialog().payment_line_ids, "it came before the date of loss")
        late = self.customer_pays(50, day=date(2026, 6, 1))
        self.assertEqual(dialog().payment_line_ids, late)
        self.assertFalse(wizards.create({"claim_id": claim.id}).payment_line_ids)

    def test_nothing_is_told_of_what_can_not_be_chosen(self):
        claim = self.agreed(1000)
        strange = self.due(self.sale(70, SOLD, DUE, partner=self.other))
        strange |= self.open_payment(self.other, 80).move_id.line_ids
        wizards = self.env["cobranza.insurance.claim.wizard"].with_user(
            self.new_user("cobranza_dunning.group_manager")
        )
        for item in strange:
            wizard = wizards.create(
                {"claim_id": claim.id, "step": "recovery", "payment_line_id": item.id}
            )
            self.assertEqual(wizard.payment_amount, 0)

    def test_how_much_is_left_is_said_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        claim = self.agreed(10000)
        money = self.customer_pays(1234.5)
        claim.record_recovery(money.id, amount=1234)
        with self.assertRaisesRegex(UserError, r"0,50"):
            claim.with_context(lang="es_ES").record_recovery(money.id, amount=1)

    # --- what holds it

    def test_the_payment_of_a_recovery_is_not_reset(self):
        claim = self.agreed(1000)
        money = self.customer_pays(100)
        claim.record_recovery(money.id)
        with self.assertRaisesRegex(UserError, "cancel the recovery"):
            money.move_id.button_draft()
        with self.assertRaisesRegex(UserError, "cancel the recovery"):
            money.payment_id.action_draft()
        with self.assertRaisesRegex(UserError, "cancel the recovery"):
            money.remove_move_reconcile()
        claim.recovery_ids.action_cancel()
        money.payment_id.action_draft()
        self.assertEqual(money.parent_state, "draft")

    def test_what_was_matched_before_it_was_recorded_is_held_as_well(self):
        claim = self.agreed(1000)
        money = self.customer_pays(100)
        (money | self.due(self.sold)).reconcile()
        claim.record_recovery(money.id)
        with self.assertRaisesRegex(UserError, "cancel the recovery"):
            money.remove_move_reconcile()
        claim.recovery_ids.action_cancel()
        self.assertTrue(money.reconciled, "it wasn't matched by the recovery")
        money.remove_move_reconcile()

    def test_what_is_matched_after_closing_is_held_as_well(self):
        claim = self.agreed(1000)
        self.statement(claim.insurer_id, 900, claim._insurer_items())
        claim.action_close()
        money = self.customer_pays(50)
        claim.record_recovery(money.id)
        with self.assertRaisesRegex(UserError, "cancel the recovery"):
            money.remove_move_reconcile()
        claim.recovery_ids.action_cancel()
        self.assertFalse(money.reconciled)

    def test_another_part_of_the_payment_is_free(self):
        claim = self.agreed(1000)
        other = self.sale(200, SOLD, DUE, insured=False)
        money = self.customer_pays(300)
        claim.record_recovery(money.id, amount=100)
        (money | self.due(other)).reconcile()
        self.due(other).remove_move_reconcile()
        self.assertEqual(money.amount_residual, -200)

    def test_an_invoice_in_a_claim_is_not_reset(self):
        """Its due lines would be new ones, and the claim about nothing."""
        claim = self.filed(1000)
        with self.assertRaisesRegex(UserError, f"{claim.name}.*cancel the claim first"):
            self.sold.button_draft()
        claim.action_cancel()
        self.sold.button_draft()
        self.assertEqual(self.sold.state, "draft")

    # --- bank statements

    def test_undoing_a_statement_line(self):
        """Odoo makes its items anew: what was booked is held, what was cancelled keeps its name."""
        claim = self.agreed(1000)
        line = self.statement(self.partner, 100, self.due(self.sold))
        money = line.move_id.line_ids.filtered(lambda one: one.account_id == self.due_account())
        claim.record_recovery(money.id)
        recovery = claim.recovery_ids
        with self.assertRaisesRegex(UserError, "cancel the recovery"):
            line.action_undo_reconciliation()
        with self.assertRaisesRegex(UserError, "cancel the recovery"):
            money.with_context(force_delete=True).unlink()
        recovery.action_cancel()
        line.action_undo_reconciliation()
        self.assertFalse(recovery.payment_line_id)
        self.assertEqual(recovery.payment_name, line.move_id.name)
        self.assertEqual(recovery.payment_currency_id, self.company.currency_id)

    def due_account(self):
        """The account of the customer's debts."""
        return self.due(self.sold).account_id

    # --- entries of claims

    def test_an_entry_is_a_claims_by_the_claim(self):
        claim = self.filed(1000)
        entries = self.env["account.move"]
        vals = {"move_type": "entry", "journal_id": self.accounts["journals"]["general"].id}
        with self.assertRaises(AccessError):
            entries.create({**vals, "insurance_claim_id": claim.id})
        made = entries.with_context(default_insurance_claim_id=claim.id).create(vals)
        self.assertFalse(made.insurance_claim_id)
        with self.assertRaises(AccessError):
            made.insurance_claim_id = claim
        with self.assertRaises(AccessError):
            claim.move_ids.write({"insurance_claim_id": False})
        with self.assertRaises(AccessError):
            claim.write({"move_ids": [fields.Command.link(made.id)]})
