import base64
import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from datetime import date, datetime
from itertools import islice
from zipfile import BadZipFile, ZipFile

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang
from odoo.tools.misc import remove_accents
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ..engine.insurance import REQUESTED
from ..models.amounts import LARGEST

#: Rows and columns read of a file at most, and how large a workbook is unpacked.
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_BYTES = 200 * 2**20
BLANK = frozenset((None, ""))
#: 1.234 or 1,234,567: what stands between the digits separates thousands.
GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)")
#: key of `upsert` -> names of its column, as insurers write them, as `_plain_name` makes them.
COLUMNS = {
    "insurer_number": ("insurernumber", "buyernumber", "debtornumber", "numerodeudor", "nodeudor",
                       "codigodeudor", "easynumber"),
    "vat": ("vat", "vatnumber", "taxid", "nif", "cif", "rfc", "nit", "rut", "ruc", "cuit"),
    "ref": ("ref", "customer", "customernumber", "cliente", "codigocliente", "numerocliente"),
    "decision": ("decision", "status", "estado", "situacion", "resolucion"),
    "amount": ("amount", "limit", "creditlimit", "importe", "limite", "limitecredito",
               "clasificacion", "importeconcedido", "importeclasificado"),
    "currency": ("currency", "moneda", "divisa"),
    "effective": ("effective", "effectivedate", "from", "validfrom", "desde", "validodesde",
                  "fechaefecto", "efecto", "fechainicio"),
    "until": ("until", "expiry", "expirydate", "to", "validuntil", "hasta", "validohasta",
              "vencimiento", "fechavencimiento", "fechafin", "caducidad", "fechacaducidad"),
    "reference": ("reference", "insurerreference", "limitreference", "decisionnumber", "referencia",
                  "expediente", "numeroexpediente", "noexpediente"),
    "note": ("note", "notes", "observaciones", "notas"),
}  # fmt: skip
#: Words of a column's name that say nothing.
FILLERS = {"de", "del", "la", "el", "of", "the"}
#: What insurers write for a decision, without case -> its code.
DECISIONS = {
    "requested": ("requested", "pending", "solicitado", "solicitada", "pendiente", "en estudio"),
    "granted": ("granted", "approved", "accepted", "concedido", "concedida", "aprobado",
                "aprobada", "aceptado", "aceptada"),
    "reduced": ("reduced", "partial", "reducido", "reducida", "parcial"),
    "refused": ("refused", "rejected", "declined", "denied", "denegado", "denegada", "rechazado",
                "rechazada"),
    "cancelled": ("cancelled", "canceled", "withdrawn", "revoked", "anulado", "anulada",
                  "cancelado", "cancelada", "retirado", "retirada"),
}  # fmt: skip
_BY_NAME = {name: key for key, names in COLUMNS.items() for name in names}
_BY_WORD = {word: code for code, words in DECISIONS.items() for word in words}



def _plain_name(cell):
    """The name of a column without case, accents, fillers and whatever isn't a letter or digit."""
    words = re.findall(r"[a-z0-9]+", remove_accents(str(cell or "").lower()))
    return "".join(word for word in words if word not in FILLERS)


