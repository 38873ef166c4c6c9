from odoo import api, fields, models
from odoo.tools import SQL

from .insurance_texts import DUTY_SELECTION, LIMIT_KIND_SELECTION, REASON_SELECTION, STATE_SELECTION

NOT_FLAGGED = "not_flagged"


class CobranzaInsuranceExposure(models.Model):
    """Everything that customers owe, and what of it is insured: one row for each open due line.

    A report: in SQL, because it reads all that is open at once.  What is covered is what the
    covers of now say; what was believed on another day is in the covers themselves.
    Amounts are in company currency.  Open = covered + not covered + not to be insured.
    """

    _name = "cobranza.insurance.exposure"
    _description = "Insured and uninsured exposure"
    _auto = False
    _rec_name = "move_id"
    _order = "date_due, id"

    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    move_line_id = fields.Many2one("account.move.line", "Due line", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    debtor_id = fields.Many2one("cobranza.debtor", "Customer's account", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True, help="The company's.")
    policy_id = fields.Many2one("cobranza.insurance.policy", "Insurance policy", readonly=True)
    limit_kind = fields.Selection(LIMIT_KIND_SELECTION, "Whose limit", readonly=True)
    date_due = fields.Date("Due date", readonly=True)
    state = fields.Selection(
        [*STATE_SELECTION[:-1], (NOT_FLAGGED, "Not to be insured")], "Cover", readonly=True
    )
    reason = fields.Selection(REASON_SELECTION, "Main reason", readonly=True)
    residual_amount = fields.Monetary("Open", readonly=True)
    covered_amount = fields.Monetary("Covered", readonly=True)
    uncovered_amount = fields.Monetary(
        "Not covered", readonly=True, help="Of what is to be insured."
    )
    unflagged_amount = fields.Monetary(
        "Not to be insured", readonly=True, help="Of invoices that are not marked as to be insured."
    )
    insured_amount = fields.Monetary(
        "Insurer pays", readonly=True, help="The insured percentage of the covered amount."
    )
    next_duty = fields.Selection(DUTY_SELECTION, "Next duty", readonly=True)
    next_date = fields.Date("Do it by", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT l.id, l.id AS move_line_id, l.move_id, p.commercial_partner_id AS partner_id,
                   d.id AS debtor_id, b.country_id, m.invoice_user_id AS user_id, l.company_id,
                   l.company_currency_id AS currency_id, v.policy_id, v.limit_kind,
                   COALESCE(l.date_maturity, l.date) AS date_due,
                   COALESCE(v.state, %(unmarked)s) AS state,
                   COALESCE(v.reason, %(unmarked)s) AS reason,
                   l.amount_residual AS residual_amount,
                   COALESCE(v.covered_company_amount, 0) AS covered_amount,
                   CASE WHEN v.id IS NULL THEN 0
                        ELSE l.amount_residual - v.covered_company_amount END AS uncovered_amount,
                   CASE WHEN v.id IS NULL THEN l.amount_residual ELSE 0 END AS unflagged_amount,
                   ROUND(COALESCE(v.covered_company_amount * v.percentage::numeric / 100, 0),
                         c.decimal_places) AS insured_amount,
                   v.next_duty, v.next_date
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
              JOIN account_move m ON m.id = l.move_id
              JOIN res_currency c ON c.id = l.company_currency_id
              JOIN res_partner p ON p.id = l.partner_id
              JOIN res_partner b ON b.id = p.commercial_partner_id
         LEFT JOIN cobranza_debtor d ON d.partner_id = b.id AND d.company_id = l.company_id
         LEFT JOIN cobranza_insurance_cover v ON v.move_line_id = l.id AND v.date_to IS NULL
             WHERE l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
               AND l.amount_residual_currency > 0 AND a.account_type = 'asset_receivable'
               AND m.insurance_claim_id IS NULL
            """,
            unmarked=NOT_FLAGGED,
        )

    def action_view_move(self):
        """Open the invoice."""
        self.ensure_one()
        return self.move_id._get_records_action()

    @api.model
    def _of_partner(self, partner):
        """The action that opens what a customer owes."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_exposure_action"
        )
        return {
            **action,
            "views": [(False, "list"), (False, "pivot")],
            "domain": [("partner_id", "=", partner.commercial_partner_id.id)],
            "context": {},
        }
