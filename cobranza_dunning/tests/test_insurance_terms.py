"""Terms of a policy that nobody can have meant, and what is in its currency already."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .insurance import InsuranceCase

SOLD = date(2026, 3, 1)
DUE = date(2026, 3, 31)
NO_END = date(9999, 12, 31)


@tagged("post_install", "-at_install")
class TestWithoutEnd(InsuranceCase):
    """"Without end" isn't said by a day near the end of all calendars, or a million days."""

    def test_terms_of_more_than_a_century(self):
        for name in ("maximum_term", "maximum_delay", "mep", "warning_days", "declaration_days"):
            with self.subTest(name):
                self.insurance[name] = 36500
                with self.assertRefused("leave 0"), self.cr.savepoint():
                    self.insurance[name] = 36501
        for length in ({"days": 36501}, {"months": 1201}):
            with self.subTest(length), self.assertRefused("leave out"), self.cr.savepoint():
                self.insurance.deadline_ids = [self.deadline("notice", "due", **length)]
        with self.assertRefused("looks ahead"), self.cr.savepoint():
            self.company.cobranza_insurance_digest_days = 3651

    def test_days_that_are_no_end(self):
        one = self.sale(100, SOLD, DUE)
        with self.assertRefused("within ten years"), self.cr.savepoint():
            self.env["cobranza.insurance.approval"].create(
                {"move_ids": [Command.set(one.ids)], "until": NO_END, "reference": "A"}
            )
        with self.assertRefused("within ten years"), self.cr.savepoint():
            self.debtor().insolvent_on = NO_END
        for day in (NO_END, "0026-03-01"):
            with self.subTest(day), self.assertRefused("within ten years"), self.cr.savepoint():
                one.insurance_activated_on = day
        declarations = self.env["cobranza.insurance.declaration"]
        for day in ("9999-12-15", "0001-01-01"):
            with self.subTest(day), self.assertRefused("within ten years"):
                declarations.prepare(self.insurance.id, day)
            with self.subTest(day), self.assertRefused("within ten years"):
                declarations.create({"policy_id": self.insurance.id, "date_from": day})

    def test_a_day_of_long_ago_that_is_there_already(self):
        """A year with two digits, entered before it was refused, stops nobody's night."""
        self.limit(500)
        draft = self.sale(100, SOLD, DUE, post=False)
        self.commit()
        self.cr.execute(
            "UPDATE account_move SET insurance_activated_on = '0026-03-01' WHERE id = %s",
            [draft.id],
        )
        self.env.invalidate_all()
        self.assertEqual(draft._insurance_previews()[draft].missing, 0)

    def test_what_the_ledger_says_anyway(self):
        """An opening balance "without due date" leaves the customer's other covers alone."""
        self.insurance.write(
            {
                "mep": 60, "warning_days": 5, "maximum_term": 90,
                "deadline_ids": [
                    self.deadline("notice", "mep", 30), self.deadline("claim", "due", months=6),
                ],
            }
        )  # fmt: skip
        self.limit(500)
        one = self.sale(100, SOLD, DUE)
        opening = self.journal_debt(self.partner, 70, due=SOLD)
        opening.line_ids.date_maturity = NO_END
        late = self.sale(30, SOLD, NO_END)
        self.assertCovered(one, 100)
        self.assertCovered(late, 0, "not_covered", "term_too_long")
        self.insurance.maximum_term = 0
        self.assertCovered(late, 30)
        (asked,) = one.cobranza_cover(NO_END)
        self.assertEqual(asked["state"], "lost")


