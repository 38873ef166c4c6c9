from odoo import fields, models


class CobranzaPolicyMinimum(models.Model):
    """A policy's minimum in one currency; it replaces the general one there."""

    _name = "cobranza.policy.minimum"
    _description = "Minimum by currency"
    _inherit = ["cobranza.owned.mixin"]
    _order = "currency_id"

    policy_id = fields.Many2one("cobranza.policy", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Minimum", required=True)

    installment = fields.Monetary(
        "Smallest installment",
        help="Of payment plans in this currency. 0: the policy's, at the rates of the invoices.",
    )

    _currency_unique = models.UniqueIndex(
        "(policy_id, currency_id)", "The policy has a minimum in this currency already."
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0 AND installment >= 0)", "The minimum can't be negative."
    )
