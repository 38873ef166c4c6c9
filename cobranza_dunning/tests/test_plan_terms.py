"""What a plan says: who may change it, what it must say, and what it costs."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import TODAY
from .test_cobranza_plan import PlanCase


@tagged("post_install", "-at_install")
class TestTerms(PlanCase):
    """A draft may be changed; what was offered stays as it is."""

    def setUpBooks(self):
        super().setUpBooks()
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

    def test_no_plan_came_of_the_offer(self):
        """A script that doesn't look at the answer is told so."""
        for act in ("action_offer", "action_accept"):
            with self.assertRaisesRegex(UserError, "There is no plan"):
                getattr(self.env["cobranza.plan"].browse([False]), act)()

    def test_a_day_by_hand(self):
        """On another day of the same amounts; past the policy's limits it takes a manager."""
        self.policy.plan_maximum_months = 3
        plan = self.proposed(count=3).with_user(self.collector)
        last = plan._ordered()[-1]
        self.assertEqual(last.date_due, date(2026, 6, 10))
        for day in (date(2026, 6, 11), date(2026, 6, 9)):
            with Form(plan) as form, form.installment_ids.edit(2) as three:
                three.date_due = day
            self.assertTrue(plan.is_custom)
            if day > date(2026, 6, 10):
                with self.assertRefused("only a collections manager"):
                    plan.action_offer()
        plan.action_offer()
        self.assertEqual((plan.state, last.date_due), ("offered", date(2026, 6, 9)))

    def test_days_by_hand_on_which_he_cannot_pay(self):
        """Days on a weekend or beside his pay days are shown, moved by a button, or a manager's."""
        self.debtor().pay_days = "10"
        plan = self.proposed(count=3).with_user(self.collector)
        self.assertFalse(plan.unsuitable_text)
        with Form(plan) as form:
            with form.installment_ids.edit(1) as two:
                two.date_due = date(2026, 5, 9)  # a Saturday; the tenth is a Sunday
            self.assertEqual(form.unsuitable_text, "05/09/2026 → 05/11/2026")
        with self.assertRefused("agree to it: A day is no working day"):
            plan.action_offer()
        plan.action_suit_days()
        self.assertEqual(
            [one.date_due.isoformat() for one in plan._ordered()],
            ["2026-04-10", "2026-05-11", "2026-06-10"],
        )
        self.assertFalse(plan.unsuitable_text)
        plan._ordered()[1].date_due = date(2026, 5, 12)
        self.assertEqual(
            plan.unsuitable_text, "05/12/2026 → 06/10/2026, 06/10/2026 → 07/10/2026"
        )
        plan.with_env(self.env).action_offer()
        self.assertEqual(plan.state, "offered")
        self.assertFalse(plan.unsuitable_text)
        with self.assertRefused("was offered already"):
            plan.action_suit_days()

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

    def test_what_it_covers_is_nobodys_to_take_out(self):
        plan = self.agreed(count=3)
        for user in (self.collector, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                plan.with_user(user).line_ids.unlink()
        draft = self.proposed(lines=self.due(self.invoice(self.partner, 300)).ids, count=2)
        line = draft.line_ids
        draft.with_user(self.collector).unlink()
        self.assertFalse(line.exists())

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

    def test_what_the_customer_proposed_stays_on_record(self):
        """He sees his draft on his page; one of ours, which he doesn't, may go."""
        self.debtor()
        collector = self.new_collector(name="Carla")
        for plans, origin, kept in (
            (self.plans.with_user(collector), "manual", "manual"),
            (self.plans.with_user(collector), "portal", "manual"),
            (self.plans.sudo(), "portal", "portal"),
        ):
            with self.subTest(origin=origin, kept=kept):
                made = plans.propose(self.partner.id, {"count": 3}, origin)["plan_id"]
                plan = self.plans.with_user(collector).browse(made)
                self.assertEqual((plan.state, plan.origin), ("draft", kept))
                if kept == "manual":
                    plan.unlink()
                    continue
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

    def test_a_first_installment_on_the_day_of_the_down_payment(self):
        """Unpaid, the two would be late at once, and the plan broken on the next day."""
        plan = self.proposed(count=2, down_payment=100)
        plan.action_offer()
        with self.at(date(2026, 4, 10)), self.assertRefused("would both be due today"):
            plan.action_accept()
        with self.at(date(2026, 4, 9)):
            plan.action_accept()
        self.assertEqual(plan.state, "active")

    def test_written_by_hand_and_paid_or_lost_meanwhile(self):
        """Nothing is left to compare with the policy's limits: why is said, to a collector too."""
        plan = self.proposed(count=3).with_user(self.collector)
        with Form(plan) as form, form.installment_ids.edit(2) as three:
            three.date_due = date(2026, 6, 9)
        self.assertTrue(plan.is_custom)
        self.pay(self.move)
        for agree in (plan.action_offer, plan.action_accept):
            with self.assertRefused("only $\xa00.00 is open"):
                agree()
        plan.line_ids.sudo()._gated().write({"move_line_id": False, "move_id": False})
        with self.assertRefused("only $\xa00.00 is open"):
            plan.action_offer()

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
            lambda: plan.with_user(auditor).action_suit_days(),
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

    def setUpBooks(self):
        super().setUpBooks()
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
