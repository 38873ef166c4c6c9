from odoo import models


class CobranzaDisputeReason(models.Model):
    """Why customers don't accept what they are asked for."""

    _name = "cobranza.dispute.reason"
    _description = "Reason of a dispute"
    _inherit = ["cobranza.code.list.mixin"]

    _code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL", "Another reason has this code already."
    )
