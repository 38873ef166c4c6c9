from odoo import models


class CobranzaReminderLine(models.Model):
    """The present of a line that was told."""

    _inherit = "cobranza.reminder.line"

    def _portal_item(self):
        """The journal item that was told, or the one that took its place; may be empty.

        Resetting an invoice to draft may recreate its items: then it is found again by invoice
        and due date, as the history of a due line is.
        """
        self.ensure_one()
        if self.move_line_id:
            return self.move_line_id
        return self.move_id.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable"
            and item.date_maturity == self.date_due
        )[:1]

    def _portal_documents(self):
        """The invoices of these lines that the customer may download, each once."""
        return self._portal_own_moves().filtered(
            lambda move: move.state == "posted" and move.is_invoice()
        )

    def _portal_own_moves(self):
        """The invoices of these lines that are still the customer's.

        One that was issued to the wrong customer goes to another one by being reset to draft:
        whoever was told of it must not see whose it is now.
        """
        return self.move_id.filtered(
            lambda move: (move.commercial_partner_id, move.company_id)
            in [(one.partner_id, one.company_id) for one in self.reminder_id]
        )
