from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine.insurance_dates import declaration_period
from .arguments import to_date, to_day, to_line, to_record, to_text
from .late_texts import describe_days

#: What says which declaration it is, and when it was made: it stays once it is declared.
FIXED = {"policy_id", "date_from", "declared_on"}


class CobranzaInsuranceDeclaration(models.Model):
    """What is told to the insurer of a period: its sales, or what was open at its months' ends.

    A draft follows the ledger; a declaration stays as it was made.  What changes in the ledger
    afterwards is told in the next one, or in another one that corrects it.
    """

    _name = "cobranza.insurance.declaration"
    _description = "Declaration to an insurer"
    _inherit = ["cobranza.gated.mixin", "cobranza.evidence.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _rec_name = "policy_id"
    _check_company_auto = True
    _gated_fields = (
        "state", "date_to", "deadline", "company_id", "currency_id", "balances", "corrects_id",
        "figures_date", "downloaded_on", "line_ids", "total_ids", "count", "late_count", "amount",
        "late_amount", "premium_base", "premium_net", "premium_late", "premium_minimum",
        "premium_minimums", "premium_tax", "billed_net", "billed_tax", "bill_id",
    )  # fmt: skip

    policy_id = fields.Many2one(
        "cobranza.insurance.policy", "Insurance policy", required=True, index=True,
        ondelete="restrict", tracking=True,
    )  # fmt: skip
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="policy_id.currency_id", store=True)
    insurer_id = fields.Many2one(related="policy_id.insurer_id")
    balances = fields.Boolean(help="What was open at the ends of months, instead of sales.")
    date_from = fields.Date(
        "Period from", required=True, help="Any day of the period; it becomes its first."
    )
    date_to = fields.Date("Period up to", required=True)
    deadline = fields.Date("Declare by", help="The last day that is in time.")
    days_text = fields.Char("Days", compute="_compute_days_text")
    state = fields.Selection(
        [("draft", "Draft"), ("declared", "Declared to the insurer"), ("corrected", "Corrected"),
         ("cancelled", "Void")],
        required=True, default="draft", tracking=True, index=True,
    )  # fmt: skip
    declared_on = fields.Date(
        copy=False, tracking=True, help="The day it was sent to the insurer; empty: today."
    )
    reference = fields.Char("Insurer's reference", copy=False, tracking=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence", copy=False)
    note = fields.Text("Notes")
    corrects_id = fields.Many2one(
        "cobranza.insurance.declaration", index="btree_not_null", ondelete="restrict", copy=False
    )  # fmt: skip
    corrected_by_ids = fields.One2many(
        "cobranza.insurance.declaration", "corrects_id", "Corrected by"
    )
    figures_date = fields.Datetime("Ledger read", help="When the draft was last made anew.")
    downloaded_on = fields.Datetime(
        "Downloaded", help="A draft that was downloaded isn't made anew by itself any more."
    )

    line_ids = fields.One2many(
        "cobranza.insurance.declaration.line", "declaration_id", "Documents"
    )
    total_ids = fields.One2many("cobranza.insurance.declaration.total", "declaration_id", "Totals")
    count = fields.Integer("Documents declared")
    late_count = fields.Integer("Late documents")
    amount = fields.Monetary("Declared", tracking=True)
    late_amount = fields.Monetary(
        "Of it late", help="It belongs to earlier periods and wasn't declared then."
    )
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")

    _one_draft = models.UniqueIndex(
        "(policy_id, date_from, state) WHERE state IN ('draft', 'declared')",
        "There is a declaration of this period already: open that one.",
    )

    @api.depends("policy_id", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._(
                "%(policy)s, %(first)s – %(last)s",
                policy=one.policy_id.name or "",
                first=format_date(self.env, one.date_from) if one.date_from else "",
                last=format_date(self.env, one.date_to) if one.date_to else "",
            )

    @api.depends("state", "deadline")
    @api.depends_context("lang")
    def _compute_days_text(self):
        """How long there is still to declare it; nothing once it is declared."""
        for one in self:
            day = one.state == "draft" and one.deadline
            today = one.company_id._cobranza_today()
            one.days_text = describe_days(self.env, day, today)

    @api.depends("state", "deadline")
    def _compute_overdue(self):
        for one in self:
            one.overdue = bool(
                one.state == "draft"
                and one.deadline
                and one.deadline < one.company_id._cobranza_today()
            )

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "=", "draft") & Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("deadline", "<", today)
            for today, companies in self.env["res.company"]._cobranza_by_today().items()
        )
        return late if True in value else ~late

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Make drafts, with what the ledger says.

        vals_list: policy_id, and date_from: any day of the period.  Raises UserError if the
        period was declared already, or hasn't begun.
        """
        if not self._gate_is_open():
            for vals in vals_list:
                self._check_gate(vals)
        # the database counts the declarations of a period
        self.flush_model(["state"])
        made = super(CobranzaInsuranceDeclaration, self._gated()).create(
            [self._period_vals(vals) for vals in vals_list]
        ).with_env(self.env)  # fmt: skip
        for one in made:
            one._refresh()
        return made

    def _period_vals(self, vals):
        """Values of a draft of the period that a day belongs to."""
        policy = to_record(self.env["cobranza.insurance.policy"], vals.get("policy_id"))
        if not policy:
            raise UserError(self.env._("Say under which insurance policy it is declared."))
        calendar = policy._declaration_calendar()
        day = to_day(self.env, vals.get("date_from"))
        today = policy.company_id._cobranza_today()
        if not day or day > today:
            raise UserError(self.env._("Choose a period that has begun."))
        first, last = declaration_period(calendar, day)
        if not vals.get("corrects_id") and self.search_count(
            [("policy_id", "=", policy.id), ("date_from", "=", first),
             ("state", "=", "declared")], limit=1
        ):  # fmt: skip
            raise UserError(
                self.env._("This period was declared already: use “Correct…” on its declaration.")
            )
        return {
            **vals,
            "date_from": first,
            "date_to": last,
            "deadline": fields.Date.add(last, days=calendar.days),
            "balances": policy._declares_balances(),
        }

    def write(self, vals):
        """Write values; raise UserError for what says which declaration it is, once it is made."""
        if not self._gate_is_open():
            if {"policy_id", "date_from"} & set(vals):
                raise UserError(self.env._("Make another declaration for another period."))
            if FIXED & set(vals) and any(one.state != "draft" for one in self):
                raise UserError(
                    self.env._("What was declared stays as it is: use “Correct…” to replace it.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_declared(self):
        if any(one.state != "draft" for one in self):
            raise UserError(
                self.env._("What was declared stays on record: cancel it or correct it instead.")
            )

    # --- its life ----------------------------------------------------------------------

    def action_refresh(self):
        """Make drafts anew from the ledger as it is now. Raises UserError for others."""
        self.check_access("write")
        self._check_state("draft", self.env._("Only a draft is made anew from the ledger."))
        for one in self:
            one._refresh()
        return True

    def action_declare(self, reference=None, declared_on=None):
        """Note that these drafts were sent to the insurer, just as they are.

        reference: the insurer's.  declared_on: the day it was sent; that of the record, or today,
        if left out.  A draft without a single line says that there was nothing to declare.
        Raises UserError if it is no draft, its period isn't over, or the day lies ahead.
        """
        self.check_access("write")
        self._check_state("draft", self.env._("Only a draft can be declared."))
        for one in self.sorted("date_from"):
            one._declare(to_line(reference), to_date(self.env, declared_on))
        return True

    def _declare(self, reference, day):
        """Freeze one draft as declared on a day."""
        today = self.company_id._cobranza_today()
        day = day or self.declared_on or today
        if day > today:
            raise UserError(self.env._("The day of the declaration can't lie ahead."))
        if day < self.date_to:
            raise UserError(
                self.env._(
                    "The period isn't over on that day: declare it on %s or later.",
                    format_date(self.env, self.date_to),
                )
            )
        corrected = self.corrects_id
        if corrected:
            corrected._gated().write({"state": "corrected"})
            corrected.flush_recordset(["state"])
        self._gated().write(
            {"state": "declared", "declared_on": day, "reference": reference or self.reference}
        )
        self._date_lines(corrected, day)
        self.env["cobranza.debtor"]._refresh_covers_later(self.company_id)

    def _date_lines(self, corrected, day):
        """Note when each document was first told: a correction doesn't make it later."""
        # lines are written by the declaration alone
        lines_sudo = self.sudo().line_ids._gated()
        first = {one.document_id: one.declared_on for one in corrected.sudo().line_ids}
        by_day = lines_sudo.grouped(lambda one: first.get(one.document_id, day))
        for one, lines in by_day.items():
            lines.write({"declared_on": one})

    def action_correct(self):
        """Open the draft that replaces this declaration once it is declared; make it if need be.

        Raises UserError if it isn't declared.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_state("declared", self.env._("Only what was declared can be corrected."))
        draft = self.corrected_by_ids.filtered(lambda one: one.state == "draft")
        if not draft:
            draft = self._gated().create(
                [
                    {
                        "policy_id": self.policy_id.id,
                        "date_from": self.date_from,
                        "corrects_id": self.id,
                    }
                ]
            )
        return draft.with_env(self.env)._get_records_action()

    def action_cancel(self, reason=None):
        """Take drafts or declarations back; what they declared counts as not declared again.

        What a declaration had corrected counts once more; a draft that corrects it goes with it.
        reason: kept in their history.  Raises UserError if one was corrected or cancelled before,
        or its premium is billed.
        """
        self.check_access("write")
        if any(one.state not in ("draft", "declared") for one in self):
            raise UserError(self.env._("It was corrected or cancelled already."))
        if any(one._is_billed() for one in self):
            raise UserError(self.env._("Its premium is billed: cancel that bill first."))
        corrected = self.filtered(lambda one: one.state == "declared").corrects_id
        pending = self.corrected_by_ids.filtered(lambda one: one.state == "draft")
        (self | pending)._gated().write({"state": "cancelled"})
        # the database counts the declarations of a period
        self.flush_model(["state"])
        corrected._gated().write({"state": "declared"})
        for one in self:
            if text := to_text(reason):
                one.message_post(body=text)
            self.env["cobranza.debtor"]._refresh_covers_later(one.company_id)
        return True

    def _check_state(self, state, message):
        """Raise UserError with a message unless all of these are in a state."""
        if not self or any(one.state != state for one in self):
            raise UserError(message)

    def action_view_lines(self):
        """Open the documents that these declarations tell."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_declaration_line_action"
        )
        return {**action, "domain": [("declaration_id", "in", self.ids)], "context": {}}
