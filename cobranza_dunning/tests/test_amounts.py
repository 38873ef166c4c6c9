"""What may be chased of a due line: credits, payments, currencies, minimums (DESIGN 8.3, 8.15)."""

from odoo.tests import tagged

from .common import TODAY, CobranzaCase, days_ago


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


@tagged("post_install", "-at_install")
class TestForeignCurrency(CobranzaCase):
    """Rates far from one, in both directions: a peer converted the wrong way for years."""

    #: units of the foreign currency for one of the company's: weak and strong
    RATES = ((20, "MXN"), (4000, "COP"), (1 / 20, "EUR"), (1 / 4000, "GBP"))

    def test_rule3_amounts_are_in_the_currency_of_the_line(self):
        for rate, code in self.RATES:
            with self.subTest(code=code):
                currency = self.new_currency(code, rate)
                move = self.invoice(self.partner, 8000, currency=currency)
                self.pay(move, 3000, currency)
                one = self.assertDecision(
                    move, "remind", "level_reached", amount=5000, currency_id=currency
                )
                self.assertAlmostEqual(one.company_amount, 5000 / rate, 2)

    def test_rule3_a_company_in_a_weak_currency(self):
        for rate, code in self.RATES[:2]:
            with self.subTest(code=code):
                weak = self.new_currency(code, rate)
                company = self.new_company(f"Company in {code}", weak)
                dollar = self._dollar_for(company, 1 / rate)
                move = self.invoice(self.partner, 50, currency=dollar, company=company)
                one = self.decision(self.run_dunning(company=company), move)
                self.assertEqual((one.amount, one.currency_id), (50, dollar))
                self.assertAlmostEqual(one.company_amount, 50 * rate, 2)

    def _dollar_for(self, company, rate):
        """The dollar, of which `rate` make one unit of the company's currency."""
        dollar = self.company.currency_id
        dollar.write(
            {"rate_ids": [(0, 0, {"name": "2000-01-01", "rate": rate, "company_id": company.id})]}
        )
        return dollar

    def test_rule3_booked_rate_counts_whatever_happens_to_the_rate_later(self):
        peso = self.new_currency("MXN", 20)
        move = self.invoice(self.partner, 2000, days_ago(30), currency=peso)
        peso.rate_ids = [(0, 0, {"name": days_ago(1), "rate": 40, "company_id": self.company.id})]
        one = self.assertDecision(move, "remind", "level_reached", amount=2000)
        self.assertAlmostEqual(one.company_amount, 100, 2)

    def test_rule3_payment_in_process_in_the_company_currency(self):
        for rate, code in self.RATES:
            with self.subTest(code=code):
                currency = self.new_currency(code, rate)
                move = self.invoice(self.partner, 8000, currency=currency)
                dollars = 2000 / rate  # worth 2 000 of the invoice's currency
                self.payment_in_process(move, dollars, self.company.currency_id)
                self.assertDecision(
                    move, "remind", "level_reached", amount=6000, in_process_amount=2000
                )

    def test_rule3_payment_in_process_in_the_currency_of_the_invoice(self):
        for rate, code in self.RATES:
            with self.subTest(code=code):
                currency = self.new_currency(code, rate)
                move = self.invoice(self.partner, 8000, currency=currency)
                self.payment_in_process(move, 800, currency)
                self.assertDecision(move, "remind", "level_reached", amount=7200)

    def test_rule3_payment_in_a_foreign_currency_of_a_company_currency_invoice(self):
        for rate, code in self.RATES:
            with self.subTest(code=code):
                currency = self.new_currency(code, rate)
                move = self.invoice(self.partner, 8000)
                self.payment_in_process(move, 2000 * rate, currency)
                self.assertDecision(move, "remind", "level_reached", amount=6000)

    def test_rule3_credits_of_the_same_foreign_currency(self):
        for rate, code in self.RATES:
            with self.subTest(code=code):
                currency = self.new_currency(code, rate)
                partner = self.new_partner(f"Customer {code}")
                move = self.invoice(partner, 8000, currency=currency)
                self.credit_note(partner, 3000, currency=currency)
                one = self.assertDecision(move, "remind", "level_reached", amount=5000)
                self.assertAlmostEqual(one.company_amount, 5000 / rate, 2)

    def test_rule3_company_amounts_are_rounded_to_their_currency(self):
        """90 of 100 at 3 for 1: 33.33 × 0.9 = 29.997."""
        euro = self.new_currency("EUR", 3)
        move = self.invoice(self.partner, 100, currency=euro)
        self.payment_in_process(move, 10, euro)
        one = self.assertDecision(move, "remind", "level_reached", amount=90)
        self.assertEqual(one.company_amount, 30)

    def test_rule3_a_currency_without_decimals(self):
        yen = self.new_currency("JPY", 150)
        self.assertEqual(yen.decimal_places, 0)
        move = self.invoice(self.partner, 1001, currency=yen)
        self.payment_in_process(move, 1.11, self.company.currency_id)  # 166.5 yen
        self.assertDecision(move, "remind", "level_reached", amount=834, in_process_amount=167)

    def test_rule1_a_paid_line_of_another_rate_is_not_due(self):
        """Odoo books the exchange difference; nobody owes that."""
        peso = self.new_currency("MXN", 20)
        move = self.invoice(self.partner, 2000, days_ago(30), currency=peso)
        peso.rate_ids = [(0, 0, {"name": days_ago(1), "rate": 40, "company_id": self.company.id})]
        self.pay(move, 2000, peso)
        self.assertFalse(self.run_dunning().line_ids)

    def test_rule1_a_line_with_nothing_in_its_currency_is_not_due(self):
        """A revaluation moves company currency only."""
        peso = self.new_currency("MXN", 20)
        entry = self.journal_debt(self.partner, 2000, currency=peso)
        entry.button_draft()
        for line, balance in zip(entry.line_ids.sorted("balance"), (-7, 7), strict=True):
            line.with_context(check_move_validity=False).write(
                {"amount_currency": 0, "balance": balance}
            )
        entry.action_post()
        line = self.due(entry)
        self.assertEqual((line.amount_residual_currency, line.amount_residual), (0, 7))
        self.assertFalse(line.reconciled)
        self.assertFalse(self.run_dunning().line_ids)
        self.assertEqual(entry.cobranza_explain(), [])


