"""Reports of credit insurance: exposure, use of limits, what was believed on a day."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import format_date

from .common import TODAY
from .insurance import InsuranceCase

MAY = date(2026, 5, 3)


@tagged("post_install", "-at_install")
class TestExposure(InsuranceCase):
    """What is owed, by what of it is insured."""

    def rows(self, *domain):
        self.commit()
        return self.env["cobranza.insurance.exposure"].search(
            [("company_id", "=", self.company.id), *domain]
        )

    def test_open_is_covered_not_covered_and_not_to_be_insured(self):
        self.limit(100)
        covered = self.sale(60)
        partly = self.sale(50, date(2026, 3, 2))
        nobody_wants = self.sale(30, date(2026, 3, 3), insured=False)
        figures = {
            one.move_id: (
                one.residual_amount, one.covered_amount, one.uncovered_amount,
                one.unflagged_amount, one.insured_amount, one.state, one.reason,
            )
            for one in self.rows()
        }  # fmt: skip
        self.assertEqual(
            figures,
            {
                covered: (60, 60, 0, 0, 54, "covered", "within_limit"),
                partly: (50, 40, 10, 0, 36, "partial", "limit_partly"),
                nobody_wants: (30, 0, 0, 30, 0, "not_flagged", "not_flagged"),
            },
        )

    def test_percentages_are_no_sums(self):
        self.limit(200)
        self.sale(60)
        self.sale(50, date(2026, 3, 2))
        self.commit()
        [[percentage, insured]] = self.env["cobranza.insurance.cover"]._read_group(
            [("policy_id", "=", self.insurance.id)],
            aggregates=[
                f"{name}:{self.env['cobranza.insurance.cover']._fields[name].aggregator}"
                for name in ("percentage", "insured_amount")
            ],
        )
        self.assertEqual((percentage, insured), (90, 99))

    def test_its_sums_are_those_of_the_account(self):
        self.limit(100)
        self.sale(90)
        self.sale(70, date(2026, 3, 2))
        self.sale(30, insured=False)
        rows = self.rows()
        debtor = self.debtor()
        self.assertAlmostEqual(sum(rows.mapped("covered_amount")), debtor.insured_amount)
        uninsured = sum(rows.mapped("uncovered_amount")) + sum(rows.mapped("unflagged_amount"))
        self.assertAlmostEqual(uninsured, debtor.uninsured_amount)
        self.assertEqual(rows.debtor_id, debtor)

    def test_in_company_currency_after_a_part_payment(self):
        euro = self.new_currency("EUR", 2)
        self.limit(1000)
        sale = self.sale(100, currency=euro)
        row = self.rows(("move_id", "=", sale.id))
        self.assertEqual((row.residual_amount, row.covered_amount), (50, 50))
        self.pay(sale, 40)
        row = self.rows(("move_id", "=", sale.id))
        self.assertEqual((row.residual_amount, row.covered_amount), (30, 30))

    def test_grouped_by_reason_and_month(self):
        self.limit(100)
        self.sale(100)
        self.sale(20, date(2026, 3, 2))
        self.commit()
        found = self.env["cobranza.insurance.exposure"]._read_group(
            [("company_id", "=", self.company.id), ("uncovered_amount", ">", 0)],
            ["reason", "date_due:month", "policy_id", "country_id", "user_id"],
            ["uncovered_amount:sum"],
        )
        self.assertEqual([(one[0], one[2], one[-1]) for one in found],
                         [("limit_full", self.insurance, 20)])  # fmt: skip

    def test_it_is_exported(self):
        self.limit(100)
        sale = self.sale(60)
        (row,) = self.rows().export_data(["partner_id/name", "move_id/name", "covered_amount"])[
            "datas"
        ]
        self.assertEqual(row, [self.partner.name, sale.name, 60])

    def test_what_is_settled_or_credit_is_not_exposure(self):
        sale = self.sale(60)
        self.pay(sale, 60)
        self.sale(40, move_type="out_refund")
        self.assertFalse(self.rows())

    def test_buttons_on_the_customer(self):
        self.limit(100)
        self.sale(150)
        self.commit()
        action = self.partner.action_cobranza_exposure()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.uncovered_amount, self.partner.cobranza_uninsured_amount)
        self.assertEqual(rows.action_view_move()["res_id"], rows.move_id.id)
        limits = self.partner.action_cobranza_limits()
        self.assertEqual(
            self.env[limits["res_model"]].search(limits["domain"]).partner_id, self.partner
        )

    def test_outsiders_do_not_read_it(self):
        plain = self.new_user("base.group_user", name="Plain")
        for name in ("cobranza.insurance.exposure", "cobranza.insurance.use"):
            with self.assertRaises(AccessError):
                self.env[name].with_user(plain).search([])

    def test_the_same_queries_for_more_lines(self):
        names = ["partner_id", "covered_amount", "state", "policy_id"]
        self.limit(100)
        self.sale(60)
        self.rows().read(names)  # what is cached once per process
        counts = []
        for _more in range(2):
            for number in range(3):
                self.sale(10 + number)
            self.commit()
            with self.assertQueryCount(20):
                before = self.cr.sql_log_count
                self.rows().read(names)
                counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)


@tagged("post_install", "-at_install")
class TestUse(InsuranceCase):
    """How much of each limit is used."""

    def use(self, partner=None):
        self.commit()
        return self.env["cobranza.insurance.use"].search(
            [("partner_id", "=", (partner or self.partner).id)]
        )

    def test_it_follows_sales_payments_and_decisions(self):
        self.limit(200, until="2026-12-01")
        one = self.use()
        self.assertEqual((one.limit_amount, one.used_amount, one.free_amount), (200, 0, 200))
        self.assertEqual((one.limit_kind, one.until), ("named", date(2026, 12, 1)))
        sale = self.sale(170)
        one = self.use()
        self.assertEqual((one.used_amount, one.free_amount, one.used_share), (170, 30, 85))
        self.assertFalse(one.free_reason)
        self.pay(sale, 50)
        self.assertEqual(self.use().used_share, 60)
        self.limit(100, effective=TODAY)
        one = self.use()
        self.assertEqual((one.limit_amount, one.free_amount, one.used_share), (100, 0, 120))

    def test_it_says_what_the_account_says(self):
        self.limit(200)
        self.sale(170)
        one, debtor = self.use(), self.debtor()
        self.assertEqual(
            (one.limit_amount, one.used_amount, one.free_amount),
            (debtor.insurance_limit, debtor.insurance_used, debtor.insurance_free),
        )

    def test_the_night_reads_customers_who_owe_nothing(self):
        """A temporary limit ends by itself."""
        self.limit(200, until=TODAY)
        self.assertEqual(self.use().limit_amount, 200)
        with freeze_time("2026-12-30"):
            self.env["cobranza.insurance.cover"]._follow(self.company)
        self.assertFalse(self.use())

    def used(self):
        """What the list shows of this customer, and its total."""
        found = self.use()
        return (
            [(one.policy_id, one.limit_amount, one.used_amount, one.free_amount) for one in found],
            sum(found.mapped("used_amount")),
        )

    def test_what_is_open_under_a_renewed_policy_is_used_once(self):
        """100 for both: 50 under the old one and 50 of 80 under the renewal are 100 in all."""
        renewed = self.renewal(self.insurance, date(2026, 3, 1))
        for policy in (self.insurance, renewed):
            self.limit(100, policy_id=policy.id)
        old = self.sale(50, date(2026, 2, 20))
        self.assertEqual(self.used(), ([(renewed, 100, 50, 50)], 50))
        new = self.sale(80, date(2026, 3, 1))
        self.assertEqual(self.used(), ([(renewed, 100, 100, 0)], 100))
        self.pay(old)
        self.assertEqual(self.used(), ([(renewed, 100, 80, 20)], 80))
        self.pay(new)
        self.assertEqual(self.used(), ([(renewed, 100, 0, 100)], 0))
        third = self.renewal(renewed, date(2026, 3, 5))
        self.sale(10, date(2026, 2, 20))
        self.assertEqual(self.used(), ([(third, 0, 10, 0)], 10), "two years before")

    def test_before_the_renewal_begins_the_policy_of_today_counts(self):
        """The day before, the day, and what each can sell on it."""
        renewed = self.renewal(self.insurance, date(2026, 4, 1))
        for policy in (self.insurance, renewed):
            self.limit(100, policy_id=policy.id)
        self.sale(50, date(2026, 3, 1))
        self.sale(30, date(2026, 4, 1))
        self.assertEqual(self.used(), ([(self.insurance, 100, 50, 50)], 50))
        for day, expected in (
            ("2026-03-31", ([(self.insurance, 100, 50, 50)], 50)),
            ("2026-04-01", ([(renewed, 100, 80, 20)], 80)),
        ):
            with freeze_time(f"{day} 12:00"):
                self.env["cobranza.insurance.cover"]._follow(self.company)
                self.assertEqual(self.used(), expected)

    def test_policies_that_share_no_limit_have_a_row_each(self):
        other = self.new_insurance(name="Single", kind="single_invoice")
        for policy in (self.insurance, other):
            self.limit(100, policy_id=policy.id)
        self.sale(50)
        self.sale(30, insurance_policy_id=other.id, insurance_activated_on=TODAY)
        rows, total = self.used()
        self.assertEqual({one[0]: one[2] for one in rows}, {self.insurance: 50, other: 30})
        self.assertEqual(total, 80)

    def test_the_renewal_of_one_for_single_invoices(self):
        """No sale of today falls under either by itself."""
        self.insurance.kind = "single_invoice"
        renewed = self.renewal(self.insurance, date(2026, 3, 1), kind="single_invoice")
        for policy in (self.insurance, renewed):
            self.limit(100, policy_id=policy.id)
        for amount, day in ((50, date(2026, 2, 20)), (20, date(2026, 3, 1))):
            self.sale(
                amount, day, insured=True, insurance_policy_id=self.insurance.id,
                insurance_activated_on=day,
            )  # fmt: skip
        self.assertEqual(self.used(), ([(renewed, 100, 70, 30)], 70))

    def test_cancelled_and_still_used(self):
        self.limit(200)
        self.sale(170)
        self.limit(0, effective=TODAY, decision="cancelled")
        one = self.use()
        self.assertEqual((one.limit_amount, one.used_amount, one.used_share), (0, 170, 100))
        self.assertFalse(one.limit_kind)
        self.assertEqual(one.free_reason, "limit_cancelled")

    def test_nothing_is_free_though_little_is_used(self):
        """Deliveries are stopped: the row says why limit and use don't add up to what is free."""
        self.limit(200)
        self.sale(50)
        self.debtor().insolvent_on = TODAY
        one = self.use()
        self.assertEqual((one.limit_amount, one.used_amount, one.free_amount), (200, 50, 0))
        self.assertEqual(one.free_reason, "insolvent")

    def test_without_policies_nothing_is_left(self):
        self.limit(200)
        self.assertTrue(self.use())
        self.insurance.active = False
        self.assertFalse(self.use())

    def test_nobody_sets_it_by_hand(self):
        self.limit(200)
        one = self.use()
        with self.assertRaises(AccessError):
            one.write({"limit_amount": 10000})
        with self.assertRaises(AccessError):
            one.create({"policy_id": self.insurance.id, "debtor_id": one.debtor_id.id})

    def test_what_it_opens(self):
        self.limit(200)
        sale = self.sale(170)
        one = self.use()
        covers = one.action_view_covers()
        found = self.env[covers["res_model"]].search(covers["domain"])
        self.assertEqual(found.move_id, sale)
        limits = one.action_view_limits()
        self.assertEqual(
            self.env[limits["res_model"]].search(limits["domain"]), one.debtor_id.limit_ids
        )


