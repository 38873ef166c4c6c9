"""What customers promise, dispute and pay later, told as stories: what pauses, and its end."""

from datetime import date

from odoo.tests import tagged

from .common import CobranzaCase

TUESDAY, FRIDAY = date(2026, 3, 10), date(2026, 3, 13)
#: two days of grace after Friday
MONDAY = date(2026, 3, 16)


@tagged("post_install", "-at_install")
class TestAgreementStories(CobranzaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"promise_grace_days": 2, "promise_tolerance": 5})
        cls.reason = cls.env.ref("cobranza_dunning.dispute_reason_quantity")

    def promises(self, amount, day=FRIDAY, **kwargs):
        """Ana promises an amount by a day; returns the cobranza.promise."""
        taken = self.env["cobranza.promise"].promise(self.partner.id, amount, day, **kwargs)
        return self.env["cobranza.promise"].browse(taken["id"])

    def disputes(self, invoice, amount, **kwargs):
        """Ana disputes an amount of an invoice; returns the cobranza.dispute."""
        raised = self.env["cobranza.dispute"].raise_dispute(
            self.due(invoice).id, amount, "quantity", **kwargs
        )
        return self.env["cobranza.dispute"].browse(raised["id"])

    def pays(self, invoice, amount=None, on=None):
        with self.at(on or TUESDAY):
            self.pay(invoice, amount)
            self.env.cr.flush()  # as a commit does

    def night(self, day):
        """What happens by itself at the beginning of a day."""
        with self.at(day):
            return self.run_dunning("propose")

    # --- promises

    def test_a_promise_is_kept(self):
        """Ana owes 500 and promises 300 by Friday: 200 are chased, and on Friday she pays."""
        invoice = self.invoice(self.partner, 500)
        promise = self.promises(300)
        self.assertEqual(promise.pause_until, MONDAY)
        self.assertDecision(invoice, "remind", "level_reached", amount=200, promised_amount=300)
        self.assertEqual(self.debtor().promised_amount, 300)

        self.pays(invoice, 300, on=FRIDAY)
        self.assertEqual((promise.state, promise.paid_amount), ("kept", 300))
        self.assertEqual(promise.decided_on, FRIDAY)
        self.assertDecision(invoice, "remind", "level_reached", amount=200, paused_amount=0)
        self.assertEqual(self.debtor().promised_amount, 0)
        self.assertFalse(promise.activity_id)

    def test_a_promise_is_partly_kept(self):
        """She pays 100 of 300, and after the days of grace somebody is to call her."""
        invoice = self.invoice(self.partner, 500)
        promise = self.promises(300)
        self.pays(invoice, 100, on=FRIDAY)
        self.assertEqual((promise.state, promise.paid_amount), ("open", 100))
        with self.at(FRIDAY):
            self.assertDecision(invoice, "remind", "level_reached", amount=200, paused_amount=200)

        self.night(MONDAY)
        self.assertEqual((promise.state, promise.decided_on), ("partial", MONDAY))
        self.assertIn("100.00", promise.activity_id.summary)
        self.assertEqual(self.debtor().broken_promise_count, 1)
        with self.at(MONDAY):
            self.assertDecision(invoice, "remind", "level_reached", amount=400)

    def test_a_promise_is_broken(self):
        """Nothing comes: up to Sunday the 500 rest, on Monday they are chased by themselves."""
        self.company.cobranza_user_id = self.env.user
        invoice = self.invoice(self.partner, 500)
        promise = self.promises(500)
        with self.at(date(2026, 3, 15)):
            self.assertDecision(invoice, "wait", "paused_until", amount=0, next_date=MONDAY)
        self.night(date(2026, 3, 15))
        self.assertEqual(promise.state, "open")

        run = self.night(MONDAY)
        self.assertEqual((promise.state, promise.paid_amount), ("broken", 0))
        self.assertEqual(self.decision(run, invoice).outcome, "remind")
        activity = promise.activity_id
        self.assertEqual((activity.res_model, activity.user_id), ("cobranza.debtor", self.env.user))
        with self.at(MONDAY):
            self.assertIn(activity, self.debtor().activity_ids)

    def test_what_was_paid_before_the_promise_is_no_part_of_it(self):
        """She paid 200 this morning and promises the other 300: those 200 don't count."""
        invoice = self.invoice(self.partner, 500)
        self.pays(invoice, 200)
        promise = self.promises(300)
        self.assertEqual((promise.state, promise.paid_amount), ("open", 0))
        self.assertDecision(invoice, "wait", "paused_until", amount=0, paused_amount=300)
        self.night(MONDAY)
        self.assertEqual(promise.state, "broken")

    def test_paid_before_but_entered_later(self):
        """The bank statement of last week comes in: she owes nothing, and promised for nothing."""
        invoice = self.invoice(self.partner, 300)
        promise = self.promises(300)
        self.pays(invoice, on=date(2026, 3, 3))
        self.assertEqual((promise.state, promise.paid_amount), ("cancelled", 0))
        self.assertEqual(self.debtor().broken_promise_count, 0)

    # --- disputes

    def test_a_dispute_is_accepted_by_a_credit_note(self):
        """100 of 500 are disputed: 400 are chased; the credit note takes the rest away."""
        invoice = self.invoice(self.partner, 500)
        dispute = self.disputes(invoice, 100, revisit_date=FRIDAY)
        self.assertDecision(invoice, "remind", "level_reached", amount=400, disputed_amount=100)
        self.assertEqual(self.debtor().disputed_amount, 100)

        dispute.action_accept()
        self.assertDecision(invoice, "remind", "level_reached", amount=400, disputed_amount=100)
        note = self.credit_note(self.partner, 100, invoice=invoice)
        dispute.action_accept(note.id)
        self.assertEqual((dispute.state, dispute.credit_note_id), ("accepted", note))
        self.assertDecision(invoice, "remind", "level_reached", amount=400, paused_amount=0)
        self.assertEqual(self.debtor().disputed_amount, 0)
        self.assertFalse(dispute.activity_ids)

    def test_a_dispute_is_rejected(self):
        """Nothing was missing: everything is chased at once, and why is on record."""
        invoice = self.invoice(self.partner, 500)
        dispute = self.disputes(invoice, 500, revisit_date=FRIDAY)
        self.assertDecision(invoice, "wait", "paused_until", amount=0, next_date=FRIDAY)
        dispute.action_reject("The delivery note is signed.")
        self.assertEqual((dispute.state, dispute.decided_by_id), ("rejected", self.env.user))
        self.assertDecision(invoice, "remind", "level_reached", amount=500)

    def test_nobody_looked_at_a_dispute_again(self):
        """On Friday it is chased by itself; the owner has had his activity for that day."""
        invoice = self.invoice(self.partner, 500)
        dispute = self.disputes(invoice, 100, revisit_date=FRIDAY)
        self.assertEqual(dispute.activity_ids.date_deadline, FRIDAY)
        with self.at(date(2026, 3, 12)):
            self.assertDecision(invoice, "remind", "level_reached", amount=400)
        with self.at(FRIDAY):
            self.assertDecision(invoice, "remind", "level_reached", amount=500)
            self.assertEqual(dispute.state, "open")
            dispute.action_revisit(MONDAY)
            self.assertDecision(invoice, "remind", "level_reached", amount=400)
            self.assertEqual(dispute.activity_ids.date_deadline, MONDAY)

    # --- all at once

    def test_block_dispute_and_promise_pause_each_amount_once(self):
        """Of 1000: 300 are disputed, 900 promised; together they pause 1000 and no more."""
        invoice = self.invoice(self.partner, 1000)
        self.disputes(invoice, 300, revisit_date=FRIDAY)
        self.promises(900)
        parts = {"disputed_amount": 300, "planned_amount": 0, "promised_amount": 700}
        one = self.assertDecision(invoice, "wait", "paused_until", amount=0, paused_amount=1000)
        self.assertEqual({name: one[name] for name in parts}, parts)
        debtor = self.debtor()
        self.assertEqual({name: debtor[name] for name in parts}, parts)

        pause = self.pause(self.partner)
        one = self.assertDecision(invoice, "skip", "paused", amount=0, paused_amount=1000)
        self.assertEqual({name: one[name] for name in parts}, dict.fromkeys(parts, 0))
        self.assertIn("1,000.00 paused", one.sentence)

        pause.action_end()
        with self.at(FRIDAY):  # the dispute is to be looked at again
            one = self.assertDecision(invoice, "remind", "level_reached", amount=100)
            self.assertEqual((one.disputed_amount, one.promised_amount), (0, 900))
            self.assertIn("900.00 promised", one.sentence)

    def test_block_dispute_plan_and_promise_pause_each_amount_once(self):
        """Of 1000: 300 are disputed, 700 in a plan, 600 promised; beside it 50 are chased.

        As one ends, the next takes over what it hid: each amount rests once and no more.
        """
        invoice, other = self.invoice(self.partner, 1000), self.invoice(self.partner, 50)
        lines = [self.due(invoice).id]
        dispute = self.disputes(invoice, 300)
        promise = self.promises(600, line_ids=lines)
        self.debtor()
        plans = self.env["cobranza.plan"]
        made = plans.propose(self.partner.id, {"lines": lines, "count": 2, "first": "2026-04-10"})
        plan = plans.browse(made["plan_id"])
        plan.action_accept()
        self.assertEqual(plan.amount, 700)
        self.assertRests(invoice, other, 1000, disputed_amount=300, planned_amount=700)

        pause = self.pause(move=invoice)
        one = self.assertDecision(invoice, "skip", "paused", amount=0, paused_amount=1000)
        self.assertEqual((one.disputed_amount, one.planned_amount, one.promised_amount), (0, 0, 0))
        pause.action_end()
        self.assertRests(invoice, other, 1000, disputed_amount=300, planned_amount=700)

        dispute.action_reject("It is as ordered.")
        self.assertRests(invoice, other, 1000, planned_amount=700, promised_amount=300)

        self.pays(invoice, 100)  # what comes counts for the plan and for the promise
        self.assertEqual((plan.paid_amount, promise.paid_amount), (100, 100))
        self.assertRests(invoice, other, 900, planned_amount=600, promised_amount=300)

        plan.action_cancel()
        self.assertRests(invoice, other, 500, promised_amount=500)
        promise.action_cancel()
        self.assertRests(invoice, other, 0)

    def assertRests(self, invoice, other, paused, **parts):
        """Of an invoice so much is paused, by these; the rest and another invoice are chased.

        The run, the explanation and the customer's account say the same.
        """
        parts = {"disputed_amount": 0, "planned_amount": 0, "promised_amount": 0} | parts
        left = invoice.amount_residual - paused
        run = self.run_dunning("preview")
        one = self.decision(run, invoice)
        self.assertEqual((one.paused_amount, one.amount), (paused, left))
        self.assertEqual({name: one[name] for name in parts}, parts)
        self.assertEqual(self.decision(run, other).amount, other.amount_residual)
        [explained] = self.due(invoice).cobranza_explain()
        self.assertEqual(sum(pause["amount"] for pause in explained["pauses"]), paused)
        self.assertEqual((explained["paused"], explained["amount"]), (paused, left))
        debtor = self.debtor()
        self.assertEqual({name: debtor[name] for name in parts}, parts)
