"""A customer is reminded while an offer waits for his signature: whoever sends hears of it."""

from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .cases import MailingCase
from .common import TODAY


@tagged("post_install", "-at_install")
class TestReminderOffer(MailingCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 600)

    def offer(self, partner=None, **offer):
        """Offer a plan to a customer."""
        plans = self.env["cobranza.plan"]
        terms = offer or {"count": 3}
        made = plans.propose((partner or self.partner).id, terms)
        plan = plans.browse(made["plan_id"])
        plan.action_offer()
        return plan

    def test_approving_and_sending_warn_and_go_on(self):
        reminder = self.propose()
        self.assertFalse(reminder.offer_warning)
        plan = self.offer()
        sentence = (
            f"An offer of 3 installments for $ 600.00 ({plan.name}) waits for his signature "
            "since 03/10/2026."
        )
        self.assertEqual(reminder.offer_warning.replace("\xa0", " "), sentence)
        answer = reminder.action_approve()
        self.assertEqual(reminder.state, "approved")
        self.assertEqual(answer["params"]["message"].replace("\xa0", " "), sentence)
        self.assertIs(reminder.action_send(), True)
        self.assertEqual(reminder.state, "sent")
        self.assertIn("It left all the same", self.log(reminder))
        self.assertFalse(reminder.offer_warning)

    def test_an_offer_made_after_the_approval_is_among_what_changed(self):
        reminder = self.approved()
        self.assertFalse(reminder.changes_table)
        plan = self.offer(until=str(TODAY.replace(day=28)))
        reminder.invalidate_recordset()
        table = html2plaintext(reminder.changes_table)
        self.assertIn(f"An offer of more time for $ 600.00 ({plan.name})", table.replace(
            "\xa0", " "))
        plan.action_cancel("He wants none")
        reminder.invalidate_recordset()
        self.assertFalse(reminder.changes_table or reminder.offer_warning)

    def test_drafts_and_other_customers_offers_are_nothing_to_say(self):
        self.invoice(self.other, 90)
        self.debtor(self.other)
        self.offer(self.other)
        self.env["cobranza.plan"].propose(self.partner.id, {"count": 2})
        reminders = self.propose()
        mine = reminders.filtered(lambda one: one.partner_id == self.partner)
        self.assertFalse(mine.offer_warning)
        self.assertTrue((reminders - mine).offer_warning)
        self.assertIs(mine.action_approve(), True)

    def test_where_the_policy_says_so_it_waits_for_the_signature(self):
        self.policy.plan_offer_action = "hold"
        reminder = self.approved()
        plan = self.offer()
        reminder.action_send()
        self.assertEqual(reminder.state, "approved")
        self.assertIn(plan.name, reminder.waits_for)
        self.assertTrue(reminder.not_before)
        with self.at(TODAY.replace(day=12)):
            plan.action_cancel("He wants none")
            reminder.action_send()
        self.assertEqual(reminder.state, "sent")

    def test_signed_it_does_not_leave(self):
        self.policy.plan_offer_action = "hold"
        reminder = self.approved()
        self.offer().action_accept()
        reminder.action_send()
        self.assertEqual(reminder.state, "cancelled")
