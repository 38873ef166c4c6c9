from odoo import api, fields, models
from odoo.exceptions import UserError

from .insurance_texts import STATE_SELECTION


class CobranzaInsuranceNoticeLine(models.Model):
    """A due line of a notice of non-payment, with what was open of it on the day.

    An invoice that is reset and posted again gets new items: its line is found again by invoice
    and due date.
    """

    _name = "cobranza.insurance.notice.line"
    _description = "Due line of a notice of non-payment"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date_due, id"
    _gated_fields = None
    _gated_create = True

    notice_id = fields.Many2one(
        "cobranza.insurance.notice", required=True, index=True, ondelete="cascade"
    )
    debtor_id = fields.Many2one(related="notice_id.debtor_id")
    company_id = fields.Many2one(related="notice_id.company_id", store=True, index=True)
    state = fields.Selection(related="notice_id.state", store=True)
    notified_on = fields.Date(related="notice_id.notified_on", store=True)
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null"
    )
    name = fields.Char("Number", required=True)
    invoice_date = fields.Date(required=True)
    date_due = fields.Date("Due date", required=True)
    original_due = fields.Date(
        "Original due date", required=True, help="The one that counts for the insurer."
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Unpaid", required=True)
    disputed_amount = fields.Monetary("Disputed", help="Of what is unpaid.")
    policy_currency_id = fields.Many2one(
        related="notice_id.currency_id", string="Policy's currency"
    )
    policy_amount = fields.Monetary(
        "Unpaid (policy's currency)", currency_field="policy_currency_id"
    )
    covered_amount = fields.Monetary("Covered", currency_field="policy_currency_id")
    cover_state = fields.Selection(STATE_SELECTION, "Cover", help="When this was read.")
    deadline = fields.Date("Notify by", help="The last day in time.")

    _given_once = models.UniqueIndex(
        "(move_line_id) WHERE state = 'notified' AND move_line_id IS NOT NULL",
        "The insurer has just been told about one of these due lines: look at that notice first.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_given(self):
        if any(one.state != "draft" for one in self):
            raise UserError(
                self.env._("A notice that was given stays as it is: withdraw it, and give another.")
            )

    def _items(self):
        """Return the due lines these are about; those their invoices have now, if posted again."""
        lost = self.filtered(lambda one: not one.move_line_id and one.move_id)
        if not lost:
            return self.move_line_id
        found = self.env["account.move.line"]._cobranza_found_again(lost)
        return self.move_line_id.union(*found.values())

    def action_view_move(self):
        """Open the invoice."""
        return self.move_id._get_records_action()
