"""From approval to the mail queue and what becomes of the mail there (DESIGN 8.5, 8.11, 8.12)."""

from datetime import timedelta
from email.message import EmailMessage
from smtplib import SMTPRecipientsRefused
from unittest.mock import patch

from odoo import Command
from odoo.addons.mail.tests.common import MockEmail
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger
from odoo.tools.mail import html2plaintext

from .cases import ReminderCase
from .common import TODAY, days_ago


class MailingCase(MockEmail, ReminderCase):
    """Reminders, and Odoo's mail queue with a mail server that only remembers."""

    def mails(self):
        """All mails about reminders, as the system sees them."""
        mails_sudo = self.env["mail.mail"].sudo()
        return mails_sudo.search([("model", "=", "cobranza.reminder")], order="id")

    def sent(self, partner=None, amount=100, due=None, on=None):
        """An invoice whose reminder is in the mail queue; return that reminder."""
        partner = partner or self.partner
        self.invoice(partner, amount, due)
        return self.remind(on, debtors=self.debtor(partner))

    def work_queue(self, refused=None):
        """Let the queue send its mails; refused: the exception the mail server answers with."""
        with self.mock_mail_gateway():
            self.send_email_mocked.side_effect = refused or self.send_email_mocked.side_effect
            with mute_logger("odoo.addons.mail.models.mail_mail"):
                self.mails().filtered(lambda one: one.state == "outgoing").send()
        self.env.invalidate_all()

    def refuse(self):
        """Let the queue send its mails to a mail server that takes none of them."""
        self.work_queue(SMTPRecipientsRefused({"x@example.com": (550, b"No such user")}))

    def bounce(self, reminder):
        """Let the customer's mail server give a mail back that it had taken."""
        report = EmailMessage()
        report["From"] = "MAILER-DAEMON@example.com"
        report["To"] = "bounce@example.com"
        report["Subject"] = "Undelivered mail"
        report["Message-Id"] = f"<bounce-{reminder.id}@example.com>"
        report["Content-Type"] = "multipart/report; report-type=delivery-status"
        report.set_payload([])
        text, headers = EmailMessage(), EmailMessage()
        text.set_content("550 5.1.1 No such user")
        headers.set_content(f"Message-Id: {reminder.mail_message_id.message_id}\n")
        headers.replace_header("Content-Type", "text/rfc822-headers")
        report.attach(text)
        report.attach(headers)
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].sudo().message_process(False, report.as_bytes())
        self.env.invalidate_all()


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
        self.env["cobranza.run"].with_user(robot)._cron_daily()
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

    def test_a_paid_line_leaves_and_the_rest_is_sent(self):
        paid, owed = self.invoice(self.partner, 100), self.invoice(self.partner, 70)
        reminder = self.approved()
        self.pay(paid)
        reminder.action_send()
        self.assertEqual((reminder.state, self.told(reminder)), ("sent", [(owed.name, 70)]))
        self.assertEqual((reminder.amount_company, reminder.line_count), (70, 1))
        self.assertNotIn(paid.name, self.mails().body_html)
        self.assertIn(owed.name, self.mails().body_html)

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


