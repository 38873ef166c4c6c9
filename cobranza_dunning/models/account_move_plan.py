from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AccountMove(models.Model):
    """Entries by which payment plans were re-booked, and the invoices that they have settled."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def button_draft(self):
        """Reset to draft. Raises UserError for invoices that are re-booked."""
        self._check_not_rebooked()
        return super().button_draft()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Reverse entries. Raises UserError for re-booked invoices that are to be undone by it."""
        if cancel:
            self._check_not_rebooked()
        return super()._reverse_moves(default_values_list, cancel)

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Match credit notes, as they are posted, with what they are for: installments, too."""
        result = super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)
        for note in reverse_moves:
            note.reversed_entry_id._cobranza_plans_instead_sudo()._match_credit_note(note.sudo())
        return result

    def _cobranza_plans_instead_sudo(self):
        """The plans, as superuser, whose installments are owed in the place of these invoices."""
        # whoever keeps books needn't see plans
        plans_sudo = self.env["cobranza.plan"].sudo()
        about = Domain("line_ids.move_id", "in", self.ids)
        return plans_sudo.search(about & plans_sudo._rebooked_domain())

    def _check_not_rebooked(self):
        """Raise UserError for invoices that are owed by a plan's installments: it can't follow."""
        plans_sudo = self._cobranza_plans_instead_sudo()
        if plans_sudo:
            raise UserError(
                self.env._(
                    "%(plan)s has re-booked %(invoice)s: make a credit note instead, or first "
                    "cancel that plan or reverse its re-booking.",
                    invoice=", ".join((plans_sudo.line_ids.move_id & self).mapped("name")),
                    plan=", ".join(plans_sudo.mapped("name")),
                )
            )

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
