"""What a run proposes, and what that shows on the customer."""

from datetime import timedelta
from types import SimpleNamespace

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.mail import html2plaintext
from psycopg2 import IntegrityError

from .cases import ReminderCase
from .common import TODAY, days_ago


@tagged("post_install", "-at_install")
class TestProposing(ReminderCase):
    """One reminder per debtor and recipient."""

    def test_one_reminder_has_all_that_is_ready(self):
        older = self.invoice(self.partner, 100, days_ago(30))
        newer = self.invoice(self.partner, 50, days_ago(10))
        self.invoice(self.partner, 70, days_ago(1))  # not ready
        reminder = self.propose()
        self.assertEqual(self.told(reminder), sorted([(older.name, 100), (newer.name, 50)]))
        self.assertEqual((reminder.amount_company, reminder.line_count), (150, 2))
        self.assertEqual(reminder.partner_id, self.partner)
        self.assertEqual(reminder.recipient_id, self.partner)

    def test_its_lines_have_the_order_of_the_letter(self):
        for amount in (10, 20, 30):
            self.invoice(self.partner, amount)
        reminder = self.propose()
        lines = reminder.line_ids.move_line_id.sorted("id", reverse=True)
        letter = SimpleNamespace(lines=[SimpleNamespace(item=line) for line in lines])
        reminder.line_ids._gated().unlink()
        reminder.line_ids._insert_from_run(reminder.run_id, reminder, [letter])
        self.assertEqual(reminder.line_ids.mapped("amount"), [30, 20, 10])

    def test_each_customer_has_his_own(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        self.assertEqual(self.propose().partner_id, self.partner | self.other)

    def test_different_invoice_contacts_have_their_own(self):
        north, south = self.child("North"), self.child("South")
        of_north = self.invoice(north, 100)
        of_south = self.invoice(south, 200)
        reminders = self.propose()
        self.assertEqual(len(reminders), 2)
        self.assertEqual(reminders.partner_id, self.partner)
        by_recipient = reminders.grouped("recipient_id")
        self.assertEqual(self.told(by_recipient[north]), [(of_north.name, 100)])
        self.assertEqual(self.told(by_recipient[south]), [(of_south.name, 200)])

    def test_a_contact_without_address_falls_back_to_the_customer(self):
        self.invoice(self.child("North", email=False), 100)
        self.assertEqual(self.propose().recipient_id, self.partner)

    def test_currencies_have_their_own_subtotals(self):
        euro = self.new_currency("EUR", 0.5)
        yen = self.new_currency("JPY", 150)
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 40, currency=euro)
        self.invoice(self.partner, 10, currency=euro)
        self.invoice(self.partner, 3000, currency=yen)
        reminder = self.propose()
        table = " ".join(html2plaintext(reminder.lines_table).replace("*", "").split())
        for total in ("Total USD $ 100.00", "Total EUR 50.00 EUR", "Total JPY 3,000 JPY"):
            self.assertIn(total, table.replace("\N{NO-BREAK SPACE}", " "))
        self.assertEqual(table.count("Total"), 3)
        self.assertAlmostEqual(reminder.amount_company, 100 + 100 + 20)

    def test_the_highest_level_sets_the_tone(self):
        self.policy.progression = "by_age"
        self.f40.template_id = self.env.ref("cobranza_dunning.mail_template_follow_up")
        old = self.invoice(self.partner, 100, days_ago(45))
        new = self.invoice(self.partner, 100, days_ago(6))
        reminder = self.propose()
        self.assertEqual((reminder.level_id, reminder.kind), (self.f40, "follow_up"))
        levels = {line.move_id: line.level_id for line in reminder.line_ids}
        self.assertEqual(levels, {old: self.f40, new: self.r5})
        self.assertIn("how can we help", reminder.subject)

    def test_the_customers_next_step_is_the_open_reminder(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        debtor = reminder.debtor_id
        self.assertTrue(debtor.has_open_reminder)
        self.assertIn("waits for approval", debtor.next_step)
        self.assertEqual(debtor.action_view_open_reminders()["res_id"], reminder.id)
        reminder.action_approve()
        self.env.invalidate_all()
        self.assertIn("waits to be sent", debtor.next_step)
        reminder.action_send()
        self.env.invalidate_all()
        self.assertFalse(debtor.has_open_reminder)

    def test_sending_shows_in_the_customers_figures(self):
        self.invoice(self.partner, 100, days_ago(6))
        reminder = self.approved()
        debtor = reminder.debtor_id
        self.assertEqual(debtor.next_date, TODAY)
        reminder.action_send()
        self.assertEqual(debtor.last_contact_date, TODAY)
        self.assertEqual(debtor.level_id, self.r5)
        self.assertEqual(debtor.next_date, TODAY + timedelta(days=14))  # 20 days after due

    def test_the_level_reached_is_the_highest_of_what_is_open(self):
        old = self.invoice(self.partner, 100, days_ago(25))
        self.remind()
        self.policy.progression = "by_age"
        self.remind(TODAY + timedelta(days=1))
        debtor = self.debtor()
        self.assertEqual(debtor.level_id, self.r20)
        self.invoice(self.partner, 50, days_ago(6))
        self.remind(TODAY + timedelta(days=2))
        self.assertEqual(debtor.level_id, self.r20)
        self.pay(old)
        debtor.action_refresh_figures()
        self.assertEqual(debtor.level_id, self.r5)

    def add_level_before_due(self):
        vals = {"name": "Before", "delay_days": -3, "template_id": self.template.id}
        self.policy.write({"level_ids": [Command.create(vals)]})

    def test_what_falls_due_later_has_a_part_of_its_own(self):
        self.add_level_before_due()
        late = self.invoice(self.partner, 100)
        soon = self.invoice(self.partner, 70, TODAY + timedelta(days=2))
        table = " ".join(html2plaintext(self.propose().lines_table).replace("*", "").split())
        parts = table.replace("\N{NO-BREAK SPACE}", " ").split("Falling due soon")
        self.assertEqual(len(parts), 2, table)
        for part, name, total in zip(parts, (late.name, soon.name), (100, 70), strict=True):
            self.assertIn(name, part)
            self.assertIn(f"Total USD $ {total}.00", part)

    def test_nothing_due_yet_needs_no_part_of_its_own(self):
        self.add_level_before_due()
        self.invoice(self.partner, 70, TODAY + timedelta(days=2))
        self.assertNotIn("Falling due soon", self.propose().lines_table)

    def test_deductions_are_named(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.propose()
        self.assertNotIn("is left out already", reminder.lines_table)
        self.payment_in_process(invoice, 30)
        self.propose()
        self.assertIn("is left out already", reminder.lines_table)
        self.assertIn("of $\N{NO-BREAK SPACE}100.00", html2plaintext(reminder.lines_table))

    def test_a_person_is_greeted_by_name_and_a_department_as_its_company(self):
        contact = self.child("Accounting")  # an invoice address
        self.invoice(contact, 100)
        reminder = self.propose()
        self.assertEqual(reminder.addressee, "Ana Customer")
        contact.write({"name": "Berta", "type": "contact"})
        self.assertEqual(reminder.addressee, "Berta")
        self.assertIn("Dear Berta,", reminder.body)

    def test_a_debt_that_is_no_invoice_is_told_by_its_label(self):
        debt = self.journal_debt(self.partner, 100)
        line = self.due(debt)
        line.name = "Opening balance 2025"
        self.assertEqual(self.propose().line_ids.name, "Opening balance 2025")

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_one_open_reminder_for_each_recipient(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        with self.assertRaises(IntegrityError):
            reminder._gated().copy()
        reminder.action_cancel("Wrong")
        self.assertNotEqual(self.propose(), reminder)
