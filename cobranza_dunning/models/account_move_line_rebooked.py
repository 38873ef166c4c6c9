from odoo import models


class AccountMoveLine(models.Model):
    """Due lines that payment plans were re-booked from, and the installments they were put in."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _cobranza_in_their_place(self):
        """These, with the due lines that are owed in their place since plans were (un-)re-booked.

        Installments of a re-booking that was reversed give way to the lines they came from, and
        lines that are re-booked to the installments that took them over.
        """
        # what a plan has booked is the books', whoever asks
        plans_sudo = self.env["cobranza.plan"].sudo()
        undone = plans_sudo.search(
            [("installment_ids.move_line_id", "in", self.ids), ("rebook_reversal_id", "!=", False)]
        )
        found = self.union(
            self, *(line for plan in undone for line, item, _amount in plan._taken_over()
                    if item in self)
        )  # fmt: skip
        rebooked = plans_sudo.search(
            [("line_ids.move_line_id", "in", found.ids), ("rebook_move_id", "!=", False),
             ("rebook_reversal_id", "=", False)]
        )  # fmt: skip
        return found.union(
            found, *(item for plan in rebooked for line, item, _amount in plan._taken_over()
                     if line in found)
        )  # fmt: skip
