"""Runs in the foreground, in the background and every day; explanations (DESIGN 8.14, §6)."""

import random
from collections import Counter
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo import api, sql_db
from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.cobranza_dunning.engine.reasons import REASONS
from odoo.addons.cobranza_dunning.models import cobranza_facts
from odoo.addons.cobranza_dunning.models.cobranza_run_work import LOCK_CLASS, CobranzaRun
from odoo.addons.cobranza_dunning.models.reason_texts import REASON_SELECTION, SENTENCES
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure

from .common import EXPLAINED, TODAY, CobranzaCase, days_ago

STILL_WORKING = "Another run of this company is still working: wait until it is done"


class RunCase(CobranzaCase):
    """What the tests of runs share."""

    def rows(self, table, columns="*"):
        """All rows of a table as text, to see whether anything was written."""
        self.env.flush_all()
        self.env.cr.execute(f"SELECT t::text FROM (SELECT {columns} FROM {table}) t ORDER BY 1")
        return self.env.cr.fetchall()

    def told(self, reminders):
        """{(customer, recipient): [(line, level, amount), …]} of reminders."""
        return {
            (one.partner_id, one.recipient_id): sorted(
                (line.move_line_id.id, line.level_id.id, line.amount) for line in one.line_ids
            )
            for one in reminders
        }

    def decided(self, run):
        """What a run decided, as a set of plain tuples, each line once."""
        rows = [
            (one.move_line_id.id, one.outcome, one.reason, one.level_id.id, one.amount)
            for one in run.line_ids
        ]
        self.assertEqual(len(rows), len(set(rows)), "a line was decided twice")
        return set(rows)

    def set_limit(self, lines):
        """Have runs of more than so many lines done in the background."""
        self.env["ir.config_parameter"].sudo().set_param(
            "cobranza_dunning.foreground_lines", str(lines)
        )

    def set_chunk(self, lines):
        """Have runs decide on so many lines at a time."""
        chunk = patch.object(cobranza_facts, "CHUNK", lines)
        chunk.start()
        self.addCleanup(chunk.stop)

    def trigger(self, cron="ir_cron_work"):
        """Let Odoo execute a scheduled action, with cursor and commits as if for real."""
        with self.enter_registry_test_mode():
            self.env.ref(f"cobranza_dunning.{cron}").with_user(1).method_direct_trigger()
        self.env.invalidate_all()

    def debts(self, customers, lines=1):
        """Make `lines` invoices of 100 for each of so many new customers."""
        partners = [self.new_partner(f"Debtor {number}") for number in range(customers)]
        for partner in partners:
            for number in range(lines):
                self.invoice(partner, 100 + number)
        return partners


