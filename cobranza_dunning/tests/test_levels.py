"""Which level a due line has reached, and when the next one follows."""

from odoo.tests import tagged

from .common import TODAY, CobranzaCase, days_ago


@tagged("post_install", "-at_install")
class TestLevels(CobranzaCase):
    """Which level a line has reached, from what was really sent (rules 5 to 8)."""

    def test_rule6_sequential_below_at_and_above_the_delay(self):
        for days_late, expected in (
            (4, ("wait", "level_not_reached")),
            (5, ("remind", "level_reached")),
            (6, ("remind", "level_reached")),
        ):
            with self.subTest(days_late=days_late):
                move = self.invoice(self.partner, 100, days_ago(days_late))
                self.assertDecision(move, *expected, self.r5)

    def test_rule6_an_old_debt_starts_with_the_first_level_when_sequential(self):
        move = self.invoice(self.partner, 100, days_ago(200))
        self.assertDecision(move, "remind", "level_reached", self.r5)

    def test_rule6_an_old_debt_starts_with_its_age_when_by_age_but_never_with_a_demand(self):
        self.policy.progression = "by_age"
        move = self.invoice(self.partner, 100, days_ago(200))
        self.assertDecision(move, "remind", "level_reached", self.f40)
        self.remind(days_ago(1))
        self.assertDecision(move, "remind", "level_reached", self.d60)

    def test_rule6_by_age_takes_the_highest_level_reached(self):
        self.policy.progression = "by_age"
        for days_late, level in ((5, self.r5), (19, self.r5), (20, self.r20), (40, self.f40)):
            with self.subTest(days_late=days_late):
                move = self.invoice(self.partner, 100, days_ago(days_late))
                self.assertDecision(move, "remind", "level_reached", level)

    def test_rule6_the_whole_ladder_step_by_step(self):
        move = self.invoice(self.partner, 100, days_ago(100))
        for days, level in ((90, self.r5), (80, self.r20), (60, self.f40), (40, self.d60)):
            reminder = self.remind(days_ago(days))
            self.assertEqual(reminder.level_id, level)
            self.assertEqual(reminder.line_ids.move_id, move)
        self.assertDecision(move, "skip", "final_level_done")

    def test_rule6_the_last_level_repeats(self):
        self.policy.level_ids.filtered(lambda one: one.delay_days > 5).unlink()
        self.r5.repeat_days = 30
        move = self.invoice(self.partner, 100, days_ago(100))
        self.remind(days_ago(29))
        self.assertDecision(move, "wait", "gap", self.r5, next_date=days_ago(-1))
        self.assertDecision(move, "remind", "repeat", self.r5, date=days_ago(-1))

    def test_rule6_the_gap_since_the_last_message(self):
        self.r20.gap_days = 10
        move = self.invoice(self.partner, 100, days_ago(60))
        self.remind(days_ago(9))
        self.assertDecision(move, "wait", "gap", self.r20, next_date=days_ago(-1))
        self.assertDecision(move, "remind", "level_reached", self.r20, date=days_ago(-1))

    def test_rule6_nobody_hears_twice_on_one_day(self):
        move = self.invoice(self.partner, 100, days_ago(60))
        self.remind(TODAY)
        self.assertDecision(move, "wait", "gap", self.r20, next_date=days_ago(-1))

    def test_rule6_levels_before_the_due_date_end_with_it(self):
        self.company.cobranza_policy_id = self.new_policy([(-3, "reminder"), (5, "reminder")])
        before, after = self.company.cobranza_policy_id.level_ids.sorted("delay_days")
        far = self.invoice(self.partner, 100, days_ago(-4))
        self.assertDecision(far, "wait", "level_not_reached", before, next_date=days_ago(-1))
        near = self.invoice(self.partner, 100, days_ago(-3))
        self.assertDecision(near, "remind", "level_reached", before)
        due_today = self.invoice(self.partner, 100, TODAY)
        self.assertDecision(due_today, "remind", "level_reached", before)
        late = self.invoice(self.partner, 100, days_ago(1))
        self.assertDecision(late, "wait", "level_not_reached", after)

    def test_rule6_only_levels_before_the_due_date(self):
        self.company.cobranza_policy_id = self.new_policy([(-3, "reminder")])
        late = self.invoice(self.partner, 100, days_ago(1))
        one = self.assertDecision(late, "skip", "no_level_left")
        self.assertIn("due date", one.sentence)

    def test_rule6_a_new_policy_starts_anew(self):
        move = self.invoice(self.partner, 100, days_ago(60))
        self.remind(days_ago(20))
        self.remind(days_ago(10))
        self.debtor().policy_id = self.new_policy([(7, "reminder"), (30, "reminder")])
        self.assertDecision(
            move, "remind", "level_reached", self.debtor().policy_id.level_ids[0]
        )

    def test_rule6_moving_a_levels_delay_repeats_nothing(self):
        move = self.invoice(self.partner, 100, days_ago(30))
        self.remind(days_ago(20))
        self.r5.delay_days = 12
        self.assertDecision(move, "remind", "level_reached", self.r20)

    def test_rule5_history_is_found_again_after_reset_to_draft(self):
        """The receivable item may be another one then: invoice and due date tell."""
        move = self.invoice(self.partner, 100, days_ago(30))
        reminder = self.remind(days_ago(10))
        told = self.due(move)
        move.button_draft()
        told.with_context(dynamic_unlink=True, check_move_validity=False).unlink()
        move.invoice_line_ids.price_unit = 90
        move.action_post()
        self.assertNotEqual(self.due(move), told)
        self.assertFalse(reminder.line_ids.move_line_id)
        self.assertEqual(reminder.line_ids.amount, 100)
        self.assertDecision(move, "remind", "level_reached", self.r20, 90)

    def test_rule5_a_cancelled_reminder_is_no_history(self):
        move = self.invoice(self.partner, 100, days_ago(30))
        run = self.run_dunning("propose")
        run.reminder_ids.action_cancel("not now")
        self.assertDecision(move, "remind", "level_reached", self.r5)

    def test_rule5_an_undelivered_reminder_is_no_history(self):
        self.policy.cadence_days = 30
        move = self.invoice(self.partner, 100, days_ago(30))
        reminder = self.remind(days_ago(10))
        self.assertDecision(move, "wait", "cadence", self.r20)
        bounced = self.env["mail.notification"].sudo().search(
            [("mail_message_id", "=", reminder.mail_message_id.id)]
        )
        bounced.notification_status = "bounce"
        self.assertDecision(move, "remind", "level_reached", self.r5)

    def test_rule8_cadence_is_per_debtor_and_says_until_when(self):
        self.policy.cadence_days = 7
        self.invoice(self.partner, 100, days_ago(30))
        hers = self.invoice(self.other, 100, days_ago(30))
        self.remind(days_ago(6), self.debtor(self.partner))
        ready = self.invoice(self.partner, 50, days_ago(5))
        self.assertDecision(ready, "wait", "cadence", self.r5, next_date=days_ago(-1), amount=50)
        self.assertDecision(ready, "remind", "level_reached", self.r5, date=days_ago(-1))
        self.assertDecision(hers, "remind", "level_reached", self.r5)

    def test_rule8_without_cadence_one_reminded_invoice_does_not_silence_the_others(self):
        told = self.invoice(self.partner, 100, days_ago(19))
        self.remind(TODAY)
        ready = self.invoice(self.partner, 50, days_ago(5))
        self.assertDecision(told, "wait", "level_not_reached", self.r20)
        self.assertDecision(ready, "remind", "level_reached", self.r5)

    def test_rule7_one_reminder_in_the_tone_of_the_highest_level(self):
        old = self.invoice(self.partner, 100, days_ago(30))
        self.remind(days_ago(20))
        new = self.invoice(self.partner, 50, days_ago(10))
        run = self.run_dunning("propose")
        self.assertEqual(len(run.reminder_ids), 1)
        self.assertEqual(run.reminder_ids.level_id, self.r20)
        levels = {line.move_id: line.level_id for line in run.reminder_ids.line_ids}
        self.assertEqual(levels, {old: self.r20, new: self.r5})
