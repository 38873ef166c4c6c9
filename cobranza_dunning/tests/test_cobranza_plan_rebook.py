"""Companies that re-book accepted plans: one balanced entry, undone if the plan ends badly."""

from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import days_ago
from .test_cobranza_plan import PlanCase

SIX = {"count": 6, "first": "2026-04-10"}


@tagged("post_install", "-at_install")
class TestRebook(PlanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sudo().cobranza_plan_rebook = True

    def setUpBooks(self):
        super().setUpBooks()
        self.old = self.invoice(self.partner, 400, due=days_ago(40))
        self.new = self.invoice(self.partner, 200, due=days_ago(20))

    def items(self, plan):
        """The receivable items of the installments, earliest first."""
        return plan._ordered().move_line_id

    def assertSettled(self, moves, residuals):
        self.assertEqual([sum(self.due(one).mapped("amount_residual")) for one in moves], residuals)

    def test_one_balanced_entry(self):
        plan = self.agreed(**SIX)
        entry = plan.rebook_move_id
        self.assertEqual((entry.state, entry.move_type, entry.ref), ("posted", "entry", plan.name))
        self.assertEqual(sum(entry.line_ids.mapped("balance")), 0)
        self.assertSettled(self.old | self.new, [0, 0])
        items = self.items(plan)
        self.assertEqual(items.mapped("amount_residual"), [100] * 6)
        self.assertEqual(items.mapped("date_maturity"), plan._ordered().mapped("date_due"))
        # for insurance and interest: the day that counted before
        self.assertEqual(
            items.mapped("cobranza_original_due_date"), [days_ago(40)] * 4 + [days_ago(20)] * 2
        )
        self.assertFalse(any(items.mapped("no_followup")))
        self.assertEqual(items.partner_id, self.partner)

    def test_items_keep_the_oldest_original_due_date(self):
        """Of lines whose due date was changed before, the first one; of several the oldest."""
        line = self.due(self.new)
        line.date_maturity = days_ago(10)
        self.assertEqual(line.cobranza_original_due_date, days_ago(20))
        third = self.invoice(self.partner, 150, due=days_ago(15))
        # 400 due 40 days ago, 150 due 15 days ago, 200 that were due 20 days ago at first
        items = self.items(self.agreed(count=5, first="2026-04-10"))
        self.assertSettled(self.old | self.new | third, [0, 0, 0])
        self.assertEqual(
            items.mapped("cobranza_original_due_date"),
            [days_ago(40)] * 3 + [days_ago(20)] * 2,
        )

    def test_it_is_followed_and_pauses_like_any_other(self):
        plan = self.agreed(**SIX)
        first = self.items(plan)[0]
        with self.at(date(2026, 4, 20)):
            self.assertDecision(first, "wait", "paused_until", amount=0)
            self.pay(plan.rebook_move_id, 150)
            self.looked_at(plan)
        self.assertEqual(
            self.standing(plan)[:2], [("2026-04-10", 100, "paid"), ("2026-05-11", 50, "partial")]
        )
        self.assertEqual((plan.state, plan.paid_amount, plan.open_amount), ("active", 150, 450))

    def pay_items(self, plan, *amounts):
        """Payments of the customer, matched with the installments' items, earliest first."""
        for amount in amounts:
            payment = self.open_payment(self.partner, amount)
            lines = payment.move_id.line_ids.filtered(
                lambda one: one.account_type == "asset_receivable"
            )
            (lines | self.items(plan).filtered(lambda one: not one.reconciled)).reconcile()

    def test_fulfilled(self):
        plan = self.agreed(**SIX)
        self.pay_items(plan, 250, 350)
        self.assertEqual(self.looked_at(plan), "fulfilled")
        self.assertFalse(plan.rebook_reversal_id)
        self.assertSettled(self.old | self.new, [0, 0])
        self.assertTrue(all(self.items(plan).mapped("reconciled")))

    def test_breach_reverses_it(self):
        """What was paid stays paid, on the invoices themselves."""
        plan = self.agreed(**SIX)
        self.pay_items(plan, 150)
        with self.at(date(2026, 5, 22)):
            self.assertEqual(self.looked_at(plan), "broken")
            reversal = plan.rebook_reversal_id
            self.assertEqual(reversal.reversed_entry_id, plan.rebook_move_id)
            self.assertEqual(reversal.date, date(2026, 5, 22))
            both = (plan.rebook_move_id | reversal).line_ids
            self.assertEqual(sum(both.mapped("balance")), 0)
            self.assertTrue(all(both.mapped("reconciled")))
            self.assertSettled(self.old | self.new, [250, 200])
            self.assertEqual(self.due(self.old).date_maturity, days_ago(40))
            self.assertDecision(self.old, "remind", "level_reached", amount=250)
            # a broken plan whose entry is undone stays as it is
            self.assertEqual(self.looked_at(plan), "broken")
            self.pay(self.old | self.new)
            self.assertEqual(self.looked_at(plan), "broken")

    def test_cancelling_reverses_it(self):
        plan = self.agreed(**SIX)
        self.pay_items(plan, 450)
        plan.action_cancel()
        self.assertSettled(self.old | self.new, [0, 150])
        self.assertTrue(plan.rebook_reversal_id)
        plan.action_undo_rebook()
        self.assertEqual(len(plan.rebook_move_id.reversal_move_ids), 1)

    def test_books_that_refuse_the_reversal(self):
        """The plan is broken all the same; somebody reverses it when the books allow it."""
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 21)):
            self.break_with_closed_books(plan)
            self.assertFalse(plan.rebook_reversal_id)
            self.assertIn("The books are closed", str(plan.message_ids.mapped("body")))
            plan.action_undo_rebook()
        self.assertTrue(plan.rebook_reversal_id)
        self.assertSettled(self.old | self.new, [400, 200])

    def test_an_installment_is_in_no_second_plan(self):
        """Neither more time for it nor another plan: the first one wouldn't see what is paid."""
        plan = self.agreed(**SIX)
        late = self.invoice(self.partner, 90, due=days_ago(10))
        items = plan._ordered().move_line_id
        self.assertEqual(self.negotiate(count=3)["amount"], 90)
        with self.assertRaisesRegex(UserError, f"part of {plan.name} already"):
            self.proposed(lines=items[:1].ids, until="2026-03-20")
        self.assertTrue(self.proposed(lines=self.due(late).ids, count=3))

    def test_nor_while_the_first_is_over_and_not_reversed(self):
        """Re-booked twice nobody would find the invoices, and the days that counted first."""
        self.policy.plan_quiet_months = 0
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 21)):
            self.break_with_closed_books(plan)
            for origin, sentence in (
                ("manual", "reverse the re-booking of that plan first"),
                ("portal", "please contact us"),
            ):
                said = self.plans.negotiate(self.partner.id, {"count": 3}, origin)
                self.assertEqual((said["decision"], said["reasons"]), ("refuse", ["not_reversed"]))
                self.assertIn(sentence, said["sentences"][0])
            with self.assertRefused(
                f"still re-booked by {plan.name}: reverse the re-booking of that plan first"
            ):
                self.proposed(lines=self.items(plan).ids, count=3)
            late = self.invoice(self.partner, 90, due=days_ago(0))
            self.assertEqual(self.proposed(count=3).line_ids.move_id, late)
            plan.action_undo_rebook()
            self.assertEqual(self.proposed(count=3).line_ids.move_id, self.old | self.new)

    def test_more_time_again_for_what_was_re_booked(self):
        """An extension's item is as old as what it comes from, whatever move it is in."""
        self.policy.plan_automatic = True
        first = self.proposed(lines=self.due(self.new).ids, until="2026-03-20")
        first.action_accept()
        first.action_cancel()
        again = self.negotiate(lines=self.due(self.new).ids, until="2026-03-20")
        self.assertEqual(again["decision"], "propose")

    def test_the_reminders_page_says_so(self):
        """What was told is settled by the entry, and owed by installments: it isn't paid."""
        reminder = self.propose()
        reminder.action_approve()
        reminder.action_send()
        self.agreed(**SIX)
        lines = reminder.sudo()._portal_lines()
        self.assertEqual(
            {(one.name, one.state, one.planned, one.to_pay) for one in lines},
            {(self.old.name, "planned", 400, 0), (self.new.name, "planned", 200, 0)},
        )

    def reversal_wizard(self, move, user=None):
        """Odoo's dialog that reverses an entry or makes a credit note of an invoice."""
        wizards = self.env["account.move.reversal"].with_user(user or self.env.user)
        return wizards.with_context(active_model="account.move", active_ids=move.ids).create(
            {"journal_id": move.journal_id.id, "date": days_ago(0)}
        )

    def assertInvoiceStays(self, invoice, plan):
        """It can't be changed or cancelled: its plan would go on asking for it."""
        accountant = self.new_user("account.group_account_user", name="Beatriz")
        invoice = invoice.with_user(accountant)
        modify = self.reversal_wizard(invoice, accountant).modify_moves
        for undo in (invoice.button_draft, invoice.button_cancel, modify):
            with self.assertRefused(f"{plan.name} has re-booked {invoice.name}"):
                undo()

    def test_what_is_re_booked_is_neither_reset_nor_cancelled(self):
        plan = self.agreed(**SIX)
        self.assertInvoiceStays(self.old, plan)
        self.assertInvoiceStays(self.new, plan)
        plan.action_cancel()
        self.new.button_draft()
        self.assertEqual(self.new.state, "draft")

    def test_nor_while_the_reversal_is_missing(self):
        plan = self.agreed(**SIX)
        with self.at(date(2026, 4, 21)):
            self.break_with_closed_books(plan)
            self.assertInvoiceStays(self.old, plan)
            plan.action_undo_rebook()
            self.old.button_cancel()
        self.assertEqual(self.old.state, "cancel")

    def test_once_it_is_paid_the_invoice_is_the_books_again(self):
        """What is cancelled of it then is the customer's money."""
        plan = self.agreed(**SIX)
        self.pay_items(plan, 600)
        self.assertEqual(self.looked_at(plan), "fulfilled")
        self.new.button_cancel()
        self.assertEqual(self.looked_at(plan), "fulfilled")
        settling = plan.rebook_move_id.line_ids.filtered("amount_residual")
        self.assertEqual(settling.mapped("amount_residual"), [-200])

    def assertEntryStays(self, entry, plan):
        """An accountant can neither reset, reverse nor delete it by Odoo's own buttons."""
        accountant = self.new_user("account.group_account_user", name="Beatriz")
        entry = entry.with_user(accountant)
        reverse = self.reversal_wizard(entry, accountant).refund_moves
        delete = entry.with_context(force_delete=True).unlink
        for undo in (entry.button_draft, entry.button_cancel, reverse, delete):
            with self.assertRefused(f"Only {plan.name} itself undoes what it has booked"):
                undo()

    def test_its_entries_are_undone_by_the_plan_alone(self):
        plan = self.agreed(**SIX)
        self.assertEntryStays(plan.rebook_move_id, plan)
        plan.action_cancel()
        self.assertEntryStays(plan.rebook_move_id, plan)
        self.assertEntryStays(plan.rebook_reversal_id, plan)

    def test_it_is_no_credit_note_for_a_dispute(self):
        """What the plan moved elsewhere wasn't credited: who paid under protest is answered."""
        line = self.due(self.old)
        self.debtor()
        disputes = self.env["cobranza.dispute"]
        dispute = disputes.browse(disputes.raise_dispute(line.id, 150, "price")["id"])
        plan = self.agreed(**SIX)
        self.assertSettled(self.old, [150])
        self.pay(self.old, 150)
        disputes._evaluate(self.company)
        self.assertEqual((line.amount_residual, dispute.state), (0, "open"))
        plan.action_cancel()
        disputes._evaluate(self.company)
        self.assertEqual((line.amount_residual, dispute.state), (250, "open"))

    def test_rates_of_the_lines(self):
        """In another currency nothing is gained or lost by re-booking and undoing it."""
        euro = self.new_currency("EUR", 3)
        one = self.invoice(self.other, 100, currency=euro)
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "company_id": self.company.id, "name": "2026-03-01",
             "company_rate": 0.7}
        )  # fmt: skip
        two = self.invoice(self.other, 50, currency=euro, invoice_date="2026-03-05",
                           due=days_ago(2))  # fmt: skip
        before = [self.due(move).amount_residual for move in (one, two)]
        self.assertGreater(before[1], before[0])
        moves = self.env["account.move"].search_count([])
        plan = self.agreed(self.other, count=7, first="2026-04-10")
        items = self.items(plan)
        self.assertEqual(items.mapped("amount_residual_currency"), [21.42] * 6 + [21.48])
        self.assertAlmostEqual(sum(items.mapped("amount_residual")), sum(before), 2)
        self.assertEqual(self.env["account.move"].search_count([]), moves + 1)
        plan.action_cancel()
        self.assertEqual([self.due(move).amount_residual for move in (one, two)], before)
        self.assertEqual(self.env["account.move"].search_count([]), moves + 2)

    def test_a_collector_needs_no_rights_in_the_books(self):
        self.debtor()
        plans = self.plans.with_user(self.new_collector(name="Carla"))
        plan = plans.browse(plans.propose(self.partner.id, SIX)["plan_id"])
        plan.action_accept()
        self.assertEqual(plan.sudo().rebook_move_id.state, "posted")
        plan.action_cancel()
        self.assertEqual(plan.sudo().rebook_reversal_id.state, "posted")

    def test_the_journal(self):
        other = self.new_company()
        theirs = self.books[other]["journals"]["general"]
        with self.assertRefused("isn't a general journal of"):
            self.company.sudo().cobranza_plan_journal_id = theirs
        with self.assertRefused("isn't a general journal of"):
            self.company.sudo().cobranza_plan_journal_id = self.accounts["journals"]["sale"]
        own = self.env["account.journal"].create(
            {"name": "Plans", "type": "general", "code": "PLANS", "company_id": self.company.id}
        )
        self.company.sudo().cobranza_plan_journal_id = own
        self.assertEqual(self.agreed(**SIX).rebook_move_id.journal_id, own)

    def test_not_the_journals_that_odoo_books_in_by_itself(self):
        """Of exchange differences and of tax due on payment, though they come first."""
        general = self.accounts["journals"]["general"]
        journals = self.env["account.journal"]
        cash_basis = journals.create({"name": "Tax", "type": "general", "code": "AAA"})
        self.company.tax_cash_basis_journal_id = cash_basis
        exchange = self.company.currency_exchange_journal_id
        first = journals.search(
            [("company_id", "=", self.company.id), ("type", "=", "general")]
        )
        self.assertEqual(first, cash_basis | exchange | general)
        self.assertEqual(self.agreed(**SIX).rebook_move_id.journal_id, general)

    def test_without_a_journal(self):
        plan = self.proposed(**SIX)
        general = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "general")]
        )
        general.active = False
        with self.assertRefused("has no journal for it"):
            plan.action_accept()

    def test_tax_that_is_due_when_the_customer_pays(self):
        """Re-booking would settle the invoice, and so make its tax due: nothing was paid yet."""
        move = self.with_tax_on_payment(self.new)
        self.assertFalse(move.always_tax_exigible)
        plan = self.agreed(**SIX)
        self.assertEqual((plan.state, plan.rebook_move_id.id), ("active", False))
        self.assertFalse(move.tax_cash_basis_created_move_ids)
        notes = str(plan.message_ids.mapped("body"))
        self.assertIn("It isn't re-booked", notes)
        self.assertIn(move.name, notes)
        self.assertNotIn(self.old.name, notes)
        self.assertDecision(self.old, "wait", "paused_until", amount=0)
        self.pay(self.old, 100)
        self.assertEqual(self.looked_at(plan), "active")
        self.assertEqual((plan.paid_amount, plan.open_amount), (100, 510))
        plan.action_cancel()
        self.assertDecision(self.old, "remind", "level_reached", amount=300)

    def with_tax_on_payment(self, move):
        """An invoice with 10 of a tax like the VAT of Mexico, which is due on payment."""
        country = self.company.account_fiscal_country_id
        suspense = self.accounts["receivable"].copy(
            {"code": "209000", "name": "Tax not due yet", "account_type": "liability_current"}
        )
        self.company.tax_exigibility = True
        self.company.tax_cash_basis_journal_id = self.env["account.journal"].create(
            {"name": "Cash basis", "type": "general", "code": "CABA"}
        )
        tax = self.env["account.tax"].create(
            {
                "name": "On payment", "amount": 5, "country_id": country.id,
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": suspense.id,
                "tax_group_id": self.env["account.tax.group"].create(
                    {"name": "VAT", "country_id": country.id}
                ).id,
            }
        )  # fmt: skip
        move.button_draft()
        move.invoice_line_ids.tax_ids = tax
        move.action_post()
        return move

    def test_installments_far_apart_from_today(self):
        """The entry is of the day of the agreement, whatever the installments' days."""
        plan = self.agreed(**SIX)
        self.assertEqual(plan.rebook_move_id.date, plan.accepted_on)
        self.assertGreater(plan._ordered()[-1].date_due, plan.accepted_on + timedelta(days=150))
