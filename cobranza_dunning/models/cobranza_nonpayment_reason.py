from odoo import models


class CobranzaNonpaymentReason(models.Model):
    """Why a customer has not paid, as he says: no money, invoice lost, a dispute …"""

    _name = "cobranza.nonpayment.reason"
    _description = "Reason for not paying"
    _inherit = ["cobranza.code.list.mixin"]

    _code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL", "Another reason has this code already."
    )
