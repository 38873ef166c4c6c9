"""What the next run does to reminders that have not left."""

from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .cases import ReminderCase
from .common import days_ago


@tagged("post_install", "-at_install")
class TestRefreshing(ReminderCase):
    """Amounts and lines follow the ledger; what somebody approved only falls."""

    # --- what a new run does to a proposed one

    def test_the_same_run_again_changes_nothing(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        before = (reminder.line_ids, reminder.message_ids, reminder.run_id)
        run = self.run_dunning("propose")
        self.assertEqual(before, (reminder.line_ids, reminder.message_ids, reminder.run_id))
        self.assertEqual([run.figures.get(key, 0) for key in ("created", "refreshed")], [0, 0])

    def test_a_proposed_reminder_takes_new_lines(self):
        first = self.invoice(self.partner, 100)
        reminder = self.propose()
        self.assertNotIn("A new run changed", self.log(reminder))
        second = self.invoice(self.partner, 50)
        self.assertEqual(self.propose(), reminder)
        self.assertEqual(self.told(reminder), [(first.name, 100), (second.name, 50)])
        self.assertEqual((reminder.amount_company, reminder.line_count), (150, 2))
        self.assertIn(second.name, reminder.body)
        self.assertIn("A new run changed its lines or amounts", self.log(reminder))

    def test_a_proposed_reminder_follows_amounts(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.propose()
        self.assertIn("100.00", reminder.body)
        self.pay(invoice, 40)
        self.propose()
        self.assertEqual(self.told(reminder), [(invoice.name, 60)])
        self.assertEqual((reminder.amount_company, reminder.line_ids.residual), (60, 60))
        self.assertIn("60.00", reminder.body)
        self.assertIn("of $\N{NO-BREAK SPACE}100.00", html2plaintext(reminder.body))

    def test_a_proposed_reminder_follows_the_level(self):
        self.policy.progression = "by_age"
        self.invoice(self.partner, 100, days_ago(30))
        reminder = self.propose()
        self.assertEqual(reminder.level_id, self.r20)
        self.assertEqual(self.propose(on=days_ago(-15)), reminder)
        self.assertEqual((reminder.level_id, reminder.line_ids.level_id), (self.f40, self.f40))
        self.assertEqual(reminder.date, days_ago(-15))

    def test_a_proposed_reminder_with_nothing_left_is_cancelled(self):
        cases = {
            "paid": lambda invoice: self.pay(invoice),
            "paused": lambda invoice: self.pause(move=invoice),
            "credited": lambda invoice: self.credit_note(self.partner, 100, invoice=invoice),
            "never due": lambda invoice: invoice.line_ids.write({"no_followup": True}),
            "reset": lambda invoice: invoice.button_draft(),
        }
        for name, happens in cases.items():
            for state in ("proposed", "approved"):
                with self.subTest(happened=name, state=state), self.env.cr.savepoint() as undo:
                    invoice = self.invoice(self.partner, 100)
                    reminder = self.propose()
                    if state == "approved":
                        reminder.action_approve()
                    happens(invoice)
                    self.assertFalse(self.propose())
                    self.assertEqual(reminder.state, "cancelled")
                    self.assertTrue(reminder.cancel_reason)
                    undo.rollback()
                    self.env.invalidate_all()

    def test_the_run_counts_what_it_did(self):
        paid, changed = self.invoice(self.partner, 100), self.invoice(self.other, 100)
        third = self.invoice(self.new_partner("Carla Customer"), 100)
        self.propose().filtered(lambda one: one.line_ids.move_id == third).action_approve()
        self.pay(paid)
        self.pay(changed, 40)
        self.pay(third, 40)
        self.invoice(self.new_partner("Dora Customer"), 100)
        figures = self.run_dunning("propose").figures
        for key in ("created", "refreshed", "reduced", "cancelled"):
            self.assertEqual(figures.get(key), 1, key)

    def test_a_run_for_some_customers_leaves_the_others_alone(self):
        mine, others = self.invoice(self.partner, 100), self.invoice(self.other, 100)
        self.propose()
        self.pay(mine | others, group_payment=False)
        left = self.propose(debtors=self.debtor())
        self.assertEqual(left.partner_id, self.other)

    def test_a_preview_touches_no_reminder(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.propose()
        self.pay(invoice)
        self.run_dunning("preview")
        self.assertEqual((reminder.state, self.told(reminder)), ("proposed", [(invoice.name, 100)]))

    def test_another_company_is_left_alone(self):
        invoice = self.invoice(self.partner, 100)
        self.propose()
        other = self.new_company()
        theirs = self.invoice(self.partner, 70, company=other)
        reminder = self.propose(company=other)
        self.assertEqual((reminder.company_id, reminder.partner_id), (other, self.partner))
        self.assertEqual(self.told(reminder), [(theirs.name, 70)])
        self.pay(invoice)
        self.assertFalse(self.propose())
        self.assertEqual(reminder.state, "proposed")

    # --- and to an approved one

    def test_an_approved_reminder_takes_no_new_lines(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.approved()
        text = reminder.text_body
        self.invoice(self.partner, 50)
        self.assertEqual(self.propose(), reminder)
        self.assertEqual(self.told(reminder), [(invoice.name, 100)])
        self.assertEqual((reminder.state, reminder.text_body), ("approved", text))

    def test_an_approved_reminder_asks_for_less_after_a_payment(self):
        invoice = self.invoice(self.partner, 100)
        other = self.invoice(self.partner, 70)
        reminder = self.approved()
        self.pay(invoice, 40)
        self.pay(other)
        self.propose()
        self.assertEqual((reminder.state, self.told(reminder)), ("approved", [(invoice.name, 60)]))
        self.assertEqual((reminder.amount_company, reminder.line_count), (60, 1))
        self.assertIn("60.00", reminder.body)
        self.assertNotIn(other.name, reminder.body)
        self.assertIn("the text was written anew", self.log(reminder))

    def test_an_approved_reminder_keeps_its_level(self):
        self.policy.progression = "by_age"
        self.invoice(self.partner, 100, days_ago(30))
        reminder = self.approved()
        self.propose(on=days_ago(-15))
        self.assertEqual((reminder.state, reminder.level_id), ("approved", self.r20))

    def test_a_line_is_never_in_two_open_reminders(self):
        """The invoice contact loses its address after approval: the customer himself is next."""
        north = self.child("North")
        invoice = self.invoice(north, 100)
        approved = self.approved()
        self.assertEqual(approved.recipient_id, north)
        north.email = False
        reminder = self.propose()
        self.assertEqual((approved.state, approved.line_count), ("cancelled", 0))
        self.assertEqual((reminder.state, reminder.recipient_id), ("proposed", self.partner))
        self.assertEqual(self.told(reminder), [(invoice.name, 100)])
