"""From approval to the mail queue: the facts are read again."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools.mail import html2plaintext

from .cases import MailingCase
from .common import TODAY, days_ago


@tagged("post_install", "-at_install")
class TestHandover(MailingCase):
    """The facts are read again before anything leaves; the mail and the state are one."""

    # --- what leaves

    def test_the_mail_is_the_text_that_was_approved(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        subject, body = reminder.subject, html2plaintext(reminder.body)
        self.template.sudo().write({"subject": "Changed", "body_html": "<p>Changed</p>"})
        reminder.action_send()
        mail = self.mails()
        for text in (mail.body_html, mail.body, reminder.body):
            self.assertEqual(html2plaintext(text), body)
        self.assertEqual((mail.subject, reminder.subject), (subject, subject))
        self.assertEqual(mail.recipient_ids, self.partner)
        self.assertEqual(mail.author_id, reminder.user_id.partner_id)
        self.assertEqual(mail.email_from, reminder.user_id.email_formatted)
        self.assertEqual((mail.model, mail.res_id), (reminder._name, reminder.id))
        self.assertEqual(mail.state, "outgoing")

    def test_the_contact_person_is_the_customers_collector(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        collector, company_contact = self.new_collector(), self.new_collector()
        self.debtor().user_id = collector
        self.company.cobranza_user_id = company_contact
        reminders = self.propose()
        people = {reminder.partner_id: reminder.user_id for reminder in reminders}
        self.assertEqual(people, {self.partner: collector, self.other: company_contact})

    def test_without_a_contact_person_the_company_writes(self):
        self.company.email = "books@example.com"
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.user_id = False
        self.assertIn("books@example.com", reminder.body)
        reminder.action_approve()
        reminder.action_send()
        self.assertIn("books@example.com", self.mails().email_from)

    def test_who_has_left_writes_no_more(self):
        """Neither by name, nor as the sender, nor as the author of the message."""
        self.company.email = "books@example.com"
        collector = self.new_collector(name="Lea Left", email="lea@example.com")
        self.invoice(self.partner, 100)
        self.debtor().user_id = collector
        reminder = self.approved()
        self.assertIn("Lea Left", reminder.body)
        collector.active = False
        reminder.action_send()
        mail = self.mails()
        self.assertIn("books@example.com", mail.email_from)
        self.assertNotIn("lea@example.com", mail.reply_to)
        self.assertFalse(mail.author_id)

    def test_the_daily_run_signs_for_nobody(self):
        """Odoo's own user for scheduled actions is no contact person."""
        self.company.write({"email": "books@example.com", "cobranza_run_mode": "auto"})
        self.policy.level_ids.approval = "auto"
        self.invoice(self.partner, 100)
        robot = self.env.ref("base.user_root")
        self.env["cobranza.run"].with_user(robot)._create_daily(self.company)
        self.env["cobranza.run"].search([("state", "=", "running")]).with_user(robot)._work()
        reminder = self.debtor().reminder_ids
        self.assertEqual(reminder.state, "approved")
        self.assertFalse(reminder.user_id)
        reminder.with_user(robot)._hand_over()
        self.assertIn("books@example.com", self.mails().email_from)
        self.assertFalse(self.mails().author_id)

    def test_it_is_sent_from_now_on(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        reminder.action_send()
        self.assertEqual((reminder.state, reminder.sent_date), ("sent", TODAY))
        self.assertTrue(reminder.sent_at)
        self.assertEqual(reminder.mail_ids, self.mails())
        self.assertEqual(reminder.mail_message_id, self.mails().mail_message_id)
        self.assertIn(reminder.mail_message_id, reminder.message_ids)

    def test_it_is_sent_on_the_companys_day(self):
        self.company.partner_id.tz = "Asia/Tokyo"
        self.invoice(self.partner, 100)
        reminder = self.approved()
        with freeze_time(f"{TODAY} 20:00:00"):
            reminder.action_send()
        self.assertEqual(reminder.sent_date, TODAY + timedelta(days=1))

    def test_what_somebody_else_is_sending_is_named_with_the_reason(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        reminders = self.approved()
        model = type(reminders)
        with patch.object(model, "try_lock_for_update", lambda one, **kw: one[:1]):
            action = reminders.action_send()
        self.assertEqual(reminders.mapped("state"), ["sent", "approved"])
        self.assertEqual(
            action["params"]["message"],
            f"{reminders[1].partner_id.name}: Somebody else is sending these reminders right now.",
        )

    def test_only_what_is_approved_leaves(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        waiting, approved = self.propose()
        with self.assertRaisesRegex(UserError, "approve them before sending"):
            waiting.action_send()
        approved.action_approve()
        (waiting | approved).action_send()
        self.assertEqual((waiting.state, approved.state), ("proposed", "sent"))
        self.assertEqual(len(self.mails()), 1)

    # --- what happened meanwhile

    def test_what_is_not_owed_any_more_is_cancelled(self):
        cases = {
            "paid": lambda invoice: self.pay(invoice),
            "paid, no entry yet": lambda invoice: self.payment_in_process(invoice),
            "credited": lambda invoice: self.credit_note(self.partner, 100, invoice=invoice),
            "open credit": lambda invoice: self.credit_note(self.partner, 100),
            "open payment": lambda invoice: self.open_payment(self.partner, 130),
            "paused": lambda invoice: self.pause(move=invoice),
            "customer paused": lambda invoice: self.pause(self.partner),
            "excluded": lambda invoice: invoice.line_ids.write({"no_followup": True}),
            "reset to draft": lambda invoice: invoice.button_draft(),
            "policy gone": lambda invoice: self.company.write({"cobranza_policy_id": False}),
            "not sent after all": lambda invoice: invoice.write({"is_move_sent": False}),
            "disputed": lambda invoice: self.dispute(invoice, 100),
            "promised": lambda invoice: self.env["cobranza.promise"].promise(
                self.partner.id, 100, days_ago(-5)
            ),
            "in a plan": lambda invoice: self.env["cobranza.plan"].browse(
                self.env["cobranza.plan"].propose(self.partner.id, {"count": 2})["plan_id"]
            ).action_accept(),
        }
        for name, happens in cases.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                invoice = self.invoice(self.partner, 100)
                reminder = self.approved()
                happens(invoice)
                reminder.action_send()
                self.assertEqual((reminder.state, reminder.line_count), ("cancelled", 0))
                self.assertIn("Nothing of it is to be told", reminder.cancel_reason)
                self.assertFalse(self.mails())
                undo.rollback()
                self.env.invalidate_all()

    def dispute(self, invoice, amount):
        """The customer doesn't accept an amount of an invoice."""
        self.env["cobranza.dispute"].raise_dispute(self.due(invoice).id, amount, "quantity")

    def test_what_is_disputed_in_part_leaves_with_the_rest(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.approved()
        self.dispute(invoice, 30)
        reminder.action_send()
        self.assertEqual((reminder.state, self.told(reminder)), ("sent", [(invoice.name, 70)]))
        self.assertIn("70.00", self.mails().body_html)

    def test_a_paid_line_leaves_and_the_rest_is_sent(self):
        paid, owed = self.invoice(self.partner, 100), self.invoice(self.partner, 70)
        reminder = self.approved()
        self.pay(paid)
        reminder.action_send()
        self.assertEqual((reminder.state, self.told(reminder)), ("sent", [(owed.name, 70)]))
        self.assertEqual((reminder.amount_company, reminder.line_count), (70, 1))
        self.assertNotIn(paid.name, self.mails().body_html)
        self.assertIn(owed.name, self.mails().body_html)

    def test_the_tone_is_that_of_what_is_left(self):
        """Nobody is asked how one can help because of what he has paid."""
        self.policy.progression = "by_age"
        oldest = self.invoice(self.partner, 100, days_ago(45))
        self.invoice(self.partner, 50, days_ago(6))
        reminder = self.approved()
        formal = reminder.level_id
        self.pay(oldest)
        reminder.action_send()
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(reminder.level_id, self.r5)
        self.assertLess(self.r5.delay_days, formal.delay_days)
        self.assertIn("written as", self.log(reminder))

    def softened(self, **level):
        """An approved reminder whose firmer line is paid; level: values of the gentler one."""
        self.policy.progression = "by_age"
        self.r5.write(level)
        oldest = self.invoice(self.partner, 100, days_ago(45))
        self.invoice(self.partner, 50, days_ago(6))
        reminder = self.approved()
        self.assertEqual((reminder.level_id, reminder.state), (self.f40, "approved"))
        self.pay(oldest)
        reminder.action_send()
        self.assertEqual(reminder.level_id, self.r5)
        return reminder

    def test_a_gentler_text_leaves_the_way_that_was_approved(self):
        self.partner.phone = "+34 612 34 56 78"
        reminder = self.softened(channel="sms")
        self.assertEqual((reminder.state, reminder.channel), ("sent", "email"))
        self.assertTrue(reminder.approval_ids.filtered(lambda one: not one.withdrawn_at))

    def test_a_gentler_level_that_wants_more_people_waits_for_them(self):
        reminder = self.softened(approval="two")
        self.assertEqual((reminder.state, reminder.approved_by_id.ids), ("proposed", []))
        self.assertTrue(all(reminder.approval_ids.mapped("withdrawn_at")))
        self.assertIn("More people have to approve it", self.log(reminder))
        self.assertFalse(reminder.text_body or self.mails())
        self.assertEqual(reminder.approvals_missing, 2)

    def test_what_nobody_approved_waits_where_the_gentler_level_wants_a_person(self):
        self.company.cobranza_run_mode = "auto"
        self.policy.progression = "by_age"
        self.f40.approval = "auto"
        self.r5.approval = "one"
        oldest = self.invoice(self.partner, 100, days_ago(45))
        self.invoice(self.partner, 50, days_ago(6))
        self.run_dunning("auto")
        reminder = self.debtor().reminder_ids
        self.assertEqual((reminder.state, reminder.automatic), ("approved", True))
        self.pay(oldest)
        reminder.action_check()
        self.assertEqual((reminder.state, reminder.automatic), ("proposed", False))
        self.assertFalse(reminder.text_body)
        reminder.action_approve()
        self.assertEqual(reminder.state, "approved")

    def test_the_amount_falls_with_a_part_payment(self):
        for name, happens in {
            "paid": lambda invoice: self.pay(invoice, 40),
            "paid, no entry yet": lambda invoice: self.payment_in_process(invoice, 40),
            "credited": lambda invoice: self.credit_note(self.partner, 40),
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                invoice = self.invoice(self.partner, 100)
                reminder = self.approved()
                happens(invoice)
                reminder.action_send()
                self.assertEqual(reminder.state, "sent")
                self.assertEqual(self.told(reminder), [(invoice.name, 60)])
                self.assertIn("60.00", self.mails().body_html)
                self.assertNotIn("<strong>$&nbsp;100.00", self.mails().body_html)
                undo.rollback()
                self.env.invalidate_all()

    def test_the_amount_of_a_foreign_invoice_falls_in_its_currency(self):
        euro = self.new_currency("EUR", 0.5)
        invoice = self.invoice(self.partner, 100, currency=euro)
        reminder = self.approved()
        self.assertEqual(reminder.amount_company, 200)
        self.pay(invoice, 40)
        reminder.action_send()
        line = reminder.line_ids
        self.assertEqual((line.amount, line.residual, line.company_amount), (60, 60, 120))
        self.assertEqual(reminder.amount_company, 120)

    def test_more_owed_than_approved_stays_as_approved(self):
        invoice = self.invoice(self.partner, 100)
        payment = self.pay(invoice, 40)
        reminder = self.approved()
        text = html2plaintext(reminder.body)
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_cancel()
        self.invoice(self.partner, 55)
        self.assertEqual(self.due(invoice).amount_residual, 100)
        reminder.action_send()
        self.assertEqual((reminder.state, self.told(reminder)), ("sent", [(invoice.name, 60)]))
        self.assertEqual(html2plaintext(self.mails().body_html), text)

    def test_waiting_does_not_empty_what_is_approved(self):
        """Levels, gaps and cadence were looked at when it was proposed, not at hand-over."""
        self.invoice(self.partner, 100)
        reminder = self.approved()
        self.policy.write({"cadence_days": 30})
        self.r5.delay_days = 15
        reminder.action_send()
        self.assertEqual(reminder.state, "sent")

    def test_one_without_address_waits_with_its_problem(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        reminder, others = self.approved()
        for email in (False, "no address"):
            self.partner.email = email
            (reminder | others).action_send()
            self.assertEqual((reminder.state, others.state), ("approved", "sent"))
            self.assertIn("Ana Customer has no e-mail address", reminder.problem)
        self.assertEqual(len(self.mails()), 1)
        self.partner.email = "new@example.com"
        reminder.action_send()
        self.assertEqual((reminder.state, reminder.problem), ("sent", False))
        self.assertEqual(len(self.mails()), 2)

    def test_an_edited_text_goes_back_when_amounts_fell(self):
        invoice = self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        edited, other = self.propose()
        edited.body = "<p>Please pay 100</p>"
        (edited | other).action_approve()
        self.pay(invoice, 40)
        (edited | other).action_send()
        self.assertEqual((edited.state, other.state), ("proposed", "sent"))
        self.assertTrue(edited.text_outdated)
        with self.assertRaisesRegex(UserError, "Look at the text"):
            edited.action_approve()
        edited.body = "<p>Please pay 60</p>"
        edited.action_approve()
        edited.action_send()
        self.assertEqual(self.mails()[-1].body_html, "<p>Please pay 60</p>")

    def test_an_edited_text_leaves_if_nothing_changed(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.write({"subject": "Hello", "body": "<p>My own words</p>"})
        reminder.action_approve()
        reminder.action_send()
        self.assertEqual(
            (self.mails().subject, self.mails().body_html), ("Hello", "<p>My own words</p>")
        )

    # --- one mail, whatever happens

    def test_the_mail_and_the_state_are_one(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        broken = patch.object(
            type(reminder), "_update_state", side_effect=ZeroDivisionError("the lights went out")
        )
        with self.assertRaises(ZeroDivisionError), broken:
            reminder.action_send()
        self.env.invalidate_all()
        self.assertEqual(reminder.state, "approved")
        self.assertFalse(self.mails())
        self.assertFalse(reminder.mail_message_id)

    def test_sending_twice_makes_one_mail(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        reminder.action_send()
        with self.assertRaisesRegex(UserError, "approve them before sending"):
            reminder.action_send()
        with self.assertRaisesRegex(UserError, "Somebody else is sending"):
            reminder._hand_over()
        self.assertEqual(len(self.mails()), 1)

    def test_what_somebody_else_is_sending_is_left_to_him(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        taken, free = self.approved()
        locks = patch.object(type(taken), "try_lock_for_update", lambda self: self - taken)
        with locks:
            (taken | free).action_send()
            self.assertEqual((taken.state, free.state), ("approved", "sent"))
            with self.assertRaisesRegex(UserError, "Somebody else is sending"):
                taken.action_send()
        self.assertEqual(len(self.mails()), 1)