@tagged("post_install", "-at_install")
class TestDelivery(MailingCase):
    """What became of the mail is read from Odoo's own records of it."""

    def test_a_new_mail_waits(self):
        reminder = self.sent()
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("queued", False))

    def test_an_administrator_works_the_queue_off(self):
        """Odoo writes the message's number, which nobody else may: it arrived, and is known so."""
        reminder = self.sent()
        with self.mock_mail_gateway():
            reminder.sudo().mail_ids.with_user(self.env.ref("base.user_admin")).send()
        self.env.invalidate_all()
        self.assertEqual(reminder.delivery, "delivered")
        self.assertEqual(reminder.attempt_ids.result, "accepted")

    def test_a_mail_that_left_is_delivered(self):
        reminder = self.sent()
        self.work_queue()
        self.assertEqual(self.mails().state, "sent")
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("delivered", False))
        [letter] = self.emails
        self.assertEqual(letter["smtp_to_list"], ["ana.customer@example.com"])
        self.assertIn(reminder.line_ids.name, letter["message"])

    def test_a_mail_the_server_refused_failed(self):
        reminder = self.sent()
        self.refuse()
        self.assertEqual(self.mails().state, "exception")
        self.assertEqual(reminder.delivery, "failed")
        self.assertIn("No such user", reminder.delivery_error)

    def test_a_mail_that_came_back_bounced(self):
        reminder = self.sent()
        self.work_queue()
        self.bounce(reminder)
        self.assertEqual(reminder.delivery, "bounced")
        self.assertIn("No such user", reminder.delivery_error)

    def test_a_mail_taken_out_of_the_queue_failed(self):
        reminder = self.sent()
        self.mails().cancel()
        self.env.invalidate_all()
        self.assertEqual(reminder.delivery, "failed")
        self.assertIn("cancelled", reminder.delivery_error)

    def test_a_mail_deleted_from_the_queue_failed(self):
        reminder = self.sent()
        self.mails().unlink()
        self.env.invalidate_all()
        self.assertEqual(reminder.delivery, "failed")

    def test_a_mail_put_back_into_the_queue_is_sent(self):
        reminder = self.sent()
        self.mails().cancel()
        self.mails().mark_outgoing()
        self.env.invalidate_all()
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("queued", False))
        self.work_queue()
        self.assertEqual(reminder.delivery, "delivered")

    def test_a_failed_mail_can_be_tried_again(self):
        reminder = self.sent()
        self.refuse()
        self.mails().mark_outgoing()
        self.work_queue()
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("delivered", False))

    def test_what_was_never_sent_has_no_delivery(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        self.assertFalse(reminder.delivery or reminder.delivery_error or reminder.mail_ids)

    def test_search_finds_what_the_field_says(self):
        happened = {
            "queued": lambda one: None,
            "delivered": lambda one: self.work_queue(),
            "failed": lambda one: self.refuse(),
            "bounced": lambda one: (self.work_queue(), self.bounce(one)),
        }
        mine = self.env["cobranza.reminder"]
        expected = {}
        # the queue is emptied by each but "queued": that one is last
        for name in ("failed", "bounced", "delivered", "queued"):
            reminder = self.sent(self.new_partner(f"{name} customer"))
            happened[name](reminder)
            expected[name] = reminder
            mine |= reminder
        mails = self.mails()
        cancelled = self.sent(self.other)
        (self.mails() - mails).cancel()
        self.invoice(self.partner, 10)
        unsent = self.propose(debtors=self.debtor())
        mine |= cancelled | unsent
        for user in (self.env.user, self.new_collector()):
            found = mine.with_user(user)
            self.env.invalidate_all()
            for name, reminder in expected.items():
                with self.subTest(name, user=user.name):
                    self.assertEqual(found.browse(reminder.id).delivery, name)
                    hits = found.search([("delivery", "=", name), ("id", "in", mine.ids)])
                    wanted = reminder | (cancelled if name == "failed" else mine.browse())
                    self.assertEqual(hits.sorted("id"), wanted.sorted("id"))
            none = found.search([("delivery", "=", False), ("id", "in", mine.ids)])
            self.assertEqual(none, unsent)
            some = found.search([("delivery", "!=", False), ("id", "in", mine.ids)])
            self.assertEqual(some.sorted("id"), (mine - unsent).sorted("id"))
            both = found.search([("delivery", "in", ["failed", "bounced"]), ("id", "in", mine.ids)])
            problems = expected["failed"] | expected["bounced"] | cancelled
            self.assertEqual(both.sorted("id"), problems.sorted("id"))


@tagged("post_install", "-at_install")
class TestHistory(MailingCase):
    """What was told, and what the next level makes of it (DESIGN 8.5, 8.6, 8.12)."""

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

    def recreate(self, invoice):
        """Reset an invoice, make it forget its due line and find it again, and post it."""
        before = self.due(invoice)
        invoice.button_draft()
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (1, 2)
                ],
            }
        )
        due = invoice.invoice_date_due
        invoice.invoice_payment_term_id = term
        self.assertEqual(len(self.due(invoice)), 2)
        invoice.write({"invoice_payment_term_id": False, "invoice_date_due": due})
        invoice.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((len(self.due(invoice)), self.due(invoice).date_maturity), (1, due))
        self.assertFalse(before.exists() & self.due(invoice), "the item was not recreated")
        return self.due(invoice)

    def test_recreated_due_lines_keep_their_history(self):
        self.r20.gap_days = 10
        invoice = self.invoice(self.partner, 100)
        reminder = self.remind()
        item = self.recreate(invoice)
        self.assertFalse(reminder.line_ids.move_line_id)
        self.assertEqual(self.told(reminder), [(invoice.name, 100)])
        self.assertDecision(item, "wait", "gap", self.r20, next_date=days_ago(-10))
        self.assertEqual(self.remind(days_ago(-10)).level_id, self.r20)

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
