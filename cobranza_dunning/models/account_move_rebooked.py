from collections import Counter, defaultdict

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
        entries = (entry for parts in invoices._cobranza_rebooked_by().values() for entry in parts)
        return invoices.union(invoices, *entries)

    def _cobranza_rebooked_by(self):
        """Return {invoice: {entry that has re-booked it: which part of that comes from it}}."""
        # what a plan has booked is the books', whoever asks
        lines_sudo = self.env["cobranza.plan.line"].sudo().search(
            [("move_id", "in", self.ids), ("plan_id.rebook_move_id", "!=", False)]
        )
        found = defaultdict(Counter)
        for line in lines_sudo:
            plan = line.plan_id
            found[line.move_id][plan.rebook_move_id] += line.amount / plan.amount
        return found
