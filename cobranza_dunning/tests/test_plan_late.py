"""An installment that is late while its plan holds is work for a person, once."""

from datetime import date
from unittest.mock import patch

from odoo import sql_db
from odoo.tests import tagged

from .test_cobranza_plan import SIX, PlanCase

LATE = date(2026, 4, 13)


@tagged("post_install", "-at_install")
class TestPlanLate(PlanCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 600)
        self.collector = self.new_collector(name="Carla")
        self.debtor().user_id = self.collector
        self.plan = self.agreed(**SIX)

    def night(self, day, plan=None):
        """The nightly look of a day."""
        with self.at(day):
            self.env["cobranza.debtor"]._evaluate_agreements(self.company)
        self.env.cr.flush()
        return (plan or self.plan).installment_ids.activity_id

    def work(self):
        return self.plan.debtor_id.activity_ids

    def test_once_for_each_and_closed_when_paid(self):
        self.assertFalse(self.night(date(2026, 4, 10)), "it is due today")
        activity = self.night(date(2026, 4, 11))
        self.assertEqual((activity, activity.user_id), (self.work(), self.collector))
        self.assertEqual(
            activity.summary.replace("\xa0", " "),
            f"{self.plan.name}: installment 1 is late, $ 100.00 since 04/10/2026. The plan breaks "
            "on 04/21/2026 if nothing is paid.",
        )
        self.assertEqual(activity.date_deadline, date(2026, 4, 11))
        self.assertEqual(self.night(date(2026, 4, 12)), activity)
        with self.at(LATE):
            self.pay(self.move, 100, payment_date=LATE)
            self.env.cr.flush()
        self.assertFalse(self.work() or activity.active)
        self.assertFalse(self.plan.installment_ids.mapped("activity_id"))

    def test_done_or_deleted_it_does_not_come_back(self):
        self.night(date(2026, 4, 11)).action_feedback()
        self.night(date(2026, 4, 12))
        self.assertFalse(self.work())
        with self.subTest("deleted"):
            self.night(date(2026, 4, 12)).unlink()
            self.night(LATE)
            self.assertFalse(self.work())

    def test_a_payment_that_is_undone_makes_it_anew(self):
        self.night(date(2026, 4, 11))
        with self.at(LATE):
            payment = self.pay(self.move, 100, payment_date=LATE)
            self.env.cr.flush()
            self.assertFalse(self.work())
            payment.move_id.line_ids.remove_move_reconcile()
            self.env.cr.flush()
        self.assertEqual(len(self.work()), 1)

    def test_a_broken_plan_has_one_activity_of_its_own(self):
        late = self.night(date(2026, 4, 11))
        self.night(date(2026, 4, 21))
        self.assertEqual(self.plan.state, "broken")
        self.assertFalse(late.active)
        self.assertEqual(len(self.work()), 1)
        self.assertIn("is broken", self.work().summary)

    def test_a_cancelled_plan_leaves_none(self):
        late = self.night(date(2026, 4, 11))
        with self.at(LATE):
            self.plan.with_user(self.collector).action_cancel("He paid in cash")
        self.assertFalse(self.work() or late.active)

    def test_a_plan_that_breaks_by_number_only(self):
        """It ends at the latest when all that is left is late: nothing rests for ever."""
        self.plan._gated().write({"breach_days": 0, "breach_count": 9})
        self.assertIn("The plan breaks on 09/11/2026", self.night(date(2026, 4, 11)).summary)
        self.pay(self.move, 500)
        self.night(date(2026, 9, 10))
        self.assertEqual((self.plan.state, self.plan.pause_until), ("active", date(2026, 9, 11)))
        self.night(date(2026, 9, 11))
        self.assertEqual(self.plan.state, "broken")
        with self.at(date(2026, 9, 11)):
            self.assertDecision(self.move, "remind", "level_reached", amount=100)

    def test_in_the_language_of_whoever_does_it(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.collector.lang = "es_ES"
        self.assertIn("10/04/2026", self.night(date(2026, 4, 11)).summary)

    def followed(self, count):
        """Queries to look at so many new plans with an installment that is late."""
        partners = [self.new_partner(f"Late {count} {number}") for number in range(count)]
        self.invoices([(partner, 600) for partner in partners])
        plans = self.plans.union(*(self.agreed(partner, **SIX) for partner in partners))
        with self.at(date(2026, 4, 11)), patch.object(
            self.env.registry["cobranza.debtor"], "_evaluate_agreements"
        ):
            self.env.cr.flush()
            self.env.invalidate_all()
            before = sql_db.sql_counter
            self.plans._evaluate(self.company, plans.debtor_id)
            self.env.flush_all()
            queries = sql_db.sql_counter - before
        self.assertEqual(len(plans.installment_ids.activity_id), count)
        return queries

    def test_the_number_of_queries(self):
        self.followed(1)  # what is cached once per process
        queries = self.followed(3)
        self.assertEqual(self.followed(9), queries)
