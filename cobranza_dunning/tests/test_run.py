"""Runs in the foreground: previewing, proposing, automatic, on other days."""

from odoo.tests import tagged

from .cases import RunCase
from .common import TODAY, days_ago


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

    def test_preview_of_a_customer_whose_account_is_missing(self):
        """Of items that didn't come by posting it is made, as posting would have made it."""
        move = self.invoice(self.partner, 100)
        self.debtor()
        self.env.cr.execute(
            "DELETE FROM cobranza_debtor WHERE partner_id = %s", [self.partner.id]
        )
        self.env.invalidate_all()
        decided = self.decide(move)
        self.assertEqual(decided.partner_id, self.partner)
        self.assertEqual(decided.debtor_id, self.debtor())

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
        counts = (run.refreshed_count, run.own_reminder_count)
        self.assertEqual(counts, (1, 1), "its button opens one")
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

    def test_from_customers_of_two_companies_or_none(self):
        second = self.new_company()
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 100, company=second)
        with self.assertRefused("belong to several companies: choose those of one"):
            (self.debtor() | self.debtor(company=second)).action_preview()
        with self.assertRefused("Choose the customers first"):
            self.env["cobranza.debtor"].action_propose()

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
