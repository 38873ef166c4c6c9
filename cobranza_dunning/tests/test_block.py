"""Pauses by hand: of a customer, an invoice or one due line, until a day or until ended."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TODAY, CobranzaCase, days_ago

SOON = TODAY + timedelta(days=10)
PARTS = [(days_ago(30), 60), (days_ago(9), 40)]


@tagged("post_install", "-at_install")
class TestBlock(CobranzaCase):
    # --- what a pause covers

    def test_a_customer_is_paused_with_all_he_owes(self):
        one, two = self.invoice(self.partner, 100), self.journal_debt(self.partner, 50)
        others = self.invoice(self.other, 70)
        pause = self.pause(self.partner)
        self.assertEqual(pause.scope, "debtor")
        self.assertDecision(one, "skip", "paused", amount=0, paused_amount=100)
        self.assertDecision(two, "skip", "paused", amount=0, paused_amount=50)
        self.assertDecision(others, "remind", "level_reached")

    def test_an_invoice_is_paused_with_all_its_installments(self):
        paused = self.invoice(self.partner, 0, installments=PARTS)
        free = self.invoice(self.partner, 70)
        self.assertEqual(self.pause(move=paused).scope, "move")
        for line in self.due(paused):
            self.assertDecision(line, "skip", "paused", amount=0)
        self.assertDecision(free, "remind", "level_reached")

    def test_a_due_line_is_paused_alone(self):
        invoice = self.invoice(self.partner, 0, installments=PARTS)
        first, second = self.due(invoice)
        pause = self.pause(line=second)
        self.assertEqual((pause.scope, pause.move_id), ("line", invoice))
        self.assertEqual(pause.date_due, days_ago(9))
        self.assertDecision(first, "remind", "level_reached")
        self.assertDecision(second, "skip", "paused", amount=0)

    def test_a_due_line_that_is_lost_is_found_by_invoice_and_due_date(self):
        """Without a due date it is due on its own date."""
        dated, undated = (self.due(self.journal_debt(self.partner, 50)) for _number in range(2))
        undated.date_maturity = False
        pauses = self.pause(line=dated) | self.pause(line=undated)
        pauses.move_line_id = False
        self.assertEqual(pauses.mapped("scope"), ["line", "line"])
        domain = [*pauses._lines_domain(), ("account_type", "=", "asset_receivable")]
        self.assertEqual(self.env["account.move.line"].search(domain), dated | undated)

    def test_an_invoice_posted_later_is_paused_with_its_customer(self):
        self.invoice(self.partner, 100)
        self.pause(self.partner)
        self.assertDecision(self.invoice(self.partner, 50), "skip", "paused")

    def test_a_pause_is_of_one_company(self):
        other = self.new_company()
        ours = self.invoice(self.partner, 100)
        theirs = self.invoice(self.partner, 70, company=other)
        self.pause(self.partner)
        self.assertDecision(ours, "skip", "paused")
        run = self.run_dunning(company=other)
        self.assertEqual(self.decision(run, theirs).outcome, "remind")

    def test_a_contacts_invoice_is_paused_with_the_customer(self):
        child = self.new_partner("North", parent_id=self.partner.id, type="invoice")
        invoice = self.invoice(child, 100)
        self.pause(self.partner)
        self.assertDecision(invoice, "skip", "paused")

    # --- until when

    def test_until_a_day(self):
        """The day before it holds, on the day it is over."""
        invoice = self.invoice(self.partner, 100)
        pause = self.pause(self.partner, until=SOON)
        for day, outcome, reason, state in (
            (TODAY, "wait", "paused_until", "active"),
            (SOON - timedelta(days=1), "wait", "paused_until", "active"),
            (SOON, "remind", "level_reached", "over"),
            (SOON + timedelta(days=1), "remind", "level_reached", "over"),
        ):
            with self.subTest(day), self.at(day):
                one = self.assertDecision(invoice, outcome, reason)
                self.assertEqual(one.next_date, SOON if outcome == "wait" else False)
                pause.invalidate_recordset()
                self.assertEqual(pause.state, state)

    def test_the_day_is_the_companys(self):
        self.company.partner_id.tz = "Asia/Tokyo"
        self.invoice(self.partner, 100)
        pause = self.pause(self.partner, until=TODAY + timedelta(days=1))
        self.assertEqual(pause.state, "active")
        with self.at(TODAY + timedelta(days=1)):
            pause.invalidate_recordset()
            self.assertEqual(pause.state, "over")

    def test_it_is_ended_by_hand_and_stays_on_record(self):
        invoice = self.invoice(self.partner, 100)
        pause = self.pause(self.partner)
        pause.action_end()
        self.assertEqual(pause.state, "over")
        self.assertTrue(pause.exists())
        self.assertDecision(invoice, "remind", "level_reached")
        pause.action_end()  # twice is once

    def test_the_state_can_be_searched(self):
        self.invoice(self.partner, 100)
        active = self.pause(self.partner) | self.pause(self.partner, until=SOON)
        ended = self.pause(self.partner)
        ended.action_end()
        run_out = self.pause(self.partner, until=TODAY)
        over = ended | run_out
        every = active | over
        search = self.env["cobranza.block"].search
        mine = ("debtor_id", "=", self.debtor().id)
        for domain, expected in (
            ([("state", "=", "active")], active),
            ([("state", "=", "over")], over),
            ([("state", "!=", "active")], over),
            ([("state", "!=", "over")], active),
            ([("state", "in", ["active", "over"])], every),
            ([("state", "not in", ["active", "over"])], every.browse()),
            ([("state", "=", False)], every.browse()),
            ([("state", "!=", False)], every),
        ):
            with self.subTest(domain):
                self.assertEqual(search([mine, *domain]).sorted("id"), expected.sorted("id"))
        self.assertEqual(every.filtered_domain([("state", "=", "over")]), over)

    # --- whose documents

    def test_a_document_of_somebody_else_is_refused(self):
        self.invoice(self.partner, 100)
        theirs = self.invoice(self.other, 100)
        for vals in ({"move_id": theirs.id}, {"move_line_id": self.due(theirs).id}):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "isn't a document of"):
                self.env["cobranza.block"].create(
                    {"debtor_id": self.debtor().id, "reason": "x", **vals}
                )

    def test_a_document_of_another_company_is_refused(self):
        other = self.new_company()
        self.invoice(self.partner, 100)
        theirs = self.invoice(self.partner, 100, company=other)
        with self.assertRaises(UserError):
            self.pause(move=theirs)

    def test_a_line_of_another_invoice_is_not_mixed_with_this_one(self):
        one, two = self.invoice(self.partner, 100), self.invoice(self.partner, 50)
        pause = self.env["cobranza.block"].create(
            {
                "debtor_id": self.debtor().id, "reason": "x",
                "move_id": one.id, "move_line_id": self.due(two).id,
            }
        )  # fmt: skip
        self.assertEqual(pause.move_id, two)
        self.assertDecision(one, "remind", "level_reached")

    def test_on_the_form(self):
        invoice = self.invoice(self.partner, 100)
        with Form(self.env["cobranza.block"]) as form:
            form.debtor_id = self.debtor()
            form.move_id = invoice
            form.reason = "Called"
        self.assertEqual(form.record.scope, "move")

    # --- where it shows

    def test_the_customers_figures_follow(self):
        invoice = self.invoice(self.partner, 100)
        debtor = self.debtor()
        self.assertFalse(debtor.paused)
        part = self.pause(move=invoice)
        self.assertFalse(debtor.paused, "only an invoice is paused")
        part.action_end()
        pause = self.pause(self.partner)
        self.assertTrue(debtor.paused)
        pause.until = TODAY
        self.assertFalse(debtor.paused)
        pause.until = SOON
        self.assertTrue(debtor.paused)
        with self.at(SOON):
            debtor.action_refresh_figures()
            self.assertFalse(debtor.paused)
        pause.action_end()
        self.assertFalse(debtor.paused)

    def test_the_invoice_shows_it(self):
        one, two = self.invoice(self.partner, 100), self.invoice(self.partner, 50)
        debt = self.invoice(self.other, 70)
        invoices = one | two | debt

        def paused():
            invoices.invalidate_recordset(["cobranza_paused"])
            shown = invoices.filtered("cobranza_paused")
            found = invoices.search([("cobranza_paused", "=", True), ("id", "in", invoices.ids)])
            free = invoices.search([("cobranza_paused", "=", False), ("id", "in", invoices.ids)])
            self.assertEqual(shown, found.sorted("id"))
            self.assertEqual((invoices - shown).sorted("id"), free.sorted("id"))
            return shown

        self.assertFalse(paused())
        self.pause(move=one)
        self.assertEqual(paused(), one)
        line = self.pause(line=self.due(two))
        self.assertEqual(paused(), one | two)
        line.action_end()
        self.assertEqual(paused(), one)
        self.pause(self.other, until=SOON)
        self.assertEqual(paused(), one | debt)
        self.assertEqual(one.cobranza_block_ids.reason, "Agreed by phone")

    def test_it_is_told_with_its_reason(self):
        invoice = self.invoice(self.partner, 100)
        self.pause(self.partner, until=SOON)
        [one] = invoice.cobranza_explain()
        self.assertEqual((one["reason"], one["paused"]), ("paused_until", 100))
        self.assertEqual(one["next_date"], str(SOON))
        self.assertIn("03/20/2026", one["sentence"])

    # --- the dialog

    def open_dialog(self, action, **vals):
        self.assertEqual(action["res_model"], "cobranza.pause.wizard")
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        return wizard.create({"reason": "Fair week", **vals})

    def test_several_invoices_are_paused_at_once(self):
        invoices = self.invoice(self.partner, 100) | self.invoice(self.other, 50)
        left = self.invoice(self.partner, 70)
        self.env.cr.flush()
        self.open_dialog(invoices.action_cobranza_pause(), until=SOON).action_pause()
        pauses = self.env["cobranza.block"].search([("reason", "=", "Fair week")])
        self.assertEqual(pauses.move_id, invoices)
        self.assertEqual(pauses.debtor_id.partner_id, self.partner | self.other)
        self.assertEqual(pauses.mapped("until"), [SOON] * 2)
        self.assertDecision(left, "remind", "level_reached")

    def test_several_customers_are_paused_at_once(self):
        invoices = self.invoice(self.partner, 100) | self.invoice(self.other, 50)
        debtors = self.debtor() | self.debtor(self.other)
        self.open_dialog(debtors.action_pause()).action_pause()
        self.assertEqual(debtors.mapped("paused"), [True, True])
        for invoice in invoices:
            self.assertDecision(invoice, "skip", "paused")

    def test_an_invoice_that_was_not_posted_is_refused(self):
        draft = self.invoice(self.new_partner("New Customer"), 100, post=False)
        wizard = self.open_dialog(draft.action_cobranza_pause())
        with self.assertRaisesRegex(UserError, "post them first"):
            wizard.action_pause()
        wizard.move_ids = [Command.clear()]

    def test_the_dialog_needs_something_to_pause(self):
        with self.assertRaisesRegex(UserError, "Choose"):
            self.env["cobranza.pause.wizard"].create({"reason": "x"}).action_pause()

    def test_odoos_own_payment_block_is_a_pause(self):
        invoice = self.invoice(self.partner, 100)
        invoice.action_toggle_block_payment()
        self.assertEqual(invoice.payment_state, "blocked")
        self.assertDecision(invoice, "skip", "paused", amount=0)
        self.assertTrue(invoice.cobranza_paused)
        invoice.action_toggle_block_payment()
        self.assertDecision(invoice, "remind", "level_reached")