@tagged("post_install", "-at_install")
class TestRun(RunCase):
    """Previewing and proposing in the foreground."""

    # --- preview -----------------------------------------------------------------------

    def test_preview_writes_nothing_but_its_lines(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        self.run_dunning("propose")
        self.invoice(self.partner, 50)
        self.payment_in_process(self.invoice(self.partner, 80), 10)
        self.debtor()
        tables = (
            "cobranza_reminder", "cobranza_reminder_line", "cobranza_debtor", "cobranza_block",
            "account_move", "account_move_line", "account_payment", "mail_message", "mail_mail",
        )  # fmt: skip
        before = {table: self.rows(table) for table in tables}
        run = self.run_dunning("preview")
        self.assertEqual(run.state, "done")
        self.assertEqual(len(run.line_ids), 4)
        for table in tables:
            self.assertEqual(self.rows(table), before[table], table)

    def test_preview_of_a_customer_who_never_had_an_account(self):
        move = self.invoice(self.partner, 100)
        self.assertEqual(self.decide(move).partner_id, self.partner)

    def test_preview_again_and_again(self):
        self.invoice(self.partner, 100)
        first, second = self.run_dunning(), self.run_dunning()
        self.assertEqual(self.decided(first), self.decided(second))

    def test_propose_from_a_preview(self):
        move = self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        preview = self.run_dunning("preview", days_ago(2), self.debtor())
        action = preview.action_propose()
        run = self.env["cobranza.run"].browse(action["res_id"])
        self.assertEqual((run.mode, run.state, run.date), ("propose", "done", days_ago(2)))
        self.assertEqual(run.debtor_ids, self.debtor())
        self.assertEqual(run.reminder_ids.line_ids.move_id, move)

    def test_preview_of_the_next_daily_run(self):
        self.env.ref("cobranza_dunning.ir_cron_daily").sudo().nextcall = "2026-03-11 03:00:00"
        move = self.invoice(self.partner, 100, days_ago(4))
        action = self.env["cobranza.run"].action_preview_next()
        run = self.env["cobranza.run"].browse(action["res_id"])
        self.assertEqual((run.mode, run.date), ("preview", days_ago(-1)))
        self.assertEqual(self.decision(run, move).outcome, "remind")

    # --- proposing ---------------------------------------------------------------------

    def test_propose_makes_reminders_of_what_is_ready(self):
        move = self.invoice(self.partner, 100)
        self.invoice(self.partner, 50, days_ago(-5))
        run = self.run_dunning("propose")
        self.assertEqual(run.state, "done")
        self.assertEqual(run.reminder_ids.state, "proposed")
        self.assertEqual(run.reminder_ids.line_ids.move_id, move)
        self.assertEqual(run.reminder_count, 1)

    def test_propose_keeps_the_next_date_on_the_customer(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100, days_ago(2))
        self.run_dunning("propose")
        self.assertEqual(self.debtor().next_date, TODAY)
        self.assertEqual(self.debtor(self.other).next_date, days_ago(-3))

    def test_a_second_run_on_the_same_day_proposes_nothing_new(self):
        for partner in (self.partner, self.other):
            self.invoice(partner, 100)
        first = self.run_dunning("propose")
        told = self.told(first.reminder_ids)
        changed = self.rows("cobranza_reminder", "id, write_date, run_id, state")
        second = self.run_dunning("propose")
        self.assertFalse(second.reminder_ids)
        self.assertEqual((second.reminder_count, second.refreshed_count), (0, 0))
        self.assertEqual(self.told(first.reminder_ids), told)
        self.assertEqual(self.rows("cobranza_reminder", "id, write_date, run_id, state"), changed)
        self.assertEqual(self.decided(first), self.decided(second))

    def test_a_second_run_after_sending_proposes_nothing_new(self):
        self.invoice(self.partner, 100, days_ago(90))
        self.remind()
        run = self.run_dunning("propose")
        self.assertFalse(run.reminder_ids)
        self.assertEqual(run.figures["reasons"], {"gap": 1})

    def test_a_missed_day_is_caught_up(self):
        """The level's own day passed without a run; the next one takes it, and no level twice."""
        move = self.invoice(self.partner, 100, days_ago(30))
        for day, level in ((21, self.r5), (3, self.r20), (1, None)):
            reminder = self.remind(days_ago(day))
            self.assertEqual(reminder.level_id, level or reminder.browse().level_id)
        self.assertEqual(
            self.env["cobranza.reminder.line"].search([("move_id", "=", move.id)]).level_id,
            self.r5 | self.r20,
        )

    def test_the_amount_follows_a_payment_between_two_runs(self):
        """A peer asked for what was open when the reminder was proposed."""
        move = self.invoice(self.partner, 100)
        reminder = self.run_dunning("propose").reminder_ids
        self.pay(move, 30)
        run = self.run_dunning("propose")
        self.assertEqual(reminder.line_ids.amount, 70)
        self.assertEqual(run.refreshed_count, 1)
        self.pay(move)
        run = self.run_dunning("propose")
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(run.cancelled_count, 1)

    def test_a_run_for_some_customers_leaves_the_others_reminders(self):
        mine = self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        reminders = self.run_dunning("propose").reminder_ids
        self.pay(mine)
        self.run_dunning("propose", debtors=self.debtor(self.other))
        self.assertEqual(set(reminders.mapped("state")), {"proposed"})

    def test_from_the_customer(self):
        move = self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        for mode, action in (
            ("preview", self.debtor().action_preview()),
            ("propose", self.debtor().action_propose()),
        ):
            run = self.env["cobranza.run"].browse(action["res_id"])
            self.assertEqual((run.mode, run.state, run.date), (mode, "done", TODAY))
            self.assertEqual(run.line_ids.move_id, move)
        self.assertEqual(run.reminder_ids.line_ids.move_id, move)

    def test_from_customers_of_two_companies(self):
        second = self.new_company()
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 100, company=second)
        with self.assertRefused("belong to several companies: choose those of one"):
            (self.debtor() | self.debtor(company=second)).action_preview()

    # --- automatic ---------------------------------------------------------------------

    def test_automatic_approves_what_needs_nobody(self):
        self.r5.approval = "auto"
        self.invoice(self.partner, 100, days_ago(10))
        self.invoice(self.other, 100, days_ago(50))
        self.remind(days_ago(20))
        run = self.run_dunning("auto")
        states = {one.level_id: (one.state, one.automatic) for one in run.reminder_ids}
        self.assertEqual(states, {self.r5: ("approved", True), self.r20: ("proposed", False)})

    def test_automatic_on_another_day_is_refused(self):
        for day in (days_ago(1), days_ago(-1)):
            run = self.new_run("auto", day)
            with self.assertRefused("An automatic run sends today: set its date to today"):
                run.action_execute()
            self.assertEqual(run.state, "draft")

    def test_automatic_beside_a_rival_addon_is_refused(self):
        self.invoice(self.partner, 100)
        self.env["ir.module.module"].sudo().create(
            {"name": "account_followup", "state": "installed", "shortdesc": "Payment Follow-up"}
        )
        with self.assertRefused("customers would be reminded twice"):
            self.run_dunning("auto")
        self.assertTrue(self.run_dunning("propose").reminder_ids)
        self.assertTrue(self.run_dunning("preview").line_ids)

    # --- dates -------------------------------------------------------------------------

    def test_rule14_a_run_for_a_past_day_reads_the_ledger_as_it_is_now(self):
        move = self.invoice(self.partner, 100, days_ago(30))
        paid = self.invoice(self.partner, 100, days_ago(30))
        self.pay(paid)
        run = self.run_dunning("preview", days_ago(26))
        self.assertTrue(run.other_day)
        self.assertEqual(run.line_ids.move_id, move)
        self.assertEqual(run.line_ids.next_date, days_ago(25))

    def test_rule14_a_run_of_today_is_no_other_day(self):
        run = self.new_run()
        self.assertFalse(run.other_day)
        run.date = days_ago(-1)
        self.assertTrue(run.other_day)

    def test_rule14_a_run_for_a_coming_day(self):
        move = self.invoice(self.partner, 100, days_ago(1))
        self.assertDecision(move, "wait", "level_not_reached", date=TODAY)
        self.assertDecision(move, "remind", "level_reached", date=days_ago(-4))

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

        def work_chunk(run, lines):
            original(run, lines)
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

        def work_chunk(run, lines):
            original(run, lines)
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


