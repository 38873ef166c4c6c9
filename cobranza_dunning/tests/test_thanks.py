"""Thanks for a payment: once, warm, and only when everything was paid in time, in money."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .cases import RunCase
from .common import TODAY


def days_after(days):
    """The day so many days after TODAY."""
    return TODAY + timedelta(days=days)


@tagged("post_install", "-at_install")
class TestThanks(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.thanks_days = 10

    def thank(self, day=0):
        """Do what the scheduled action does on a day; return all thank-you mails so far."""
        with self.at(days_after(day)):
            self.trigger()
        logged = self.env["cobranza.interaction"].search(
            [("kind", "=", "thanks"), ("company_id", "=", self.company.id)]
        )
        return self.env["mail.mail"].sudo().search(
            [("mail_message_id", "in", logged.message_id.ids)]
        )

    def paid(self, invoice, day, amount=None):
        with self.at(days_after(day)):
            self.pay(invoice, amount)

    def reminded(self, *amounts, partner=None, **vals):
        """Invoices of a customer about whom a reminder was sent today."""
        invoices = [self.invoice(partner or self.partner, amount, **vals) for amount in amounts]
        self.remind()
        return invoices

    def test_all_paid_in_time_is_thanked_once(self):
        first, second = self.reminded(100, 50)
        self.paid(first, 2)
        self.assertFalse(self.thank(2))
        self.paid(second, 4)
        mail = self.thank(4)
        self.assertEqual(mail.recipient_ids, self.partner)
        self.assertEqual(mail.subject, "Cobranza test company: thank you for your payment")
        self.assertIn("$ 150.00", html2plaintext(mail.body_html).replace("\N{NO-BREAK SPACE}", " "))
        self.assertEqual(self.thank(5), mail)
        reminder = self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(reminder.thanked_date, days_after(4))
        self.assertEqual(reminder.mail_ids, reminder.mail_message_id.mail_ids)

    def test_a_stop_that_is_released_judges_reminders_only(self):
        """Everything is paid: that takes a reminder out of the queue, and no thank-you."""
        [invoice] = self.reminded(100)
        told = self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])
        self.paid(invoice, 2)
        thanks = self.thank(2)
        with self.at(days_after(3)):
            self.env["cobranza.stop"]._stop(self.company, "Wrong bank file").action_release()
        self.assertEqual((told.mail_ids.state, thanks.state), ("cancel", "outgoing"))

    def test_how_late_is_too_late(self):
        for day, thanked in ((0, True), (10, True), (11, False)):
            with self.subTest(day):
                partner = self.new_partner(f"Customer {day}")
                [invoice] = self.reminded(100, partner=partner)
                self.paid(invoice, day)
                self.assertEqual(partner in self.thank(day).recipient_ids, thanked)

    def test_a_payment_booked_a_week_late_is_not_fresh_any_more(self):
        [invoice] = self.reminded(100)
        self.paid(invoice, 1)
        self.assertFalse(self.thank(9))

    def test_a_payment_on_its_way_when_the_reminder_left_is_not_thanked(self):
        [invoice] = self.reminded(100)
        self.pay(invoice, payment_date=days_after(-1))
        self.assertFalse(self.thank())

    def test_the_end_of_a_part_payment_is_thanked(self):
        invoice = self.invoice(self.partner, 100)
        self.pay(invoice, 30, payment_date=days_after(-5))
        self.remind()
        self.paid(invoice, 1, 30)
        self.assertFalse(self.thank(1))
        self.paid(invoice, 3, 40)
        self.assertTrue(self.thank(3))

    def test_credit_notes_and_write_offs_are_no_payments(self):
        noted, written_off = self.invoice(self.partner, 100), self.invoice(self.other, 100)
        self.remind()
        self.credit_note(self.partner, 100, invoice=noted, due=TODAY, invoice_date=TODAY)
        self._register(
            written_off, 90, None, "with_entry", payment_difference_handling="reconcile",
            writeoff_account_id=self.accounts["income"].id,
        )  # fmt: skip
        self.assertEqual({noted.amount_residual, written_off.amount_residual}, {0})
        self.assertFalse(self.thank())

    def test_an_entry_by_hand_is_no_payment(self):
        [invoice] = self.reminded(100)
        entry = self.journal_debt(self.partner, -100, due=TODAY)
        credit = entry.line_ids.filtered(lambda one: one.account_type == "asset_receivable")
        (self.due(invoice) | credit).reconcile()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertFalse(self.thank())

    def test_another_currency_with_its_exchange_difference(self):
        euro = self.new_currency("EUR", 0.5)
        self.invoice(self.partner, 100, currency=euro)
        self.remind()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "company_id": self.company.id, "rate": 0.6, "name": TODAY}
        )
        invoice = self.debtor().due_line_ids.move_id
        self.paid(invoice, 1)
        self.assertTrue(self.thank(1))

    def test_off_unless_the_policy_says_so(self):
        self.assertEqual(self.new_policy().thanks_days, 0)
        self.policy.thanks_days = 0
        [invoice] = self.reminded(100)
        self.paid(invoice, 1)
        self.assertFalse(self.thank(1))

    def test_one_for_a_customer_with_several_reminders(self):
        self.reminded(100)
        with self.at(days_after(8)):
            self.invoice(self.partner, 50)
            self.remind()
            self.assertEqual(self.env["cobranza.reminder"].search_count(
                [("partner_id", "=", self.partner.id), ("state", "=", "sent")]), 2)
        self.paid(self.debtor().due_line_ids.move_id, 9)
        self.assertEqual(len(self.thank(9)), 1)
        self.assertEqual(len(self.thank(10)), 1)

    def test_all_that_several_reminders_asked_for_is_named_once(self):
        """The newest one tells less: a part of the first is paid, and another line came."""
        first, _second = self.reminded(100, 30)
        reminder = self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])
        with self.at(days_after(8)):
            self.pay(first, 40)
            self.invoice(self.partner, 50)
            newest = self.remind()
        self.paid(self.debtor().due_line_ids.move_id, 9)
        mail = self.thank(9)
        self.assertEqual((newest | reminder).mapped("thanked_date"), [days_after(9)] * 2)
        self.assertIn("$ 180.00", html2plaintext(mail.body_html).replace("\xa0", " "))
        self.assertEqual(newest.totals.replace("\xa0", " "), "$ 140.00")

    def test_the_text_is_in_the_customers_language_and_has_a_contact(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.partner.lang = "es_ES"
        [invoice] = self.reminded(100)
        self.paid(invoice, 1)
        body = html2plaintext(self.thank(1).body_html)
        self.assertIn("100,00", body)

    def test_nobody_is_thanked_while_his_answer_waits(self):
        [invoice] = self.reminded(100)
        answer = self.debtor()._log_answer("Wait a moment")
        self.paid(invoice, 1)
        self.assertFalse(self.thank(1))
        answer.action_handled()
        self.assertTrue(self.thank(2))

    def test_a_held_back_thank_you_is_tried_again_the_next_day(self):
        [invoice] = self.reminded(100)
        answer = self.debtor()._log_answer("Wait a moment")
        self.paid(invoice, 1)
        self.assertFalse(self.thank(1))
        answer.action_handled()
        self.assertFalse(self.thank(1))
        self.assertTrue(self.thank(2))

    def test_nobody_is_thanked_while_automatic_contact_is_stopped(self):
        [invoice] = self.reminded(100)
        # what still waits in the queue when it is paid never leaves, and isn't thanked for
        mails_sudo = self.env["mail.mail"].sudo().search([("model", "=", "cobranza.reminder")])
        mails_sudo.write({"state": "sent"})
        stop = self.env["cobranza.stop"]._stop(self.company, "We look into something")
        self.paid(invoice, 1)
        self.assertFalse(self.thank(1))
        stop.action_release()
        self.assertTrue(self.thank(1))

    def test_without_an_address_it_stays(self):
        [invoice] = self.reminded(100)
        self.partner.email = False
        self.paid(invoice, 1)
        self.assertFalse(self.thank(1))

    def test_it_leaves_by_mail_however_the_reminder_left(self):
        self.partner.phone = "+34 612 34 56 78"
        self.r5.channel = "sms"
        [invoice] = self.reminded(100)
        reminder = self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual((reminder.channel, reminder.state), ("sms", "sent"))
        email, self.partner.email = self.partner.email, False
        self.paid(invoice, 1)
        self.assertFalse(self.thank(1))
        self.partner.email = email
        self.policy.contact_rule_id = self.env["cobranza.contact.rule"].create(
            {"name": "No mails", "company_id": self.company.id, "forbid_email": True}
        )
        self.assertFalse(self.thank(2))
        self.policy.contact_rule_id = False
        self.assertEqual(self.thank(3).recipient_ids, self.partner)

    def test_words_that_must_not_leave_keep_it_here(self):
        self.policy.thanks_template_id = self.policy.thanks_template_id.copy(
            {"body_html": "<p>Thank you. That was your final notice.</p>"}
        )
        [invoice] = self.reminded(100)
        self.paid(invoice, 1)
        self.assertFalse(self.thank(1))
        reminder = self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])
        self.assertIn("final notice", reminder.message_ids[:1].body)

    def test_not_more_messages_a_day_than_the_company_wants(self):
        self.company.sudo().cobranza_cap_debtor = 1
        [invoice] = self.reminded(100)
        self.paid(invoice, 0)
        self.assertFalse(self.thank(0))
        self.assertTrue(self.thank(1))

    def test_a_text_that_cannot_be_made_is_noted_and_not_tried_for_ever(self):
        self.policy.thanks_template_id = self.policy.thanks_template_id.copy(
            {"body_html": "<t t-out='object.no_such_field'/>"}
        )
        [invoice] = self.reminded(100)
        self.paid(invoice, 1)
        self.assertFalse(self.thank(1))
        reminder = self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(reminder.thanked_date, days_after(1))
        self.assertIn("could not be sent", reminder.message_ids[:1].body)

    def test_the_policy_needs_a_text_for_reminders(self):
        with self.assertRefused("choose the text that is sent"):
            self.policy.thanks_template_id = False
        wrong = self.env["mail.template"].create(
            {"name": "Wrong", "model_id": self.env.ref("base.model_res_partner").id}
        )
        with self.assertRefused("is not a text for reminders"):
            self.policy.thanks_template_id = wrong
        for name, message in (
            ("thanks_days", "for thanks"), ("resend_days", "after sending again"),
        ):  # fmt: skip
            with self.assertRefused(message), self.env.cr.savepoint():
                self.policy[name] = -1

    def test_the_background_action_thanks(self):
        [invoice] = self.reminded(100)
        self.paid(invoice, 0)
        self.trigger()
        self.assertEqual(len(self.thank()), 1)
