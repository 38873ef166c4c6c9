"""A run as a record: executed once, guarded, its figures, its cost, how long it is kept."""

from unittest.mock import patch

from odoo import sql_db
from odoo.addons.cobranza_dunning.engine.reasons import REASONS
from odoo.addons.cobranza_dunning.models.cobranza_run_work import LOCK_CLASS
from odoo.addons.cobranza_dunning.models.reason_texts import REASON_SELECTION, SENTENCES
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .cases import STILL_WORKING, RunCase
from .common import days_ago


@tagged("post_install", "-at_install")
class TestRunRecord(RunCase):
    """What a run refuses, what it says about itself, and what remains of it."""

    # --- refusals ----------------------------------------------------------------------

    def test_a_run_is_executed_once(self):
        run = self.run_dunning()
        with self.assertRefused("executed already: make a new one"):
            run.action_execute()

    def test_an_executed_run_is_asked_nothing_else(self):
        self.invoice(self.partner, 100)
        draft, run = self.new_run(), self.run_dunning()
        asked = {
            "date": days_ago(1),
            "mode": "propose",
            "debtor_ids": self.debtor().ids,
            "company_id": self.new_company().id,
        }
        for name, value in asked.items():
            with self.subTest(field=name), self.assertRefused("executed already: make a new one"):
                run.write({name: value})
        draft.write({"date": days_ago(1), "mode": "propose"})
        self.assertEqual((draft.date, draft.mode), (days_ago(1), "propose"))

    def test_a_run_with_a_working_one_is_refused(self):
        working = self.new_run("propose")
        working._gated().write({"state": "running"})
        for mode in ("propose", "auto"):
            # before the database has to refuse it, which is no answer for a script
            with self.assertRaisesRegex(UserError, STILL_WORKING):
                self.run_dunning(mode)
        self.assertEqual(self.run_dunning("preview").state, "done")
        self.assertEqual(self.run_dunning("propose", company=self.new_company()).state, "done")

    def test_the_database_knows_one_working_run_for_each_company(self):
        first, second = self.new_run("propose"), self.new_run("auto")
        first._gated().write({"state": "running"})
        with self.assertRefused(STILL_WORKING, ValidationError):
            second._gated().write({"state": "running"})
        self.new_run("preview")._gated().write({"state": "running"})

    def test_a_run_of_another_connection_holds_the_lock(self):
        self.invoice(self.partner, 100)
        with sql_db.db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, self.company.id)
            )
            with self.assertRefused(STILL_WORKING):
                self.run_dunning("propose")
            self.assertEqual(self.run_dunning("preview").state, "done")
            other.rollback()
            self.assertEqual(self.run_dunning("propose").state, "done")

    def test_state_and_figures_are_not_set_by_hand(self):
        self.invoice(self.partner, 100)
        run = self.run_dunning()
        for values in ({"state": "draft"}, {"figures": {}}, {"cursor_debtor_id": 1}):
            with self.assertRefused("can't be set by hand", AccessError):
                run.write(values)
        with self.assertRefused("can't be set by hand", AccessError):
            self.env["cobranza.run"].create({"state": "done"})
        self.assertTrue(run.line_ids)
        for access in ("write", "create", "unlink"):
            self.assertFalse(run.line_ids.has_access(access))

    def test_a_copy_is_a_new_draft(self):
        self.invoice(self.partner, 100)
        copy = self.run_dunning("propose", days_ago(1)).copy()
        self.assertEqual((copy.state, copy.mode, copy.date), ("draft", "propose", days_ago(1)))
        self.assertFalse(copy.line_ids or copy.reminder_ids or copy.figures or copy.progress)

    def test_a_working_run_is_not_deleted(self):
        run = self.new_run("propose")
        run._gated().write({"state": "running"})
        with self.assertRefused("The run is still working: wait until it is done"):
            run.unlink()

    def test_a_finished_run_is_deleted_with_its_decisions_but_not_its_reminders(self):
        self.invoice(self.partner, 100)
        run = self.run_dunning("propose")
        lines, reminder = run.line_ids, run.reminder_ids
        run.unlink()
        self.assertFalse(lines.exists())
        self.assertEqual(reminder.exists().state, "proposed")

    # --- figures -----------------------------------------------------------------------

    def test_figures_add_up_to_the_lines(self):
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 100, days_ago(1))
        self.invoice(self.partner, 100, sent=False)
        self.invoice(self.other, 100)
        self.credit_note(self.other, 10)
        self.journal_debt(None, 10)
        run = self.run_dunning("propose")
        self.assertEqual(run.figures["lines"], 6)
        self.assertEqual(run.figures["outcomes"], {"remind": 2, "wait": 1, "skip": 3})
        self.assertEqual(
            run.figures["reasons"],
            {"level_reached": 2, "level_not_reached": 1, "not_sent": 1, "credit": 1,
             "no_partner": 1},
        )  # fmt: skip
        self.assertEqual(
            (run.lines_count, run.remind_count, run.wait_count, run.skip_count), (6, 2, 1, 3)
        )
        self.assertEqual((run.reminder_count, len(run.reminder_ids)), (2, 2))
        self.assertEqual((run.lines_total, run.progress), (6, 100))

    def test_figures_open_their_lines(self):
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 100, days_ago(1))
        self.invoice(self.other, 100, sent=False)
        run = self.run_dunning("propose")
        lines = self.env["cobranza.run.line"]
        for row in run.reason_rows:
            found = lines.search(
                run.action_view_lines(row["outcome"], row["reason"] or None)["domain"]
            )
            self.assertEqual(len(found), row["count"], row)
        totals = [row["count"] for row in run.reason_rows if not row["reason"]]
        self.assertEqual(sum(totals), 3)
        self.assertEqual(lines.search(run.action_view_lines()["domain"]), run.line_ids)
        reminders = self.env["cobranza.reminder"]
        self.assertEqual(
            reminders.search(run.action_view_reminders()["domain"]), run.reminder_ids
        )

    def test_a_run_with_nothing_open(self):
        run = self.run_dunning("propose")
        self.assertEqual((run.state, run.progress, run.lines_count), ("done", 100, 0))
        self.assertFalse(run.line_ids or run.reminder_ids)

    def test_every_reason_has_its_words(self):
        self.assertEqual(set(dict(REASON_SELECTION)), set(REASONS))
        self.assertEqual(set(SENTENCES), set(REASONS))

    # --- cost --------------------------------------------------------------------------

    def test_a_preview_needs_the_same_queries_whatever_the_number_of_lines(self):
        self.debts(2)
        few = self.queries("preview")
        self.debts(8, 2)
        self.assertEqual(self.queries("preview"), few)

    def test_proposing_needs_the_same_queries_whatever_the_number_of_customers(self):
        """New reminders each time: those of the run before are cancelled."""
        self.debts(2)
        few = self.queries("propose")
        self.debts(8, 2)
        self.assertEqual(self.queries("propose"), few)

    def queries(self, mode):
        """The number of queries of a run, with caches warm and records cold."""
        for _time in range(2):
            open_ones = self.env["cobranza.reminder"].search([("company_id", "=", self.company.id)])
            open_ones._set_cancelled("anew")
            run = self.new_run(mode)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            run.action_execute()
            self.env.flush_all()
            count = self.env.cr.sql_log_count - before
        self.assertEqual(run.state, "done")
        return count

    # --- keeping -----------------------------------------------------------------------

    def test_old_decisions_that_led_to_nothing_are_forgotten(self):
        self.company.cobranza_keep_days = 30
        self.invoice(self.partner, 100, days_ago(90))
        self.invoice(self.partner, 100, sent=False)
        old = self.run_dunning("propose", days_ago(31))
        kept = self.run_dunning("propose", days_ago(30))
        self.env["cobranza.run.line"].sudo()._gc_old_lines()
        self.env.invalidate_all()
        self.assertEqual(old.line_ids.mapped("outcome"), ["remind"])
        self.assertEqual(len(kept.line_ids), 2)
        self.assertEqual(old.lines_count, 2)

    def test_odoo_comes_back_for_what_is_left(self):
        """A night may make more decisions than are forgotten at once."""
        self.invoice(self.partner, 100, sent=False)
        self.invoice(self.partner, 200, sent=False)
        run = self.run_dunning("propose", days_ago(200))
        previews = self.run_dunning() | self.run_dunning()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cobranza_run SET create_date = %s WHERE id IN %s",
            (days_ago(8), tuple(previews.ids)),
        )
        lines, runs = run.line_ids.sudo(), run.sudo()
        with patch.object(type(lines), "_batch", 1), patch.object(type(runs), "_batch", 1):
            self.assertEqual(
                [lines._gc_old_lines() for _time in range(3)], [(1, True), (1, True), (0, False)]
            )
            self.assertEqual(
                [runs._gc_previews() for _time in range(3)], [(1, True), (1, True), (0, False)]
            )

    def test_keeping_all_decisions(self):
        self.company.cobranza_keep_days = 0
        self.invoice(self.partner, 100, sent=False)
        run = self.run_dunning("propose", days_ago(1000))
        self.env["cobranza.run.line"].sudo()._gc_old_lines()
        self.assertTrue(run.line_ids.exists())

    def test_previews_are_forgotten_after_a_week(self):
        old, young, working = self.run_dunning(), self.run_dunning(), self.new_run()
        working._gated().write({"state": "running"})
        proposed = self.run_dunning("propose")
        self.env.flush_all()
        for runs, days in ((old | working | proposed, 8), (young, 6)):
            self.env.cr.execute(
                "UPDATE cobranza_run SET create_date = %s WHERE id IN %s",
                (days_ago(days), tuple(runs.ids)),
            )
        self.env["cobranza.run"].sudo()._gc_previews()
        self.assertEqual((old | young | working | proposed).exists(), young | working | proposed)
