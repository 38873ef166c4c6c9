"""Which due lines are decided on, whose they are, who is written to."""

from odoo.tests import tagged

from .common import CobranzaCase, days_ago


@tagged("post_install", "-at_install")
class TestSelection(CobranzaCase):
    """Which due lines a run decides on, and why it leaves some alone.

    The numbers in the names of tests are those of the rules of the design.
    """

    # --- rule 1: due lines -------------------------------------------------------------

    def test_rule1_only_posted_receivables_with_an_open_residual(self):
        open_one = self.invoice(self.partner, 100)
        self.invoice(self.partner, 100, post=False)
        paid = self.invoice(self.partner, 100)
        self.pay(paid)
        cancelled = self.invoice(self.partner, 100)
        cancelled.button_draft()
        cancelled.button_cancel()
        run = self.run_dunning()
        self.assertEqual(run.line_ids.move_id, open_one)

    def test_rule1_vendor_bills_are_no_due_lines(self):
        payable = self._account_maker(self.company)("2110", "Payable", "liability_payable")
        bill = self.journal_debt(self.partner, 100)
        bill.button_draft()
        self.due(bill).account_id = payable
        bill.action_post()
        self.assertFalse(self.run_dunning().line_ids)

    def test_rule1_installments_each_on_their_own(self):
        """Not only after the last due date, as a peer did."""
        move = self.invoice(
            self.partner,
            0,
            installments=[(days_ago(25), 20), (days_ago(5), 30), (days_ago(-10), 50)],
        )
        run = self.run_dunning()
        first, second, third = (self.decision(run, line) for line in self.due(move))
        self.assertEqual((first.reason, first.amount), ("level_reached", 20))
        self.assertEqual((second.reason, second.amount), ("level_reached", 30))
        self.assertEqual((third.outcome, third.reason), ("wait", "level_not_reached"))
        self.assertEqual(third.next_date, days_ago(-15))

    def test_rule1_a_paid_installment_leaves_the_others(self):
        move = self.invoice(
            self.partner, 0, installments=[(days_ago(25), 20), (days_ago(6), 80)]
        )
        self.pay(move, 20)
        run = self.run_dunning()
        self.assertEqual(run.line_ids.move_line_id, self.due(move)[1])
        self.assertEqual(run.line_ids.amount, 80)

    def test_rule1_general_journal_debts_count_although_odoo_marks_them(self):
        """Odoo sets `no_followup` on general-journal items by itself: it isn't a person's word."""
        opening = self.journal_debt(self.partner, 100)
        self.assertTrue(self.due(opening).no_followup)
        self.assertDecision(opening, "remind", "level_reached", self.r5, 100)

    def test_rule1_general_journal_debts_are_left_out_if_the_policy_says_so(self):
        opening = self.journal_debt(self.partner, 100)
        invoice = self.invoice(self.partner, 100)
        self.policy.general_journal = False
        self.assertDecision(opening, "skip", "general_journal")
        self.assertDecision(invoice, "remind", "level_reached")

    def test_rule1_general_journal_debts_need_not_be_sent(self):
        opening = self.journal_debt(self.partner, 100)
        self.assertTrue(self.policy.require_sent)
        self.assertDecision(opening, "remind", "level_reached")

    def test_rule1_sales_receipts_are_invoices(self):
        receipt = self.invoice(self.partner, 100, move_type="out_receipt", sent=False)
        self.assertDecision(receipt, "skip", "not_sent")
        receipt.is_move_sent = True
        self.assertDecision(receipt, "remind", "level_reached", amount=100)

    def test_rule1_a_returned_payment_is_a_debt_again(self):
        """A bank entry that charges the customer back: owed, though no invoice says so."""
        books = self.accounts
        back = self.journal_debt(self.partner, 100)
        back.button_draft()
        back.name = False
        back.journal_id = books["journals"]["bank"]
        back.action_post()
        self.assertFalse(self.due(back).no_followup)
        self.assertDecision(back, "remind", "level_reached", amount=100)

    def test_rule1_a_line_without_due_date_counts_from_its_date(self):
        opening = self.journal_debt(self.partner, 100, days_ago(4))
        self.due(opening).date_maturity = False
        self.assertDecision(opening, "wait", "level_not_reached", next_date=days_ago(-1))

    def test_rule1_a_line_without_partner_is_reported(self):
        orphan = self.journal_debt(None, 100)
        run = self.run_dunning()
        one = self.decision(run, orphan)
        self.assertEqual((one.outcome, one.reason, one.amount), ("skip", "no_partner", 0))
        self.assertFalse(one.debtor_id or one.partner_id)
        self.assertEqual(run.figures["reasons"], {"no_partner": 1})
        self.assertIn("no customer", self.assertExplains(self.due(orphan), one)["sentence"])

    def test_rule1_a_receipt_without_customer_is_reported(self):
        receipt = self.invoice(self.env["res.partner"], 100, move_type="out_receipt")
        one = self.decide(receipt)
        self.assertEqual((one.outcome, one.reason, one.residual), ("skip", "no_partner", 100))

    def test_rule1_a_line_without_partner_makes_no_reminder(self):
        self.journal_debt(None, 100)
        self.assertFalse(self.run_dunning("propose").reminder_ids)

    def test_rule1_credits_are_listed_as_credits(self):
        note = self.credit_note(self.partner, 40)
        payment = self.open_payment(self.partner, 60)
        self.assertDecision(note, "skip", "credit", amount=0, residual=-40)
        self.assertDecision(payment.move_id, "skip", "credit", amount=0, residual=-60)

    # --- rule 2: debtors and companies -------------------------------------------------

    def test_rule2_debts_of_contacts_belong_to_the_commercial_partner(self):
        shop = self.new_partner("Shop", parent_id=self.partner.id)
        mine = self.invoice(self.partner, 100)
        his = self.invoice(shop, 100)
        opening = self.journal_debt(shop, 100)
        run = self.run_dunning()
        self.assertEqual(run.line_ids.debtor_id, self.debtor())
        self.assertEqual(run.line_ids.partner_id, self.partner)
        self.assertEqual(len(run.line_ids), 3)
        self.assertEqual(self.debtor().due_line_ids, self.due(mine | his | opening))

    def test_rule2_a_credit_of_the_parent_covers_a_debt_of_the_contact(self):
        shop = self.new_partner("Shop", parent_id=self.partner.id)
        his = self.invoice(shop, 100)
        self.open_payment(self.partner, 100)
        self.assertDecision(his, "skip", "covered_by_credit", amount=0)

    def test_rule2_runs_belong_to_one_company(self):
        second = self.new_company()
        here = self.invoice(self.partner, 100)
        there = self.invoice(self.partner, 100, company=second)
        run = self.run_dunning("propose")
        self.assertEqual(run.line_ids.move_id, here)
        self.assertEqual(run.reminder_ids.company_id, self.company)
        other = self.run_dunning("propose", company=second)
        self.assertEqual(other.line_ids.move_id, there)
        self.assertEqual(other.line_ids.policy_id, second.cobranza_policy_id)
        self.assertEqual(other.line_ids.debtor_id, self.debtor(company=second))
        self.assertNotEqual(self.debtor(company=second), self.debtor())

    def test_rule2_credits_and_payments_of_another_company_change_nothing(self):
        second = self.new_company()
        here = self.invoice(self.partner, 100)
        self.credit_note(self.partner, 100, company=second)
        self.assertDecision(here, "remind", "level_reached", amount=100)

    def test_rule2_history_of_another_company_changes_nothing(self):
        second = self.new_company()
        second.cobranza_policy_id.cadence_days = self.policy.cadence_days = 30
        self.invoice(self.partner, 100, company=second)
        self.run_dunning("propose", company=second).reminder_ids.action_approve()
        reminder = self.env["cobranza.reminder"].search([("company_id", "=", second.id)])
        reminder.action_send()
        here = self.invoice(self.partner, 100)
        self.assertDecision(here, "remind", "level_reached", self.r5)

    def test_rule2_a_run_for_some_customers_reads_only_theirs(self):
        mine = self.invoice(self.partner, 100)
        hers = self.invoice(self.other, 100)
        self.journal_debt(None, 10)
        run = self.run_dunning(debtors=self.debtor(self.other))
        self.assertEqual(run.line_ids.move_id, hers)
        self.assertNotIn(mine, run.line_ids.move_id)

    # --- left out by their own marks ---------------------------------------------------

    def test_no_followup_on_an_invoice_is_honoured(self):
        move = self.invoice(
            self.partner, 0, installments=[(days_ago(25), 20), (days_ago(5), 80)]
        )
        self.due(move)[0].no_followup = True  # Odoo marks all of the invoice
        run = self.run_dunning()
        for line in self.due(move):
            one = self.decision(run, line)
            self.assertEqual((one.outcome, one.reason, one.amount), ("skip", "no_followup", 0))
        self.due(move).no_followup = False
        self.assertDecision(self.due(move)[0], "remind", "level_reached")

    def test_never_sent_invoices_wait_for_being_sent(self):
        move = self.invoice(self.partner, 100, sent=False)
        self.assertDecision(move, "skip", "not_sent", amount=0)
        move.is_move_sent = True
        self.assertDecision(move, "remind", "level_reached", amount=100)

    def test_never_sent_invoices_are_chased_if_the_policy_says_so(self):
        move = self.invoice(self.partner, 100, sent=False)
        self.policy.require_sent = False
        self.assertDecision(move, "remind", "level_reached", amount=100)

    def test_core_payment_block_of_an_invoice_is_a_pause(self):
        move = self.invoice(self.partner, 100)
        other = self.invoice(self.partner, 30)
        move.action_toggle_block_payment()
        self.assertEqual(move.payment_state, "blocked")
        self.assertDecision(move, "skip", "paused", amount=0, paused_amount=100)
        self.assertDecision(other, "remind", "level_reached", amount=30)

    # --- policies that can't decide ----------------------------------------------------

    def test_company_without_policy(self):
        move = self.invoice(self.partner, 100)
        self.company.cobranza_policy_id = False
        one = self.assertDecision(move, "skip", "no_policy", amount=0)
        self.assertFalse(one.policy_id or one.policy_rule)

    def test_policy_without_levels(self):
        self.company.cobranza_policy_id = self.new_policy(levels=[])
        move = self.invoice(self.partner, 100)
        self.assertDecision(move, "skip", "no_levels", amount=0)

    def test_policy_whose_levels_are_all_archived(self):
        move = self.invoice(self.partner, 100)
        self.policy.level_ids.active = False
        self.assertDecision(move, "skip", "no_levels")

    def test_level_whose_template_is_archived(self):
        self.r5.template_id = self.template.copy()
        move = self.invoice(self.partner, 100)
        self.r5.template_id.active = False
        self.assertDecision(move, "skip", "no_template", self.r5)
        self.assertIn("archived", self.r5.problem)

    # --- recipients --------------------------------------------------------------------

    def test_recipient_is_the_contact_on_the_invoice(self):
        """And not the commercial partner, to whom a peer wrote."""
        accounts = self.new_partner("Accounts", parent_id=self.partner.id, type="invoice")
        invoice = self.invoice(accounts, 100)
        direct = self.invoice(self.partner, 100)
        run = self.run_dunning("propose")
        recipients = {one.recipient_id: one.line_ids.move_id for one in run.reminder_ids}
        self.assertEqual(recipients, {accounts: invoice, self.partner: direct})
        self.assertEqual(run.reminder_ids.partner_id, self.partner)

    def test_contact_without_email_gives_way_to_the_commercial_partner(self):
        shop = self.new_partner("Shop", parent_id=self.partner.id, email=False)
        move = self.invoice(shop, 100)
        self.assertDecision(move, "remind", "level_reached")
        self.assertEqual(self.run_dunning("propose").reminder_ids.recipient_id, self.partner)

    def test_customer_without_email_is_work_for_a_person(self):
        move = self.invoice(self.partner, 100)
        self.partner.email = False
        self.assertDecision(move, "skip", "no_email", self.r5)
        self.partner.email = "not an address"
        self.assertDecision(move, "skip", "no_email", self.r5)
        self.partner.email = "ana@example.com"
        self.assertDecision(move, "remind", "level_reached", self.r5)

    def test_runs_and_hand_over_agree_on_what_an_address_is(self):
        """The least that is one: something on both sides of an @."""
        self.invoice(self.partner, 100)
        reminder = self.approved()
        move = self.invoice(self.partner, 100)
        for email in (False, "a.b", "@", "@b", "a@"):
            with self.subTest(email=email):
                self.partner.email = email
                self.assertDecision(move, "skip", "no_email")
                self.assertFalse(reminder._is_reachable())
        for email in ("a@b", "Ana <ana@example.com>", "a@b\n"):
            with self.subTest(email=email):
                self.partner.email = email
                self.assertDecision(move, "remind", "level_reached")
                self.assertTrue(reminder._is_reachable())

    def test_recipient_of_a_journal_debt_is_its_contact(self):
        shop = self.new_partner("Shop", parent_id=self.partner.id)
        opening = self.journal_debt(shop, 100)
        self.assertDecision(opening, "remind", "level_reached")
        self.assertEqual(self.run_dunning("propose").reminder_ids.recipient_id, shop)