@tagged("post_install", "-at_install")
class TestAsOf(InsuranceCase):
    """What was believed on a day."""

    def opened(self, day):
        action = self.env["cobranza.insurance.day.wizard"].create({"date": day}).action_open()
        # the client shows one of them, whichever way it comes there
        for name in ("name", "display_name"):
            self.assertIn(format_date(self.env, day), action[name])
        return self.env[action["res_model"]].search(
            [*action["domain"], ("company_id", "=", self.company.id)]
        )

    def test_the_third_of_may(self):
        with freeze_time("2026-05-02"):
            self.limit(100)
            sale = self.sale(80, date(2026, 4, 20), due=date(2026, 7, 20))
            self.commit()
        with freeze_time("2026-05-10"):
            self.pay(sale, 50)
            self.commit()
        with freeze_time("2026-05-20"):
            self.assertEqual(self.opened(MAY).covered_amount, 80)
            self.assertEqual(self.opened(date(2026, 5, 10)).covered_amount, 30)
            self.assertFalse(self.opened(date(2026, 5, 1)))

    def test_not_a_day_to_come(self):
        with freeze_time("2026-05-02"), self.assertRaisesRegex(UserError, "today or earlier"):
            self.opened(MAY)


@tagged("post_install", "-at_install")
class TestInvoiceOnPaper(InsuranceCase):
    """What the customer reads about insurance on his invoice."""

    SENTENCES = {
        "en_US": "This invoice is included in our credit insurance.",
        "es_ES": "Esta factura está incluida en nuestro seguro de crédito.",
        "pt_PT": "Esta fatura está incluída no nosso seguro de crédito.",
    }

    def printed(self, move):
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html("account.report_invoice", move.ids)
        return html.decode()

    def test_in_the_customers_language_without_amounts(self):
        self.company.cobranza_invoice_cover = True
        self.insurance.insurer_id = self.env["res.partner"].create({"name": "Insurer Inc"})
        self.limit(98765)
        view = self.env.ref("cobranza_dunning.report_invoice_document")
        for code, sentence in self.SENTENCES.items():
            with self.subTest(code):
                self.env["res.lang"]._activate_and_install_lang(code)
                said = {self.SENTENCES["en_US"]: sentence}
                view.update_field_translations("arch_db", {code: said})
                self.partner.lang = code
                text = self.printed(self.sale(60))
                self.assertIn(sentence, text)
                self.assertNotIn("Insurer Inc", text)
                self.assertNotIn("98", text.split(sentence)[1].split("</p>")[0])

    def test_only_if_the_company_wants_it_and_it_is_covered(self):
        sentence = self.SENTENCES["en_US"]
        self.limit(100)
        sale = self.sale(60)
        self.assertNotIn(sentence, self.printed(sale), "off by default")
        self.company.cobranza_invoice_cover = True
        self.assertIn(sentence, self.printed(sale))
        unmarked = self.sale(30, insured=False)
        self.assertNotIn(sentence, self.printed(unmarked))
        beyond = self.sale(900, date(2026, 3, 9), due=date(2026, 4, 9))
        self.assertIn(sentence, self.printed(beyond), "a part of it is covered")
        later = self.sale(10, date(2026, 3, 9), due=date(2026, 4, 9))
        self.assertNotIn(sentence, self.printed(later), "the limit is used up")

    def test_whoever_prints_it(self):
        """The customer prints his own invoice in the portal, without rights on our records."""
        self.company.cobranza_invoice_cover = True
        self.limit(100)
        sale = self.sale(60)
        writer = self.new_user("account.group_account_invoice", name="Writer")
        self.assertTrue(sale.with_user(writer)._states_cover())
        portal = self.new_user("base.group_portal", name="Portal")
        self.assertTrue(sale.with_user(portal)._states_cover())

    def test_the_manager_switches_it_on(self):
        manager = self.new_user("cobranza_dunning.group_manager", name="Manager")
        settings = self.env["cobranza.settings"].with_user(manager)
        settings.create({"cobranza_invoice_cover": True}).action_save()
        self.assertTrue(self.company.cobranza_invoice_cover)
