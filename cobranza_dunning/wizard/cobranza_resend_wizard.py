from odoo import api, fields, models
from odoo.exceptions import UserError


class CobranzaResendWizard(models.TransientModel):
    """Sends invoices again that a customer says had not arrived."""

    _name = "cobranza.resend.wizard"
    _description = "Send invoices again"

    interaction_id = fields.Many2one("cobranza.interaction", required=True)
    partner_id = fields.Many2one(related="interaction_id.partner_id")
    possible_move_ids = fields.Many2many("account.move", compute="_compute_possible_move_ids")
    move_ids = fields.Many2many("account.move", string="Invoices")
    recipient_id = fields.Many2one(
        "res.partner",
        "To",
        help="Empty: whoever got the last reminder about it, else the invoice's own contact.",
    )

    @api.depends("interaction_id")
    def _compute_possible_move_ids(self):
        for wizard in self:
            debtor = wizard.interaction_id.debtor_id
            moves = wizard.interaction_id._concerned_moves() | debtor.due_line_ids.move_id
            wizard.possible_move_ids = moves.filtered(
                lambda move: move.is_sale_document(include_receipts=True)
            )

    @api.model
    def _open(self, interaction):
        """Return the action that opens the dialog for what a customer said."""
        contact = interaction.contact_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send invoices again"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_interaction_id": interaction.id,
                "default_move_ids": interaction._concerned_moves().ids,
                "default_recipient_id": contact._cobranza_has_email() and contact.id,
            },
        }

    def action_resend(self):
        """Send the invoices and mark what the customer said as handled.

        Raises UserError if no invoice is chosen, or another customer's.
        """
        self.ensure_one()
        if not self.move_ids:
            raise UserError(self.env._("Choose the invoices to send again."))
        # whose invoices these are, and no more: a collector need not be an accountant
        if self.move_ids.sudo().commercial_partner_id != self.partner_id:
            raise UserError(
                self.env._(
                    "Choose invoices of %s: the answer is about these.", self.partner_id.name
                )
            )
        self.move_ids.cobranza_resend(self.recipient_id.id)
        self.interaction_id.action_handled()
        return {"type": "ir.actions.act_window_close"}
