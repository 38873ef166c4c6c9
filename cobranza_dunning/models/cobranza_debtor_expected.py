from odoo import models


class CobranzaDebtor(models.Model):
    """When a customer's money can be expected."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    def action_view_expected(self):
        """Open when the money of these customers can be expected, made anew."""
        return self.env["cobranza.expectation"]._open(self)
