from odoo import models


class AccountMoveLine(models.Model):
    """Due lines that payment plans have re-booked, and the installments they were put in."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _cobranza_in_their_place(self):
        """These, with the due lines that are owed in their place since plans were (un-)re-booked.

        Of installments whose re-booking was reversed the lines they came from, and of what is
        re-booked the installments that took it over.
        """
        found = self | self._cobranza_rebooked_from(("rebook_reversal_id", "!=", False))
        rebooked = self._cobranza_taken_over(
            ("line_ids.move_line_id", "in", found.ids), ("rebook_reversal_id", "=", False)
        )
        return found.union(found, *(item for line, item in rebooked if line in found))

    def _cobranza_rebooked_from(self, *domain):
        """The due lines that these installments of re-booked plans came from.

        domain: only of the plans that fit it.
        """
        taken = self._cobranza_taken_over(("installment_ids.move_line_id", "in", self.ids), *domain)
        return self.union(*(line for line, item in taken if item in self))

    def _cobranza_taken_over(self, *domain):
        """Return the pairs (due line, installment's item that took over something of it).

        domain: of the plans, of which only those that are re-booked count.
        """
        # what a plan has booked is the books', whoever asks
        plans_sudo = self.env["cobranza.plan"].sudo().search(
            [("rebook_move_id", "!=", False), *domain]
        )
        return [
            (line, item) for plan in plans_sudo for line, item, _amount in plan._taken_over()
        ]
