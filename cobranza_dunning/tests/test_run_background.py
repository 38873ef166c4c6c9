"""Runs in the background, and what a failure leaves behind."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import api, sql_db
from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.cobranza_dunning.models import cobranza_facts
from odoo.addons.cobranza_dunning.models.cobranza_run_work import LOCK_CLASS, CobranzaRun
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure

from .cases import STILL_WORKING, RunCase
from .common import TODAY


class Killed(BaseException):
    """What a dying worker looks like from inside: nothing catches it."""


@tagged("post_install", "-at_install")
class TestBackground(RunCase, CronMixinCase):
    """Large runs, and what a failure leaves behind."""

    @contextmanager
    def failing_at(self, chunk, error):
        """Let the chunk number `chunk` of a run fail after its decisions are written."""
        seen = []
        original = CobranzaRun._work_chunk

        def work_chunk(run, lines, read_at=None):
            original(run, lines, read_at)
            seen.append(lines)
            if len(seen) == chunk:
                raise error

        with patch.object(CobranzaRun, "_work_chunk", work_chunk):
            yield

    def work_in_a_worker(self):
        """What the scheduled action does, by a worker that dies before it is done."""
        try:  # not assertRaises, which rolls back what was committed
            with self.enter_registry_test_mode(), self.registry.cursor() as cr:
                api.Environment(cr, 1, {})["cobranza.run"]._cron_work()
            self.fail("it should have died")
        except Killed:  # pylint: disable=except-pass
            pass

    def test_a_large_run_goes_to_the_background(self):
        self.debts(3)
        self.set_limit(2)
        run = self.run_dunning("propose")
        self.assertEqual((run.state, run.lines_total, run.progress), ("running", 3, 0))
        self.assertFalse(run.line_ids or run.reminder_ids)
        self.trigger()
        self.assertEqual((run.state, run.progress), ("done", 100))
        self.assertEqual((len(run.line_ids), len(run.reminder_ids)), (3, 3))

    def test_a_run_at_the_limit_is_done_at_once(self):
        self.debts(3)
        self.set_limit(3)
        self.assertEqual(self.run_dunning("propose").state, "done")

    def test_the_background_is_woken_up(self):
        self.debts(1)
        self.set_limit(0)
        with self.capture_triggers("cobranza_dunning.ir_cron_work") as triggers:
            self.run_dunning("propose")
        self.assertEqual(len(triggers.records), 1)

    def test_progress_is_told_chunk_by_chunk(self):
        self.debts(4)
        self.journal_debt(None, 10)
        self.set_limit(0)
        self.set_chunk(1)
        run = self.run_dunning("propose")
        told = []
        original = CobranzaRun._add_figures

        def add_figures(run, *args):
            original(run, *args)
            told.append((run.progress, run.figures["lines"]))

        with patch.object(CobranzaRun, "_add_figures", add_figures):
            self.trigger()
        self.assertEqual(told[:5], [(20, 1), (40, 2), (60, 3), (80, 4), (100, 5)])
        self.assertEqual(run.figures["lines"], len(self.decided(run)))

    def test_chunks_decide_the_same_as_one_pass(self):
        for partner in self.debts(4, 3):
            self.open_payment(partner, 120)
        whole = self.decided(self.run_dunning())
        for size in (1, 2, 3, 5, 20):
            with self.subTest(size=size):
                self.set_chunk(size)
                self.assertEqual(self.decided(self.run_dunning()), whole)

    def test_a_nonsense_limit_stops_no_run(self):
        self.debts(1, 1)
        self.set_limit("many")
        self.assertEqual(self.run_dunning().state, "done")

    def test_a_background_run_decides_and_proposes_the_same(self):
        self.debts(4, 2)
        preview = self.run_dunning()
        foreground = self.run_dunning("propose")
        told = self.told(foreground.reminder_ids)
        foreground.reminder_ids.action_cancel("anew")
        self.set_limit(0)
        self.set_chunk(3)
        background = self.run_dunning("propose")
        self.trigger()
        self.assertEqual(self.decided(background), self.decided(preview))
        self.assertEqual(self.told(background.reminder_ids), told)

    def test_only_the_background_holds_its_statement_across_commits(self):
        self.debts(2)
        facts = cobranza_facts.CobranzaFacts
        original, held = facts._read_in_chunks, []

        def read_in_chunks(model, query, hold):
            held.append(hold)
            return original(model, query, hold)

        with patch.object(facts, "_read_in_chunks", read_in_chunks):
            self.run_dunning("propose")
            self.set_limit(0)
            self.run_dunning("propose")
            self.trigger()
        self.assertEqual(held, [False, True])

    def test_the_ledger_is_read_across_commits(self):
        """On a connection of its own, where a commit is one: it reads what the database has."""
        self.set_chunk(1)
        with sql_db.db_connect(self.env.cr.dbname).cursor() as cr:
            company = api.Environment(cr, 1, {}).company
            facts = company.env["cobranza.facts"]
            whole = list(facts._assess_in_chunks(company, TODAY))
            if len(whole) < 3:
                self.skipTest("the database has no demo invoices")
            chunks = []
            for chunk in facts._assess_in_chunks(company, TODAY, hold=True):
                chunks.append(chunk)
                cr.commit()  # pylint: disable=invalid-commit
            cr.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE 'cobranza_facts%'")
            left_open = cr.fetchone()[0]
        self.assertEqual(chunks, whole)
        self.assertFalse(left_open)

    def test_an_interrupted_run_goes_on_without_deciding_twice(self):
        """A worker died after its second chunk was written and before it was committed."""
        self.journal_debt(None, 10)
        self.debts(4)
        whole = self.decided(self.run_dunning())
        self.set_limit(0)
        self.set_chunk(1)
        for at in (1, 2, 3, 5):
            with self.subTest(at=at):
                run = self.run_dunning("propose")
                with self.failing_at(at, Killed()):
                    self.work_in_a_worker()
                self.assertEqual(run.state, "running")
                self.assertEqual(len(run.line_ids), at - 1)
                self.trigger()
                self.assertEqual(run.state, "done")
                self.assertEqual(self.decided(run), whole)
                self.assertEqual(run.figures["lines"], len(whole))
                self.assertEqual(len(run.reminder_ids), 4)
                run.reminder_ids.action_cancel("anew")

    @mute_logger("odoo.addons.cobranza_dunning.models.cobranza_run_work")
    def test_a_failing_chunk_stops_the_run_with_its_error_and_continue_works(self):
        self.debts(4)
        whole = self.decided(self.run_dunning())
        self.set_limit(0)
        self.set_chunk(1)
        for at in (1, 3):
            with self.subTest(at=at):
                run = self.run_dunning("propose")
                with self.failing_at(at, ValueError("a broken line")):
                    self.trigger()
                self.assertEqual((run.state, run.error), ("failed", "a broken line"))
                self.assertEqual(len(run.line_ids), at - 1)
                self.assertEqual(run.lines_count, at - 1)
                run.action_resume()
                self.assertEqual((run.state, run.error), ("running", False))
                self.trigger()
                self.assertEqual((run.state, run.error), ("done", False))
                self.assertEqual(self.decided(run), whole)
                self.assertEqual(len(run.reminder_ids), 4)
                run.reminder_ids.action_cancel("anew")

    @mute_logger("odoo.addons.cobranza_dunning.models.cobranza_run_work", "odoo.sql_db")
    def test_an_error_of_the_database_is_kept_as_well(self):
        """Then the transaction takes no further statement until it is rolled back."""
        self.debts(2)
        self.set_limit(0)
        run = self.run_dunning("propose")
        original = CobranzaRun._work_chunk

        def work_chunk(run, lines, read_at=None):
            original(run, lines, read_at)
            run.env.cr.execute("SELECT 1 / 0")

        with patch.object(CobranzaRun, "_work_chunk", work_chunk):
            self.trigger()
        self.assertEqual(run.state, "failed")
        self.assertIn("division by zero", run.error)

    @mute_logger("odoo.addons.cobranza_dunning.models.cobranza_run_work")
    def test_a_customer_changed_meanwhile_only_delays_the_run(self):
        """A bookkeeper's posting and the run wrote the same customer: the next call goes on."""
        self.debts(3)
        whole = self.decided(self.run_dunning())
        self.set_limit(0)
        self.set_chunk(1)
        run = self.run_dunning("propose")
        with self.failing_at(2, SerializationFailure("concurrent update")):
            self.trigger()
        self.assertEqual((run.state, run.error), ("done", False))
        self.assertEqual(self.decided(run), whole)
        self.assertEqual(run.figures["lines"], len(whole))

    @mute_logger("odoo.addons.cobranza_dunning.models.cobranza_run_work")
    def test_a_failing_run_does_not_stop_the_others(self):
        second = self.new_company()
        self.debts(2)
        move = self.invoice(self.partner, 100, company=second)
        self.set_limit(0)
        first = self.run_dunning("propose")
        other = self.run_dunning("propose", company=second)
        with self.failing_at(1, ValueError("a broken line")):
            self.trigger()
        self.assertEqual((first.state, other.state), ("failed", "done"))
        self.assertEqual(other.line_ids.move_id, move)

    @mute_logger("odoo.addons.cobranza_dunning.models.cobranza_run_work")
    def test_a_run_that_meets_another_in_the_background_says_so(self):
        self.debts(2)
        self.set_limit(0)
        run = self.run_dunning("propose")
        with sql_db.db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, self.company.id)
            )
            self.trigger()
        self.assertEqual(run.state, "failed")
        self.assertIn(STILL_WORKING, run.error)
        run.action_resume()
        self.trigger()
        self.assertEqual(run.state, "done")

    def test_continue_asks_whether_it_may(self):
        stopped = self.new_run("auto")
        stopped._gated().write({"state": "failed", "error": "stopped"})
        working = self.new_run("propose")
        working._gated().write({"state": "running"})
        with self.assertRefused(STILL_WORKING):
            stopped.action_resume()
        working._gated().write({"state": "done"})
        self.env["ir.module.module"].sudo().create(
            {"name": "account_followup", "state": "installed", "shortdesc": "Payment Follow-up"}
        )
        with self.assertRefused("“Payment Follow-up” is installed too"):
            stopped.action_resume()
        self.assertEqual(stopped.state, "failed")

    def test_continue_leaves_other_states_alone(self):
        draft, done = self.new_run(), self.run_dunning()
        (draft | done).action_resume()
        self.assertEqual((draft.state, done.state), ("draft", "done"))

    def test_a_large_preview_goes_to_the_background_too(self):
        self.debts(3)
        self.set_limit(2)
        run = self.run_dunning("preview")
        self.assertEqual(run.state, "running")
        self.trigger()
        self.assertEqual((run.state, len(run.line_ids)), ("done", 3))
        self.assertFalse(run.reminder_ids)

    def test_nobody_is_told_again_who_was_told_meanwhile(self):
        """A run in the background decides on facts from its beginning."""
        self.debts(1)
        [reminder] = self.remind()
        since = reminder.sent_at
        debtor_ids, told = reminder.debtor_id.ids, self.env["cobranza.reminder"]._told_since
        self.assertEqual(told(since, debtor_ids), set(debtor_ids))
        self.assertEqual(told(since + timedelta(seconds=1), debtor_ids), set())
        self.assertEqual(told(None, debtor_ids), set())
        self.debts(1)
        self.set_limit(0)
        run = self.run_dunning("propose")
        everybody = set(self.env["cobranza.debtor"].search([]).ids)
        with patch.object(type(reminder), "_told_since", lambda *_: everybody):
            self.trigger()
        self.assertEqual((run.state, run.figures["created"]), ("done", 0))
