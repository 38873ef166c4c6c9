from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .insurance_texts import (
    DUTY_SELECTION,
    LIMIT_KIND_SELECTION,
    MISSED_ADVICE,
    REASON_SELECTION,
    STATE_SELECTION,
    sentences,
)
from .unchecked import UncheckedMany2one


class CobranzaInsuranceCover(models.Model):
    """What of a due line was insured, from a day on, and why.

    A decision that differs from the one before is added and ends that one, so that it stays known
    what was believed on any day.  How they are made is in `cobranza_insurance_cover_following`.
    """

    _name = "cobranza.insurance.cover"
    _description = "Cover"
    _inherit = ["cobranza.gated.mixin"]
    _order = "next_date, date_due, id"
    _rec_name = "move_id"
    _gated_fields = None
    _gated_create = True
    # they come by COPY, and `date_from` says when
    _log_access = False

    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null"
    )
    date_due = fields.Date("Due date")
    original_due_date = fields.Date(related="move_line_id.cobranza_original_due_date")
    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, string="Customer", index=True
    )
    # a policy with covers can't be deleted, nor its company and currency: nothing has to check it
    company_id = UncheckedMany2one("res.company", required=True)
    policy_id = UncheckedMany2one("cobranza.insurance.policy", "Insurance policy", required=True)
    limit_id = fields.Many2one(
        "cobranza.insurance.limit",
        ondelete="set null",
        help="The decision that counts for this sale; none if it was nobody's.",
    )
    limit_kind = fields.Selection(LIMIT_KIND_SELECTION, "Whose limit")
    currency_id = UncheckedMany2one("res.currency", required=True, help="The policy's.")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    date_from = fields.Date("Since", required=True)
    date_to = fields.Date(
        "Until", help="The first day on which something else was believed; empty: it still holds."
    )

    state = fields.Selection(STATE_SELECTION, required=True)
    reason = fields.Selection(
        REASON_SELECTION, "Main reason", required=True, help="The one that says most."
    )
    reasons = fields.Json(help="The codes of all reasons.")
    sentence = fields.Char("Why", compute="_compute_sentence")
    residual_amount = fields.Monetary("Open")
    covered_amount = fields.Monetary("Covered")
    uncovered_amount = fields.Monetary("Not covered")
    suspended_amount = fields.Monetary(
        "Suspended", help="Of what is not covered: it comes back once a dispute is settled."
    )
    lost_amount = fields.Monetary(
        "Lost", help="Of what is not covered: it was covered before a duty was missed."
    )
    used_amount = fields.Monetary("Limit used")
    percentage = fields.Float("Insured (%)", digits=(5, 2), aggregator="avg")
    insured_amount = fields.Monetary(
        "Insurer pays", help="The insured percentage of the covered amount."
    )
    premium_amount = fields.Monetary(
        "Estimated premium",
        help="What insuring the whole line costs by the policy's tariff, without tax. What was "
        "declared of it, and its premium, is in the declarations.",
    )
    covered_company_amount = fields.Monetary(
        "Covered (company currency)", currency_field="company_currency_id"
    )
    uncovered_company_amount = fields.Monetary(
        "Not covered (company currency)", currency_field="company_currency_id"
    )
    next_duty = fields.Selection(DUTY_SELECTION, "Next duty")
    next_date = fields.Date("Do it by", help="The last day that is in time.")
    missed_date = fields.Date(
        "Should have been done by", help="The last day in time of the first duty that was missed."
    )
    advice = fields.Char("What may still be done", compute="_compute_sentence")

    _current_unique = models.UniqueIndex(
        "(move_line_id) WHERE date_to IS NULL",
        "Somebody else has just decided on this due line: try once more.",
    )
    _debtor_idx = models.Index("(debtor_id, date_to)")
    _company_idx = models.Index("(company_id) WHERE date_to IS NULL")
    _deadline_idx = models.Index("(next_date) WHERE date_to IS NULL AND next_date IS NOT NULL")

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for one in self:
            one.sentence = " ".join(sentences(self.env, one.reasons or ()))
            advice = [MISSED_ADVICE[code] for code in one.reasons or () if code in MISSED_ADVICE]
            one.advice = " ".join(self.env._(text) for text in advice)

    @api.model
    def _domain_on(self, date=None):
        """Domain of what was believed at the end of a day; None = what is believed now."""
        if date is None:
            return Domain("date_to", "=", False)
        return Domain("date_from", "<=", date) & (
            Domain("date_to", "=", False) | Domain("date_to", ">", date)
        )

    def action_view_move(self):
        """Open the invoice."""
        self.ensure_one()
        return self.move_id._get_records_action()

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()

    def action_notify_insurer(self):
        """Draw up the notices of non-payment about these due lines and open them.

        Raises UserError if the insurer can't be told about one of them.
        """
        return self.env["cobranza.insurance.notice"]._of_lines(self.move_line_id)._open()

    def action_forget_original_due_date(self):
        """Have the due dates count that these due lines have now: those before were a mistake.

        Each invoice's history says so.  Raises AccessError for others than managers, UserError for
        an installment that a payment plan has booked: it has the due date of what it comes from.
        """
        self.check_access("read")
        if not self.env["cobranza.debtor"]._may_insure():
            raise AccessError(
                self.env._("Only collections managers enter how a customer is insured: ask one.")
            )
        # a manager of collections needn't be allowed to change invoices
        lines_sudo = self.sudo().move_line_id.filtered("cobranza_original_due_date")
        if "entry" in lines_sudo.move_id.mapped("move_type"):
            raise UserError(
                self.env._(
                    "An installment of a payment plan keeps the due date of what it comes from."
                )
            )
        for line_sudo in lines_sudo:
            line_sudo.move_id.message_post(
                body=self.env._(
                    "For the insurer it is due on %(now)s: %(before)s was a mistake.",
                    now=format_date(self.env, line_sudo.date_maturity),
                    before=format_date(self.env, line_sudo.cobranza_original_due_date),
                )
            )
        lines_sudo.cobranza_original_due_date = False
        self.env["cobranza.debtor"]._refresh_later(lines_sudo)
        return True

    def action_view_history(self):
        """Open all that was ever believed about this invoice."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_cover_action"
        )
        return {**action, "domain": [("move_id", "in", self.move_id.ids)], "context": {}}
