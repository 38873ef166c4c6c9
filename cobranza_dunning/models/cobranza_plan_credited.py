from odoo import models


class CobranzaPlan(models.Model):
    """Credit notes for invoices that plans have re-booked: the installments owe that much less."""

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    def _match_credit_note(self, note):
        """Match a credit note with the installments of these plans, which have its invoice's debt.

        Once, as Odoo does with the invoice itself: what somebody undoes stays undone.
        """
        for item in self._creditable_items(note.reversed_entry_id):
            left = note.line_ids.filtered(
                lambda one, item=item: one.account_id == item.account_id
                and one.currency_id == item.currency_id
                and not one.reconciled
            )
            if left:
                (left | item).reconcile()

    def _creditable_items(self, invoice):
        """The open items of installments in the order in which a credit note shrinks them.

        The last due first, but before them those of which something is disputed: of the invoice,
        or of the installment itself.
        """
        items = self.installment_ids.move_line_id.filtered(lambda one: not one.reconciled)
        disputed = self.env["cobranza.dispute"].search(
            [
                ("move_line_id", "in", items.ids),
                ("move_id", "in", (invoice | items.move_id).ids),
                ("pausing", "=", True),
            ]
        ).move_line_id
        return items.sorted(lambda one: (one in disputed, one.date_maturity), reverse=True)
