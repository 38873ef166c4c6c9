"""What a person decides on a reminder."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .cases import IN_A_WEEK, ReminderCase
from .common import TODAY, days_ago


@tagged("post_install", "-at_install")
class TestApprovingAndCancelling(ReminderCase):
    """What a person decides."""

    # --- approval

    def test_approval_says_who_and_when(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.action_approve()
        self.assertEqual(reminder.state, "approved")
        self.assertEqual(reminder.approved_by_id, self.env.user)
        self.assertTrue(reminder.approved_date)

    def test_approval_freezes_the_text(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        shown = (reminder.subject, reminder.body)
        reminder.action_approve()
        self.template.sudo().write({"subject": "Changed", "body_html": "<p>Changed</p>"})
        self.partner.name = "Renamed"
        self.env.invalidate_all()
        self.assertEqual((reminder.subject, reminder.body), shown)

    def test_while_proposed_the_text_follows_the_template(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        self.template.sudo().write({"subject": "Changed", "body_html": "<p>Changed</p>"})
        self.env.invalidate_all()
        self.assertEqual((reminder.subject, reminder.body), ("Changed", "<p>Changed</p>"))

    def test_only_a_proposed_text_can_be_edited(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        for vals in ({"subject": "Mine"}, {"body": "<p>Mine</p>"}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "waits for approval"):
                reminder.write(vals)

    def test_only_a_proposed_reminder_changes_its_contact_person(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        colleague = self.new_collector(name="Carla Colleague")
        reminder.user_id = colleague
        self.assertIn("Carla Colleague", reminder.body)
        reminder.action_approve()
        with self.assertRaisesRegex(UserError, "approved"):
            reminder.user_id = self.env.user

    def test_approval_leaves_others_of_the_selection_alone(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        first, second = self.propose()
        first.action_cancel("Wrong")
        (first | second).action_approve()
        self.assertEqual((first.state, second.state), ("cancelled", "approved"))
        with self.assertRaisesRegex(UserError, "None of the reminders waits for approval"):
            (first | second).action_approve()

    # --- cancelling

    def test_cancelling_needs_a_reason(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        for reason in (None, "", "  "):
            with self.subTest(reason), self.assertRaisesRegex(UserError, "Say why"):
                reminder.action_cancel(reason)
        self.assertEqual(reminder.state, "proposed")

    def test_cancelling_until_what_is_no_day_is_refused(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        for value in ("31/12/2026", 5):
            with self.subTest(value), self.assertRaisesRegex(UserError, "isn't a date"):
                reminder.action_cancel("Wrong", value)
        self.assertEqual(reminder.state, "proposed")
        reminder.action_cancel(404)  # a script's reason may be a number
        self.assertEqual((reminder.state, reminder.cancel_reason), ("cancelled", "404"))

    def test_the_reason_may_be_written_beforehand(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.cancel_reason = "Called him"
        reminder.action_cancel()
        self.assertEqual((reminder.state, reminder.cancel_reason), ("cancelled", "Called him"))

    def test_without_a_day_the_next_run_may_propose_again_and_says_so(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.action_cancel("Not now")
        self.assertIn("The next run may propose it again", self.log(reminder))
        self.assertFalse(self.debtor().block_ids)
        again = self.propose()
        self.assertNotEqual(again, reminder)
        self.assertEqual(self.told(again), [(invoice.name, 100)])

    def test_with_a_day_each_line_is_paused_until_then(self):
        parts = [(days_ago(30), 60), (days_ago(9), 40)]
        paid = self.invoice(self.partner, 0, installments=parts)
        self.invoice(self.partner, 25, days_ago(1))  # not in the reminder: stays free
        reminder = self.propose()
        reminder.action_cancel("Pays next week", IN_A_WEEK)
        self.assertNotIn("propose it again", self.log(reminder))
        pauses = self.debtor().block_ids
        self.assertEqual(pauses.move_line_id, self.due(paid))
        self.assertEqual(set(pauses.mapped("scope")), {"line"})
        self.assertEqual(pauses[0].reason, "Pays next week")
        self.assertEqual(pauses.mapped("until"), [IN_A_WEEK] * 2)
        before = self.propose(on=IN_A_WEEK - timedelta(days=1))
        self.assertTrue(before)
        self.assertFalse(before.line_ids.move_line_id & self.due(paid))
        again = self.propose(on=IN_A_WEEK)
        self.assertLessEqual(self.due(paid), again.line_ids.move_line_id)

    def test_what_was_posted_anew_is_paused_as_well(self):
        same, other = self.invoice(self.partner, 100), self.invoice(self.partner, 50)
        reminder = self.propose()
        self.recreate(same)
        self.recreate(other)
        self.due(other).date_maturity = days_ago(20)
        self.assertFalse(reminder.line_ids.move_line_id)
        reminder.action_cancel("Pays next week", IN_A_WEEK)
        pauses = {one.move_id: (one.scope, one.move_line_id) for one in self.debtor().block_ids}
        none = self.env["account.move.line"]
        self.assertEqual(pauses, {same: ("line", self.due(same)), other: ("move", none)})
        self.assertFalse(self.propose(on=IN_A_WEEK - timedelta(days=1)))
        self.assertTrue(self.propose(on=IN_A_WEEK))

    def test_what_went_to_another_customer_is_not_paused(self):
        mine, gone = self.invoice(self.partner, 100), self.invoice(self.partner, 50)
        reminder = self.propose()
        self.give_to(self.other, gone)
        reminder.action_cancel("Pays next week", IN_A_WEEK)
        self.assertEqual(self.debtor().block_ids.move_id, mine)
        self.assertDecision(gone, "remind", "level_reached", amount=50)

    def test_the_day_may_be_text(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.action_cancel("Called", "2026-03-17")
        self.assertEqual(self.debtor().block_ids.until, IN_A_WEEK)

    def test_a_day_that_is_no_pause_is_refused(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        for day in (TODAY, days_ago(1)):
            with self.subTest(day), self.assertRaisesRegex(UserError, "later day"):
                reminder.action_cancel("Called", day)
        self.assertEqual(reminder.state, "proposed")

    def test_an_approved_reminder_can_be_cancelled(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        reminder.action_cancel("He called")
        self.assertEqual(reminder.state, "cancelled")

    def test_what_is_closed_cannot_be_cancelled(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        cancelled, sent = self.approved()
        sent.action_send()
        cancelled.action_cancel("Wrong")
        for reminder in (cancelled, sent):
            with self.assertRaisesRegex(UserError, "Only a reminder that has not been sent"):
                reminder.action_cancel("Again")
        self.assertEqual(sent.state, "sent")

    def test_the_dialog_cancels_all_of_them(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        reminders = self.propose()
        action = reminders.action_open_cancel()
        wizard = (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"cancel_reason": "Fair week", "not_before": IN_A_WEEK})
        )
        wizard.action_cancel()
        self.assertEqual(reminders.mapped("state"), ["cancelled"] * 2)
        self.assertEqual(reminders.mapped("cancel_reason"), ["Fair week"] * 2)
        self.assertEqual(len(reminders.debtor_id.block_ids), 2)
