"""What the tests of re-booked debts that are insured share: plans, and covers of their items."""

from .claims import ClaimCase


class RebookedCase(ClaimCase):
    """A company that re-books accepted plans, and a customer with an insured limit of 1 000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().cobranza_plan_rebook = True
        cls.company.sudo().cobranza_plan_journal_id = cls.accounts["journals"]["general"]
        cls.policy.write(
            {"plan_maximum_extension": 365, "plan_maximum_months": 24, "plan_quiet_months": 0}
        )

    def setUpBooks(self):
        super().setUpBooks()
        self.limit(1000)

    def plan_of(self, *invoices, count=2, first="2026-04-10", **offer):
        """A plan in force about invoices; half of it is due in April, the rest in May."""
        lines = self.due(self.env["account.move"].union(*invoices))
        self.commit()
        plans = self.env["cobranza.plan"]
        offer = {"lines": lines.ids, "count": count, "first": first, **offer}
        plan = plans.browse(plans.propose(self.partner.id, offer)["plan_id"])
        plan.action_accept()
        self.assertEqual(plan.state, "active")
        self.commit()
        return plan

    def breaks(self, plan):
        """What the night makes of a plan of which nothing more was paid."""
        plan._evaluate(self.company, plan.debtor_id)
        self.assertEqual(plan.state, "broken")
        self.assertTrue(plan.rebook_reversal_id)
        self.env["cobranza.insurance.cover"]._follow(self.company)

    def items(self, plan):
        """The receivable items of the installments, earliest first."""
        return plan._ordered().move_line_id

    def covers(self, lines):
        """The covers of due lines that are believed now, one for each."""
        self.commit()
        found = self.env["cobranza.insurance.cover"].search(
            [("move_line_id", "in", lines.ids), ("date_to", "=", False)], order="date_due, id"
        )
        self.assertEqual(len(found), len(lines))
        return found

    def pay_items(self, items, amount):
        """A payment that is matched with installments, earliest first."""
        money = self.open_payment(self.partner, amount, day=self.company._cobranza_today())
        item = money.move_id.line_ids.filtered(lambda one: one.account_type == "asset_receivable")
        (item | items.filtered(lambda one: not one.reconciled)).reconcile()
