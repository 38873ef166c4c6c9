from odoo import fields, models

from .amounts import to_decimal


class CobranzaPromiseLine(models.Model):
    """What of a promise falls on one due line: as much as this is left alone meanwhile."""

    _name = "cobranza.promise.line"
    _description = "Promised due line"
    _inherit = ["cobranza.gated.mixin"]
    # who and when is the promise's
    _log_access = False
    _order = "promise_id, date_due, id"
    _rec_name = "move_id"
    _gated_fields = None
    _gated_create = True

    promise_id = fields.Many2one("cobranza.promise", required=True, index=True, ondelete="cascade")
    debtor_id = fields.Many2one(related="promise_id.debtor_id")
    company_id = fields.Many2one(related="promise_id.company_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one("account.move", "Invoice", ondelete="set null")
    date_due = fields.Date(
        "Due date",
        help="An invoice that is reset and posted again gets new due lines: they are found by "
        "invoice and due date.",
    )
    currency_id = fields.Many2one(related="promise_id.currency_id")
    date = fields.Date(related="promise_id.date")
    state = fields.Selection(related="promise_id.state")
    amount = fields.Monetary("Promised", required=True)
    paid_before = fields.Monetary(
        help="What had been paid already when it was promised, though on the same day or later."
    )
    paid_amount = fields.Monetary(
        "Paid", readonly=True, help="What was paid of the promised part since."
    )

    _move_due_idx = models.Index("(move_id, date_due)")

    def _share_paid(self, paid):
        """Keep what was paid of these parts of one due line, the first of them first."""
        for part in self:
            own = min(paid, to_decimal(part.amount, part.currency_id))
            paid -= own
            part._write_changed({"paid_amount": float(own)})

    def action_view_promise(self):
        """Open the promise itself."""
        return self.promise_id._get_records_action()
