"""What a filed claim rests on: what is insured, the order of the year, the policy's accounts."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .claims import DUE, FILED, SOLD, ClaimCase


@tagged("post_install", "-at_install")
class TestClaimTerms(ClaimCase):
    """Changes elsewhere neither undo a claim in silence nor book it twice."""

    # --- what is insured

    def test_no_longer_insured_is_not_settled(self):
        """Open lines that fall under the policy no more: nothing is taken back in silence."""
        claim = self.filed(1000, loss_date="2026-06-01")
        money = self.customer_pays(100)
        other = self.new_insurance(name="Other")
        self.sold.insurance_policy_id = other
        with self.assertRaisesRegex(UserError, "isn't insured under this policy any more"):
            claim.action_update()
        named = f"{self.sold.name} of Ana Customer"
        with self.assertRaisesRegex(UserError, named), self.cr.savepoint():
            claim.record_recovery(money.id)
        self.assertEqual(claim.expected_amount, 900)
        self.assertBalances(insurer=900, claims=-900)
        self.sold.write({"insurance_policy_id": False, "insured": False})
        with self.assertRaisesRegex(UserError, "isn't insured under this policy any more"):
            claim.action_update()
        self.sold.insured = True
        claim.record_recovery(money.id)
        self.assertEqual(claim.expected_amount, 810)

    def test_an_archived_policy_keeps_what_was_sold_under_it(self):
        """As at a renewal: the claim goes on as if nothing had been."""
        claim = self.filed(1000, loss_date="2026-06-01")
        self.insurance.active = False
        claim.record_recovery(self.customer_pays(100).id)
        self.assertEqual(claim.expected_amount, 810)
        self.assertBalances(insurer=810, claims=-810)

    def test_the_policy_of_what_is_claimed(self):
        """After a renewal: that of the oldest overdue debt; of debts that are named, theirs."""
        self.limit(100000)
        old, older = self.sale(1000, SOLD, DUE), self.sale(300, SOLD, date(2026, 2, 1))
        self.commit()
        self.insurance.active = False
        renewed = self.new_insurance(name="Renewed")
        debtor = self.env["cobranza.debtor"]._of_partner(self.partner.id, self.company)
        self.limit(100000, policy_id=renewed.id)
        new = self.sale(70, FILED, FILED)
        self.commit()
        self.assertEqual(debtor.effective_insurance_policy_id, renewed)
        claims = self.env["cobranza.insurance.claim"]
        claim = claims.browse(debtor.action_claim_insurance()["res_id"])
        self.assertEqual(claim.policy_id, self.insurance)
        self.assertEqual(claim.line_ids.move_id, old | older)
        claim.unlink()
        filed = claims.file_claim(self.partner.id, line_ids=self.due(old).ids)
        self.assertEqual(claims.browse(filed["id"]).policy_id, self.insurance)
        rest = claims.browse(claims.file_claim(self.partner.id)["id"])
        self.assertEqual((rest.policy_id, rest.line_ids.move_id), (self.insurance, older))
        with self.at(date(2026, 3, 11)):
            last = claims.browse(debtor.action_claim_insurance()["res_id"])
            self.assertEqual((last.policy_id, last.line_ids.move_id), (renewed, new))

    def test_settled_lines_are_lost_no_more(self):
        """What was paid is nothing of the claim any more, whatever is insured by now."""
        claim = self.filed(1000)
        (self.customer_pays(1000) | self.due(self.sold)).reconcile()
        self.insurance.active = False
        claim.action_update()
        self.assertEqual((claim.loss_amount, claim.line_ids.reasons), (0, ["settled"]))
        self.assertBalances()

    def test_drafts_follow_what_is_insured(self):
        self.limit(1000)
        sold = self.sale(1000, SOLD, DUE)
        claim = self.claim()
        sold.insured = False
        claim.action_update()
        self.assertFalse(claim.line_ids)

    def test_sent_in_time_and_recorded_later(self):
        """The claim's last day has passed; it was sent the day before that."""
        self.insurance.deadline_ids = [self.deadline("claim", "due", 28)]  # 9 March
        self.limit(1000)
        self.sale(1000, SOLD, DUE)
        claim = self.claim()
        with self.assertRaisesRegex(UserError, "Its cover is lost"), self.cr.savepoint():
            claim.action_file()
        claim.submitted_on = date(2026, 3, 9)
        self.assertFalse(claim.line_ids.lost_amount)
        claim.action_file()
        self.assertEqual((claim.filed_on, claim.expected_amount), (date(2026, 3, 9), 900))
        with self.assertRaisesRegex(UserError, "stays as it is"):
            claim.submitted_on = date(2026, 3, 8)

    def test_not_sent_in_days_to_come(self):
        self.limit(1000)
        self.sale(1000, SOLD, DUE)
        claim = self.claim(submitted_on=date(2026, 3, 11))
        with self.assertRaisesRegex(UserError, "later than today"):
            claim.action_file()

    # --- the order of the year

    def two_drafts(self):
        """Drafts about two customers, the earlier one first."""
        self.insurance.write({"first_loss": 1000, "maximum_indemnity": 10000})
        drafts = []
        for name in ("First customer", "Second customer"):
            self.partner = self.new_partner(name)
            self.limit(100000)
            self.sale(11000, SOLD, DUE)
            drafts.append(self.claim())
        return drafts

    def test_filed_before_the_waiting_period_is_over(self):
        """Before filing it is said from when on the insurer pays; it is filed all the same."""
        self.insurance.deadline_ids = [self.deadline("waiting", "due", 60)]
        self.limit(100000)
        self.sale(1000, SOLD, DUE)
        claim = self.claim()
        self.assertEqual(claim.loss_date, date(2026, 4, 10))
        self.assertIn("the insurer pays from 04/10/2026 at the earliest", claim.early_sentence)
        claim.loss_date = FILED
        self.assertFalse(claim.early_sentence, "it is over today")
        claim.loss_date = date(2026, 3, 11)
        self.assertIn("03/11/2026", claim.early_sentence)
        claim.action_file()
        self.assertFalse(claim.early_sentence)

    def test_a_waiting_period_that_has_not_begun(self):
        self.limit(100000)
        self.sale(1000, SOLD, DUE)
        self.assertFalse(self.claim().early_sentence)
        self.insurance.deadline_ids = [self.deadline("waiting", "notice", 60)]
        self.assertIn("it isn't known yet when it will be", self.claim().early_sentence)

    def test_the_turn_is_that_of_filing(self):
        """The younger draft is filed first: it takes first loss and maximum."""
        older, younger = self.two_drafts()
        younger.action_file()
        self.assertEqual((younger.first_loss_amount, younger.expected_amount), (1000, 8900))
        older.action_file()
        self.assertEqual((older.first_loss_amount, older.expected_amount), (0, 1100))
        younger.action_update()
        self.assertEqual(younger.expected_amount, 8900)
        self.assertBalances(insurer=10000, claims=-10000)
        with self.assertRaises(AccessError):
            older.filed_sequence = 0

    def test_an_earlier_day_is_no_earlier_turn(self):
        """Filed by script as of a day before: what the others have used stays used."""
        claims = self.env["cobranza.insurance.claim"]
        older, younger = self.two_drafts()
        customer = older.partner_id
        older.unlink()
        younger.action_file()
        found = claims.file_claim(customer.id, filed_on="2026-03-01")
        self.assertEqual((found["first_loss"], found["expected"]), (0, 1100))

    # --- the policy's accounts

    def test_what_claims_are_booked_by_stays(self):
        """Accounts, currency, insurer and terms of the claims; what they don't rest on is free."""
        self.insurance.percentage_ids.filtered(lambda one: one.kind == "blind").unlink()
        claim = self.filed(1000)
        expected = claim.expected_amount
        other = self._account_maker(self.company)("4401", "Other", "asset_receivable")
        eur = self.new_currency("EUR", 2)
        changes = {
            "insurer_account_id": other.id, "claim_account_id": other.id,
            "insurer_share_account_id": False, "currency_id": eur.id,
            "insurer_id": self.partner.id, "covers_costs": False, "covers_tax": True,
            "threshold": 5, "deductible": 5, "first_loss": 5, "maximum_indemnity": 5,
        }  # fmt: skip
        for name, value in changes.items():
            with self.assertRaisesRegex(UserError, "Claims were filed under this policy"):
                self.insurance.write({name: value})
        named = self.insurance.percentage_ids[0]
        for act in (
            lambda: named.write({"percentage": 80}),
            lambda: self.insurance.write({"percentage_ids": [Command.delete(named.id)]}),
            lambda: named.copy({"kind": "blind"}),
        ):
            with self.assertRaisesRegex(UserError, "Insured percentages"):
                act()
        named.write({"percentage": 90})
        self.insurance.write({"insurer_id": self.insurance.insurer_id.id, "deductible": 0})
        claim.action_update()
        self.assertEqual(claim.expected_amount, expected)
        claim.action_cancel()
        named.write({"percentage": 80})
        self.insurance.write({"insurer_account_id": other.id})
        self.assertEqual(self.insurance.insurer_account_id, other)

    def test_the_insurer_on_the_customers_account(self):
        """Only the insurer's items are his, whatever else stands on the account."""
        self.insurance.insurer_account_id = self.accounts["receivable"]
        claim = self.agreed(1000)
        self.statement(claim.insurer_id, 900, claim._insurer_items())
        claim.action_close()
        self.assertEqual(claim._insurer_items().partner_id, claim.insurer_id)
        self.assertEqual((claim.received_amount, claim.open_amount), (900, 0))
        claim.action_reopen()
        self.assertEqual((claim.state, claim.received_amount), ("paid", 900))

    # --- the insurer's decision

    def test_refused_after_a_recovery(self):
        """What the customer has paid stays where it is, until a person takes it back."""
        claim = self.filed(1000, loss_date="2026-06-01")
        money = self.customer_pays(100)
        claim.record_recovery(money.id)
        with self.assertRaisesRegex(UserError, "Something was recovered"):
            claim.action_refuse("No delivery note")
        self.assertEqual((claim.state, money.reconciled), ("filed", True))
        claim.recovery_ids.action_cancel()
        claim.action_refuse("No delivery note")
        self.assertBalances()

    def test_costs_that_are_not_insured_are_no_loss(self):
        """The most that is agreed on is what recoveries are shared by."""
        self.insurance.covers_costs = False
        claim = self.filed(1000, costs_amount=100)
        with self.assertRaisesRegex(UserError, "more than was lost"):
            claim.action_accept(1000.01)
        claim.action_accept(1000)
        found = claim.record_recovery(self.customer_pays(100).id)
        self.assertEqual((found["insurer_amount"], found["insured_amount"]), (100, 0))

    def test_costs_that_are_insured_are_lost(self):
        claim = self.filed(1000, costs_amount=100)
        with self.assertRaisesRegex(UserError, "more than was lost"):
            claim.action_accept(1100.01)
        claim.action_accept(1100)
        found = claim.record_recovery(self.customer_pays(100).id)
        self.assertEqual(found["insurer_amount"], 100)

    def test_less_at_another_rate(self):
        """What was too much comes off as it was booked: nobody gains by the rate."""
        foreign = self.new_currency("JPY", 150)
        self.insurance.currency_id = foreign
        claim = self.filed(1000, 10**9)
        self.assertBalances(insurer=900, claims=-900)
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": "2026-03-10", "company_rate": 100}
        )
        claim.action_accept(90000)
        self.assertBalances(insurer=600, claims=-600)
        owed = claim._insurer_items()
        self.assertEqual(sum(owed.mapped("amount_residual_currency")), 90000)
        self.assertEqual(sum(owed.mapped("amount_residual")), 600)
        self.assertFalse(owed.matched_credit_ids.exchange_move_id)

    # --- by script

    def test_lines_that_are_named_are_claimed(self):
        """Each of them, or nothing: those of others, or not insured, are named."""
        claims = self.env["cobranza.insurance.claim"]
        self.limit(100000)
        sold, loose = self.sale(700, SOLD, DUE), self.sale(300, SOLD, DUE, insured=False)
        others = self.sale(200, SOLD, DUE, partner=self.new_partner("Somebody else"))
        self.commit()
        named = self.due(sold | loose | others)
        with self.assertRaisesRegex(UserError, f"{loose.name}, {others.name}: not an open due"):
            claims.file_claim(self.partner.id, line_ids=named.ids)
        found = claims.file_claim(self.partner.id, line_ids=self.due(sold).ids)
        self.assertEqual(found["loss"], 700)

    def test_what_is_not_due_yet(self):
        """The day it is due, the day after, and of somebody insolvent."""
        claims = self.env["cobranza.insurance.claim"]
        self.limit(100000)
        line_ids = self.due(self.sale(700, SOLD, FILED)).ids
        self.commit()
        with self.assertRaisesRegex(UserError, "isn't overdue"):
            claims.file_claim(self.partner.id, line_ids=line_ids)
        claim = self.claim()
        self.assertFalse(claim.line_ids)
        claim.debtor_id.insolvent_on = date(2026, 3, 5)
        found = claims.file_claim(self.partner.id, line_ids=line_ids)
        self.assertEqual(found["state"], "filed")
