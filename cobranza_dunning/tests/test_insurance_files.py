"""What insurers' lists look like, and files that are none."""

import base64
import io
from zipfile import ZipFile

from odoo.tests import tagged
from openpyxl import Workbook

from .insurance import InsuranceCase

FAR = "XFD1048576"


@tagged("post_install", "-at_install")
class TestFiles(InsuranceCase):
    """Lists of limits as programs save them."""

    def setUpBooks(self):
        super().setUpBooks()
        self.partner.ref, self.other.ref = "C-1", "C-2"

    def wizard(self, content):
        """The dialog with a file."""
        return self.env["cobranza.insurance.import"].create(
            {"policy_id": self.insurance.id, "file": base64.b64encode(content), "file_name": "a"}
        )

    def shown(self, content):
        """[(status, amount)] of the rows of a file."""
        wizard = self.wizard(content)
        wizard.action_check()
        return [(one.status, one.after) for one in wizard.line_ids]

    def workbook(self, part=b"", instead=b""):
        """A workbook with one row, in whose sheet something is replaced."""
        book, plain, changed = Workbook(), io.BytesIO(), io.BytesIO()
        for row in (["ref", "limit"], ["C-1", 5]):
            book.active.append(row)
        book.save(plain)
        with ZipFile(plain) as old, ZipFile(changed, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name.endswith("sheet1.xml"):
                    self.assertIn(part, content)
                    content = content.replace(part, instead)
                new.writestr(name, content)
        return changed.getvalue()

    def test_amounts(self):
        for text, amount in (
            ("1500.250", 1500.25), ("0.125", 0.13), ("0,125", 0.13), ("1.500", 1500),
            ("1,500", 1500), ("12.345.678", 12345678), ("1.234.567,50", 1234567.5),
            ("1234,5", 1234.5), ("12 000", 12000), ("-1.500", -1500), ("1.2.3", 0),
            ("12.000,00 €", 12000),
        ):  # fmt: skip
            with self.subTest(text):
                expected = ("created" if amount > 0 else "error", amount)
                self.assertEqual(self.shown(f"ref;limit\nC-1;{text}\n".encode()), [expected])

    def test_amounts_of_a_currency_with_three_decimals(self):
        dinar = self.new_currency("KWD", per_unit=0.3)
        dinar.rounding = 0.001
        self.insurance.currency_id = dinar
        for text, amount in (("1.500", 1.5), ("1,500", 1.5), ("1.234.567", 1234567)):
            with self.subTest(text):
                found = self.shown(f"ref;limit\nC-1;{text}\n".encode())
                self.assertEqual(found, [("created", amount)])

    def test_what_spreadsheets_save_as_text(self):
        text = "ref;notas;límite\r\nC-1;visto… bien;12.000,00 €\r\nC-2;\"dos\r\nlíneas\";7\r\n"
        for encoding in ("cp1252", "utf-8", "utf-8-sig", "utf-16"):
            with self.subTest(encoding):
                wizard = self.wizard(text.encode(encoding))
                wizard.action_check()
                self.assertEqual(wizard.line_ids.mapped("after"), [12000, 7])
        wizard.action_import()
        notes = self.insurance.limit_ids.sorted("amount").mapped("note")
        self.assertEqual(notes, ["dos\r\nlíneas", "visto… bien"])

    def test_a_workbook_that_says_it_is_endless(self):
        for part, instead in (
            (b'"A1:B2"', f'"A1:{FAR}"'.encode()),
            (b"</sheetData>", f'<row r="1048576"><c r="{FAR}"/></row></sheetData>'.encode()),
        ):
            with self.subTest(instead):
                self.assertEqual(self.shown(self.workbook(part, instead)), [("created", 5)])

    def test_a_workbook_that_unpacks_without_end(self):
        content = io.BytesIO(self.workbook())
        with ZipFile(content, "a", 8) as book, book.open("xl/more.xml", "w") as more:
            for _number in range(201):
                more.write(b" " * 2**20)
        with self.assertRefused("too large"):
            self.shown(content.getvalue())

    def test_files_that_are_none(self):
        with self.assertRefused("no XLSX file"):
            self.shown(self.workbook(b"</sheetData>", b"</sheet"))
        wizard = self.wizard(b"ref;limit\nC-1;5\n")
        wizard.file = b"abc"
        with self.assertRefused("choose it anew"):
            wizard.action_check()
