"""Customers that become one, by merging contacts or by becoming part of another."""

from datetime import date

from odoo.tests import tagged

from .common import CobranzaCase, days_ago
from .test_insurance_duty import WARNED, DutyCase
from .test_insurance_notice import DUE, LAST, NoticeCase


def merge(source, target):
    """Merge two contacts as Odoo's wizard does."""
    env = target.env
    env.cr.flush()
    env["base.partner.merge.automatic.wizard"].sudo()._merge((source | target).ids, target)
    env.invalidate_all()


@tagged("post_install", "-at_install")
class TestMerge(CobranzaCase):
    """One account for one customer, with all its history."""

    def test_merged_customers_have_one_account(self):
        first, second = self.invoice(self.partner, 100), self.invoice(self.other, 50)
        pause = self.pause(move=first)
        kept = self.debtor(self.other)
        merge(self.partner, self.other)
        accounts = self.env["cobranza.debtor"].search([("company_id", "=", self.company.id)])
        self.assertEqual(accounts, kept)
        self.assertEqual((kept.overdue_amount, kept.due_line_ids.move_id), (150, first + second))
        self.assertEqual((pause.debtor_id, pause.partner_id), (kept, self.other))
        self.assertDecision(first, "skip", "paused")
        self.assertDecision(second, "remind", "level_reached", level=self.r5)

    def test_what_was_told_follows_its_customer(self):
        told = self.invoice(self.partner, 100)
        reminder = self.remind(on=days_ago(15))
        self.invoice(self.other, 50)
        notes, told_text = reminder.message_ids, reminder.body
        merge(self.partner, self.other)
        self.assertEqual((reminder.state, reminder.body), ("sent", told_text))
        self.assertEqual((reminder.partner_id, reminder.recipient_id), (self.other, self.other))
        self.assertEqual(reminder.message_ids, notes)
        self.assertEqual(reminder.debtor_id, self.debtor(self.other))
        self.assertDecision(told, "remind", "level_reached", level=self.r20)
        self.assertEqual(told.cobranza_explain()[0]["level_id"], self.r20.id)

    def test_open_reminders_of_merged_customers_are_proposed_anew(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 50)
        reminders = self.propose()
        of_source = reminders.filtered(lambda one: one.partner_id == self.partner)
        of_target = reminders - of_source
        of_source.action_approve()
        merge(self.partner, self.other)
        self.assertEqual((of_source.state, of_target.state), ("cancelled", "proposed"))
        self.assertIn("became part of another", of_source.cancel_reason)
        self.assertEqual(self.propose(), of_target)
        self.assertEqual(of_target.amount_company, 150)

    def test_a_customer_without_account_takes_over_the_others(self):
        self.invoice(self.partner, 100)
        account = self.debtor()
        account.user_id = self.env.user
        target = self.new_partner("Carla Customer")
        merge(self.partner, target)
        self.assertEqual((account.partner_id, account.user_id), (target, self.env.user))
        self.assertEqual(account.overdue_amount, 100)

    def test_merged_into_a_contact_his_account_is_the_companys(self):
        """Two contacts with the same address: she who stays is one of the company's people."""
        told = self.invoice(self.partner, 100)
        self.remind(on=days_ago(15), debtors=self.debtor())
        pause = self.pause(self.partner)
        account = self.debtor()
        employee = self.new_partner("Ana", parent_id=self.other.id)
        merge(self.partner, employee)
        self.assertEqual(account.partner_id, self.other)
        self.assertEqual((pause.partner_id, account.overdue_amount), (self.other, 100))
        self.assertDecision(told, "skip", "paused")
        pause.action_end()
        self.assertDecision(told, "remind", "level_reached", level=self.r20)

    def test_merged_into_a_contact_the_company_keeps_one_account(self):
        first, second = self.invoice(self.partner, 100), self.invoice(self.other, 50)
        pause = self.pause(move=first)
        kept = self.debtor(self.other)
        merge(self.partner, self.new_partner("Ana", parent_id=self.other.id))
        accounts = self.env["cobranza.debtor"].search([("company_id", "=", self.company.id)])
        self.assertEqual(accounts, kept)
        self.assertEqual((kept.overdue_amount, pause.debtor_id), (150, kept))
        self.assertDecision(first, "skip", "paused")
        self.assertDecision(second, "remind", "level_reached", level=self.r5)

    def test_accounts_of_several_companies_stay_apart(self):
        second = self.new_company()
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 70, company=second)
        self.invoice(self.other, 50)
        merge(self.partner, self.other)
        for company, amount in ((self.company, 150), (second, 70)):
            self.assertEqual(self.debtor(self.other, company).overdue_amount, amount)

    def test_a_customer_who_becomes_part_of_another_takes_his_history_along(self):
        told, other = self.invoice(self.partner, 100), self.invoice(self.other, 50)
        self.remind(on=days_ago(15), debtors=self.debtor())
        self.partner.parent_id = self.other
        account = self.debtor(self.other)
        self.assertEqual(account.due_line_ids.move_id, told + other)
        self.assertEqual(account.overdue_amount, 150)
        self.assertEqual(account.last_contact_date, days_ago(15))
        self.assertDecision(told, "remind", "level_reached", level=self.r20)
        self.assertEqual(told.cobranza_explain()[0]["level_id"], self.r20.id)

    def test_who_changes_contacts_needs_no_right_of_collections(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 50)
        self.env.cr.flush()
        clerk = self.new_user("base.group_user", "base.group_partner_manager")
        self.partner.with_user(clerk).parent_id = self.other
        self.assertEqual(self.debtor(self.other).overdue_amount, 150)

    def test_a_subsidiary_has_an_account_of_its_own(self):
        subsidiary = self.new_partner("Ana North", parent_id=self.partner.id, is_company=True)
        ours, theirs = self.invoice(self.partner, 100), self.invoice(subsidiary, 70)
        for partner, move in ((self.partner, ours), (subsidiary, theirs)):
            debtor = self.debtor(partner)
            self.assertEqual(debtor.due_line_ids.move_id, move)
            shown = self.env["account.move.line"].search(debtor.action_view_due_lines()["domain"])
            self.assertEqual(shown.move_id, move)


@tagged("post_install", "-at_install")
class TestMergeInsured(DutyCase):
    """What is to be done for the insurer about customers that become one."""

    def test_the_same_deadline_of_both_becomes_one(self):
        self.limit(500, self.other)
        theirs = self.sale(20, date(2026, 3, 1), DUE, partner=self.other)
        self.duties(WARNED)
        self.assertTrue(self.duties(WARNED, self.other))
        with self.at(WARNED):
            merge(self.other, self.partner)
            self.commit()
        one = self.env["cobranza.insurance.duty"].search(
            [("debtor_id", "=", self.debtor().id)]
        )
        self.assertEqual((one.line_count, one.amount), (2, 120))
        self.assertEqual(self.work(), one.activity_id)
        self.assertEqual(theirs.cover_ids.debtor_id, one.debtor_id)


@tagged("post_install", "-at_install")
class TestMergeNotices(NoticeCase):
    """What the insurer was told of one of them, he was told of both."""

    def test_what_was_notified_stays_so(self):
        self.limit(1000, partner=self.other)
        self.notify(self.line)
        merge(self.partner, self.other)
        with self.at(LAST):
            self.insurance._terms_changed()
            self.assertEqual(self.cover(self.sold).state, "covered")
