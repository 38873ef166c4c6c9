"""A customer's page: how its lines stand now, and what he may download."""

import base64
from unittest.mock import patch

from odoo.addons.cobranza_dunning.controllers import portal_page
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import days_ago
from .test_portal import IBAN, PortalCase


@tagged("post_install", "-at_install")
class TestPortalLines(PortalCase):
    def states(self, reminder):
        """{invoice: (state, to pay, payable)} as the page shows them."""
        reminder.env.flush_all()
        return {
            line.move: (line.state, line.to_pay, line.payable)
            for line in reminder.sudo()._portal_lines()
        }

    def test_the_page_tells_what_is_open_now(self):
        reminder, whole, part, paid, process, paused = self.sent(100, 200, 300, 400, 500)
        self.pay(part, 50)
        self.pay(paid)
        self.payment_in_process(process)
        self.pause(move=paused)
        self.assertEqual(
            self.states(reminder),
            {
                whole: ("open", 100, 100),
                part: ("partly", 150, 150),
                paid: ("paid", 0, 0),
                process: ("arriving", 0, 0),
                # a pause keeps nobody from paying
                paused: ("paused", 0, 500),
            },
        )
        [total] = reminder._portal_totals(reminder.sudo()._portal_lines())
        self.assertEqual(
            total,
            {"currency": self.company.currency_id, "to_pay": 250, "later": 0, "arriving": 400,
             "paused": 500, "disputed": 0, "planned": 0, "promised": 0, "credit": 0,
             "left": 0},
        )  # fmt: skip
        # what was told stays as it was told
        self.assertEqual(sum(reminder.line_ids.mapped("amount")), 1500)

    def test_a_credit_covers_the_oldest(self):
        old, new = self.invoice(self.partner, 100, due=days_ago(30)), self.invoice(
            self.partner, 100, due=days_ago(20)
        )
        reminder = self.remind()
        self.credit_note(self.partner, 130)
        self.assertEqual(
            self.states(reminder), {old: ("credited", 0, 0), new: ("partly", 70, 70)}
        )

    def test_a_withdrawn_invoice_and_one_that_was_reset(self):
        reminder, gone, again = self.sent(100, 200)
        gone.button_draft()
        gone.button_cancel()
        again.button_draft()
        again.invoice_line_ids.price_unit = 150
        again.action_post()
        self.assertEqual(
            self.states(reminder), {gone: ("withdrawn", 0, 0), again: ("partly", 150, 150)}
        )
        self.assertIn("Withdrawn", self.page(reminder).text)

    def test_a_deleted_item_is_found_by_invoice_and_due_date(self):
        reminder, move = self.sent()
        reminder.line_ids._gated().move_line_id = False
        self.assertEqual(self.states(reminder), {move: ("open", 100, 100)})

    def test_so_is_one_without_a_due_date(self):
        debt = self.journal_debt(self.partner, 100)
        self.due(debt).date_maturity = False
        reminder = self.remind()
        reminder.line_ids._gated().move_line_id = False
        self.assertEqual(self.states(reminder), {debt: ("open", 100, 100)})

    def test_installments_stand_each_on_their_own(self):
        move = self.invoice(
            self.partner, 0, installments=[(days_ago(40), 60), (days_ago(10), 40)]
        )
        reminder = self.remind()
        self.pay(move, 60)
        lines = reminder.sudo()._portal_lines()
        self.assertEqual([(one.state, one.to_pay) for one in lines], [("paid", 0), ("open", 40)])

    def test_each_currency_has_its_total(self):
        euro = self.new_currency("EUR", 0.5)
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 70, currency=euro)
        reminder = self.remind()
        totals = {
            one["currency"].name: one["to_pay"]
            for one in reminder._portal_totals(reminder.sudo()._portal_lines())
        }
        self.assertEqual(totals, {"USD": 100, "EUR": 70})

    def test_everything_paid(self):
        reminder, move = self.sent()
        self.pay(move)
        text = self.page(reminder).text
        self.assertIn("Everything is settled, thank you!", text)
        self.assertNotIn("Bank transfer", text)

    def test_nothing_to_pay_is_not_yet_everything_settled(self):
        reminder, move = self.sent()
        self.pause(move=move)
        self.assertIn("There is nothing to pay at the moment", self.page(reminder).text)

    def test_transfer_data(self):
        reminder, move = self.sent()
        [transfer] = reminder.sudo()._portal_transfers(reminder.sudo()._portal_lines())
        self.assertEqual(transfer["account"], self.bank)
        self.assertEqual(transfer["communication"], move.payment_reference or move.name)
        self.assertEqual(transfer["plain_amount"], "100.00")
        text = self.page(reminder).text
        self.assertIn(IBAN, text)
        self.assertIn(self.company.name, text)

    def test_without_an_account_there_is_no_transfer(self):
        self.bank.unlink()
        reminder, _move = self.sent()
        self.assertNotIn("Bank transfer", self.page(reminder).text)

    def test_without_odoos_codes_the_page_has_none_to_scan(self):
        """SEPA codes are an addon of Odoo's, and for euros; what is in them: tests/browser."""
        self.assertFalse(self.bank._get_available_qr_methods())
        self.invoice(self.partner, 70, currency=self.new_currency("EUR", 0.5))
        reminder = self.remind()
        [transfer] = reminder.sudo()._portal_transfers(reminder.sudo()._portal_lines())
        self.assertNotIn("qr", transfer)
        text = self.page(reminder).text
        self.assertIn(IBAN, text)
        self.assertNotIn("Scan with your bank", text)

    def test_many_invoices_in_one_transfer(self):
        amounts = range(101, 126)
        reminder, *_moves = self.sent(*amounts)
        [transfer] = reminder.sudo()._portal_transfers(reminder.sudo()._portal_lines())
        self.assertEqual(transfer["amount"], sum(amounts))
        self.assertEqual(transfer["communication"], "Ana Customer, 25 invoices")
        self.assertLessEqual(len(transfer["communication"]), 140)

    def test_an_invoice_in_installments_is_one_in_a_transfer(self):
        parts = [(days_ago(number + 6), 10) for number in reversed(range(10))]
        self.invoice(self.partner, 0, installments=parts)
        reminder, *_moves = self.sent(*range(101, 125))
        lines = reminder.sudo()._portal_lines()
        self.assertEqual(len(lines), 34)
        self.assertEqual(
            reminder.sudo()._portal_communication(lines), "Ana Customer, 25 invoices"
        )

    def test_what_we_wrote_is_there(self):
        reminder, _move = self.sent()
        self.assertIn("summary of what is open on your account", self.page(reminder).text)

    def test_contact_person(self):
        self.env.user.partner_id.write({"phone": "+34 600 000 000", "email": "me@example.com"})
        self.company.cobranza_user_id = self.env.user
        reminder, _move = self.sent()
        text = self.page(reminder).text
        self.assertIn('href="tel:+34600000000"', text)
        self.assertIn('href="mailto:me@example.com"', text)

    def test_somebody_who_left_is_not_the_contact_person(self):
        collector = self.new_collector(name="Carla")
        self.invoice(self.partner, 100)
        self.debtor(self.partner).user_id = collector
        reminder = self.remind()
        self.assertEqual(reminder.sudo()._portal_values()["contact"], collector.partner_id)
        self.assertIn("Carla", reminder.contact_block)
        collector.sudo().active = False
        reminder.invalidate_recordset()
        self.assertEqual(reminder.sudo()._portal_values()["contact"], self.company.partner_id)
        self.assertIn(self.company.name, reminder.contact_block)

    def test_queries_do_not_grow_with_the_lines(self):
        one, _move = self.sent()
        many, *_moves = self.sent(*range(1, 21), partner=self.other)

        def queries(reminder):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reminder.sudo()._portal_values()
            return self.env.cr.sql_log_count - before

        queries(one)
        self.assertLessEqual(queries(many), queries(one) + 3)


