"""A message that came back for good goes on through the level's other channel, as a story."""

from datetime import timedelta

from odoo.tests import tagged

from .common import TODAY, days_ago
from .test_channels import E164, PHONE
from .test_cobranza_attempt import AttemptCase

TOMORROW = TODAY + timedelta(days=1)


@tagged("-at_install", "post_install")
class TestFallback(AttemptCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.partner.write({"phone": PHONE, "street": "Main Street 7", "city": "Springfield"})
        self.r5.write({"channel": "email", "fallback_channel": "sms"})

    def bounced(self):
        """A reminder by e-mail that the customer's server gave back for good."""
        invoice = self.invoice(self.partner, 100, days_ago(6))
        reminder = self.remind()
        self.assertEqual(reminder.channel, "email")
        self.work_queue()
        self.report(reminder)
        self.assertEqual(reminder.delivery, "bounced")
        return invoice, reminder

    def operator_says(self, reminder, state=None, error=None):
        """The operator's report about an SMS comes in."""
        sms_sudo = self.env["sms.sms"].sudo().search(
            [("mail_message_id", "=", reminder.mail_message_id.id)]
        )
        tracker_sudo = sms_sudo.sms_tracker_id
        if error:
            tracker_sudo._action_update_from_provider_error(error)
        else:
            tracker_sudo._action_update_from_sms_state(state)
        self.env.invalidate_all()

    def test_what_is_approved_already_goes_the_other_way_too(self):
        """Another mail came back meanwhile: the approved one would wait for ever."""
        self.invoice(self.partner, 100, days_ago(6))
        first = self.propose()
        first.action_approve()
        self.partner._cobranza_pause_email(self.partner.email, "550 no such user")
        second = self.propose()
        self.assertEqual((first.state, second.state), ("cancelled", "proposed"))
        self.assertIn("proposed another way", first.cancel_reason)
        self.assertEqual(second.channel, "sms")

    def test_from_the_bounce_to_a_message_on_the_phone(self):
        invoice, first = self.bounced()
        self.assertEqual(len(self.activities()), 1)
        self.assertDecision(
            invoice, "remind", "level_reached", self.r5, channel="sms", date=TOMORROW
        )
        second = self.remind(TOMORROW)
        self.assertEqual(
            (second.state, second.channel, second.level_id, second.recipient_id),
            ("sent", "sms", first.level_id, first.recipient_id),
        )
        self.assertIn("no e-mail address of the recipient works", second.channel_note)
        sms_sudo = self.env["sms.sms"].sudo().search(
            [("mail_message_id", "=", second.mail_message_id.id)]
        )
        self.assertEqual((sms_sudo.number, sms_sudo.state), (E164, "outgoing"))
        # what was told by phone counts: the same level doesn't come again
        self.assertDecision(
            invoice, "wait", "level_not_reached", self.r20, date=TOMORROW + timedelta(days=1)
        )
        self.assertEqual(self.results(first), ["bounced"])
        self.assertEqual(self.results(second), ["pending"])
        self.assertEqual(second.attempt_ids.address, E164)
        self.operator_says(second, "sent")
        self.assertEqual(self.results(second), ["accepted"])

    def test_the_usual_rule_of_contact_lets_it_leave_at_once(self):
        """What came back was read by nobody: it takes no place among the messages of a week."""
        self.policy.contact_rule_id = self.env.ref("cobranza_dunning.contact_rule_b2b")
        self.bounced()
        second = self.remind(TOMORROW)
        self.assertEqual((second.state, second.channel, second.waits_for), ("sent", "sms", False))

    def test_by_hand_as_well(self):
        for channel in ("letter", "whatsapp", "phone"):
            self.r5.fallback_channel = channel
            with self.subTest(channel), self.env.cr.savepoint() as undo:
                self.bounced()
                second = self.approved(TOMORROW)
                self.assertEqual((second.state, second.channel), ("approved", channel))
                undo.rollback()
                self.env.invalidate_all()

    def test_a_fallback_that_fails_too_is_work_for_a_person_and_no_loop(self):
        self.bounced()
        second = self.remind(TOMORROW)
        self.operator_says(second, error="invalid_destination")
        self.assertEqual((second.delivery, self.results(second)), ("bounced", ["bounced"]))
        self.assertIn(E164, self.activities().note)
        self.assertIn("An SMS to", self.activities().note)
        third = self.approved(TOMORROW + timedelta(days=1))
        third.action_send()
        self.assertEqual(third.state, "approved")
        self.assertIn(f"SMS to {E164} don't arrive", third.problem)
        self.partner.phone = "+34 699 00 11 22"
        third.action_send()
        self.assertEqual((third.state, self.results(third)), ("sent", ["pending"]))

    def test_an_operator_out_of_order_is_work_too_but_no_bad_number(self):
        self.r5.write({"channel": "sms", "fallback_channel": False})
        self.invoice(self.partner, 100, days_ago(6))
        first = self.remind()
        self.operator_says(first, error="server_error")
        self.assertEqual((first.delivery, self.results(first)), ("failed", ["refused"]))
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.remind().state, "sent")

    def test_other_sms_are_none_of_our_business(self):
        tracker_sudo = self.env["sms.tracker"].sudo().create({"sms_uuid": "not-ours"})
        tracker_sudo._action_update_from_sms_state("sent")
        self.assertFalse(self.activities())
