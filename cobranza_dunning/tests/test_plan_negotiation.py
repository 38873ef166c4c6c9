"""Talking about paying later: amounts, days, and what is answered."""

from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.cobranza_plan_negotiation import KEYS
from .common import days_ago
from .test_cobranza_plan import PlanCase

#: What no offer is made of.
JUNK = (
    None, "", "   ", "nonsense", "a\0b", "🙂" * 3000, -1, 0, 10**12, 1.5, float("nan"),
    float("inf"), True, [], [1, 2], {"a": 1}, "0001-01-01", "9999-12-31", "31/12/2026",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestMoney(PlanCase):
    """Plans in currencies with no, two and three decimals; nothing is lost, nothing converted."""

    def check(self, code, per_unit, owed, parts):
        currency = self.new_currency(code, per_unit)
        move = self.invoice(self.partner, owed, currency=currency)
        plan = self.agreed(count=len(parts), first="2026-04-10")
        self.assertEqual(plan.currency_id, currency)
        self.assertEqual(plan._ordered().mapped("amount"), parts)
        self.assertEqual(plan.amount, owed)
        for part in parts:
            self.pay(move, part, currency=currency)
        self.looked_at(plan)
        self.assertEqual((plan.state, plan.paid_amount), ("fulfilled", owed))

    def test_yen(self):
        self.check("JPY", 150, 100000, [33333, 33333, 33334])

    def test_euro(self):
        self.check("EUR", 0.9, 100, [33.33, 33.33, 33.34])

    def test_dinar(self):
        self.check("KWD", 0.31, 100, [33.333, 33.333, 33.334])

    def test_one_currency_for_each_plan(self):
        euro = self.new_currency("EUR", 0.9)
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 100, currency=euro)
        with self.assertRefused("A plan is in one currency: choose among"):
            self.negotiate(count=2)
        self.assertEqual(self.negotiate(count=2, currency="EUR")["currency"], "EUR")
        # many currencies share a sign: others than the company's are told by their code
        offers = self.negotiate(count=60, currency="EUR")["counter_offers"]
        self.assertIn("8.33\xa0EUR", offers[0]["text"])

    def test_the_smallest_installment_of_a_currency(self):
        """The company's at the rate of the debt, or the currency's own."""
        euro = self.new_currency("EUR", 0.5)
        self.policy.plan_minimum_installment = 50
        self.invoice(self.partner, 100, currency=euro)
        self.assertEqual(self.negotiate(count=4)["decision"], "propose")
        self.assertEqual(self.negotiate(count=5)["reasons"], ["installment_too_small"])
        self.policy.minimum_ids = [
            Command.create({"currency_id": euro.id, "amount": 0, "installment": 40})
        ]
        self.assertEqual(self.negotiate(count=3)["reasons"], ["installment_too_small"])
        self.assertEqual(self.negotiate(count=2)["decision"], "propose")


@tagged("post_install", "-at_install")
class TestDays(PlanCase):
    """Installments fall on days on which the debtor can pay."""

    def setUpBooks(self):
        super().setUpBooks()
        self.policy.plan_maximum_extension = 60

    def days(self, **offer):
        return [one["date_due"] for one in self.negotiate(**offer)["installments"]]

    def test_holidays_and_weekends_where_he_is(self):
        self.invoice(self.partner, 100)
        self.partner.country_id = self.env.ref("base.es")
        self.assertEqual(
            self.days(count=2, first="2026-05-01"), ["2026-05-04", "2026-06-01"]
        )
        self.partner.country_id = self.env.ref("base.kw")
        self.assertEqual(
            self.days(count=2, first="2026-05-01"), ["2026-05-03", "2026-06-01"]
        )

    def test_his_pay_days(self):
        self.invoice(self.partner, 100)
        self.debtor().pay_days = "15"
        # 15 April is a Wednesday, 15 May a Friday, the day after a Monday
        self.assertEqual(
            self.days(count=2, first="2026-04-01"), ["2026-04-15", "2026-05-15"]
        )
        self.assertEqual(self.days(until="2026-03-12"), ["2026-03-16"])

    def test_a_down_payment_is_due_today(self):
        self.invoice(self.partner, 100)
        found = self.negotiate(count=2, down_payment=20)["installments"]
        self.assertEqual(
            found,
            [
                {"date_due": "2026-03-10", "amount": 20},
                {"date_due": "2026-04-10", "amount": 40},
                {"date_due": "2026-05-11", "amount": 40},
            ],
        )


