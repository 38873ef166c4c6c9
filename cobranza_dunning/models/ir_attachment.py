from odoo import models
from odoo.exceptions import UserError


class IrAttachment(models.Model):
    """The letter that was sent stays as it was printed, whoever may write on its reminder."""

    _inherit = "ir.attachment"

    def write(self, vals):
        """Write values; the file of a letter that was sent isn't changed."""
        self._check_no_sent_letter()
        return super().write(vals)

    def unlink(self):
        """Delete attachments; the letter that was sent stays."""
        self._check_no_sent_letter()
        return super().unlink()

    def _check_no_sent_letter(self):
        if self.env.su:  # Odoo itself moves files from one store to another
            return
        # also where the user may not read the reminder
        ours = self.sudo().filtered(lambda one: one.res_model == "cobranza.reminder")
        letters = ours and self.env["cobranza.reminder"].sudo().search_count(
            [("letter_id", "in", ours.ids), ("state", "=", "sent")], limit=1
        )
        if letters:
            raise UserError(self.env._("A letter that was sent can't be changed or deleted."))
