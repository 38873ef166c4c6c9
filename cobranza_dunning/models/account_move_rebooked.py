from odoo import models


class AccountMove(models.Model):
    """Entries by which payment plans were re-booked, and the invoices that they stand for."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _cobranza_rebooked_from(self, *domain):
        """These, with the invoices that plans cover in the place of the entries re-booking them.

        domain: only of the plans that fit it.
        """
        # what a plan has booked is the books', whoever asks
        plans_sudo = self.env["cobranza.plan"].sudo().search(
            [("rebook_move_id", "in", self.ids), *domain]
        )
        return (self - plans_sudo.rebook_move_id) | plans_sudo.line_ids.move_id

    def _cobranza_with_rebookings(self):
        """These, the invoices that they come from, and all entries that have re-booked those."""
        invoices = self._cobranza_rebooked_from()
        # what a plan has booked is the books', whoever asks
        plans_sudo = self.env["cobranza.plan"].sudo().search(
            [("line_ids.move_id", "in", invoices.ids)]
        )
        return invoices | plans_sudo.rebook_move_id