@tagged("post_install", "-at_install")
class TestExplain(RunCase):
    """The explanation on a line is the run's own decision."""

    def rich_ledger(self, seed):
        """Make a ledger with something of everything; return its moves."""
        rng = random.Random(seed)
        euro, peso = self.new_currency("EUR", 0.5), self.new_currency("MXN", 20)
        own = self.new_policy(
            [(2, "reminder"), (30, "follow_up")],
            progression="by_age", net_credits=False, require_sent=True, name="Own",
        )  # fmt: skip
        self.policy.write({"cadence_days": 3, "minimum_amount": 30})
        self.policy.level_ids.gap_days = 4
        partners = [self.new_partner(f"Rich {number}") for number in range(5)]
        partners[0].email = False
        contacts = partners + [
            self.new_partner(f"Shop {number}", parent_id=partner.id)
            for number, partner in enumerate(partners[:3])
        ]
        moves = self.env["account.move"]
        for _number in range(26):
            partner = rng.choice(contacts)
            due = days_ago(rng.choice([90, 61, 33, 25, 21, 12, 6, 5, 1, 0, -3, -20]))
            currency = rng.choice([self.company.currency_id, euro, peso])
            amount = rng.choice([10, 29.99, 100, 333.33, 1000])
            kind = rng.randrange(10)
            if kind == 0:
                moves |= self.credit_note(partner, amount, currency)
            elif kind == 1:
                moves |= self.journal_debt(rng.choice([partner, None]), amount, due, currency)
            elif kind == 2:
                moves |= self.open_payment(partner, amount, currency).move_id
            elif kind == 3:
                half = amount / 2
                moves |= self.invoice(
                    partner, 0, currency=currency,
                    installments=[(due, half), (days_ago(-30), amount - half)],
                )  # fmt: skip
            else:
                moves |= self.invoice(partner, amount, due, currency, sent=rng.random() > 0.2)
        invoices = moves.filtered(lambda one: one.move_type == "out_invoice").sorted("id")
        self.pay(invoices[0], 3)
        self.payment_in_process(invoices[1], 7)
        self.payment_in_process(invoices[2], 5, self.company.currency_id)
        self.due(invoices[3]).no_followup = True
        invoices[4].cobranza_policy_id = own
        self.debtor(partners[1]).policy_id = own
        invoices[5].action_toggle_block_payment()
        steady = self.new_partner("Steady")
        moves |= self.invoice(steady, 500, days_ago(61))
        self.remind(days_ago(9))
        self.remind(days_ago(2), self.debtor(partners[2]) | self.debtor(steady))
        self.pause(move=invoices[6], until=days_ago(-2))
        self.pause(partner=partners[3], until=days_ago(-1))
        return moves

    def test_explanations_equal_the_runs_decisions(self):
        seen = set()
        moves = self.env["account.move"]
        for seed in (1, 2):
            moves |= self.rich_ledger(seed)
            for day in (None, days_ago(7), days_ago(-2), days_ago(-40)):
                with self.subTest(seed=seed, day=day):
                    run = self.run_dunning("preview", day)
                    explained = {one["line_id"]: one for one in moves.cobranza_explain(day)}
                    self.assertEqual(set(explained), set(run.line_ids.move_line_id.ids))
                    for one in run.line_ids:
                        explanation = explained[one.move_line_id.id]
                        self.assertEqual(
                            {name: explanation[name] for name in EXPLAINED},
                            {name: value(one) for name, value in EXPLAINED.items()},
                        )
                    seen |= set(run.line_ids.mapped("reason"))
                    self.check_amounts(run)
        # a ledger in which everything is skipped would prove little
        self.assertGreaterEqual(
            seen,
            {"level_reached", "level_not_reached", "gap", "cadence", "paused_until", "paused",
             "no_partner", "no_followup", "not_sent", "credit", "no_email"},
        )  # fmt: skip

    def check_amounts(self, run):
        """Nobody is asked for more than a line has; no credit is used twice."""
        credits, used = Counter(), Counter()
        for one in run.line_ids:
            key = (one.debtor_id, one.currency_id)
            if one.residual < 0:
                credits[key] += -one.residual - one.in_process_amount
            used[key] += one.credit_amount
            self.assertGreaterEqual(one.amount, 0)
            self.assertLessEqual(one.amount, max(one.residual, 0))
            if one.outcome != "skip":
                parts = one.in_process_amount + one.paused_amount + one.credit_amount + one.amount
                self.assertAlmostEqual(parts, one.residual, 2)
        for key, amount in used.items():
            self.assertLessEqual(round(amount, 2), round(credits[key], 2), key)

    def test_an_explanation_is_plain_data(self):
        move = self.invoice(self.partner, 100)
        (one,) = move.cobranza_explain()
        self.assertEqual(one["line_id"], self.due(move).id)
        self.assertEqual(
            (one["outcome"], one["reason"], one["amount"], one["currency"]),
            ("remind", "level_reached", 100.0, "USD"),
        )
        self.assertEqual((one["level"], one["level_id"]), ("reminder 5", self.r5.id))
        self.assertEqual((one["policy"], one["policy_rule"]), ("Test policy", "company"))
        self.assertEqual((one["next_date"], one["date_due"]), (False, str(days_ago(30))))
        for value in one.values():
            self.assertIsInstance(value, (str, int, float, bool))

    def test_an_explanation_for_a_day_given_as_text(self):
        move = self.invoice(self.partner, 100, days_ago(4))
        self.assertEqual(move.cobranza_explain("2026-03-11")[0]["outcome"], "remind")
        self.assertEqual(move.cobranza_explain("2026-03-10")[0]["outcome"], "wait")

    def test_an_explanation_for_what_is_no_day_is_refused(self):
        move = self.invoice(self.partner, 100)
        for value in ("tomorrow", "31/12/2026", "2026-13-45", 5, [1], {"day": 1}, True):
            with self.subTest(value), self.assertRefused("isn't a date: write it as"):
                move.cobranza_explain(value)

    def test_a_due_date_at_the_end_of_the_calendar_stops_no_run(self):
        """“9999-12-31” is how some systems write “whenever”."""
        late = self.invoice(self.partner, 100)
        never = self.invoice(self.other, 50, date.max, invoice_date=days_ago(60))
        self.assertDecision(late, "remind", "level_reached")
        self.assertDecision(never, "wait", "level_not_reached", next_date=date.max)

    def test_what_is_not_due_is_left_out(self):
        draft = self.invoice(self.partner, 100, post=False)
        paid = self.invoice(self.partner, 100)
        self.pay(paid)
        open_one = self.invoice(self.partner, 100)
        moves = draft | paid | open_one
        self.assertEqual(
            [one["move_id"] for one in moves.cobranza_explain()], [open_one.id]
        )
        self.assertEqual(self.env["account.move"].cobranza_explain(), [])

    def test_lines_of_two_companies(self):
        second = self.new_company()
        second.partner_id.tz = "Asia/Tokyo"
        here = self.invoice(self.partner, 100, days_ago(4))
        there = self.invoice(self.partner, 100, days_ago(4), company=second)
        with self.at_moment("2026-03-10 16:00:00"):
            explained = {one["move_id"]: one for one in (here | there).cobranza_explain()}
        self.assertEqual(explained[here.id]["outcome"], "wait")
        self.assertEqual(explained[there.id]["outcome"], "remind")
        self.assertEqual(explained[there.id]["policy_id"], second.cobranza_policy_id.id)

    def test_the_fields_on_the_line_say_the_same(self):
        move = self.invoice(self.partner, 100, days_ago(1))
        line, one = self.due(move), self.decide(move)
        self.assertEqual(
            (line.cobranza_outcome, line.cobranza_reason, line.cobranza_level_id),
            (one.outcome, one.reason, one.level_id),
        )
        self.assertEqual(
            (line.cobranza_next_date, line.cobranza_amount, line.cobranza_sentence),
            (one.next_date, one.amount, one.sentence),
        )
        income = move.line_ids - line
        self.assertFalse(income.cobranza_outcome or income.cobranza_amount)

    def test_the_sentence_is_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        move = self.invoice(self.partner, 100, days_ago(1))
        line = self.due(move)
        english = line.cobranza_explain()[0]["sentence"]
        self.assertIn("“reminder 5” follows on 03/14/2026", english)
        spanish = line.with_context(lang="es_ES").cobranza_explain()[0]["sentence"]
        self.assertIn("14/03/2026", spanish)

    def test_an_explanation_changes_nothing(self):
        move = self.invoice(self.partner, 100)
        self.debtor()
        before = self.rows("cobranza_debtor")
        move.cobranza_explain()
        self.assertEqual(self.rows("cobranza_debtor"), before)

    def test_the_next_step_of_a_customer(self):
        debtor = self.env["cobranza.debtor"]
        self.invoice(self.partner, 100, days_ago(1))
        debtor = self.debtor()
        self.assertIn("03/14/2026", debtor.next_step)
        ready = self.invoice(self.partner, 100)
        debtor.invalidate_recordset()
        self.assertIn("ready for a reminder", debtor.next_step)
        self.pause(self.partner)
        debtor.invalidate_recordset()
        self.assertIn("No reminder will follow", debtor.next_step)
        self.pay(ready | debtor.due_line_ids.move_id)
        debtor.invalidate_recordset()
        self.assertIn("Nothing is open", debtor.next_step)
