from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What a customer promised and disputes of an invoice, and would pay later of it."""

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

    def action_cobranza_propose_plan(self):
        """Open the dialog that proposes a payment plan or more time for these invoices."""
        wizard = self.env["cobranza.plan.wizard"]
        return wizard._open(self._cobranza_one_debtor(), self.cobranza_due_line_ids)

    def action_cobranza_promise(self):
        """Open the dialog that writes down what the customer promises of these invoices."""
        wizard = self.env["cobranza.promise.wizard"]
        return wizard._open(self._cobranza_one_debtor(), self.cobranza_due_line_ids)

    def action_cobranza_dispute(self):
        """Open the dialog that writes down what the customer doesn't accept of an invoice."""
        wizard = self.env["cobranza.dispute.wizard"]
        return wizard._open(self._cobranza_one_debtor(), self.cobranza_due_line_ids)

    def _cobranza_instead(self):
        """What is owed in the place of these: of a re-booking that was undone, its invoices."""
        return self._cobranza_rebooked_from(("rebook_reversal_id", "!=", False))

    def _cobranza_tax_is_due_on_payment(self):
        """Whether Odoo books tax of this move for every amount that it is reconciled with."""
        # which taxes an invoice has is for the books to say, whoever agrees on a plan
        return bool(self.sudo()._collect_tax_cash_basis_values())

    def _cobranza_open_items(self, account):
        """The debts of these moves on an account that are open, the first due line first."""
        return self._cobranza_due_lines().filtered(
            lambda one: one.account_id == account
            and one.parent_state == "posted"
            and one.amount_residual > 0
        )

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
