"""When money is expected and how much of it may be lost, from the books and from agreements."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..engine import expected
from ..models.expected_texts import BASIS_SELECTION, LATE_SENTENCES, SENTENCES
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
        employee = self.new_user("base.group_user")
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

    def setUpBooks(self):
        super().setUpBooks()
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
        auditor = self.new_user("cobranza_dunning.group_auditor")
        theirs = self.debtor(company=other).with_user(auditor)
        with self.assertRaises(AccessError):
            theirs.action_view_expected()

    def test_an_auditor_opens_it_and_changes_nothing(self):
        self.invoice(self.partner, 100)
        auditor = self.new_user("cobranza_dunning.group_auditor")
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
        partners = [self.new_partner(f"Second {number}") for number in range(6)]
        self.invoices([(one, 100, days_ago(day)) for one in partners for day in (10, 20)])
        self.env.cr.flush()
        self.assertEqual(self.queries(), few)
        self.assertLess(few, 30)
