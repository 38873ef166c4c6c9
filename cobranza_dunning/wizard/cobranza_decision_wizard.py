from odoo import api, fields, models


class CobranzaDecisionWizard(models.TransientModel):
    """Decides about a dispute: accepted, rejected, or to be looked at again later."""

    _name = "cobranza.decision.wizard"
    _description = "Decide about a dispute"

    dispute_id = fields.Many2one("cobranza.dispute", required=True)
    partner_id = fields.Many2one(related="dispute_id.partner_id")
    company_id = fields.Many2one(related="dispute_id.company_id")
    decision = fields.Selection(
        [
            ("accepted", "The customer is right"),
            ("rejected", "The customer is wrong"),
            ("later", "It takes longer"),
        ],
        required=True,
        default="accepted",
    )
    credit_note_id = fields.Many2one(
        "account.move",
        "Credit note",
        domain="[('move_type', '=', 'out_refund'), ('state', '=', 'posted'), "
        "('commercial_partner_id', '=', partner_id), ('company_id', '=', company_id)]",
    )
    reason = fields.Text("Why")
    revisit_date = fields.Date("Look again on")

    @api.model
    def _open(self, dispute, decision):
        """Return the action that opens the dialog for a dispute.

        decision: "accepted", "rejected" or "later"; the person may choose another one.
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide about the dispute"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispute_id": dispute.id, "default_decision": decision},
        }

    def action_decide(self):
        """Do what was decided; raises UserError if something for it is missing."""
        self.ensure_one()
        if self.decision == "accepted":
            self.dispute_id.action_accept(self.credit_note_id.id)
        elif self.decision == "rejected":
            self.dispute_id.action_reject(self.reason)
        else:
            self.dispute_id.action_revisit(self.revisit_date)
        return {"type": "ir.actions.act_window_close"}
