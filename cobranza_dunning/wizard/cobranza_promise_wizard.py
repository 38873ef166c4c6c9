from odoo import api, fields, models

from ..models.cobranza_interaction import CHANNELS


class CobranzaPromiseWizard(models.TransientModel):
    """Writes down what a customer promises: how much, and by when."""

    _name = "cobranza.promise.wizard"
    _description = "Promise to pay"
    _inherit = ["cobranza.pay.day.mixin"]

    debtor_id = fields.Many2one("cobranza.debtor", "Customer", required=True)
    partner_id = fields.Many2one(related="debtor_id.partner_id", string="Customer's company")
    company_id = fields.Many2one(related="debtor_id.company_id")
    line_ids = fields.Many2many(
        "account.move.line", string="Due lines", help="Empty: all that is open, oldest due first."
    )
    currency_ids = fields.Many2many(
        "res.currency", string="Currencies", compute="_compute_currency_ids"
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', currency_ids)]",
    )
    amount = fields.Monetary(
        "Promised", required=True, compute="_compute_amount", store=True, readonly=False
    )
    date = fields.Date("Pays by", required=True)
    channel = fields.Selection(CHANNELS, "Promised by", required=True, default="phone")
    contact_id = fields.Many2one("res.partner", "With")
    note = fields.Text("Details")

    @api.depends("debtor_id", "line_ids")
    def _compute_currency_ids(self):
        for wizard in self:
            wizard.currency_ids = wizard._lines().currency_id

    @api.depends("debtor_id", "line_ids")
    def _compute_currency_id(self):
        for wizard in self:
            found = wizard._lines().currency_id
            own = wizard.debtor_id.currency_id
            wizard.currency_id = own if own in found else found[:1]

    @api.depends("currency_id", "line_ids")
    def _compute_amount(self):
        """What is overdue, or open where nothing is overdue yet, and isn't promised already."""
        for wizard in self:
            lines = wizard._lines().filtered(
                lambda line, currency=wizard.currency_id: line.currency_id == currency
            )
            today = wizard.debtor_id.company_id._cobranza_today()
            overdue = lines.filtered(
                lambda line, today=today: line._cobranza_due_date() < today
            )
            wizard.amount = self.env["cobranza.promise"]._unpromised((overdue or lines)._origin)

    def _lines(self):
        """The due lines that may be promised: those chosen, or all of the customer's."""
        lines = self.line_ids or self.debtor_id.due_line_ids
        return lines.filtered(lambda line: line.amount_residual_currency > 0)

    @api.model
    def _open(self, debtor, lines=None):
        """Return the action that opens the dialog for a debtor; lines: only these due lines."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise to pay"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_debtor_id": debtor.id,
                "default_line_ids": lines.ids if lines else [],
            },
        }

    def action_promise(self):
        """Write the promise down; raises UserError if it can't be taken."""
        self.ensure_one()
        self.env["cobranza.promise"].create(
            {
                "debtor_id": self.debtor_id.id,
                "line_ids": [fields.Command.set(self.line_ids.ids)] if self.line_ids else [],
                "currency_id": self.currency_id.id,
                "amount": self.amount,
                "date": self.date,
                "channel": self.channel,
                "contact_id": self.contact_id.id,
                "note": self.note,
            }
        )
        return {"type": "ir.actions.act_window_close"}
