"""Decisions with a reference the insurer keeps, and those that replace another customer's."""

from datetime import date

from odoo.tests import tagged

from .insurance import InsuranceCase

DUE = date(2026, 4, 30)


@tagged("post_install", "-at_install")
class TestReference(InsuranceCase):
    """An insurer's file number names a customer's decisions over the years."""

    def say(self, amount, effective=None, **vals):
        """Record what the insurer says under EXP-7; return the answer."""
        row = {
            "partner_id": self.partner.id, "amount": amount, "reference": "EXP-7",
            "effective": effective, **vals,
        }  # fmt: skip
        (answer,) = self.env["cobranza.insurance.limit"].upsert([row])
        return answer

    def in_use(self):
        """[(first day, amount)] of what isn't corrected."""
        limits = self.insurance.limit_ids.filtered(lambda one: not one.corrected_by_ids)
        return [(str(one.effective), one.amount) for one in limits.sorted("effective")]

    def test_his_next_decision_leaves_what_was_delivered_before_insured(self):
        self.say(100, "2026-01-01")
        old = self.sale(100, date(2026, 1, 20), DUE)
        self.assertCovered(old, 100)
        answer = self.say(60, "2026-03-05", decision="reduced")
        self.assertEqual((answer["status"], answer["before"]), ("created", 100))
        self.assertCovered(old, 100)
        self.assertEqual(self.in_use(), [("2026-01-01", 100), ("2026-03-05", 60)])
        for again in (("2026-01-01", 100), ("2026-03-05", 60)):
            decision = "granted" if again[1] == 100 else "reduced"
            answer = self.say(again[1], again[0], decision=decision)
            self.assertEqual(answer["status"], "unchanged")

    def test_the_same_day_or_an_earlier_one_corrects(self):
        self.say(100, "2026-02-01")
        self.say(80, "2026-03-05")
        self.assertEqual(self.say(90, "2026-03-05")["status"], "corrected")
        self.assertEqual(self.in_use(), [("2026-02-01", 100), ("2026-03-05", 90)])
        answer = self.say(70, "2026-02-20")
        self.assertEqual(answer["differences"]["effective"], ["2026-03-05", "2026-02-20"])
        self.assertEqual(self.in_use(), [("2026-02-01", 100), ("2026-02-20", 70)])
        # a day that was corrected once isn't new
        self.assertEqual(self.say(70, "2026-03-05")["status"], "corrected")
        self.assertEqual(self.in_use(), [("2026-02-01", 100), ("2026-03-05", 70)])

    def test_without_a_day_only_what_differs_is_new(self):
        self.say(100, "2026-01-01")
        self.assertEqual(self.say(100)["status"], "unchanged")
        self.assertEqual(self.say(60)["status"], "created")
        self.assertEqual(self.in_use(), [("2026-01-01", 100), ("2026-03-10", 60)])
        self.assertEqual(self.say(50)["status"], "corrected")
        self.assertEqual(self.in_use(), [("2026-01-01", 100), ("2026-03-10", 50)])

    def test_several_of_one_reference_in_a_list(self):
        rows = [
            {"partner_id": self.partner.id, "amount": amount, "reference": "EXP-7",
             "effective": effective}
            for amount, effective in ((100, "2026-01-01"), (60, "2026-03-05"), (70, "2026-03-05"))
        ]  # fmt: skip
        upsert = self.env["cobranza.insurance.limit"].upsert
        self.assertEqual(
            [one["status"] for one in upsert(rows)], ["created", "created", "error"]
        )
        self.assertEqual(
            [one["status"] for one in upsert(rows)], ["unchanged", "unchanged", "error"]
        )

    def test_another_customer_is_a_correction_of_both_covers(self):
        self.say(100, "2026-01-01")
        one, two = self.sale(100), self.sale(100, partner=self.other)
        self.assertCovered(one, 100)
        answer = self.say(100, "2026-02-01", partner_id=self.other.id)
        self.assertEqual(answer["status"], "corrected")
        self.assertCovered(one, 0)
        self.assertCovered(two, 100)

    def test_a_correction_stays_under_its_policy(self):
        other = self.new_insurance(name="Second")
        wrong = self.limit(100)
        with self.assertRefused("same insurance policy"), self.cr.savepoint():
            self.limit(50, policy_id=other.id, corrects_id=wrong.id)
