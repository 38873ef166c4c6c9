import json

from odoo import api, fields, models
from odoo.tools import SQL

from .insurance_texts import LIMIT_KIND_SELECTION, REASON_SELECTION
from .sql import only

#: What is written of a customer's limit.
COLUMNS = (
    "policy_id", "debtor_id", "partner_id", "company_id", "currency_id", "limit_kind", "until",
    "limit_amount", "used_amount", "free_amount", "used_share",
    "free_reason",
)  # fmt: skip
#: Those that tell two rows of COLUMNS apart.
KEY = ("policy_id", "debtor_id")


class CobranzaInsuranceUse(models.Model):
    """How much of a customer's limit is used: one row for each policy and customer.

    What counts for a sale of today, as the engine decides it.  A policy and its renewal share a
    limit: they have one row together, see `_each_limit`.  It follows the covers: when a
    transaction commits, and every night.
    """

    _name = "cobranza.insurance.use"
    _description = "Use of a limit"
    _inherit = ["cobranza.gated.mixin"]
    _order = "used_share desc, used_amount desc, id"
    _rec_name = "partner_id"
    _gated_fields = None
    _gated_create = True
    # they come by one statement
    _log_access = False

    policy_id = fields.Many2one(
        "cobranza.insurance.policy", "Insurance policy", required=True, ondelete="cascade"
    )
    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", "Customer", index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, help="The policy's.")
    limit_kind = fields.Selection(LIMIT_KIND_SELECTION, "Whose limit")
    until = fields.Date("Up to", help="The last day of a temporary limit.")
    limit_amount = fields.Monetary("Limit", help="What counts for a sale of today.")
    used_amount = fields.Monetary(
        "Limit used", help="By what is open, also of sales under an earlier limit."
    )
    free_amount = fields.Monetary("Limit free", help="So much a sale of today may come to.")
    free_reason = fields.Selection(REASON_SELECTION, "Why nothing is free")
    used_share = fields.Float(
        "Used (%)", digits=(16, 1), aggregator="avg",
        help="Of the limit. 100 if something is used and there is no limit any more.",
    )  # fmt: skip

    _debtor_unique = models.UniqueIndex(
        "(policy_id, debtor_id)", "Somebody else has just changed this limit: try once more."
    )

    @api.model
    def _follow(self, company, positions, debtors=None):
        """Keep what is decided about the limits of customers, in one statement.

        positions: {debtor id: [Position]} of `cobranza.insurance.facts`.
        debtors: only these were decided on; None = all of the company.
        """
        rows = self._rows(company, positions)
        columns = SQL(", ").join(map(SQL.identifier, COLUMNS))
        others = [name for name in COLUMNS if name not in KEY]
        self.env.execute_query(
            SQL(
                """
                WITH fresh AS (
                    SELECT %(columns)s
                      FROM jsonb_populate_recordset(NULL::cobranza_insurance_use, %(rows)s::jsonb)
                ), gone AS (
                    DELETE FROM cobranza_insurance_use u
                     WHERE u.company_id = %(company)s AND %(mine)s
                       AND NOT EXISTS (SELECT 1 FROM fresh f WHERE f.policy_id = u.policy_id
                                                              AND f.debtor_id = u.debtor_id)
                )
                INSERT INTO cobranza_insurance_use AS u (%(columns)s) SELECT %(columns)s FROM fresh
                ON CONFLICT (policy_id, debtor_id) DO UPDATE SET %(changes)s
                      WHERE (%(before)s) IS DISTINCT FROM (%(after)s)
                  RETURNING u.id
                """,
                columns=columns,
                rows=json.dumps(rows, default=str),
                company=company.id,
                mine=only("u.debtor_id", None if debtors is None else debtors.ids),
                changes=SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in others
                ),
                before=SQL(", ").join(SQL.identifier("u", name) for name in others),
                after=SQL(", ").join(SQL("EXCLUDED.%s", SQL.identifier(name)) for name in others),
            )
        )  # fmt: skip
        self.invalidate_model()

    @api.model
    def _rows(self, company, positions):
        """Values of COLUMNS for each customer who has a limit or uses one."""
        debtors_sudo = self.env["cobranza.debtor"].sudo().browse(positions)
        partners = {one.id: one.partner_id.id for one in debtors_sudo}
        policies_sudo = self.env["cobranza.insurance.policy"].sudo()
        return [
            dict(zip(COLUMNS, (
                one.policy_id, debtor_id, partners[debtor_id], company.id,
                policies_sudo.browse(one.policy_id).currency_id.id, *_limit(one.exposure.applied),
                one.exposure.limit, one.exposure.used, one.exposure.free, one.exposure.share,
                one.exposure.stopped,
            ), strict=True))
            for debtor_id, ours in positions.items()
            for one in _each_limit(ours)
            if one.exposure.limit or one.exposure.used
        ]  # fmt: skip

    def action_view_covers(self):
        """Open what uses this limit."""
        self.ensure_one()
        return self.debtor_id.action_view_covers()

    def action_view_limits(self):
        """Open the decisions about this customer."""
        self.ensure_one()
        return self.debtor_id.action_view_limits()


def _each_limit(positions):
    """Return one customer's Positions without those whose use another one of them counts too.

    Of a policy and its renewal the later one counts what is open under both; but not before it is
    in force, as long as the earlier one is: sales of today come first.
    """
    in_force = {
        one.policy_id for one in positions if one.exposure.stopped != "policy_not_in_force"
    }
    begun = [
        one
        for one in positions
        if one.policy_id in in_force or in_force.isdisjoint(one.renewed)
    ]
    counted = {policy_id for one in begun for policy_id in one.renewed}
    return [one for one in begun if one.policy_id not in counted]


def _limit(applied):
    """Whose limit an engine Applied is, and its last day."""
    if not applied:
        return None, None
    return applied.kind, applied.limit.until if applied.limit else None
