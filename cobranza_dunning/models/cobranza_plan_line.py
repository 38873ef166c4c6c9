from odoo import fields, models

from .amounts import to_decimal


class CobranzaPlanLine(models.Model):
    """A due line that a payment plan covers, and how much of it.

    An invoice that is reset and posted again gets new items: its line is found again by invoice
    and due date.
    """

    _name = "cobranza.plan.line"
    _description = "Due line of a payment plan"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date_due, id"
    _gated_fields = None
    _gated_create = True

    plan_id = fields.Many2one("cobranza.plan", required=True, index=True, ondelete="cascade")
    debtor_id = fields.Many2one(related="plan_id.debtor_id")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null"
    )
    name = fields.Char("Number", required=True)
    date_due = fields.Date("Due date", required=True)
    amount = fields.Monetary("Agreed amount", required=True)
    # what had settled the line when the plan came into force
    paid_before = fields.Monetary()
    credited_before = fields.Monetary()
    left_out_amount = fields.Monetary(
        "Left out", help="Open then, and not covered: disputed, or being paid."
    )
    settled_amount = fields.Monetary(
        "Settled", help="Paid or credited since the plan came into force."
    )

    _amount_positive = models.Constraint("CHECK (amount > 0)", "A plan covers something.")

    def _items(self):
        """Return {plan line: its account.move.line, or none if the books don't have it}."""
        self._find_again()
        return {one: one.move_line_id for one in self}

    def _find_again(self):
        """Put lines on the items that their invoices got when they were posted again."""
        lost = self.filtered(lambda one: not one.move_line_id and one.move_id)
        if lost:
            items = self.env["account.move.line"]
            for line, item in items._cobranza_found_again(lost, or_first=True).items():
                line._write_changed({"move_line_id": item.id})

    def _is_void(self):
        """Whether its invoice was cancelled or deleted, or went to another customer.

        One reset to draft is posted again.
        """
        document = self.move_id.state
        return document in (False, "cancel") or (document == "posted" and not self.move_line_id)

    def _remember_settled(self):
        """Keep what has settled these lines so far: only what comes later is the plan's."""
        items = self._items()
        settled = self.env["account.move.line"].union(*items.values())._cobranza_payments()
        for line, item in items.items():
            before = {False: 0, True: 0}
            for _day, amount, is_credit_note in settled.get(item.id, ()):
                before[is_credit_note] += amount
            shared = sum(ours.amount for ours, its in items.items() if its == item)
            line._gated().write(
                {
                    "paid_before": float(before[False]),
                    "credited_before": float(before[True]),
                    "left_out_amount": max(item.amount_residual_currency - shared, 0),
                }
            )

    def _before(self):
        """What had settled the line when the plan came into force, as the engine takes it."""
        return tuple(
            to_decimal(amount, self.currency_id)
            for amount in (self.paid_before, self.credited_before)
        )

    def _left_out(self):
        """What of the line was open then and isn't covered, as the engine takes it."""
        return to_decimal(self.left_out_amount, self.currency_id)

    def action_view_move(self):
        """Open the invoice."""
        return self.move_id._get_records_action()
