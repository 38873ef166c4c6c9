"""Paying from a reminder's page: Odoo's own transactions, for what is open now."""

from odoo import Command
from odoo.tests import tagged

from .common import days_ago
from .online import OnlineMixin
from .test_portal import PortalCase


@tagged("post_install", "-at_install")
class TestPortalPayment(OnlineMixin, PortalCase):
    def test_everything_shown(self):
        reminder, first, second = self.sent(100, 200)
        self.pay(second, 50)
        self.assertIn("/pay?", self.page(reminder).text)
        answer = self.url_open(
            f"/my/reminders/{reminder.id}/pay?access_token={reminder.access_token}"
            f"&currency_id={self.company.currency_id.id}"
        )
        self.assertIn('data-amount="250.0"', answer.text)
        transaction = self.start(reminder, 250)
        self.assertEqual(transaction.amount, 250)
        self.assertEqual(transaction.invoice_ids, first + second)
        self.assertEqual(transaction.partner_id, self.partner)
        self.assertTrue(
            transaction.landing_route.startswith(f"/my/reminders/{reminder.id}?"),
            transaction.landing_route,
        )

    def test_one_line(self):
        reminder, first, _second = self.sent(100, 200)
        line = reminder.line_ids.filtered(lambda one: one.move_id == first)
        transaction = self.start(reminder, 100, line)
        self.assertEqual((transaction.amount, transaction.invoice_ids), (100, first))

    def test_a_paused_line_may_be_paid(self):
        reminder, first, second = self.sent(100, 200)
        self.pause(move=first)
        line = reminder.line_ids.filtered(lambda one: one.move_id == first)
        self.assertEqual(self.start(reminder, 100, line).amount, 100)
        self.assertEqual(self.start(reminder, 200).invoice_ids, second)

    def test_many_invoices_have_a_short_reference(self):
        reminder, *_moves = self.sent(*range(1, 12))
        transaction = self.start(reminder, sum(range(1, 12)))
        self.assertEqual(len(transaction.invoice_ids), 11)
        self.assertLess(len(transaction.reference), 40)

    def test_what_has_changed_is_not_paid(self):
        reminder, move = self.sent(100)
        self.pay(move, 40)
        self.assertNotStarted("has changed", reminder, 100)
        self.assertNotStarted("has changed", reminder, 0)
        self.pay(move)
        self.assertNotStarted("nothing left to pay", reminder, 60)

    def test_what_nobody_may_do(self):
        reminder, _move = self.sent(100)
        second, _move = self.sent(300, partner=self.other)
        self.assertNotStarted("access token is invalid", reminder, 100, token="wrong")
        self.assertNotStarted("access token is invalid", reminder, 100, token=second.access_token)
        self.assertNotStarted("nothing left", reminder, 300, line=second.line_ids)
        self.assertNotStarted("saved payment method", reminder, 100, flow="token")
        self.assertNotStarted("not whitelisted", reminder, 100, partner_id=1)

    def test_an_amount_that_the_customer_has_changed(self):
        """Whatever the page sends: what is open is paid, or nothing."""
        reminder, _move = self.sent(100)
        for amount in (
            0.01, 99.99, 100.01, -100, 1e300, "abc", "nan", "inf", "1e400", "", None, True,
            {"a": 1}, [100], "100; 1",
        ):  # fmt: skip
            with self.subTest(amount=amount):
                self.assertNotStarted("has changed", reminder, amount)
        self.assertEqual(self.start(reminder, 100.001).amount, 100)

    def test_another_companys_reminder(self):
        """A link opens its own reminder, whoever else owes to another company of ours."""
        company = self.new_company("Second company")
        self.invoice(self.partner, 70, company=company)
        theirs = self.propose(company=company)
        theirs.action_approve()
        theirs.action_send()
        reminder, _move = self.sent(100)
        self.assertNotStarted("access token is invalid", theirs, 70, token=reminder.access_token)
        self.assertNotStarted("nothing left", reminder, 70, line=theirs.line_ids)
        self.assertTurnedAway(self.page(theirs, reminder.access_token))
        self.assertTurnedAway(self.page(theirs, reminder.access_token, part="/pay"))
        self.assertTurnedAway(self.page(theirs, reminder.access_token, part="/invoices"))

    def test_a_started_payment_is_on_its_way(self):
        """Nobody shall pay twice because the provider is slow."""
        reminder, first, second = self.sent(100, 200)
        transaction = self.start(reminder, 300)
        self.assertEqual({one.to_pay for one in reminder.sudo()._portal_lines()}, {100, 200})
        transaction.state = "pending"
        self.assertEqual({one.state for one in reminder.sudo()._portal_lines()}, {"arriving"})
        text = self.page(reminder).text
        self.assertIn("Payment on its way", text)
        self.assertIn("There is nothing to pay", text)
        self.assertNotStarted("nothing left", reminder, 300)
        transaction.state = "cancel"
        self.assertEqual({one.to_pay for one in reminder.sudo()._portal_lines()}, {100, 200})
        self.assertEqual(first + second, transaction.invoice_ids)

    def test_a_started_payment_in_another_currency_of_the_books(self):
        euro = self.new_currency("EUR", 0.5)
        self.invoice(self.partner, 70, currency=euro)
        reminder = self.remind()
        transaction = self.start(reminder, 70, currency=euro)
        transaction.state = "pending"
        [line] = reminder.sudo()._portal_lines()
        self.assertEqual((line.state, line.arriving), ("arriving", 70))

    def test_a_confirmed_payment_is_booked_by_odoo(self):
        reminder, move = self.sent(100)
        transaction = self.start(reminder, 100)
        transaction._set_done()
        [line] = reminder.sudo()._portal_lines()
        self.assertEqual(line.state, "arriving")
        transaction._post_process()
        self.env.flush_all()
        self.assertEqual(transaction.payment_id.invoice_ids, move)
        [line] = reminder.sudo()._portal_lines()
        self.assertEqual((line.state, line.to_pay), ("paid", 0))

    def test_a_portal_user_pays_as_himself(self):
        reminder, _move = self.sent(100)
        self.authenticate("visitor", "visitor-secret")
        self.assertEqual(
            self.start(reminder, 100, token="").partner_id, self.visitor.partner_id
        )

    def test_without_a_provider_there_is_no_button(self):
        reminder, _move = self.sent(100)
        self.provider.is_published = False
        self.assertNotIn("/pay?", self.page(reminder).text)

    def test_nothing_to_pay_leads_back(self):
        reminder, move = self.sent(100)
        self.pay(move)
        answer = self.page(reminder, part="/pay")
        self.assertEqual(answer.status_code, 303)
        self.assertIn(f"/my/reminders/{reminder.id}?", answer.headers["Location"])

    def test_it_settles_what_was_asked_for(self):
        """1000 with 400 disputed and 500: what is asked for is settled, the dispute is left."""
        reminder, first, second = self.sent(1000, 500)
        self.env["cobranza.dispute"].raise_dispute(self.due(first).id, 400, "price")
        transaction = self.start(reminder, 1100)
        transaction._set_done()
        transaction._post_process()
        self.env.invalidate_all()
        self.assertEqual((first.amount_residual, second.amount_residual), (400, 0))

    def test_one_line_with_a_part_in_dispute(self):
        reminder, first, _second = self.sent(1000, 500)
        self.env["cobranza.dispute"].raise_dispute(self.due(first).id, 400, "price")
        line = reminder.line_ids.filtered(lambda one: one.move_id == first)
        self.assertNotStarted("has changed", reminder, 1000, line)
        self.assertEqual(self.start(reminder, 600, line).amount, 600)

    def test_what_was_settled_meanwhile_leaves_a_credit(self):
        reminder, move = self.sent(100)
        transaction = self.start(reminder, 100)
        self.pay(move)
        transaction._set_done()
        transaction._post_process()
        [credit] = transaction.payment_id.move_id.line_ids.filtered(
            lambda one: one.account_type == "asset_receivable"
        )
        self.assertEqual(credit.amount_residual, -100)

    def test_one_part_of_an_invoice_that_was_paid_meanwhile(self):
        """What falls due later stays open: the money was for the first part."""
        parts = [(days_ago(30), 50), (days_ago(-30), 50)]
        move = self.invoice(self.partner, None, installments=parts)
        reminder = self.remind()
        transaction = self.start(reminder, 50)
        self.pay(move, 50)
        transaction._set_done()
        transaction._post_process()
        self.env.invalidate_all()
        self.assertEqual(move.amount_residual, 50)
        [credit] = transaction.payment_id.move_id.line_ids.filtered(
            lambda one: one.account_type == "asset_receivable"
        )
        self.assertEqual(credit.amount_residual, -50)

    def test_one_part_of_an_invoice_that_was_posted_anew(self):
        """No more than what was chosen goes to what took its place."""
        parts = [(days_ago(30), 50), (days_ago(20), 50)]
        move = self.invoice(self.partner, None, installments=parts)
        reminder = self.remind()
        line = reminder.line_ids.sorted("date_due")[:1]
        transaction = self.start(reminder, 50, line)
        other = self.invoice(self.partner, 70)
        transaction.write({"amount": 120, "invoice_ids": [Command.link(other.id)]})
        transaction.cobranza_parts += [[self.due(other).id, 70, other.id]]
        self.post_on_other_terms(move, days_ago(25))
        self.pay(other)
        transaction._set_done()
        transaction._post_process()
        self.env.invalidate_all()
        self.assertEqual(move.amount_residual, 50)

    def test_a_debt_that_is_a_journal_entry(self):
        """An opening balance is no invoice, and its payment is booked and matched all the same."""
        debt = self.journal_debt(self.partner, 80)
        reminder, move = self.sent(100)
        item = self.due(debt)
        self.assertIn(item, reminder.line_ids.move_line_id)
        transaction = self.start(reminder, 180)
        transaction._set_pending()
        page = self.page(reminder).text
        self.assertIn("on its way", page)
        transaction._set_done()
        transaction._post_process()
        self.env.invalidate_all()
        self.assertTrue(item.reconciled)
        self.assertEqual(move.amount_residual, 0)

    def test_on_another_account(self):
        """An opening balance may be booked elsewhere than the customer's invoices."""
        debt = self.journal_debt(self.partner, 80)
        account = self.due(debt).account_id.copy({"code": "4360", "name": "Doubtful"})
        debt.button_draft()
        self.due(debt).account_id = account
        debt.action_post()
        reminder = self.remind()
        transaction = self.start(reminder, 80)
        transaction._set_done()
        transaction._post_process()
        self.assertTrue(self.due(debt).reconciled)

    def test_an_invoice_that_was_posted_anew_meanwhile(self):
        """Its due lines are others; the money is the invoice's all the same."""
        parts = [(days_ago(30), 50), (days_ago(20), 50)]
        move = self.invoice(self.partner, None, installments=parts)
        reminder = self.remind()
        transaction = self.start(reminder, 100)
        transaction._set_pending()
        self.post_on_other_terms(move, days_ago(25))
        lines = reminder._portal_debtor().sudo()._portal_lines()
        self.assertEqual([one.to_pay for one in lines], [0])
        transaction._set_done()
        transaction._post_process()
        self.env.invalidate_all()
        self.assertEqual(move.amount_residual, 0)

    def test_no_saved_card_for_whoever_has_the_link(self):
        """Neither is the customer's card charged, nor is a visitor's kept for the customer."""
        reminder, _move = self.sent(100)
        user = self.new_user("base.group_portal", login="elsewhere", password="elsewhere-secret")
        user.partner_id.parent_id = self.other
        self.authenticate(user.login, "elsewhere-secret")
        self.assertNotStarted("saved payment method", reminder, 100, flow="token", token_id=1)
        transaction = self.start(reminder, 100, tokenization_requested=True)
        self.assertEqual((transaction.tokenize, transaction.partner_id), (False, self.partner))
