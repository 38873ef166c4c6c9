"""Payment plans and extensions: from the offer to the last installment, as people live them."""

from datetime import date
from unittest.mock import patch

from odoo import Command, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.cobranza_plan_negotiation import KEYS
from .common import TODAY, CobranzaCase, days_ago

#: What no offer is made of.
JUNK = (
    None, "", "   ", "nonsense", "a\0b", "🙂" * 3000, -1, 0, 10**12, 1.5, float("nan"),
    float("inf"), True, [], [1, 2], {"a": 1}, "0001-01-01", "9999-12-31", "31/12/2026",
)  # fmt: skip
SIX = {"count": 6, "first": "2026-04-10"}


class PlanCase(CobranzaCase):
    """A customer who owes 600, overdue, and short ways to agree with him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plans = cls.env["cobranza.plan"]

    def negotiate(self, partner=None, **offer):
        """What is said of an offer of a customer."""
        self.debtor(partner)
        return self.plans.negotiate((partner or self.partner).id, offer)

    def proposed(self, partner=None, **offer):
        """The plan that an offer makes."""
        self.debtor(partner)
        made = self.plans.propose((partner or self.partner).id, offer)
        self.assertTrue(made["plan_id"], made)
        return self.plans.browse(made["plan_id"])

    def agreed(self, partner=None, **offer):
        """The same, in force."""
        plan = self.proposed(partner, **offer)
        plan.action_accept()
        return plan

    def looked_at(self, plan):
        """Follow a plan as the nightly run does; return its state."""
        self.env.cr.flush()
        self.env["cobranza.plan"]._evaluate(self.company, plan.debtor_id)
        return plan.state

    def standing(self, plan):
        """Each installment as (day, what is paid, state)."""
        return [
            (one.date_due.isoformat(), one.paid_amount, one.state) for one in plan._ordered()
        ]


@tagged("post_install", "-at_install")
class TestStories(PlanCase):
    """One plan of six installments of 100, and what may become of it."""

    def setUp(self):
        super().setUp()
        self.move = self.invoice(self.partner, 600)
        self.line = self.due(self.move)

    def pay_on(self, day, amount):
        with self.at(day):
            self.pay(self.move, amount, payment_date=day)

    def test_six_installments_kept(self):
        """One early, one too much, the rest as they fall due; reminders come back for nobody."""
        plan = self.agreed(**SIX)
        self.assertEqual((plan.state, plan.kind, plan.amount), ("active", "plan", 600))
        self.assertEqual(
            [(str(one.date_due), one.amount) for one in plan._ordered()],
            [("2026-04-10", 100), ("2026-05-11", 100), ("2026-06-10", 100),
             ("2026-07-10", 100), ("2026-08-10", 100), ("2026-09-10", 100)],
        )  # fmt: skip
        self.assertEqual(plan.pause_until, date(2026, 4, 21))
        # early, before anything is due
        self.pay_on(date(2026, 3, 20), 100)
        with self.at(date(2026, 3, 20)):
            self.looked_at(plan)
        self.assertEqual(self.standing(plan)[0], ("2026-04-10", 100, "paid"))
        self.assertEqual(plan.next_date, date(2026, 5, 11))
        self.assertEqual(plan.pause_until, date(2026, 5, 22))
        # 150 more: the second, and half of the third
        self.pay_on(date(2026, 5, 11), 150)
        with self.at(date(2026, 5, 12)):
            self.looked_at(plan)
        self.assertEqual(
            self.standing(plan)[1:3],
            [("2026-05-11", 100, "paid"), ("2026-06-10", 50, "partial")],
        )
        # late by five days, which ten allow
        with self.at(date(2026, 6, 15)):
            self.looked_at(plan)
            self.assertEqual((plan.state, plan.late_amount), ("active", 50))
        self.pay_on(date(2026, 6, 15), 50)
        self.pay_on(date(2026, 7, 1), 300)
        with self.at(date(2026, 7, 1)):
            self.looked_at(plan)
        self.assertEqual((plan.state, plan.open_amount, plan.paid_amount), ("fulfilled", 0, 600))
        self.assertEqual(plan.decided_on, date(2026, 7, 1))
        self.assertFalse(plan.pause_until or plan.broken_on or plan.next_date)

    def test_it_breaks_and_everything_is_due_again(self):
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 20)):
            self.assertEqual(self.looked_at(plan), "active")
            self.assertEqual(plan.late_amount, 100)
            self.assertDecision(self.move, "wait", "paused_until", amount=0)
        with self.at(date(2026, 4, 21)):
            # the pause is over whether anybody has looked at the plan or not
            self.assertDecision(self.move, "remind", "level_reached", amount=600)
            self.assertEqual(self.looked_at(plan), "broken")
        self.assertEqual(plan.broken_on, date(2026, 4, 21))
        activity = plan.debtor_id.activity_ids
        self.assertIn(plan.name, activity.summary)
        self.assertEqual(activity.date_deadline, date(2026, 4, 21))

    def test_two_late_at_once_break_it_as_well(self):
        plan = self.agreed(count=6, period="week", first="2026-03-17")
        with self.at(date(2026, 3, 24)):
            self.assertEqual(self.looked_at(plan), "active")
        with self.at(date(2026, 3, 25)):
            self.assertEqual(self.looked_at(plan), "broken")
        self.assertEqual(plan.broken_on, date(2026, 3, 25))

    def test_a_payment_that_was_entered_late(self):
        """It came in time: the plan was never broken."""
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 21)):
            self.assertEqual(self.looked_at(plan), "broken")
        with self.at(date(2026, 4, 22)):
            self.pay(self.move, 100, payment_date=date(2026, 4, 9))
            self.assertEqual(self.looked_at(plan), "active")
        self.assertFalse(plan.broken_on or plan.decided_on)

    def test_a_payment_that_was_undone(self):
        plan = self.agreed(until="2026-03-20")
        with self.at(date(2026, 3, 20)):
            payment = self.pay(self.move, 600)
            self.assertEqual(self.looked_at(plan), "fulfilled")
        with self.at(date(2026, 3, 25)):
            payment.move_id.line_ids.remove_move_reconcile()
            self.assertEqual(self.looked_at(plan), "active")
        with self.at(date(2026, 3, 31)):
            self.assertEqual(self.looked_at(plan), "broken")

    def test_one_that_broke_and_was_paid_after_all(self):
        plan = self.agreed(**SIX)
        with self.at(date(2026, 5, 1)):
            self.assertEqual(self.looked_at(plan), "broken")
            self.pay(self.move, 600)
            self.assertEqual(self.looked_at(plan), "fulfilled")
        self.assertEqual(plan.broken_on, date(2026, 4, 21))

    def test_a_credit_note_shrinks_the_last_installments(self):
        plan = self.agreed(**SIX)
        self.credit_note(self.partner, 150, invoice=self.move)
        self.looked_at(plan)
        self.assertEqual((plan.credited_amount, plan.open_amount), (150, 450))
        last_two = plan._ordered()[-2:]
        self.assertEqual(last_two.mapped("net_amount"), [50, 0])
        self.assertEqual(last_two.mapped("state"), ["open", "credited"])
        self.assertEqual(last_two.mapped("amount"), [100, 100])

    def test_what_was_paid_before_is_not_the_plans(self):
        self.pay(self.move, 100)
        plan = self.agreed(count=5)
        self.assertEqual((plan.amount, plan.paid_amount), (500, 0))
        self.pay(self.move, 100)
        self.looked_at(plan)
        self.assertEqual((plan.paid_amount, plan.line_ids.settled_amount), (100, 100))

    def test_an_old_payment_that_is_matched_now(self):
        """Money that lay there unmatched counts when it is set against the lines."""
        payment = self.open_payment(self.partner, 100, day=days_ago(60))
        plan = self.agreed(**SIX)
        lines = payment.move_id.line_ids | self.line
        lines.filtered(lambda one: one.account_type == "asset_receivable").reconcile()
        self.looked_at(plan)
        self.assertEqual(plan.paid_amount, 100)

    def test_the_ledger_stays_as_it_is(self):
        before = self.line.read(["date_maturity", "amount_residual", "balance"])
        moves = self.env["account.move"].search_count([])
        self.agreed(**SIX)
        self.assertEqual(self.line.read(["date_maturity", "amount_residual", "balance"]), before)
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_an_invoice_that_is_posted_anew(self):
        """Its items are others; the plan finds them by invoice and due date."""
        plan = self.agreed(**SIX)
        item = self.recreate(self.move)
        self.assertEqual(list(plan.line_ids._items().values()), [item])
        self.pay(self.move, 100)
        self.looked_at(plan)
        self.assertEqual((plan.state, plan.paid_amount), ("active", 100))

    def test_an_invoice_that_is_cancelled(self):
        """Nothing of it is owed any more: nobody breaks his word by not paying it."""
        other = self.invoice(self.partner, 60)
        plan = self.agreed(count=6, first="2026-04-10")
        self.assertEqual(plan.amount, 660)
        self.move.button_draft()
        self.assertEqual((self.looked_at(plan), plan.open_amount), ("active", 660))
        self.move.button_cancel()
        self.assertEqual((self.looked_at(plan), plan.open_amount), ("active", 60))
        self.assertEqual(plan.credited_amount, 600)
        self.pay(other, 60)
        self.assertEqual((self.looked_at(plan), plan.open_amount), ("fulfilled", 0))
        self.move.button_draft()
        self.move.action_post()
        self.assertEqual((self.looked_at(plan), plan.open_amount), ("active", 600))

    def test_cancelled(self):
        plan = self.agreed(**SIX)
        self.assertDecision(self.move, "wait", "paused_until", amount=0)
        plan.action_cancel("He pays everything\nat once")
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(plan.cancel_reason, "He pays everything at once")
        self.assertDecision(self.move, "remind", "level_reached", amount=600)
        self.assertEqual(self.looked_at(plan), "cancelled")

    def test_only_what_it_covers_is_left_alone(self):
        second = self.invoice(self.partner, 90)
        plan = self.agreed(lines=self.line.ids, **SIX)
        self.assertEqual(plan.line_ids.move_id, self.move)
        self.assertDecision(self.move, "wait", "paused_until", amount=0)
        self.assertDecision(second, "remind", "level_reached", amount=90)

    def test_more_time(self):
        plan = self.agreed(until="2026-03-31", cannot_pay_now=True)
        self.assertEqual((plan.kind, len(plan.installment_ids)), ("extension", 1))
        self.assertEqual(plan.pause_until, date(2026, 4, 11))
        with self.at(date(2026, 4, 10)):
            self.assertDecision(self.move, "wait", "paused_until", next_date=date(2026, 4, 11))
        with self.at(date(2026, 4, 11)):
            self.assertDecision(self.move, "remind", "level_reached", amount=600)


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

    def days(self, **offer):
        return [one["date_due"] for one in self.negotiate(**offer)["installments"]]

    def test_holidays_and_weekends_where_he_is(self):
        self.invoice(self.partner, 100)
        self.partner.country_id = self.env.ref("base.es")
        self.assertEqual(
            self.days(count=2, first="2026-05-01"), ["2026-05-04", "2026-06-01"]
        )
        self.partner.country_id = self.env.ref("base.kw")
        self.assertEqual(self.days(count=1, first="2026-05-01"), ["2026-05-03"])

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

    def setUp(self):
        super().setUp()
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

    def test_what_is_not_due_yet(self):
        """What is due is meant, unless lines are named or nothing is due."""
        later = self.invoice(self.partner, 500, due=days_ago(-20))
        self.assertEqual(self.negotiate(until="2026-03-20")["amount"], 1000)
        both = self.due(self.move) | self.due(later)
        self.assertEqual(self.negotiate(until="2026-04-05", lines=both.ids)["amount"], 1500)
        self.invoice(self.other, 70, due=days_ago(-20))
        self.assertEqual(self.negotiate(self.other, until="2026-04-05")["amount"], 70)

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

    def test_without_a_policy(self):
        self.company.cobranza_policy_id = False
        plan = self.agreed(count=3)
        self.assertEqual((plan.breach_days, plan.breach_count), (10, 2))


@tagged("post_install", "-at_install")
class TestTerms(PlanCase):
    """A draft may be changed; what was offered stays as it is."""

    def setUp(self):
        super().setUp()
        self.move = self.invoice(self.partner, 600)
        self.collector = self.new_collector(name="Carla")

    def test_days_and_amounts_by_hand(self):
        plan = self.proposed(count=3).with_user(self.collector)
        with Form(plan) as form:
            with form.installment_ids.edit(0) as one:
                one.amount = 300
            with form.installment_ids.edit(1) as two:
                two.amount = 100
        self.assertTrue(plan.is_custom)
        plan.action_offer()
        self.assertEqual(plan.state, "offered")
        self.assertEqual(plan.offered_on, TODAY)

    def test_they_have_to_add_up(self):
        plan = self.proposed(count=3)
        plan.installment_ids[0].amount = 201
        with self.assertRefused("and it covers $\xa0600.00"):
            plan.action_offer()
        plan.installment_ids.unlink()
        with self.assertRefused("and it covers $\xa0600.00"):
            plan.action_accept()

    def test_two_on_one_day(self):
        plan = self.proposed(count=3)
        first, second, _third = plan._ordered()
        second.date_due = first.date_due
        with self.assertRefused("due on the same day"):
            plan.action_offer()

    def test_below_the_limits_only_a_manager_agrees(self):
        self.policy.plan_minimum_installment = 150
        plan = self.proposed(count=3)
        plan.with_user(self.collector).installment_ids[0].amount = 100
        plan.installment_ids[2].amount = 300
        with self.assertRefused("only a collections manager"):
            plan.with_user(self.collector).action_offer()
        plan.action_offer()
        self.assertEqual(plan.state, "offered")
        # he has agreed by offering it: whoever hears that the customer agrees says so
        plan.with_user(self.collector).action_accept()
        self.assertEqual(plan.state, "active")

    def test_softer_terms_are_a_managers(self):
        """A collector doesn't give away what ends a plan, nor its interest."""
        self.policy.plan_interest_rate = 5
        plan = self.proposed(count=3)
        own = plan.with_user(self.collector)
        for vals in ({"breach_days": 300}, {"breach_count": 0}, {"interest_rate": 0}):
            with self.subTest(vals), self.assertRefused("only a collections manager"):
                own.write(vals)
        own.write({"breach_days": plan.breach_days, "note": "As it was"})
        plan.write({"breach_days": 300, "interest_rate": 0})
        self.assertEqual((plan.breach_days, plan.interest_rate), (300, 0))

    def test_days_and_terms_that_are_out_of_reach(self):
        plan = self.proposed(count=3)
        with self.assertRefused("at most 3650"):
            plan.breach_days = 2**31 - 1
        with self.assertRefused("at most 3650"):
            plan.interest_rate = 1e30
        plan._ordered()[-1].date_due = "9999-12-31"
        with self.assertRefused("within ten years"):
            plan.action_accept()

    def test_what_was_offered_stays(self):
        plan = self.proposed(count=3)
        plan.action_offer()
        for change in (
            lambda: plan.write({"breach_days": 90}),
            lambda: plan.write({"installment_ids": [Command.clear()]}),
            lambda: plan.installment_ids[0].write({"amount": 1}),
            lambda: plan.installment_ids[0].unlink(),
            lambda: plan.installment_ids.create(
                {"plan_id": plan.id, "date_due": TODAY, "amount": 1}
            ),
        ):
            with self.assertRefused("stays as it is"):
                change()
        plan.note = "He calls on Friday"
        with self.assertRefused("stays on record", AccessError):
            plan.unlink()

    def test_an_installment_is_not_moved_to_another_plan(self):
        self.invoice(self.other, 600)
        told, draft = self.proposed(count=3), self.proposed(self.other, count=3)
        told.action_offer()
        with self.assertRefused("stays as it is"):
            draft.installment_ids[0].plan_id = told

    def test_an_offer_that_came_too_late(self):
        plan = self.proposed(count=3)
        plan.action_offer()
        with self.at(date(2026, 4, 11)), self.assertRefused("was due on 04/10/2026 already"):
            plan.action_accept()

    def test_a_down_payment_is_due_when_he_agrees(self):
        """Two days after the offer; the installments stay on their days."""
        plan = self.proposed(count=2, down_payment=100)
        plan.action_offer()
        self.assertEqual(plan.down_payment_id, plan._ordered()[0])
        with self.at(date(2026, 3, 12)):
            plan.action_accept()
        self.assertEqual(
            [str(one.date_due) for one in plan._ordered()],
            ["2026-03-12", "2026-04-10", "2026-05-11"],
        )
        self.assertFalse(plan.down_payment_id)
        self.assertEqual(plan.pause_until, date(2026, 3, 23))

    def test_what_was_paid_meanwhile(self):
        plan = self.proposed(count=3)
        self.pay(self.move, 1)
        with self.assertRefused("only $\xa0599.00 is open"):
            plan.action_accept()

    def test_an_invoice_that_is_gone(self):
        plan = self.proposed(count=3)
        self.move.button_draft()
        with self.assertRefused("only $\xa00.00 is open"):
            plan.action_accept()

    def test_when_it_breaks_must_be_said(self):
        plan = self.proposed(count=3)
        with self.assertRefused("Say when the plan is broken"):
            plan.write({"breach_days": 0, "breach_count": 0})
        with self.assertRefused("Say when a plan is broken"):
            self.policy.write({"plan_breach_days": 0, "plan_breach_count": 0})
        with self.assertRefused("The interest can't be negative"):
            plan.interest_rate = -1
        with self.assertRefused("above zero"):
            plan.installment_ids[0].amount = 0
        with self.assertRefused("can't be negative"):
            self.policy.plan_quiet_months = -1
        with self.assertRefused("from 0 up to 100"):
            self.policy.plan_minimum_down_payment = 100

    def test_a_draft_may_be_deleted(self):
        plan = self.proposed(count=3)
        plan.with_user(self.collector).unlink()
        self.assertFalse(plan.exists())


