from odoo import api, fields, models


class CobranzaSegmentWizard(models.TransientModel):
    """Puts customers into a segment by hand, or lets the rules decide about them again."""

    _name = "cobranza.segment.wizard"
    _description = "Segment by hand"

    debtor_ids = fields.Many2many("cobranza.debtor", string="Customers", required=True)
    company_ids = fields.Many2many("res.company", compute="_compute_company_ids")
    segment_id = fields.Many2one(
        "cobranza.segment",
        domain="[('company_id', 'in', company_ids)]",
        help="Empty: the first segment in the list that fits, as for everybody.",
    )
    reason = fields.Char("Why", required=True)

    @api.depends("debtor_ids")
    def _compute_company_ids(self):
        for wizard in self:
            wizard.company_ids = wizard.debtor_ids.company_id

    @api.model
    def _open(self, debtors):
        """Return the action that opens the dialog for debtors."""
        by_hand = debtors.filtered("segment_by_hand").segment_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Segment by hand"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_debtor_ids": debtors.ids,
                "default_segment_id": by_hand.id if len(by_hand) == 1 else False,
            },
        }

    def action_apply(self):
        """Put the customers there; raises UserError as `cobranza.debtor.set_segment` does."""
        self.ensure_one()
        self.debtor_ids.set_segment(self.segment_id.id, self.reason)
        return {"type": "ir.actions.act_window_close"}
