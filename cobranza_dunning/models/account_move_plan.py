from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Entries by which payment plans were re-booked, and the invoices that they have settled."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _check_not_booked_by_us(self):
        """Raise UserError for entries of re-booked plans as well: the plans undo them."""
        # whoever keeps books needn't see plans
        plans_sudo = self.env["cobranza.plan"].sudo().search(
            ["|", ("rebook_move_id", "in", self.ids), ("rebook_reversal_id", "in", self.ids)]
        )
        if plans_sudo:
            raise UserError(
                self.env._(
                    "Only %s itself undoes what it has booked: cancel that plan, or reverse its "
                    "re-booking, there.",
                    ", ".join(plans_sudo.mapped("name")),
                )
            )
        return super()._check_not_booked_by_us()
