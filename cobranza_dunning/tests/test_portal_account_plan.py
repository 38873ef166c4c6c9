"""How a customer gets more time, or a plan, on the page of his account."""

from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from lxml import html
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, days_ago
from .test_portal_account import AccountCase
from .test_portal_account_agreements import IN_TEN_DAYS


@tagged("post_install", "-at_install")
class TestAccountPlan(AccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"plan_minimum_installment": 100, "plan_maximum_months": 6})

    def ask(self, debtor, **values):
        """The page's answer to an offer, as (answer, tree)."""
        answer = self.send(debtor, self.form(debtor, "pay_later", **values))
        return answer, html.fromstring(answer.text)

    def offers(self, tree):
        """What can be agreed on: {text of the button: what it sends}."""
        return {
            " ".join(form.xpath(".//button")[0].text_content().split()): {
                one.get("name"): one.get("value")
                for one in form.xpath(".//input[@type='hidden']")
            }
            for form in tree.xpath("//form[contains(@class, 'o_cobranza_offer')]")
        }

    def words(self, tree):
        return " ".join(tree.xpath("//*[@id='talk']")[0].text_content().split())

    def test_who_can_not_pay_now_is_offered_more_time_first(self):
        debtor, _move = self.owing(600)
        answer, tree = self.ask(debtor, how="now_nothing")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("More time comes first", self.words(tree))
        offers = self.offers(tree)
        self.assertEqual(next(iter(offers)).replace("\xa0", " "), "$ 600.00 on 04/09/2026")
        # nothing is written by asking
        self.assertFalse(debtor.plan_ids | debtor.plan_ids.line_ids.plan_id)
        self.assertFalse(self.told(debtor))

    def test_a_counter_offer_agreed_on_and_signed(self):
        """Too small an installment; one of the answers suits him, and he signs it."""
        self.policy.plan_automatic = True
        debtor, move = self.owing(600)
        answer, tree = self.ask(debtor, how="parts", count="12", period="month")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("The installments are too small", self.words(tree))
        label, chosen = next(
            (label, data) for label, data in self.offers(tree).items() if "monthly" in label
        )
        self.assertEqual(label.replace("\xa0", " "), "6 monthly installments of $ 100.00")
        answer = self.send(debtor, chosen)
        self.assertEqual(answer.status_code, 303)
        plan = debtor.plan_ids
        self.assertEqual((plan.state, plan.origin, plan.amount), ("offered", "portal", 600))
        self.assertEqual(plan.line_ids.move_id, move)
        page = self.url_open(answer.headers["Location"])
        self.assertIn("portal.signature_form", page.text)
        self.assertIn("Your whole account", page.text)
        text = self.page(debtor).text
        self.assertIn("To be signed", text)
        self.assertIn("Read and sign", text)
        plan.sudo()._sign(
            "Ana",
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5"
            "ErkJggg==",
        )
        self.assertEqual(plan.state, "active")
        text = " ".join(html.fromstring(self.page(debtor).text).text_content().split())
        self.assertIn("In force", text)
        self.assertIn("Paid by agreement $ 600.00", text)
        self.assertDecision(move, "wait", "paused_until", amount=0)

    def test_what_can_be_agreed_on_is_shown_before_he_agrees(self):
        self.company.sudo().cobranza_user_id = self.new_collector(name="Carla")
        debtor, _move = self.owing(600)
        _answer, tree = self.ask(debtor, how="parts", count="3", period="month", down_payment="300")
        self.assertIn("This can be agreed on.", self.words(tree))
        self.assertIn("$ 300.00", self.words(tree))
        [(label, data)] = self.offers(tree).items()
        self.assertEqual(label, "Propose it like this")
        answer = self.send(debtor, data)
        plan = debtor.plan_ids
        self.assertEqual((plan.state, plan.origin), ("draft", "portal"))
        self.assertEqual(len(plan.installment_ids), 4)
        self.assertIn("proposes", debtor.activity_ids.summary)
        page = self.url_open(answer.headers["Location"]).text
        self.assertIn("We are looking at your proposal", page)
        self.assertIn("We are looking at it", self.page(debtor).text)
        # sent twice, it is one proposal, and a second one finds nothing left
        self.assertEqual(self.send(debtor, data).status_code, 303)
        self.assertEqual(debtor.plan_ids, plan)
        _answer, tree = self.ask(debtor, how="parts", count="2")
        self.assertIn("nothing to pay later", self.words(tree))

    def test_a_later_day(self):
        debtor, _move = self.owing(600)
        answer, tree = self.ask(debtor, how="day", until=str(TODAY + timedelta(days=60)))
        self.assertIn("The new day is too late", self.words(tree))
        self.assertTrue(self.offers(tree))
        answer, tree = self.ask(debtor, how="day", until=str(IN_TEN_DAYS))
        self.assertIn("This can be agreed on.", self.words(tree))
        self.assertEqual(answer.status_code, 200)

    def test_a_plan_that_begins_later_than_a_later_day(self):
        """A date in the form is no way past the longest extension."""
        self.policy.plan_automatic = True
        debtor, _move = self.owing(600)
        late = {"how": "parts", "count": "2", "first": str(TODAY + timedelta(days=153))}
        _answer, tree = self.ask(debtor, agreed="1", **late)
        self.assertIn("The first installment is too late", self.words(tree))
        self.assertTrue(self.offers(tree))
        self.assertFalse(debtor.plan_ids)

    def test_more_time_again_is_a_persons_decision(self):
        """The policy accepts by itself, and yet nobody pauses himself for ever."""
        self.policy.plan_automatic = True
        debtor, _move = self.owing(600)
        _answer, tree = self.ask(debtor, how="day", until=str(IN_TEN_DAYS))
        self.send(debtor, next(iter(self.offers(tree).values())))
        first = debtor.plan_ids
        self.assertEqual(first.state, "offered")
        first.action_accept()
        with self.at(TODAY + timedelta(days=30)):
            first._evaluate(self.company, debtor)
            self.assertEqual(first.state, "broken")
            sudo = debtor.sudo()
            offer = {"currency": "USD", "until": str(TODAY + timedelta(days=40))}
            self.assertEqual(sudo._portal_negotiate(offer)["decision"], "propose")
            plan, _answer = sudo._portal_propose(str(uuid4()), offer)
            self.assertEqual(plan.state, "draft")

    def test_an_offer_of_his_own_that_he_left_unsigned(self):
        """What he offers next is a person's decision: nobody holds his reminders for ever."""
        self.policy.plan_automatic = True
        debtor, _move = self.owing(600)
        sudo = debtor.sudo()
        first, _answer = sudo._portal_propose(str(uuid4()), {"currency": "USD", "count": 3})
        self.assertEqual(first.state, "offered")
        day = first._ordered()[0].date_due + timedelta(days=1)
        with self.at(day):
            self.env["cobranza.plan"]._evaluate(self.company)
            self.assertEqual((first.state, first.left_unsigned), ("cancelled", True))
            for offer in ({"count": 3}, {"until": str(day + timedelta(days=10))}):
                offer["currency"] = "USD"
                self.assertEqual(sudo._portal_negotiate(offer)["decision"], "propose")
            ours = self.env["cobranza.plan"].negotiate(self.partner.id, {"count": 3}, "manual")
            self.assertEqual(ours["decision"], "accept")
            second, _answer = sudo._portal_propose(str(uuid4()), {"currency": "USD", "count": 3})
            self.assertEqual(second.state, "draft")
            # one that he signs ends it
            second.action_offer()
            second.action_accept()
            self.invoice(self.partner, 300)
            self.env.cr.flush()
            again = {"currency": "USD", "count": 3}
            self.assertEqual(sudo._portal_negotiate(again)["decision"], "accept")

    def test_one_that_we_took_back(self):
        """He didn't leave it unsigned: the policy accepts his next one by itself."""
        self.policy.plan_automatic = True
        debtor, _move = self.owing(600)
        sudo, offer = debtor.sudo(), {"currency": "USD", "count": 3}
        first, _answer = sudo._portal_propose(str(uuid4()), offer)
        first.action_cancel("A mistake of ours")
        self.assertEqual(sudo._portal_negotiate(offer)["decision"], "accept")

    def test_a_plan_soon_after_a_broken_one(self):
        debtor, _move = self.owing(600)
        made = self.env["cobranza.plan"].propose(self.partner.id, {"count": 2})
        plan = self.env["cobranza.plan"].browse(made["plan_id"])
        plan.action_accept()
        with self.at(TODAY + timedelta(days=60)):
            plan._evaluate(self.company, debtor)
            self.assertEqual(plan.state, "broken")
            answer, tree = self.ask(debtor, how="parts", count="3")
            self.assertIn("The last plan was not kept", self.words(tree))
            self.assertIn("#call_back", answer.text)

    def test_an_offer_that_has_become_impossible(self):
        """What he agrees to is held against the floor again."""
        debtor, move = self.owing(600)
        _answer, tree = self.ask(debtor, how="parts", count="6")
        [data] = self.offers(tree).values()
        self.pay(move, 300)
        answer = self.send(debtor, data)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("The installments are too small", self.words(html.fromstring(answer.text)))
        self.assertFalse(debtor.plan_ids)
        self.assertFalse(self.told(debtor))

    def test_what_is_refused(self):
        debtor, _move = self.owing(600)
        for values, problem in (
            ({"how": ""}, "Choose how"),
            ({"how": "__class__"}, "Choose how"),
            ({"how": "day"}, "Choose the day"),
            ({"how": "day", "until": "soon"}, "year-month-day"),
            ({"how": "day", "until": "2099-01-01"}, "within ten years"),
            ({"how": "day", "until": str(days_ago(3))}, "before today"),
            ({"how": "parts", "count": "0x10"}, "reload the page"),
            ({"how": "parts", "count": "601"}, "from 1 to 600"),
            ({"how": "parts", "count": "9" * 50}, "from 1 to 600"),
            ({"how": "parts", "count": "3", "period": "century"}, "no distance"),
            ({"how": "parts", "count": "3", "down_payment": "x"}, "isn't an amount"),
            ({"how": "parts", "count": "3", "down_payment": "nan"}, "isn't an amount"),
            ({"how": "parts", "count": "3", "down_payment": "-1"}, "isn't an amount"),
            ({"how": "parts", "count": "3", "down_payment": "1e400"}, "isn't an amount"),
            ({"how": "parts", "count": "3", "first": "x"}, "year-month-day"),
            ({"how": "parts", "count": "3", "currency_id": "999999"}, "nothing left"),
        ):
            with self.subTest(values=values):
                answer, _tree = self.ask(debtor, **values)
                self.assertNotTaken(answer, problem)
                answer, _tree = self.ask(debtor, agreed="1", **values)
                self.assertNotTaken(answer, problem)
        self.assertFalse(debtor.plan_ids)

    def test_neither_lines_nor_customer_are_the_forms_to_choose(self):
        debtor, move = self.owing(600)
        other, secret = self.owing(900, partner=self.other)
        answer, _tree = self.ask(
            debtor, how="parts", count="3", agreed="1", lines=str(self.due(secret).id),
            line_ids=str(self.due(secret).id), partner_id=str(self.other.id), manager="1",
            cannot_pay_now="1", each="1",
        )  # fmt: skip
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(debtor.plan_ids.line_ids.move_id, move)
        self.assertFalse(other.plan_ids)
        self.assertNotIn(secret.name, self.page(debtor).text)

    def test_the_agreement_of_another_customer(self):
        """Neither his page nor the account's link opens it."""
        debtor, _move = self.owing(600)
        other, _secret = self.owing(900, partner=self.other)
        made = self.env["cobranza.plan"].propose(self.other.id, {"count": 3})
        plan = self.env["cobranza.plan"].browse(made["plan_id"])
        plan.action_offer()
        self.assertNotIn(plan.name, self.page(debtor).text)
        for token in (debtor.access_token, other.access_token):
            self.assertTurnedAway(self.page(plan, token))

    def test_a_draft_of_ours_is_not_shown(self):
        debtor, _move = self.owing(600)
        made = self.env["cobranza.plan"].propose(self.partner.id, {"count": 3})
        plan = self.env["cobranza.plan"].browse(made["plan_id"])
        self.assertNotIn(plan.name, self.page(debtor).text)
        # and nothing untrue is said of it
        for agreed in ("", "1"):
            answer, tree = self.ask(debtor, how="parts", count="2", agreed=agreed)
            self.assertIn("We are preparing an agreement about this", self.words(tree))
            self.assertNotIn("nothing to pay later", answer.text)
            self.assertNotIn(plan.name, answer.text)
        self.assertFalse(self.told(debtor))
        said = self.env["cobranza.plan"].negotiate(self.partner.id, {"count": 2})
        self.assertEqual(said["reasons"], ["nothing_owed"])
        # he knows what was offered to him, and what he owes besides may be paid later
        plan.action_offer()
        _answer, tree = self.ask(debtor, how="parts", count="2")
        self.assertIn("nothing to pay later", self.words(tree))
        self.invoice(self.partner, 300)
        plan.action_cancel()
        self.env["cobranza.plan"].propose(self.partner.id, {"count": 2})
        self.invoice(self.partner, 200)
        _answer, tree = self.ask(debtor, how="parts", count="2")
        self.assertIn("This can be agreed on.", self.words(tree))

    def test_interest_is_said_before_he_agrees(self):
        self.policy.plan_interest_rate = 10
        debtor, _move = self.owing(600)
        _answer, tree = self.ask(debtor, how="parts", count="3")
        self.assertIn("For paying later, interest of", self.words(tree))

    def test_our_insurance_is_not_his_to_know(self):
        """Neither a promise nor a plan goes past what is insured, and nobody tells him why."""
        debtor, _move = self.owing(600)
        last = TODAY + timedelta(days=3)
        insured = patch.object(
            self.env.registry["cobranza.debtor"], "_insured_until", lambda self, lines: last
        )
        with insured:
            [day] = html.fromstring(self.page(debtor).text).xpath("//*[@id='promise_date']/@max")
            self.assertEqual(day, str(last))
            data = self.form(debtor, "promise", amount="10", date=str(IN_TEN_DAYS))
            answer = self.send(debtor, data)
            self.assertNotTaken(answer, "Choose a day up to 03/13/2026")
            self.assertNotIn("insur", answer.text)
            answer, tree = self.ask(debtor, how="day", until=str(IN_TEN_DAYS))
            self.assertIn("It takes too long", self.words(tree))
            self.assertNotIn("insur", answer.text)
            # a person reads the reason
            said = self.env["cobranza.plan"].negotiate(
                self.partner.id, {"until": str(IN_TEN_DAYS)}
            )
            self.assertIn("insurer", " ".join(said["sentences"]))
            last = TODAY - timedelta(days=1)
            self.assertIn("Please contact us", self.page(debtor).text)

    def test_two_pages_at_once(self):
        """Another page than the one whose proposal was taken: what it is about is gone."""
        debtor, _move = self.owing(600)
        _answer, tree = self.ask(debtor, how="parts", count="3")
        [data] = self.offers(tree).values()
        self.assertEqual(self.send(debtor, data).status_code, 303)
        answer = self.send(debtor, {**data, "nonce": str(uuid4()), "count": "2"})
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(debtor.plan_ids), 1)

    def test_what_is_in_a_plan_is_not_offered_again(self):
        """Lines that are named can't be in two plans; those that aren't are left out."""
        debtor, move = self.owing(600)
        self.env["cobranza.plan"].propose(self.partner.id, {"count": 3})
        second = self.invoice(self.partner, 300)
        answer = self.env["cobranza.plan"].negotiate(self.partner.id, {"count": 3})
        self.assertEqual(answer["amount"], 300)
        with self.assertRaises(UserError):
            self.env["cobranza.plan"].propose(
                self.partner.id, {"count": 3, "lines": (self.due(move) | self.due(second)).ids}
            )
        self.assertEqual(len(debtor.plan_ids), 1)
