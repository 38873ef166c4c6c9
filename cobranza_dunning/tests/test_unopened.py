"""Messages whose link nobody has opened: found, so that somebody calls."""

from datetime import timedelta

from odoo.tests import tagged

from ..models.cobranza_reminder_unopened import UNOPENED_DAYS
from .common import TODAY
from .test_answers import AnswerCase


@tagged("post_install", "-at_install")
class TestUnopened(AnswerCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.reminder = self.sent()
        notifications = self.env["mail.notification"].sudo()
        self.notification = notifications.search(
            [("mail_message_id", "=", self.reminder.mail_message_id.id)]
        )
        self.notification.notification_status = "sent"

    def found(self, days=UNOPENED_DAYS):
        """Whether a collector finds it after so many days; what is said of it agrees."""
        self.env.invalidate_all()
        reminders = self.env["cobranza.reminder"].with_user(self.collector)
        with self.at(TODAY + timedelta(days=days)):
            unopened = reminders.search([("link_unopened", "=", True)])
            others = reminders.search([("link_unopened", "=", False)])
            self.assertEqual(unopened | others, self.reminder)
            self.assertFalse(unopened & others)
            self.assertEqual(
                self.reminder.with_user(self.collector).link_unopened, bool(unopened)
            )
        return bool(unopened)

    def test_after_a_week(self):
        self.assertEqual(UNOPENED_DAYS, 7)
        for days, found in ((6, False), (7, True), (8, True)):
            with self.subTest(days=days):
                self.assertEqual(self.found(days), found)

    def test_whatever_company_one_works_in(self):
        """Days are those of the reminder's own company."""
        elsewhere = self.new_company()
        elsewhere.partner_id.tz = "Pacific/Kiritimati"  # where it is tomorrow already
        reminders = self.env["cobranza.reminder"].with_company(elsewhere)
        with self.at(TODAY + timedelta(days=UNOPENED_DAYS - 1)):
            self.assertFalse(reminders.search([("link_unopened", "=", True)]))

    def test_not_once_it_was_opened(self):
        self.reminder._portal_note_opened()
        self.assertFalse(self.found())

    def test_not_once_he_has_answered(self):
        self.reminder._log_answer("I pay on Friday")
        self.assertFalse(self.found())

    def test_not_once_somebody_has_spoken_with_him(self):
        calls = self.env["cobranza.interaction"].with_user(self.collector)
        calls.log_contact(self.partner.id, "no_answer", reminder_id=self.reminder.id)
        self.assertTrue(self.found())
        calls.log_contact(self.partner.id, "right_party", reminder_id=self.reminder.id)
        self.assertFalse(self.found())

    def test_not_once_it_is_paid(self):
        self.pay(self.reminder.line_ids.move_id)
        self.assertFalse(self.found())

    def test_nor_what_did_not_arrive(self):
        self.notification.notification_status = "bounce"
        self.assertFalse(self.found())

    def test_nor_what_is_no_mail(self):
        self.reminder._gated().channel = "letter"
        self.assertFalse(self.found())
