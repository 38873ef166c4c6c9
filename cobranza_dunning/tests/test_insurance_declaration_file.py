import base64
import csv
import io
from datetime import datetime

from odoo.tests import tagged
from openpyxl import load_workbook

from .test_insurance_declaration import FEBRUARY, DeclarationCase


@tagged("post_install", "-at_install")
class TestDeclarationFile(DeclarationCase):
    """What insurers get, and spreadsheets open."""

    def csv(self, declaration, kind="csv", delimiter=","):
        """The rows of a CSV file as Excel reads it."""
        text = base64.b64decode(declaration.export(kind)["content"])
        self.assertEqual(text[:3], b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(text[3:].decode()), delimiter=delimiter))

    def workbook(self, declaration):
        """The workbook of a declaration."""
        content = base64.b64decode(declaration.export("xlsx")["content"])
        return load_workbook(io.BytesIO(content))

    def test_totals_as_csv(self):
        self.partner.write({"vat": "US1", "country_id": self.env.ref("base.us").id})
        self.sale(1234.5, FEBRUARY)
        one = self.draft()
        self.assertEqual(one.total_ids.country_id.code, "US", "on the screen as in the file")
        self.debtor().insurer_number = "D-7"
        header, row = self.csv(one)
        self.assertEqual(header[2:5], ["Customer", "Number at the insurer", "Tax ID"])
        self.assertEqual(
            row,
            ["2026-02-01", "2026-02-28", "Ana Customer", "D-7", "US1", "US", "1", "1234.50",
             "0.00", "USD"],
        )  # fmt: skip
        self.assertTrue(one.downloaded_on)
        self.assertEqual(
            one.export()["name"], "Whole-turnover_2026-02-01_2026-02-28.csv"
        )

    def test_a_language_with_a_decimal_comma(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.env.user.lang = "es_ES"
        self.sale(1234.5, FEBRUARY)
        _header, row = self.csv(self.draft(), delimiter=";")
        self.assertEqual(row[7], "1234,50")

    def test_names_are_never_formulas(self):
        self.partner.name = '=HYPERLINK("http://x","y")'
        self.other.name = "+34 Tools\nLtd"
        self.sale(10, FEBRUARY)
        self.sale(20, FEBRUARY, partner=self.other)
        one = self.draft()
        names = [row[2] for row in self.csv(one)[1:]]
        self.assertEqual(names, ["'=HYPERLINK(\"http://x\",\"y\")", "'+34 Tools Ltd"])
        self.partner.name = "ACME;=1+1"
        self.other.name = "Tools, @home; Ltd. - North"
        one.invalidate_recordset()
        names = [row[2] for row in self.csv(one)[1:]]
        self.assertEqual(names, ["ACME;'=1+1", "Tools, '@home; Ltd. - North"])
        cell = self.workbook(one).worksheets[0]["C2"]
        self.assertEqual((cell.data_type, cell.value), ("s", self.partner.name))

    def test_each_document(self):
        first = self.sale(10, FEBRUARY)
        self.credit_note(self.partner, 4, invoice_date=FEBRUARY, reversed_entry_id=first.id)
        header, *rows = self.csv(self.draft(), "csv_documents")
        self.assertEqual(header[:3], ["Date", "Number", "Kind"])
        self.assertEqual(rows[0][:3], ["2026-02-10", first.name, "Invoice"])
        self.assertEqual([row[9] for row in rows], ["10.00", "-4.00"])
        self.assertEqual(rows[1][2], "Credit note")

    def test_a_workbook_of_numbers_and_days(self):
        self.insurance.declaration_places = 0
        self.sale(1234.5, FEBRUARY)
        totals, documents = self.workbook(self.draft()).worksheets
        self.assertEqual(totals["A2"].value, datetime(2026, 2, 1))
        self.assertEqual((totals["H2"].value, totals["H2"].number_format), (1235, "#,##0"))
        self.assertEqual((documents["J2"].value, documents["J2"].number_format),
                         (1234.5, "#,##0.00"))  # fmt: skip
        self.assertTrue(totals["A1"].font.bold)

    def test_a_workbook_adds_up_and_the_csv_does_not(self):
        """Below several rows stands their total; a program that reads the CSV finds rows only."""
        self.sale(10, FEBRUARY)
        self.assertIsNone(self.workbook(self.draft()).worksheets[0]["A3"].value)
        self.sale(20.5, FEBRUARY, partner=self.other)
        one = self.draft()
        totals, documents = self.workbook(one).worksheets
        self.assertEqual([totals[cell].value for cell in ("A4", "C4", "G4", "H4")],
                         ["Total", None, "=SUM(G2:G3)", "=SUM(H2:H3)"])  # fmt: skip
        self.assertEqual((documents["J4"].value, documents["J4"].number_format),
                         ("=SUM(J2:J3)", "#,##0.00"))  # fmt: skip
        content = io.BytesIO(base64.b64decode(one.export("xlsx")["content"]))
        shown = load_workbook(content, data_only=True).worksheets[0]
        self.assertEqual((shown["G4"].value, shown["H4"].value), (2, 30.5))
        self.assertEqual(len(self.csv(one)), 3)

    def test_nothing_to_declare_is_a_row_of_zero(self):
        one = self.declared()
        self.assertEqual(self.csv(one)[1][6:], ["0", "0.00", "0.00", "USD"])
        self.assertEqual(len(self.csv(one, "csv_documents")), 1)
        self.assertFalse(one.downloaded_on, "it doesn't change any more")

    def test_the_buttons(self):
        one = self.draft()
        for act, kind in (
            (one.action_download_csv, "csv"),
            (one.action_download_csv_documents, "csv_documents"),
            (one.action_download_xlsx, "xlsx"),
        ):
            self.assertIn(f"/{one.id}/file_{kind}?download=true&mimetype=", act()["url"])
        with self.assertRefused("use one of"):
            one.export("pdf")
