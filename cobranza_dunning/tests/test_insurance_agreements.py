from datetime import date

from odoo.tests import tagged

from .insurance import InsuranceCase

#: The invoices here are due on 31 March; the maximum extension ends on 30 April.
LAST, TOO_LATE = date(2026, 4, 30), date(2026, 5, 1)


@tagged("post_install", "-at_install")
class TestAgreements(InsuranceCase):
    """Nothing is agreed past the maximum extension until the insurer has approved it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.mep = 30
        cls.policy.write({"plan_maximum_extension": 365, "plan_maximum_months": 24})

    def setUpBooks(self):
        super().setUpBooks()
        self.limit(1000)
        self.one = self.sale(300, date(2026, 3, 1), date(2026, 3, 31))
        self.line = self.due(self.one)

    def approve(self, until):
        """Record that the insurer allows more time for the invoice."""
        return self.env["cobranza.insurance.approval"].create(
            {"move_ids": self.one.ids, "until": until, "reference": "AUT-7"}
        )

    def promise(self, day, amount=300):
        """Write down a promise about the invoice."""
        return self.env["cobranza.promise"].promise(
            self.partner.id, amount, day, line_ids=self.line.ids
        )

    # --- promises

    def test_a_promise_up_to_the_last_day(self):
        self.assertTrue(self.promise(LAST))
        self.assertCovered(self.one, 300, "covered")

    def test_a_promise_past_it_is_refused(self):
        with self.assertRefused("later than the insurer allows"):
            self.promise(TOO_LATE)

    def test_once_the_insurer_has_approved_it(self):
        self.approve(TOO_LATE)
        self.assertTrue(self.promise(TOO_LATE, 100))
        self.assertCovered(self.one, 300, "covered")
        with self.assertRefused("later than the insurer allows"):
            self.promise(date(2026, 5, 2), 1)

    def test_what_isnt_insured_may_be_promised_for_any_day(self):
        self.one.insured = False
        self.commit()
        self.assertTrue(self.promise(TOO_LATE))

    def test_only_the_lines_that_are_promised_count(self):
        later = self.sale(300, date(2026, 3, 2), date(2026, 6, 30))
        self.assertTrue(
            self.env["cobranza.promise"].promise(
                self.partner.id, 100, TOO_LATE, line_ids=self.due(later).ids
            )
        )

    # --- plans and extensions

    def negotiate(self, **offer):
        """What is answered to an offer about the invoice."""
        return self.env["cobranza.plan"].negotiate(
            self.partner.id, {"lines": self.line.ids, **offer}
        )

    def test_an_extension(self):
        self.assertNotIn("beyond_insurance", self.negotiate(until=LAST)["reasons"])
        answer = self.negotiate(until=TOO_LATE)
        self.assertEqual((answer["decision"], answer["reasons"]), ("counter", ["beyond_insurance"]))
        self.assertEqual(answer["counter_offers"][0]["until"], "2026-04-30")
        self.approve(TOO_LATE)
        self.assertEqual(self.negotiate(until=TOO_LATE)["reasons"], ["acceptable"])

    def test_installments(self):
        self.assertIn("beyond_insurance", self.negotiate(count=3)["reasons"])
        self.assertNotIn("beyond_insurance", self.negotiate(count=1)["reasons"])

    def test_what_a_manager_writes_by_hand_is_refused_as_well(self):
        plans = self.env["cobranza.plan"]
        made = plans.propose(self.partner.id, {"lines": self.line.ids, "until": LAST})
        plan = plans.browse(made["plan_id"])
        if plan.state == "draft":
            plan.installment_ids.date_due = TOO_LATE
            with self.assertRefused("later than the insurer allows"):
                plan.action_accept()
            self.approve(TOO_LATE)
            plan.action_accept()
        self.assertEqual(plan.state, "active")
        self.assertCovered(self.one, 300, "covered")

    def test_an_extension_that_was_agreed_before_the_mark(self):
        self.one.insured = False
        self.commit()
        self.promise(TOO_LATE)
        self.one.insured = True
        self.assertCovered(self.one, 0, "lost", "extension_missed")

    def test_a_re_booked_plan_stays_insured_as_its_invoice_was(self):
        self.company.cobranza_plan_rebook = True
        plans = self.env["cobranza.plan"]
        made = plans.propose(
            self.partner.id,
            {"lines": self.line.ids, "count": 2, "period": "fortnight", "first": "2026-04-01"},
        )
        plan = plans.browse(made["plan_id"])
        plan.action_accept()
        self.commit()
        items = plan.installment_ids.move_line_id
        self.assertEqual(len(items), 2)
        covers = self.env["cobranza.insurance.cover"].search(
            [("move_line_id", "in", items.ids), ("date_to", "=", False)]
        )
        self.assertEqual(covers.mapped("state"), ["covered"] * 2)
        self.assertEqual(sum(covers.mapped("covered_amount")), 300)

    def test_interest_for_paying_later_isnt_to_be_insured(self):
        """It is no sale, though new invoices are marked."""
        self.policy.plan_interest_rate = 12
        plans = self.env["cobranza.plan"]
        made = plans.propose(self.partner.id, {"lines": self.line.ids, "until": LAST})
        plan = plans.browse(made["plan_id"])
        plan.action_accept()
        self.assertTrue(plan.interest_move_id)
        self.assertFalse(plan.interest_move_id.insured)
        plan.interest_move_id.invoice_date = date(2026, 3, 10)
        plan.interest_move_id.action_post()
        self.assertFalse(plan.interest_move_id.insured)

    # --- approvals themselves

    def test_an_approval_stays_as_it_was_recorded(self):
        approval = self.approve(TOO_LATE)
        with self.assertRefused("stays as it was recorded"):
            approval.until = date(2026, 6, 1)
        with self.assertRefused("stays on record"):
            approval.sudo().unlink()
        approval.note = "By mail"
        self.assertIn("AUT-7", approval.display_name)

    def test_an_approval_is_about_something(self):
        approvals = self.env["cobranza.insurance.approval"]
        with self.assertRefused("Say which invoices"):
            approvals.create({"until": TOO_LATE, "reference": "X", "move_ids": []})
        with self.assertRefused("until a day"):
            self.approve(False)
        with self.assertRefused("until a day"):
            approvals.create(
                {"move_ids": self.one.ids, "duty": "notice", "until": LAST, "reference": "X"}
            )