@tagged("post_install", "-at_install")
class TestMinimums(CobranzaCase):
    """What is not worth a letter (rule 15): never a converted threshold."""

    def test_rule15_below_at_and_above(self):
        self.policy.minimum_amount = 100
        for amount, expected in (
            (99.99, ("skip", "below_minimum")),
            (100, ("remind", "level_reached")),
            (100.01, ("remind", "level_reached")),
        ):
            with self.subTest(amount=amount):
                partner = self.new_partner(f"Customer {amount}")
                move = self.invoice(partner, amount)
                self.assertDecision(move, *expected, self.r5, amount)

    def test_rule15_what_one_customer_is_asked_for_adds_up(self):
        self.policy.minimum_amount = 100
        first, second = self.invoice(self.partner, 60), self.invoice(self.partner, 40)
        self.assertDecision(first, "remind", "level_reached")
        self.assertDecision(second, "remind", "level_reached")

    def test_rule15_what_is_not_asked_for_does_not_add_up(self):
        self.policy.minimum_amount = 100
        ready = self.invoice(self.partner, 60)
        self.invoice(self.partner, 500, days_ago(-10))  # not due
        self.pause(move=self.invoice(self.partner, 500))
        self.invoice(self.other, 500)
        self.assertDecision(ready, "skip", "below_minimum", amount=60)

    def test_rule15_what_counts_is_what_may_be_chased(self):
        self.policy.minimum_amount = 100
        move = self.invoice(self.partner, 150)
        self.payment_in_process(move, 30)
        self.credit_note(self.partner, 20)
        self.assertDecision(move, "remind", "level_reached", amount=100)
        self.credit_note(self.partner, 1)
        self.assertDecision(move, "skip", "below_minimum", amount=99)

    def test_rule15_foreign_debts_against_a_minimum_of_a_strong_company(self):
        """Company in USD, minimum 100 USD, debts in pesos at 20 and 4 000 for one dollar."""
        self.policy.minimum_amount = 100
        for rate, code in ((20, "MXN"), (4000, "COP")):
            currency = self.new_currency(code, rate)
            for dollars, reason in ((99, "below_minimum"), (100, "level_reached")):
                with self.subTest(code=code, dollars=dollars):
                    partner = self.new_partner(f"{code} {dollars}")
                    move = self.invoice(partner, dollars * rate, currency=currency)
                    self.assertEqual(self.decide(move).reason, reason)

    def test_rule15_foreign_debts_against_a_minimum_of_a_weak_company(self):
        """A minimum of 100 MXN silenced USD debts of 1 999 at a peer."""
        for rate, code in ((20, "MXN"), (4000, "COP")):
            weak = self.new_currency(code, rate)
            company = self.new_company(f"Company in {code}", weak)
            dollar = self.company.currency_id
            dollar.rate_ids = [
                (0, 0, {"name": "2000-01-01", "rate": 1 / rate, "company_id": company.id})
            ]
            company.cobranza_policy_id.minimum_amount = 5 * rate
            for dollars, reason in ((4.99, "below_minimum"), (5, "level_reached"),
                                    (1999, "level_reached")):
                with self.subTest(code=code, dollars=dollars):
                    partner = self.new_partner(f"{code} {dollars}")
                    move = self.invoice(partner, dollars, currency=dollar, company=company)
                    run = self.run_dunning(company=company)
                    self.assertEqual(self.decision(run, move).reason, reason)

    def test_rule15_currencies_add_up_in_company_currency(self):
        self.policy.minimum_amount = 100
        peso = self.new_currency("MXN", 20)
        pesos = self.invoice(self.partner, 1000, currency=peso)  # 50
        self.assertDecision(pesos, "skip", "below_minimum")
        dollars = self.invoice(self.partner, 50)
        self.assertDecision(pesos, "remind", "level_reached")
        self.assertDecision(dollars, "remind", "level_reached")

    def test_rule15_booked_rates_decide(self):
        self.policy.minimum_amount = 100
        peso = self.new_currency("MXN", 20)
        move = self.invoice(self.partner, 2000, days_ago(30), currency=peso)
        peso.rate_ids = [(0, 0, {"name": days_ago(1), "rate": 40, "company_id": self.company.id})]
        self.assertDecision(move, "remind", "level_reached")

    def test_rule15_the_table_replaces_the_minimum_for_its_currency(self):
        peso = self.new_currency("MXN", 20)
        self.policy.minimum_amount = 100
        self.policy.minimum_ids = [(0, 0, {"currency_id": peso.id, "amount": 500})]
        for amount, reason in ((499.99, "below_minimum"), (500, "level_reached")):
            with self.subTest(amount=amount):
                move = self.invoice(self.new_partner(f"Peso {amount}"), amount, currency=peso)
                self.assertEqual(self.decide(move).reason, reason)
        dollars = self.invoice(self.partner, 99)
        self.assertDecision(dollars, "skip", "below_minimum")

    def test_rule15_a_currency_of_the_table_adds_up_for_itself(self):
        peso = self.new_currency("MXN", 20)
        self.policy.minimum_amount = 100
        self.policy.minimum_ids = [(0, 0, {"currency_id": peso.id, "amount": 500})]
        pesos = self.invoice(self.partner, 600, currency=peso)
        dollars = self.invoice(self.partner, 90)  # 120 with the pesos, but they don't count here
        self.assertDecision(pesos, "remind", "level_reached")
        self.assertDecision(dollars, "skip", "below_minimum")

    def test_rule15_the_table_may_name_the_company_currency(self):
        self.policy.minimum_ids = [
            (0, 0, {"currency_id": self.company.currency_id.id, "amount": 70})
        ]
        move = self.invoice(self.partner, 69.99)
        self.assertDecision(move, "skip", "below_minimum")
        self.assertDecision(self.invoice(self.other, 70), "remind", "level_reached")

    def test_rule15_no_minimum_at_all(self):
        self.assertDecision(self.invoice(self.partner, 0.01), "remind", "level_reached")

    def test_rule15_each_policy_adds_up_its_own_lines(self):
        self.policy.minimum_amount = 100
        strict = self.new_policy(minimum_amount=50)
        mine = self.invoice(self.partner, 60)
        own = self.invoice(self.partner, 60, cobranza_policy_id=strict.id)
        self.assertDecision(mine, "skip", "below_minimum", policy_id=self.policy)
        self.assertDecision(own, "remind", "level_reached", policy_id=strict)

    def test_rule15_a_line_below_the_minimum_has_its_chance_later(self):
        self.policy.minimum_amount = 100
        move = self.invoice(self.partner, 60)
        self.assertFalse(self.run_dunning("propose").reminder_ids)
        self.invoice(self.partner, 60, days_ago(5))
        run = self.run_dunning("propose", TODAY)
        self.assertIn(move, run.reminder_ids.line_ids.move_id)
