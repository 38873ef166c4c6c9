"""What was told counts, and nothing else."""

from odoo.tests import tagged

from .cases import MailingCase
from .common import days_ago
from .test_merge import merge


@tagged("post_install", "-at_install")
class TestHistory(MailingCase):
    """What was told, and what the next level makes of it."""

    def test_the_next_level_follows_after_its_gap(self):
        self.r20.gap_days = 10
        invoice = self.invoice(self.partner, 100)
        self.assertEqual(self.remind().level_id, self.r5)
        self.assertDecision(invoice, "wait", "gap", self.r20, next_date=days_ago(-10))
        with self.at(days_ago(-9)):
            self.assertDecision(invoice, "wait", "gap", self.r20)
        second = self.remind(days_ago(-10))
        self.assertEqual((second.level_id, second.sent_date), (self.r20, days_ago(-10)))

    def test_what_did_not_arrive_was_not_told(self):
        ways = {
            "refused": lambda one: self.refuse(),
            "bounced": lambda one: (self.work_queue(), self.bounce(one)),
            "taken out of the queue": lambda one: self.mails().cancel(),
            "failure dismissed": lambda one: (self.refuse(), one.notify_cancel_by_type("email")),
        }
        self.policy.cadence_days = 7
        self.r20.gap_days = 10
        for name, happens in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                invoice = self.invoice(self.partner, 100)
                reminder = self.remind()
                self.assertDecision(invoice, "wait", "gap", self.r20)
                happens(reminder)
                self.env.invalidate_all()
                # an address that the mail server refuses for good is used no more
                self.partner.email = "ana@elsewhere.example.com"
                self.assertDecision(invoice, "remind", "level_reached", self.r5)
                self.debtor().action_refresh_figures()
                self.assertFalse(self.debtor().last_contact_date or self.debtor().level_id)
                again = self.remind()
                self.assertEqual(self.told(again), [(invoice.name, 100)])
                self.assertEqual(reminder.state, "sent")
                undo.rollback()
                self.env.invalidate_all()

    def test_a_cancelled_reminder_told_nothing(self):
        invoice = self.invoice(self.partner, 100)
        self.approved().action_cancel("Wrong")
        self.assertDecision(invoice, "remind", "level_reached", self.r5)

    def test_a_line_that_left_at_hand_over_was_not_told(self):
        paused, told = self.invoice(self.partner, 100), self.invoice(self.partner, 70)
        reminder = self.approved()
        pause = self.pause(move=paused)
        reminder.action_send()
        pause.action_end()
        self.assertDecision(paused, "remind", "level_reached", self.r5)
        self.assertDecision(told, "wait", "gap", self.r20)

    def test_recreated_due_lines_keep_their_history(self):
        self.r20.gap_days = 10
        invoice = self.invoice(self.partner, 100)
        reminder = self.remind()
        item = self.recreate(invoice)
        self.assertFalse(reminder.line_ids.move_line_id)
        self.assertEqual(self.told(reminder), [(invoice.name, 100)])
        self.assertDecision(item, "wait", "gap", self.r20, next_date=days_ago(-10))
        self.debtor().action_refresh_figures()
        self.assertEqual(self.debtor().level_id, self.r5)
        self.assertEqual(self.remind(days_ago(-10)).level_id, self.r20)
        self.pay(invoice)
        self.assertFalse(self.debtor().level_id)

    def test_what_one_customer_was_told_is_not_anothers_history(self):
        """An invoice that went to the wrong customer: the right one hears a reminder first."""
        self.r20.gap_days = 10
        for made_anew in (False, True):
            with self.subTest(made_anew=made_anew), self.cr.savepoint() as undo:
                invoice = self.invoice(self.partner, 100)
                reminder = self.remind()
                if made_anew:
                    self.recreate(invoice)
                self.give_to(self.other, invoice)
                self.assertDecision(invoice, "remind", "level_reached", self.r5)
                self.assertFalse(reminder.line_ids.move_line_id)
                self.debtor().action_refresh_figures()
                self.assertFalse(self.debtor().level_id or self.debtor(self.other).level_id)
                self.give_to(self.partner, invoice)
                self.assertDecision(invoice, "wait", "gap", self.r20)
                self.assertEqual(self.debtor().level_id, self.r5)
                undo.rollback()
                self.env.invalidate_all()

    def test_whoever_keeps_books_needs_no_right_of_collections(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.remind()
        clerk = self.new_user("account.group_account_invoice")
        self.give_to(self.other, invoice.with_user(clerk))
        self.assertFalse(reminder.line_ids.move_line_id)

    def test_history_moves_with_the_account(self):
        """The two customers turn out to be one."""
        self.r20.gap_days = 10
        invoice = self.invoice(self.partner, 100)
        self.remind()
        self.give_to(self.other, invoice)
        merge(self.partner, self.other)
        self.assertDecision(invoice, "wait", "gap", self.r20)

    def test_a_debt_without_a_due_date_keeps_its_history(self):
        """It is due on its own date, and found again by that."""
        self.r20.gap_days = 10
        debt = self.journal_debt(self.partner, 100)
        self.due(debt).date_maturity = False
        self.remind().line_ids._gated().move_line_id = False
        self.assertDecision(debt, "wait", "gap", self.r20, next_date=days_ago(-10))

    def test_recreated_due_lines_keep_their_pause(self):
        invoice = self.invoice(self.partner, 100)
        other = self.invoice(self.partner, 70)
        pause = self.pause(line=self.due(invoice), until=days_ago(-7))
        item = self.recreate(invoice)
        self.assertDecision(item, "wait", "paused_until", next_date=days_ago(-7))
        self.assertDecision(other, "remind", "level_reached")
        self.assertTrue(pause.exists())

    def test_what_was_told_survives_the_invoice(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.remind()
        name, text = invoice.name, reminder.body
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.env.invalidate_all()
        line = reminder.line_ids
        self.assertFalse(line.move_id or line.move_line_id)
        self.assertEqual((line.name, line.amount, line.date_due), (name, 100, days_ago(30)))
        self.assertEqual((reminder.state, reminder.body), ("sent", text))
        self.assertEqual(reminder.amount_company, 100)

    def test_each_installment_has_its_own_history(self):
        self.r20.gap_days = 10
        invoice = self.invoice(
            self.partner, 0, installments=[(days_ago(30), 60), (days_ago(1), 40)]
        )
        first, second = self.due(invoice)
        self.assertEqual(self.remind().line_ids.move_line_id, first)
        self.assertDecision(first, "wait", "gap", self.r20)
        self.assertDecision(second, "wait", "level_not_reached", self.r5)

    def test_a_refused_address_is_work_for_a_person_not_a_loop(self):
        """With another address the next run proposes it anew; nothing leaves without approval."""
        self.sent()
        self.refuse()
        self.assertFalse(self.propose())
        self.partner.email = "ana@elsewhere.example.com"
        reminder = self.propose()
        self.assertEqual((reminder.state, reminder.level_id), ("proposed", self.r5))
