"""Before it leaves: what changed since approval, and what keeps it back."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .cases import MailingCase
from .common import TODAY, days_ago


@tagged("post_install", "-at_install")
class TestReminderPreflight(MailingCase):
    def table(self, reminder):
        """The table of changes, as text."""
        reminder.invalidate_recordset()
        return html2plaintext(reminder.changes_table or "")

    # --- amounts fall and never rise

    def test_more_owed_stays_at_what_was_approved(self):
        invoice = self.invoice(self.partner, 100)
        payment = self.pay(invoice, 30)
        reminder = self.approved()
        self.assertEqual(self.told(reminder), [(invoice.name, 70)])
        payment.action_draft()  # the payment was a mistake: 100 again
        self.invoice(self.partner, 500)
        self.propose()
        reminder.action_check()
        self.assertEqual(self.told(reminder), [(invoice.name, 70)])
        self.assertFalse(reminder.changes_table)
        reminder.action_send()
        self.assertEqual((reminder.state, self.told(reminder)), ("sent", [(invoice.name, 70)]))

    def test_other_words_than_those_approved_are_approved_anew(self):
        """The text of the level was changed after the approval, and then a part was paid."""
        invoice = self.invoice(self.partner, 100)
        reminder = self.approved()
        self.template.body_html = "<p>Other words</p><t t-out='object.lines_table'/>"
        self.pay(invoice, 40)
        reminder.action_check()
        self.assertEqual((reminder.state, self.told(reminder)), ("proposed", [(invoice.name, 60)]))
        self.assertIn("others than those that were approved", self.log(reminder))
        reminder.action_approve()
        self.assertIn("Other words", reminder.body)
        self.pay(invoice, 10)
        reminder.action_check()
        self.assertEqual((reminder.state, self.told(reminder)), ("approved", [(invoice.name, 50)]))

    def test_the_form_says_what_changed_before_anybody_sends(self):
        paid, partly, paused, same = (self.invoice(self.partner, 100) for _ in range(4))
        reminder = self.approved()
        self.assertFalse(self.table(reminder))
        self.pay(paid)
        self.pay(partly, 40)
        self.pause(move=paused)
        before = self.told(reminder)
        text = self.table(reminder)
        for move, words in ((paid, "leaves"), (partly, "60.00"), (paused, "paused")):
            self.assertIn(move.name, text)
            self.assertIn(words, text)
        self.assertIn("paid or credited", text)
        self.assertNotIn(same.name, text)
        self.assertEqual(self.told(reminder), before, "looking changes nothing")

    def test_checking_again_is_the_hand_over_without_sending(self):
        paid, partly = self.invoice(self.partner, 100), self.invoice(self.partner, 100)
        reminder = self.approved()
        self.pay(paid)
        self.pay(partly, 40)
        told = sorted(self.table(reminder).split())
        self.assertIs(reminder.action_check(), True)
        self.assertEqual(reminder.state, "approved")
        self.assertFalse(self.mails())
        self.assertEqual(self.told(reminder), [(partly.name, 60)])
        said = sorted(self.table(reminder).split())
        self.assertEqual(said, told, "it is still said afterwards")
        self.assertEqual(reminder.line_ids.approved_amount, 100)
        log = self.log(reminder).replace("\xa0", " ")
        self.assertIn("Changed since it was approved", log)
        self.assertIn(f"{paid.name}: $ 100.00 → leaves (paid or credited)", log)
        self.assertIn(f"{partly.name}: $ 100.00 → $ 60.00 (paid or credited)", log)
        reminder.action_send()
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(sorted(self.table(reminder).split()), told)

    def test_the_note_names_each_line_after_the_hand_over(self):
        on_its_way, free = self.invoice(self.partner, 100), self.invoice(self.partner, 80)
        reminder = self.approved()
        self.payment_in_process(on_its_way, 30)
        reminder.action_send()
        self.assertIn(
            f"{on_its_way.name}: $ 100.00 → $ 70.00 (a payment is on its way)",
            self.log(reminder).replace("\xa0", " "),
        )
        self.assertNotIn(f"{free.name}:", self.log(reminder))

    def test_only_what_is_approved_is_checked(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        with self.assertRaisesRegex(UserError, "approve it first"):
            reminder.action_check()

    def test_nothing_left_is_cancelled_by_the_check(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.approved()
        self.pay(invoice)
        reminder.action_check()
        self.assertEqual(reminder.state, "cancelled")

    def test_a_new_approval_starts_anew(self):
        first, second = self.invoice(self.partner, 100), self.invoice(self.partner, 50)
        reminder = self.propose()
        reminder.body = "<p>My words</p>"
        reminder.action_approve()
        self.pay(first, 40)
        reminder.action_check()
        self.assertEqual(reminder.state, "proposed")
        reminder.action_text_checked()
        reminder.action_approve()
        self.assertEqual(sorted(reminder.line_ids.mapped("approved_amount")), [50, 60])
        self.assertFalse(self.table(reminder))
        self.assertTrue(second)

    # --- really due, the right customer

    def test_a_due_date_that_was_moved_takes_the_line_off(self):
        moved, due = self.invoice(self.partner, 100), self.invoice(self.partner, 80)
        reminder = self.approved()
        self.due(moved).date_maturity = days_ago(-5)
        reminder.action_send()
        self.assertEqual(self.told(reminder), [(due.name, 80)])
        self.assertIn("not due yet: its due date was moved", self.log(reminder))

    def test_an_invoice_booked_to_another_customer(self):
        invoice, fine = self.invoice(self.partner, 100), self.invoice(self.other, 50)
        reminder = self.approved().filtered(lambda one: one.partner_id == self.partner)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET commercial_partner_id = %s WHERE id = %s",
            [self.other.id, invoice.id],
        )
        self.env.invalidate_all()
        self.assertDecision(invoice, "skip", "wrong_partner")
        self.assertDecision(fine, "remind", "level_reached")
        reminder.action_send()
        self.assertEqual(reminder.state, "cancelled")
        self.assertIn("Booked to another customer", self.log(reminder))

    def test_a_customer_who_became_another_ones_contact(self):
        """The invoice follows him, as his debts do."""
        invoice = self.invoice(self.partner, 100)
        self.partner.parent_id = self.other
        self.assertDecision(invoice, "remind", "level_reached")

    def test_a_recipient_of_another_customer_gets_nothing(self):
        """Whatever chose the recipient: he belongs to the debtor, or it stays."""
        self.invoice(self.partner, 100)
        reminder = self.approved()
        stranger = self.new_partner("Sara Stranger")
        reminder._gated().recipient_id = stranger
        reminder.action_send()
        self.assertEqual(reminder.state, "approved")
        self.assertIn("Sara Stranger is no contact of Ana Customer", reminder.problem)
        self.assertFalse(self.mails())

    # --- the bank's data

    def bank_entry(self, day, bank=None):
        """A movement on the bank's own account."""
        bank = bank or self.accounts["journals"]["bank"]
        return self.env["account.bank.statement.line"].create(
            {"journal_id": bank.id, "date": day, "payment_ref": "Transfer", "amount": 5}
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        suspense = cls._account_maker(cls.company)("1099", "Suspense", "asset_current")
        cls.accounts["journals"]["bank"].suspense_account_id = suspense

    def test_how_old_the_banks_data_is(self):
        company = self.company
        self.assertFalse(company._cobranza_last_bank_date())
        self.assertIn("no bank entry at all", company._cobranza_stale_bank(5))
        self.pay(self.invoice(self.partner, 100))  # registered by hand: the bank knows nothing
        self.assertFalse(company._cobranza_last_bank_date())
        for age, days, stale in ((6, 5, True), (5, 5, False), (4, 5, False)):
            self.bank_entry(days_ago(age))
            with self.subTest(age):
                self.assertEqual(company._cobranza_last_bank_date(), days_ago(age))
                self.assertEqual(bool(company._cobranza_stale_bank(days)), stale)
        self.assertIn("03/06/2026", company._cobranza_stale_bank(3))

    def test_of_several_bank_accounts_the_oldest_data_counts(self):
        """Of those that move regularly; one that hardly does says nothing."""
        company = self.company
        main = self.accounts["journals"]["bank"]
        account = main.default_account_id.copy({"code": "101999", "name": "Other bank"})
        other = main.copy(
            {"name": "Other bank", "code": "BNK9", "default_account_id": account.id}
        )
        self.bank_entry(days_ago(1))
        for age in (20, 21, 22, 23, 24):
            self.bank_entry(days_ago(age), other)
        self.assertEqual(company._cobranza_last_bank_date(), days_ago(1))
        self.bank_entry(days_ago(25), other)
        # the main account moves too seldom by now to say anything
        self.assertEqual(company._cobranza_last_bank_date(), days_ago(20))
        for age in range(2, 7):
            self.bank_entry(days_ago(age))
        self.assertEqual(company._cobranza_last_bank_date(), days_ago(20))
        self.bank_entry(days_ago(3), other)
        self.assertEqual(company._cobranza_last_bank_date(), days_ago(3))

    def test_what_the_bank_has_not_done_yet_says_nothing(self):
        """An entry that was dated in the future by mistake would be the newest for a long time."""
        company = self.company
        tomorrow = self.bank_entry(TODAY + timedelta(days=1))
        self.assertFalse(company._cobranza_last_bank_date())
        self.bank_entry(days_ago(6))
        self.assertEqual(company._cobranza_last_bank_date(), days_ago(6))
        self.assertTrue(company._cobranza_stale_bank(5))
        with self.at(tomorrow.date):
            self.assertFalse(company._cobranza_stale_bank(5))

    def test_another_companys_bank_is_not_ours(self):
        other = self.new_company()
        self.bank_entry(TODAY)
        self.assertEqual(self.company._cobranza_last_bank_date(), TODAY)
        self.assertFalse(other._cobranza_last_bank_date())

    def test_old_bank_data_holds_and_says_since_when(self):
        self.bank_entry(days_ago(6))
        self.policy.write({"statement_action": "hold", "statement_days": 5})
        self.invoice(self.partner, 100)
        run = self.run_dunning("propose")
        self.assertEqual(run.remind_count, 1, "decisions are made all the same")
        self.assertIn("03/04/2026", run.warning)
        reminder = run.reminder_ids
        self.assertIn("03/04/2026", reminder.bank_warning)
        reminder.action_approve()
        checked = reminder.action_check()
        self.assertIn("03/04/2026", checked["params"]["message"])
        self.assertFalse(reminder.not_before, "a check sends nothing, not even later")
        action = reminder.action_send()
        self.assertEqual(reminder.state, "approved")
        self.assertIn("The last bank entry is of 03/04/2026", reminder.waits_for)
        self.assertIn("03/04/2026", action["params"]["message"])
        self.assertGreater(reminder.not_before, fields.Datetime.now())
        self.bank_entry(days_ago(5))
        reminder.action_send()
        self.assertEqual((reminder.state, reminder.waits_for), ("sent", False))

    def test_old_bank_data_warns_only(self):
        self.policy.write({"statement_action": "warn", "statement_days": 5})
        self.invoice(self.partner, 100)
        reminder = self.approved()
        self.assertIn("no bank entry at all", reminder.bank_warning)
        self.assertIn("no bank entry at all", reminder.run_id.warning)
        reminder.action_send()
        self.assertEqual(reminder.state, "sent")
        self.assertFalse(reminder.bank_warning)

    def test_bank_data_nobody_asks_about(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        self.assertFalse(reminder.bank_warning or reminder.run_id.warning)

    def test_the_days_are_not_negative(self):
        with self.assertRefused("can't be negative", Exception):
            self.policy.statement_days = -1

    # --- caps of a day

    def automatic(self, amounts, **limits):
        """Approved automatically, one customer for each amount; returned in their order."""
        self.r5.approval = "auto"
        self.company.write({f"cobranza_cap_{name}": value for name, value in limits.items()})
        for number, amount in enumerate(amounts):
            self.invoice(self.new_partner(f"Automatic {number}"), amount, days_ago(9))
        self.run_dunning("auto")
        return self.env["cobranza.reminder"].search(
            [("company_id", "=", self.company.id), ("automatic", "=", True)], order="id"
        )

    def send(self, *parts):
        for reminders in parts:
            reminders._hand_over()

    def test_number_of_a_day(self):
        for number, states in (
            (4, ["sent"] * 3), (3, ["sent"] * 3), (2, ["sent", "sent", "approved"])
        ):  # fmt: skip
            with self.subTest(number):
                before = self.env["cobranza.reminder"].search([])
                already = len(before.filtered(lambda one: one.state == "sent" and one.automatic))
                reminders = self.automatic([10, 10, 10], number=already + number) - before
                self.send(reminders[:1], reminders[1:])
                self.assertEqual(reminders.mapped("state"), states)
        held = reminders[-1]
        self.assertIn("automatic reminders have left", held.waits_for)
        self.assertEqual(held.not_before, fields.Datetime.to_datetime("2026-03-11 08:00:00"))
        self.assertFalse(held.problem)
        with self.at(TODAY + timedelta(days=1)):
            held._hand_over()
            self.assertEqual((held.state, held.waits_for), ("sent", False))

    def test_the_company_opens_in_its_own_zone(self):
        self.company.partner_id.tz = "America/Mexico_City"
        opening = self.company._cobranza_opening_tomorrow()
        self.assertEqual(opening, fields.Datetime.to_datetime("2026-03-11 14:00:00"))

    def test_where_the_company_says_no_zone_it_is_that_of_whoever_works(self):
        """The same for the hour at which it opens as for what day it is."""
        self.company.partner_id.tz = self.env.user.tz = False
        company = self.company.with_context(tz="America/Mexico_City")
        opening = company._cobranza_opening_tomorrow()
        self.assertEqual(opening, fields.Datetime.to_datetime("2026-03-11 14:00:00"))

    def test_amount_of_a_day(self):
        reminders = self.automatic([60, 50, 40], amount=100)
        self.send(reminders)
        self.assertEqual(reminders.mapped("state"), ["sent", "approved", "sent"])
        self.assertIn("$ 100.00", reminders[1].waits_for.replace("\xa0", " "))

    def test_larger_than_the_amount_of_a_day_is_work_for_a_person(self):
        """It would be put off from one day to the next for ever."""
        large, small = self.automatic([150, 40], amount=100)
        self.send(large, small)
        self.assertEqual((large.state, small.state), ("approved", "sent"))
        self.assertFalse(large.not_before)
        self.assertIn("press Send", large.problem)
        self.assertIn("$ 100.00", large.problem.replace("\xa0", " "))
        collector = self.new_collector(name="Cora")
        self.assertIs(large.with_user(collector).action_send(), True)
        self.assertEqual((large.state, large.automatic), ("sent", False))
        self.assertIn("Cora sends it", self.log(large))

    def test_a_letter_larger_than_the_amount_of_a_day_is_printed(self):
        self.r5.channel = "letter"
        self.partner.write({"street": "Calle 1", "city": "Madrid", "zip": "28001"})
        self.invoice(self.partner, 150, days_ago(9))
        large = self.automatic([], amount=100)
        large.action_print_and_send()
        self.assertEqual(large.state, "sent", large.problem)

    def test_what_a_person_approved_is_not_capped_by_the_company(self):
        self.company.write({"cobranza_cap_number": 1, "cobranza_cap_amount": 1})
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        reminders = self.approved()
        self.assertIs(reminders.action_send(), True)
        self.assertEqual(set(reminders.mapped("state")), {"sent"})

    def test_messages_to_one_customer(self):
        """Two contacts of one customer have a reminder each."""
        self.company.cobranza_cap_debtor = 1
        for name in ("Carla", "Dora"):
            self.invoice(self.child(name), 100)
        reminders = self.approved()
        self.assertEqual(len(reminders), 2)
        action = reminders.action_send()
        self.assertEqual(sorted(reminders.mapped("state")), ["approved", "sent"])
        self.assertIn("The customer had 1 message(s) today", action["params"]["message"])
        held = reminders.filtered(lambda one: one.state == "approved")
        self.company.cobranza_cap_debtor = 2
        held.action_send()
        self.assertEqual(held.state, "sent")

    def test_what_waits_for_its_hour_takes_no_place(self):
        reminders = self.automatic([10, 10], number=1)
        reminders[0].debtor_id.contact_rule_id = self.env["cobranza.contact.rule"].create(
            {"name": "No e-mails", "company_id": self.company.id, "forbid_email": True}
        )
        self.send(reminders)
        self.assertEqual(reminders.mapped("state"), ["approved", "sent"])
        self.assertIn("No e-mails", reminders[0].problem)

    def test_what_did_not_arrive_takes_no_place(self):
        self.company.cobranza_cap_debtor = 1
        first, second = (self.child(name) for name in ("Carla", "Dora"))
        for contact in (first, second):
            self.invoice(contact, 100)
        one, two = self.approved()
        one.action_send()
        self.refuse()
        two.action_send()
        self.assertEqual(two.state, "sent")

    # --- what a run says

    def test_a_collector_keeps_runs_that_made_reminders(self):
        self.invoice(self.partner, 100)
        collector = self.new_collector()
        done, draft = self.run_dunning("propose"), self.new_run("propose")
        preview = self.run_dunning("preview")
        for run in (draft, preview):
            run.with_user(collector).unlink()
        with self.assertRaisesRegex(UserError, "only a collections manager may delete it"):
            done.with_user(collector).unlink()
        done.with_user(self.new_user("cobranza_dunning.group_manager")).unlink()
        self.assertFalse(done.exists())

    def test_a_pause_does_not_end_in_the_past(self):
        self.invoice(self.partner, 100)
        with self.assertRefused("would be over already"):
            self.pause(self.partner, until=days_ago(1))
        pause = self.pause(self.partner, until=TODAY + timedelta(days=3))
        with self.assertRefused("would be over already"):
            pause.until = days_ago(1)

    def test_a_changed_level_is_noted_on_its_policy(self):
        # tests of accounting don't track changes
        policy = self.policy.with_context(tracking_disable=False)
        level = self.r20.with_env(policy.env)

        def log():
            notes = policy.message_ids.mapped("body")
            return "\n".join(html2plaintext(body) for body in notes)

        level.write({"delay_days": 25, "approval": "two", "name": level.name})
        self.assertIn("Level “reminder 20” changed.", log())
        self.assertIn("Days after due: 20 → 25", log())
        self.assertIn("Approval: One person → Two people", log())
        policy.level_ids = [Command.create(self.level_vals((90, "demand")))]
        self.assertIn("Level “demand 90” added.", log())
        policy.level_ids.filtered(lambda one: one.delay_days == 90).unlink()
        self.assertIn("Level “demand 90” deleted.", log())
        count = len(policy.message_ids)
        level.delay_days = 25
        self.assertEqual(len(policy.message_ids), count, "nothing changed, nothing noted")
