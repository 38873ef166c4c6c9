from odoo import fields, models


class CobranzaReminder(models.Model):
    """What a customer answers to a reminder: he promises, asks for more time, or disputes."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    has_open_lines = fields.Boolean(compute="_compute_has_open_lines")

    def _compute_has_open_lines(self):
        """Whether something is still open of what it told."""
        domain = self.env["account.move.line"]._cobranza_open_domain()
        for reminder in self:
            told = reminder.line_ids.move_line_id
            reminder.has_open_lines = bool(told.filtered_domain(domain))

    def action_propose_plan(self):
        """Open the dialog that proposes a payment plan or more time for what it told.

        Raises UserError if nothing of it can be paid later.
        """
        self.ensure_one()
        lines = self.line_ids.move_line_id
        return self.env["cobranza.plan.wizard"]._open(self.debtor_id, lines)

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
