"""Texts that somebody edited."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .cases import ReminderCase


@tagged("post_install", "-at_install")
class TestEditedTexts(ReminderCase):
    """Own words stay, and are looked at again when the lines change."""

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
