"""Terms of a policy that nobody can have meant, and what is in its currency already."""

from datetime import date

from odoo import Command
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
        declarations = self.env["cobranza.insurance.declaration"]
        for day in ("9999-12-15", "0001-01-01"):
            with self.subTest(day), self.assertRefused("within ten years"):
                declarations.prepare(self.insurance.id, day)
            with self.subTest(day), self.assertRefused("within ten years"):
                declarations.create({"policy_id": self.insurance.id, "date_from": day})

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
