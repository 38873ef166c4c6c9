"""What may be chased of a due line: credits and payments."""

from odoo.tests import tagged

from .common import CobranzaCase, days_ago


@tagged("post_install", "-at_install")
class TestAmounts(CobranzaCase):
    """How much of a due line may be chased (rule 3), through real reconciliations."""

    def assertAmounts(self, run, *expected):
        """Check (line or move, amount) pairs of one run, and that every residual adds up."""
        for of, amount in expected:
            one = self.decision(run, of)
            self.assertAlmostEqual(one.amount, amount, 2, f"{one.move_id.name}: {one.sentence}")
        for one in run.line_ids.filtered(lambda one: one.residual > 0):
            parts = one.in_process_amount + one.paused_amount + one.credit_amount + one.amount
            self.assertAlmostEqual(parts, one.residual, 2, one.move_id.name)
            self.assertGreaterEqual(one.amount, 0)

    # --- what the ledger says ----------------------------------------------------------

    def test_rule3_a_part_payment_leaves_the_rest(self):
        move = self.invoice(self.partner, 100)
        self.pay(move, 40)
        self.assertEqual(move.payment_state, "partial")
        self.assertDecision(move, "remind", "level_reached", amount=60, residual=60)

    def test_rule3_a_payment_with_an_entry_counts_once(self):
        """It is linked to the invoice too, and has lowered the residual already."""
        move = self.invoice(self.partner, 100)
        payment = self.pay(move, 40)
        self.assertIn(payment, move.matched_payment_ids)
        self.assertDecision(move, "remind", "level_reached", amount=60, in_process_amount=0)

    def test_rule3_a_reconciled_credit_note_leaves_the_rest(self):
        move = self.invoice(self.partner, 100)
        self.credit_note(self.partner, 30, invoice=move)
        self.assertDecision(move, "remind", "level_reached", amount=70, credit_amount=0)

    # --- credits -----------------------------------------------------------------------

    def test_rule3_credits_are_set_against_the_oldest_due_first(self):
        new = self.invoice(self.partner, 100, days_ago(10))
        old = self.invoice(self.partner, 100, days_ago(50))
        middle = self.invoice(self.partner, 100, days_ago(30))
        self.credit_note(self.partner, 120)
        self.open_payment(self.partner, 30)
        run = self.run_dunning()
        self.assertAmounts(run, (old, 0), (middle, 50), (new, 100))
        self.assertEqual(self.decision(run, old).reason, "covered_by_credit")
        self.assertEqual(self.decision(run, middle).credit_amount, 50)

    def test_rule3_a_credit_in_the_general_journal_counts_as_well(self):
        move = self.invoice(self.partner, 100)
        self.journal_debt(self.partner, -30)
        self.assertDecision(move, "remind", "level_reached", amount=70)

    def test_rule3_the_unused_part_of_a_payment_is_a_credit(self):
        paid = self.invoice(self.partner, 100)
        move = self.invoice(self.partner, 100)
        self.pay(paid, 130)
        self.assertEqual(paid.payment_state, "paid")
        self.assertDecision(move, "remind", "level_reached", amount=70, credit_amount=30)

    def test_rule3_a_customer_in_credit_is_not_reminded(self):
        first = self.invoice(self.partner, 100)
        second = self.journal_debt(self.partner, 50)
        self.open_payment(self.partner, 200)
        self.assertDecision(first, "skip", "covered_by_credit", amount=0, credit_amount=100)
        self.assertDecision(second, "skip", "covered_by_credit", amount=0, credit_amount=50)
        self.assertFalse(self.run_dunning("propose").reminder_ids)

    def test_rule3_a_credit_of_somebody_else_changes_nothing(self):
        move = self.invoice(self.partner, 100)
        self.credit_note(self.other, 100)
        self.assertDecision(move, "remind", "level_reached", amount=100)

    def test_rule3_credits_are_left_alone_if_the_policy_says_so(self):
        self.policy.net_credits = False
        move = self.invoice(self.partner, 100)
        self.credit_note(self.partner, 30)
        self.assertDecision(move, "remind", "level_reached", amount=100, credit_amount=0)

    def test_rule3_a_credit_goes_by_the_lines_that_are_left_out(self):
        excluded = self.invoice(self.partner, 100, days_ago(60))
        self.due(excluded).no_followup = True
        unsent = self.invoice(self.partner, 100, days_ago(50), sent=False)
        chased = self.invoice(self.partner, 100, days_ago(30))
        self.credit_note(self.partner, 80)
        run = self.run_dunning()
        self.assertEqual(self.decision(run, chased).amount, 20)
        for left_out in (excluded, unsent):
            one = self.decision(run, left_out)
            self.assertEqual((one.amount, one.credit_amount), (0, 0))

    def test_rule3_a_credit_is_used_for_what_is_not_due_yet_only_afterwards(self):
        late = self.invoice(self.partner, 100, days_ago(30))
        later = self.invoice(self.partner, 100, days_ago(-30))
        self.credit_note(self.partner, 130)
        self.assertAmounts(self.run_dunning(), (late, 0), (later, 70))

    def test_rule3_a_paused_line_uses_up_no_credit(self):
        paused = self.invoice(self.partner, 100, days_ago(60))
        chased = self.invoice(self.partner, 100, days_ago(30))
        self.pause(move=paused)
        self.credit_note(self.partner, 80)
        self.assertAmounts(self.run_dunning(), (paused, 0), (chased, 20))

    def test_rule3_a_credit_in_another_currency_is_not_netted(self):
        euro = self.new_currency("EUR", 0.5)
        move = self.invoice(self.partner, 100)
        note = self.credit_note(self.partner, 100, currency=euro)
        run = self.run_dunning()
        self.assertAmounts(run, (move, 100))
        self.assertEqual(self.decision(run, note).reason, "credit")

    def test_rule3_each_currency_has_its_own_credits(self):
        euro = self.new_currency("EUR", 0.5)
        dollars = self.invoice(self.partner, 100)
        euros = self.invoice(self.partner, 100, currency=euro)
        self.credit_note(self.partner, 10)
        self.credit_note(self.partner, 30, currency=euro)
        self.assertAmounts(self.run_dunning(), (dollars, 90), (euros, 70))

    def test_rule3_the_sentence_names_the_parts(self):
        move = self.invoice(self.partner, 100)
        self.payment_in_process(move, 10)
        self.credit_note(self.partner, 30)
        sentence = self.decide(move).sentence
        self.assertRegex(sentence, r"10\.00 in process, .*30\.00 covered by credits")

    # --- payments in process without a journal entry -----------------------------------

    def test_rule3_a_tenth_in_process_hides_a_tenth(self):
        """Odoo then calls the whole invoice "in payment"."""
        move = self.invoice(self.partner, 100)
        self.payment_in_process(move, 10)
        self.assertEqual(move.amount_residual, 100)
        self.assertDecision(
            move, "remind", "level_reached", amount=90, in_process_amount=10, residual=100
        )

    def test_rule3_all_in_process(self):
        move = self.invoice(self.partner, 100)
        self.payment_in_process(move, 100)
        self.assertDecision(move, "skip", "payment_in_process", amount=0, in_process_amount=100)

    def test_rule3_a_branchs_payment_in_process_may_be_its_parents(self):
        """Odoo gives a payment of several branches' invoices to their parent."""
        branch = self.new_branch()
        move = self.invoice(self.partner, 100, company=branch)
        self.payment_in_process(move, 10).company_id = self.company
        run = self.run_dunning(company=branch)
        decided = self.decision(run, move)
        self.assertEqual((decided.amount, decided.in_process_amount), (90, 10))

    def new_branch(self):
        """Create a branch of the company that shares its accounts and journals."""
        branch = self._create_company(name="Branch", parent_id=self.company.id)
        branch.cobranza_policy_id = self.new_policy(company=branch)
        receivable = self.partner.with_company(self.company).property_account_receivable_id
        self.partner.with_company(branch).property_account_receivable_id = receivable
        self.books[branch] = self.books[self.company]
        self.addCleanup(self.books.pop, branch)
        return branch

    def test_rule3_more_in_process_than_is_open(self):
        move = self.invoice(self.partner, 100)
        other = self.invoice(self.partner, 100)
        self.payment_in_process(move, 130)
        run = self.run_dunning()
        self.assertAmounts(run, (move, 0), (other, 100))
        self.assertEqual(self.decision(run, move).in_process_amount, 100)

    def test_rule3_two_payments_in_process_add_up(self):
        move = self.invoice(self.partner, 100)
        self.payment_in_process(move, 10)
        self.payment_in_process(move, 25)
        self.assertDecision(move, "remind", "level_reached", amount=65)

    def test_rule3_one_payment_of_several_invoices_is_used_up_once(self):
        new = self.invoice(self.partner, 100, days_ago(10))
        old = self.invoice(self.partner, 100, days_ago(50))
        self.payment_in_process(new | old, 130)
        self.assertAmounts(self.run_dunning(), (old, 0), (new, 70))

    def test_rule3_a_payment_in_process_covers_the_oldest_installment_first(self):
        move = self.invoice(
            self.partner, 0, installments=[(days_ago(40), 40), (days_ago(10), 60)]
        )
        self.payment_in_process(move, 50)
        first, second = self.due(move)
        self.assertAmounts(self.run_dunning(), (first, 0), (second, 50))

    def test_rule3_draft_cancelled_and_rejected_payments_count_for_nothing(self):
        for undo in ("action_draft", "action_cancel", "action_reject"):
            with self.subTest(undo=undo):
                move = self.invoice(self.partner, 100)
                payment = self.payment_in_process(move, 40)
                getattr(payment, undo)()
                self.assertDecision(move, "remind", "level_reached", amount=100)

    def test_rule3_a_confirmed_payment_without_entry_still_counts(self):
        move = self.invoice(self.partner, 100)
        self.payment_in_process(move, 40).action_validate()
        self.assertEqual(move.amount_residual, 100)
        self.assertDecision(move, "remind", "level_reached", amount=60)

    def test_rule3_a_part_payment_and_one_in_process(self):
        move = self.invoice(self.partner, 100)
        self.pay(move, 30)
        self.payment_in_process(move, 20)
        self.assertDecision(move, "remind", "level_reached", amount=50, residual=70)

    def test_rule3_a_refund_on_its_way_is_no_credit_any_more(self):
        move = self.invoice(self.partner, 100)
        note = self.credit_note(self.partner, 80)
        refund = self.payment_in_process(note, 50)
        self.assertEqual(refund.payment_type, "outbound")
        run = self.run_dunning()
        self.assertAmounts(run, (move, 70))
        self.assertEqual(self.decision(run, note).in_process_amount, 50)

    def test_rule3_a_payment_of_another_companys_invoice_changes_nothing(self):
        second = self.new_company()
        here = self.invoice(self.partner, 100)
        there = self.invoice(self.partner, 100, company=second)
        self.payment_in_process(there, 100)
        self.assertDecision(here, "remind", "level_reached", amount=100)
        run = self.run_dunning(company=second)
        self.assertEqual(self.decision(run, there).reason, "payment_in_process")
