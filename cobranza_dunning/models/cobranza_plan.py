import math

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine import installments
from .amounts import format_money, to_decimal, to_rate
from .arguments import to_line

#: Those that may still come to something.
OPEN_STATES = ("draft", "offered", "active")
#: What the agreement says; after it was offered nobody changes it.
TERMS = {"installment_ids", "breach_days", "breach_count", "interest_rate"}
#: Of these, what the policy says: only a manager agrees to something else.
POLICY_TERMS = TERMS - {"installment_ids"}
#: The most of each.
MOST_OF_A_TERM = 3650


class CobranzaPlan(models.Model):
    """An agreement to pay due lines later: in installments, or at once on another day.

    The invoices and their due dates stay as they are in the ledger. What has become of the plan
    is read from the reconciliations of the lines it covers; as long as it holds, these lines are
    left alone.
    """

    _name = "cobranza.plan"
    _description = "Payment plan"
    # before mail.thread: a link doesn't open the chatter
    _inherit = ["cobranza.gated.mixin", "cobranza.portal.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _gated_fields = (
        "name", "debtor_id", "partner_id", "company_id", "currency_id", "kind", "state", "origin",
        "date", "line_ids", "amount", "interest_amount", "paid_amount", "credited_amount",
        "open_amount", "late_amount", "next_date", "pause_until", "offered_on", "accepted_on",
        "broken_on", "decided_on", "cancel_reason", "left_unsigned", "is_custom", "signature",
        "signed_by", "signed_on", "interest_move_id", "rebook_move_id", "rebook_reversal_id",
        "access_token", "user_id",
    )  # fmt: skip
    _gated_create = True

    name = fields.Char("Number", required=True, readonly=True, copy=False)
    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, index=True, ondelete="cascade",
        readonly=True, check_company=True,
    )  # fmt: skip
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, index=True, string="Customer"
    )
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    kind = fields.Selection(
        [("plan", "Installments"), ("extension", "More time")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("offered", "Offered"),
            ("active", "In force"),
            ("fulfilled", "Fulfilled"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
    )
    origin = fields.Selection(
        [("manual", "Entered by us"), ("portal", "Proposed by the customer")],
        required=True,
        readonly=True,
        default="manual",
    )
    user_id = fields.Many2one("res.users", "Entered by", readonly=True)
    date = fields.Date("Proposed on", required=True, readonly=True)
    line_ids = fields.One2many("cobranza.plan.line", "plan_id", "Due lines covered", readonly=True)
    installment_ids = fields.One2many("cobranza.plan.installment", "plan_id", "Installments")
    amount = fields.Monetary("Agreed amount", readonly=True)
    breach_days = fields.Integer(
        "Days late", help="Broken when an installment is later than this; 0: however late."
    )
    breach_count = fields.Integer(
        "Installments late at once",
        help="Broken when so many are late at once; 0: however many. Where no days are set, all "
        "that are left are enough.",
    )
    down_payment_id = fields.Many2one(
        "cobranza.plan.installment", "Down payment", compute="_compute_down_payment_id"
    )
    breach_text = fields.Char("Ends", compute="_compute_breach_text")
    interest_rate = fields.Float(
        "Financing interest", digits=(5, 2), help="Per cent a year, simple, actual/365."
    )
    interest_amount = fields.Monetary(
        "Interest", compute="_compute_interest_amount", store=True, readonly=True
    )
    is_custom = fields.Boolean(
        "Written by hand", readonly=True, help="Days or amounts were changed by a person."
    )
    note = fields.Text(help="For the office; the customer doesn't see it.")

    # how it stands, from the reconciliations of its lines
    paid_amount = fields.Monetary("Paid", readonly=True)
    credited_amount = fields.Monetary(
        "Credited", readonly=True, help="Credit notes; they shrink the last installments."
    )
    open_amount = fields.Monetary("Open", readonly=True)
    late_amount = fields.Monetary("Late", readonly=True)
    next_date = fields.Date("Next installment", readonly=True)
    pause_until = fields.Date(
        "Broken on",
        readonly=True,
        help="The day on which it breaks if nothing more is paid: until then its lines are left "
        "alone.",
    )
    offered_on = fields.Date(readonly=True)
    accepted_on = fields.Date(readonly=True)
    broken_on = fields.Date(readonly=True)
    decided_on = fields.Date("Over since", readonly=True)
    cancel_reason = fields.Char("Why cancelled", readonly=True)
    left_unsigned = fields.Boolean(
        readonly=True, copy=False, help="It ended because nobody signed it in time."
    )
    signature = fields.Image(readonly=True, attachment=True, max_width=1024, max_height=1024)
    signed_by = fields.Char(readonly=True)
    signed_on = fields.Datetime(readonly=True)

    _open_idx = models.Index("(company_id, debtor_id) WHERE state = 'active'")
    _breach_some = models.Constraint(
        """CHECK (breach_days >= 0 AND breach_count >= 0
           AND (breach_days > 0 OR breach_count > 0))""",
        "Say when the plan is broken: by days, by installments that are late at once, or by both.",
    )
    _interest_not_negative = models.Constraint(
        "CHECK (interest_rate >= 0)", "The interest can't be negative."
    )
    _terms_in_reach = models.Constraint(
        f"""CHECK (breach_days <= {MOST_OF_A_TERM} AND breach_count <= {MOST_OF_A_TERM}
            AND interest_rate <= {MOST_OF_A_TERM})""",
        "Days late, installments late and interest are at most 3650.",
    )

    @api.depends(
        "installment_ids.amount", "installment_ids.date_due", "interest_rate", "date",
        "accepted_on", "line_ids.date_due",
    )
    def _compute_interest_amount(self):
        for plan in self:
            # what is paid on signing costs nothing, whenever that is
            at_once, calendar = plan.accepted_on or plan.date, plan._calendar()
            plan.interest_amount = installments.financing_interest(
                [one._replace(due=plan.date) if one.due <= at_once else one for one in calendar],
                plan.date,
                to_rate(min(max(plan.interest_rate, 0), MOST_OF_A_TERM)),
                plan.currency_id.decimal_places,
                plan._covered_days(sum(one.amount for one in calendar)),
            )

    @api.depends("state", "date", "installment_ids.date_due")
    def _compute_down_payment_id(self):
        """What is paid at once of a plan that isn't in force yet: due when it was proposed."""
        for plan in self:
            first = plan._ordered()[:1]
            waits = plan.state in ("draft", "offered") and len(plan.installment_ids) > 1
            at_once = waits and first.date_due and first.date_due <= plan.date
            plan.down_payment_id = first if at_once else False

    @api.depends("breach_days", "breach_count")
    @api.depends_context("lang")
    def _compute_breach_text(self):
        for plan in self:
            plan.breach_text = plan._tell_breach()

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create plans, each with its number."""
        # the numbers are the company's, whoever proposes
        sequences_sudo = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            vals["name"] = sequences_sudo.next_by_code("cobranza.plan") or self.env._("Plan")
        return super().create(vals_list)

    def write(self, vals):
        """Write values.

        Raises UserError if the terms of a plan that was offered would change, or somebody who is
        no manager changes what the policy says.
        """
        self._check_gate(vals)
        told = self.filtered(lambda one: one.state != "draft")
        if TERMS & set(vals) and told and not self._gate_is_open():
            raise UserError(
                self.env._(
                    "%(plan)s was offered already and stays as it is: cancel it and propose "
                    "another one.",
                    plan=told[0].name,
                )
            )
        self._check_policy_terms(vals)
        return super().write(vals)

    def _check_policy_terms(self, vals):
        """Raise UserError if anybody but a manager changes when a plan ends, or its interest."""
        if self._gate_is_open() or self._is_manager():
            return
        names = POLICY_TERMS & set(vals)
        if any(plan[name] != vals[name] for plan in self for name in names):
            raise UserError(
                self.env._(
                    "When a plan ends and what interest it bears is the policy's: only a "
                    "collections manager changes it."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if any(plan.state != "draft" or plan._is_shown() for plan in self):
            raise AccessError(
                self.env._("What was offered, by us or by him, stays on record: cancel it instead.")
            )

    # --- life --------------------------------------------------------------------------

    def _update_state(self, target, allowed, **vals):
        """Move to `target` the plans that are in one of the `allowed` states; return them.

        The one gate of all state changes; a plan in another state is left alone.
        """
        moving = self.filtered(lambda one: one.state in allowed)
        moving._gated().write({"state": target, **vals})
        return moving

    def action_offer(self):
        """Offer these drafts to their customers, who may sign them on their page.

        Raises UserError for a plan whose installments aren't what it covers or are below the
        policy's limits, and for one that has become impossible meanwhile.
        """
        self.check_access("write")
        self._check_there()
        for plan in self.filtered(lambda one: one.state == "draft"):
            plan._check_agreeable()
            plan._update_state(
                "offered", allowed=("draft",), offered_on=plan.company_id._cobranza_today()
            )
        return True

    def action_accept(self):
        """Put these plans into force: the customer has agreed.

        Raises UserError like `action_offer`; its lines are left alone from now on.
        """
        self.check_access("write")
        self._check_there()
        self._accept()
        return True

    def action_cancel(self, reason=None):
        """Cancel these plans; what they covered may be chased again from now on.

        reason: one line that says why.
        """
        self.check_access("write")
        self._cancel(to_line(reason) or False)
        return True

    def _check_there(self):
        """Raise UserError for a script that goes on though no plan came of its offer."""
        if not all(self._ids):
            raise UserError(
                self.env._("There is no plan: look at what became of the offer, and make another.")
            )

    def _accept(self, **signed):
        """Put drafts and offers into force; signed: the customer's signature, if he signed."""
        for plan in self.filtered(lambda one: one.state in ("draft", "offered")):
            plan._check_agreeable()
            today = plan.company_id._cobranza_today()
            plan.line_ids._remember_settled()
            down_payment = plan.down_payment_id
            plan._update_state(
                "active", allowed=("draft", "offered"), accepted_on=today, **signed
            )
            down_payment._gated().write({"date_due": today})
            plan._after_acceptance()
        self._after_change()

    def _after_acceptance(self):
        """What acceptance brings with it."""
        self._make_interest_invoice()
        if self.company_id.cobranza_plan_rebook:
            self._rebook_or_note()

    def _cancel(self, reason):
        in_force = self.filtered(lambda one: one.state == "active")
        for company, plans in self.grouped("company_id").items():
            plans._update_state(
                "cancelled",
                allowed=OPEN_STATES,
                cancel_reason=reason,
                pause_until=False,
                decided_on=company._cobranza_today(),
            )
        in_force._undo_rebook()
        in_force._cancel_interest_invoice()
        self._after_change()

    def _after_change(self):
        """Show what has changed in the plans themselves and on their debtors."""
        self._follow()
        self.debtor_id._refresh_now()

    # --- values ------------------------------------------------------------------------

    def _calendar(self):
        """Return the installments as a tuple of engine Installments, earliest first."""
        self.ensure_one()
        return tuple(
            installments.Installment(one.date_due, to_decimal(one.amount, self.currency_id))
            for one in self._ordered()
        )

    def _ordered(self):
        """The installments, earliest first; those being typed in without a day don't count."""
        dated = self.installment_ids.filtered("date_due")
        return dated.sorted(lambda one: (one.date_due, one._origin.id or math.inf))

    def _earliest_due(self):
        """The day on which the earliest of what it covers is due, or None."""
        return min(self.line_ids.mapped("date_due"), default=None)

    def _covered_days(self, total):
        """Return pairs (due day, amount) of what it covers, oldest first, together `total`.

        Where what was written by hand doesn't add up yet, the earliest day counts for all of it.
        """
        lines = self.line_ids.sorted(lambda one: (one.date_due, one._origin.id))
        found = [(one.date_due, to_decimal(one.amount, self.currency_id)) for one in lines]
        if sum(amount for _due, amount in found) == total:
            return found
        return [(self._earliest_due() or self.date, total)]

    def _breach(self):
        """Return the rule by which it breaks."""
        return installments.Breach(self.breach_days or None, self.breach_count or None)

    def _money(self, amount):
        """An amount of this plan as people write it, in the context's language."""
        return format_money(self.env, amount, self.currency_id, self.company_id.currency_id)

    # --- screens -----------------------------------------------------------------------

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()

    def action_view_entries(self):
        """Open the entries that this plan made: interest, re-booking and its reversal."""
        moves = self.interest_move_id | self.rebook_move_id | self.rebook_reversal_id
        return moves._get_records_action()
