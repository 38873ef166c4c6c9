from collections import defaultdict

from odoo import api, fields, models

from .expected_texts import explain_expected


class AccountMoveLine(models.Model):
    """A due line: when its money can be expected."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    cobranza_expected_date = fields.Date(
        "Expected", compute="_compute_cobranza_expected", groups="cobranza_dunning.group_auditor",
        help="When the first part of it can be expected.",
    )  # fmt: skip
    cobranza_expected_sentence = fields.Char(
        "When it is expected", compute="_compute_cobranza_expected",
        groups="cobranza_dunning.group_auditor",
    )  # fmt: skip

    @api.depends_context("lang")
    def _compute_cobranza_expected(self):
        told = defaultdict(list)
        for one in self.cobranza_expected():
            told[one["line_id"]].append(one)
        for line in self:
            ours = told[line.id]
            days = [one["date"] for one in ours if one["date"]]
            line.cobranza_expected_date = min(days, default=False)
            line.cobranza_expected_sentence = " ".join(one["sentence"] for one in ours)

    def cobranza_expected(self):
        """Tell when the money of these due lines can be expected, and how much may be lost.

        Returns a list of plain dicts, one for each part that comes on a day of its own: line_id,
        date (ISO string; False where no day can be named), basis ("payment", "promise",
        "installment", "habit", "average", "due_date", "dispute", "claim"), late (it should have
        come already), amount and currency (of the due line), company_amount, provision_rate (per
        cent), provision_amount and expected_amount (company_currency), sentence (in the user's
        language).  What is no open due line, or is covered by credits, has none.
        Raises AccessError for others than users of collections.
        """
        self._cobranza_check_reader()
        due_lines = self.filtered_domain(self._cobranza_open_domain()) if self.ids else self
        told = []
        # agreements and how somebody pays are for everybody who may read the invoice
        for company, lines in due_lines.sudo().grouped("company_id").items():
            expectations_sudo = self.env["cobranza.expectation"].sudo()
            found = list(expectations_sudo._find(company, lines._cobranza_debtors(company).ids))
            if lines.filtered(lambda line: not line.partner_id):
                found += expectations_sudo._find(company, only_orphans=True)
            wanted = set(lines.ids)
            told += [
                self._cobranza_plain_expected(company, one)
                for one in found
                if one.item.id in wanted
            ]
        return told

    def _cobranza_plain_expected(self, company, one):
        """A Found of cobranza.expectation in plain values."""
        currency, part = self.env["res.currency"].browse(one.item.currency), one.part
        return {
            "line_id": one.item.id,
            "date": fields.Date.to_string(part.day) if part.day else False,
            "basis": part.basis,
            "late": part.late,
            "amount": float(part.amount),
            "currency": currency.name,
            "company_amount": float(one.amount),
            "provision_rate": float(one.rate),
            "provision_amount": float(one.provision),
            "expected_amount": float(one.amount - one.provision),
            "company_currency": company.currency_id.name,
            "sentence": explain_expected(self.env, part, currency, company.currency_id),
        }
