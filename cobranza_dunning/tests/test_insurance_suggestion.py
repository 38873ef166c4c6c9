from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .insurance import InsuranceCase

MARCH = date(2026, 3, 1)
SOON = date(2026, 4, 1)


@tagged("post_install", "-at_install")
class TestSuggestion(InsuranceCase):
    """What could be insured and isn't, through Odoo's own documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.premium_rate = 2

    def suggest(self):
        """The open suggestions as plain values."""
        self.commit()
        return self.env["cobranza.insurance.suggestion"].suggest()

    def records(self, found):
        """The suggestions that were told."""
        return self.env["cobranza.insurance.suggestion"].browse([one["id"] for one in found])

    def test_an_open_invoice_that_could_be_insured(self):
        self.limit(1000)
        one = self.sale(500, MARCH, due=SOON, insured=False)
        (found,) = self.suggest()
        self.assertEqual((found["kind"], found["move_id"]), ("insure", one.id))
        self.assertEqual((found["amount"], found["premium_amount"]), (500, 1))
        self.assertIn("$\xa0500.00 of it would be insured, for a premium of about $\xa01.00",
                      found["explanation"])  # fmt: skip
        suggestion = self.records([found])
        self.assertTrue(suggestion.action_insure())
        self.assertEqual((one.insured, suggestion.state), (True, "done"))
        self.assertCovered(one, 500)
        self.assertEqual(self.suggest(), [])

    def test_at_most_so_many(self):
        self.limit(1000)
        for amount in (500, 300):
            self.sale(amount, MARCH, due=SOON, insured=False)
        self.assertEqual(len(self.suggest()), 2)
        suggestions = self.env["cobranza.insurance.suggestion"]
        self.assertEqual(len(suggestions.suggest(limit=1)), 1)
        for most in ("1", 0, -1, 1.5, True, [1], 2**31):
            with self.assertRefused("a whole number above zero"):
                suggestions.suggest(limit=most)

    def test_a_manager_who_keeps_no_books_insures_as_well(self):
        self.limit(1000)
        one = self.sale(500, MARCH, due=SOON, insured=False)
        suggestion = self.records(self.suggest())
        manager = self.new_user("cobranza_dunning.group_manager", name="Marta Manager")
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            suggestion.with_user(self.new_collector()).action_insure()
        suggestion.with_user(manager).action_insure()
        self.assertEqual((one.insured, suggestion.state), (True, "done"))

    def test_the_premium_is_that_of_the_cover(self):
        """Of the whole invoice, with the minimum once, however its debt is divided."""
        self.insurance.write({"premium_basis": "invoice", "premium_minimum": 25})
        self.limit(600)
        terms = self.env["account.payment.term"].create(
            {"name": "Halves", "line_ids": [
                Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                for days in (30, 60)]}
        )  # fmt: skip
        one = self.sale(1000, MARCH, insured=False, invoice_payment_term_id=terms.id)
        found = self.suggest()
        self.assertEqual([each["kind"] for each in found], ["insure", "ask_limit"])
        self.assertEqual(found[0]["premium_amount"], 25)
        self.records(found[:1]).action_insure()
        self.commit()
        self.assertEqual(sum(one.cover_ids.mapped("premium_amount")), 25)

    def test_a_limit_to_ask_for(self):
        self.sale(500, MARCH, due=SOON)
        self.sale(300, MARCH, due=SOON, insured=False)
        (found,) = self.suggest()
        self.assertEqual((found["kind"], found["reason"]), ("ask_limit", "no_limit"))
        self.assertEqual((found["amount"], found["limit_amount"]), (800, 800))
        self.assertIn("(invoices: 2)", found["explanation"])
        self.assertTrue(self.records([found]).action_ask_limit(900))
        limit = self.env["cobranza.insurance.limit"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual((limit.decision, limit.amount), ("requested", 900))
        self.commit()
        self.assertEqual(self.suggest(), [], "the insurer hasn't answered")
        self.limit(900, effective="2026-03-10", recorded="2026-03-11")
        self.commit()
        with self.at(date(2026, 3, 11)):
            self.assertEqual(self.suggest(), [], "older sales have none, and he has a limit")

    def test_more_of_a_limit_is_asked_for_once(self):
        self.limit(400)
        self.sale(500, MARCH, due=SOON)
        (found,) = self.suggest()
        self.assertEqual((found["reason"], found["limit_amount"]), ("limit_partly", 500))
        self.records([found]).action_ask_limit()
        self.assertEqual(self.suggest(), [])
        self.sale(1, MARCH, due=SOON)
        (found,) = self.suggest()
        self.assertEqual(found["limit_amount"], 501, "that is more than was asked for")

    def test_planned_invoices_and_what_stands_in_their_way(self):
        self.insurance.maximum_term = 60
        self.limit(1000, effective="2026-01-01")
        fits = self.sale(400, MARCH, due=SOON, insured=False, post=False)
        late = self.sale(100, MARCH, due=date(2026, 7, 1), post=False)
        stranger = self.sale(70, MARCH, due=SOON, partner=self.other, post=False)
        self.assertFalse(self.debtor(self.other))
        found = {one["move_id"]: one for one in self.suggest()}
        self.assertEqual((found[fits.id]["kind"], found[fits.id]["planned"]), ("insure", True))
        self.assertEqual(
            (found[late.id]["kind"], found[late.id]["reason"]),
            ("remove_obstacle", "term_too_long"),
        )
        asked = found[False]
        self.assertEqual((asked["kind"], asked["partner_id"]), ("ask_limit", self.other.id))
        self.assertEqual(stranger.commercial_partner_id, self.other)
        self.records([asked]).action_ask_limit()
        self.assertTrue(self.debtor(self.other).limit_ids)

    def test_who_pays_late_comes_first(self):
        self.limit(1000)
        self.limit(1000, self.other)
        self.sale(100, MARCH, due=SOON, partner=self.other, insured=False)
        late = self.sale(70, date(2026, 1, 1), due=date(2026, 1, 15), insured=False)
        first, second = self.suggest()
        self.assertEqual((first["days_late"], first["risk_points"]), (54, 54))
        self.assertEqual((first["move_id"], first["priority"]), (late.id, 107.8))
        self.assertEqual((second["partner_id"], second["priority"]), (self.other.id, 100))

    def test_a_score_takes_the_place_of_delays(self):
        self.limit(1000)
        self.sale(70, date(2026, 1, 1), due=date(2026, 1, 15), insured=False)
        self.commit()
        self.debtor()._gated().write({"has_score": True, "score": 80})
        (found,) = self.suggest()
        self.assertEqual((found["score"], found["risk_points"], found["priority"]), (80, 20, 84))
        self.assertIn("His score is 80 of 100.", found["explanation"])

    def test_put_aside_until_a_day(self):
        self.limit(1000)
        self.sale(500, MARCH, due=SOON, insured=False)
        suggestion = self.records(self.suggest())
        with self.assertRefused("Say why"):
            suggestion.action_dismiss(" ")
        with self.assertRefused("a day after today"):
            suggestion.action_dismiss("Pays in advance", "2026-03-10")
        wizard = self.env["cobranza.insurance.dismiss.wizard"].with_context(
            **suggestion.action_open_dismiss()["context"]
        ).create({"reason": "Pays in advance", "until": "2026-03-20"})
        wizard.action_dismiss()
        self.assertEqual(suggestion.dismiss_reason, "Pays in advance")
        self.assertEqual(self.suggest(), [])
        with self.at(date(2026, 3, 19)):
            self.assertEqual(self.suggest(), [])
        with self.at(date(2026, 3, 20)):
            self.assertEqual(len(self.suggest()), 1)
        again = self.records(self.suggest())
        again.action_dismiss("For good")
        with self.at(date(2026, 9, 1)):
            self.assertEqual(self.suggest(), [])
        again.action_reopen()
        self.assertEqual(again.state, "open")

    def test_what_is_refused(self):
        self.limit(1000)
        self.sale(500, MARCH, due=SOON, insured=False)
        suggestion = self.records(self.suggest())
        with self.assertRefused("Ask for a limit"):
            suggestion.action_ask_limit()
        suggestion.action_insure()
        with self.assertRefused("Insure the invoice"):
            suggestion.action_insure()
        with self.assertRaises(AccessError):
            suggestion.state = "open"
        with self.assertRaises(AccessError):
            suggestion.create({"kind": "insure"})

    def test_single_invoices_come_under_their_policy_when_chosen(self):
        self.insurance.active = False
        policy = self.new_insurance(name="Single", kind="single_invoice")
        self.sale(500, MARCH, due=SOON, insured=False)
        self.assertEqual(self.suggest(), [], "nobody falls under it by himself")
        chosen = self.sale(
            90, MARCH, due=SOON, insured=False, insurance_policy_id=policy.id,
            insurance_activated_on=MARCH,
        )  # fmt: skip
        self.limit(1000, policy_id=policy.id)
        (found,) = self.suggest()
        self.records([found]).action_insure()
        self.assertTrue(chosen.insured)

    def test_a_single_invoice_of_who_pays_late(self):
        """What no other policy covers; its cover is still to be activated."""
        policy = self.new_insurance(name="Single", kind="single_invoice")
        self.limit(500, policy_id=policy.id)
        self.limit(100)
        self.sale(100, date(2026, 1, 1), due=date(2026, 1, 30))
        open_one = self.sale(300, MARCH, due=SOON, insured=False)
        planned = self.sale(90, MARCH, due=SOON, post=False)
        found = {one["move_id"]: one for one in self.suggest() if one["kind"] == "insure"}
        self.assertEqual({*found}, {open_one.id, planned.id})
        self.assertEqual({one["policy_id"] for one in found.values()}, {policy.id})
        self.assertEqual((found[open_one.id]["amount"], found[planned.id]["amount"]), (300, 90))
        self.assertIn("Enter the day on which its cover was activated",
                      found[open_one.id]["explanation"])  # fmt: skip
        self.records([found[open_one.id]]).action_insure()
        self.assertEqual((open_one.insured, open_one.insurance_policy_id), (True, policy))
        self.assertCovered(open_one, 0, "not_covered", "not_activated")
        self.assertEqual(
            [one["move_id"] for one in self.suggest() if one["kind"] == "insure"], [planned.id]
        )
        open_one.insurance_activated_on = "2026-03-10"
        self.assertCovered(open_one, 300)

    def test_no_single_invoice_of_who_pays_in_time(self):
        policy = self.new_insurance(name="Single", kind="single_invoice")
        self.limit(500, policy_id=policy.id)
        self.limit(100)
        self.sale(100, MARCH, due=SOON)
        self.sale(300, MARCH, due=SOON, insured=False)
        self.assertEqual({one["kind"] for one in self.suggest()}, {"ask_limit"})

    def test_nothing_more_is_insured_under_an_archived_policy(self):
        """Neither an invoice that was sold under it, nor a limit for one that is short of it."""
        self.limit(100)
        self.sale(500, MARCH, due=SOON)
        self.sale(50, MARCH, due=SOON, insured=False)
        self.assertEqual(len(self.suggest()), 1)
        self.insurance.active = False
        self.assertEqual(self.suggest(), [])

    def renewed(self):
        """The policy that renews this one from March on, with its limit of 100."""
        renewed = self.renewal(self.insurance, MARCH)
        self.limit(100, policy_id=renewed.id)
        return renewed

    def test_what_is_open_under_the_renewed_policy_needs_the_limit_too(self):
        self.limit(100)
        renewed = self.renewed()
        old = self.sale(50, date(2026, 2, 20), due=SOON)
        self.sale(80, MARCH, due=SOON)
        (found,) = self.suggest()
        self.assertEqual((found["kind"], found["policy_id"]), ("ask_limit", renewed.id))
        self.assertEqual((found["amount"], found["limit_amount"]), (30, 130))
        self.pay(old, 29)
        (found,) = self.suggest()
        self.assertEqual((found["amount"], found["limit_amount"]), (1, 101))
        self.pay(old, 1)
        self.assertEqual(self.suggest(), [])

    def test_an_older_sale_takes_the_renewals_cover(self):
        """Under a policy and its renewal as much is gained, and needed, as under one alone."""
        self.limit(100)
        self.sale(90, date(2026, 2, 20), due=SOON, insured=False)
        self.sale(80, MARCH, due=SOON)

        def told():
            return {
                one["kind"]: (one["amount"], one["limit_amount"], one["policy_id"])
                for one in self.suggest()
            }

        old = self.insurance.id
        self.assertEqual(told(), {"insure": (20, 0, old), "ask_limit": (70, 170, old)})
        new = self.renewed().id
        self.assertEqual(told(), {"insure": (20, 0, old), "ask_limit": (70, 170, new)})

    def test_what_nobody_insures_any_more_takes_nothing_of_the_renewals_limit(self):
        """Under an archived policy an invoice that isn't marked stays so."""
        self.limit(100)
        renewed = self.renewed()
        self.sale(90, date(2026, 2, 20), due=SOON, insured=False)
        self.sale(30, date(2026, 2, 21), due=SOON)
        one = self.sale(60, MARCH, due=SOON, insured=False)
        self.insurance.active = False
        (found,) = self.suggest()
        self.assertEqual((found["move_id"], found["amount"]), (one.id, 60))
        self.assertEqual(found["policy_id"], renewed.id)

    def test_what_changes_keeps_its_record(self):
        limit = self.limit(100)
        self.sale(500, MARCH, due=SOON)
        (found,) = self.suggest()
        self.sale(1, MARCH, due=SOON)
        (again,) = self.suggest()
        self.assertEqual((again["id"], again["limit_amount"]), (found["id"], 501))
        self.records([again]).action_ask_limit(1)
        (reopened,) = self.suggest()
        self.assertEqual(reopened["id"], found["id"], "that was too little")
        self.limit(900, corrects_id=limit.id)
        self.assertEqual(self.suggest(), [])
        self.assertFalse(self.records([reopened]).exists())

    def test_where_it_leads(self):
        self.limit(1000)
        one = self.sale(500, MARCH, due=SOON, insured=False)
        suggestion = self.records(self.suggest())
        self.assertEqual(suggestion.action_view_subject()["res_id"], one.id)
        # as the list's button calls it
        action = call_kw(suggestion.browse(), "action_refresh", [[]], {})
        self.assertEqual(action["tag"], "soft_reload")

    def test_each_night_and_each_company(self):
        other = self.new_company()
        self.new_insurance(other, blind_amount=50)
        self.sale(500, MARCH, due=SOON, company=other, insured=False)
        self.commit()
        model = self.env["cobranza.insurance.suggestion"]
        for company in (self.company, other):
            model._refresh(company)
        ours = model.search([("company_id", "in", (self.company | other).ids)])
        self.assertEqual((ours.company_id, set(ours.mapped("kind"))),
                         (other, {"insure", "ask_limit"}))  # fmt: skip

    def test_the_number_of_queries_doesnt_grow(self):
        model, counts, ids = self.env["cobranza.insurance.suggestion"], [], []
        self.suggest()
        for number in (3, 9):
            for place in range(number):
                partner = self.new_partner(f"Q{number}{place}")
                self.limit(1000, partner)
                self.sale(10, MARCH, due=SOON, partner=partner, insured=False)
                self.sale(20, MARCH, due=SOON, partner=partner, insured=False, post=False)
            model._refresh(self.company)
            self.commit()
            before = self.env.cr.sql_log_count
            model._refresh(self.company)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            ids.append(model.search([("company_id", "=", self.company.id)], order="id").ids)
        self.assertEqual(len(model.search([("company_id", "=", self.company.id)])), 24)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual({*ids[0]}, {*ids[1]}, "what says the same stays")
