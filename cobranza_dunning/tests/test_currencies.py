"""What may be chased in other currencies than the company's."""

from odoo.tests import tagged

from .common import CobranzaCase, days_ago


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
