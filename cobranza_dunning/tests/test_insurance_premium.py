from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_insurance_declaration import APRIL, FEBRUARY, MARCH, DeclarationCase


@tagged("post_install", "-at_install")
class TestPremium(DeclarationCase):
    """What declarations cost, and the insurer's bill."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        account = cls._account_maker(cls.company)
        cls.expense = account("6250", "Insurance", "expense")
        cls.tax_expense = account("6310", "Other taxes", "expense")
        payable = account("2000", "Payable", "liability_payable")
        cls.env["ir.default"].sudo().set(
            "res.partner", "property_account_payable_id", payable.id, company_id=cls.company.id
        )
        journal = cls.env["account.journal"].create(
            {"name": "Bills", "type": "purchase", "code": "BILL", "company_id": cls.company.id,
             "default_account_id": cls.expense.id}
        )  # fmt: skip
        cls.insurance.write(
            {"insurer_id": cls.new_partner("Insurer").id, "premium_journal_id": journal.id,
             "premium_account_id": cls.expense.id, "premium_tax_account_id": cls.tax_expense.id}
        )  # fmt: skip

    def bill(self, declarations):
        """The draft bill of declarations."""
        return self.env["account.move"].browse(declarations.action_bill()["res_id"])

    # --- accrual

    def test_by_invoice_each_has_its_own(self):
        self.insurance.write(
            {"premium_basis": "invoice", "premium_rate": 4, "premium_minimum": 25}
        )
        first = self.sale(10000, FEBRUARY)
        self.sale(1000, FEBRUARY)
        self.credit_note(self.partner, 500, invoice_date=FEBRUARY, reversed_entry_id=first.id)
        one = self.declared()
        self.assertEqual(one.line_ids.mapped("premium_amount"), [40, 25, 0])
        self.assertEqual((one.premium_net, one.premium_tax), (65, 5.2))
        first.button_draft()
        first.invoice_line_ids.price_unit = 20000
        first.action_post()
        with self.at(APRIL):
            march = self.draft(MARCH)
        self.assertEqual((march.premium_net, march.premium_late), (40, 40))

    def test_by_invoice_what_nobody_insures_costs_nothing(self):
        """It is declared where the policy wants it, and stays free once it was."""
        self.insurance.write(
            {"premium_basis": "invoice", "premium_rate": 4, "premium_minimum": 25,
             "declaration_scope": "insurable"}
        )  # fmt: skip
        marked, free = self.sale(10000, FEBRUARY), self.sale(10000, FEBRUARY, insured=False)
        gone = self.sale(10000, FEBRUARY, insured=False)
        one = self.declared()
        self.assertEqual((one.amount, one.line_ids.mapped("premium_amount")), (30000, [40, 0, 0]))
        marked.insured = False
        free.insured = True
        for move in (marked, free):
            move.button_draft()
            move.invoice_line_ids.price_unit = 20000
            move.action_post()
        gone.button_draft()
        with self.at(APRIL):
            march = self.draft(MARCH)
        self.assertEqual(
            [(one.move_id, one.premium_amount) for one in march.line_ids],
            [(marked, 40), (free, 0), (gone, 0)],
        )

    def test_shares_add_up(self):
        for _number in range(3):
            self.sale(100, FEBRUARY)
        self.insurance.premium_rate = 1 / 3
        one = self.draft()
        self.assertEqual(one.premium_net, 0.1)
        self.assertEqual(one.line_ids.mapped("premium_amount"), [0.03, 0.04, 0.03])

    def test_the_minimum_of_the_year(self):
        self.insurance.period_ids.write({"date_from": "2025-04-01", "date_to": "2026-03-31"})
        self.insurance.write({"premium_minimum": 1000, "premium_rate": 10})
        self.sale(30000, FEBRUARY)
        self.sale(64000, MARCH)
        february = self.declared()
        self.assertEqual((february.premium_net, february.premium_minimum), (300, 0))
        with self.at(APRIL):
            march = self.draft(MARCH)
        self.assertEqual((march.premium_net, march.premium_minimum), (640, 60))
        self.assertEqual((march.premium_tax, march.premium_total), (56, 756))

    def test_the_minimum_of_a_year_that_ends_within_a_month(self):
        """15 March to 14 March, renewed: each sale counts for the year of its day alone."""
        self.insurance.period_ids.write({"date_from": "2025-03-15", "date_to": "2026-03-14"})
        self.insurance.period_ids = [
            Command.create({"date_from": "2026-03-15", "date_to": "2027-03-14"})
        ]
        self.insurance.write({"premium_minimum": 1000, "premium_rate": 10})
        self.sale(30000, FEBRUARY)
        self.sale(34000, MARCH)
        self.sale(5000, date(2026, 3, 20))
        february = self.declared()
        self.assertEqual(february.premium_minimum, 0)
        with self.at(APRIL):
            march = self.declared(MARCH)
        self.assertEqual((march.premium_net, march.premium_minimum), (390, 360))
        with self.at(date(2027, 4, 1)):
            next_year = self.draft(date(2027, 3, 10))
        self.assertEqual((next_year.premium_net, next_year.premium_minimum), (0, 950))

    def test_the_minimum_of_a_first_year_that_is_shorter_than_the_period(self):
        self.insurance.period_ids.date_from = "2026-02-01"
        self.insurance.write(
            {"premium_minimum": 1000, "premium_rate": 10, "declaration_months": "12"}
        )
        self.sale(10000, FEBRUARY)
        with self.at(date(2027, 1, 10)):
            one = self.draft(date(2026, 5, 5))
        self.assertEqual((one.premium_net, one.premium_minimum, one.premium_tax), (100, 900, 80))

    def test_the_minimum_of_a_policy_that_is_archived(self):
        """In the period in which it was; what comes afterwards is held against it."""
        self.insurance.write({"premium_minimum": 1000, "premium_rate": 10})
        one = self.sale(10000, FEBRUARY)
        self.declared()
        self.insurance.active = False
        with self.at(APRIL):
            march = self.declared(MARCH)
        self.assertEqual((march.premium_net, march.premium_minimum), (0, 900))
        self.credit_note(self.partner, 4000, invoice=one, reversed_entry_id=one.id,
                         invoice_date=date(2026, 4, 9))  # fmt: skip
        with self.at(date(2026, 5, 2)):
            april = self.draft(date(2026, 4, 9))
        self.assertEqual((april.premium_net, april.premium_minimum), (-40, 40))
        self.assertEqual(april.premium_total, 0)

    def test_what_is_told_late_makes_up_for_the_minimum(self):
        self.insurance.write(
            {"premium_minimum": 1000, "premium_rate": 10, "declaration_from": "2026-12-01"}
        )
        with self.at(date(2027, 1, 5)):
            december = self.declared(date(2026, 12, 5))
        self.assertEqual((december.premium_net, december.premium_minimum), (0, 1000))
        self.insurance.period_ids = [
            Command.create({"date_from": "2027-01-01", "date_to": "2027-12-31"})
        ]
        self.sale(50000, date(2026, 12, 30))
        with self.at(date(2027, 2, 5)):
            january = self.declared(date(2027, 1, 5))
        self.assertEqual((january.premium_net, january.premium_minimum), (500, -500))
        self.assertEqual(january.premium_total, 0)
        with self.at(date(2028, 1, 5)):
            next_year = self.draft(date(2027, 12, 5))
        self.assertEqual((next_year.premium_net, next_year.premium_minimum), (0, 1000))

    def test_a_correction_has_its_part_of_the_minimum(self):
        """That of the last period as well as that of an earlier one."""
        self.insurance.period_ids.date_to = "2026-03-31"
        self.insurance.write({"premium_minimum": 1000, "premium_rate": 10})
        sales = [self.sale(30000, FEBRUARY), self.sale(64000, MARCH)]
        with self.at(APRIL):
            wrong = self.declared() | self.declared(MARCH)
            for sale in sales:
                sale.button_draft()
                sale.invoice_line_ids.price_unit -= 10000
                sale.action_post()
            for one in wrong:
                one.browse(one.action_correct()["res_id"]).action_declare()
        right = wrong.corrected_by_ids.sorted("date_from")
        self.assertEqual(right.mapped("premium_net"), [200, 540])
        self.assertEqual(right.mapped("premium_minimum"), [100, 160])

    # --- the bill

    def test_a_draft_bill_with_the_tax_as_an_expense(self):
        self.sale(100000, FEBRUARY)
        one = self.declared()
        bill = self.bill(one)
        self.assertEqual((bill.state, bill.move_type), ("draft", "in_invoice"))
        self.assertEqual(
            [(line.account_id, line.price_subtotal) for line in bill.invoice_line_ids],
            [(self.expense, 250), (self.tax_expense, 20)],
        )
        self.assertEqual((bill.amount_total, bill.amount_tax), (270, 0))
        self.assertEqual(bill.partner_id, self.insurance.insurer_id)
        self.assertEqual(one.billing, "billed")
        self.assertEqual(one.action_view_bill()["res_id"], bill.id)

    def test_a_manager_who_keeps_no_books_bills_as_well(self):
        """The draft is there for whoever keeps them."""
        self.sale(100000, FEBRUARY)
        one = self.declared()
        manager = self.new_user("cobranza_dunning.group_manager", name="Marta Manager")
        self.env.invalidate_all()
        self.assertIs(one.with_user(manager).action_bill(), True)
        self.assertEqual((one.billing, one.bill_id.state), ("billed", "draft"))
        self.assertEqual(one.bill_id.create_uid, manager)
        self.assertNotIn("action_view_bill", self.env[one._name].with_user(manager).get_view(
            view_type="form")["arch"])  # fmt: skip

    def test_a_tax_of_the_books(self):
        country = self.company.account_fiscal_country_id
        group = self.env["account.tax.group"].create({"name": "T", "country_id": country.id})
        self.insurance.premium_tax_id = self.env["account.tax"].create(
            {"name": "8", "amount": 8, "type_tax_use": "purchase", "country_id": country.id,
             "tax_group_id": group.id}
        )  # fmt: skip
        self.sale(100000, FEBRUARY)
        bill = self.bill(self.declared())
        self.assertEqual((bill.amount_untaxed, bill.amount_tax, bill.amount_total), (250, 20, 270))
        self.assertEqual(len(bill.invoice_line_ids), 1)

    def test_several_at_once_and_none_twice(self):
        self.sale(1000, FEBRUARY)
        self.sale(2000, MARCH)
        february = self.declared()
        with self.at(APRIL):
            march = self.declared(MARCH)
        both = february | march
        self.assertEqual(both.search([("billing", "=", "to_bill")]) & both, both)
        bill = self.bill(both)
        self.assertEqual(bill.amount_untaxed, 8.1)
        self.assertEqual(both.bill_id, bill)
        for again in (february, march, both):
            with self.assertRefused("Already billed"):
                again.action_bill()
        with self.assertRefused("cancel that bill first"):
            march.action_cancel()
        bill.button_cancel()
        self.assertEqual(both.mapped("billing"), ["to_bill", "to_bill"])
        second = self.bill(march)
        self.assertEqual(second.amount_untaxed, 5.4)
        second.unlink()
        self.assertEqual(march.billing, "to_bill")
        self.bill(both)

    def test_a_reversed_bill_may_be_made_again(self):
        self.sale(100000, FEBRUARY)
        one = self.declared()
        bill = self.bill(one)
        bill.invoice_date = MARCH
        bill.action_post()
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({"journal_id": bill.journal_id.id, "date": MARCH}).modify_moves()
        self.assertEqual(bill.payment_state, "reversed")
        self.assertEqual(one.billing, "to_bill")

    def corrected(self):
        """A declaration that was billed, and the one of less that corrects it."""
        sale = self.sale(100000, FEBRUARY)
        wrong = self.declared()
        self.bill(wrong)
        sale.button_draft()
        sale.invoice_line_ids.price_unit = 80000
        sale.action_post()
        right = wrong.browse(wrong.action_correct()["res_id"])
        right.action_declare()
        return wrong, right

    def test_what_a_correction_changes_is_billed(self):
        _wrong, right = self.corrected()
        self.assertEqual((right.premium_net, right.billing), (200, "to_bill"))
        back = self.bill(right)
        self.assertEqual((back.move_type, back.amount_total), ("in_refund", 54))
        self.assertEqual((right.billed_net, right.billed_tax), (-50, -4))

    def test_the_bill_of_what_was_corrected_is_cancelled(self):
        """The premium is billed in full, however often."""
        wrong, right = self.corrected()
        self.bill(right)
        for _ in range(2):
            wrong.bill_id.button_cancel()
            right.invalidate_recordset(["billing"])
            self.assertEqual(right.billing, "to_bill")
            again = self.bill(right)
            self.assertEqual((again.move_type, again.amount_total), ("in_invoice", 270))
            self.assertEqual(wrong.bill_id, again)
            right.invalidate_recordset(["billing"])
            self.assertEqual(right.billing, "billed")
            with self.assertRaisesRegex(UserError, "Already billed"):
                self.bill(right)

    def test_the_policys_currency(self):
        euro = self.new_currency("EUR", per_unit=0.5)
        policy = self.new_insurance(
            name="Euros", currency_id=euro.id, sequence=1, declaration_from=FEBRUARY,
            premium_rate=10, insurer_id=self.insurance.insurer_id.id,
            premium_journal_id=self.insurance.premium_journal_id.id,
        )  # fmt: skip
        self.sale(1000, FEBRUARY)
        one = self.draft(policy=policy)
        one.action_declare()
        bill = self.bill(one)
        self.assertEqual((bill.currency_id, bill.amount_total), (euro, 5))

    def test_what_cannot_be_billed(self):
        with self.assertRefused("declare it first"):
            self.draft().action_bill()
        one = self.declared()
        with self.assertRefused("no premium to bill"):
            one.action_bill()
        self.assertEqual(one.billing, "nothing")
        self.sale(1000, MARCH)
        with self.at(date(2026, 4, 2)):
            march = self.declared(MARCH)
            policy = self.new_insurance(name="Other", sequence=1, premium_rate=1)
            self.sale(1000, APRIL)
        with self.at(date(2026, 5, 2)):
            april = self.draft(APRIL, policy)
            april.action_declare()
            with self.assertRefused("one insurance policy at a time"):
                (march | april).action_bill()
            with self.assertRefused("Choose the insurer"):
                april.action_bill()
            policy.insurer_id = self.insurance.insurer_id
            bill = self.bill(april)
        self.assertEqual((bill.company_id, bill.journal_id.type), (self.company, "purchase"))

    # --- of each invoice

    def test_estimated_until_it_is_declared(self):
        self.insurance.premium_rate = 2
        self.limit(100)
        one = self.sale(5000, FEBRUARY)
        outside = self.sale(5000, FEBRUARY, partner=self.other)
        self.debtor(self.other).insurance_kind = "consumer"
        self.assertEqual(self.cover(one).premium_amount, 10)
        self.assertEqual(self.cover(outside).premium_amount, 0)
        self.assertEqual(one.insurance_premium, 10)
        self.insurance.premium_rate = 3
        self.commit()
        self.assertEqual(one.insurance_premium, 15)
        self.declared()
        self.insurance.premium_rate = 4
        self.commit()
        self.assertEqual((one.insurance_premium, self.cover(one).premium_amount), (15, 20))

    def test_installments_share_what_an_invoice_costs(self):
        self.insurance.write({"premium_basis": "invoice", "premium_rate": 1, "premium_minimum": 25})
        one = self.invoice(
            self.partner, 0, installments=[(date(2026, 4, 1), 3000), (date(2026, 5, 1), 1000)],
            invoice_date=FEBRUARY,
        )  # fmt: skip
        self.commit()
        self.assertEqual(one.cover_ids.sorted("date_due").mapped("premium_amount"), [18.75, 6.25])
        self.assertEqual(one.insurance_premium, 25)

    def test_in_company_currency(self):
        euro = self.new_currency("EUR", per_unit=0.5)
        self.new_insurance(
            name="Euros", currency_id=euro.id, sequence=1, premium_rate=10,
            declaration_from=FEBRUARY,
        )  # fmt: skip
        one = self.sale(1000, FEBRUARY)
        self.assertEqual(self.cover(one).premium_amount, 5)
        self.assertEqual(one.insurance_premium, 10)
