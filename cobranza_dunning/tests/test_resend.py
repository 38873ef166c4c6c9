"""“We never got that invoice”: it is sent again and gets its time to be read."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TODAY
from .test_answers import AnswerCase


@tagged("post_install", "-at_install")
class TestResend(AnswerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls.new_user(
            "base.group_portal", name="Portal", partner_id=cls.carmen.id
        )

    def resent(self, move):
        """The mails with which an invoice was sent again, as [(recipients, file names)]."""
        return [
            (message.partner_ids, message.attachment_ids.mapped("name"))
            for message in move.message_ids.sorted("id")
            if message.message_type == "comment"
        ]

    def test_it_leaves_with_its_pdf_for_whoever_had_the_reminder(self):
        reminder = self.sent()
        invoice = reminder.line_ids.move_id
        invoice.with_user(self.collector).cobranza_resend()
        [(recipients, files)] = self.resent(invoice)
        self.assertEqual(recipients, reminder.recipient_id)
        self.assertTrue(files)
        self.assertEqual(invoice.cobranza_resent_date, TODAY)
        logged = self.env["cobranza.interaction"].search([("move_id", "=", invoice.id)])
        self.assertEqual(
            (logged.kind, logged.direction, logged.contact_id, logged.waiting),
            ("invoice_resent", "out", reminder.recipient_id, False),
        )

    def test_or_for_a_chosen_contact(self):
        invoice = self.sent().line_ids.move_id
        invoice.cobranza_resend(self.carmen.id)
        self.assertEqual(self.resent(invoice)[0][0], self.carmen)

    def test_its_lines_wait_and_keep_their_level(self):
        self.policy.resend_days = 5
        invoice = self.sent().line_ids.move_id
        with self.at(TODAY + timedelta(days=1)):
            self.assertDecision(invoice, "remind", "level_reached", level=self.r20)
            invoice.cobranza_resend()
            until = TODAY + timedelta(days=6)
            one = self.assertDecision(invoice, "wait", "invoice_resent", level=self.r20)
            self.assertEqual(one.next_date, until)
            self.assertEqual(self.debtor().next_date, until)
        with self.at(until - timedelta(days=1)):
            self.assertDecision(invoice, "wait", "invoice_resent")
        with self.at(until):
            self.assertDecision(invoice, "remind", "level_reached", level=self.r20)

    def test_other_invoices_go_on(self):
        invoice, other = self.invoice(self.partner, 100), self.invoice(self.partner, 100)
        invoice.cobranza_resend()
        self.assertDecision(invoice, "wait", "invoice_resent")
        self.assertDecision(other, "remind", "level_reached")

    def test_a_policy_may_give_no_time(self):
        self.policy.resend_restarts = False
        invoice = self.invoice(self.partner, 100)
        invoice.cobranza_resend()
        self.assertDecision(invoice, "remind", "level_reached")

    def test_an_invoice_that_was_never_sent_is_sent_now(self):
        invoice = self.invoice(self.partner, 100, sent=False)
        self.assertDecision(invoice, "skip", "not_sent")
        invoice.cobranza_resend()
        self.assertTrue(invoice.is_move_sent)
        self.assertDecision(invoice, "wait", "invoice_resent")

    def test_the_button_sends_and_handles(self):
        reminder = self.sent()
        answer = reminder._log_answer("It never arrived", kind="not_received", contact=self.carmen)
        action = answer.with_user(self.collector).action_resend()
        wizards = self.env[action["res_model"]].with_user(self.collector)
        wizard = Form(wizards.with_context(**action["context"])).save()
        self.assertEqual(wizard.move_ids, reminder.line_ids.move_id)
        wizard.action_resend()
        self.assertEqual((answer.waiting, answer.handled_by_id), (False, self.collector))
        self.assertEqual(self.resent(wizard.move_ids)[0][0], self.carmen)

    def test_a_call_in_which_the_customer_said_so(self):
        """It is what came of our own call: the form that logs it sends the invoice, too."""
        invoice = self.sent().line_ids.move_id
        log = self.debtor().with_user(self.collector).action_log_contact()
        calls = self.env["cobranza.interaction"].with_user(self.collector)
        with Form(calls.with_context(**log["context"]), log["views"][0][0]) as form:
            form.kind = "not_received"
            form.summary = "They never got it"
        action = form.record.action_resend()
        wizards = self.env[action["res_model"]].with_user(self.collector)
        wizard = wizards.with_context(**action["context"]).create({})
        self.assertEqual((form.record.direction, wizard.move_ids), ("out", invoice))
        wizard.action_resend()
        self.assertEqual(invoice.cobranza_resent_date, TODAY)
        self.assertEqual(form.record.status, "noted")

    def test_never_to_somebody_who_left_the_customer(self):
        reminder = self.sent()
        invoice, clerk = reminder.line_ids.move_id, self.child("Clerk")
        reminder._gated().write({"recipient_id": clerk.id})
        for left in ({"parent_id": self.other.id}, {"parent_id": self.partner.id, "active": False}):
            with self.subTest(**left):
                clerk.write(left)
                self.assertEqual(invoice._cobranza_recipient(None), invoice.partner_id)
        clerk.write({"parent_id": self.other.id, "active": True})
        with self.assertRefused("isn't sent to anybody else"):
            invoice.cobranza_resend(clerk.id)

    def test_the_dialog_needs_an_invoice(self):
        answer = self.sent()._log_answer("It never arrived", kind="not_received")
        wizard = self.env["cobranza.resend.wizard"].create({"interaction_id": answer.id})
        with self.assertRefused("Choose the invoices to send again"):
            wizard.action_resend()

    def test_in_the_portal_it_is_handled_by_itself_once_a_day(self):
        reminder = self.sent()
        invoice = reminder.line_ids.move_id
        other = reminder._log_answer("Please call", "portal", kind="call_back")
        answer = reminder._log_answer(
            "It never arrived", "portal", kind="not_received", move_id=invoice.id
        )
        for _click in range(2):
            invoice.with_user(self.portal).sudo().cobranza_resend(self.carmen.id)
        self.assertEqual(len(self.resent(invoice)), 1)
        self.assertFalse(answer.waiting)
        self.assertTrue(other.waiting)

    def test_several_invoices_are_handled_with_the_last_of_them(self):
        both = self.invoice(self.partner, 100) | self.invoice(self.partner, 50)
        answer = self.debtor()._log_answer(
            "They never arrived", kind="not_received", missing_move_ids=both.ids
        )
        self.invoice(self.partner, 70)
        self.assertEqual(answer._concerned_moves(), both)
        both[0].cobranza_resend()
        self.assertTrue(answer.waiting)
        both[1].cobranza_resend()
        self.assertFalse(answer.waiting)

    def test_what_was_sent_again_before_the_answer_does_not_handle_it(self):
        both = self.invoice(self.partner, 100) | self.invoice(self.partner, 50)
        debtor = self.debtor()
        both[0].cobranza_resend()
        with self.at(TODAY + timedelta(days=2)):
            answer = debtor._log_answer("They never arrived", kind="not_received")
            both[1].cobranza_resend()
            self.assertTrue(answer.waiting)
            both[0].cobranza_resend()
        self.assertFalse(answer.waiting)

    def test_in_the_portal_the_second_answer_of_a_day_is_handled_too(self):
        reminder = self.sent()
        invoice = reminder.line_ids.move_id
        for _time in range(2):
            answer = reminder._log_answer(
                "It never arrived", "portal", kind="not_received", move_id=invoice.id
            )
            invoice.with_user(self.portal).sudo().cobranza_resend()
            self.assertFalse(answer.waiting)
        self.assertEqual(len(self.resent(invoice)), 1)

    def test_an_answer_names_the_customers_own_invoices(self):
        self.invoice(self.partner, 100)
        foreign = self.invoice(self.other, 100)
        with self.assertRaisesRegex(ValidationError, "is another customer's"):
            self.debtor()._log_answer(
                "It never arrived", kind="not_received", missing_move_ids=foreign.ids
            )

    def test_who_may_not(self):
        invoice = self.invoice(self.partner, 100)
        for user in (
            self.new_user("cobranza_dunning.group_auditor"), self.new_user("base.group_user"),
            self.portal,
        ):  # fmt: skip
            with self.subTest(user.name), self.assertRaises(AccessError):
                invoice.with_user(user).cobranza_resend()

    def test_what_is_refused(self):
        invoice = self.invoice(self.partner, 100)
        draft = self.invoice(self.partner, 100, post=False)
        entry = self.journal_debt(self.partner, 100)
        for move in (draft, entry):
            with self.assertRefused("isn't a posted invoice"):
                move.cobranza_resend()
        with self.assertRefused("isn't sent to anybody else"):
            invoice.cobranza_resend(self.other.id)
        self.carmen.email = False
        with self.assertRaisesRegex(UserError, "has no e-mail address"):
            invoice.cobranza_resend(self.carmen.id)
