from decimal import Decimal

from odoo import api, fields, models


class CobranzaPolicyMinimum(models.Model):
    """A policy's minimum in one currency; it replaces the general one there."""

    _name = "cobranza.policy.minimum"
    _description = "Minimum by currency"
    _order = "currency_id"

    policy_id = fields.Many2one("cobranza.policy", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Minimum", required=True)

    _currency_unique = models.UniqueIndex(
        "(policy_id, currency_id)", "The policy has a minimum in this currency already."
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "The minimum can't be negative."
    )

    @api.model
    def _decimal(self, amount, currency):
        """Return a stored float amount as the exact Decimal of its currency."""
        return Decimal(f"{amount:.{currency.decimal_places}f}")
