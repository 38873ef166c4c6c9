from datetime import timedelta

from odoo import api, fields, models

from ..models.cobranza_dispute import USUAL_DAYS


class CobranzaDisputeWizard(models.TransientModel):
    """Writes down what a customer doesn't accept of a due line."""

    _name = "cobranza.dispute.wizard"
    _description = "Dispute"

    debtor_id = fields.Many2one("cobranza.debtor", "Customer", required=True)
    partner_id = fields.Many2one(related="debtor_id.partner_id", string="Customer's company")
    due_line_ids = fields.Many2many("account.move.line", compute="_compute_due_line_ids")
    # those of the document it was opened from; empty: all of the customer's
    only_line_ids = fields.Many2many("account.move.line", "cobranza_dispute_wizard_only_rel")
    move_line_id = fields.Many2one(
        "account.move.line",
        "Due line",
        required=True,
        compute="_compute_move_line_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', due_line_ids)]",
    )
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    amount = fields.Monetary(
        "Disputed", required=True, compute="_compute_amount", store=True, readonly=False
    )
    company_id = fields.Many2one(related="debtor_id.company_id")
    reason_id = fields.Many2one("cobranza.dispute.reason", required=True, check_company=True)
    description = fields.Text("What the customer says")
    revisit_date = fields.Date(
        "Look again on",
        required=True,
        compute="_compute_from_debtor",
        store=True,
        readonly=False,
        help="Until this day the amount is left alone; then it is chased again by itself.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        compute="_compute_from_debtor",
        store=True,
        readonly=False,
        domain="[('share', '=', False)]",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    contact_id = fields.Many2one("res.partner", "Raised by")
    interaction_id = fields.Many2one("cobranza.interaction", "Raised in", readonly=True)

    @api.depends("debtor_id", "only_line_ids")
    def _compute_due_line_ids(self):
        for wizard in self:
            lines = wizard.only_line_ids or wizard.debtor_id.due_line_ids
            wizard.due_line_ids = lines.filtered(lambda line: line.amount_residual_currency > 0)

    @api.depends("due_line_ids")
    def _compute_move_line_id(self):
        for wizard in self:
            found = wizard.due_line_ids
            wizard.move_line_id = found if len(found) == 1 else False

    @api.depends("move_line_id")
    def _compute_amount(self):
        for wizard in self:
            line = wizard.move_line_id._origin
            wizard.amount = line and self.env["cobranza.dispute"]._undisputed(line)

    @api.depends("debtor_id")
    def _compute_from_debtor(self):
        for wizard in self:
            debtor = wizard.debtor_id
            days = debtor.effective_policy_id.dispute_days or USUAL_DAYS
            wizard.revisit_date = debtor.company_id._cobranza_today() + timedelta(days=days)
            wizard.user_id = debtor._person_in_charge() if debtor else False

    @api.model
    def _open(self, debtor, lines=None, call=None):
        """Return the action that opens the dialog for a debtor.

        lines: only these due lines.  call: the cobranza.interaction in which he said it.
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_debtor_id": debtor.id,
                "default_only_line_ids": lines.ids if lines else [],
                "default_contact_id": call.contact_id.id if call else False,
                "default_interaction_id": call.id if call else False,
                "default_description": call._said() if call else False,
            },
        }

    def action_raise(self):
        """Write the dispute down; raises UserError if it can't be raised."""
        self.ensure_one()
        self.env["cobranza.dispute"].raise_dispute(
            self.move_line_id.id,
            self.amount,
            self.reason_id.id,
            description=self.description,
            revisit_date=self.revisit_date,
            user_id=self.user_id.id,
            attachment_ids=self.attachment_ids.ids,
            origin="call" if self.interaction_id else "manual",
            contact_id=self.contact_id.id,
            interaction_id=self.interaction_id.id,
        )
        return {"type": "ir.actions.act_window_close"}
