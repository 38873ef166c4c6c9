"""The insurer's last day is no working day: nothing is agreed on that would be paid after it."""

from datetime import date
from uuid import uuid4

from lxml import html
from odoo.tests import tagged

from .insurance import InsuranceCase
from .test_cobranza_plan_portal import PNG
from .test_portal_account import AccountCase

FRIDAY, SATURDAY, MONDAY = date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 16)


class InsuredCase(InsuranceCase):
    """An insured invoice of 600 whose maximum extension ends on a Saturday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.mep = 15
        cls.policy.write({"plan_maximum_extension": 365, "plan_automatic": True})

    def setUpBooks(self):
        super().setUpBooks()
        self.limit(1000)
        self.move = self.sale(600, date(2026, 2, 1), date(2026, 2, 27))


@tagged("post_install", "-at_install")
class TestInsuredDays(InsuredCase):
    def propose(self, **offer):
        return self.env["cobranza.plan"].propose(self.partner.id, offer)

    def test_the_counter_offer_can_be_agreed_on(self):
        for asked in (SATURDAY, MONDAY):
            answer = self.propose(until=str(asked))
            self.assertEqual(
                (answer["decision"], answer["reasons"]), ("counter", ["beyond_insurance"])
            )
            counter = answer["counter_offers"][0]
            self.assertEqual(counter["until"], str(FRIDAY))
        plan = self.env["cobranza.plan"].browse(self.propose(until=counter["until"])["plan_id"])
        self.assertEqual(plan.state, "offered")
        plan.action_accept()
        self.assertEqual((plan.state, plan.installment_ids.date_due), ("active", FRIDAY))

    def test_installments(self):
        offer = {"count": 2, "period": "week", "first": "2026-03-12"}
        answer = self.propose(**offer)
        self.assertIn("beyond_insurance", answer["reasons"])
        # one installment on its first day is more time, and offered as that
        self.assertIn("2026-03-12", [one.get("until") for one in answer["counter_offers"]])

    def test_a_pay_day_after_it(self):
        """He asks for tomorrow and pays on the 25th."""
        self.debtor().pay_days = "25"
        answer = self.propose(until="2026-03-11")
        self.assertEqual((answer["decision"], answer["plan_id"]), ("refuse", False))
        self.assertEqual(answer["reasons"], ["beyond_insurance"])

    def test_a_pay_day_after_what_the_policy_allows(self):
        self.move.insured = False
        self.commit()
        self.debtor().pay_days = "25"
        self.policy.plan_maximum_extension = 20  # 30 March
        answer = self.propose(until="2026-03-26")
        self.assertEqual(answer["reasons"], ["extension_too_long"])
        self.assertEqual(answer["counter_offers"][0]["installments"][0]["date_due"], "2026-03-25")


@tagged("post_install", "-at_install")
class TestInsuredDaysOnHisPage(InsuredCase, AccountCase):
    def ask(self, debtor, **values):
        answer = self.send(debtor, self.form(debtor, "pay_later", how="day", **values))
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("insur", answer.text)
        return html.fromstring(answer.text)

    def test_he_agrees_to_the_counter_offer(self):
        """What is offered to him he can take and sign, and he never reads about insurance."""
        debtor = self.account()
        tree = self.ask(debtor, until=str(SATURDAY))
        self.assertIn("It takes too long", tree.xpath("//*[@id='talk']")[0].text_content())
        form = tree.xpath("//form[contains(@class, 'o_cobranza_offer')]")[0]
        hidden = form.xpath(".//input[@type='hidden']")
        answer = self.send(debtor, {one.get("name"): one.get("value") for one in hidden})
        self.assertEqual(answer.status_code, 303, answer.text[-2000:])
        plan = debtor.plan_ids
        self.assertEqual((plan.state, plan.installment_ids.date_due), ("offered", FRIDAY))
        self.sign(plan)
        self.assertEqual(plan.state, "active")

    def test_a_script_that_sends_the_saturday_agrees_on_nothing(self):
        debtor = self.account()
        tree = self.ask(debtor, until=str(SATURDAY), agreed="1", nonce=str(uuid4()))
        self.assertIn("It takes too long", tree.xpath("//*[@id='talk']")[0].text_content())
        self.assertFalse(debtor.plan_ids)

    def test_signed_when_the_insurer_allows_less(self):
        made = self.env["cobranza.plan"].propose(self.partner.id, {"until": str(FRIDAY)})
        plan = self.env["cobranza.plan"].browse(made["plan_id"])
        self.insurance.mep = 13  # until Thursday
        self.commit()
        error = self.sign(plan)["error"]
        self.assertIn("please contact us", error)
        self.assertNotIn("insur", error)
        self.assertEqual(plan.state, "offered")
        # a person reads the reason
        with self.assertRefused("later than the insurer allows"):
            plan.action_accept()

    def sign(self, plan):
        """What the signature form of a plan's page gets for an answer."""
        answer = self.make_jsonrpc_request(
            f"/my/plans/{plan.id}/sign?access_token={plan.access_token}",
            {"name": "Ana", "signature": PNG},
        )
        self.env.invalidate_all()
        return answer
