"""Letters, chats and calls: a person makes the contact and says that it was made."""

from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TODAY, days_ago
from .test_channels import E164, ChannelCase


@tagged("-at_install", "post_install")
class TestByHand(ChannelCase):
    def logged(self, partner=None):
        """The outgoing interactions with a customer, oldest first."""
        return self.env["cobranza.interaction"].search(
            [("partner_id", "=", (partner or self.partner).id), ("direction", "=", "out")],
            order="id",
        )

    def work(self, reminder):
        """The activities that a reminder makes."""
        return self.env["mail.activity"].search(
            [("res_model", "=", "cobranza.reminder"), ("res_id", "in", reminder.ids)]
        )

    def listed(self):
        """What the list “By hand” shows."""
        action = self.env.ref("cobranza_dunning.cobranza_reminder_action_by_hand")
        return self.env["cobranza.reminder"].search(
            [("state", "=", "approved"), ("channel", "in", ["letter", "whatsapp", "phone"])]
            if "letter" in action.domain
            else []
        )

    # --- work ---

    def test_an_approved_one_is_work_for_its_collector(self):
        collector = self.new_collector(name="Carmen")
        self.invoice(self.partner, 1, days_ago(0))
        self.debtor().user_id = collector
        for channel in ("letter", "whatsapp", "phone"):
            with self.subTest(channel=channel):
                reminder = self.approved_by(channel)
                [activity] = self.work(reminder)
                self.assertEqual(activity.user_id, collector)
                self.assertIn("Ana Customer", activity.summary)
                self.assertIn(reminder, self.listed())
                reminder.action_cancel("test")
                self.assertFalse(self.work(reminder))

    def test_no_chat_of_a_reminder_opens_while_contact_is_stopped(self):
        reminder = self.approved_by("whatsapp")
        stop = self.env["cobranza.stop"]._stop(self.company, "Wrong bank file")
        with self.assertRaisesRegex(UserError, "Nothing may be sent now"):
            reminder.action_whatsapp()
        self.assertFalse(self.logged())
        stop.action_release()
        reminder.action_whatsapp()
        self.assertEqual(len(self.logged()), 1)

    def test_the_link_works_as_soon_as_it_was_written(self):
        """The customer taps it at once, and it is still there when nobody answered."""
        reminder = self.approved_by("whatsapp")
        self.assertFalse(reminder._is_shown())
        reminder.action_whatsapp()
        self.assertTrue(reminder._is_shown())
        reminder.action_not_reached()
        self.assertTrue(reminder._is_shown())

    def test_nothing_wrong_is_written_by_another_channel(self):
        """A sent e-mail opens a chat only while what it says is still so."""
        reminder = self.approved_by("email")
        reminder.action_send()
        reminder.action_whatsapp()
        self.assertEqual(len(self.logged()), 1)
        stop = self.env["cobranza.stop"]._stop(self.company, "Wrong bank file")
        with self.assertRaisesRegex(UserError, "Nothing may be sent now"):
            reminder.action_whatsapp()
        stop.action_release()
        self.pay(reminder.line_ids.move_id)
        self.env.cr.flush()
        action = reminder.action_whatsapp()
        self.assertIn("What is owed isn't what this text says", action["params"]["message"])
        self.assertEqual(len(self.logged()), 1)

    def test_what_leaves_by_itself_makes_no_work(self):
        for channel in ("email", "sms"):
            reminder = self.approved_by(channel)
            self.assertFalse(self.work(reminder))
            self.assertNotIn(reminder, self.listed())
            reminder.action_cancel("test")

    def test_the_scheduled_action_leaves_them_alone(self):
        self.company.cobranza_run_mode = "auto"
        reminders = {}
        for channel in ("letter", "whatsapp", "phone"):
            reminders[channel] = self.approved_by(channel)
            self.partner = self.new_partner(
                f"Next after {channel}", phone="+34 612 34 56 79", street="S 1", city="C"
            )
        mail = self.approved_by("email")
        with self.enter_registry_test_mode():
            self.env.ref("cobranza_dunning.ir_cron_work").with_user(1).method_direct_trigger()
        self.env.invalidate_all()
        for channel, reminder in reminders.items():
            self.assertEqual((reminder.state, reminder.problem), ("approved", False), channel)
        self.assertEqual(mail.state, "sent")

    def test_send_refuses_them_and_takes_the_others(self):
        letter = self.approved_by("letter")
        with self.assertRefused("These leave by hand: print the letters"):
            letter.action_send()
        self.partner = self.other
        mail = self.approved_by("email")
        (mail | letter).action_send()
        self.assertEqual(letter.state, "approved")
        self.assertEqual(mail.state, "sent")

    # --- letters ---

    def test_a_letter_is_printed_and_sent(self):
        reminder = self.approved_by("letter")
        with self.allow_pdf_render():
            action = reminder.action_print_and_send()
        self.assertEqual(action["context"]["active_ids"], reminder.ids)
        self.assertEqual((reminder.state, reminder.sent_date), ("sent", days_ago(0)))
        self.assertEqual(reminder.letter_id.mimetype, "application/pdf")
        self.assertEqual(reminder.letter_id.raw[:5], b"%PDF-")
        self.assertEqual(reminder.letter_id.res_id, reminder.id)
        self.assertFalse(self.work(reminder))
        self.assertFalse(reminder.delivery)
        self.assertEqual(self.decide(reminder.line_ids.move_id).reason, "level_not_reached")

    def test_a_letter_that_was_sent_is_printed_again_as_it_was(self):
        reminder = self.approved_by("letter")
        with self.allow_pdf_render():
            reminder.action_print_and_send()
            kept = reminder.letter_id.raw
            self.partner.street = "Another Street 1"
            # somebody puts another file with its name beside it
            vals = {"name": reminder.letter_id.name, "raw": b"%PDF-1.4 not what was sent"}
            self.env["ir.attachment"].create(
                {**vals, "res_model": reminder._name, "res_id": reminder.id}
            )
            report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
            again = report._render_qweb_pdf(
                "cobranza_dunning.cobranza_reminder_report_letter", reminder.ids
            )[0]
        self.assertEqual(again, kept)

    def test_the_letter_that_was_sent_is_nobodys_to_change(self):
        reminder = self.approved_by("letter")
        with self.allow_pdf_render():
            reminder.action_print_and_send()
        for user in (self.env.user, self.new_collector()):
            letter = reminder.letter_id.with_user(user)
            for act in (
                lambda one=letter: one.write({"raw": b"%PDF- other"}),
                lambda one=letter: one.write({"res_id": 0, "res_model": False}),
                letter.unlink,
            ):
                with self.assertRefused("A letter that was sent can't be changed or deleted"):
                    act()
        self.env["ir.attachment"].create(
            {"name": "note", "res_model": reminder._name, "res_id": reminder.id}
        ).unlink()

    def test_what_was_paid_is_not_printed(self):
        self.use("letter")
        moves = [self.invoice(self.partner, amount, days_ago(6)) for amount in (100, 50)]
        reminder = self.approved()
        self.pay(moves[0])
        with self.allow_pdf_render():
            reminder.action_print_and_send()
        self.assertEqual(reminder.line_ids.move_id, moves[1])
        self.assertEqual(reminder.state, "sent")

    def test_a_letter_with_nothing_left_is_cancelled_and_says_so(self):
        reminder = self.approved_by("letter")
        self.pay(reminder.line_ids.move_id)
        action = reminder.action_print_and_send()
        self.assertEqual(reminder.state, "cancelled")
        self.assertIn("Nothing of it is to be told", action["params"]["message"])

    def test_only_approved_letters_are_printed_as_sent(self):
        reminder = self.approved_by("phone")
        with self.assertRefused("None of these is an approved letter"):
            reminder.action_print_and_send()

    # --- chats and calls ---

    def test_the_chat_opens_with_the_text(self):
        reminder = self.approved_by("whatsapp", short_text="{name} & {amount}: ¿ok?")
        action = reminder.action_whatsapp()
        self.assertEqual((action["type"], action["target"]), ("ir.actions.act_url", "new"))
        url = urlsplit(action["url"])
        self.assertEqual((url.scheme, url.netloc), ("https", "wa.me"))
        self.assertEqual(url.path, "/" + E164.lstrip("+"))
        self.assertEqual(parse_qs(url.query), {"text": ["Ana Customer & $ 100.00: ¿ok?"]})
        self.assertEqual(reminder.state, "approved")
        self.assertTrue(reminder.contacted_at)
        [interaction] = self.logged()
        self.assertEqual((interaction.channel, interaction.reminder_id), ("whatsapp", reminder))
        self.assertIn(E164, interaction.summary)
        reminder.action_by_hand_done()
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(len(self.logged()), 1)
        self.assertFalse(self.work(reminder))

    def test_the_call(self):
        reminder = self.approved_by("phone")
        action = reminder.action_call()
        self.assertEqual(action["tag"], "cobranza_open_link")
        self.assertEqual(action["params"]["url"], f"tel:{E164}")
        self.assertEqual(self.logged().mapped("channel"), ["phone"])
        reminder.action_by_hand_done()
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(self.decide(reminder.line_ids.move_id).reason, "level_not_reached")

    def test_nobody_answered(self):
        reminder = self.approved_by("phone")
        reminder.action_call()
        reminder.action_not_reached()
        self.assertEqual((reminder.state, reminder.contacted_at), ("approved", False))
        self.assertIn("Not reached", self.log(reminder))
        self.assertTrue(self.work(reminder))
        self.assertIn(reminder, self.listed())

    def test_done_needs_a_contact(self):
        reminder = self.approved_by("phone")
        with self.assertRefused("Open the chat or the call first"):
            reminder.action_by_hand_done()
        self.partner = self.other
        mail = self.approved_by("email")
        with self.assertRefused("Open the chat or the call first"):
            mail.action_by_hand_done()

    def test_done_waits_while_somebody_else_is_at_it(self):
        reminder = self.approved_by("phone")
        reminder.action_call()
        locked = patch.object(type(reminder), "try_lock_for_update", lambda self: self.browse())
        with locked, self.assertRefused("Somebody else is sending"):
            reminder.action_by_hand_done()
        self.assertEqual(reminder.state, "approved")

    def test_the_last_call_is_the_one_that_reached_him(self):
        reminder = self.approved_by("phone")
        for hour in (9, 10):
            with self.at_moment(f"{TODAY} {hour}:00:00"):
                reminder.action_call()
        reminder.action_by_hand_done()
        self.assertEqual(self.logged().mapped("right_party"), [False, True])

    def test_what_is_not_approved_is_not_told(self):
        self.use("phone")
        self.invoice(self.partner, 100, days_ago(6))
        reminder = self.propose()
        for act in ("action_call", "action_whatsapp", "action_text_message"):
            with self.assertRefused("Approve the reminder first"):
                getattr(reminder, act)()
        self.assertFalse(self.logged())

    def test_a_customer_without_a_number(self):
        reminder = self.approved_by("phone")
        self.partner.phone = False
        with self.assertRefused("Ana Customer has no valid phone number"):
            reminder.action_call()
        with self.assertRefused("Ana Customer has no valid phone number"):
            self.debtor().action_call()
        self.assertFalse(self.logged())

    def test_who_has_paid_is_not_called(self):
        reminder = self.approved_by("phone")
        self.pay(reminder.line_ids.move_id)
        action = reminder.action_call()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(reminder.state, "cancelled")
        self.assertFalse(self.logged())

    def test_amounts_that_fell_are_in_the_text(self):
        reminder = self.approved_by("whatsapp", short_text="{amount}")
        self.pay(reminder.line_ids.move_id, 30)
        text = parse_qs(urlsplit(reminder.action_whatsapp()["url"]).query)["text"]
        self.assertEqual(text, ["$ 70.00"])

    def test_a_reminder_by_mail_may_be_talked_about_too(self):
        reminder = self.approved_by("email")
        reminder.action_send()
        self.assertEqual(reminder.action_call()["params"]["url"], f"tel:{E164}")
        url = reminder.action_text_message()["params"]["url"]
        self.assertTrue(url.startswith(f"sms:{E164}?body="), url)
        self.assertEqual(self.logged().mapped("channel"), ["phone", "sms"])
        self.assertFalse(reminder.contacted_at)

    def test_the_contact_rule_is_asked_first(self):
        reminder = self.approved_by("phone")
        self.policy.contact_rule_id = self.env["cobranza.contact.rule"].create(
            {"name": "No calls", "forbid_phone": True}
        )
        for action in (reminder.action_call(), self.debtor().action_call()):
            self.assertEqual(action["tag"], "display_notification")
            self.assertTrue(action["params"]["message"])
        self.assertFalse(self.logged())
        self.assertFalse(reminder.contacted_at)
        self.assertTrue(reminder.problem)
        self.assertEqual(reminder.action_whatsapp()["type"], "ir.actions.act_url")

    # --- the customer's account ---

    def test_from_the_account(self):
        self.invoice(self.partner, 100, days_ago(0))
        action = self.debtor().action_whatsapp()
        text = parse_qs(urlsplit(action["url"]).query)["text"][0]
        self.assertIn("Cobranza test company", text)
        self.assertNotIn("100", text)
        self.assertEqual(self.debtor().action_call()["params"]["url"], f"tel:{E164}")
        self.assertTrue(self.debtor().action_text_message()["params"]["url"].startswith("sms:"))
        self.assertEqual(self.logged().mapped("channel"), ["whatsapp", "phone", "sms"])

    def test_from_the_account_with_a_call_to_make(self):
        reminder = self.approved_by("phone")
        self.debtor().action_call()
        self.assertTrue(reminder.contacted_at)
        self.assertEqual(self.logged().reminder_id, reminder)

    # --- access ---

    def test_an_auditor_only_looks(self):
        reminder = self.approved_by("phone")
        auditor = self.new_user("cobranza_dunning.group_auditor")
        for act in (
            "action_call", "action_whatsapp", "action_text_message", "action_by_hand_done",
            "action_not_reached", "action_print_and_send",
        ):  # fmt: skip
            with self.subTest(act=act), self.assertRaises(AccessError):
                getattr(reminder.with_user(auditor), act)()
        for act in ("action_call", "action_whatsapp", "action_text_message"):
            with self.subTest(act=act), self.assertRaises(AccessError):
                getattr(self.debtor().with_user(auditor), act)()

    def test_a_collector_does_it_all(self):
        collector = self.new_collector()
        reminder = self.approved_by("phone").with_user(collector)
        reminder.action_call()
        reminder.action_by_hand_done()
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(self.logged().user_id, collector)
        self.use("letter")
        self.partner = self.new_partner("Letter", street="S 1", city="C")
        self.invoice(self.partner, 100, days_ago(6))
        letter = self.approved().filtered(lambda one: one.channel == "letter")
        with self.allow_pdf_render():
            letter.with_user(collector).action_print_and_send()
        self.assertEqual(set(letter.mapped("state")), {"sent"})
