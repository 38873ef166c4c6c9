from odoo import fields, models


class CobranzaDisputeReason(models.Model):
    """Why customers don't accept what they are asked for."""

    _name = "cobranza.dispute.reason"
    _description = "Reason of a dispute"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short, without spaces: scripts and the portal know the reason by it."
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Only this company offers it; empty: every company."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(code)", "Another reason has this code already.")
