"""The due date that counts for the insurer, whatever is agreed with the customer afterwards."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .insurance import InsuranceCase


@tagged("post_install", "-at_install")
class TestOriginalDueDate(InsuranceCase):
    """A later one is an extension; the insurer allows some days without being asked."""

    def extendable(self):
        """An invoice due on 31 March, of which the insurer allows 60 days more (30 May)."""
        self.insurance.mep = 60
        self.insurance.deadline_ids = [self.deadline("notice", "due", 30)]
        self.limit(1000)
        return self.sale(100, date(2026, 3, 1), date(2026, 3, 31))

    def post_again(self, invoice, day, **vals):
        """Reset an invoice to draft and post it with another due date, some days later."""
        self.commit()
        with self.at(date(2026, 3, 20)):
            invoice.button_draft()
            self.commit()
            invoice.write({"invoice_date_due": day, **vals})
            invoice.action_post()
            self.commit()

    def test_another_due_date_is_an_extension(self):
        """Whoever changes it on the posted invoice doesn't move the insurer's days."""
        one = self.extendable()
        before = self.cover(one).next_date
        line = self.due(one)
        with self.at(date(2026, 3, 20)):
            line.date_maturity = date(2026, 5, 30)
            self.assertEqual(line.cobranza_original_due_date, date(2026, 3, 31))
            self.assertEqual(self.assertCovered(one, 100).next_date, before)
            with self.assertRefused("later than the insurer allows"):
                line.date_maturity = date(2026, 5, 31)
            with self.assertRefused("later than the insurer allows"):
                one.invoice_date_due = date(2026, 5, 31)
            self.env["cobranza.insurance.approval"].create(
                {"move_ids": one.ids, "duty": "extension", "reference": "A", "until": "2026-07-31"}
            )
            line.date_maturity = date(2026, 7, 31)
            self.assertEqual(line.cobranza_original_due_date, date(2026, 3, 31))
            self.assertEqual(self.assertCovered(one, 100).next_date, before)
            with self.assertRefused("later than the insurer allows"):
                line.date_maturity = date(2026, 8, 1)

    def test_a_due_date_that_is_corrected_on_the_day_of_posting(self):
        """Nobody has believed the first one: it is no extension."""
        one = self.extendable()
        self.commit()
        self.due(one).date_maturity = date(2026, 12, 31)
        self.assertFalse(self.due(one).cobranza_original_due_date)

    def test_a_due_date_of_what_is_not_insured_may_be_any(self):
        one = self.extendable()
        one.insured = False
        self.commit()
        self.due(one).date_maturity = date(2026, 12, 31)
        self.assertEqual(self.due(one).cobranza_original_due_date, date(2026, 3, 31))

    def test_posted_again_with_a_later_due_date_it_is_an_extension(self):
        one = self.extendable()
        before = self.cover(one).next_date
        self.post_again(one, "2026-04-30")
        self.assertEqual(self.due(one).cobranza_original_due_date, date(2026, 3, 31))
        found = self.assertCovered(one, 100)
        self.assertEqual((found.date_due, found.next_date), (date(2026, 4, 30), before))
        self.post_again(one, "2026-06-30")
        self.assertEqual(self.due(one).cobranza_original_due_date, date(2026, 3, 31))
        self.assertCovered(one, 0, "lost", "extension_missed")
        self.post_again(one, "2026-03-31")
        self.assertFalse(self.due(one).cobranza_original_due_date)

    def test_posted_again_in_installments_each_is_an_extension(self):
        one = self.extendable()
        term = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (30, 60)
                ],
            }
        )
        self.post_again(one, False, invoice_payment_term_id=term.id)
        lines = self.due(one).sorted("date_maturity")
        self.assertEqual(
            lines.mapped(lambda one: (one.date_maturity, one.cobranza_original_due_date)),
            [(date(2026, 3, 31), False), (date(2026, 4, 30), date(2026, 3, 31))],
        )

    def test_corrected_on_the_day_it_was_posted(self):
        """Nobody has believed the wrong day, nor where nothing was insured."""
        one = self.extendable()
        self.commit()
        one.button_draft()
        one.invoice_date_due = date(2026, 6, 30)
        one.action_post()
        self.assertFalse(self.due(one).cobranza_original_due_date)
        self.assertCovered(one, 100)
        other = self.sale(100, insured=False)
        self.post_again(other, "2026-06-30")
        self.assertFalse(self.due(other).cobranza_original_due_date)

    def test_the_original_due_date_was_a_mistake(self):
        """A manager says so; it doesn't come back."""
        one = self.extendable()
        self.post_again(one, "2026-06-30")
        found = self.assertCovered(one, 0, "lost", "extension_missed")
        self.assertEqual(found.original_due_date, date(2026, 3, 31))
        collector = self.new_user("cobranza_dunning.group_collector", name="Carla Collector")
        with self.assertRaisesRegex(AccessError, "Only collections managers"):
            found.with_user(collector).action_forget_original_due_date()
        manager = self.new_user("cobranza_dunning.group_manager", name="Marta Manager")
        found.with_user(manager).action_forget_original_due_date()
        self.assertIn("03/31/2026 was a mistake", one.message_ids[0].body)
        self.assertCovered(one, 100)
        self.post_again(one, "2026-07-10")
        self.assertEqual(self.due(one).cobranza_original_due_date, date(2026, 6, 30))

    def test_an_earlier_due_date_is_one(self):
        one = self.sale(100, date(2026, 3, 1), date(2026, 3, 31))
        line = self.due(one)
        line.date_maturity = date(2026, 3, 20)
        self.assertFalse(line.cobranza_original_due_date)
