"""What was sold under a policy stays under it once it has ended, re-booked or not."""

from datetime import date

from odoo.tests import tagged

from .common import TODAY
from .insurance import InsuranceCase


@tagged("post_install", "-at_install")
class TestRunOff(InsuranceCase):
    """An archived policy takes nothing new, and gives nothing away."""

    def test_an_archived_policy_ends_and_what_was_sold_under_it_stays(self):
        """As at a renewal: run-off, with its limit and its duties; nothing new falls under it."""
        self.limit(250)
        one = self.sale(100)
        self.assertCovered(one, 100)
        self.insurance.active = False
        self.commit()
        self.assertEqual(self.insurance.ended_on, TODAY)
        self.assertCovered(one, 100)
        self.assertEqual(self.debtor().insured_amount, 100)
        today = self.sale(100, TODAY, insured=True)
        self.commit()
        self.assertFalse(today.cover_ids)
        renewed = self.new_insurance(name="Renewed", sequence=99)
        renewed.period_ids[:1].date_from = TODAY
        self.limit(70, policy_id=renewed.id)
        self.assertEqual(self.assertCovered(today, 70, "partial").policy_id, renewed)
        self.assertEqual(self.assertCovered(one, 100).policy_id, self.insurance)
        # what is chosen for the customer holds for what is sold from then on, too
        self.debtor().insurance_policy_id = self.insurance
        self.assertEqual(self.assertCovered(today, 70, "partial").policy_id, renewed)
        self.insurance.active = True
        self.assertFalse(self.insurance.ended_on)
        self.commit()
        self.assertEqual(self.assertCovered(today, 100).policy_id, self.insurance)

    def test_archived_once_more_it_ended_when_it_was_archived_first(self):
        self.insurance.active = False
        self.assertEqual(self.insurance.ended_on, TODAY)
        with self.at(date(2026, 4, 1)):
            self.insurance.active = False
            self.assertEqual(self.insurance.ended_on, TODAY)
            self.insurance.active = True
            self.assertFalse(self.insurance.ended_on)
            self.insurance.active = False
            self.assertEqual(self.insurance.ended_on, date(2026, 4, 1))

    def test_a_successor_for_the_same_days_takes_nothing_from_an_archived_policy(self):
        """What was sold stays where it is insured, whatever the next policy says of it."""
        self.limit(250)
        one, chosen = self.sale(100), self.sale(70)
        renewed = self.new_insurance(name="Renewed", sequence=99, blind_amount=1000)
        self.assertCovered(one, 100)
        self.insurance.active = False
        self.assertEqual(self.assertCovered(one, 100).policy_id, self.insurance)
        self.debtor().insurance_policy_id = renewed
        self.assertEqual(self.assertCovered(one, 100).policy_id, self.insurance)
        self.debtor().insurance_policy_id = False
        chosen.insurance_policy_id = renewed
        self.assertEqual(self.assertCovered(chosen, 70).policy_id, renewed)
        late = self.sale(10, date(2026, 2, 1))
        self.assertEqual(
            self.assertCovered(late, 10).policy_id, self.insurance, "its day counts, not when it "
            "is recorded",
        )
        with self.at(date(2026, 3, 11)):
            self.env["cobranza.insurance.cover"]._follow(self.company)
            self.assertEqual(self.assertCovered(one, 100).policy_id, self.insurance)

    def test_what_is_open_again_is_under_its_archived_policy_again(self):
        """A payment that is sent back, an invoice that was reset and posted again."""
        self.limit(250)
        one, two = self.sale(100), self.sale(70)
        self.commit()
        self.pay(one, 100)
        self.commit()
        self.new_insurance(name="Renewed", sequence=99, blind_amount=1000)
        self.insurance.active = False
        self.commit()
        self.due(one).remove_move_reconcile()
        self.assertEqual(self.assertCovered(one, 100).policy_id, self.insurance)
        two.button_draft()
        self.commit()
        two.action_post()
        self.assertEqual(self.assertCovered(two, 70).policy_id, self.insurance)

    def plan_of_two(self, invoice):
        """A plan in force that pays an invoice in two installments."""
        made = self.env["cobranza.plan"].propose(
            self.partner.id, {"lines": self.due(invoice).ids, "count": 2, "first": "2026-04-10"}
        )
        plan = self.env["cobranza.plan"].browse(made["plan_id"])
        plan.action_accept()
        self.commit()
        return plan

    def test_what_is_re_booked_stays_under_an_archived_policy(self):
        self.company.sudo().cobranza_plan_rebook = True
        self.limit(250)
        one = self.sale(100)
        self.commit()
        self.new_insurance(name="Renewed", sequence=99, blind_amount=1000)
        self.insurance.active = False
        self.assertCovered(one, 100)
        plan = self.plan_of_two(one)
        found = plan.installment_ids.move_line_id.cobranza_cover()
        self.assertEqual([one["policy_id"] for one in found], [self.insurance.id] * 2)

    def test_an_archived_policy_keeps_nothing_that_was_not_sold_under_it(self):
        """Sold on the day it was archived: the customer's own policy counts."""
        self.limit(250)
        one = self.sale(100, TODAY)
        own = self.new_insurance(name="Own", sequence=99, blind_amount=1000)
        first = self.new_insurance(name="First", sequence=1, blind_amount=1000)
        self.debtor().insurance_policy_id = self.insurance
        self.assertEqual(self.assertCovered(one, 100).policy_id, self.insurance)
        self.insurance.active = False
        self.assertEqual(self.assertCovered(one, 100).policy_id, first)
        self.debtor().insurance_policy_id = own
        self.assertEqual(self.assertCovered(one, 100).policy_id, own)

    def test_a_single_invoice_that_is_re_booked_stays_activated(self):
        self.insurance.write({"kind": "single_invoice"})
        self.insurance.deadline_ids = [self.deadline("activation", "invoice", 10)]
        self.company.sudo().cobranza_plan_rebook = True
        self.limit(1000)
        one = self.sale(100, insured=True, insurance_policy_id=self.insurance.id)
        one.insurance_activated_on = "2026-03-05"
        self.assertCovered(one, 100)
        plan = self.plan_of_two(one)
        items = plan.installment_ids.move_line_id
        covers = self.env["cobranza.insurance.cover"].search(
            [("move_line_id", "in", items.ids), ("date_to", "=", False)]
        )
        self.assertEqual(covers.mapped("covered_amount"), [50, 50])
        with self.assertRefused("keeps the due date of what it comes from"):
            covers.action_forget_original_due_date()
