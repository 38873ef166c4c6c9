"""The page of a whole account: who may see it, how it stands, and paying from it."""

from datetime import timedelta
from uuid import uuid4

from lxml import html
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, days_ago
from .test_portal import PortalCase


class AccountCase(PortalCase):
    """A customer with something due, something not due yet, and the page of his account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("cobranza_dunning.dispute_reason_price")

    def account(self, partner=None):
        """The account of a customer, with the link of its page."""
        debtor = self.debtor(partner)
        debtor.sudo()._portal_ensure_token()
        return debtor

    def owing(self, *amounts, partner=None):
        """A customer's account with overdue invoices of these amounts, and the invoices."""
        partner = partner or self.partner
        moves = [self.invoice(partner, amount) for amount in amounts or (100,)]
        return self.account(partner), *moves

    def form(self, record, kind, **values):
        """What the form of this kind would send from the page, filled in with `values`."""
        tree = html.fromstring(self.page(record).text)
        form = tree.xpath(f"//details[@id='{kind}']//form")[-1]
        hidden = form.xpath(".//input[@type='hidden']")
        return {one.get("name"): one.get("value") for one in hidden} | values

    def send(self, record, data, files=None):
        """Send a form; returns the answer, not followed."""
        answer = self.url_open(
            f"{record.access_url}/answer", data=data, files=files, allow_redirects=False,
            method="POST",
        )  # fmt: skip
        self.env.invalidate_all()
        return answer

    def told(self, record):
        """What was written down of what this customer sent from his pages."""
        return self.env["cobranza.interaction"].search(
            [("debtor_id", "=", record.id), ("channel", "=", "portal")], order="id"
        )

    def assertTaken(self, answer, kind):
        self.assertEqual(answer.status_code, 303, answer.text[:2000])
        self.assertIn(f"thanks={kind}", answer.headers["Location"])
        self.assertIn("Thank you.", self.url_open(answer.headers["Location"]).text)

    def assertNotTaken(self, answer, problem):
        self.assertEqual(answer.status_code, 422)
        self.assertIn(problem, " ".join(html.fromstring(answer.text).text_content().split()))


