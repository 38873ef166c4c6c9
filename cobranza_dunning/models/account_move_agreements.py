from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What a customer promised and disputes of an invoice."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    cobranza_dispute_ids = fields.One2many(
        "cobranza.dispute", "move_id", "Disputes", groups="cobranza_dunning.group_auditor"
    )
    cobranza_promise_line_ids = fields.One2many(
        "cobranza.promise.line",
        "move_id",
        "Promises",
        domain=[("amount", ">", 0)],
        groups="cobranza_dunning.group_auditor",
    )

    def action_cobranza_promise(self):
        """Open the dialog that writes down what the customer promises of these invoices."""
        wizard = self.env["cobranza.promise.wizard"]
        return wizard._open(self._cobranza_one_debtor(), self.cobranza_due_line_ids)

    def action_cobranza_dispute(self):
        """Open the dialog that writes down what the customer doesn't accept of an invoice."""
        wizard = self.env["cobranza.dispute.wizard"]
        return wizard._open(self._cobranza_one_debtor(), self.cobranza_due_line_ids)

    def _cobranza_one_debtor(self):
        """The collections account that these invoices are all of.

        Raises UserError if there are several, or nothing of them is open.
        """
        debtor = self.cobranza_debtor_id
        if len(debtor) != 1 or not self.cobranza_due_line_ids:
            raise UserError(
                self.env._("Choose invoices of one customer on which something is open.")
            )
        return debtor