@tagged("post_install", "-at_install")
class TestInItsCurrency(InsuranceCase):
    """A policy's currency stays once something was told, or believed, in it."""

    def assertFixed(self):
        euro = self.env.ref("base.EUR")
        with self.assertRefused("in its currency"), self.cr.savepoint():
            self.insurance.currency_id = euro
        with self.assertRefused("in its currency"), self.cr.savepoint():
            self.insurance.company_id = self.new_company()

    def test_declarations(self):
        self.insurance.declares = True
        self.sale(1000, SOLD, DUE, insured=False)
        one = self.env["cobranza.insurance.declaration"].create(
            {"policy_id": self.insurance.id, "date_from": SOLD}
        )
        self.insurance.currency_id = self.env.ref("base.EUR")
        self.insurance.currency_id = self.company.currency_id
        with self.at(date(2026, 4, 1)):
            one.action_declare()
        self.assertFixed()

    def test_covers(self):
        self.insurance.blind_amount = 500
        self.assertCovered(self.sale(100, SOLD, DUE), 100)
        self.assertFixed()

    def test_notices_and_claims(self):
        self.insurance.deadline_ids = [self.deadline("notice", "due", 30)]
        policy = self.insurance
        self.assertFalse(policy._has_amounts())
        self.limit(100)
        self.assertTrue(policy._has_amounts())


@tagged("post_install", "-at_install")
class TestTerms(InsuranceCase):
    """A row of terms that moves changes both policies."""

    def test_a_row_that_moves_leaves_a_policy_that_is_whole(self):
        other = self.new_insurance(name="Second")
        other.period_ids.write({"date_from": "2027-01-01", "date_to": "2027-12-31"})
        with self.assertRefused("in force"), self.cr.savepoint():
            self.insurance.period_ids.policy_id = other
        self.insurance.period_ids.copy({"date_from": "2028-01-01", "date_to": "2028-12-31"})
        self.limit(100)
        one = self.sale(100)
        self.assertCovered(one, 100)
        # the sale falls under the other policy, where the customer has no limit
        self.insurance.period_ids.sorted("date_from")[0].policy_id = other
        self.assertCovered(one, 0, "not_covered", "no_limit")


