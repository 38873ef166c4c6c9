from odoo import models


class CobranzaReminder(models.Model):
    """What a customer answers to a reminder: he promises, or doesn't accept something."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    def action_promise(self):
        """Open the dialog that writes down what the customer promises of what it told."""
        self.ensure_one()
        lines = self.line_ids.move_line_id
        return self.env["cobranza.promise.wizard"]._open(self.debtor_id, lines)

    def action_dispute(self):
        """Open the dialog that writes down what the customer doesn't accept of what it told."""
        self.ensure_one()
        lines = self.line_ids.move_line_id
        return self.env["cobranza.dispute.wizard"]._open(self.debtor_id, lines)
