from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TODAY
from .insurance import InsuranceCase


@tagged("post_install", "-at_install")
class TestCover(InsuranceCase):
    """What is insured follows invoices, payments, credit notes, disputes and limits."""

    def test_limit_and_exposure(self):
        self.limit(100_000)
        invoice = self.sale(120_000)
        one = self.assertCovered(invoice, 100_000, "partial", "limit_partly")
        self.assertEqual((one.uncovered_amount, one.percentage), (20_000, 90))
        self.assertEqual(one.insured_amount, 90_000)
        self.assertEqual(invoice.insurance_state, "partial")
        self.assertEqual((invoice.insured_amount, invoice.uninsured_amount), (100_000, 20_000))
        debtor = self.debtor()
        self.assertEqual((debtor.insured_amount, debtor.uninsured_amount), (100_000, 20_000))
        self.assertEqual(
            (debtor.insurance_limit, debtor.insurance_used, debtor.insurance_free),
            (100_000, 100_000, 0),
        )

    def test_later_invoices_move_up_when_the_oldest_is_paid(self):
        self.limit(100)
        one = self.sale(60, date(2026, 3, 1))
        two = self.sale(50, date(2026, 3, 2))
        three = self.sale(30, date(2026, 3, 3))
        self.assertCovered(one, 60, "covered")
        self.assertCovered(two, 40, "partial")
        self.assertCovered(three, 0, "not_covered", "limit_full")
        self.pay(one, 60)
        self.commit()
        self.assertCovered(two, 50, "covered")
        self.assertCovered(three, 30, "covered")
        self.assertFalse(one.cover_ids)
        self.assertEqual(one.insurance_state, "settled")

    def test_part_payments_and_credit_notes_free_the_limit(self):
        self.limit(100)
        one, two = self.sale(100), self.sale(50, date(2026, 3, 2))
        self.assertCovered(two, 0)
        self.pay(one, 30)
        self.assertCovered(one, 70)
        self.assertCovered(two, 30)
        self.credit_note(self.partner, 20, invoice=one)
        self.assertCovered(one, 50)
        self.assertCovered(two, 50, "covered")

    def test_a_payment_undone_takes_it_away_again(self):
        self.limit(100)
        one, two = self.sale(100), self.sale(50, date(2026, 3, 2))
        self.pay(one, 100)
        self.assertCovered(two, 50)
        self.due(one).remove_move_reconcile()
        self.assertCovered(one, 100)
        self.assertCovered(two, 0)

    def test_reset_to_draft_and_posted_again(self):
        self.limit(100)
        one, two = self.sale(100), self.sale(50, date(2026, 3, 2))
        self.assertCovered(two, 0)
        one.button_draft()
        self.assertCovered(two, 50)
        self.assertFalse(one.cover_ids)
        one.action_post()
        self.assertCovered(one, 100)
        self.assertCovered(two, 0)

    def test_cancelled(self):
        self.limit(100)
        one = self.sale(100)
        self.assertCovered(one, 100)
        one.button_draft()
        one.button_cancel()
        self.commit()
        self.assertFalse(one.cover_ids)
        self.assertFalse(one.insurance_state)

    def test_a_dispute_suspends_its_amount(self):
        self.limit(100)
        one = self.sale(100)
        reason = self.env["cobranza.dispute.reason"].search([], limit=1)
        dispute = self.env["cobranza.dispute"].create(
            {"move_line_id": self.due(one).id, "amount": 30, "reason_id": reason.id}
        )
        found = self.assertCovered(one, 70, "partial")
        self.assertEqual(found.suspended_amount, 30)
        dispute.action_reject("The goods were signed for")
        self.assertCovered(one, 100, "covered")

    def test_a_dispute_in_another_currency(self):
        """10.01 of 100, of which 33.33 were booked: amounts of money, to the cent."""
        self.limit(1000)
        one = self.sale(100, currency=self.new_currency("EUR", 3))
        self.commit()
        self.env["cobranza.dispute"].raise_dispute(
            self.due(one).id, 10.01, "price", None, "2026-05-20"
        )
        self.assertCovered(one, 29.99)
        (asked,) = one.cobranza_cover()
        self.assertEqual(
            [asked[name] for name in ("covered_amount", "suspended_amount", "uncovered_amount")],
            [29.99, 3.34, 3.34],
        )

    def test_a_limit_that_changes(self):
        one = self.sale(100)
        self.assertCovered(one, 0, "not_covered", "no_limit")
        self.limit(60)
        self.assertCovered(one, 60, "partial")
        self.limit(80, effective="2026-02-01")
        self.assertCovered(one, 80)

    def test_without_the_mark_nothing_is_kept(self):
        self.limit(100)
        one = self.sale(100)
        self.assertTrue(one.insured)
        self.assertCovered(one, 100)
        one.insured = False
        self.commit()
        self.assertFalse(one.cover_ids)
        self.assertFalse(one.insurance_state)
        one.insured = True
        self.assertCovered(one, 100)

    def test_what_is_not_marked_uses_nothing(self):
        self.limit(100)
        self.sale(100, insured=False)
        self.assertCovered(self.sale(50, date(2026, 3, 2)), 50)

    def test_installments_each_on_their_own(self):
        self.limit(100)
        invoice = self.invoice(
            self.partner, 0, invoice_date=date(2026, 3, 1),
            installments=[(date(2026, 3, 31), 60), (date(2026, 4, 30), 60)],
        )  # fmt: skip
        self.commit()
        covers = invoice.cover_ids.sorted("date_due")
        self.assertEqual(covers.mapped("covered_amount"), [60, 40])
        self.assertEqual(covers.move_line_id, self.due(invoice))
        self.assertEqual(invoice.insurance_state, "partial")
        self.assertEqual(invoice.insured_amount, 100)

    def test_deliveries_stop_while_the_oldest_is_past_its_maximum_extension(self):
        self.insurance.mep = 10
        self.limit(1000)
        old = self.sale(100, date(2026, 1, 5), date(2026, 2, 4), insured=False)
        new = self.sale(50, date(2026, 3, 1))
        self.assertCovered(new, 0, "not_covered", "stop_shipment")
        with self.at(TODAY):
            self.pay(old, 100)
        self.assertCovered(new, 0, "not_covered", "stop_shipment")
        self.assertCovered(self.sale(50, TODAY), 50)

    def test_an_approval_puts_the_end_of_the_extension_off(self):
        self.insurance.mep = 10
        self.limit(1000)
        old = self.sale(100, date(2026, 1, 5), date(2026, 2, 4))
        new = self.sale(50, date(2026, 3, 1))
        self.assertCovered(new, 0, "not_covered", "stop_shipment")
        self.env["cobranza.insurance.approval"].create(
            {"move_ids": old.ids, "until": "2026-04-30", "reference": "AUT-1"}
        )
        self.assertCovered(new, 50, "covered")

    def test_a_duty_is_missed_and_excused(self):
        self.insurance.deadline_ids = [self.deadline("notice", "due", 30)]
        self.limit(1000)
        one = self.sale(100, date(2026, 1, 1), date(2026, 1, 31))
        found = self.assertCovered(one, 0, "lost", "notice_missed")
        self.assertEqual((found.lost_amount, found.next_date), (100, False))
        self.env["cobranza.insurance.approval"].create(
            {"move_ids": one.ids, "duty": "notice", "reference": "AUT-2"}
        )
        self.assertCovered(one, 100, "covered")

    def test_the_next_duty_and_its_day(self):
        self.insurance.deadline_ids = [
            self.deadline("notice", "due", 30), self.deadline("claim", "due", months=6)
        ]  # fmt: skip
        self.limit(1000)
        one = self.assertCovered(self.sale(100, date(2026, 3, 1), date(2026, 3, 31)), 100)
        self.assertEqual((one.next_duty, one.next_date), ("notice", date(2026, 4, 30)))
        self.assertEqual(one.move_id.insurance_next_date, date(2026, 4, 30))
        self.assertEqual(self.debtor().insurance_next_date, date(2026, 4, 30))

    def test_the_day_itself_changes_it(self):
        self.insurance.deadline_ids = [self.deadline("notice", "due", 30)]
        self.limit(1000)
        one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
        self.assertCovered(one, 100, "covered")
        for day, state in (
            (date(2026, 4, 15), "covered"),
            (date(2026, 4, 16), "at_risk"),
            (date(2026, 4, 30), "at_risk"),
            (date(2026, 5, 1), "lost"),
        ):
            with self.at(day):
                self.insurance._terms_changed()
                self.assertEqual(self.cover(one).state, state, day)
        self.assertEqual(self.debtor().insured_amount, 0)

    def test_kinds_of_debtor_and_countries(self):
        self.limit(1000)
        one = self.sale(100)
        debtor = self.debtor()
        for kind in ("public_body", "consumer", "related_company"):
            debtor.insurance_kind = kind
            self.assertCovered(one, 0, "not_covered", kind)
        debtor.insurance_kind = False
        self.assertCovered(one, 100)
        self.insurance.excluded_country_ids = self.env.ref("base.be")
        self.partner.country_id = self.env.ref("base.be")
        debtor._follow_later()
        self.assertCovered(one, 0, "not_covered", "country_excluded")

    def test_another_company_of_ours_is_related(self):
        other = self.new_company()
        self.limit(1000, other.partner_id)
        one = self.sale(100, partner=other.partner_id)
        self.assertCovered(one, 0, "not_covered", "related_company")

    def test_insolvency_and_stops_of_the_insurer(self):
        self.limit(1000)
        one = self.sale(100)
        debtor = self.debtor()
        debtor.insolvent_on = "2026-03-01"
        self.assertCovered(one, 0, "not_covered", "insolvent")
        debtor.write({"insolvent_on": False, "insurance_stop_from": "2026-02-01"})
        self.assertCovered(one, 0, "not_covered", "stopped_by_insurer")
        debtor.insurance_stop_until = "2026-02-28"
        self.assertCovered(one, 100)
        with self.assertRefused("ends after it begins"):
            debtor.insurance_stop_until = "2026-01-31"

    def test_a_receipt_is_a_cash_sale(self):
        self.limit(1000)
        receipt = self.sale(100, move_type="out_receipt")
        self.assertFalse(receipt.insured)
        receipt.insured = True
        self.assertCovered(receipt, 0, "not_covered", "cash_sale")

    def test_single_invoices(self):
        self.insurance.write({"kind": "single_invoice", "maximum_term": 60})
        self.insurance.deadline_ids = [self.deadline("activation", "invoice", 10)]
        self.limit(1000)
        one = self.sale(100)
        self.assertFalse(one.insured)
        one.insured = True
        self.commit()
        self.assertFalse(one.cover_ids, "no policy applies by itself")
        one.insurance_policy_id = self.insurance
        self.assertCovered(one, 0, "not_covered", "not_activated")
        one.insurance_activated_on = "2026-03-05"
        self.assertCovered(one, 100)

    def test_a_policy_of_one_customer(self):
        own = self.new_insurance(kind="single_debtor", partner_id=self.other.id, name="Own")
        self.limit(70, self.other, policy_id=own.id)
        one = self.assertCovered(self.sale(100, partner=self.other), 70)
        self.assertEqual(one.policy_id, own)
        self.debtor(self.other).insurance_policy_id = self.insurance
        one = self.assertCovered(one.move_id, 0, "not_covered", "no_limit")
        self.assertEqual(one.policy_id, self.insurance)

    def test_what_is_no_term_of_a_policy_decides_nothing_anew(self):
        debtors = type(self.env["cobranza.debtor"])
        with patch.object(debtors, "_refresh_covers_later") as anew:
            self.insurance.write({"name": "Renamed", "number": "4711"})
            anew.assert_not_called()
            self.insurance.write({"name": "Renamed", "covers_tax": True})
            anew.assert_called_once_with(self.company)

    # --- currencies

    def test_a_policy_in_another_currency(self):
        euro = self.new_currency("EUR", 0.5)  # one dollar is half a euro
        insurance = self.new_insurance(currency_id=euro.id, sequence=1)
        self.limit(100, policy_id=insurance.id)
        dollars = self.assertCovered(self.sale(120), 60, "covered")
        self.assertEqual(dollars.residual_amount, 60)
        self.assertEqual(dollars.covered_company_amount, 120)
        euros = self.sale(80, date(2026, 3, 2), currency=euro)
        one = self.assertCovered(euros, 40, "partial")
        self.assertEqual(one.uncovered_amount, 40)
        self.assertEqual((one.covered_company_amount, one.uncovered_company_amount), (80, 80))
        self.assertEqual(euros.insured_amount, 80)

    def test_a_third_currency_counts_at_the_rate_of_the_invoice(self):
        peso = self.new_currency("MXN", 20)
        euro = self.new_currency("EUR", 0.5)
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-03-05", "rate": 0.25,
             "company_id": self.company.id}
        )  # fmt: skip
        insurance = self.new_insurance(currency_id=euro.id, sequence=1)
        self.limit(100, policy_id=insurance.id)
        # 2 000 pesos are 100 dollars: 50 euros on the 4th, 25 on the 5th
        before = self.cover(self.sale(2000, date(2026, 3, 4), currency=peso))
        after = self.cover(self.sale(2000, date(2026, 3, 5), currency=peso))
        self.assertEqual((before.residual_amount, after.residual_amount), (50, 25))

    def test_an_invoice_in_another_currency_than_the_policys(self):
        peso = self.new_currency("MXN", 20)
        self.limit(100)
        one = self.assertCovered(self.sale(3000, currency=peso), 100, "partial")
        self.assertEqual(one.residual_amount, 150)
        self.assertEqual(one.currency_id, self.company.currency_id)

    def test_every_night_what_is_insured_is_decided_anew(self):
        self.limit(100)
        one = self.sale(100)
        self.assertCovered(one, 100)
        self.env.cr.execute(
            "UPDATE cobranza_insurance_limit SET until = '2026-02-01' WHERE policy_id = %s",
            (self.insurance.id,),
        )
        with self.enter_registry_test_mode():
            cron = self.env.ref("cobranza_dunning.ir_cron_insurance")
            cron.with_user(1).method_direct_trigger()
        self.env.invalidate_all()
        self.assertCovered(one, 0, "not_covered", "limit_expired")
        self.assertEqual(self.debtor().uninsured_amount, 100)

    # --- history

    def test_what_was_believed_on_a_day(self):
        with self.at(date(2026, 3, 2)):
            self.limit(60)
            one = self.sale(100)
            self.assertCovered(one, 60)
        with self.at(date(2026, 3, 5)):
            self.limit(100, effective="2026-02-01", recorded="2026-03-05")
            self.assertCovered(one, 100)
        with self.at(date(2026, 3, 8)):
            self.pay(one, 100)
            self.commit()
        for day, covered in (
            (date(2026, 3, 1), None), (date(2026, 3, 2), 60), (date(2026, 3, 4), 60),
            (date(2026, 3, 5), 100), ("2026-03-07", 100), (date(2026, 3, 8), None),
        ):  # fmt: skip
            found = [row["covered_amount"] for row in one.cobranza_cover(day)]
            self.assertEqual(found, [] if covered is None else [covered], day)

    def test_nothing_is_written_where_nothing_changes(self):
        self.limit(100)
        one = self.sale(100)
        before = self.cover(one)
        for day in (TODAY, TODAY + timedelta(days=1)):
            with self.at(day):
                self.env["cobranza.insurance.cover"]._follow(self.company)
                self.assertEqual(self.cover(one), before)
        self.assertEqual(self.env["cobranza.insurance.cover"].search_count(
            [("move_id", "=", one.id)]), 1)  # fmt: skip

    def test_a_later_day_is_decided_by_what_is_known_now(self):
        self.insurance.deadline_ids = [self.deadline("notice", "due", 30)]
        self.limit(100)
        one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
        (later,) = one.cobranza_cover("2026-05-01")
        self.assertEqual((later["state"], later["lost_amount"]), ("lost", 100))
        self.assertIn("not notified in time", later["sentence"])
        self.assertEqual(later["date"], "2026-05-01")

    def test_who_may_ask(self):
        self.limit(100)
        one = self.sale(100)
        plain = self.new_user("base.group_user", "account.group_account_invoice")
        self.assertTrue(one.with_user(plain).cobranza_cover())
        with self.assertRefused("isn't a date"):
            one.cobranza_cover("soon")
        portal = self.new_user("base.group_portal")
        with self.assertRaises(AccessError):
            one.with_user(portal).cobranza_cover()

    def test_covers_are_nobodys_to_change(self):
        self.limit(100)
        found = self.cover(self.sale(100))
        with self.assertRaises(AccessError):
            found.covered_amount = 1
        with self.assertRaises(AccessError):
            self.env["cobranza.insurance.cover"].create({"state": "covered"})
        with self.assertRaises(AccessError):
            found.unlink()

    # --- screens

    def test_invoices_are_found_by_their_state(self):
        self.limit(100)
        full, part = self.sale(60), self.sale(50, date(2026, 3, 2))
        none = self.sale(10, date(2026, 3, 3))
        paid = self.sale(5, date(2026, 3, 4))
        unmarked = self.sale(7, date(2026, 3, 5), insured=False)
        self.pay(paid, 5)
        # the first installment of another customer's is insured, the second isn't
        self.limit(60, self.other)
        mixed = self.invoice(
            self.other, 0, invoice_date=date(2026, 3, 1),
            installments=[(date(2026, 3, 31), 60), (date(2026, 4, 30), 60)],
        )  # fmt: skip
        self.commit()
        self.assertEqual(mixed.cover_ids.sorted("date_due").mapped("state"),
                         ["covered", "not_covered"])  # fmt: skip
        self.assertEqual(mixed.insurance_reason, mixed.cover_ids.sorted("date_due")[1].sentence)
        ours = full | part | none | paid | unmarked | mixed
        self.assertEqual(
            [one.insurance_state for one in ours],
            ["covered", "partial", "not_covered", "settled", False, "partial"],
        )
        for state, expected in (
            ("covered", full), ("partial", part | mixed), ("not_covered", none), ("settled", paid),
            (False, unmarked),
        ):  # fmt: skip
            found = ours.search([("id", "in", ours.ids), ("insurance_state", "=", state)])
            self.assertEqual(found, expected, state)
            found = ours.search([("id", "in", ours.ids), ("insurance_state", "!=", state)])
            self.assertEqual(found, ours - expected, state)

    def test_figures_open_their_records(self):
        self.limit(100)
        one = self.sale(100)
        cover = self.cover(one)
        covers = self.env["cobranza.insurance.cover"]
        for action in (
            one.action_cobranza_covers(), self.debtor().action_view_covers(),
            self.insurance.action_view_covers(), cover.action_view_history(),
            self.partner.action_cobranza_covers(),
        ):  # fmt: skip
            self.assertEqual(covers.search(action["domain"]), cover)
        self.assertEqual(cover.action_view_move()["res_id"], one.id)
        self.assertEqual(cover.action_view_debtor()["res_id"], self.debtor().id)
        for action in (self.debtor().action_view_limits(), self.insurance.action_view_limits()):
            limits = self.env["cobranza.insurance.limit"].search(action["domain"])
            self.assertEqual(limits, self.debtor().limit_ids)
        self.assertEqual(self.partner.cobranza_exposure_amount, 100)
        self.assertEqual(self.partner.cobranza_insured_amount, 100)
        self.assertEqual(self.partner.cobranza_insurance_limit, 100)
        self.assertEqual(self.partner.cobranza_insurance_free, 0)

    def test_a_record_of_a_merged_customer(self):
        self.limit(100)
        one = self.sale(100)
        self.assertCovered(one, 100)
        self.partner.parent_id = self.new_partner("Parent", is_company=True)
        found = self.cover(one)
        self.assertEqual(found.partner_id, self.partner.commercial_partner_id)
        self.assertEqual(found.debtor_id.limit_ids.partner_id, found.partner_id)

    # --- the original due date
