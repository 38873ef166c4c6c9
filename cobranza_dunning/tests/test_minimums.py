"""Who is asked for too little to be written to."""

from odoo.tests import tagged

from .common import TODAY, CobranzaCase, days_ago


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