class CobranzaInsuranceImport(models.TransientModel):
    """Reads an insurer's list of limits, shows what it would change, and records it.

    Nothing is recorded before it has been shown.
    """

    _name = "cobranza.insurance.import"
    _description = "Import of limits"
    _rec_name = "policy_id"

    policy_id = fields.Many2one("cobranza.insurance.policy", "Insurance policy", required=True)
    # required on the form: a file without a byte arrives as none, and is refused with a sentence
    file = fields.Binary("List of the insurer", attachment=False)
    file_name = fields.Char()
    line_ids = fields.One2many("cobranza.insurance.import.line", "import_id", "What would change")
    checked = fields.Boolean(readonly=True)
    ignored = fields.Char(
        "Columns that are not read", readonly=True, help="Their names say nothing to the program."
    )
    created_count = fields.Integer("New", compute="_compute_counts")
    corrected_count = fields.Integer("Corrected", compute="_compute_counts")
    unchanged_count = fields.Integer("Unchanged", compute="_compute_counts")
    error_count = fields.Integer("Wrong", compute="_compute_counts")

    @api.depends("line_ids.status")
    def _compute_counts(self):
        for wizard in self:
            for status in ("created", "corrected", "unchanged", "error"):
                lines = wizard.line_ids.filtered(lambda one, status=status: one.status == status)
                wizard[f"{status}_count"] = len(lines)

    @api.onchange("file")
    def _onchange_file(self):
        """Another file, such as the corrected one, is shown before anything of it is recorded."""
        self.checked = False

    @api.model
    def _open(self, policy):
        """Return the action that opens the dialog for a policy."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import limits"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_policy_id": policy.id},
        }

    def action_check(self):
        """Read the file and show for each row what it would change; nothing is recorded."""
        rows = [self._row(row) for row in self._read()]
        answers = self._limits().upsert(rows, dry_run=True)
        self.write(
            {
                "checked": True,
                "line_ids": [
                    Command.clear(),
                    *map(Command.create, self._lines_vals(rows, answers)),
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import limits"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_import(self):
        """Record what was shown; rows that are wrong are left out.

        Raises UserError if it hasn't been shown, or the file says something else by now.
        """
        if not self.checked:
            raise UserError(self.env._("Look at what would change first: press “Check”."))
        rows = [self._row(row) for row in self._read()]
        answers = self._limits().upsert(rows)
        shown = [(one.status, one.before, one.after) for one in self.line_ids]
        fresh = self._lines_vals(rows, answers)
        if shown != [(one["status"], one["before"], one["after"]) for one in fresh]:
            raise UserError(
                self.env._("The limits have changed since it was checked: check it once more.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_limit_action"
        )
        recorded = [one["id"] for one in answers if one["status"] in ("created", "corrected")]
        return {**action, "domain": [("id", "in", recorded)], "context": {}}

    def _limits(self):
        """The limits of the policy's company."""
        return self.env["cobranza.insurance.limit"].with_company(self.policy_id.company_id)

    def _lines_vals(self, rows, answers):
        """Values of the lines that show what rows, as `_row` returned them, would change."""
        both = zip(rows, answers, strict=True)
        return [self._line_vals(number, *one) for number, one in enumerate(both, 2)]

    def _line_vals(self, number, row, answer):
        name = row.get("insurer_number") or row.get("vat") or row.get("ref") or ""
        after, amount = answer["after"], row.get("amount")
        is_amount = isinstance(amount, float) and abs(amount) < LARGEST
        if answer["status"] == "error" and is_amount:
            after = self.policy_id.currency_id.round(amount)
        return {
            "number": number,
            "status": answer["status"],
            "customer": answer["customer"] or name,
            "said": self._said(row),
            "before": answer["before"],
            "after": after,
            "message": answer["message"] or self._difference(row, answer),
        }

    def _said(self, row):
        """What a row was taken for: its decision and days; what is wrong as it stands there."""
        texts = [row[key] for key in ("decision", "effective", "until") if row.get(key)]
        return " · ".join(map(self._said_text, texts))

    def _said_text(self, value):
        """A decision or a day as a person reads it; what is neither as it is."""
        limits = self.env["cobranza.insurance.limit"]
        decisions = dict(limits._fields["decision"]._description_selection(self.env))
        try:
            return decisions.get(value) or format_date(self.env, fields.Date.to_date(value))
        except (TypeError, ValueError):
            return str(value)

    def _difference(self, row, answer):
        """What a row that isn't wrong would change, in words; nothing for one that is known."""
        before, after = answer["before"], answer["after"]
        if answer["status"] != "created":
            return self._describe(answer["differences"])
        if row.get("decision") == REQUESTED:
            return self.env._("The limit stays as it is until the insurer decides.")
        if before == after:
            return self.env._("The limit stays as it is.")
        return self._describe({"amount": [before, after]})

    def _describe(self, differences):
        """What differs from the decision with the same reference, in words."""
        limits = self.env["cobranza.insurance.limit"]
        texts = []
        for name, values in differences.items():
            label = limits._fields[name]._description_string(self.env)
            was, new = (self._value_text(name, value) for value in values)
            texts.append(f"{label}: {was} → {new}")
        return "; ".join(texts)

    def _value_text(self, name, value):
        """A value of a decision as a person reads it."""
        limits = self.env["cobranza.insurance.limit"]
        if name == "amount":
            return formatLang(self.env, value, currency_obj=self.policy_id.currency_id)
        if name == "debtor_id":
            return self.env["res.partner"].browse(value).display_name
        if name in ("decision", "kind"):
            return dict(limits._fields[name]._description_selection(self.env))[value]
        return format_date(self.env, value) if value else self.env._("none")

    # --- reading -----------------------------------------------------------------------

    def _read(self):
        """Return the file's rows as dicts {key of `upsert`: value as it stands there}.

        Raises UserError for a file that is none, or has no column of customers or amounts.
        """
        try:
            content = base64.b64decode(self.file or b"")
        except ValueError as error:
            raise UserError(self.env._("The file didn't arrive whole: choose it anew.")) from error
        is_workbook = content[:2] == b"PK"
        table = self._read_workbook(content) if is_workbook else self._read_text(content)
        if len(table) < 2:
            raise UserError(self.env._("The file has no rows: the first one names the columns."))
        if len(table) > MOST_ROWS:
            raise UserError(self.env._("The file has more than %s rows: split it.", MOST_ROWS))
        keys = [_BY_NAME.get(_plain_name(cell)) for cell in table[0]]
        self.ignored = ", ".join(
            str(cell) for cell, key in zip(table[0], keys, strict=True) if cell and not key
        )
        if "amount" not in keys or not {"insurer_number", "vat", "ref"} & set(keys):
            raise UserError(
                self.env._(
                    "The first row must name a column of amounts (such as “limit”) and one that "
                    "says whose it is (“vat”, “ref” or “insurer number”)."
                )
            )
        return [
            {key: cell for key, cell in zip(keys, row, strict=False) if key and cell not in BLANK}
            for row in table[1:]
        ]

    def _read_workbook(self, content):
        """The cells of the first sheet of an XLSX file, without its blank rows."""
        try:
            with ZipFile(io.BytesIO(content)) as parts:
                size = sum(one.file_size for one in parts.infolist())
            if size > MOST_BYTES:
                raise UserError(self.env._("The workbook is too large: split it."))
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return _filled(
                workbook.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True)
            )
        except (
            BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError,
        ) as error:  # fmt: skip
            # a SyntaxError: of the XML inside
            raise UserError(self.env._("This is no XLSX file that can be read.")) from error

    def _read_text(self, content):
        """The cells of a CSV file without its blank rows, whatever separates them."""
        text = _decoded(content).replace("\0", "")
        first = (text.splitlines() or [""])[0]
        delimiter = max(";,\t", key=first.count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return _filled([cell.strip() for cell in row] for row in rows)

    def _row(self, row):
        """A row of the file as `upsert` takes it."""
        converted = {key: str(value) for key, value in row.items()}
        converted["policy"] = self.policy_id.id
        if "decision" in row:
            word = str(row["decision"]).strip().lower()
            converted["decision"] = _BY_WORD.get(word, word)
        if "amount" in row:
            places = self.policy_id.currency_id.decimal_places
            converted["amount"] = _number(row["amount"], places)
            if converted["amount"] == 0:
                converted.setdefault("decision", "cancelled")
        for key in ("effective", "until"):
            if key in row:
                converted[key] = _day(row[key])
        return converted


class CobranzaInsuranceImportLine(models.TransientModel):
    """What a row of an insurer's list would change."""

    _name = "cobranza.insurance.import.line"
    _description = "Row of an import of limits"
    _order = "number"

    import_id = fields.Many2one("cobranza.insurance.import", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="import_id.policy_id.currency_id")
    number = fields.Integer("Row")
    status = fields.Selection(
        [("created", "New"), ("corrected", "Corrected"), ("unchanged", "Unchanged"),
         ("error", "Wrong")]
    )  # fmt: skip
    customer = fields.Char()
    said = fields.Char("Decision")
    before = fields.Monetary("Limit today")
    after = fields.Monetary("Limit in the list")
    message = fields.Char("Difference")


def _filled(rows):
    """The rows that aren't blank, and no more of them than show that they are too many.

    A sheet may be formatted down to its millionth row.
    """
    return list(islice((row for row in rows if not BLANK.issuperset(row)), MOST_ROWS + 1))


def _decoded(content):
    """The text of a file as spreadsheets save it: in UTF-8, UTF-16 or in Windows' own way."""
    if content[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _number(value, places):
    """An amount as insurers write it: 1.234,50 or 1,234.50; what is none stays as it is.

    places: decimals of the currency.  With three, three digits after a lone sign are decimals.
    """
    if isinstance(value, float):
        return value
    text = "".join(str(value).split()).strip("€$")
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        thousands = "," if comma < point else "."
        text = text.replace(thousands, "").replace(",", ".")
    elif comma >= 0 or point >= 0:
        sign = "," if comma >= 0 else "."
        is_thousands = GROUPED.fullmatch(text) and (text.count(sign) > 1 or places < 3)
        text = text.replace(sign, "" if is_thousands else ".")
    try:
        return float(text)
    except ValueError:
        return value


def _day(value):
    """A day as insurers write it, as an ISO string; what is none stays as it is."""
    if isinstance(value, (date, datetime)):
        return value.strftime("%Y-%m-%d")
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d"):
        try:
            return datetime.strptime(str(value).strip(), pattern).strftime("%Y-%m-%d")
        except ValueError:
            continue
    return value


