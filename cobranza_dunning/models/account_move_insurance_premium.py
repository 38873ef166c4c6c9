from odoo import api, fields, models


class AccountMove(models.Model):
    """What insuring an invoice costs: as declared, or as estimated until then."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    insurance_premium = fields.Monetary(
        compute="_compute_insurance_premium", currency_field="company_currency_id",
        help="Net premium, in company currency: its part of what was declared; until then what its "
        "policy's tariff makes of it.",
        groups="cobranza_dunning.group_auditor",
    )  # fmt: skip

    @api.depends("cover_ids.premium_amount")
    def _compute_insurance_premium(self):
        declared = self._premiums_of(
            "cobranza.insurance.declaration.line", [("state", "=", "declared")]
        )
        estimated = self._premiums_of("cobranza.insurance.cover", [("date_to", "=", False)])
        for move in self:
            move.insurance_premium = declared.get(move._origin, estimated.get(move._origin, 0))

    def _premiums_of(self, model, domain):
        """Return {invoice: the sum of its premiums in a model}, in company currency."""
        found = {}
        rows = self.env[model]._read_group(
            [*domain, ("move_id", "in", self.ids)],
            ["move_id", "currency_id"],
            ["premium_amount:sum"],
        )
        for move, currency, amount in rows:
            own = currency._convert(
                amount, move.company_currency_id, move.company_id, move.invoice_date or move.date
            )
            found[move] = found.get(move, 0) + own
        return found
