"""Links that customers were sent are taken back."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_portal_account import AccountCase


@tagged("post_install", "-at_install")
class TestRenewedLinks(AccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("cobranza_dunning.group_manager", name="Marta Manager")

    def planned(self, debtor):
        """An offered plan of the customer."""
        plans = self.env["cobranza.plan"]
        made = plans.propose(debtor.partner_id.id, {"count": 3, "first": "2026-04-10"})
        plan = plans.browse(made["plan_id"])
        plan.action_offer()
        return plan

    def test_what_was_sent_opens_nothing_any_more(self):
        reminder, move = self.sent()
        other, _move = self.sent(partner=self.other)
        debtor = self.account()
        plan = self.planned(debtor)
        short = f"/o/{reminder.short_token}"
        sent = [(one, one.access_token) for one in (debtor, reminder, plan)]
        for record, token in sent:
            self.assertEqual(self.page(record, token).status_code, 200)
        debtor.with_user(self.manager).action_renew_links()
        for record, token in sent:
            for known in (token, "", "False"):
                self.assertTurnedAway(self.page(record, known))
        self.assertTurnedAway(self.url_open(short, allow_redirects=False))
        self.assertTurnedAway(self.url_open("/o/False", allow_redirects=False))
        self.assertSeen(self.page(other))
        self.assertIn("links of this customer's pages were renewed", debtor.message_ids[0].body)
        self.assertEqual(debtor.message_ids[0].author_id, self.manager.partner_id)
        # what is sent next has links that open
        for record, token in sent:
            link = record.get_portal_url()
            self.assertNotIn(token, link)
            self.assertIn(move.name, self.url_open(link).text)
        again = reminder._short_address().removeprefix(reminder.get_base_url())
        self.assertNotEqual(again, short)
        self.assertIn(move.name, self.url_open(again).text)

    def test_what_waits_to_be_sent_keeps_the_link_in_its_text(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.action_approve()
        token, short = reminder.access_token, reminder.short_token
        reminder.debtor_id.with_user(self.manager).action_renew_links()
        self.assertEqual((reminder.access_token, reminder.short_token), (token, short))

    def test_a_managers_alone(self):
        debtor, _move = self.owing()
        token = debtor.access_token
        with self.assertRaisesRegex(AccessError, "Only collections managers may renew"):
            debtor.with_user(self.new_collector()).action_renew_links()
        self.assertEqual(debtor.access_token, token)
        elsewhere = self.new_company()
        stranger = self.new_user("cobranza_dunning.group_manager", companies=elsewhere)
        with self.assertRaises(AccessError):
            debtor.with_user(stranger).with_company(elsewhere).action_renew_links()
