"""Which due lines are decided on, what pauses them, which level they have (DESIGN 8.1–8.8)."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import TODAY, CobranzaCase, days_ago


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


@tagged("post_install", "-at_install")
class TestPauses(CobranzaCase):
    """What a person's pause keeps out (rule 4), and when it ends by itself."""

    def test_rule4_a_pause_of_the_customer_covers_all_his_lines(self):
        first, second = self.invoice(self.partner, 100), self.journal_debt(self.partner, 50)
        hers = self.invoice(self.other, 100)
        self.pause(self.partner)
        self.assertDecision(first, "skip", "paused", amount=0, paused_amount=100)
        self.assertDecision(second, "skip", "paused", amount=0, paused_amount=50)
        self.assertDecision(hers, "remind", "level_reached", paused_amount=0)

    def test_rule4_a_pause_of_an_invoice_covers_its_installments_only(self):
        move = self.invoice(
            self.partner, 0, installments=[(days_ago(25), 20), (days_ago(5), 80)]
        )
        other = self.invoice(self.partner, 10)
        self.pause(move=move)
        run = self.run_dunning()
        self.assertEqual(
            {self.decision(run, line).reason for line in self.due(move)}, {"paused"}
        )
        self.assertEqual(self.decision(run, other).reason, "level_reached")

    def test_rule4_a_pause_of_one_installment_covers_only_that(self):
        move = self.invoice(
            self.partner, 0, installments=[(days_ago(25), 20), (days_ago(5), 80)]
        )
        first, second = self.due(move)
        self.pause(line=first)
        self.assertDecision(first, "skip", "paused", amount=0)
        self.assertDecision(second, "remind", "level_reached", amount=80)

    def test_rule4_the_pause_is_over_on_the_day_it_names(self):
        move = self.invoice(self.partner, 100)
        until = days_ago(-4)
        self.pause(move=move, until=until)
        self.assertDecision(move, "wait", "paused_until", next_date=until, date=TODAY)
        self.assertDecision(move, "wait", "paused_until", next_date=until, date=days_ago(-3))
        self.assertDecision(move, "remind", "level_reached", date=until)

    def test_rule4_two_pauses_never_take_more_than_the_residual(self):
        move = self.invoice(self.partner, 100)
        self.pay(move, 30)
        self.pause(self.partner)
        self.pause(move=move, until=days_ago(-4))
        self.assertDecision(move, "skip", "paused", amount=0, paused_amount=70)

    def test_rule4_of_two_pauses_the_later_day_counts(self):
        move = self.invoice(self.partner, 100)
        self.pause(self.partner, until=days_ago(-2))
        self.pause(move=move, until=days_ago(-9))
        self.assertDecision(move, "wait", "paused_until", next_date=days_ago(-9))

    def test_rule4_an_ended_pause_pauses_nothing(self):
        move = self.invoice(self.partner, 100)
        block = self.pause(move=move)
        block.action_end()
        self.assertEqual(block.state, "over")
        self.assertDecision(move, "remind", "level_reached", amount=100)

    def test_rule4_the_explanation_names_the_paused_amount(self):
        move = self.invoice(self.partner, 100)
        self.pause(move=move)
        self.assertIn("100.00 paused", self.decide(move).sentence)

    def test_a_pause_shows_on_the_customer_at_once(self):
        self.invoice(self.partner, 100)
        block = self.pause(self.partner)
        self.assertTrue(self.debtor().paused)
        block.action_end()
        self.assertFalse(self.debtor().paused)

    def test_a_pause_of_an_invoice_shows_on_the_invoice(self):
        move, other = self.invoice(self.partner, 100), self.invoice(self.partner, 100)
        self.pause(move=move)
        search = self.env["account.move"].search
        ours = [("id", "in", (move | other).ids)]
        self.assertEqual((move.cobranza_paused, other.cobranza_paused), (True, False))
        self.assertEqual(search([*ours, ("cobranza_paused", "=", True)]), move)
        self.assertEqual(search([*ours, ("cobranza_paused", "=", False)]), other)
        self.assertEqual(search([*ours, ("cobranza_to_chase", "=", True)]), other)

    def test_the_pause_dialog(self):
        """One pause for each customer and invoice, all with the same reason."""
        first, second = self.invoice(self.partner, 100), self.invoice(self.partner, 50)
        hers = self.invoice(self.other, 100)
        wizard = self.env["cobranza.pause.wizard"].create(
            {
                "debtor_ids": self.debtor(self.other).ids,
                "move_ids": first.ids,
                "reason": "He called",
                "until": days_ago(-7),
            }
        )
        wizard.action_pause()
        self.assertDecision(first, "wait", "paused_until", next_date=days_ago(-7))
        self.assertDecision(hers, "wait", "paused_until", next_date=days_ago(-7))
        self.assertDecision(second, "remind", "level_reached")

    def test_the_pause_dialog_wants_something_owed(self):
        draft = self.invoice(self.partner, 100, post=False)
        wizard = self.env["cobranza.pause.wizard"].create(
            {"move_ids": draft.ids, "reason": "He called"}
        )
        with self.assertRefused("yet: post them first"):
            wizard.action_pause()

    def test_a_pause_names_only_documents_of_its_customer(self):
        move = self.invoice(self.partner, 100)
        hers = self.invoice(self.other, 100)
        with self.assertRefused("isn't a document of Berta Customer", ValidationError):
            self.pause(self.other, move=move)
        with self.assertRefused("isn't a document of Ana Customer", ValidationError):
            self.pause(self.partner, line=self.due(hers))

    def test_a_pause_of_a_contacts_invoice_is_allowed(self):
        shop = self.new_partner("Shop", parent_id=self.partner.id)
        move = self.invoice(shop, 100)
        self.pause(move=move)
        self.assertDecision(move, "skip", "paused")

    def test_pauses_are_found_by_state(self):
        self.invoice(self.partner, 100)
        endless = self.pause(self.partner)
        running = self.pause(self.partner, until=days_ago(-1))
        past = self.pause(self.partner, until=TODAY)
        ended = self.pause(self.partner)
        ended.action_end()
        search = self.env["cobranza.block"].with_context(active_test=False).search
        ours = [("debtor_id", "=", self.debtor().id)]
        self.assertEqual(search([*ours, ("state", "=", "active")]), running | endless)
        self.assertEqual(search([*ours, ("state", "=", "over")]), ended | past)
        self.assertEqual(len(search([*ours, ("state", "in", ("active", "over"))])), 4)
        self.assertEqual(search([*ours, ("state", "!=", "over")]), running | endless)


