"""A customer's page: who may see it, how its lines stand, and what it says."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .cases import ReminderCase
from .common import TODAY

IBAN = "ES9121000418450200051332"


class PortalCase(ReminderCase, HttpCase):
    """Reminders that were sent, and visitors of their pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.country_id = cls.env.ref("base.es")
        cls.bank = cls.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": cls.company.partner_id.id}
        )
        cls.visitor = cls.new_user(
            "base.group_portal", name="Visitor", login="visitor", password="visitor-secret"
        )
        cls.visitor.partner_id.parent_id = cls.partner
        cls.stranger = cls.new_user(
            "base.group_portal", name="Stranger", login="stranger", password="stranger-secret"
        )
        cls.stranger.partner_id.parent_id = cls.other

    def sent(self, *amounts, partner=None):
        """A reminder that told invoices of these amounts (100 if none), and these invoices."""
        partner = partner or self.partner
        moves = [self.invoice(partner, amount) for amount in amounts or (100,)]
        reminder = self.remind().filtered(lambda one: one.partner_id == partner)
        return reminder, *moves

    def page(self, reminder, token=None, **options):
        """The answer to a visit of a record's page; with its own token if none is given."""
        token = reminder.access_token if token is None else token
        path = f"{reminder.access_url}{options.pop('part', '')}"
        query = f"?access_token={token}" if token else ""
        return self.url_open(path + query, allow_redirects=False, **options)

    def assertSeen(self, answer):
        self.assertEqual(answer.status_code, 200, answer.text[-3000:])
        self.assertIn("o_cobranza_page", answer.text)

    def assertTurnedAway(self, answer):
        """Told what to do, or led to the visitor's own portal: the same whatever the reason."""
        if not (self.session and self.session.uid):
            self.assertEqual(answer.status_code, 404)
            self.assertIn("o_cobranza_gone", answer.text)
            self.assertNotIn(self.company.name, answer.text)
            return
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/my"), answer.headers["Location"])


