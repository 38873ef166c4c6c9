from odoo import api, fields, models
from odoo.exceptions import UserError


class CobranzaPauseWizard(models.TransientModel):
    """Pauses customers or invoices, one pause each, with one reason."""

    _name = "cobranza.pause.wizard"
    _description = "Pause reminders"

    debtor_ids = fields.Many2many("cobranza.debtor", string="Customers")
    move_ids = fields.Many2many("account.move", string="Invoices")
    reason = fields.Char("Why", required=True)
    until = fields.Date("Not before", help="Empty: until somebody ends the pause.")

    @api.model
    def _open(self, debtors=None, moves=None):
        """Return the action that opens the dialog for debtors or invoices."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause reminders"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_debtor_ids": debtors.ids if debtors else [],
                "default_move_ids": moves.ids if moves else [],
            },
        }

    def action_pause(self):
        """Create the pauses.

        Raises UserError if there is nothing to pause, or an invoice's customer has no account yet.
        """
        self.ensure_one()
        if not (self.debtor_ids or self.move_ids):
            raise UserError(self.env._("Choose the customers or invoices to pause."))
        homeless = self.move_ids.filtered(lambda move: not move.cobranza_debtor_id)
        if homeless:
            raise UserError(
                self.env._(
                    "Nothing is owed on %(names)s yet: post them first.",
                    names=", ".join(homeless.mapped("display_name")),
                )
            )
        common = {"reason": self.reason, "until": self.until}
        self.env["cobranza.block"].create(
            [{**common, "debtor_id": debtor.id} for debtor in self.debtor_ids]
            + [
                {**common, "debtor_id": move.cobranza_debtor_id.id, "move_id": move.id}
                for move in self.move_ids
            ]
        )
        return {"type": "ir.actions.act_window_close"}