@tagged("post_install", "-at_install")
class TestRenewal(InsuranceCase):
    """A renewal with other terms is another policy, for the year after the last day."""

    def renewed(self):
        """The policy that follows this one."""
        return self.insurance.browse(self.insurance.action_renew()["res_id"])

    def test_what_is_sold_then_falls_under_it(self):
        self.insurance.write({"declaration_from": "2026-02-01", "mep": 60})
        self.limit(1000, reference="L-1")
        renewed = self.renewed()
        self.assertEqual((renewed.name, renewed.mep), ("Whole turnover · 2027", 60))
        self.assertEqual(
            renewed.period_ids.mapped(lambda one: (one.date_from, one.date_to)),
            [(date(2027, 1, 1), date(2027, 12, 31))],
        )
        self.assertEqual(
            (renewed.declaration_from, self.insurance.ended_on), (False, False)
        )
        renewed.percentage_ids.filtered(lambda one: one.kind == "named").percentage = 80
        old, new = self.sale(100, date(2026, 12, 31)), self.sale(100, date(2027, 1, 1))
        self.assertEqual(self.assertCovered(old, 100).insured_amount, 90)
        found = self.assertCovered(new, 100)
        self.assertEqual((found.policy_id, found.insured_amount), (renewed, 80))
        self.assertEqual((found.limit_id.reference, found.limit_id.effective),
                         ("L-1", date(2026, 1, 1)))  # fmt: skip

    def test_a_limit_is_for_what_is_open_under_both(self):
        """100 in all: of 80 open under the old policy 20 are left for the new one's sales."""
        self.limit(100)
        renewed = self.renewed()
        old = self.sale(80, date(2026, 12, 31))
        new = self.sale(50, date(2027, 1, 1))
        self.assertCovered(old, 80)
        self.assertCovered(new, 20, "partial", "limit_partly")
        self.pay(old, 30)
        self.assertCovered(new, 50)
        with self.at(date(2027, 1, 2)):
            position = self.debtor()._positions()[self.debtor().id]
        self.assertEqual(
            [(one.policy_id, one.exposure.used, one.exposure.free) for one in position],
            [(renewed.id, 100, 0), (self.insurance.id, 50, 0)],
        )
        renewed.renews_id = False
        self.pay(new, 10)
        self.sale(60, date(2027, 1, 2))
        self.assertCovered(new, 40)

    def test_a_policy_in_between_hides_nothing(self):
        """60 open under the first of three leave 40 of 100, whatever is open under the second."""
        second = self.renewal(self.insurance, date(2026, 2, 1))
        third = self.renewal(second, date(2026, 3, 1))
        for policy in (self.insurance, second, third):
            self.limit(100, policy_id=policy.id)
        old = self.sale(60, date(2026, 1, 5))
        new = self.sale(60, date(2026, 3, 1))
        self.assertEqual(self.assertCovered(old, 60).policy_id, self.insurance)
        self.assertEqual(self.assertCovered(new, 40, "partial", "limit_partly").policy_id, third)
        self.pay(old, 19)
        self.assertCovered(new, 59)
        self.pay(old, 1)
        self.assertCovered(new, 60, "covered")
        between = self.sale(1, date(2026, 2, 5))
        self.assertEqual(self.assertCovered(between, 1).policy_id, second)
        self.assertCovered(new, 59)

    def test_who_has_one_of_them_as_his_own_falls_under_that_of_the_day(self):
        """Chosen for a customer or an invoice, the old one or the new one: nobody changes it."""
        self.limit(1000)
        renewed = self.renewed()
        debtor = self.debtor()
        for chosen in (self.insurance, renewed):
            debtor.insurance_policy_id = chosen
            with self.subTest(chosen=chosen.name), self.at(date(2027, 1, 15)):
                self.assertEqual(debtor.effective_insurance_policy_id, renewed)
                for day, policy in (
                    (date(2026, 12, 31), self.insurance), (date(2027, 1, 1), renewed)
                ):  # fmt: skip
                    self.assertEqual(self.assertCovered(self.sale(10, day), 10).policy_id, policy)
        debtor.insurance_policy_id = self.new_insurance(name="Another")
        one = self.sale(10, date(2027, 1, 1), insurance_policy_id=self.insurance.id)
        self.assertEqual(self.assertCovered(one, 10).policy_id, renewed)
        renewed.renews_id = False
        self.assertCovered(one, 0, "not_covered", "policy_not_in_force")

    def test_what_cannot_be_renewed(self):
        renewed = self.renewed()
        with self.assertRefused("in a circle"):
            self.insurance.renews_id = renewed
        with self.assertRefused("have the same currency"):
            renewed.currency_id = self.new_currency("EUR", 2)

    def test_the_limits_that_still_count(self):
        """Neither what was corrected nor what ends before."""
        wrong = self.limit(1000, reference="L-1")
        self.limit(500, reference="L-1", corrects_id=wrong.id)
        self.limit(2000, until="2026-12-31")
        self.limit(3000, effective="2026-06-01", until="2027-01-01")
        self.limit(0, self.other, decision="refused")
        found = self.renewed().limit_ids
        self.assertEqual(
            found.sorted("amount").mapped(lambda one: (one.partner_id, one.amount)),
            [(self.other, 0), (self.partner, 500), (self.partner, 3000)],
        )
        self.assertFalse(found.corrects_id)

    def test_twice_and_the_year_after(self):
        renewed = self.renewed()
        with self.assertRefused("There is “Whole turnover · 2027” already"):
            self.insurance.action_renew()
        after = self.insurance.browse(renewed.action_renew()["res_id"])
        self.assertEqual(after.name, "Whole turnover · 2028")

    def test_twice_whatever_the_renewal_is_called(self):
        """Two that renew the same one would each count what is open under it."""
        renewed = self.renewed()
        renewed.name = "Norte 2027"
        with self.assertRefused("There is “Norte 2027” already"):
            self.insurance.action_renew()
        renewed.active = False
        with self.assertRefused("There is “Norte 2027” already"):
            self.insurance.action_renew()
        renewed.renews_id = False
        self.assertEqual(self.renewed().name, "Whole turnover · 2027")

    def test_who_may_not(self):
        collector = self.new_user("cobranza_dunning.group_collector", name="Carla Collector")
        with self.assertRaises(AccessError):
            self.insurance.with_user(collector).action_renew()
        manager = self.new_user("cobranza_dunning.group_manager", name="Marta Manager")
        self.limit(1000)
        self.assertTrue(self.insurance.with_user(manager).action_renew()["res_id"])
        self.insurance.active = False
        with self.assertRefused("ended before its last period"):
            self.insurance.action_renew()
