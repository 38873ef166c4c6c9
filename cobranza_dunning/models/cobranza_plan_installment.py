from odoo import api, fields, models
from odoo.exceptions import UserError


class CobranzaPlanInstallment(models.Model):
    """A part of a payment plan: what is to be paid by when, and what has become of it."""

    _name = "cobranza.plan.installment"
    _description = "Installment"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date_due, id"
    _gated_fields = (
        "company_id", "net_amount", "paid_amount", "paid_on", "state", "move_line_id",
        "late_told_on", "activity_id",
    )  # fmt: skip

    plan_id = fields.Many2one("cobranza.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    number = fields.Integer(compute="_compute_number")
    date_due = fields.Date("Due", required=True)
    amount = fields.Monetary(required=True)
    net_amount = fields.Monetary(
        "To pay", readonly=True, help="The amount, less credit notes: they shrink the last ones."
    )
    paid_amount = fields.Monetary("Paid", readonly=True)
    paid_on = fields.Date("Paid on", readonly=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("partial", "Partly paid"),
            ("late", "Late"),
            ("paid", "Paid"),
            ("credited", "Credited"),
        ],
        readonly=True,
        default="open",
    )
    # where the company re-books accepted plans
    move_line_id = fields.Many2one(
        "account.move.line", readonly=True, index="btree_not_null", ondelete="set null"
    )

    # once for each, whatever becomes of the activity
    late_told_on = fields.Date(readonly=True, copy=False)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount of an installment is above zero."
    )

    @api.depends("plan_id.installment_ids.date_due")
    def _compute_number(self):
        for plan, installments in self.grouped("plan_id").items():
            numbers = {one: number for number, one in enumerate(plan._ordered(), 1)}
            for installment in installments:
                installment.number = numbers.get(installment, 0)

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create installments; raise UserError for a plan that was offered already."""
        created = super().create(vals_list)
        created._written_by_hand()
        return created

    def write(self, vals):
        """Write values; raise UserError for a plan that was offered already."""
        self._written_by_hand()
        result = super().write(vals)
        self._written_by_hand()
        return result

    def unlink(self):
        """Delete installments; raise UserError for a plan that was offered already."""
        self._written_by_hand()
        return super().unlink()

    def _written_by_hand(self):
        """Note that a person wrote these; only a draft's may be written."""
        if self._gate_is_open():
            return
        plans = self.plan_id
        told = plans.filtered(lambda one: one.state != "draft")
        if told:
            raise UserError(
                self.env._(
                    "%(plan)s was offered already and stays as it is: cancel it and propose "
                    "another one.",
                    plan=told[0].name,
                )
            )
        plans.filtered(lambda one: not one.is_custom)._gated().write({"is_custom": True})