@tagged("post_install", "-at_install")
class TestPortalAccess(PortalCase):
    def test_the_link_works_without_login(self):
        reminder, move = self.sent()
        answer = self.page(reminder)
        self.assertSeen(answer)
        self.assertIn(move.name, answer.text)

    def test_wrong_tokens_open_nothing(self):
        reminder, _move = self.sent()
        second, _move = self.sent(partner=self.other)
        self.assertNotEqual(reminder.access_token, second.access_token)
        for token in ("", "wrong", second.access_token, reminder.access_token[:-1]):
            for part in ("", "/pay", "/invoices", f"/invoices/{reminder.line_ids.id}"):
                with self.subTest(token=token, part=part):
                    self.assertTurnedAway(self.page(reminder, token, part=part))
        missing = self.url_open(
            f"/my/reminders/999999999?access_token={reminder.access_token}", allow_redirects=False
        )
        self.assertTurnedAway(missing)

    def test_the_short_address_leads_to_the_page(self):
        reminder, move = self.sent()
        answer = self.url_open(f"/o/{reminder.short_token}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith(reminder.get_portal_url()))
        self.assertIn(move.name, self.url_open(f"/o/{reminder.short_token}").text)

    def test_a_wrong_short_address_opens_nothing(self):
        reminder, _move = self.sent()
        for token in ("x", reminder.short_token[:-1], reminder.short_token.swapcase(), "False"):
            with self.subTest(token=token):
                self.assertTurnedAway(self.url_open(f"/o/{token}", allow_redirects=False))

    def test_no_token_at_all(self):
        """What no database keeps, what can't be compared, what isn't one text."""
        reminder, _move = self.sent()
        addresses = ["/o/%00", f"/o/{reminder.short_token}%00", "/o/%C3%B1", "/o/%FF"]
        for token in ("%00", f"{reminder.access_token}%00", "%C3%B1", "%FF"):
            for part in ("", "/pay", "/invoices"):
                addresses.append(f"{reminder.access_url}{part}?access_token={token}")
        for address in addresses:
            with self.subTest(address):
                self.assertTurnedAway(self.url_open(address, allow_redirects=False))

    def test_the_short_address_of_what_was_not_sent(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        answer = self.url_open(f"/o/{reminder.short_token}", allow_redirects=False)
        self.assertTurnedAway(
            self.url_open(answer.headers["Location"], allow_redirects=False)
        )

    def test_what_was_not_sent_is_not_there(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        self.assertTrue(reminder.access_token)
        self.authenticate("visitor", "visitor-secret")
        self.assertTurnedAway(self.page(reminder))
        reminder.action_approve()
        self.assertTurnedAway(self.page(reminder))
        reminder.action_cancel("A mistake")
        self.assertTurnedAway(self.page(reminder))

    def test_portal_users_find_their_own_companys(self):
        reminder, _move = self.sent()
        second, _move = self.sent(partner=self.other)
        self.authenticate("visitor", "visitor-secret")
        self.assertSeen(self.page(reminder, ""))
        self.assertTurnedAway(self.page(second, ""))
        listed = self.url_open("/my/reminders").text
        self.assertIn(f"/my/reminders/{reminder.id}", listed)
        self.assertNotIn(f"/my/reminders/{second.id}", listed)
        self.assertIn("reminder_count", self.url_open("/my/home").text)
        count = self.make_jsonrpc_request("/my/counters", {"counters": ["reminder_count"]})
        self.assertEqual(count, {"reminder_count": 1})
        self.authenticate("stranger", "stranger-secret")
        self.assertTurnedAway(self.page(reminder, ""))
        # with the link, he is whoever was given the link
        self.assertSeen(self.page(reminder))

    def test_only_of_the_companies_he_deals_with(self):
        reminder, _move = self.sent()
        elsewhere = self.new_company()
        self.visitor.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        self.authenticate("visitor", "visitor-secret")
        self.assertTurnedAway(self.page(reminder, ""))
        self.assertNotIn(f"/my/reminders/{reminder.id}", self.url_open("/my/reminders").text)

    def test_an_empty_list_says_so(self):
        self.authenticate("visitor", "visitor-secret")
        self.assertIn("We have not sent you any reminder", self.url_open("/my/reminders").text)

    def test_a_list_longer_than_a_page(self):
        with self.at(TODAY - timedelta(days=1)):
            partners = [self.new_partner(f"Site {number}") for number in range(2)]
        self.invoice(partners[0], 10)
        first = self.remind()
        for _number in range(81):
            first._gated().copy({"line_ids": False, "state": "sent"})
        self.visitor.partner_id.parent_id = partners[0]
        self.authenticate("visitor", "visitor-secret")
        self.assertIn("/my/reminders/page/2", self.url_open("/my/reminders").text)
        self.assertEqual(self.url_open("/my/reminders/page/2").status_code, 200)

    def test_customers_have_no_rights_on_our_models(self):
        reminder, _move = self.sent()
        for user in (self.visitor, self.env.ref("base.public_user")):
            for model in ("cobranza.reminder", "cobranza.reminder.line", "cobranza.interaction"):
                self.assertFalse(self.env[model].with_user(user).has_access("read"), model)
            with self.assertRaises(AccessError):
                reminder.with_user(user).check_access("read")

    def test_the_back_office_looks_at_it_any_time(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        self.assertEqual(
            reminder.action_customer_page(),
            {"type": "ir.actions.act_url", "url": reminder.access_url, "target": "new"},
        )
        self.new_collector(name="Carla", login="carla", password="carla-secret")
        self.authenticate("carla", "carla-secret")
        answer = self.page(reminder, "")
        self.assertSeen(answer)
        self.assertIn("Preview: the customer finds this page", answer.text)
        self.new_user("base.group_user", name="Clerk", login="clerk", password="clerk-secret")
        self.authenticate("clerk", "clerk-secret")
        self.assertTurnedAway(self.page(reminder, ""))

    def test_nobody_chooses_a_token(self):
        reminder, _move = self.sent()
        with self.assertRefused("can't be set by hand", AccessError):
            reminder.access_token = "known"
        with self.assertRefused("can't be set by hand", AccessError):
            reminder.portal_opened_at = "2026-01-01"

    def test_a_reminder_from_before_the_portal_gets_a_token(self):
        reminder, _move = self.sent()
        reminder._gated().access_token = False
        self.assertIn("access_token=", reminder.get_portal_url())
        self.assertTrue(reminder.access_token)

    def test_the_first_visit_is_noted_once(self):
        reminder, _move = self.sent()
        route = f"/my/reminders/{reminder.id}/opened"
        ask = {"access_token": "wrong"}
        self.assertFalse(self.make_jsonrpc_request(route, ask))
        self.assertFalse(reminder.portal_opened_at)
        ask = {"access_token": reminder.access_token}
        self.assertTrue(self.make_jsonrpc_request(route, ask))
        opened = reminder.portal_opened_at
        self.assertTrue(opened)
        with self.at(TODAY + timedelta(days=3)):
            reminder.sudo()._portal_note_opened()
        self.assertEqual(reminder.portal_opened_at, opened)
        self.assertEqual(self.log(reminder).count("The customer opened the page"), 1)

    def test_our_own_visits_are_not_the_customers(self):
        reminder, _move = self.sent()
        self.new_collector(name="Carla", login="carla", password="carla-secret")
        self.authenticate("carla", "carla-secret")
        ask = {"access_token": reminder.access_token}
        self.assertFalse(self.make_jsonrpc_request(f"/my/reminders/{reminder.id}/opened", ask))
        self.assertFalse(reminder.portal_opened_at)

    def test_a_language_that_is_gone_falls_back(self):
        reminder, _move = self.sent()
        reminder._gated().lang = "eo_XX"
        self.assertSeen(self.page(reminder))
