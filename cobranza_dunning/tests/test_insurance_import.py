"""An insurer's list of limits: read, shown, and recorded."""

import base64
import io
from datetime import date
from itertools import count
from math import inf

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from openpyxl import Workbook

from ..wizard.cobranza_insurance_import import _filled, _number
from .insurance import InsuranceCase


@tagged("post_install", "-at_install")
class TestImport(InsuranceCase):
    """An insurer's list: shown first, recorded afterwards."""

    def setUpBooks(self):
        super().setUpBooks()
        self.partner.write({"vat": "US11111111", "ref": "C-1"})
        self.other.ref = "C-2"

    def wizard(self, content):
        """The dialog with a file."""
        context = self.insurance.action_import_limits()["context"]
        return self.env["cobranza.insurance.import"].with_context(**context).create(
            {"file": base64.b64encode(content), "file_name": "limits"}
        )

    def checked(self, content):
        """The dialog after somebody has looked at what would change."""
        wizard = self.wizard(content)
        self.assertEqual(wizard.action_check()["res_id"], wizard.id)
        return wizard

    def shown(self, wizard):
        """What the dialog shows of each row."""
        return [(one.number, one.status, one.customer, one.before, one.after)
                for one in wizard.line_ids]  # fmt: skip

    def test_names_of_columns(self):
        """However they are written; what isn't read is said before anything is recorded."""
        wizard = self.checked(
            "C\u00f3digo de cliente;L\u00edmite de cr\u00e9dito;Resoluci\u00f3n;Fecha de "
            "vencimiento;Sector;\r\nC-1;500;Denegado;31/12/2026;Acero;\r\n".encode()
        )
        self.assertEqual(wizard.ignored, "Sector")
        self.assertEqual(self.shown(wizard)[0][:3], (2, "created", "Ana Customer"))
        wizard.action_import()
        limit = self.env["cobranza.insurance.limit"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual((limit.decision, limit.until), ("refused", date(2026, 12, 31)))
        for number in ("N.\u00ba deudor", "N\u00ba de Deudor", "N\u00famero de deudor"):
            wizard = self.wizard(f"{number};Importe\r\n1;5\r\n".encode())
            self.assertEqual(list(wizard._read()[0]), ["insurer_number", "amount"], number)
            self.assertFalse(wizard.ignored)

    def test_a_spanish_list(self):
        self.limit(50, effective="2026-02-01", reference="E-1")
        wizard = self.checked(
            "\ufeffNIF;Situación;Límite;Desde;Hasta;Expediente\r\n"
            "US11111111;Concedido;1.200,50;01/02/2026;;E-1\r\n"
            ";Concedido;10;;;E-2\r\n"
            "\r\n"
            "US11111111;Quizás;5;;;E-3\r\n".encode()
        )
        self.assertEqual(
            self.shown(wizard),
            [
                (2, "corrected", "Ana Customer", 50, 1200.5),
                # of what is wrong, what stands in the file
                (3, "error", "", 0, 10),
                (4, "error", "US11111111", 0, 5),
            ],
        )
        self.assertIn("Amount", wizard.line_ids[0].message)
        self.assertIn("→", wizard.line_ids[0].message)
        self.assertEqual(
            (wizard.created_count, wizard.corrected_count, wizard.unchanged_count,
             wizard.error_count), (0, 1, 0, 2),
        )  # fmt: skip
        action = wizard.action_import()
        limit = self.env["cobranza.insurance.limit"].search(action["domain"])
        self.assertEqual(
            (limit.amount, limit.effective, limit.reference), (1200.5, date(2026, 2, 1), "E-1")
        )
        again = self.checked(base64.b64decode(wizard.file))
        self.assertEqual(again.line_ids[0].status, "unchanged")

    def test_each_row_says_what_changes(self):
        self.limit(50, effective="2026-02-01", reference="E-1")
        wizard = self.checked(
            b"ref,decision,amount,from,reference\n"
            b"C-1,granted,50,2026-02-01,E-1\n"
            b"C-1,granted,80,2026-03-01,E-2\n"
            b"C-1,requested,90,2026-03-02,E-3\n"
            b"C-2,refused,0,2026-03-02,E-4\n"
        )
        self.assertEqual(wizard.line_ids.mapped("status"), ["unchanged"] + ["created"] * 3)
        known, more, asked, refused = wizard.line_ids.mapped("message")
        self.assertFalse(known)
        self.assertRegex(more, "50.00.*→.*80.00")
        self.assertIn("until the insurer decides", asked)
        self.assertIn("stays as it is", refused)

    def test_an_english_list_in_latin_1(self):
        wizard = self.checked(
            "ref,status,limit,from,note\nC-1,Reduced,\"1,200.50\",2026-02-01,Señal\n"
            "C-2,,0,20260301,\n".encode("latin-1")
        )
        self.assertEqual(
            self.shown(wizard),
            [(2, "created", "Ana Customer", 0, 1200.5), (3, "created", "Berta Customer", 0, 0)],
        )
        wizard.action_import()
        limits = self.insurance.limit_ids.sorted("id")
        self.assertEqual(limits.mapped("decision"), ["reduced", "cancelled"])
        self.assertEqual(limits[0].note, "Señal")

    def test_a_workbook(self):
        workbook = Workbook()
        workbook.active.append(["Customer", "Amount", "From", "Up", "Until", "Reference"])
        workbook.active.append(["C-1", 900, date(2026, 2, 1), "x", date(2026, 7, 31), 12345])
        buffer = io.BytesIO()
        workbook.save(buffer)
        wizard = self.checked(buffer.getvalue())
        wizard.action_import()
        limit = self.insurance.limit_ids
        self.assertEqual(
            (limit.amount, limit.effective, limit.until, limit.reference),
            (900, date(2026, 2, 1), date(2026, 7, 31), "12345"),
        )

    def test_what_a_row_was_taken_for_is_shown(self):
        """Not what the insurer wrote: a decision that was read wrongly is seen."""
        workbook = Workbook()
        workbook.active.append(["Customer", "Amount", "Status", "From", "Until"])
        workbook.active.append(["C-1", 900, "En estudio", date(2026, 2, 1), "31/07/2026"])
        workbook.active.append(["C-2", 0, None, "Q1", 7])
        buffer = io.BytesIO()
        workbook.save(buffer)
        wizard = self.checked(buffer.getvalue())
        self.assertEqual(
            wizard.line_ids.mapped("said"),
            ["Requested · 02/01/2026 · 07/31/2026", "Revoked · Q1 · 7"],
        )

    def test_files_that_can_not_be_read(self):
        for content, message in (
            (b"", "has no rows"),
            (b"ref;limit\n", "has no rows"),
            (b"name;colour\na;b\n", "must name a column"),
            (b"PK\x03\x04nothing", "no XLSX file"),
        ):
            with self.subTest(content), self.assertRefused(message):
                self.wizard(content).action_check()

    def test_amounts_that_are_none(self):
        """Said of their rows; the others are read all the same."""
        for amount in ("nan", "inf", "-inf", "1e400", "9e307", "9" * 400):
            with self.subTest(amount):
                wizard = self.checked(f"ref;limit\nC-1;{amount}\nC-2;5\n".encode())
                self.assertEqual(wizard.line_ids.mapped("status"), ["error", "created"])
                self.assertEqual(self.shown(wizard)[0][3:], (0, 0))
        recorded = wizard.action_import()["domain"]
        self.assertEqual(self.env["cobranza.insurance.limit"].search(recorded).amount, 5)
        # so a workbook gives it
        self.assertEqual((_number(12, 2), _number(1.5, 2), _number(10**400, 2)), (12, 1.5, inf))

    def test_nothing_is_recorded_before_it_was_shown(self):
        wizard = self.wizard(b"ref;limit\nC-1;5\n")
        with self.assertRefused("press “Check”"):
            wizard.action_import()

    def test_what_has_changed_meanwhile_is_shown_again(self):
        wizard = self.checked(b"ref;limit;reference\nC-1;5;R-1\n")
        self.limit(7, reference="R-1")
        with self.assertRefused("check it once more"), self.cr.savepoint():
            wizard.action_import()
        # looking again is enough, and so is the corrected list
        wizard.action_check()
        self.assertEqual(self.shown(wizard)[0][3:], (7, 5))
        with Form(wizard) as form:
            self.assertTrue(form.checked)
            form.file = base64.b64encode(b"ref;limit;reference\nC-1;6;R-1\n")
            self.assertFalse(form.checked)
        wizard.action_check()
        recorded = wizard.action_import()["domain"]
        self.assertEqual(self.env["cobranza.insurance.limit"].search(recorded).amount, 6)

    def test_it_is_the_managers(self):
        collector = self.new_collector()
        with self.assertRaises(AccessError):
            self.env["cobranza.insurance.import"].with_user(collector).create(
                {"policy_id": self.insurance.id, "file": base64.b64encode(b"ref;limit\nC-1;5")}
            )

    def test_rows_without_end_are_refused(self):
        rows = b"C-1;5\n" * 20_000
        with self.assertRefused("more than 20000 rows"):
            self.wizard(b"ref;limit\n" + rows).action_check()
        # an endless sheet isn't read to its end
        said = ((number,) if number % 2 else (None,) for number in count())
        self.assertEqual(len(_filled(said)), 20_001)
