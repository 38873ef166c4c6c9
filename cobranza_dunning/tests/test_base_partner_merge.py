from odoo.tests import tagged

from .common import CobranzaCase, days_ago


@tagged("post_install", "-at_install")
class TestPartnerMerge(CobranzaCase):
    """Merging customers merges their collections accounts: nothing that was told is lost."""

    def merge(self, *partners):
        """Merge all of these into the first one."""
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge([one.id for one in partners], partners[0], extra_checks=False)

    def test_two_customers_with_accounts_become_one(self):
        kept = self.invoice(self.partner, 100, due=days_ago(10))
        moved = self.invoice(self.other, 200, due=days_ago(10))
        debtor = self.debtor(self.partner)
        self.merge(self.partner, self.other)
        self.env.flush_all()
        self.assertFalse(self.other.exists())
        self.assertEqual(self.debtor(self.partner), debtor)
        self.assertEqual(debtor.overdue_amount, 300)
        self.assertEqual(debtor.due_line_ids.move_id, kept | moved)

    def test_what_was_told_and_paused_goes_along(self):
        self.invoice(self.partner, 100, due=days_ago(10))
        move = self.invoice(self.other, 200, due=days_ago(10))
        self.approved(debtors=self.debtor(self.other)).action_send()
        pause = self.pause(move=move)
        told = self.debtor(self.other).reminder_ids
        debtor = self.debtor(self.partner)
        self.merge(self.partner, self.other)
        self.assertEqual((told.debtor_id, told.partner_id), (debtor, self.partner))
        self.assertEqual((pause.debtor_id, pause.partner_id), (debtor, self.partner))
        self.assertEqual(debtor.level_id, self.r5)

    def test_open_reminders_of_the_merged_customer_are_cancelled(self):
        """Two open ones to the same recipient can't be: the next run makes one of both."""
        self.invoice(self.partner, 100, due=days_ago(10))
        self.invoice(self.other, 200, due=days_ago(10))
        first = self.propose(debtors=self.debtor(self.partner))
        second = self.propose(debtors=self.debtor(self.other))
        self.merge(self.partner, self.other)
        self.assertEqual((first.state, second.state), ("proposed", "cancelled"))
        self.assertIn("merged", second.cancel_reason)
        self.assertEqual(self.propose().line_count, 2)

    def test_accounts_in_several_companies(self):
        second = self.new_company()
        third = self.new_partner("Carla Customer")
        for partner in (self.other, third):
            self.invoice(partner, 100, due=days_ago(10), company=second)
        self.invoice(self.partner, 100, due=days_ago(10))
        self.merge(self.partner, self.other, third)
        debtors = self.env["cobranza.debtor"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(debtors.company_id, self.company | second)
        self.assertEqual(len(debtors), 2)
        self.assertEqual(self.debtor(self.partner, second).overdue_amount, 200)