@tagged("post_install", "-at_install")
class TestLevels(CobranzaCase):
    """Which level a line has reached, from what was really sent (rules 5 to 8)."""

    def test_rule6_sequential_below_at_and_above_the_delay(self):
        for days_late, expected in (
            (4, ("wait", "level_not_reached")),
            (5, ("remind", "level_reached")),
            (6, ("remind", "level_reached")),
        ):
            with self.subTest(days_late=days_late):
                move = self.invoice(self.partner, 100, days_ago(days_late))
                self.assertDecision(move, *expected, self.r5)

    def test_rule6_an_old_debt_starts_with_the_first_level_when_sequential(self):
        move = self.invoice(self.partner, 100, days_ago(200))
        self.assertDecision(move, "remind", "level_reached", self.r5)

    def test_rule6_an_old_debt_starts_with_its_age_when_by_age_but_never_with_a_demand(self):
        self.policy.progression = "by_age"
        move = self.invoice(self.partner, 100, days_ago(200))
        self.assertDecision(move, "remind", "level_reached", self.f40)
        self.remind(days_ago(1))
        self.assertDecision(move, "remind", "level_reached", self.d60)

    def test_rule6_by_age_takes_the_highest_level_reached(self):
        self.policy.progression = "by_age"
        for days_late, level in ((5, self.r5), (19, self.r5), (20, self.r20), (40, self.f40)):
            with self.subTest(days_late=days_late):
                move = self.invoice(self.partner, 100, days_ago(days_late))
                self.assertDecision(move, "remind", "level_reached", level)

    def test_rule6_the_whole_ladder_step_by_step(self):
        move = self.invoice(self.partner, 100, days_ago(100))
        for days, level in ((90, self.r5), (80, self.r20), (60, self.f40), (40, self.d60)):
            reminder = self.remind(days_ago(days))
            self.assertEqual(reminder.level_id, level)
            self.assertEqual(reminder.line_ids.move_id, move)
        self.assertDecision(move, "skip", "final_level_done")

    def test_rule6_the_last_level_repeats(self):
        self.policy.level_ids.filtered(lambda one: one.delay_days > 5).unlink()
        self.r5.repeat_days = 30
        move = self.invoice(self.partner, 100, days_ago(100))
        self.remind(days_ago(29))
        self.assertDecision(move, "wait", "gap", self.r5, next_date=days_ago(-1))
        self.assertDecision(move, "remind", "repeat", self.r5, date=days_ago(-1))

    def test_rule6_the_gap_since_the_last_message(self):
        self.r20.gap_days = 10
        move = self.invoice(self.partner, 100, days_ago(60))
        self.remind(days_ago(9))
        self.assertDecision(move, "wait", "gap", self.r20, next_date=days_ago(-1))
        self.assertDecision(move, "remind", "level_reached", self.r20, date=days_ago(-1))

    def test_rule6_nobody_hears_twice_on_one_day(self):
        move = self.invoice(self.partner, 100, days_ago(60))
        self.remind(TODAY)
        self.assertDecision(move, "wait", "gap", self.r20, next_date=days_ago(-1))

    def test_rule6_levels_before_the_due_date_end_with_it(self):
        self.company.cobranza_policy_id = self.new_policy([(-3, "reminder"), (5, "reminder")])
        before, after = self.company.cobranza_policy_id.level_ids.sorted("delay_days")
        far = self.invoice(self.partner, 100, days_ago(-4))
        self.assertDecision(far, "wait", "level_not_reached", before, next_date=days_ago(-1))
        near = self.invoice(self.partner, 100, days_ago(-3))
        self.assertDecision(near, "remind", "level_reached", before)
        due_today = self.invoice(self.partner, 100, TODAY)
        self.assertDecision(due_today, "remind", "level_reached", before)
        late = self.invoice(self.partner, 100, days_ago(1))
        self.assertDecision(late, "wait", "level_not_reached", after)

    def test_rule6_only_levels_before_the_due_date(self):
        self.company.cobranza_policy_id = self.new_policy([(-3, "reminder")])
        late = self.invoice(self.partner, 100, days_ago(1))
        one = self.assertDecision(late, "skip", "no_level_left")
        self.assertIn("due date", one.sentence)

    def test_rule6_a_new_policy_starts_anew(self):
        move = self.invoice(self.partner, 100, days_ago(60))
        self.remind(days_ago(20))
        self.remind(days_ago(10))
        self.debtor().policy_id = self.new_policy([(7, "reminder"), (30, "reminder")])
        self.assertDecision(
            move, "remind", "level_reached", self.debtor().policy_id.level_ids[0]
        )

    def test_rule6_moving_a_levels_delay_repeats_nothing(self):
        move = self.invoice(self.partner, 100, days_ago(30))
        self.remind(days_ago(20))
        self.r5.delay_days = 12
        self.assertDecision(move, "remind", "level_reached", self.r20)

    def test_rule5_history_is_found_again_after_reset_to_draft(self):
        """The receivable item may be another one then: invoice and due date tell."""
        move = self.invoice(self.partner, 100, days_ago(30))
        reminder = self.remind(days_ago(10))
        told = self.due(move)
        move.button_draft()
        told.with_context(dynamic_unlink=True, check_move_validity=False).unlink()
        move.invoice_line_ids.price_unit = 90
        move.action_post()
        self.assertNotEqual(self.due(move), told)
        self.assertFalse(reminder.line_ids.move_line_id)
        self.assertEqual(reminder.line_ids.amount, 100)
        self.assertDecision(move, "remind", "level_reached", self.r20, 90)

    def test_rule5_a_cancelled_reminder_is_no_history(self):
        move = self.invoice(self.partner, 100, days_ago(30))
        run = self.run_dunning("propose")
        run.reminder_ids.action_cancel("not now")
        self.assertDecision(move, "remind", "level_reached", self.r5)

    def test_rule5_an_undelivered_reminder_is_no_history(self):
        self.policy.cadence_days = 30
        move = self.invoice(self.partner, 100, days_ago(30))
        reminder = self.remind(days_ago(10))
        self.assertDecision(move, "wait", "cadence", self.r20)
        bounced = self.env["mail.notification"].sudo().search(
            [("mail_message_id", "=", reminder.mail_message_id.id)]
        )
        bounced.notification_status = "bounce"
        self.assertDecision(move, "remind", "level_reached", self.r5)

    def test_rule8_cadence_is_per_debtor_and_says_until_when(self):
        self.policy.cadence_days = 7
        self.invoice(self.partner, 100, days_ago(30))
        hers = self.invoice(self.other, 100, days_ago(30))
        self.remind(days_ago(6), self.debtor(self.partner))
        ready = self.invoice(self.partner, 50, days_ago(5))
        self.assertDecision(ready, "wait", "cadence", self.r5, next_date=days_ago(-1), amount=50)
        self.assertDecision(ready, "remind", "level_reached", self.r5, date=days_ago(-1))
        self.assertDecision(hers, "remind", "level_reached", self.r5)

    def test_rule8_without_cadence_one_reminded_invoice_does_not_silence_the_others(self):
        told = self.invoice(self.partner, 100, days_ago(19))
        self.remind(TODAY)
        ready = self.invoice(self.partner, 50, days_ago(5))
        self.assertDecision(told, "wait", "level_not_reached", self.r20)
        self.assertDecision(ready, "remind", "level_reached", self.r5)

    def test_rule7_one_reminder_in_the_tone_of_the_highest_level(self):
        old = self.invoice(self.partner, 100, days_ago(30))
        self.remind(days_ago(20))
        new = self.invoice(self.partner, 50, days_ago(10))
        run = self.run_dunning("propose")
        self.assertEqual(len(run.reminder_ids), 1)
        self.assertEqual(run.reminder_ids.level_id, self.r20)
        levels = {line.move_id: line.level_id for line in run.reminder_ids.line_ids}
        self.assertEqual(levels, {old: self.r20, new: self.r5})