@tagged("post_install", "-at_install")
class TestAccountAccess(AccountCase):
    def test_the_link_works_without_login(self):
        debtor, move = self.owing()
        answer = self.page(debtor)
        self.assertSeen(answer)
        self.assertIn(move.name, answer.text)

    def test_wrong_tokens_open_nothing(self):
        debtor, move = self.owing()
        other, _move = self.owing(partner=self.other)
        line = self.due(move)
        parts = ("", "/pay", "/invoices", f"/invoices/{line.id}")
        for token in ("", "wrong", "ñandú", "False", other.access_token, debtor.access_token[:-1]):
            for part in parts:
                with self.subTest(token=token, part=part):
                    self.assertTurnedAway(self.page(debtor, token, part=part))
        missing = self.url_open(
            f"/my/account-balance/999999999?access_token={debtor.access_token}",
            allow_redirects=False,
        )
        self.assertTurnedAway(missing)

    def test_without_a_link_yet_nobody_gets_in(self):
        self.owing()
        debtor = self.debtor()
        debtor._gated().access_token = False
        for token in ("", "False", "None", "0"):
            self.assertTurnedAway(self.page(debtor, token))

    def test_a_reminders_link_is_not_the_accounts_and_leads_there(self):
        reminder, _move = self.sent()
        debtor = self.account()
        self.assertTurnedAway(self.page(debtor, reminder.access_token))
        self.assertTurnedAway(self.page(reminder, debtor.access_token))
        tree = html.fromstring(self.page(reminder).text)
        [link] = tree.xpath("//a[normalize-space()='Your whole account']/@href")
        self.assertSeen(self.url_open(link))

    def test_parameters_do_not_choose_the_account(self):
        """The path does: neither a query nor a form's field names another one."""
        debtor, move = self.owing()
        other, secret = self.owing(300, partner=self.other)
        answer = self.url_open(
            f"{debtor.access_url}?access_token={debtor.access_token}&page_id={other.id}"
            f"&page=reminders&debtor_id={other.id}&record={other.id}"
        )
        self.assertIn(move.name, answer.text)
        self.assertNotIn(secret.name, answer.text)
        data = self.form(debtor, "other", text="Hello", page_id=other.id, debtor_id=other.id)
        self.assertTaken(self.send(debtor, data), "other")
        self.assertFalse(self.told(other))

    def test_portal_users_find_their_own(self):
        debtor, _move = self.owing()
        other, _move = self.owing(partner=self.other)
        self.authenticate("visitor", "visitor-secret")
        self.assertSeen(self.page(debtor, ""))
        self.assertTurnedAway(self.page(other, ""))
        for part in ("/pay", "/invoices"):
            self.assertTurnedAway(self.page(other, "", part=part))
        answer = self.send(other, self.form(debtor, "other", text="x", access_token=""))
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/my"))
        self.assertFalse(self.told(other))

    def test_the_portals_home_has_one_entry_per_company(self):
        debtor, _move = self.owing()
        self.owing(partner=self.other)
        elsewhere = self.new_company("Elsewhere")
        self.invoice(self.partner, 70, company=elsewhere)
        theirs = self.debtor(company=elsewhere)
        self.authenticate("visitor", "visitor-secret")
        self.assertEqual(self.entries(), [debtor.access_url])
        self.visitor.write({"company_ids": [Command.link(elsewhere.id)]})
        self.assertCountEqual(self.entries(), [debtor.access_url, theirs.access_url])
        self.assertSeen(self.page(theirs, ""))
        self.authenticate("stranger", "stranger-secret")
        self.assertNotIn(debtor.access_url, self.entries())

    def entries(self):
        """The accounts that the portal's home leads to."""
        tree = html.fromstring(self.url_open("/my/home").text)
        return tree.xpath("//a[starts-with(@href, '/my/account-balance/')]/@href")

    def test_only_of_the_companies_he_deals_with(self):
        debtor, _move = self.owing()
        elsewhere = self.new_company()
        self.visitor.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        self.authenticate("visitor", "visitor-secret")
        self.assertTurnedAway(self.page(debtor, ""))

    def test_customers_have_no_rights_on_our_models(self):
        debtor, _move = self.owing()
        models = (
            "cobranza.debtor", "cobranza.promise", "cobranza.dispute", "cobranza.plan",
            "cobranza.dispute.reason", "cobranza.interaction",
        )  # fmt: skip
        for user in (self.visitor, self.env.ref("base.public_user")):
            for model in models:
                self.assertFalse(self.env[model].with_user(user).has_access("read"), model)
            with self.assertRaises(AccessError):
                self.env["cobranza.promise"].with_user(user).promise(self.partner.id, 1, TODAY)
            with self.assertRaises(AccessError):
                self.env["cobranza.plan"].with_user(user).propose(self.partner.id, {"count": 2})
            with self.assertRaises(AccessError):
                debtor.with_user(user).check_access("read")

    def test_the_back_office_looks_at_it(self):
        debtor, _move = self.owing()
        self.assertEqual(debtor.action_customer_page()["url"], debtor.access_url)
        self.new_collector(name="Carla", login="carla", password="carla-secret")
        self.authenticate("carla", "carla-secret")
        answer = self.page(debtor, "")
        self.assertSeen(answer)
        self.assertIn("as the customer sees it", answer.text)
        data = self.form(debtor, "promise", amount="100", date=str(TODAY))
        self.assertNotTaken(self.send(debtor, data), "only the customer can send")
        self.assertFalse(debtor.promise_ids)
        self.new_user("base.group_user", name="Clerk", login="clerk", password="clerk-secret")
        self.authenticate("clerk", "clerk-secret")
        self.assertTurnedAway(self.page(debtor, ""))

    def test_nobody_chooses_a_token(self):
        debtor, _move = self.owing()
        with self.assertRefused("can't be set by hand", AccessError):
            debtor.access_token = "known"

    def test_the_chatter_is_the_offices(self):
        debtor, _move = self.owing()
        found = self.env["cobranza.debtor"].with_user(
            self.env.ref("base.public_user")
        )._get_thread_with_access(debtor.id, token=debtor.access_token)
        self.assertFalse(found)