@tagged("post_install", "-at_install")
class TestPortalDocuments(PortalCase):
    def with_pdf(self, move, content=b"%PDF-1.4 of the invoice"):
        """Give an invoice its PDF, as sending it does."""
        self.env["ir.attachment"].create(
            {
                "name": f"{move.name.replace('/', '_')}.pdf",
                "datas": base64.b64encode(content),
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        move.invalidate_recordset()

    def test_an_invoice_is_downloaded(self):
        reminder, move = self.sent()
        self.with_pdf(move)
        answer = self.page(reminder, part=f"/invoices/{reminder.line_ids.id}")
        self.assertEqual(answer.status_code, 200, answer.text[-3000:])
        self.assertEqual(answer.content, b"%PDF-1.4 of the invoice")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")

    def test_what_was_never_sent_is_an_invoice_all_the_same(self):
        """Nobody has made its PDF yet: it is made, and isn't called a pro forma."""
        reminder, move = self.sent()
        (document,) = move._cobranza_documents()
        name = move.name.replace("/", "_")
        self.assertEqual(document["filename"], f"{name}.pdf")
        self.assertIn(move.name.encode(), document["content"])
        self.assertNotIn(b"Proforma", document["content"])
        answer = self.page(reminder, part=f"/invoices/{reminder.line_ids.id}")
        self.assertEqual(answer.status_code, 200, answer.text[-3000:])
        self.assertIn(f"{name}.pdf", answer.headers["Content-Disposition"])
        self.assertFalse(move.invoice_pdf_report_id, "looking at it keeps nothing")

    def test_it_has_odoos_own_layout(self):
        """That of the customer, else of the journal, else Odoo's usual one."""
        _reminder, move = self.sent()
        usual = self.env.ref("account.account_invoices")
        customers, journals = (
            usual.copy({"name": name, "print_report_name": f"'{name}'"})
            for name in ("Customer", "Journal")
        )
        (document,) = move._cobranza_documents()
        self.assertEqual(document["filename"], f"{move.name.replace('/', '_')}.pdf")
        move.journal_id.invoice_template_pdf_report_id = journals
        (document,) = move._cobranza_documents()
        self.assertEqual(document["filename"], "Journal.pdf")
        self.partner.with_company(self.company).invoice_template_pdf_report_id = customers
        (document,) = move._cobranza_documents()
        self.assertEqual(document["filename"], "Customer.pdf")

    def test_only_what_is_posted_is_an_invoice(self):
        _reminder, move = self.sent()
        move.button_draft()
        (document,) = move._cobranza_documents()
        self.assertTrue(document["filename"].endswith("_proforma.pdf"))
        entry = self.env["account.move"].create({"move_type": "entry"})
        self.assertEqual(entry._cobranza_documents(), [])

    def test_several_come_in_one_file(self):
        reminder, *moves = self.sent(100, 200)
        for move in moves:
            self.with_pdf(move)
        answer = self.page(reminder, part="/invoices")
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertTrue(answer.content.startswith(b"PK"))

    def test_too_many_for_one_file(self):
        reminder, *_moves = self.sent(100, 200)
        with patch.object(portal_page, "DOCUMENTS_AT_ONCE", 1), mute_logger("odoo.http"):
            answer = self.page(reminder, part="/invoices")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("download them one by one", answer.text)

    def test_nobody_elses_invoice(self):
        reminder, _move = self.sent()
        second, move = self.sent(partner=self.other)
        self.with_pdf(move)
        for line_id in (second.line_ids.id, 999999999):
            answer = self.page(reminder, part=f"/invoices/{line_id}")
            self.assertEqual(answer.status_code, 404)

    def test_a_withdrawn_invoice_is_not_offered(self):
        reminder, move = self.sent()
        move.button_draft()
        self.assertNotIn("fa-file-pdf-o", self.page(reminder).text)
        answer = self.page(reminder, part=f"/invoices/{reminder.line_ids.id}")
        self.assertEqual(answer.status_code, 404)


@tagged("post_install", "-at_install")
class TestPortalBlock(PortalCase):
    def test_the_mail_has_the_button(self):
        reminder, _move = self.sent()
        link = f"/my/reminders/{reminder.id}?access_token={reminder.access_token}"
        self.assertIn(link, reminder.text_body)
        self.assertIn("View details", reminder.text_body)

    def test_online_payment_is_named_where_it_is_possible(self):
        reminder, _move = self.sent()
        self.assertNotIn("pay online", reminder.text_body)
        self.assertNotIn("View details and pay", reminder.text_body)
        provider = self.env["payment.provider"].sudo().create(
            {"name": "Online", "code": "none", "state": "test", "company_id": self.company.id}
        )
        self.env.invalidate_all()
        self.assertNotIn("and pay", reminder.portal_block)
        provider.is_published = True
        self.env.invalidate_all()
        self.assertIn("View details and pay", reminder.portal_block)
        self.assertIn("on the page that the button opens", reminder.payment_block)
        reminder._gated().channel = "letter"
        self.env.invalidate_all()
        self.assertNotIn("button", reminder.payment_block + reminder.portal_block)
        self.assertIn("on the page that the code opens", reminder.payment_block)

    def test_buttons_take_no_query_each(self):
        self.invoices([(self.new_partner(f"Debtor {number}"), 100) for number in range(50)])
        reminders = self.propose()
        self.assertEqual(len(set(reminders.mapped("access_token")) - {False}), 50)
        self.env.flush_all()

        def queries(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("portal_block")
            return self.env.cr.sql_log_count - before

        queries(reminders)
        self.assertEqual(queries(reminders[:2]), queries(reminders))
