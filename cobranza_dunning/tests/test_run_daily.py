"""The run of every day."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .cases import RunCase
from .common import TODAY, days_ago

EACH_COMPANY = "odoo.addons.cobranza_dunning.models.each_company"


@tagged("post_install", "-at_install")
class TestDaily(RunCase):
    """The scheduled run of each company."""

    def runs(self, company=None):
        return self.env["cobranza.run"].search(
            [("company_id", "=", (company or self.company).id)]
        )

    def test_each_company_as_it_wants(self):
        proposing, off = self.new_company("Proposing"), self.new_company("Off")
        self.company.cobranza_run_mode = "auto"
        proposing.cobranza_run_mode = "propose"
        for company in (self.company, proposing, off):
            self.invoice(self.partner, 100, company=company)
        self.trigger("ir_cron_daily")
        self.trigger()
        self.assertFalse(self.runs(off))
        for company, mode in ((self.company, "auto"), (proposing, "propose")):
            run = self.runs(company)
            self.assertEqual((run.mode, run.state, run.date), (mode, "done", TODAY))
            self.assertEqual(len(run.reminder_ids), 1)
            self.assertEqual(run.reminder_ids.company_id, company)

    def test_not_twice_a_day(self):
        self.company.cobranza_run_mode = "propose"
        self.invoice(self.partner, 100)
        for _time in range(2):
            self.trigger("ir_cron_daily")
            self.trigger()
        self.assertEqual(len(self.runs()), 1)
        with self.at(days_ago(-1)):
            self.trigger("ir_cron_daily")
            self.trigger()
        self.assertEqual(self.runs().mapped("date"), [days_ago(-1), TODAY])

    def test_not_while_one_is_working(self):
        self.company.cobranza_run_mode = "propose"
        for mode in ("propose", "auto"):
            working = self.new_run(mode, days_ago(1))
            working._gated().write({"state": "running"})
            self.trigger("ir_cron_daily")
            self.assertEqual(self.runs(), working)
            working._gated().write({"state": "done"})
            working.unlink()

    def test_a_run_for_some_customers_does_not_count_as_the_daily_one(self):
        self.company.cobranza_run_mode = "propose"
        self.invoice(self.partner, 100)
        self.run_dunning("propose", debtors=self.debtor())
        self.trigger("ir_cron_daily")
        self.assertEqual(len(self.runs()), 2)

    def test_a_preview_does_not_count_as_the_daily_one(self):
        self.company.cobranza_run_mode = "propose"
        self.run_dunning("preview")
        self.trigger("ir_cron_daily")
        self.assertEqual(self.runs().mapped("mode"), ["propose", "preview"])

    def test_todays_day_is_each_companys(self):
        tokyo = self.new_company("Tokyo")
        tokyo.partner_id.tz = "Asia/Tokyo"
        self.company.partner_id.tz = "America/Mexico_City"
        (self.company | tokyo).cobranza_run_mode = "propose"
        with self.at_moment("2026-03-10 16:00:00"):
            self.trigger("ir_cron_daily")
            self.assertEqual(self.runs().date, TODAY)
            self.assertEqual(self.runs(tokyo).date, days_ago(-1))

    def test_a_rival_addon_stops_the_automatic_run_with_the_reason(self):
        second = self.new_company()
        self.company.cobranza_run_mode = "auto"
        second.cobranza_run_mode = "propose"
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 100, company=second)
        self.env["ir.module.module"].sudo().create(
            {"name": "account_followup", "state": "installed", "shortdesc": "Payment Follow-up"}
        )
        self.trigger("ir_cron_daily")
        self.trigger()
        run = self.runs()
        self.assertEqual(run.state, "failed")
        self.assertIn("“Payment Follow-up” is installed too", run.error)
        self.assertFalse(run.reminder_ids or run.line_ids)
        self.assertEqual(self.runs(second).state, "done")

    def test_a_company_that_fails_does_not_keep_others_waiting(self):
        """Its run can't be started, nor its agreements looked at: the others have theirs."""
        second = self.new_company()
        self.company.sequence, second.sequence = 1, 2
        (self.company | second).cobranza_run_mode = "propose"
        for company in (self.company, second):
            self.invoice(self.partner, 100, company=company)
        theirs = self.debtor(company=second)
        # what is stored is wrong: whose figures are refreshed shows
        self.env.cr.execute("UPDATE cobranza_debtor SET overdue_amount = 7")
        self.env.invalidate_all()
        original = type(theirs)._evaluate_agreements

        def evaluate(model, company, debtors=None):
            if company == self.company:
                raise ValueError("bad data")
            return original(model, company, debtors)

        with patch.object(type(theirs), "_evaluate_agreements", evaluate):
            with self.assertLogs(EACH_COMPANY, "ERROR") as log:
                self.trigger("ir_cron_daily")
            self.assertIn(f"_create_daily of company {self.company.id} failed", log.output[0])
            self.assertFalse(self.runs())
            self.assertEqual(self.runs(second).state, "running")
            with self.assertLogs(EACH_COMPANY, "ERROR") as log:
                self.trigger()
        self.assertEqual(self.runs(second).state, "done")
        self.assertEqual(len(log.output), 1)
        self.assertIn(f"evaluate of company {self.company.id} failed", log.output[0])
        self.assertEqual((self.debtor().overdue_amount, theirs.overdue_amount), (100, 100))

    def test_an_automatic_run_of_another_day_is_not_continued(self):
        """What it decided was right on Friday: on Monday it would leave by itself."""
        self.company.cobranza_run_mode = "auto"
        self.invoice(self.partner, 100)
        run = self.new_run("auto")
        run._gated().write({"state": "failed", "error": "The server stopped"})
        with self.at(days_ago(-3)), self.assertRefused("this one is of 03/10/2026: make a new"):
            run.action_resume()
        self.assertEqual(run.state, "failed")
        proposing = self.new_run("propose")
        proposing._gated().write({"state": "failed"})
        with self.at(days_ago(-3)):
            proposing.action_resume()
        self.assertEqual(proposing.state, "running")

    def test_a_run_that_never_began_begins_when_it_is_continued(self):
        """Customers without an account get it first, and its progress is known."""
        self.company.cobranza_run_mode = "auto"
        self.invoice(self.partner, 100)
        refusal = UserError("customers would be reminded twice")
        rival = patch.object(type(self.company), "_cobranza_check_rival", side_effect=refusal)
        with rival:
            self.trigger("ir_cron_daily")
        self.debtor().sudo().unlink()
        run = self.runs()
        self.assertEqual(run.state, "failed")
        run.action_resume()
        self.assertEqual((run.state, run.lines_total), ("running", 1))
        self.trigger()
        self.assertEqual(run.line_ids.mapped("reason"), ["level_reached"])

    def test_a_day_without_a_run_is_caught_up(self):
        self.company.cobranza_run_mode = "propose"
        move = self.invoice(self.partner, 100, days_ago(5))
        with self.at(days_ago(1)):
            self.trigger("ir_cron_daily")
            self.trigger()
        self.assertFalse(self.runs().reminder_ids)
        with self.at(days_ago(-3)):
            self.trigger("ir_cron_daily")
            self.trigger()
        self.assertEqual(self.runs().reminder_ids.line_ids.move_id, move)
