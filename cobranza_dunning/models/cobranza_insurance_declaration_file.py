import base64
import csv
import io
import re

import xlsxwriter
from odoo import api, fields, models
from xlsxwriter.utility import xl_range

from .arguments import to_choice, to_line

#: kind of file -> what it is, which nobody need guess from its first bytes.
MIMETYPES = {
    "csv": "text/csv",
    "csv_documents": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: What a spreadsheet takes for the beginning of a formula: also after a sign at which, in other
#: settings than the user's, it begins a cell.
FORMULA_START = re.compile(r"(^|[;,]) ?(?=[=+\-@])")


class CobranzaInsuranceDeclaration(models.Model):
    """A declaration as a file that insurers and spreadsheets read."""

    # a file for each part
    _inherit = "cobranza.insurance.declaration"  # pylint: disable=consider-merging-classes-inherited

    file_format = fields.Selection(
        [("csv", "CSV"), ("xlsx", "XLSX"), ("csv_documents", "CSV of each document")],
        "Format", compute="_compute_files",
    )  # fmt: skip
    file_csv = fields.Binary(compute="_compute_files", string="CSV")
    file_csv_documents = fields.Binary(compute="_compute_files", string="CSV of each document")
    file_xlsx = fields.Binary(compute="_compute_files", string="XLSX")

    def _compute_files(self):
        for one in self:
            one.file_format = False
            one.file_csv = base64.b64encode(one._to_csv(one._total_rows()))
            one.file_csv_documents = base64.b64encode(one._to_csv(one._document_rows()))
            one.file_xlsx = base64.b64encode(one._to_xlsx())

    def action_download_csv(self):
        """Download the totals as CSV."""
        return self._download("csv")

    def action_download_csv_documents(self):
        """Download each document as CSV."""
        return self._download("csv_documents")

    def action_download_xlsx(self):
        """Download totals and documents as XLSX."""
        return self._download("xlsx")

    def _download(self, kind):
        """The action that downloads a file; from now on a draft stays as it is in the file."""
        self.ensure_one()
        self.check_access("write")
        self._note_download()
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/file_{kind}"
            f"?download=true&mimetype={MIMETYPES[kind]}&filename={self._file_name(kind)}",
        }

    def _note_download(self):
        """Note that somebody has a draft's file, who may send it: it isn't made anew by itself."""
        if self.state == "draft":
            self._gated().write({"downloaded_on": fields.Datetime.now()})

    def export(self, format="csv"):
        """Return the file of one declaration.

        format: "csv" (the totals), "csv_documents" (each document) or "xlsx" (both).
        Returns a dict: name, mimetype, content (base64 text).  A draft stays as it is in the
        file until somebody makes it anew.  Raises UserError for another format.
        """
        self.ensure_one()
        self.check_access("read")
        kind = to_choice(self, "file_format", format)
        if self.has_access("write"):
            self._note_download()
        content = self[f"file_{kind}"]
        return {
            "name": self._file_name(kind),
            "mimetype": MIMETYPES[kind],
            "content": content.decode() if isinstance(content, bytes) else content,
        }

    def _file_name(self, kind):
        """A name that any file system takes."""
        policy = self.policy_id
        text = f"{policy.number or policy.name}_{self.date_from}_{self.date_to}"
        safe = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in text)
        suffix = self.env._("documents") if kind == "csv_documents" else ""
        return f"{safe}{'_' if suffix else ''}{suffix}.{kind.partition('_')[0]}"

    # --- rows --------------------------------------------------------------------------

    def _total_rows(self):
        """The header and a row for each total; a single row of zero if there is nothing."""
        rows = [self._total_headers()]
        numbers = self._insurer_numbers()
        places = self.policy_id.declaration_places
        period = (self.date_from, self.date_to)
        for one in self.total_ids:
            country = one.country_id or one.partner_id.country_id
            rows.append(
                [*period, one.partner_id.name or "", numbers.get(one.partner_id, ""),
                 one.partner_id.vat or "", country.code or "", one.count,
                 round(one.amount, places), round(one.late_amount, places), self.currency_id.name]
            )  # fmt: skip
        if not self.total_ids:
            rows.append([*period, "", "", "", "", 0, 0.0, 0.0, self.currency_id.name])
        return rows

    def _total_headers(self):
        """The names of the columns of totals."""
        return [
            self.env._("Period from"), self.env._("Period up to"), self.env._("Customer"),
            self.env._("Number at the insurer"), self.env._("Tax ID"), self.env._("Country"),
            self.env._("Documents"), self.env._("Declared"), self.env._("Of it late"),
            self.env._("Currency"),
        ]  # fmt: skip

    def _document_rows(self):
        """The header and a row for each document."""
        kinds = dict(self.line_ids._fields["kind"]._description_selection(self.env))
        numbers = self._insurer_numbers()
        yes = self.env._("yes")
        rows = [
            [
                self.env._("Date"), self.env._("Number"), self.env._("Kind"),
                self.env._("Customer"), self.env._("Number at the insurer"),
                self.env._("Tax ID"), self.env._("Country"), self.env._("With tax"),
                self.env._("Tax"), self.env._("Declared"), self.env._("Currency"),
                self.env._("Late"),
            ]
        ]  # fmt: skip
        for one in self.line_ids:
            rows.append(
                [one.day, one.name or "", kinds[one.kind], one.partner_id.name or "",
                 numbers.get(one.partner_id, ""), one.partner_id.vat or "",
                 one.country_id.code or "", one.amount, one.tax_amount, one.declared_amount,
                 self.currency_id.name, yes if one.late else ""]
            )  # fmt: skip
        return rows

    def _insurer_numbers(self):
        """Return {customer: his number at the insurer}."""
        debtors = self.env["cobranza.debtor"].search(
            [("company_id", "=", self.company_id.id), ("insurer_number", "!=", False),
             ("partner_id", "in", self.line_ids.partner_id.ids)]
        )  # fmt: skip
        return {one.partner_id: one.insurer_number for one in debtors}

    # --- files -------------------------------------------------------------------------

    def _to_csv(self, rows):
        """Rows as CSV that a spreadsheet in the user's language reads: numbers are numbers."""
        lang = self.env["res.lang"]._get_data(code=self.env.user.lang)
        point = lang.decimal_point or "."
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";" if point == "," else ",", lineterminator="\r\n")
        places = self.currency_id.decimal_places
        for row in rows:
            writer.writerow([_cell(value, point, places) for value in row])
        # the mark makes Excel read UTF-8
        return b"\xef\xbb\xbf" + stream.getvalue().encode()

    def _to_xlsx(self):
        """Totals and documents as a workbook of two sheets."""
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        places = self.policy_id.declaration_places
        self._add_sheet(book, self.env._("Declaration"), self._total_rows(), places)
        self._add_sheet(
            book, self.env._("Documents"), self._document_rows(), self.currency_id.decimal_places
        )
        book.close()
        return stream.getvalue()

    @api.model
    def _add_sheet(self, book, name, rows, places):
        """Write rows as a sheet: dates are dates, numbers numbers, and texts never formulas.

        Below more than one row of numbers stand their totals, the only formulas.
        """
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        money = book.add_format({"num_format": "#,##0" + ("." + "0" * places if places else "")})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, float):
                    sheet.write_number(number, column, value, money)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif isinstance(value, str):
                    sheet.write_string(number, column, value, None if number else bold)
                else:
                    sheet.write_datetime(number, column, value, day)
        if len(rows) > 2:
            self._add_total(book, sheet, rows, money)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(rows[0]) - 1, 16)

    def _add_total(self, book, sheet, rows, money):
        """Write the row of totals below `rows`, of which the first is the header."""
        last = len(rows)
        sheet.write_string(last, 0, self.env._("Total"), book.add_format({"bold": True}))
        bold_money = book.add_format({"bold": True, "num_format": money.num_format})
        bold_count = book.add_format({"bold": True})
        for column, value in enumerate(rows[1]):
            if not isinstance(value, (int, float)):
                continue
            cells = xl_range(1, column, last - 1, column)
            total = sum(row[column] for row in rows[1:])
            look = bold_money if isinstance(value, float) else bold_count
            sheet.write_formula(last, column, f"=SUM({cells})", look, total)


def _cell(value, point, places):
    """A value as a cell of CSV; text that a spreadsheet would take for a formula is quoted."""
    if isinstance(value, float):
        return f"{value:.{places}f}".replace(".", point)
    if isinstance(value, str):
        return FORMULA_START.sub(r"\g<0>'", to_line(value))
    return str(value)
