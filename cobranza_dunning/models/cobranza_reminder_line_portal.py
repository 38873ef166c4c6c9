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
