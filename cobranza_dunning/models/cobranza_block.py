from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date


class CobranzaBlock(models.Model):
    """A person's word that a customer, an invoice or one due line is left alone for a while."""

    _name = "cobranza.block"
    _description = "Pause"
    _inherit = ["cobranza.gated.mixin", "cobranza.owned.mixin", "mail.thread"]
    _order = "create_date desc, id desc"
    _check_company_auto = True
    _rec_name = "reason"
    _gated_fields = ("partner_id", "company_id", "scope", "date_due")

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account",
        required=True, index=True, ondelete="cascade", check_company=True,
    )
    partner_id = fields.Many2one(related="debtor_id.partner_id", store=True)
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="cascade", check_company=True
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        "Due line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    date_due = fields.Date(
        "Due date",
        compute="_compute_date_due",
        store=True,
        precompute=True,
        help="Of the due line: an invoice that is reset and posted again gets new ones, and the "
        "pause finds its own by invoice and due date.",
    )
    scope = fields.Selection(
        [("debtor", "Whole account"), ("move", "Invoice"), ("line", "Due line")],
        compute="_compute_scope",
        store=True,
    )
    reason = fields.Char(required=True, tracking=True)
    until = fields.Date(
        "Not before",
        tracking=True,
        help="From this day on reminders may leave again. Empty: until somebody ends the pause.",
    )
    active = fields.Boolean(default=True, tracking=True)
    state = fields.Selection(
        [("active", "Paused"), ("over", "Over")], compute="_compute_state", search="_search_state"
    )

    @api.depends("move_line_id")
    def _compute_date_due(self):
        for block in self:
            line = block.move_line_id
            block.date_due = line._cobranza_due_date() or block.date_due

    @api.depends("move_id", "date_due")
    def _compute_scope(self):
        for block in self:
            line_or_move = "line" if block.date_due else "move"
            block.scope = line_or_move if block.move_id else "debtor"

    @api.depends("active", "until", "company_id")
    def _compute_state(self):
        for block in self:
            over = block.until and block.until <= block.company_id._cobranza_today()
            block.state = "active" if block.active and not over else "over"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        holds = Domain("until", "=", False) | Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("until", ">", today)
            for today, companies in self.env["res.company"]._cobranza_by_today().items()
        )
        active = Domain("active", "=", True) & holds
        found = {"active": active, "over": ~active}
        return Domain.OR(found[state] for state in value if state in found)

    @api.model
    def _search(self, domain, *args, active_test=True, **kwargs):
        """A search by state finds ended pauses as well, though they are archived."""
        by_state = any(one.field_expr == "state" for one in Domain(domain).iter_conditions())
        return super()._search(domain, *args, active_test=active_test and not by_state, **kwargs)

    def _lines_domain(self):
        """Domain of the due lines that these pause one by one; as cobranza.facts finds them."""
        lost = self.filtered(lambda one: not one.move_line_id)
        return Domain("id", "in", self.move_line_id.ids) | Domain.OR(
            Domain("move_id", "=", one.move_id.id) & _due_on(one.date_due) for one in lost
        )

    @api.constrains("debtor_id", "move_id", "move_line_id")
    def _check_same_debtor(self):
        for block in self:
            moves = block.move_id | block.move_line_id.move_id
            partners = moves.commercial_partner_id | block.move_line_id.partner_id
            if partners.commercial_partner_id - block.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(document)s isn't a document of %(partner)s: choose one of his own.",
                        document=moves[:1].display_name,
                        partner=block.partner_id.display_name,
                    )
                )

    @api.constrains("until")
    def _check_until(self):
        for block in self:
            if block.until and block.until < block.company_id._cobranza_today():
                raise ValidationError(
                    self.env._(
                        "A pause until %(date)s would be over already: choose a later day.",
                        date=format_date(self.env, block.until),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Create pauses and show them in the debtors' figures at once."""
        blocks = super().create([self._with_invoice(vals) for vals in vals_list])
        blocks.debtor_id._refresh_now()
        return blocks

    def write(self, vals):
        """Change pauses and show it in the debtors' figures at once."""
        before = self.debtor_id
        result = super().write(self._with_invoice(vals))
        (before | self.debtor_id)._refresh_now()
        return result

    def _with_invoice(self, vals):
        """Values in which a due line comes with its invoice."""
        if not vals.get("move_line_id"):
            return vals
        line = self.env["account.move.line"].browse(vals["move_line_id"])
        return {**vals, "move_id": line.move_id.id}

    def action_end(self):
        """End these pauses today; they stay on record."""
        self.check_access("write")
        self.filtered("active").write({"active": False})
        return True


def _due_on(day):
    """Domain of the journal items that are due on a day: without a due date, from their date."""
    undated = Domain("date_maturity", "=", False) & Domain("date", "=", day)
    return Domain("date_maturity", "=", day) | undated
