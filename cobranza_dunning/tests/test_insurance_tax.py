"""Credit notes for tax alone (Spain, after a default): what is open afterwards, and insured."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .insurance import InsuranceCase

SOLD = date(2026, 3, 1)


@tagged("post_install", "-at_install")
class TestTaxBack(InsuranceCase):
    """An invoice of 1 210, of which 210 is tax that the policy doesn't insure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().cobranza_plan_rebook = True

    def sold(self, **vals):
        """Post the invoice; return it and its tax."""
        self.limit(5000)
        one = self.sale(1000, SOLD, post=False, **vals)
        tax = self.add_tax(one, 210, 1210)
        one.action_post()
        return one, tax

    def pay(self, of, amount):
        """A payment that is matched with open due lines, the oldest first."""
        money = self.open_payment(self.partner, amount, day=self.company._cobranza_today())
        item = money.move_id.line_ids.filtered(lambda one: one.account_type == "asset_receivable")
        (item | self.due(of).filtered(lambda one: not one.reconciled)).reconcile()

    def open_covers(self, of):
        """The covers of a document's due lines that are believed now."""
        self.commit()
        return self.env["cobranza.insurance.cover"].search(
            [("move_id", "=", of.id), ("date_to", "=", False)], order="date_due, id"
        )

    def assertInsured(self, of, residuals, covered):
        """Check what is open of each due line of a document, and what of it is insured."""
        found = self.open_covers(of)
        self.assertEqual(found.mapped("residual_amount"), residuals)
        self.assertEqual(found.mapped("covered_amount"), covered)

    def test_all_that_is_open_is_insured(self):
        one, tax = self.sold()
        self.assertInsured(one, [1210], [1000])
        note = self.take_tax_back(one, tax)
        self.assertInsured(one, [1000], [1000])
        self.due(note).remove_move_reconcile()
        self.assertInsured(one, [1210], [1000])

    def test_the_tax_of_both_installments_is_in_one_credit_note(self):
        terms = self.env["account.payment.term"].create(
            {"name": "Halves", "line_ids": [
                Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                for days in (30, 60)]}
        )  # fmt: skip
        one, tax = self.sold(invoice_payment_term_id=terms.id)
        self.assertInsured(one, [605, 605], [500, 500])
        self.take_tax_back(one, tax)
        self.assertInsured(one, [395, 605], [395, 605])

    def test_a_part_of_the_tax_and_then_a_payment(self):
        one, tax = self.sold()
        self.take_tax_back(one, tax, net=500)
        self.assertInsured(one, [1105], [1000])
        self.pay(one, 552.5)
        self.assertInsured(one, [552.5], [500])

    def test_a_payment_and_then_a_part_of_the_tax(self):
        """Half is paid, with half of the tax; then half of what is left of it is taken back."""
        one, tax = self.sold()
        self.pay(one, 605)
        self.take_tax_back(one, tax, net=250)
        self.assertInsured(one, [552.5], [500])

    def test_the_premium_is_of_the_sale(self):
        """It was 1 000 without tax, whatever became of the tax."""
        self.insurance.premium_rate = 2
        one, tax = self.sold()
        self.take_tax_back(one, tax)
        self.assertEqual(self.open_covers(one).premium_amount, 2)

    def test_a_policy_that_insures_the_tax(self):
        self.insurance.covers_tax = True
        one, tax = self.sold()
        self.take_tax_back(one, tax, net=500)
        self.assertInsured(one, [1105], [1105])

    def rebooked(self, of):
        """The entry of a plan of two installments about what is open of an invoice."""
        self.commit()
        made = self.env["cobranza.plan"].propose(
            self.partner.id, {"lines": self.due(of).ids, "count": 2, "first": "2026-04-10"}
        )
        plan = self.env["cobranza.plan"].browse(made["plan_id"])
        plan.action_accept()
        return plan.rebook_move_id

    def test_after_it_was_re_booked(self):
        one, tax = self.sold()
        entry = self.rebooked(one)
        self.assertInsured(entry, [605, 605], [500, 500])
        self.take_tax_back(entry, tax)
        self.assertInsured(entry, [395, 605], [395, 605])

    def test_before_it_was_re_booked(self):
        one, tax = self.sold()
        self.take_tax_back(one, tax)
        entry = self.rebooked(one)
        self.assertInsured(entry, [500, 500], [500, 500])

    def test_a_part_before_and_the_rest_after_it_was_re_booked(self):
        one, tax = self.sold()
        self.take_tax_back(one, tax, net=500)
        entry = self.rebooked(one)
        self.assertInsured(entry, [552.5, 552.5], [500, 500])
        self.take_tax_back(entry, tax, net=500)
        self.assertInsured(entry, [447.5, 552.5], [447.5, 552.5])

    def test_several_invoices_re_booked_together(self):
        """Only one of them has tax, and half of it was taken back before."""
        one, tax = self.sold()
        plain = self.sale(200, SOLD)
        self.take_tax_back(one, tax, net=500)
        entry = self.rebooked(one | plain)
        self.assertInsured(entry, [652.5, 652.5], [600, 600])
