"""What is said before an invoice is posted again."""

from datetime import date

from odoo import Command
from odoo.tests import Form, tagged

from .drafts import DraftsCase


@tagged("post_install", "-at_install")
class TestPostedBefore(DraftsCase):
    """An invoice that was posted, and reset to draft, keeps what was paid and done about it."""

    def reset(self, invoice, day=date(2026, 3, 20), **vals):
        """Reset an invoice to draft; `day` is none on which it was believed insured first."""
        self.commit()
        with self.at(day):
            invoice.button_draft()
            invoice.write(vals)
            self.commit()
        return invoice

    def said(self, draft):
        """State, what is covered and the reason of its only due line before it is posted."""
        (one,) = draft.cobranza_cover_preview()
        return one["state"], one["covered_amount"], one["reason"]

    def test_a_later_due_date_is_an_extension(self):
        self.insurance.mep = 60
        self.limit(1000)
        for last, expected in (
            ("2026-05-29", ("covered", 100, "within_limit")),
            ("2026-05-30", ("covered", 100, "within_limit")),
            ("2026-05-31", ("lost", 0, "extension_missed")),
        ):
            with self.subTest(last), self.at(date(2026, 3, 20)):
                one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
                self.reset(one, date(2026, 3, 21), invoice_date_due=last)
                self.assertEqual(self.said(one), expected)
                self.assertEqual("Not all of it" in str(one.insurance_warning),
                                 expected[0] == "lost")  # fmt: skip
                self.assertAsPosted(one)

    def test_while_the_due_date_is_being_typed(self):
        self.insurance.mep = 60
        self.limit(1000)
        one = self.reset(self.sale(100, date(2026, 3, 1), date(2026, 3, 31)))
        with Form(one) as form:
            self.assertFalse(form.insurance_warning)
            form.invoice_date_due = date(2026, 5, 31)
            self.assertIn("Not all of it", form.insurance_warning)

    def test_in_installments_each_is_an_extension(self):
        self.insurance.mep = 10
        self.limit(1000)
        one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
        term = self.env["account.payment.term"].create(
            {"name": "Two", "line_ids": [
                Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                for days in (40, 41)
            ]}
        )  # fmt: skip
        self.reset(one, invoice_payment_term_id=term.id, invoice_date_due=False)
        with self.at(date(2026, 3, 20)):
            said = {line["date_due"]: line["state"] for line in one.cobranza_cover_preview()}
            self.assertEqual(said, {"2026-04-10": "covered", "2026-04-11": "lost"})
            self.assertAsPosted(one)

    def test_what_the_insurer_allowed(self):
        self.insurance.mep = 10
        self.limit(1000)
        one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
        self.env["cobranza.insurance.approval"].create(
            {"move_ids": one.ids, "duty": "extension", "reference": "A", "until": "2026-07-31"}
        )
        self.reset(one, invoice_date_due="2026-07-31")
        with self.at(date(2026, 3, 20)):
            self.assertEqual(self.said(one)[0], "covered")
            one.invoice_date_due = date(2026, 8, 1)
            self.assertEqual(self.said(one)[0], "lost")
            self.assertAsPosted(one)

    def test_it_was_declared(self):
        self.insurance.write({"declares": True, "missed_declaration": "lost"})
        self.limit(1000)
        one, late = (self.sale(100, date(2026, 1, day)) for day in (5, 6))
        self.commit()
        late.insured = False
        declaration = self.env["cobranza.insurance.declaration"].create(
            {"policy_id": self.insurance.id, "date_from": "2026-01-01"}
        )
        declaration.action_declare(declared_on=date(2026, 2, 15))
        late.insured = True
        self.reset(one | late)
        self.assertEqual(self.said(one), ("covered", 100, "within_limit"))
        self.assertEqual(self.said(late), ("lost", 0, "declaration_missed"))
        self.assertAsPosted(one | late)

    def test_the_insurer_was_notified(self):
        self.insurance.deadline_ids = [self.deadline("notice", "due", 40)]
        self.limit(1000)
        one, untold = (self.sale(100, date(2026, 1, day), date(2026, 2, 4)) for day in (5, 6))
        self.commit()
        self.env["cobranza.insurance.notice"].notify(
            self.partner.id, self.due(one).ids, reference="N-1"
        )
        self.reset(one | untold)
        with self.at(date(2026, 3, 20)):
            self.assertEqual(self.said(one)[:2], ("covered", 100))
            self.assertEqual(self.said(untold), ("lost", 0, "notice_missed"))
            self.assertAsPosted(one | untold)

    def test_it_was_promised_for_a_later_day(self):
        self.insurance.mep = 10
        self.limit(1000)
        one = self.sale(100, date(2026, 2, 1), date(2026, 3, 3))
        self.commit()
        self.env["cobranza.promise"].promise(
            self.partner.id, 100, date(2026, 3, 13), self.due(one).ids
        )
        self.insurance.mep = 9
        self.reset(one, date(2026, 3, 11))
        self.assertEqual(self.said(one), ("lost", 0, "extension_missed"))
        self.assertAsPosted(one)

    def test_the_policy_that_it_was_sold_under_is_archived(self):
        self.limit(1000)
        one = self.sale(100, date(2026, 3, 1))
        self.commit()
        other = self.new_insurance(name="Other", kind="single_debtor", partner_id=self.partner.id)
        self.insurance.active = False
        self.reset(one)
        (preview,) = one._insurance_previews().values()
        self.assertEqual(preview.policy, self.insurance)
        one.insurance_policy_id = other
        (preview,) = one._insurance_previews().values()
        self.assertEqual(preview.policy, other)
        one.insurance_policy_id = False
        self.assertAsPosted(one)

    def test_what_is_paid_already(self):
        """Only what is open is to be insured, and uses the limit."""
        self.limit(50)
        one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
        self.pay(one, 60)
        self.reset(one)
        (said,) = one.cobranza_cover_preview()
        self.assertEqual((said["residual"], said["covered_amount"], said["missing_amount"]),
                         (40, 40, 0))  # fmt: skip
        later = self.drafts(11, day=date(2026, 3, 2))
        self.assertEqual((one | later)._insurance_previews()[later].missing, 1)
        self.assertAsPosted(one | later)

    def test_what_is_paid_already_in_another_currency(self):
        """Also in installments, whose amounts are rounded one by one."""
        euro = self.new_currency("EUR", 3)
        self.limit(50)
        one = self.sale(100.01, date(2026, 3, 1), date(2026, 3, 31), currency=euro)
        parts = self.sale(
            0, date(2026, 3, 2), currency=euro,
            installments=[(date(2026, 4, 1), 10.01), (date(2026, 5, 1), 20.03)],
        )  # fmt: skip
        for invoice, amount in ((one, 60), (parts, 15)):
            self.pay(invoice, amount)
        self.reset(one | parts)
        said = (one | parts).cobranza_cover_preview()
        self.assertAlmostEqual(sum(line["residual"] for line in said), 40.01 / 3 + 15.04 / 3, 1)
        self.assertAsPosted(one | parts)

    def test_with_another_amount_it_is_paid_no_more(self):
        """Odoo takes the payment off."""
        self.limit(50)
        one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
        self.pay(one, 60)
        self.reset(one)
        with Form(one) as form:
            self.assertFalse(form.insurance_warning)
            with form.invoice_line_ids.edit(0) as line:
                line.price_unit = 101
            self.assertIn("101.00 would be covered", form.insurance_warning)
        self.assertAsPosted(one)
        self.assertCovered(one, 50, "partial")

    def test_what_is_paid_in_full(self):
        """Nothing is left to be insured, and nothing to be said."""
        one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
        self.pay(one, 100)
        self.reset(one)
        self.assertFalse(one._insurance_previews())
        self.assertFalse(one.insurance_warning)
        self.assertFalse(one.cobranza_cover_preview())
