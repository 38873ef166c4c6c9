"""None, one or two people by level and amount; the rules are in tests/engine."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.mail import html2plaintext

from .cases import ReminderCase
from .common import days_ago


@tagged("post_install", "-at_install")
class TestCobranzaReminderApproval(ReminderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # invoices are due for 30 days: the second level's turn
        cls.policy.progression = "by_age"
        cls.ana = cls.new_collector(name="Ana Collector", tz="UTC")
        cls.bea = cls.new_collector(name="Bea Collector", tz="UTC")
        cls.manager = cls.new_user("cobranza_dunning.group_manager", name="Marta Manager")

    def proposed(self, amount=100, by=None, partner=None):
        """A reminder about `amount`, proposed by a user (the test's)."""
        partner = partner or self.partner
        self.invoice(partner, amount)
        run = self.env["cobranza.run"].with_user(by or self.env.user).create({"mode": "propose"})
        run.action_execute()
        return self.env["cobranza.reminder"].search(
            [("partner_id", "=", partner.id), ("state", "=", "proposed")]
        )

    def approve(self, reminder, user):
        return reminder.with_user(user).action_approve()

    # --- one person

    def test_the_approval_is_on_record(self):
        reminder = self.proposed(123.45)
        self.assertEqual(reminder.approval_text, "One person must approve")
        self.approve(reminder, self.ana)
        record = reminder.approval_ids
        self.assertEqual((record.user_id, record.amount), (self.ana, 123.45))
        self.assertTrue(record.date)
        self.assertEqual(reminder.state, "approved")
        self.assertEqual(reminder.approval_text, "Ana Collector (03/10/2026)")
        self.assertEqual(reminder.line_ids.approved_amount, 123.45)

    def test_the_approval_is_of_the_readers_day(self):
        """In Bogotá it is still Monday when the server's clock says Tuesday."""
        reminder = self.proposed()
        with self.at_moment("2026-03-10 02:00:00"):
            self.approve(reminder, self.ana)
        here, there = (reminder.with_context(tz=tz) for tz in ("UTC", "America/Bogota"))
        self.assertEqual(here.approval_text, "Ana Collector (03/10/2026)")
        self.assertEqual(there.approval_text, "Ana Collector (03/09/2026)")

    # --- two people

    def test_two_people_one_after_the_other(self):
        self.r20.approval = "two"
        reminder = self.proposed()
        self.assertEqual((reminder.approvals_needed, reminder.approvals_missing), (2, 2))
        self.assertEqual(reminder.approval_text, "Two people must approve")
        self.approve(reminder, self.ana)
        self.assertEqual((reminder.state, reminder.approvals_missing), ("proposed", 1))
        self.assertEqual(reminder.approval_text, "1 of 2 approvals: Ana Collector (03/10/2026)")
        self.assertIn("1 of 2 approvals: Ana", self.log(reminder))
        with self.assertRaisesRegex(UserError, "a second person has to"):
            self.approve(reminder, self.ana)
        self.approve(reminder, self.bea)
        self.assertEqual((reminder.state, reminder.approvals_missing), ("approved", 0))
        self.assertEqual(reminder.approval_ids.user_id, self.ana | self.bea)
        self.assertIn("Ana Collector", reminder.approval_text)
        self.assertIn("Bea Collector", reminder.approval_text)

    def test_a_manager_is_never_both(self):
        self.r20.approval = "two"
        reminder = self.proposed(by=self.manager)
        self.approve(reminder, self.manager)
        with self.assertRaisesRegex(UserError, "a second person has to"):
            self.approve(reminder, self.manager)
        self.assertEqual(reminder.state, "proposed")

    def test_amounts_ask_for_more_people(self):
        self.r20.approval = "auto"
        self.company.write({"cobranza_limit_one": 100, "cobranza_limit_two": 200})
        for amount, needed in ((99.99, 0), (100, 0), (100.01, 1), (200, 1), (200.01, 2)):
            reminder = self.proposed(amount, partner=self.new_partner(f"Owes {amount}"))
            with self.subTest(amount):
                self.assertEqual(reminder.approvals_needed, needed)

    def test_limits_are_in_company_currency(self):
        pesos = self.new_currency("MXN", 20)
        self.company.cobranza_limit_two = 100
        self.invoice(self.partner, 2020, currency=pesos)
        self.invoice(self.other, 2000, currency=pesos)
        two, one = self.propose()
        self.assertEqual((two.approvals_needed, one.approvals_needed), (2, 1))

    def test_an_automatic_run_leaves_what_somebody_must_approve(self):
        self.r20.approval = "auto"
        self.company.cobranza_limit_one = 100
        small, large = self.invoice(self.partner, 100), self.invoice(self.other, 100.01)
        self.run_dunning("auto")
        reminders = self.env["cobranza.reminder"].search([("company_id", "=", self.company.id)])
        by_move = {one.line_ids.move_id: one for one in reminders}
        self.assertEqual(by_move[small].state, "approved")
        self.assertEqual(by_move[small].approval_text, "Nobody: its level needs no approval")
        self.assertEqual(by_move[large].state, "proposed")
        self.assertFalse(reminders.approval_ids)

    # --- whoever proposed it

    def test_a_collector_does_not_approve_his_own_above_the_limit(self):
        self.company.cobranza_limit_own = 100
        for amount, allowed in ((99.99, True), (100, True), (100.01, False)):
            partner = self.new_partner(f"Owes {amount}")
            reminder = self.proposed(amount, by=self.ana, partner=partner)
            self.assertEqual(reminder.proposer_id, self.ana)
            with self.subTest(amount):
                if not allowed:
                    refusal = reminder.with_user(self.ana).approval_refusal
                    self.assertIn("somebody else approves it", refusal)
                    self.assertFalse(reminder.with_user(self.bea).approval_refusal)
                    with self.assertRaisesRegex(UserError, "somebody else approves it"):
                        self.approve(reminder, self.ana)
                    self.approve(reminder, self.bea)
                else:
                    self.assertFalse(reminder.with_user(self.ana).approval_refusal)
                    self.approve(reminder, self.ana)
                self.assertEqual(reminder.state, "approved")

    def test_above_the_limit_managers_do_not_approve_their_own(self):
        self.company.cobranza_limit_own = 10
        reminder = self.proposed(by=self.manager)
        with self.assertRaisesRegex(UserError, "somebody else approves it"):
            self.approve(reminder, self.manager)
        self.approve(reminder, self.ana)
        self.assertEqual(reminder.state, "approved")

    def test_the_daily_run_is_nobodys(self):
        self.company.write({"cobranza_limit_own": 10, "cobranza_run_mode": "propose"})
        self.invoice(self.partner, 100)
        self.env["cobranza.run"].with_user(self.ana)._create_daily(self.company)._work()
        reminder = self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])
        self.assertFalse(reminder.proposer_id)
        self.approve(reminder, self.ana)

    def test_who_refreshes_it_is_the_proposer(self):
        reminder = self.proposed(by=self.ana)
        self.assertEqual(self.proposed(by=self.bea), reminder)
        self.assertEqual(reminder.proposer_id, self.bea)

    # --- what changes withdraws

    def half_approved(self, **vals):
        self.r20.approval = "two"
        reminder = self.proposed()
        self.approve(reminder, self.ana)
        return reminder

    def assertWithdrawn(self, reminder):
        self.assertEqual((reminder.state, reminder.approvals_missing), ("proposed", 2))
        self.assertTrue(reminder.approval_ids.withdrawn_at, "it stays on record")
        self.assertIn("the approval of Ana Collector counts no more", self.log(reminder))
        self.approve(reminder, self.ana)
        self.assertEqual(reminder.approvals_missing, 1)
        self.assertEqual(len(reminder.approval_ids), 2)

    def test_an_edited_text_withdraws(self):
        reminder = self.half_approved()
        reminder.with_user(self.bea).body = "<p>Other words</p>"
        self.assertWithdrawn(reminder)
        self.approve(reminder, self.bea)
        self.assertEqual(reminder.text_body, "<p>Other words</p>")

    def test_another_subject_withdraws(self):
        reminder = self.half_approved()
        reminder.subject = "Other"
        self.assertWithdrawn(reminder)

    def test_another_contact_person_withdraws(self):
        reminder = self.half_approved()
        reminder.user_id = self.bea
        self.assertWithdrawn(reminder)
        self.assertIn("Bea Collector", reminder.text_body)

    def test_other_lines_withdraw(self):
        reminder = self.half_approved()
        self.invoice(self.partner, 50, days_ago(25))
        self.propose()
        self.assertEqual(reminder.line_count, 2)
        self.assertWithdrawn(reminder)

    def test_nothing_new_withdraws_nothing(self):
        reminder = self.half_approved()
        run = self.run_dunning("propose")
        self.assertEqual((reminder.approvals_missing, run.unchanged_count), (1, 1))

    def test_the_second_approves_what_the_first_read(self):
        reminder = self.half_approved()
        read = html2plaintext(reminder.body)
        self.template.sudo().write({"body_html": "<p>Changed</p>"})
        self.env.invalidate_all()
        self.assertEqual(html2plaintext(reminder.body), read)
        self.approve(reminder, self.bea)
        self.assertEqual(html2plaintext(reminder.text_body), read)

    def test_what_one_person_approved_leaves_with_his_words_once_nobody_else_has_to(self):
        reminder = self.half_approved()
        read = (reminder.subject, html2plaintext(reminder.body))
        self.r20.approval = "auto"
        self.run_dunning("auto")
        self.assertEqual(reminder.state, "approved")
        self.assertEqual((reminder.text_subject, html2plaintext(reminder.text_body)), read)
        self.assertTrue(all(read))
        self.assertFalse(reminder.approval_ids.withdrawn_at)

    def test_nothing_empty_is_approved(self):
        for vals in ({"subject": False}, {"body_html": "<p><br/></p>"}):
            partner = self.new_partner(f"Without {next(iter(vals))}")
            kept = {name: self.template[name] for name in vals}
            self.template.sudo().write(vals)
            self.r20.approval = "one"
            reminder = self.proposed(partner=partner)
            with self.subTest(vals), self.assertRaisesRegex(UserError, "no subject or no text"):
                self.approve(reminder, self.ana)
            self.assertEqual(reminder.state, "proposed")
            self.r20.approval = "auto"
            with mute_logger("odoo.addons.cobranza_dunning.models.cobranza_reminder"):
                self.run_dunning("auto")
            self.assertEqual(reminder.state, "proposed")
            self.assertIn("no subject or no text", reminder.problem)
            self.template.sudo().write(kept)
            reminder.action_cancel("test")

    def test_an_edited_text_goes_back_and_needs_approval_anew(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.body = "<p>My words</p>"
        self.approve(reminder, self.ana)
        self.pay(invoice, 40)
        self.propose()
        self.assertEqual((reminder.state, reminder.approval_count), ("proposed", 0))
        self.assertTrue(reminder.approval_ids.withdrawn_at)

    # --- several at once

    def test_those_that_were_left_are_named(self):
        self.company.cobranza_limit_own = 150
        self.invoice(self.partner, 100)
        reminders = self.proposed(200, by=self.ana, partner=self.other)
        reminders |= self.env["cobranza.reminder"].search([("partner_id", "=", self.partner.id)])
        action = self.approve(reminders, self.ana)
        self.assertEqual(sorted(reminders.mapped("state")), ["approved", "proposed"])
        params = action["params"]
        self.assertIn("1", params["title"])
        self.assertIn("Berta Customer", params["message"])
        self.assertIn("somebody else approves it", params["message"])
        self.assertNotIn("Ana Customer", params["message"])
        with self.assertRaisesRegex(UserError, "somebody else approves it"):
            self.approve(reminders, self.ana)

    def test_approving_many_takes_few_queries(self):
        self.invoices([(self.new_partner(f"Debtor {number}"), 100) for number in range(20)])
        reminders = self.propose()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        reminders[:10].action_approve()
        self.env.flush_all()
        half = self.env.cr.sql_log_count - before
        before = self.env.cr.sql_log_count
        reminders[10:].action_approve()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, half + 15)

    # --- not by other ways

    def test_no_approval_is_forged(self):
        reminder = self.half_approved().with_user(self.bea)
        record = reminder.approval_ids
        approvals = self.env["cobranza.reminder.approval"].with_user(self.bea)
        vals = {"reminder_id": reminder.id, "user_id": self.bea.id, "amount": 100}
        for act in (
            lambda: approvals.create(vals),
            lambda: record.write({"user_id": self.bea.id}),
            lambda: record.write({"withdrawn_at": False}),
            lambda: record.unlink(),
            lambda: record.copy(),
            lambda: reminder.write({"approval_count": 2}),
            lambda: reminder.write({"approval_ids": [Command.create(vals)]}),
            lambda: reminder.write({"proposer_id": False}),
            lambda: reminder.write({"left_lines": []}),
            lambda: call_kw(
                approvals, "create", [vals], {"context": {"cobranza_gate": True}}
            ),
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual((reminder.state, len(reminder.approval_ids)), ("proposed", 1))

    def test_even_the_system_deletes_no_approval(self):
        record = self.half_approved().approval_ids
        with self.assertRaisesRegex(AccessError, "stays on record"):
            record.sudo().unlink()

    def test_one_person_approves_once(self):
        reminder = self.half_approved()
        with self.assertRefused("another person has to be the second"):
            self.env["cobranza.reminder.approval"]._gated().create(
                {"reminder_id": reminder.id, "user_id": self.ana.id}
            )

    def test_limits_are_not_negative(self):
        for name in ("limit_one", "limit_two", "limit_own", "cap_number", "cap_amount"):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, "can't be negative"):
                self.company[f"cobranza_{name}"] = -1

    # --- texts

    def test_an_edited_text_is_not_empty(self):
        reminder = self.proposed()
        for vals in ({"subject": ""}, {"subject": "  "}, {"body": ""}, {"body": "<p><br></p>"}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "a subject and a text"):
                reminder.write(vals)
