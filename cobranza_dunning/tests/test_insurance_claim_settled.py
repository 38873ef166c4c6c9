"""Claimed debts that were settled in the ledger: no money is lost sight of, none counts twice."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .claims import DUE, FILED, SOLD, ClaimCase


class SettledCase(ClaimCase):
    def paid(self, amount=120000):
        """A claim whose indemnity the insurer has paid."""
        claim = self.agreed(amount)
        self.statement(claim.insurer_id, claim.accepted_amount, claim._insurer_items())
        return claim

    def settled(self, amount, invoice=None, **vals):
        """A payment that somebody has reconciled with an invoice, the claimed one."""
        money = self.customer_pays(amount, **vals)
        (money | self.due(invoice or self.sold)).reconcile()
        return money

    def assertNotClosed(self, claim):
        """Check that somebody has to record money first; return what is said."""
        with self.assertRaises(UserError) as refused:
            claim.action_close()
        self.assertEqual(claim.state, "paid")
        self.assertIn("nobody has said whose money", str(refused.exception))
        return str(refused.exception)


@tagged("post_install", "-at_install")
class TestClosing(SettledCase):
    def test_money_that_nobody_recorded(self):
        claim = self.paid()
        money = self.settled(60000)
        self.assertIn(money.move_id.name, self.assertNotClosed(claim))
        claim.record_recovery(money.id)
        claim.action_close()
        # 120 000 − 90 000 − 60 000 + 45 000 that are the insurer's
        self.assertBalances(share=-45000, loss=15000)

    def test_of_which_only_a_part_was_recorded(self):
        claim = self.paid()
        money = self.settled(60000)
        claim.record_recovery(money.id, amount=59999.99)
        self.assertNotClosed(claim)
        claim.record_recovery(money.id)
        claim.action_close()
        self.assertBalances(share=-45000, loss=15000)

    def test_a_credit_note(self):
        claim = self.paid(1000)
        self.credit_note(
            self.partner, 1000, invoice=self.sold, reversed_entry_id=self.sold.id,
            invoice_date=FILED,
        )  # fmt: skip
        self.assertNotClosed(claim)
        self.due(self.sold).remove_move_reconcile()
        claim.action_close()
        self.assertEqual(claim.written_off_amount, 100)

    def test_in_a_foreign_currency(self):
        """Exchange differences pay nothing; a cent that was paid does."""
        foreign = self.new_currency("EUR", 2)
        self.limit(100000)
        self.sold = self.sale(1000, SOLD, DUE, currency=foreign)
        claim = self.claim()
        claim.action_file()
        claim.action_accept()
        self.statement(claim.insurer_id, claim.accepted_amount, claim._insurer_items())
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": FILED, "rate": 4, "company_id": self.company.id}
        )
        claim.record_recovery(self.customer_pays(100, currency=foreign).id)
        cent = self.settled(0.01, currency=foreign)
        self.assertNotClosed(claim)
        cent.remove_move_reconcile()
        claim.action_close()
        self.assertTrue(self.due(self.sold).reconciled)


@tagged("post_install", "-at_install")
class TestReading(SettledCase):
    def test_money_after_the_date_of_loss_is_shared(self):
        claim = self.filed(120000, loss_date="2026-03-01")
        money = self.settled(30000, day=date(2026, 3, 9))
        with self.assertRaisesRegex(UserError, "came after the date of loss"):
            claim.action_update()
        self.assertEqual(claim.expected_amount, 90000)
        claim.action_accept()
        claim.record_recovery(money.id)
        self.assertEqual((claim.recovered_amount, claim.insurer_share_amount), (30000, 22500))

    def test_money_before_it_lowers_the_claim(self):
        claim = self.filed(1000, loss_date="2026-03-10")
        self.settled(300, day=date(2026, 3, 9))
        with self.assertRaisesRegex(UserError, "Read the ledger again"):
            claim.action_accept()
        claim.action_update()
        self.assertEqual((claim.loss_amount, claim.expected_amount), (700, 630))
        claim.action_accept()
        self.assertEqual(claim.accepted_amount, 630)


@tagged("post_install", "-at_install")
class TestFreeMoney(SettledCase):
    def test_money_that_has_paid_something_else(self):
        claim = self.agreed(120000)
        new = self.sale(30000, date(2026, 3, 9), date(2026, 3, 10), insured=False)
        money = self.settled(30000, new)
        with self.assertRaisesRegex(UserError, r"\$.0.00 are left.*aren't in this claim"):
            claim.record_recovery(money.id)
        part = self.customer_pays(50000)
        other = self.sale(20000, date(2026, 3, 9), date(2026, 3, 10), insured=False)
        (part | self.due(other)).reconcile()
        self.assertEqual(claim.record_recovery(part.id)["amount"], 30000)

    def test_after_closing_as_well(self):
        claim = self.paid(1000)
        claim.action_close()
        new = self.sale(100, date(2026, 3, 9), date(2026, 3, 10), insured=False)
        with self.assertRaisesRegex(UserError, r"\$.0.00 are left"):
            claim.record_recovery(self.settled(100, new).id)

    def test_what_was_written_off_is_no_payment(self):
        claim = self.paid(1000)
        claim.action_close()
        item = claim.loss_move_id.line_ids.filtered(
            lambda one: one.account_type == "asset_receivable" and one.balance < 0
        )
        with self.assertRaisesRegex(UserError, "posted payment of"):
            claim.record_recovery(item.id)


@tagged("post_install", "-at_install")
class TestDays(SettledCase):
    def test_a_claim_is_filed_once_it_is_overdue(self):
        self.limit(100000)
        self.sale(1000, SOLD, DUE)
        self.commit()
        claims = self.env["cobranza.insurance.claim"]
        for day in ("2017-01-01", str(DUE)):
            with self.subTest(day), self.assertRaisesRegex(UserError, "wasn't overdue on"):
                claims.file_claim(self.partner.id, filed_on=day)
        self.assertEqual(
            claims.file_claim(self.partner.id, filed_on="2026-02-10")["filed_on"], "2026-02-10"
        )

    def test_nothing_is_lost_before_it_is_sold(self):
        self.limit(100000)
        self.sale(1000, SOLD, DUE)
        claim = self.claim()
        claim.loss_date = "2026-01-09"
        with self.assertRefused("Nothing was lost before 01/10/2026"), self.cr.savepoint():
            claim.action_file()
        with self.assertRefused("Nothing was lost before"), self.cr.savepoint():
            self.claim(loss_date="2026-01-09")
        with self.assertRefused("within ten years"):
            claim.loss_date = "2046-01-01"
        claim.loss_date = SOLD
        claim.action_file()
        self.assertEqual((claim.state, claim.loss_date), ("filed", SOLD))

    def test_lost_on_the_day_of_insolvency(self):
        """What was delivered afterwards was lost already."""
        self.limit(100000)
        self.sale(1000, SOLD, DUE)
        claim = self.claim(loss_date=SOLD)
        claim.debtor_id.insolvent_on = "2026-01-09"
        claim.loss_date = "2026-01-09"
        claim.action_update()
        self.assertEqual(claim.loss_date, date(2026, 1, 9))

    def test_a_notice_is_given_after_the_sale(self):
        self.limit(100000)
        self.sale(1000, SOLD, DUE)
        self.commit()
        notices = self.env["cobranza.insurance.notice"]
        with self.assertRaisesRegex(UserError, "can't have been told before"):
            notices.notify(self.partner.id, reference="N-1", notified_on="2026-01-09")
        given = notices.notify(self.partner.id, reference="N-1", notified_on=str(SOLD))
        self.assertEqual(given["notified_on"], "2026-01-10")

    def test_a_recovery_is_not_later_than_its_payment(self):
        claim = self.agreed(1000)
        money = self.customer_pays(100)
        for day in ("2035-01-01", "2026-03-11"):
            with self.subTest(day), self.assertRaisesRegex(UserError, "came in on"):
                claim.record_recovery(money.id, date=day)
        self.assertEqual(claim.record_recovery(money.id, date=str(FILED))["state"], "booked")
