from odoo import api, fields, models

from ..engine import expected


class CobranzaProvisionRate(models.Model):
    """How much of what is so many days late a company makes a provision for.

    A company without any has those of engine.expected.
    """

    _name = "cobranza.provision.rate"
    _description = "Provision rate"
    _inherit = ["cobranza.owned.mixin"]
    _order = "company_id, days_from"
    _rec_name = "days_from"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade",
        default=lambda self: self.env.company,
    )  # fmt: skip
    days_from = fields.Integer(
        "Days late from", required=True, default=0,
        help="0: what isn't late. It counts up to the next rate.",
    )  # fmt: skip
    rate = fields.Float("Provision (%)", digits=(5, 2), required=True)

    _days_unique = models.UniqueIndex(
        "(company_id, days_from)", "There is a rate from this day on already: change that one."
    )
    _days_not_negative = models.Constraint(
        "CHECK (days_from >= 0)", "Days late begin with 0: what isn't late yet."
    )
    _rate_in_range = models.Constraint(
        "CHECK (rate >= 0 AND rate <= 100)", "A provision rate is between 0 and 100 per cent."
    )

    @api.model
    def action_open_rates(self):
        """Open the rates of the user's company, the usual ones to begin with."""
        self.check_access("create")
        company = self.env.company
        if not self.search_count([("company_id", "=", company.id)], limit=1):
            self.create(
                [
                    {"company_id": company.id, "days_from": days, "rate": float(rate)}
                    for days, rate in expected.PROVISION_RATES
                ]
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_provision_rate_action"
        )
        return {**action, "domain": [("company_id", "=", company.id)]}
