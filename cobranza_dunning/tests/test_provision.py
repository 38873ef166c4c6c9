"""How much may be lost of what is owed: the company's rates, what is insured, and the entry."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..engine import expected
from .claims import ClaimCase
from .common import TODAY, days_ago
from .test_expected import SOON, ExpectedCase


@tagged("post_install", "-at_install")
class TestProvision(ExpectedCase):
    """How much may be lost, and the entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls._account_maker(cls.company)
        cls.provision = make("4900", "Provision", "asset_current")
        cls.cost = make("6940", "Cost of provisions", "expense")
        cls.nobody = cls.env["res.partner"]
        cls.release = make("7940", "Provisions released", "income_other")
        cls.company.sudo().write(
            {
                "cobranza_provision_account_id": cls.provision.id,
                "cobranza_provision_expense_id": cls.cost.id,
            }
        )

    def book(self):
        """Draw up the entry and post it; return {(account, partner): balance}."""
        self.env.cr.flush()
        action = self.env["cobranza.expectation"].action_provision()
        move = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((move.state, move.date), ("draft", TODAY))
        move.action_post()
        self.assertEqual(sum(move.line_ids.mapped("balance")), 0)
        return {(one.account_id, one.partner_id): one.balance for one in move.line_ids}

    def book_after_a_payment(self):
        """The second entry: what the first one was about was paid, and somebody else owes."""
        invoice = self.invoice(self.partner, 1000, due=days_ago(100))
        self.book()
        self.pay(invoice)
        self.invoice(self.other, 1000, due=SOON)
        return self.book()

    def test_the_rates_of_the_company(self):
        self.invoice(self.partner, 100, due=days_ago(31))
        self.assertEqual(self.rows().provision_amount, 3.6)
        self.env["cobranza.provision.rate"].action_open_rates()
        rates = self.env["cobranza.provision.rate"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            [(one.days_from, one.rate) for one in rates],
            [(days, float(rate)) for days, rate in expected.PROVISION_RATES],
        )
        rates.filtered(lambda one: one.days_from == 31).rate = 40
        self.assertEqual(self.rows().provision_amount, 40)
        self.env["cobranza.provision.rate"].action_open_rates()  # keeps them
        self.assertEqual(self.rows().provision_amount, 40)

    def test_rates_that_can_not_be(self):
        rates = self.env["cobranza.provision.rate"]
        rates.create({"days_from": 5, "rate": 100})
        for vals, fragment in (
            ({"days_from": 5, "rate": 1}, "from this day on already"),
            ({"days_from": -1, "rate": 1}, "begin with 0"),
            ({"days_from": 6, "rate": 100.01}, "between 0 and 100"),
            ({"days_from": 6, "rate": -0.01}, "between 0 and 100"),
        ):
            refused = self.assertRefused(fragment, ValidationError)
            with self.subTest(**vals), refused, self.env.cr.savepoint():
                rates.create(vals)

    def test_of_who_is_insolvent_all_of_it(self):
        self.invoice(self.partner, 100, due=SOON)
        debtor = self.debtor()
        debtor.sudo().insolvent_on = TODAY + timedelta(days=1)
        self.assertEqual(self.rows().provision_amount, 0.3)
        debtor.sudo().insolvent_on = TODAY
        self.assertEqual(self.rows().provision_amount, 100)

    def test_what_is_being_paid_is_not_at_risk(self):
        invoice = self.invoice(self.partner, 100, due=days_ago(100))
        self.payment_in_process(invoice, 40)
        lost = {one.basis: one.provision_amount for one in self.rows()}
        self.assertEqual(lost, {"payment": 0, "habit": 6.36})

    def test_the_entry(self):
        self.invoice(self.partner, 1000, due=days_ago(100))
        self.invoice(self.other, 1000, due=SOON)
        self.assertEqual(
            self.book(),
            {
                (self.provision, self.partner): -106,
                (self.provision, self.other): -3,
                (self.cost, self.nobody): 109,
            },
        )
        with self.assertRefused("nothing to book"):
            self.book()

    def test_it_follows_what_is_suggested(self):
        self.assertEqual(
            self.book_after_a_payment(),
            {
                (self.provision, self.partner): 106,
                (self.provision, self.other): -3,
                (self.cost, self.nobody): -103,
            },
        )

    def test_what_is_released_has_its_own_account(self):
        self.company.sudo().cobranza_provision_income_id = self.release
        self.assertEqual(
            self.book_after_a_payment(),
            {
                (self.provision, self.partner): 106,
                (self.provision, self.other): -3,
                (self.cost, self.nobody): 3,
                (self.release, self.nobody): -106,
            },
        )

    def test_a_draft_is_posted_first(self):
        self.invoice(self.partner, 1000)
        self.env["cobranza.expectation"].action_provision()
        with self.assertRefused("still a draft, of 03/10/2026"):
            self.env["cobranza.expectation"].action_provision()

    def test_what_stands_on_the_account_already(self):
        """For a contact it is his customer's; for nobody it is released."""
        child = self.new_partner("Child", parent_id=self.partner.id)
        self.invoice(self.partner, 1000, due=days_ago(100))
        lines = [(self.provision, child, -50), (self.provision, None, -7), (self.cost, None, 57)]
        self.env["account.move"].create(
            {
                "journal_id": self.accounts["journals"]["general"].id,
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "partner_id": partner and partner.id,
                         "balance": balance}
                    )
                    for account, partner, balance in lines
                ],
            }
        ).action_post()  # fmt: skip
        self.assertEqual(
            self.book(),
            {
                (self.provision, self.partner): -56,
                (self.provision, self.nobody): 7,
                (self.cost, self.nobody): 49,
            },
        )

    def test_accounts_that_fit(self):
        make = self._account_maker(self.company)
        other = self.new_company()
        theirs = self._account_maker(other)("4901", "Theirs", "asset_current")
        company = self.company.sudo()
        for name, account in (
            ("cobranza_provision_account_id", self.accounts["receivable"]),
            ("cobranza_provision_account_id", self.cost),
            ("cobranza_provision_account_id", theirs),
            ("cobranza_provision_expense_id", self.provision),
            ("cobranza_provision_income_id", self.provision),
        ):
            refused = self.assertRefused("can't be used for", ValidationError)
            with self.subTest(name, account=account.code), refused:
                company[name] = account
        # as Spain's chart has it
        company.cobranza_provision_account_id = make("4902", "490", "liability_current")

    def test_what_lacks_is_named(self):
        self.company.sudo().cobranza_provision_account_id = False
        with self.assertRefused("Settings: Provision."):
            self.env["cobranza.expectation"].action_provision()

    def test_usual_accounts_of_spain(self):
        self.company.sudo().cobranza_provision_account_id = False
        self.company.sudo().cobranza_provision_expense_id = False
        self.company.account_fiscal_country_id = self.env.ref("base.es")
        books = self.company._cobranza_provision_books()
        self.assertEqual(books["cobranza_provision_account_id"], self.provision)
        self.assertEqual(books["cobranza_provision_expense_id"], self.cost)
        self.assertEqual(books["cobranza_provision_income_id"], self.release)

    def test_only_who_may_make_entries(self):
        self.invoice(self.partner, 1000)
        collector = self.new_user("cobranza_dunning.group_collector")
        with self.assertRaises(AccessError):
            self.env["cobranza.expectation"].with_user(collector).action_provision()


@tagged("post_install", "-at_install")
class TestInsuredProvision(ClaimCase):
    """What the insurer pays isn't lost; what he deals with isn't expected of the customer."""

    def test_only_what_is_not_insured(self):
        self.limit(1000)
        sale = self.sale(1000, due=days_ago(-9))
        self.commit()
        [one] = self.due(sale).cobranza_expected()
        # 90 % are the insurer's: 0.3 % of 100
        self.assertEqual(one["provision_amount"], 0.3)

    def test_what_is_claimed_has_no_day(self):
        claim = self.filed()
        told = claim.line_ids.move_line_id.cobranza_expected()
        self.assertTrue(told)
        self.assertEqual({(one["date"], one["basis"]) for one in told}, {(False, "claim")})
        self.assertIn("with the insurer", told[0]["sentence"])
