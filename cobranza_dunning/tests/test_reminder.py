"""Reminders up to approval: grouping, refreshing, editing, cancelling, and the gate around them."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.mail import html2plaintext
from psycopg2 import IntegrityError

from .common import TODAY, CobranzaCase, days_ago

IN_A_WEEK = TODAY + timedelta(days=7)


class ReminderCase(CobranzaCase):
    """Short ways to look at a reminder."""

    def told(self, reminders):
        """What reminders tell, as a sorted list of (invoice number, amount)."""
        return sorted((line.name, line.amount) for line in reminders.line_ids)

    def log(self, reminder):
        """All of a reminder's chatter as one text."""
        return "\n".join(html2plaintext(body) for body in reminder.message_ids.mapped("body"))

    def child(self, name, **vals):
        """A contact of the customer with its own e-mail address."""
        return self.new_partner(name, parent_id=self.partner.id, type="invoice", **vals)


@tagged("post_install", "-at_install")
class TestProposing(ReminderCase):
    """One reminder per debtor and recipient, and what the next run does to it (DESIGN 8.7, 8.9)."""

    def test_one_reminder_has_all_that_is_ready(self):
        older = self.invoice(self.partner, 100, days_ago(30))
        newer = self.invoice(self.partner, 50, days_ago(10))
        self.invoice(self.partner, 70, days_ago(1))  # not ready
        reminder = self.propose()
        self.assertEqual(self.told(reminder), sorted([(older.name, 100), (newer.name, 50)]))
        self.assertEqual((reminder.amount_company, reminder.line_count), (150, 2))
        self.assertEqual(reminder.partner_id, self.partner)
        self.assertEqual(reminder.recipient_id, self.partner)

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

    def test_the_same_run_again_changes_nothing(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        before = (reminder.line_ids, reminder.message_ids, reminder.run_id)
        run = self.run_dunning("propose")
        self.assertEqual(before, (reminder.line_ids, reminder.message_ids, reminder.run_id))
        self.assertEqual([run.figures.get(key, 0) for key in ("created", "refreshed")], [0, 0])

    # --- what a new run does to a proposed one

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
        self.assertNotIn("are deducted already", reminder.lines_table)
        self.payment_in_process(invoice, 30)
        self.propose()
        self.assertIn("are deducted already", reminder.lines_table)
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

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_one_open_reminder_for_each_recipient(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        with self.assertRaises(IntegrityError):
            reminder._gated().copy()
        reminder.action_cancel("Wrong")
        self.assertNotEqual(self.propose(), reminder)

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

    # --- texts that somebody edited

    def edit(self, reminder, text="My own words"):
        reminder.body = f"<p>{text}</p>"

    def test_an_edited_text_is_kept(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        subject = reminder.subject
        self.edit(reminder)
        self.assertTrue(reminder.is_edited)
        self.assertFalse(reminder.text_outdated)
        self.assertEqual((reminder.body, reminder.subject), ("<p>My own words</p>", subject))
        self.propose()  # nothing changed
        self.assertFalse(reminder.text_outdated)
        reminder.action_approve()
        self.assertEqual(reminder.body, "<p>My own words</p>")

    def test_subject_and_body_are_edited_at_once(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.write({"subject": "My subject", "body": "<p>My own words</p>"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((reminder.subject, reminder.body), ("My subject", "<p>My own words</p>"))

    def test_an_edited_subject_keeps_the_body(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        body = reminder.body
        reminder.subject = "My subject"
        self.env.invalidate_all()
        self.assertEqual((reminder.subject, reminder.body), ("My subject", body))

    def test_an_edited_subject_is_one_line(self):
        """With a line break in it no mail server would take the message."""
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.subject = "My subject\r\nBcc: everybody@example.com"
        self.env.invalidate_all()
        self.assertEqual(reminder.subject, "My subject Bcc: everybody@example.com")
        self.company.name = "Two\nlines"
        reminder.action_reset_text()
        self.env.invalidate_all()
        self.assertEqual(reminder.subject, "Two lines: summary of your open invoices")

    def test_a_collector_edits_on_the_form(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        body = reminder.body
        self.env.invalidate_all()
        with Form(reminder.with_user(self.new_collector())) as form:
            form.subject = "My subject"
        self.assertEqual((reminder.subject, reminder.body), ("My subject", body))
        self.assertTrue(reminder.is_edited)

    def test_an_edited_text_brings_no_script(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.body = "<p onclick='x()'>Hello<script>alert(1)</script></p>"
        reminder.action_approve()
        self.assertIn("Hello", reminder.text_body)
        for evil in ("script", "onclick", "alert"):
            self.assertNotIn(evil, reminder.text_body)

    def outdated(self):
        """A proposed reminder that was edited before its lines changed."""
        self.invoice(self.partner, 100)
        reminder = self.propose()
        self.edit(reminder)
        self.invoice(self.partner, 50)
        self.propose()
        return reminder

    def test_an_edited_text_must_be_looked_at_when_lines_changed(self):
        reminder = self.outdated()
        self.assertTrue(reminder.text_outdated)
        self.assertEqual((reminder.body, reminder.line_count), ("<p>My own words</p>", 2))
        with self.assertRaisesRegex(UserError, "Look at the text of: Ana Customer"):
            reminder.action_approve()
        self.assertEqual(reminder.state, "proposed")

    def test_an_edited_text_must_be_looked_at_when_its_contact_person_changed(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        edited, plain = self.propose()
        self.edit(edited, "Ask Carla")
        (edited | plain).write({"user_id": self.new_collector().id})
        self.assertEqual((edited.text_outdated, plain.text_outdated), (True, False))

    def test_a_checked_text_can_be_approved(self):
        reminder = self.outdated()
        reminder.action_text_checked()
        reminder.action_approve()
        self.assertEqual((reminder.state, reminder.body), ("approved", "<p>My own words</p>"))

    def test_editing_again_is_looking_at_it(self):
        reminder = self.outdated()
        self.edit(reminder, "Other words")
        self.assertFalse(reminder.text_outdated)

    def test_the_policys_text_comes_back(self):
        reminder = self.outdated()
        reminder.action_reset_text()
        self.assertFalse(reminder.is_edited or reminder.text_outdated)
        self.assertIn("summary of what is open", reminder.body)
        reminder.action_approve()

    def test_checking_and_resetting_concern_proposed_texts_only(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        self.edit(reminder)
        reminder.action_approve()
        reminder.action_reset_text()
        self.assertEqual(reminder.body, "<p>My own words</p>")
        reminder.action_send()
        reminder._gated().text_outdated = True
        reminder.action_text_checked()
        self.assertTrue(reminder.text_outdated)

    def test_an_edited_and_approved_text_goes_back_when_amounts_fall(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.propose()
        self.edit(reminder)
        reminder.action_approve()
        self.pay(invoice, 40)
        self.propose()
        self.assertEqual((reminder.state, reminder.text_outdated), ("proposed", True))
        self.assertFalse(reminder.approved_by_id or reminder.approved_date)
        self.assertEqual(self.told(reminder), [(invoice.name, 60)])
        self.assertIn("Amounts fell after the text was edited", self.log(reminder))


@tagged("post_install", "-at_install")
class TestApprovingAndCancelling(ReminderCase):
    """What a person decides, and what nobody may write past the actions (DESIGN 8.10, 8.16)."""

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

    # --- the gate

    #: what a collector may write on a reminder; every other stored field is out of reach
    FREE = {"user_id", "cancel_reason"}

    def guarded_values(self, record, free):
        """A value for each stored field that the record's model must guard."""
        values = {}
        for name, field in record._fields.items():
            if not field.store or name in free or name in models_own(record):
                continue
            value = record[name]
            values[name] = value.id if field.type == "many2one" else value
            if field.type in ("one2many", "many2many"):
                values[name] = [Command.clear()]
        return values

    def test_no_guarded_field_can_be_written(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        collector = self.new_collector()
        for record, free in ((reminder, self.FREE), (reminder.line_ids, set())):
            record = record.with_user(collector)
            values = self.guarded_values(record, free)
            self.assertGreater(len(values), 10)
            for name, value in values.items():
                for forged in ({}, {"cobranza_gate": True}, {"cobranza_gate": "OPEN"}):
                    refused = self.assertRaises(AccessError)
                    with self.subTest(field=name, model=record._name, **forged), refused:
                        record.with_context(**forged).write({name: value})

    def test_lines_are_out_of_reach_through_the_reminder(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        line = reminder.line_ids
        owners = (reminder, "line_ids"), (reminder.debtor_id, "reminder_ids")
        commands = {
            "line_ids": [
                Command.update(line.id, {"amount": 1}),
                Command.create({"name": "X", "amount": 1}),
                Command.delete(line.id),
                Command.unlink(line.id),
                Command.clear(),
            ],
            "reminder_ids": [
                Command.update(reminder.id, {"state": "approved"}),
                Command.create({"state": "approved"}),
                Command.unlink(reminder.id),
                Command.clear(),
            ],
        }
        collector = self.new_collector()
        for owner, field in owners:
            for command in commands[field]:
                with self.subTest(field=field, command=command), self.assertRaises(AccessError):
                    owner.with_user(collector).write({field: [command]})

    def test_nobody_makes_a_reminder_or_a_line_by_hand(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        collector = self.new_collector()
        values = {
            "debtor_id": self.debtor().id, "recipient_id": self.partner.id, "state": "approved",
            "level_id": self.r5.id, "date": TODAY, "text_body": "<p>Pay me</p>",
            "text_subject": "Pay",
        }  # fmt: skip
        reminder.action_cancel("Out of the way")
        reminders = self.env["cobranza.reminder"].with_user(collector)
        defaults = {f"default_{name}": value for name, value in values.items()}
        line = {"reminder_id": reminder.id, "level_id": self.r5.id, "name": "X", "amount": 1}
        line |= {"date_due": TODAY, "currency_id": self.company.currency_id.id}
        lines = self.env["cobranza.reminder.line"].with_user(collector)
        line_defaults = {f"default_{name}": value for name, value in line.items()}
        for model, vals in (
            (reminders, values),
            (reminders.with_context(cobranza_gate=True), values),
            (reminders.with_context(**defaults), {}),
            (reminders.with_context(**defaults), {"user_id": collector.id}),
            (lines, line),
            (lines.with_context(cobranza_gate=True), line),
            (lines.with_context(**line_defaults), {}),
        ):
            with self.subTest(vals=vals, context=model.env.context), self.assertRaises(AccessError):
                model.create(vals)
        for record in (reminder, reminder.line_ids):
            with self.assertRaises(AccessError):
                record.with_user(collector).copy()

    def test_a_users_own_default_does_not_get_past_the_gate(self):
        collector = self.new_collector()
        runs = self.env["cobranza.run"].with_user(collector)
        self.env["ir.default"].with_user(collector).set(
            "cobranza.run", "state", "done", user_id=collector.id
        )
        self.assertEqual(runs.create({"mode": "preview"}).state, "draft")
        run = runs.with_context(default_state="failed", default_error="x").create({})
        self.assertEqual((run.state, run.error), ("draft", False))

    def test_lines_cannot_be_deleted(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        with self.assertRaisesRegex(AccessError, "cancel the reminder instead"):
            reminder.line_ids.with_user(self.new_collector()).unlink()

    def test_what_was_sent_stays(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        reminder.action_send()
        reminder = reminder.with_user(self.new_collector())
        for vals in (
            {"user_id": False}, {"cancel_reason": "x"}, {"subject": "x"}, {"body": "x"},
            {"state": "cancelled"}, {"text_body": "x"}, {"line_ids": [Command.clear()]},
        ):  # fmt: skip
            with self.subTest(vals), self.assertRaises(UserError):  # or its AccessError
                reminder.write(vals)
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            reminder.unlink()
        with self.assertRaises(AccessError):
            reminder.line_ids.unlink()
        with self.assertRaises(AccessError):
            reminder.line_ids.write({"amount": 1})
        self.assertEqual(reminder.line_ids.amount, 100)

    def test_what_was_not_sent_can_be_deleted(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        proposed, cancelled = self.propose()
        cancelled.action_cancel("Wrong")
        (proposed | cancelled).with_user(self.new_collector()).unlink()
        self.assertFalse((proposed | cancelled).exists())


def models_own(record):
    """Fields that Odoo gives every model or mixes in; they are not what a reminder tells."""
    mixed_in = ("activity_", "message_", "website_message", "my_activity", "rating_")
    return {"id", "create_uid", "create_date", "write_uid", "write_date"} | {
        name for name in record._fields if name.startswith(mixed_in)
    }