@tagged("post_install", "-at_install")
class TestNegotiation(PlanCase):
    """Below the floor there are counter-offers, and each of them is acceptable."""

    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 1000)
        self.policy.write(
            {
                "plan_minimum_installment": 100,
                "plan_minimum_down_payment": 10,
                "plan_maximum_months": 6,
            }
        )

    def test_down_to_an_agreement(self):
        answer = self.negotiate(count=20)
        self.assertEqual(answer["decision"], "counter")
        self.assertEqual(
            answer["reasons"], ["down_payment_too_small", "installment_too_small", "too_long"]
        )
        self.assertEqual(len(answer["sentences"]), 3)
        texts = [one["text"] for one in answer["counter_offers"]]
        self.assertEqual(
            texts,
            [
                "$\xa0100.00 now and 6 monthly installments of $\xa0150.00",
                "$\xa0400.00 now and 6 monthly installments of $\xa0100.00",
                "$\xa01,000.00 on 04/09/2026",
            ],
        )
        for counter in answer["counter_offers"]:
            offer = {
                name: value for name, value in counter.items()
                if name not in ("text", "installments", "interest")
            }  # fmt: skip
            again = self.negotiate(**offer)
            self.assertEqual(again["decision"], "propose", offer)
            self.assertEqual(again["installments"], counter["installments"])
        plan = self.agreed(**offer)
        self.assertEqual((plan.state, plan.kind), ("active", "extension"))

    def test_nothing_is_written_by_talking(self):
        self.negotiate(count=3)
        self.assertFalse(self.plans.search([("partner_id", "=", self.partner.id)]))
        made = self.plans.propose(self.partner.id, {"count": 20})
        self.assertEqual((made["plan_id"], made["decision"]), (False, "counter"))

    def test_a_policy_that_accepts_by_itself(self):
        self.assertEqual(self.proposed(count=6, down_payment=100).state, "draft")
        self.plans.search([("partner_id", "=", self.partner.id)]).action_cancel()
        self.policy.plan_automatic = True
        self.assertEqual(self.proposed(count=6, down_payment=100).state, "offered")

    def test_who_cannot_pay_now_gets_time_first(self):
        answer = self.negotiate(count=6, down_payment=100, cannot_pay_now=True)
        self.assertEqual(answer["reasons"], ["extension_first"])
        self.assertEqual([one["until"] for one in answer["counter_offers"]], ["2026-04-09"])
        plan = self.agreed(until="2026-04-09", cannot_pay_now=True)
        plan.action_cancel()
        answer = self.negotiate(count=6, down_payment=100, cannot_pay_now=True)
        self.assertEqual(answer["decision"], "propose")

    def test_after_a_broken_plan_a_manager_decides(self):
        plan = self.agreed(until="2026-03-12")
        collector = self.new_collector(name="Carla")
        with self.at(date(2026, 3, 23)):
            self.assertEqual(self.looked_at(plan), "broken")
            talk = self.plans.with_user(collector).negotiate
            offer = {"count": 6, "down_payment": 100}
            self.assertIn("plan_broken_recently", talk(self.partner.id, offer)["reasons"])
            self.assertEqual(self.negotiate(**offer)["decision"], "propose")
        with self.at(date(2026, 9, 23)):
            self.assertEqual(talk(self.partner.id, offer)["decision"], "propose")

    def test_only_one_plan_for_a_line(self):
        plan = self.proposed(count=6, down_payment=100)
        with self.assertRefused("is part of"):
            self.proposed(count=6, down_payment=100, lines=self.due(self.move).ids)
        self.assertEqual(self.negotiate(count=6, down_payment=100)["reasons"], ["nothing_owed"])
        plan.action_cancel()
        self.proposed(count=6, down_payment=100)

    def test_disputed_and_arriving_amounts_are_no_part_of_it(self):
        self.payment_in_process(self.move, 300)
        self.assertEqual(self.negotiate(until="2026-03-20")["amount"], 700)

    def test_what_is_paused_by_hand_is_left_out_unless_it_is_all(self):
        """Somebody looks into it: it is asked for neither at once nor later, unless it is meant."""
        looked_into = self.invoice(self.partner, 200)
        self.pause(move=looked_into)
        self.assertEqual(self.negotiate(count=2)["amount"], 1000)
        both = self.due(looked_into) | self.due(self.move)
        self.assertEqual(self.negotiate(count=2, lines=both.ids)["amount"], 1200)
        self.pause(move=self.move)
        self.assertEqual(self.negotiate(count=2)["amount"], 1200)

    def test_what_is_not_due_yet(self):
        """What is due is meant, unless lines are named or nothing is due."""
        later = self.invoice(self.partner, 500, due=days_ago(-20))
        self.assertEqual(self.negotiate(until="2026-03-20")["amount"], 1000)
        both = self.due(self.move) | self.due(later)
        self.assertEqual(self.negotiate(until="2026-04-05", lines=both.ids)["amount"], 1500)
        self.invoice(self.other, 70, due=days_ago(-20))
        self.assertEqual(self.negotiate(self.other, until="2026-04-05")["amount"], 70)

    def test_days_of_what_is_not_due_yet(self):
        """Due on 9 May: more time is up to 8 June, and installments begin in June."""
        self.invoice(self.other, 600, due=date(2026, 5, 9))
        answer = self.negotiate(self.other, count=3, cannot_pay_now=True)
        self.assertEqual([one["until"] for one in answer["counter_offers"]], ["2026-06-08"])
        plan = self.proposed(self.other, count=3, down_payment=60)
        days = [str(one.date_due) for one in plan._ordered()]
        self.assertEqual(days, ["2026-03-10", "2026-06-09", "2026-07-09", "2026-08-10"])
        collector = self.new_collector(name="Carla")
        plan._ordered()[1].with_user(collector).date_due = "2026-06-10"
        with self.assertRefused("The first installment is too late"):
            plan.with_user(collector).action_offer()
        plan._ordered()[1].with_user(collector).date_due = "2026-05-29"
        plan.with_user(collector).action_offer()
        self.assertEqual(plan.state, "offered")

    def test_interest_of_what_is_not_due_yet(self):
        """From its due day on: 600 for 30 days at 10 per cent."""
        self.policy.plan_interest_rate = 10
        self.invoice(self.other, 600, due=date(2026, 5, 9))
        self.assertEqual(self.negotiate(self.other, until="2026-06-08")["interest"], 4.93)
        self.assertEqual(self.proposed(self.other, until="2026-06-08").interest_amount, 4.93)

    def test_nothing_is_owed(self):
        self.debtor()
        self.pay(self.move)
        answer = self.negotiate(count=2)
        self.assertEqual((answer["decision"], answer["reasons"]), ("refuse", ["nothing_owed"]))

    def test_what_is_no_offer(self):
        mine, theirs = self.due(self.move), self.due(self.invoice(self.other, 70))
        for fragment, offer in (
            ("An offer is a dictionary", {"count": 2, "discount": 10}),
            ("is no distance between installments", {"count": 2, "period": "year"}),
            ("is a whole number from 1", {"count": 601}),
            ("is a whole number from 1", {"count": 2.5}),
            ("isn't an amount", {"count": 2, "down_payment": -1}),
            ("isn't an amount", {"each": "many"}),
            ("isn't a date", {"until": "soon"}),
            ("in one way", {"count": 6, "each": 10}),
            ("in one way", {"count": 6, "until": "2026-03-20"}),
            ("in one way", {"each": 500, "until": "2026-03-20"}),
            ("makes no down payment", {"until": "2026-03-20", "down_payment": 100}),
            ("within ten years", {"until": "2099-01-01"}),
            ("Nothing can be due before today", {"until": "2026-03-09", "lines": mine.ids}),
            ("isn't an open due line of this customer", {"count": 2, "lines": theirs.ids}),
            ("by a list of their ids", {"count": 2, "lines": []}),
            ("Some of the due lines", {"count": 2, "lines": [0]}),
            ("The first installment comes after",
             {"count": 2, "down_payment": 500, "first": "2026-03-10"}),
        ):  # fmt: skip
            with self.subTest(offer=offer), self.assertRefused(fragment):
                self.negotiate(**offer)
        with self.assertRefused("An offer is a dictionary"):
            self.plans.negotiate(self.partner.id, "two")
        for nobody in (0, -1, "x", None):
            with self.subTest(nobody=nobody), self.assertRefused("there is no contact"):
                self.plans.negotiate(nobody, {"count": 2})
        with self.assertRefused("owes nothing in"):
            self.plans.negotiate(self.new_partner("Nobody").id, {"count": 2})

    def test_junk_is_refused_with_a_sentence(self):
        """Or taken for what it says; whatever stands where in an offer."""
        for key in sorted(KEYS):
            for junk in JUNK:
                offer = {"count": 2, "down_payment": 100, key: junk}
                with self.subTest(key=key, junk=str(junk)[:20]):
                    try:
                        self.assertIn("decision", self.negotiate(**offer))
                    except UserError as error:
                        self.assertGreater(len(str(error).split()), 3, error)

    def test_an_amount_each(self):
        self.policy.plan_minimum_down_payment = 0
        found = self.negotiate(each=300)["installments"]
        self.assertEqual([one["amount"] for one in found], [300, 300, 300, 100])
        self.assertEqual(self.negotiate(each=10)["reasons"], ["installment_too_small", "too_long"])

    def test_a_plan_is_no_way_to_a_later_day(self):
        """The last day of an extension is 9 April, a month from today the 10th."""
        for offer in (
            {"count": 2, "down_payment": 100, "first": "2026-04-11"},
            {"count": 1, "down_payment": 100, "first": "2026-09-09"},
        ):
            with self.subTest(offer=offer):
                answer = self.negotiate(**offer)
                self.assertEqual(answer["reasons"], ["starts_too_late"])
                self.assertEqual(answer["sentences"], ["The first installment is too late."])
                counter = answer["counter_offers"][0]
                self.assertEqual(counter["first"], "2026-04-10")
                self.assertEqual(counter["count"], offer["count"])
        self.policy.plan_maximum_extension = 0
        self.assertEqual(self.negotiate(**offer)["decision"], "propose")

    def test_a_down_payment_of_more_than_is_owed(self):
        for offer in ({"count": 3}, {"each": 100}, {"count": 1}):
            for much in (1000, 2000):
                with self.subTest(offer=offer, much=much):
                    answer = self.negotiate(**offer, down_payment=much)
                    self.assertEqual(answer["decision"], "refuse")
                    self.assertEqual(
                        answer["sentences"], ["The down payment has to be less than the debt."]
                    )

    def test_neither_number_nor_amount(self):
        answer = self.negotiate(down_payment=100)
        self.assertEqual((answer["decision"], answer["reasons"]), ("refuse", ["incomplete"]))

    def test_without_a_policy(self):
        self.company.cobranza_policy_id = False
        plan = self.agreed(count=3)
        self.assertEqual((plan.breach_days, plan.breach_count), (10, 2))