@tagged("post_install", "-at_install")
class TestAccountStanding(AccountCase):
    def totals(self, debtor):
        """{currency: what isn't nothing of its totals}."""
        self.env.flush_all()
        sudo = debtor.sudo()
        return {
            one["currency"].name: {
                name: amount for name, amount in one.items() if amount and name != "currency"
            }
            for one in sudo._portal_totals(sudo._portal_lines())
        }

    def test_the_whole_position_by_currency(self):
        """Each part of what is open is shown once, whatever holds it back."""
        euro = self.new_currency("EUR", 0.5)
        debtor, _due, disputed, promised, blocked, planned, arriving = self.owing(
            100, 200, 300, 400, 500, 600
        )
        self.invoice(self.partner, 70, due=TODAY + timedelta(days=10))
        self.invoice(self.partner, 30, due=TODAY)
        self.invoice(self.partner, 80, currency=euro)
        self.env["cobranza.dispute"].raise_dispute(self.due(disputed).id, 150, "price")
        self.env["cobranza.promise"].promise(
            self.partner.id, 300, TODAY, line_ids=self.due(promised).ids
        )
        self.pause(move=blocked)
        plan = self.env["cobranza.plan"].propose(
            self.partner.id, {"lines": self.due(planned).ids, "count": 2}
        )
        self.env["cobranza.plan"].browse(plan["plan_id"]).action_accept()
        self.payment_in_process(arriving, 590)
        self.assertEqual(
            self.totals(debtor),
            {
                # due: 100, what isn't disputed of 200, what isn't arriving of 600, due today
                "USD": {
                    "to_pay": 100 + 50 + 10 + 30, "later": 70, "disputed": 150, "promised": 300,
                    "paused": 400, "planned": 500, "arriving": 590,
                },
                "EUR": {"to_pay": 80},
            },
        )  # fmt: skip
        text = " ".join(html.fromstring(self.page(debtor).text).text_content().split())
        for part in (
            "To pay", "$ 190.00", "80.00 EUR", "Not due yet $ 70.00",
            "Promised $ 300.00", "Paid by agreement $ 500.00", "looked into $ 150.00",
            "We are looking into it $ 400.00", "Payment on its way $ 590.00",
        ):  # fmt: skip
            self.assertIn(part, text)

    def test_credits(self):
        debtor, _move = self.owing(100)
        self.credit_note(self.partner, 130)
        self.assertEqual(self.totals(debtor), {"USD": {"credit": 100, "left": 30}})
        self.assertIn("Your credit", self.page(debtor).text)

    def test_only_a_credit(self):
        self.credit_note(self.partner, 130)
        debtor = self.account()
        self.assertEqual(self.totals(debtor), {"USD": {"left": 130}})
        text = self.page(debtor).text
        self.assertIn("Everything is settled", text)
        self.assertNotIn('id="promise"', text)
        self.assertNotIn('id="dispute"', text)

    def test_nothing_at_all(self):
        debtor, move = self.owing()
        self.pay(move)
        text = self.page(debtor).text
        self.assertIn("Everything is settled", text)
        self.assertNotIn(move.name, text)

    def test_what_lines_are_called(self):
        """The customer's own reference, or what is on the invoice; debts without one too."""
        self.invoice(self.partner, 10, ref="PO 4711")
        self.invoice(self.partner, 20)
        debt = self.journal_debt(self.partner, 30)
        self.due(debt).name = "Balance of 2025"
        # such an entry may be about other customers as well
        debt.ref = "Balances, also of Secret Ltd"
        (debt.line_ids - self.due(debt)).name = "Loan of Secret Ltd"
        debtor = self.account()
        lines = {(one.name, one.concept) for one in debtor.sudo()._portal_lines()}
        self.assertIn("PO 4711", {concept for _name, concept in lines})
        self.assertIn("Delivery", {concept for _name, concept in lines})
        self.assertIn(("Balance of 2025", ""), lines)
        answer = self.page(debtor)
        self.assertSeen(answer)
        self.assertNotIn("Secret", answer.text)

    def test_somebody_elses_invoice_is_not_shown(self):
        """A receivable that was booked to him by hand: whose invoice it is isn't his to know."""
        debtor, _move = self.owing()
        secret = self.invoice(self.other, 300)
        self.env.cr.execute(
            "UPDATE account_move_line SET partner_id = %s WHERE id = %s",
            [self.partner.id, self.due(secret).id],
        )
        self.env.invalidate_all()
        self.assertNotIn(secret.name, self.page(debtor).text)
        answer = self.page(debtor, part=f"/invoices/{self.due(secret).id}")
        self.assertEqual(answer.status_code, 404)
        data = self.form(debtor, "promise", amount="400", date=str(TODAY))
        self.assertNotTaken(self.send(debtor, data), "No more than")
        answer = self.env["cobranza.plan"].negotiate(self.partner.id, {"count": 2})
        self.assertEqual(answer["amount"], 100)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.partner.lang = "es_ES"
        debtor, _move = self.owing()
        text = self.page(debtor).text
        self.assertIn('lang="es-ES"', text)
        self.assertIn("100,00", text)

    def test_queries_do_not_grow_with_the_lines(self):
        one, _move = self.owing()
        many, *_moves = self.owing(*range(1, 21), partner=self.other)

        def queries(debtor):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            debtor.sudo()._portal_values()
            return self.env.cr.sql_log_count - before

        queries(one)
        self.assertLessEqual(queries(many), queries(one) + 3)

    def test_its_invoices_are_downloaded_and_no_others(self):
        debtor, _move = self.owing()
        _other, secret = self.owing(300, partner=self.other)
        self.assertEqual(self.page(debtor, part="/invoices").status_code, 200)
        for line in (self.due(secret).id, 999999999):
            self.assertEqual(self.page(debtor, part=f"/invoices/{line}").status_code, 404)

    def test_paying_what_is_due(self):
        """Not what isn't due yet, unless he chooses it; never another one's."""
        debtor, move = self.owing(100)
        later = self.invoice(self.partner, 70, due=TODAY + timedelta(days=10))
        _other, secret = self.owing(300, partner=self.other)
        usd = self.company.currency_id.id
        for part, expected in (
            (f"currency_id={usd}", "$\xa0100.00"),
            (f"line_id={self.due(move).id}", "$\xa0100.00"),
            (f"line_id={self.due(later).id}", "$\xa070.00"),
        ):
            answer = self.url_open(
                f"{debtor.access_url}/pay?access_token={debtor.access_token}&{part}"
            )
            self.assertIn(f'o_cobranza_total">{expected}<', answer.text)
        for line in (self.due(secret).id, 999999999):
            answer = self.url_open(
                f"{debtor.access_url}/pay?access_token={debtor.access_token}&line_id={line}",
                allow_redirects=False,
            )
            self.assertEqual(answer.status_code, 303)
            params = {"access_token": debtor.access_token, "amount": 300}
            with mute_logger("odoo.http"):
                refused = self.url_open(
                    f"{debtor.access_url}/transaction/line/{line}", json={"params": params}
                ).json()
            self.assertIn("nothing left to pay", refused["error"]["data"]["message"])
            params["access_token"] = str(uuid4())
            with mute_logger("odoo.http"):
                refused = self.url_open(
                    f"{debtor.access_url}/transaction/line/{line}", json={"params": params}
                ).json()
            self.assertIn("token is invalid", refused["error"]["data"]["message"])

    def test_transfers_are_for_what_is_due(self):
        debtor, _move = self.owing(100)
        self.invoice(self.partner, 70, due=TODAY + timedelta(days=10))
        sudo = debtor.sudo()
        [transfer] = sudo._portal_transfers(sudo._portal_lines())
        self.assertEqual(transfer["amount"], 100)


