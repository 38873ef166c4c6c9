"""Claims: what they are worth, what may be filed, and what follows from it."""

from ast import literal_eval
from datetime import date

from lxml import etree
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .claims import DUE, FILED, SOLD, ClaimCase


@tagged("post_install", "-at_install")
class TestClaim(ClaimCase):
    """The figures of a claim and its life."""

    # --- what it is about

    def test_it_begins_with_what_is_overdue(self):
        """What isn't due yet is claimed only of somebody insolvent."""
        self.limit(100000)
        late, open_one = self.sale(700, SOLD, DUE), self.sale(300, date(2026, 3, 1))
        claim = self.claim()
        self.assertEqual(claim.line_ids.move_id, late)
        claim.debtor_id.insolvent_on = date(2026, 3, 5)
        claim.action_update()
        self.assertEqual(claim.line_ids.move_id, late | open_one)
        self.assertEqual((claim.state, claim.loss_amount), ("draft", 1000))

    def test_lines_can_be_taken_out_of_a_draft(self):
        self.limit(100000)
        self.sale(700, SOLD, DUE)
        other = self.sale(300, SOLD, DUE)
        claim = self.claim()
        claim.line_ids.filtered(lambda one: one.move_id == other).unlink()
        self.assertEqual((claim.loss_amount, claim.expected_amount), (700, 630))
        claim.action_file()
        self.assertEqual(claim.loss_amount, 700)
        with self.assertRaisesRegex(UserError, "keeps its lines"):
            claim.line_ids.unlink()

    def test_costs_and_terms(self):
        """Costs pro rata, deductible, and what is left of first loss and maximum."""
        self.insurance.write({"deductible": 100, "first_loss": 1000, "maximum_indemnity": 50000})
        claim = self.filed(costs_amount=1200)
        # costs 1 200 × 100 000 ÷ 120 000 = 1 000; 101 000 × 90 % = 90 900
        self.assertEqual((claim.covered_costs_amount, claim.insured_amount), (1000, 90900))
        self.assertEqual((claim.deductible_amount, claim.first_loss_amount), (100, 1000))
        self.assertEqual((claim.above_maximum_amount, claim.expected_amount), (39800, 50000))
        self.assertEqual(claim.year_from, date(2026, 1, 1))

    def test_the_insurance_year_is_that_of_the_day_of_the_sale(self):
        """Delivered in the old year and invoiced in the new one, where deliveries count."""
        self.insurance.attachment = "delivery"
        self.insurance.period_ids = [
            Command.create({"date_from": "2025-01-01", "date_to": "2025-12-31"})
        ]
        self.limit(1000, effective="2025-01-01")
        self.sale(1000, date(2026, 1, 2), DUE, delivery_date="2025-12-30")
        self.assertEqual(self.claim().year_from, date(2025, 1, 1))

    def test_earlier_claims_of_the_year_use_up_first_loss_and_maximum(self):
        """Those of another year, and those that were taken back, don't."""
        self.insurance.write({"first_loss": 1000, "maximum_indemnity": 10000})
        first = self.filed(10000)
        self.assertEqual((first.first_loss_amount, first.expected_amount), (1000, 8000))
        self.partner = self.new_partner("Second customer")
        second = self.filed(5000)
        self.assertEqual((second.first_loss_amount, second.above_maximum_amount), (0, 2500))
        self.assertEqual(second.expected_amount, 2000)
        first.action_cancel()
        second.action_update()
        self.assertEqual((second.first_loss_amount, second.expected_amount), (1000, 3500))
        self.assertBalances(insurer=3500, claims=-3500)

    def test_two_kinds_of_limit(self):
        """The insured percentage is the average by what is covered."""
        self.insurance.discretionary_amount = 2000
        self.sale(1000, SOLD, DUE)
        self.limit(1000, kind="discretionary")
        self.sale(3000, date(2026, 1, 20), date(2026, 2, 20))
        self.limit(4000, effective="2026-01-15")
        claim = self.claim()
        self.assertEqual(sorted(claim.line_ids.mapped("percentage")), [80, 90])
        self.assertEqual(claim.expected_amount, 1000 * 0.8 + 3000 * 0.9)

    def test_on_account(self):
        """Half of it six months after the notice, by Spanish law."""
        self.insurance.write({"law": "es"})
        self.limit(1000)
        sold = self.sale(1000, SOLD, DUE)
        self.commit()
        notice = self.env["cobranza.insurance.notice"]._of_lines(self.due(sold))
        notice.write({"reference": "AFP-1", "notified_on": "2026-02-20"})
        notice.action_notify()
        claim = self.claim(notice_id=notice.id)
        self.assertEqual(claim.line_ids.move_id, sold)
        self.assertEqual(claim.notified_on, date(2026, 2, 20))
        self.assertEqual(claim.provisional_date, date(2026, 8, 20))
        self.assertEqual(claim.provisional_amount, 450)

    def test_made_from_the_account_and_from_a_notice(self):
        """The account opens the draft there is; a notice has to be given first."""
        self.limit(1000)
        sold = self.sale(1000, SOLD, DUE)
        self.commit()
        debtor = self.env["cobranza.debtor"]._of_partner(self.partner.id, self.company)
        opened = debtor.action_claim_insurance()
        self.assertEqual(debtor.claim_ids.id, opened["res_id"])
        self.assertEqual(debtor.action_claim_insurance()["res_id"], opened["res_id"])
        self.assertEqual(debtor.action_view_claims()["domain"][0][2], debtor.ids)
        notice = self.env["cobranza.insurance.notice"]._of_lines(self.due(sold))
        with self.assertRaisesRegex(UserError, "nothing to do here"):
            notice.action_claim_insurance()
        notice.reference = "AFP-1"
        notice.action_notify()
        claim = debtor.claim_ids.browse(notice.action_claim_insurance()["res_id"])
        self.assertEqual((claim.notice_id, claim.line_ids.move_id), (notice, sold))
        self.assertEqual(notice.action_claim_insurance()["res_id"], claim.id, "the draft there is")

    # --- what can't be filed

    def test_nothing_to_claim(self):
        self.limit(1000)
        self.sale(300, date(2026, 3, 1))
        with self.assertRaisesRegex(UserError, "nothing to claim"):
            self.claim().action_file()

    def test_what_the_insurer_would_not_pay(self):
        self.insurance.threshold = 500
        with self.assertRaisesRegex(UserError, "pays nothing"):
            self.filed(400)

    def test_without_a_notice(self):
        """A policy that wants one: first it lacks, then cover is lost, then it is excused."""
        self.insurance.deadline_ids = [self.deadline("notice", "due", 30)]
        self.limit(1000)
        sold = self.sale(1000, SOLD, DUE)
        claim = self.claim()
        with self.assertRaisesRegex(UserError, "wants a notice"):
            claim.action_file()
        with self.at(date(2026, 3, 12)):
            claim.action_update()
            self.assertEqual((claim.covered_amount, claim.line_ids.lost_amount), (0, 1000))
            with self.assertRaisesRegex(UserError, "cover is lost"):
                claim.action_file()
            self.env["cobranza.insurance.approval"].create(
                {"move_ids": sold.ids, "duty": "notice", "reference": "EXC-1"}
            )
            claim.action_file()
        self.assertEqual((claim.state, claim.expected_amount), ("filed", 900))

    def test_what_is_not_insured_needs_no_notice(self):
        """What was sold after the insolvency can't be notified, and is claimed as not covered."""
        self.insurance.deadline_ids = [self.deadline("notice", "due", 30)]
        self.limit(1000)
        self.sale(600, SOLD, DUE)
        self.debtor().insolvent_on = date(2026, 3, 1)
        self.sale(200, date(2026, 3, 5), date(2026, 4, 5))
        claim = self.claim()
        with self.assertRaisesRegex(UserError, "wants a notice"):
            claim.action_file()
        self.env["cobranza.insurance.notice"].notify(self.partner.id, reference="AFP-1")
        claim.action_update()
        claim.action_file()
        self.assertEqual((claim.loss_amount, claim.covered_amount), (800, 600))

    def test_a_line_is_claimed_once(self):
        claim = self.filed(1000)
        self.assertFalse(self.claim().line_ids)
        other = self.claim()
        other._read_ledger(self.due(self.sold).ids)
        with self.assertRaisesRegex(UserError, "Another claim"):
            other.action_file()
        claim.action_cancel()
        other.action_file()

    def test_accounts_that_lack_are_named(self):
        self.insurance.write({"claim_account_id": False, "insurer_id": False})
        with self.assertRaisesRegex(UserError, "Insurer, Debts in claims"):
            self.filed(1000)

    def test_usual_accounts_are_proposed(self):
        """As Spanish charts number them; the same numbers mean other things elsewhere."""
        elsewhere = self.new_insurance(company=self.company)
        self.assertFalse(elsewhere.insurer_account_id or elsewhere.loss_account_id)
        self.company.account_fiscal_country_id = self.env.ref("base.es")
        self.insurer_books["loss_account_id"].account_type = "expense_other"
        policy = self.new_insurance(company=self.company)
        self.assertEqual(policy.insurer_account_id, self.insurer_books["insurer_account_id"])
        self.assertEqual(policy.insurer_share_account_id.code, "4100")
        self.assertEqual(policy.loss_account_id.code, "6500")
        self.assertFalse(policy.claim_account_id)
        self.assertEqual(policy.claim_journal_id.type, "general")

    # --- what follows

    def test_later_deliveries_are_not_insured(self):
        claim = self.filed(1000)
        with self.at(date(2026, 3, 20)):
            later = self.sale(500, date(2026, 3, 20))
            self.assertCovered(later, 0, "not_covered", "claim_filed")
            claim.action_cancel()
            self.assertCovered(later, 500, "covered")

    def test_a_claim_stops_until_the_insurer_grants_a_limit_again(self):
        claim = self.filed(1000)
        claim.action_accept()
        with self.at(date(2026, 3, 20)):
            self.limit(50000, effective=date(2026, 3, 15))
            later = self.sale(500, date(2026, 3, 20))
            self.assertCovered(later, 500, "covered")

    def test_a_second_claim_stops_nothing_that_was_delivered_before_it(self):
        """Each claim stops from its own day on, until the limit that came after it."""
        self.filed(1000)
        self.limit(50000, effective=date(2026, 3, 15))
        with self.at(date(2026, 3, 20)):
            between = self.sale(300, date(2026, 3, 12))
            later = self.sale(500, date(2026, 3, 20))
            self.assertCovered(between, 0, "not_covered", "claim_filed")
            self.assertCovered(later, 500, "covered")
        with self.at(date(2026, 4, 25)):
            second = self.env["cobranza.insurance.claim"].file_claim(
                self.partner.id, line_ids=self.due(later).ids
            )
            last = self.sale(70, date(2026, 4, 25))
            self.assertEqual(second["state"], "filed")
            self.assertCovered(between, 0, "not_covered", "claim_filed")
            self.assertCovered(later, 500, "covered")
            self.assertCovered(last, 0, "not_covered", "claim_filed")

    def test_a_claim_stops_deliveries_under_the_renewals_of_its_policy(self):
        """From its day on, until the insurer grants a limit, however many policies there were."""
        self.filed(1000)
        second = self.renewal(self.insurance, date(2026, 2, 1))
        third = self.renewal(second, date(2026, 3, 1))
        self.limit(50000, policy_id=third.id)
        with self.at(date(2026, 3, 20)):
            before, on_the_day = self.sale(30, date(2026, 3, 9)), self.sale(40, FILED)
            later = self.sale(50, date(2026, 3, 12))
            self.assertEqual(self.assertCovered(before, 30, "covered").policy_id, third)
            self.assertCovered(on_the_day, 0, "not_covered", "claim_filed")
            self.limit(50000, policy_id=third.id, effective=date(2026, 3, 12))
            self.assertCovered(on_the_day, 0, "not_covered", "claim_filed")
            self.assertCovered(later, 50, "covered")

    def test_a_claim_stops_nothing_under_another_policy(self):
        self.filed(1000)
        other = self.new_insurance(name="Other", kind="single_debtor", partner_id=self.partner.id)
        self.limit(50000, policy_id=other.id)
        with self.at(date(2026, 3, 20)):
            later = self.sale(500, date(2026, 3, 20))
            self.assertEqual(self.assertCovered(later, 500, "covered").policy_id, other)

    def taxed_claim(self):
        """A draft about an invoice of 1000 and 210 of tax; and that tax."""
        self.limit(100000)
        self.sold = self.sale(1000, SOLD, DUE, post=False)
        tax = self.add_tax(self.sold, 210, 1210)
        self.sold.action_post()
        return self.claim(), tax

    def test_tax_taken_back_after_a_default(self):
        """Spain: a credit note for the tax alone; neither a payment nor less of a loss."""
        claim, tax = self.taxed_claim()
        self.assertEqual(
            (claim.loss_amount, claim.covered_amount, claim.line_ids.tax_amount), (1210, 1000, 210)
        )
        claim.action_file()
        self.take_tax_back(self.sold, tax)
        claim.action_update()
        self.assertEqual(
            (claim.loss_amount, claim.covered_amount, claim.line_ids.tax_amount), (1000, 1000, 0)
        )
        self.assertEqual(claim.expected_amount, 900)
        claim.action_accept()
        self.statement(claim.insurer_id, claim.open_amount, claim._insurer_items())
        claim.action_close()
        self.assertEqual((claim.state, claim.written_off_amount), ("closed", 100))

    def test_tax_taken_back_after_the_insurer_agreed(self):
        claim, tax = self.taxed_claim()
        claim.action_file()
        claim.action_accept()
        self.take_tax_back(self.sold, tax)
        self.statement(claim.insurer_id, claim.open_amount, claim._insurer_items())
        claim.action_close()
        self.assertEqual((claim.state, claim.written_off_amount), ("closed", 100))

    def taxed(self, amount=1000):
        """File and agree on a claim about 1 210, of which 210 is tax; return it and the tax."""
        self.limit(100000)
        self.sold = self.sale(amount, SOLD, DUE, post=False)
        tax = self.add_tax(self.sold, amount * 0.21, amount * 1.21)
        self.sold.action_post()
        claim = self.claim()
        claim.action_file()
        claim.action_accept()
        return claim, tax

    def test_money_after_the_tax_was_taken_back(self):
        """The insurer bears 900 of the 1000 that are lost by then, not of 1210."""
        claim, tax = self.taxed()
        note = self.take_tax_back(self.sold, tax)
        self.assertEqual((claim.tax_returned_amount, claim.owed_amount), (210, 1000))
        with self.assertRaisesRegex(UserError, r"only \$.1,000.00 are still"):
            claim.record_recovery(self.customer_pays(1000.01).id)
        found = claim.record_recovery(self.customer_pays(1000).id)
        self.assertEqual((found["insurer_amount"], found["insured_amount"]), (900, 100))
        self.assertEqual(claim.owed_amount, 0)
        claim.recovery_ids.action_cancel()
        self.due(note).remove_move_reconcile()
        self.assertEqual((claim.tax_returned_amount, claim.owed_amount), (0, 1210))

    def test_money_before_and_after_the_tax_was_taken_back(self):
        """Half of the debt with its tax; what comes then makes up for it."""
        claim, tax = self.taxed()
        first = claim.record_recovery(self.customer_pays(605).id)
        self.assertEqual(first["insurer_amount"], 450)
        self.take_tax_back(self.sold, tax, net=500)
        self.assertEqual((claim.tax_returned_amount, claim.owed_amount), (105, 500))
        claim.record_recovery(self.customer_pays(500).id)
        self.assertEqual((claim.insurer_share_amount, claim.owed_amount), (900, 0))

    def test_tax_taken_back_and_the_ledger_read_again(self):
        """What the ledger says counts once: of the loss, or beside it."""
        claim, tax = self.taxed_claim()
        claim.action_file()
        self.take_tax_back(self.sold, tax, net=500)
        self.assertEqual((claim.loss_amount, claim.owed_amount), (1210, 1105))
        with self.assertRaisesRegex(UserError, "more than was lost"):
            claim.action_accept(1105.01)
        claim.action_update()
        self.assertEqual((claim.loss_amount, claim.owed_amount), (1105, 1105))
        self.take_tax_back(self.sold, tax, net=500)
        self.assertEqual((claim.tax_returned_amount, claim.owed_amount), (105, 1000))

    def test_tax_taken_back_in_another_currency(self):
        """At the rate of the sale, as the loss."""
        foreign = self.new_currency("EUR", 2)  # a dollar is two euros
        self.limit(100000)
        self.sold = self.sale(2000, SOLD, DUE, currency=foreign, post=False)
        tax = self.add_tax(self.sold, 420, 2420)
        self.sold.action_post()
        claim = self.claim()
        claim.action_file()
        claim.action_accept()
        self.assertEqual(claim.loss_amount, 1210)
        self.take_tax_back(self.sold, tax, net=2000, currency=foreign)
        self.assertEqual((claim.tax_returned_amount, claim.owed_amount), (210, 1000))

    def test_tax_taken_back_is_shared_where_tax_is_insured(self):
        self.insurance.covers_tax = True
        claim, tax = self.taxed_claim()
        claim.action_file()
        claim.action_accept()
        self.take_tax_back(self.sold, tax)
        self.statement(claim.insurer_id, claim.open_amount, claim._insurer_items())
        with self.assertRaisesRegex(UserError, "whose money that is"):
            claim.action_close()
        self.assertFalse(claim.tax_returned_amount)

    def test_the_duty_to_claim_is_done(self):
        self.insurance.deadline_ids = [self.deadline("claim", "due", 40)]
        self.limit(1000)
        sold = self.sale(1000, SOLD, DUE)
        self.assertEqual(self.cover(sold).next_duty, "claim")
        self.claim().action_file()
        self.assertFalse(self.cover(sold).next_duty)
        self.assertCovered(sold, 1000, "covered")

    def test_what_is_claimed_is_left_to_the_insurer(self):
        """Unless the policy has the insured party go on collecting."""
        claim = self.filed(1000)
        (line,) = self.due(self.sold).cobranza_explain()
        self.assertNotEqual(line["outcome"], "remind")
        self.assertEqual((line["amount"], line["paused"]), (0, 1000))
        self.assertEqual([one["label"] for one in line["pauses"]], [claim.name])
        self.insurance.collects_after_claim = True
        (line,) = self.due(self.sold).cobranza_explain()
        self.assertEqual(line["amount"], 1000)
        self.insurance.collects_after_claim = False
        claim.action_refuse("No delivery note")
        (line,) = self.due(self.sold).cobranza_explain()
        self.assertEqual(line["amount"], 1000)

    def test_refused(self):
        claim = self.filed(1000)
        with self.assertRaisesRegex(UserError, "Say why"):
            claim.action_refuse(" ")
        claim.action_refuse("No delivery note")
        self.assertEqual((claim.state, claim.decision), ("refused", "No delivery note"))
        self.assertBalances()
        with self.assertRaisesRegex(UserError, "only possible while"):
            claim.action_accept(10)

    def test_what_was_filed_stays(self):
        claim = self.filed(1000)
        for vals in ({"loss_date": "2026-03-01"}, {"costs_amount": 5}, {"policy_id": 1}):
            with self.assertRaisesRegex(UserError, "stays as it is"):
                claim.write(vals)
        claim.write({"reference": "S-77"})
        with self.assertRaisesRegex(UserError, "stays on record"):
            claim.unlink()

    def test_why_it_was_taken_back_is_kept_as_text(self):
        claim = self.filed()
        claim.action_cancel(" They pay\0 after all ")
        self.assertEqual((claim.state, claim.decision), ("cancelled", "They pay after all"))

    def test_a_draft_can_be_deleted(self):
        self.limit(1000)
        self.sale(1000, SOLD, DUE)
        claim = self.claim()
        claim.unlink()
        self.assertFalse(claim.exists())

    def test_states_and_figures_are_nobodys_to_write(self):
        claim = self.filed(1000)
        for vals in ({"state": "paid"}, {"accepted_amount": 1}, {"expected_amount": 9},
                     {"move_ids": [Command.clear()]}, {"filed_on": "2026-01-01"}):  # fmt: skip
            with self.assertRaises(AccessError):
                claim.write(vals)
        with self.assertRaises(AccessError):
            claim.line_ids.write({"covered_amount": 5000})
        with self.assertRaises(AccessError):
            self.env["cobranza.insurance.claim.line"].create({"claim_id": claim.id})

    def test_costs_are_not_negative(self):
        self.limit(1000)
        self.sale(1000, SOLD, DUE)
        with self.assertRefused("negative, nor that high"), self.cr.savepoint():
            self.claim(costs_amount=-1)
        claim = self.claim()
        for costs in (-1, 10**15, 1e26):
            with self.subTest(costs), self.assertRefused("negative, nor that high"):
                claim.costs_amount = costs
        claim.costs_amount = 10**14

    def test_customers_that_turn_out_to_be_one(self):
        """Claims and recoveries go along with the account."""
        claim = self.agreed(1000)
        claim.record_recovery(self.customer_pays(100).id)
        other = self.new_partner("The same one")
        claim.debtor_id._merge_into(other)
        self.env.flush_all()
        self.assertEqual((claim.partner_id, claim.recovery_ids.partner_id), (other, other))

    # --- by script

    def test_file_claim(self):
        """Plain values in and out; nothing is kept of what can't be filed."""
        claims = self.env["cobranza.insurance.claim"]
        self.limit(100000)
        first, second = self.sale(700, SOLD, DUE), self.sale(300, SOLD, DUE)
        self.commit()
        with self.assertRaisesRegex(UserError, "no contact"):
            claims.file_claim(0)
        with self.assertRaisesRegex(UserError, "no insurance policy"):
            claims.file_claim(self.partner.id, policy_id=987654)
        with self.assertRaisesRegex(UserError, "no notice"):
            claims.file_claim(self.partner.id, notice_id=987654)
        with self.assertRaisesRegex(UserError, "later than today"):
            claims.file_claim(self.partner.id, filed_on="2026-03-11")
        with self.assertRaisesRegex(UserError, "more than nothing"):
            claims.file_claim(self.partner.id, costs=-5)
        with self.assertRaisesRegex(UserError, "too large an amount"):
            claims.file_claim(self.partner.id, costs=1e15)
        found = claims.file_claim(
            self.partner.id, line_ids=self.due(first).ids, filed_on="2026-03-09",
            loss_date="2026-03-05", costs="10.00", reference=" S-1 ",
        )  # fmt: skip
        self.assertEqual(found["state"], "filed")
        self.assertEqual((found["loss"], found["costs"], found["expected"]), (700, 10, 639))
        self.assertEqual((found["filed_on"], found["loss_date"]), ("2026-03-09", "2026-03-05"))
        self.assertEqual((found["reference"], found["open"]), ("S-1", 639))
        self.assertEqual([one["move_id"] for one in found["lines"]], first.ids)
        self.assertEqual(len(found["move_ids"]), 1)
        rest = claims.file_claim(self.partner.id)
        self.assertEqual([one["move_id"] for one in rest["lines"]], second.ids)

    def test_who_may_not(self):
        """Collectors read claims; managers make them without keeping books."""
        claim = self.filed(1000)
        collector, manager = self.new_collector(), self.new_user("cobranza_dunning.group_manager")
        self.assertEqual(claim.with_user(collector).as_dict()["expected"], 900)
        for action in ("action_update", "action_file", "action_close", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(claim.with_user(collector), action)()
        with self.assertRaises(AccessError):
            claim.with_user(collector).file_claim(self.partner.id)
        claim.with_user(manager).action_accept()
        claim.with_user(manager).action_cancel()
        self.assertEqual(claim.state, "cancelled")

    def test_no_policy_holds(self):
        self.insurance.active = False
        self.sale(100, SOLD, DUE)
        self.commit()
        with self.assertRaisesRegex(UserError, "under which insurance policy"):
            self.env["cobranza.insurance.claim"].file_claim(self.partner.id)

    def test_filed_without_reference_it_is_found(self):
        """Insurers often give their number only afterwards."""
        claim = self.filed(1000)
        search = etree.fromstring(claim.get_view(view_type="search")["arch"])
        (found,) = search.xpath("//filter[@name='no_reference']")
        domain = [*literal_eval(found.get("domain")), ("id", "=", claim.id)]
        self.assertTrue(claim.search(domain))
        claim.reference = "S-77"
        self.assertFalse(claim.search(domain))

    def test_the_number_of_queries_does_not_grow(self):
        """Reading the ledger costs the same for many lines as for a few."""

        def queries(number):
            self.partner = self.new_partner(f"Customer of {number}")
            self.limit(10**6)
            for _one in range(number):
                self.sale(100, SOLD, DUE)
            claim = self.claim()
            claim.line_ids._gated().write({"covered_amount": 0})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            claim.action_update()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        queries(1)
        self.assertLessEqual(queries(12), queries(2) + 3)