@tagged("post_install", "-at_install")
class TestForced(PlanCase):
    """No state, amount or day is set from outside."""

    def test_no_field_of_its_life(self):
        self.invoice(self.partner, 600)
        plan = self.proposed(count=3)
        collector = self.new_collector(name="Carla")
        users = (collector, self.env.ref("base.user_admin"))
        for user in users:
            mine = plan.with_user(user).with_context(cobranza_gate=True)
            for name in plan._gated_fields:
                if name in ("partner_id", "company_id"):
                    continue
                with self.subTest(name=name, user=user.name), self.assertRaises(AccessError):
                    mine.write({name: mine[name]})
            for name in plan.installment_ids._gated_fields:
                with self.subTest(name=name), self.assertRaises(AccessError):
                    mine.installment_ids[0].write({name: False})
            with self.assertRaises(AccessError):
                mine.line_ids.write({"amount": 1})
            with self.assertRaises(AccessError):
                mine.line_ids.create({"plan_id": plan.id, "name": "x", "amount": 1})
            with self.assertRaises(AccessError):
                self.plans.with_user(user).create({"debtor_id": plan.debtor_id.id})
        self.assertEqual(plan.state, "draft")

    def test_the_auditor_reads(self):
        self.invoice(self.partner, 600)
        plan = self.proposed(count=3)
        auditor = self.new_user("cobranza_dunning.group_auditor", name="Auditor")
        self.assertEqual(plan.with_user(auditor).amount, 600)
        for call in (
            lambda: plan.with_user(auditor).action_offer(),
            lambda: plan.with_user(auditor).action_accept(),
            lambda: plan.with_user(auditor).action_cancel(),
            lambda: plan.with_user(auditor).action_undo_rebook(),
            lambda: self.plans.with_user(auditor).negotiate(self.partner.id, {"count": 2}),
            lambda: self.plans.with_user(auditor).propose(self.partner.id, {"count": 2}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_another_companys_plan(self):
        other = self.new_company()
        self.invoice(self.partner, 600)
        plan = self.proposed(count=3)
        stranger = self.new_collector(name="Stranger", companies=other)
        with self.assertRaises(AccessError):
            plan.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError):
            plan.with_user(stranger).action_accept()
        with self.assertRefused("owes nothing in"):
            self.plans.with_user(stranger).negotiate(self.partner.id, {"count": 2})

    def test_a_collector_goes_all_the_way(self):
        """Without rights in the books."""
        self.invoice(self.partner, 600)
        self.debtor()
        collector = self.new_collector(name="Carla")
        plans = self.plans.with_user(collector)
        plan = plans.browse(plans.propose(self.partner.id, {"count": 3})["plan_id"])
        plan.action_offer()
        plan.action_accept()
        self.assertEqual((plan.state, plan.user_id), ("active", collector))
        plan.action_cancel()
        self.assertEqual(plan.state, "cancelled")


@tagged("post_install", "-at_install")
class TestInterest(PlanCase):
    """Interest is a draft invoice of its own; what is owed stays as it is."""

    def setUp(self):
        super().setUp()
        self.policy.plan_interest_rate = 12
        self.move = self.invoice(self.partner, 3650)

    def test_a_draft_invoice(self):
        """3 650 at 12 %, a day 1.20: 31 days for all of it."""
        self.assertEqual(self.negotiate(until="2026-04-09")["interest"], 36)
        plan = self.agreed(until="2026-04-09")
        invoice = plan.interest_move_id
        self.assertEqual((invoice.state, invoice.move_type), ("draft", "out_invoice"))
        self.assertEqual((invoice.amount_untaxed, invoice.partner_id), (36, self.partner))
        self.assertEqual((plan.amount, plan.interest_amount), (3650, 36))
        self.assertIn(plan.name, invoice.invoice_line_ids.name)
        self.assertEqual(plan.action_view_entries()["res_id"], invoice.id)
        plan.action_cancel()
        self.assertEqual(invoice.state, "cancel")

    def test_what_was_posted_stays(self):
        plan = self.agreed(until="2026-04-09")
        plan.interest_move_id.invoice_date = TODAY
        plan.interest_move_id.action_post()
        plan.action_cancel()
        self.assertEqual(plan.interest_move_id.state, "posted")

    def test_with_the_companys_product(self):
        product = self.env["product.product"].create({"name": "Interest", "type": "service"})
        self.company.sudo().cobranza_plan_product_id = product
        plan = self.agreed(until="2026-04-09")
        self.assertEqual(plan.interest_move_id.invoice_line_ids.product_id, product)
        self.assertEqual(plan.interest_move_id.amount_untaxed, 36)

    def test_none(self):
        plan = self.proposed(until="2026-04-09")
        plan.interest_rate = 0
        plan.action_accept()
        self.assertFalse(plan.interest_move_id)


@tagged("post_install", "-at_install")
class TestWithOthers(PlanCase):
    """A plan beside a pause, a dispute and a promise; customers that become one; many plans."""

    def test_each_amount_is_paused_once(self):
        """Of 1 000: 300 disputed, 500 in a plan, 200 promised; nothing is left, nothing twice."""
        line = self.due(self.invoice(self.partner, 1000))
        self.debtor()
        reason = self.env["cobranza.dispute.reason"].search([], limit=1)
        self.env["cobranza.dispute"].raise_dispute(line.id, 300, reason.id)
        self.assertEqual(self.negotiate(count=2)["amount"], 700)
        plan = self.agreed(count=2)
        explained = line.cobranza_explain()[0]
        self.assertEqual(
            [(one["kind"], one["amount"]) for one in explained["pauses"]],
            [("dispute", 300), ("plan", 700)],
        )
        self.assertEqual((explained["paused"], explained["amount"]), (1000, 0))
        self.assertEqual(explained["pauses"][1]["label"], plan.name)
        debtor = self.debtor()
        self.assertEqual((debtor.disputed_amount, debtor.planned_amount), (300, 700))
        pause = self.pause(self.partner)
        explained = line.cobranza_explain()[0]
        self.assertEqual(
            [(one["kind"], one["amount"]) for one in explained["pauses"]], [("block", 1000)]
        )
        pause.action_end()
        plan.action_cancel()
        self.assertEqual(line.cobranza_explain()[0]["amount"], 700)
        self.assertEqual(self.debtor().planned_amount, 0)

    def test_it_follows_by_itself(self):
        """With each reconciliation, and with each run."""
        move = self.invoice(self.partner, 600)
        plan = self.agreed(**SIX)
        self.pay(move, 100)
        self.env.cr.flush()
        self.assertEqual((plan.paid_amount, plan.debtor_id.planned_amount), (100, 500))
        with self.at(date(2026, 5, 22)):
            self.run_dunning("propose")
            self.assertEqual(plan.state, "broken")

    def test_customers_that_become_one(self):
        self.invoice(self.other, 50)
        self.invoice(self.partner, 600)
        plan = self.agreed(**SIX)
        kept = self.debtor(self.other)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((self.partner | self.other).ids, self.other)
        self.env.invalidate_all()
        self.assertEqual((plan.debtor_id, plan.partner_id), (kept, self.other))
        self.assertEqual(plan.state, "active")

    def followed(self, count):
        """Queries to follow so many new plans, each with a payment."""
        partners = [self.new_partner(f"Planner {count} {number}") for number in range(count)]
        moves = [self.invoice(partner, 600) for partner in partners]
        plans = self.plans.union(*(self.agreed(partner, **SIX) for partner in partners))
        debtors = plans.debtor_id
        with patch.object(self.env.registry["cobranza.debtor"], "_evaluate_agreements"):
            for move in moves:
                self.pay(move, 150)
            self.env.cr.flush()
        self.env.invalidate_all()
        before = sql_db.sql_counter
        self.plans._evaluate(self.company, debtors)
        self.env.flush_all()
        queries = sql_db.sql_counter - before
        self.assertEqual(plans.mapped("paid_amount"), [150] * count)
        return queries

    def test_the_number_of_queries(self):
        self.followed(1)  # what is cached once per process
        queries = self.followed(2)
        self.assertEqual(self.followed(6), queries)
        self.assertLess(queries, 25)
