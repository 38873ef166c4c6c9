"""When money is expected and how much of it may be lost, from the books and from agreements."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from ..engine import expected
from ..models.expected_texts import BASIS_SELECTION, LATE_SENTENCES, SENTENCES
from .claims import ClaimCase
from .common import TODAY, days_ago
from .test_cobranza_plan import PlanCase
from .test_profile import ProfileCase

SOON = TODAY + timedelta(days=9)


class ExpectedCase(ProfileCase):
    """Short ways to ask."""

    def told(self, *moves):
        """What is told of due lines: (date, basis, late, amount) of each part."""
        self.env.cr.flush()
        lines = self.env["account.move.line"].union(*map(self.due, moves))
        return [
            (one["date"], one["basis"], one["late"], one["amount"])
            for one in lines.cobranza_expected()
        ]

    def rows(self, *domain):
        """The rows of the forecast as somebody opens it."""
        self.env.cr.flush()
        self.env["cobranza.expectation"].action_forecast()
        return self.env["cobranza.expectation"].search(
            [("company_id", "=", self.company.id), *domain]
        )

    def promise(self, amount, day=SOON):
        self.env["cobranza.promise"].promise(self.partner.id, amount, day)


@tagged("post_install", "-at_install")
class TestExpected(ExpectedCase):
    """The day, and why that one."""

    def test_each_basis_has_its_words(self):
        self.assertEqual({code for code, _label in BASIS_SELECTION}, set(expected.BASES))
        self.assertEqual(set(SENTENCES), set(expected.BASES))
        undated = {"payment", "dispute", "claim"}
        self.assertEqual(set(LATE_SENTENCES), set(expected.BASES) - undated)

    def test_nothing_is_known_of_anybody(self):
        invoice = self.invoice(self.partner, 100, due=SOON)
        self.assertEqual(self.told(invoice), [(str(SOON), "due_date", False, 100)])

    def test_as_late_as_he_pays(self):
        self.buy_and_pay(12)
        invoice = self.invoice(self.partner, 100, due=SOON)
        self.assertEqual(self.told(invoice), [("2026-03-31", "habit", False, 100)])
        self.debtor().pay_days = "10, 25"
        self.assertEqual(self.told(invoice), [("2026-04-10", "habit", False, 100)])

    def test_who_is_not_known_pays_like_the_others(self):
        self.buy_and_pay(12)
        invoice = self.invoice(self.other, 100, due=SOON)
        self.assertEqual(self.told(invoice), [("2026-03-31", "average", False, 100)])

    def test_later_than_usual(self):
        self.buy_and_pay(0, amount=10_000)
        invoice = self.invoice(self.partner, 100, due=days_ago(30))
        self.assertLess(self.debtor().average_delay, 1)
        self.assertEqual(self.told(invoice), [("2026-04-09", "habit", True, 100)])

    def test_promised_disputed_and_being_paid(self):
        invoice = self.invoice(self.partner, 500, due=SOON)
        self.promise(200)
        self.env["cobranza.dispute"].raise_dispute(self.due(invoice).id, 50, "price")
        self.payment_in_process(invoice, 30)
        self.credit_note(self.partner, 20, due=SOON)
        self.assertEqual(
            self.told(invoice),
            [
                (str(TODAY), "payment", False, 30),
                (False, "dispute", False, 50),
                (str(SOON), "promise", False, 200),
                (str(SOON), "due_date", False, 200),
            ],
        )

    def test_a_dispute_stays_one_after_its_day(self):
        invoice = self.invoice(self.partner, 500, due=SOON)
        self.env["cobranza.dispute"].raise_dispute(
            self.due(invoice).id, 500, "price", revisit_date=TODAY + timedelta(days=2)
        )
        with self.at(TODAY + timedelta(days=3)):
            self.assertEqual(self.told(invoice), [(False, "dispute", False, 500)])

    def test_a_promise_that_is_late_within_its_grace(self):
        self.policy.promise_grace_days = 5
        invoice = self.invoice(self.partner, 100, due=days_ago(10))
        self.debtor().pay_days = "25"
        self.promise(100)
        with self.at(SOON + timedelta(days=1)):
            self.assertEqual(self.told(invoice), [("2026-03-25", "promise", True, 100)])

    def test_in_another_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.env["ir.module.module"]._load_module_terms(["cobranza_dunning"], ["es_ES"])
        line = self.due(self.invoice(self.partner, 100, due=days_ago(40)))
        self.assertIn("is late", line.cobranza_expected_sentence)
        spanish = line.with_context(lang="es_ES").cobranza_expected_sentence
        self.assertIn("lleva retraso", spanish)

    def test_in_two_currencies(self):
        euro = self.new_currency("EUR", 0.5)  # 1 EUR = 2 USD
        invoice = self.invoice(self.partner, 100, due=SOON, currency=euro)
        [one] = self.due(invoice).cobranza_expected()
        self.assertEqual((one["amount"], one["currency"]), (100, "EUR"))
        self.assertEqual((one["company_amount"], one["company_currency"]), (200, "USD"))
        self.assertEqual((one["provision_rate"], one["provision_amount"]), (0.3, 0.6))
        self.assertEqual(one["expected_amount"], 199.4)

    def test_what_is_nobodys(self):
        entry = self.journal_debt(None, 70, due=SOON)
        self.journal_debt(None, -20, due=SOON)  # what nobody has claimed pays no debt of nobody
        self.assertEqual(self.told(entry), [(str(SOON), "due_date", False, 70)])
        self.assertEqual(self.rows().mapped("partner_id").ids, [])
        mine = self.invoice(self.partner, 5, due=SOON)
        self.assertEqual(len(self.told(entry, mine)), 2)

    def test_no_due_line_is_none(self):
        invoice = self.invoice(self.partner, 100, due=SOON)
        self.pay(invoice)
        self.assertEqual(invoice.line_ids.cobranza_expected(), [])
        self.assertEqual(self.env["account.move.line"].cobranza_expected(), [])

    def test_on_the_form(self):
        invoice = self.invoice(self.partner, 500, due=days_ago(40))
        self.promise(200)
        line = self.due(invoice)
        self.assertEqual(line.cobranza_expected_date, SOON)
        self.assertEqual(
            line.cobranza_expected_sentence.replace("\N{NO-BREAK SPACE}", ""),
            "$200.00 promised for 03/19/2026. "
            "$300.00 should be here, as he usually pays: perhaps about 04/19/2026.",
        )

    def test_only_for_users_of_collections(self):
        invoice = self.invoice(self.partner, 100)
        employee = new_test_user(
            self.env, "only_employee", groups="base.group_user",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        self.env["ir.model.access"].sudo().create(
            {
                "name": "Everybody reads items",
                "model_id": self.env["ir.model"]._get_id("account.move.line"),
                "group_id": self.env.ref("base.group_user").id,
                "perm_read": True,
            }
        )
        line = self.due(invoice).with_user(employee)
        for ask in (line.cobranza_expected, line.cobranza_explain):
            with self.assertRefused("Only users of Collections", AccessError):
                ask()
        with self.assertRaises(AccessError):
            self.env["cobranza.expectation"].with_user(employee).forecast()


@tagged("post_install", "-at_install")
class TestExpectedPlans(PlanCase):
    """Installments come on their days."""

    def setUp(self):
        super().setUp()
        self.old = self.invoice(self.partner, 400, due=days_ago(40))
        self.new = self.invoice(self.partner, 200, due=days_ago(20))

    def told(self):
        self.env.cr.flush()
        lines = self.env["account.move.line"].search(
            [("partner_id", "=", self.partner.id), ("account_type", "=", "asset_receivable")],
            order="id",
        )
        return [
            (one["line_id"], one["date"], one["amount"])
            for one in lines.cobranza_expected()
            if one["basis"] == "installment"
        ]

    def test_each_pays_the_oldest_line_first(self):
        plan = self.agreed(count=3, first="2026-04-10")
        old, new = self.due(self.old).id, self.due(self.new).id
        days = [str(day) for day in plan._ordered().mapped("date_due")]
        every = [(old, days[0], 200), (old, days[1], 200), (new, days[2], 200)]
        self.assertEqual(self.told(), every)
        self.pay(self.old, 250)
        self.looked_at(plan)
        self.assertEqual(self.told(), [(old, days[1], 150), (new, days[2], 200)])

    def test_re_booked(self):
        self.company.sudo().cobranza_plan_rebook = True
        plan = self.agreed(count=3, first="2026-04-10")
        self.assertEqual(
            self.told(),
            [
                (one.move_line_id.id, str(one.date_due), 200)
                for one in plan._ordered().sorted("move_line_id")
            ],
        )

    def test_a_plan_makes_no_old_debt_young(self):
        """Re-booked or not: 200 days late are 200 days late, whatever is agreed."""
        for rebook in (False, True):
            with self.subTest(rebook=rebook):
                self.company.sudo().cobranza_plan_rebook = rebook
                ancient = self.invoice(self.partner, 90, due=days_ago(200))
                plan = self.agreed(lines=self.due(ancient).ids, count=2, first="2026-04-10")
                self.env.cr.flush()
                self.env["cobranza.expectation"].action_forecast()
                rows = self.env["cobranza.expectation"].search([("basis", "=", "installment")])
                self.assertEqual(rows.mapped("provision_rate"), [50, 50])
                self.assertEqual(set(rows.mapped("date_due")), {days_ago(200)})
                plan.action_cancel()
                self.pay(ancient)

    def test_not_before_it_is_agreed(self):
        self.proposed(count=3, first="2026-04-10")
        self.assertEqual(self.told(), [])


@tagged("post_install", "-at_install")
class TestForecast(ExpectedCase):
    """The rows, their sums, and who may make them."""

    def test_open_is_expected_and_lost(self):
        self.invoice(self.partner, 1000, due=days_ago(100))
        self.invoice(self.other, 500, due=SOON)
        late = self.rows(("partner_id", "=", self.partner.id))
        self.assertEqual(
            (late.provision_rate, late.provision_amount, late.expected_amount), (10.6, 106, 894)
        )
        self.assertEqual((late.partner_id, late.debtor_id), (self.partner, self.debtor()))
        told = self.env["cobranza.expectation"].forecast()
        self.assertEqual(sum(one["amount"] for one in told), 1500)
        self.assertEqual(sum(one["expected_amount"] for one in told), 894 + 498.5)
        self.assertEqual([one["count"] for one in told], [1, 1])

    def test_it_is_never_older_than_the_screen(self):
        invoice = self.invoice(self.partner, 1000, due=SOON)
        self.assertEqual(self.rows().mapped("amount"), [1000])
        self.pay(invoice, 400)
        self.assertEqual(self.rows().mapped("amount"), [600])
        self.pay(invoice)
        self.assertFalse(self.rows())

    def test_what_has_no_day_comes_last(self):
        invoice = self.invoice(self.partner, 100, due=SOON)
        self.env["cobranza.dispute"].raise_dispute(self.due(invoice).id, 30, "price")
        told = self.env["cobranza.expectation"].forecast()
        self.assertEqual(
            [(one["date"], one["basis"], one["amount"]) for one in told],
            [(str(SOON), "due_date", 70), (False, "dispute", 30)],
        )

    def test_of_one_customer(self):
        mine, other = self.invoice(self.partner, 100), self.invoice(self.other, 50)
        action = self.debtor().action_view_expected()
        rows = self.env["cobranza.expectation"].search(action["domain"])
        self.assertEqual(rows.move_id, mine)
        self.assertEqual(rows.action_view_move()["res_id"], mine.id)
        self.assertEqual(self.rows().move_id, mine | other)

    def test_a_customer_whose_debts_went_to_another(self):
        """A contact becomes a customer of his own: nothing is told twice."""
        child = self.new_partner("Child", parent_id=self.partner.id)
        self.journal_debt(child, 100, due=SOON)
        rows = self.rows()
        self.assertEqual((rows.mapped("amount"), rows.partner_id), ([100], self.partner))
        child.parent_id = False
        self.env.cr.flush()
        self.env["cobranza.debtor"].sudo()._ensure(self.company)
        self.debtor(child).action_view_expected()
        rows = self.env["cobranza.expectation"].search([("company_id", "=", self.company.id)])
        self.assertEqual((rows.mapped("amount"), rows.partner_id), ([100], child))

    def test_somebody_made_it_anew_meanwhile(self):
        self.invoice(self.partner, 100)
        [row] = self.rows()
        self.rows()
        self.assertFalse(row.exists())
        self.assertEqual(row.action_view_move()["tag"], "soft_reload")

    def test_each_company_has_its_own(self):
        other = self.new_company()
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 70, company=other)
        both = self.env["cobranza.expectation"].with_context(
            allowed_company_ids=(self.company | other).ids
        )
        both.action_forecast()
        self.assertEqual(both.search([]).mapped("amount"), [100, 70])
        self.assertEqual([one["amount"] for one in both.forecast()], [100])
        auditor = new_test_user(
            self.env, "one_company", groups="cobranza_dunning.group_auditor",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        theirs = self.debtor(company=other).with_user(auditor)
        with self.assertRaises(AccessError):
            theirs.action_view_expected()

    def test_an_auditor_opens_it_and_changes_nothing(self):
        self.invoice(self.partner, 100)
        auditor = new_test_user(
            self.env, "reads", groups="cobranza_dunning.group_auditor",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        expectations = self.env["cobranza.expectation"].with_user(auditor)
        self.assertTrue(expectations.forecast())
        [row] = expectations.search([])
        with self.assertRaises(AccessError):
            row.write({"amount": 1})
        with self.assertRaises(AccessError):
            row.unlink()
        with self.assertRaises(AccessError):
            self.env["cobranza.provision.rate"].with_user(auditor).action_open_rates()

    def test_rows_are_not_made_by_hand(self):
        self.invoice(self.partner, 100)
        [row] = self.rows()
        with self.assertRaises(AccessError):
            call_kw(row, "write", [row.ids, {"amount": 1}], {})

    def test_looking_again(self):
        invoice = self.invoice(self.partner, 100)
        [row] = self.rows()
        self.pay(invoice)
        self.env.cr.flush()
        self.assertEqual(row.action_refresh()["tag"], "soft_reload")
        self.assertFalse(row.exists())


@tagged("post_install", "-at_install")
class TestProvision(ExpectedCase):
    """How much may be lost, and the entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls._account_maker(cls.company)
        cls.provision = make("4900", "Provision", "asset_current")
        cls.cost = make("6940", "Cost of provisions", "expense")
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
        nobody = self.env["res.partner"]
        self.assertEqual(
            self.book(),
            {
                (self.provision, self.partner): -106,
                (self.provision, self.other): -3,
                (self.cost, nobody): 109,
            },
        )
        with self.assertRefused("nothing to book"):
            self.book()

    def test_it_follows_what_is_suggested(self):
        invoice = self.invoice(self.partner, 1000, due=days_ago(100))
        self.book()
        self.pay(invoice)
        self.invoice(self.other, 1000, due=SOON)
        nobody = self.env["res.partner"]
        self.assertEqual(
            self.book(),
            {
                (self.provision, self.partner): 106,
                (self.provision, self.other): -3,
                (self.cost, nobody): -103,
            },
        )

    def test_what_is_released_has_its_own_account(self):
        self.company.sudo().cobranza_provision_income_id = self.release
        invoice = self.invoice(self.partner, 1000, due=days_ago(100))
        self.book()
        self.pay(invoice)
        self.invoice(self.other, 1000, due=SOON)
        nobody = self.env["res.partner"]
        self.assertEqual(
            self.book(),
            {
                (self.provision, self.partner): 106,
                (self.provision, self.other): -3,
                (self.cost, nobody): 3,
                (self.release, nobody): -106,
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
        nobody = self.env["res.partner"]
        self.assertEqual(
            self.book(),
            {
                (self.provision, self.partner): -56,
                (self.provision, nobody): 7,
                (self.cost, nobody): 49,
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
        collector = new_test_user(
            self.env, "collects", groups="cobranza_dunning.group_collector",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
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


@tagged("post_install", "-at_install")
class TestExpectedQueries(ExpectedCase):
    """The number of queries doesn't grow with customers or lines."""

    def queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["cobranza.expectation"].sudo()._refresh(self.company)
        return self.env.cr.sql_log_count - before

    def test_the_same_for_many(self):
        for number in range(2):
            self.invoice(self.new_partner(f"First {number}"), 100)
        self.env.cr.flush()
        self.queries()
        few = self.queries()
        for number in range(6):
            partner = self.new_partner(f"Second {number}")
            for day in (10, 20):
                self.invoice(partner, 100, due=days_ago(day))
        self.env.cr.flush()
        self.assertEqual(self.queries(), few)
        self.assertLess(few, 30)