@tagged("post_install", "-at_install")
class TestAccountAnswers(AccountCase):
    def test_what_can_be_told_from_every_page(self):
        debtor, move = self.owing()
        for kind, values in (
            ("already_paid", {"paid_on": "2026-03-05"}),
            ("call_back", {"phone": "+34 600 123 456"}),
            ("not_received", {"line_ids": str(self.due(move).id)}),
            ("other", {"text": "We wait for an approval"}),
        ):
            with self.subTest(kind=kind):
                self.assertTaken(self.send(debtor, self.form(debtor, kind, **values)), kind)
                self.assertIn(kind, self.told(debtor).mapped("kind"))
        self.assertTrue(debtor.answer_waiting)

    def test_several_invoices_that_did_not_arrive(self):
        """They are sent again, and with the last of them the answer is handled."""
        debtor, first, second, other = self.owing(100, 50, 70)
        chosen = [str(self.due(move).id) for move in (first, second)]
        data = self.form(debtor, "not_received", line_ids=chosen)
        self.assertTaken(self.send(debtor, data), "not_received")
        answer = self.told(debtor)
        self.assertEqual(answer._concerned_moves(), first | second)
        self.assertFalse(answer.waiting)
        self.assertFalse(other.cobranza_resent_date)

    def test_nobody_floods_a_collector(self):
        debtor, _move = self.owing()
        for number in range(20):
            debtor.sudo()._portal_take_answer(str(uuid4()), "other", summary=f"Message {number}")
        data = self.form(debtor, "promise", amount="100", date=str(TODAY))
        self.assertNotTaken(self.send(debtor, data), "please call us instead")
        self.assertFalse(debtor.promise_ids)

    def test_a_form_of_another_kind_of_page(self):
        """A reminder's page takes no promise; an account's takes what it shows."""
        reminder, _move = self.sent()
        debtor = self.account()
        data = self.form(debtor, "promise", amount="100", date=str(TODAY))
        data |= {"access_token": reminder.access_token}
        self.assertNotTaken(self.send(reminder, data), "reload the page")
        self.assertFalse(debtor.promise_ids)

    def test_a_form_from_another_site_is_refused(self):
        debtor, _move = self.owing()
        data = self.form(debtor, "promise", amount="100", date=str(TODAY), csrf_token="forged")
        self.assertEqual(self.send(debtor, data).status_code, 400)
        self.assertFalse(debtor.promise_ids)

    def test_days_in_the_past(self):
        debtor, _move = self.owing()
        data = self.form(debtor, "promise", amount="10", date=str(days_ago(1)))
        self.assertNotTaken(self.send(debtor, data), "has passed")
