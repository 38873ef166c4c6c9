from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine.due import parse_pay_days

#: How the customer pays, and the score that follows; see cobranza_debtor_profile.
PROFILE = (
    "history_count", "average_delay", "late_share", "customer_since", "purchase_frequency",
    "average_ticket", "kept_count", "partly_kept_count", "broken_count", "missed_on",
    "broken_plan_count", "credit_limit_amount", "limit_use", "has_score", "score",
    "score_explanation", "priority",
)  # fmt: skip


class CobranzaDebtor(models.Model):
    """A customer's collections account in one company.

    It appears by itself with the customer's first receivable and carries what collections
    decides about him there.  The figures are refreshed for all debtors at once (SQL), so
    that lists sort and filter on them without reading the ledger.
    """

    _name = "cobranza.debtor"
    _description = "Customer's account"
    _inherit = ["cobranza.gated.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "overdue_amount desc, id"
    _rec_names_search = ["partner_id.complete_name", "partner_id.ref", "partner_id.vat"]
    _check_company_auto = True
    _gated_fields = (
        "partner_id", "company_id", "overdue_amount", "not_due_amount", "credit_amount", "balance",
        "oldest_due_date", "level_id", "last_contact_date", "paused", "next_date", "figures_date",
        "answer_waiting", "disputed_amount", "planned_amount", "promised_amount",
        "broken_promise_count", "insured_amount", "uninsured_amount", *PROFILE,
        "segment_id", "segment_by_hand",
        "insurance_due_date", "insurance_due_duty",
    )  # fmt: skip

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Collector",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False)]",
        help="In charge of this customer: named in reminders as the person to talk to.",
    )
    policy_id = fields.Many2one(
        "cobranza.policy",
        "Own policy",
        tracking=True,
        check_company=True,
        help="Empty: the policy of his segment, or else the company's. A policy chosen on an "
        "invoice comes before them all.",
    )
    pay_days = fields.Char(
        "Pay days",
        tracking=True,
        help="Days of the month on which the customer pays, such as “10, 25” or “last”. If the "
        "policy says so, what is overdue waits for the first of them.",
    )
    # those that are over as well: they stay on record
    block_ids = fields.One2many(
        "cobranza.block", "debtor_id", "Pauses", context={"active_test": False}
    )
    reminder_ids = fields.One2many("cobranza.reminder", "debtor_id", "Reminders")
    due_line_ids = fields.Many2many(
        "account.move.line", string="Due lines", compute="_compute_due_line_ids"
    )

    # figures in company currency, at the rates the lines were booked with
    overdue_amount = fields.Monetary("Overdue", readonly=True)
    not_due_amount = fields.Monetary("Not due", readonly=True)
    credit_amount = fields.Monetary(
        "Credits", readonly=True, help="Unallocated credits: payments and credit notes."
    )
    balance = fields.Monetary("Net balance", readonly=True)
    oldest_due_date = fields.Date("Oldest due", readonly=True)
    days_late = fields.Integer(compute="_compute_days_late")
    level_id = fields.Many2one(
        "cobranza.policy.level", "Level reached", readonly=True, ondelete="set null"
    )
    last_contact_date = fields.Date("Last reminder", readonly=True)
    paused = fields.Boolean(
        "Is paused", readonly=True, help="All of the customer's account is paused."
    )
    answer_waiting = fields.Boolean(
        "Answer waits",
        readonly=True,
        help="The customer wrote, and nobody has handled it: reminders to him stop.",
    )
    next_date = fields.Date(
        "Next step on", readonly=True, help="When the last run expects the next reminder."
    )
    figures_date = fields.Datetime("Figures as of", readonly=True)
    reminder_count = fields.Integer(compute="_compute_reminder_count")
    has_open_reminder = fields.Boolean(compute="_compute_has_open_reminder")
    next_step = fields.Char(compute="_compute_next_step")
    ready_count = fields.Integer("Due lines to remind", compute="_compute_next_step")

    _partner_company_unique = models.UniqueIndex(
        "(partner_id, company_id)", "This customer has an account in this company already."
    )

    @api.depends("partner_id.display_name")
    def _compute_display_name(self):
        for debtor in self:
            debtor.display_name = debtor.partner_id.display_name

    def _compute_due_line_ids(self):
        lines = self.env["account.move.line"].search(self._due_line_domain(), order="date_maturity")
        by_key = lines.grouped(
            lambda line: (line.partner_id.commercial_partner_id, line.company_id)
        )
        for debtor in self:
            key = (debtor.partner_id, debtor.company_id)
            debtor.due_line_ids = by_key.get(key, lines.browse())

    def _due_line_domain(self):
        """Domain of the open receivable items of these debtors, credits included."""
        open_lines = Domain(self.env["account.move.line"]._cobranza_open_domain())
        # not child_of: a subsidiary that is a customer of its own isn't this debtor
        of_debtors = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("partner_id.commercial_partner_id", "in", debtors.partner_id.ids)
            for company, debtors in self.grouped("company_id").items()
        )
        return list(open_lines & of_debtors)

    @api.constrains("pay_days")
    def _check_pay_days(self):
        for debtor in self.filtered("pay_days"):
            try:
                parse_pay_days(debtor.pay_days)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "“%s” is no pay day: write days of the month, such as “10, 25”, or "
                        "“last” for the last day.",
                        error,
                    )
                ) from error

    @api.depends("oldest_due_date")
    def _compute_days_late(self):
        for debtor in self:
            today = debtor.company_id._cobranza_today()
            late = (today - debtor.oldest_due_date).days if debtor.oldest_due_date else 0
            debtor.days_late = max(late, 0)

    def _compute_reminder_count(self):
        counts = dict(
            self.env["cobranza.reminder"]._read_group(
                [("debtor_id", "in", self.ids)], ["debtor_id"], ["__count"]
            )
        )
        for debtor in self:
            debtor.reminder_count = counts.get(debtor, 0)

    @api.depends("reminder_ids.state")
    def _compute_has_open_reminder(self):
        for debtor in self:
            debtor.has_open_reminder = bool(debtor._open_reminders())

    def _open_reminders(self):
        return self.reminder_ids.filtered(lambda one: one.state in ("proposed", "approved"))

    @api.depends_context("lang")
    def _compute_next_step(self):
        assessed = self._assess()
        for debtor in self:
            lines = assessed.get(debtor.id, [])
            debtor.next_step = debtor._describe_next_step(lines)
            debtor.ready_count = sum(one.decision.outcome == "remind" for one in lines)

    def _describe_next_step(self, assessed):
        """Say in one sentence what happens next with this debtor."""
        if self.answer_waiting:
            return self.answer_text
        waiting = self._describe_open_reminder()
        if waiting:
            return waiting
        ready = [one for one in assessed if one.decision.outcome == "remind"]
        if len(ready) == 1:
            return self.env._("A due line is ready for a reminder: the next run proposes it.")
        if ready:
            return self.env._(
                "%(count)s due lines are ready for a reminder: the next run proposes it.",
                count=len(ready),
            )
        dates = [one.decision.next_date for one in assessed if one.decision.next_date]
        if dates:
            return self.env._(
                "Nothing to do before %(date)s.", date=format_date(self.env, min(dates))
            )
        if any(one.item.residual > 0 for one in assessed):
            return self.env._("No reminder will follow: see the reason beside each due line.")
        return self.env._("Nothing is open.")

    def _describe_open_reminder(self):
        """Say what an open reminder of this debtor waits for; None without one."""
        states = set(self._open_reminders().mapped("state"))
        if "proposed" in states:
            return self.env._("A reminder waits for approval.")
        if "approved" in states:
            return self.env._("An approved reminder waits to be sent.")
        return None

    # --- actions -----------------------------------------------------------------------

    def action_view_reminders(self):
        """Open the reminders of these debtors."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_reminder_action"
        )
        return {**action, "domain": [("debtor_id", "in", self.ids)], "context": {}}

    def action_view_open_reminders(self):
        """Open the reminders of these debtors that wait for approval or to be sent."""
        return self._open_reminders()._get_records_action()

    def action_view_due_lines(self, part=None):
        """Open the open journal items of these debtors.

        part: only "overdue", "not_due" or "credit"; None = all of them.
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.account_move_line_action_due"
        )
        return {
            **action,
            "domain": [*self._due_line_domain(), *self._part_domain(part)],
            "context": {"cobranza_partner": len(self) > 1},
        }

    def _part_domain(self, part):
        """Domain that narrows down open items to the part that one of the figures sums up."""
        if part == "credit":
            return [("amount_residual", "<", 0)]
        if not part:
            return []
        today = self[:1].company_id._cobranza_today()
        overdue = Domain("date_maturity", "<", today) | (
            Domain("date_maturity", "=", False) & Domain("date", "<", today)
        )
        when = overdue if part == "overdue" else ~overdue
        return list(when & Domain("amount_residual", ">", 0))

    def action_view_partner(self):
        """Open the customer's contact."""
        return self.partner_id._get_records_action()

    def action_pause(self):
        """Open the dialog that pauses the whole account of these debtors."""
        return self.env["cobranza.pause.wizard"]._open(debtors=self)

    def action_preview(self):
        """Preview what a run of today would decide for these debtors; return the run's form."""
        return self._run_now("preview")

    def action_propose(self):
        """Propose today's reminders for these debtors; return the run's form."""
        return self._run_now("propose")

    def _run_now(self, mode):
        if not self:
            raise UserError(self.env._("Choose the customers first."))
        if len(self.company_id) > 1:
            raise UserError(
                self.env._("These customers belong to several companies: choose those of one.")
            )
        run = self.env["cobranza.run"].create(
            {"company_id": self.company_id.id, "mode": mode, "debtor_ids": self.ids}
        )
        run.action_execute()
        return run._get_records_action()

    def action_refresh_figures(self):
        """Read the ledger again for these debtors' figures."""
        self.check_access("read")
        self._refresh_now()
        return True

    # --- facts -------------------------------------------------------------------------

    @api.model
    def _of_customers(self, companies, customers):
        """Return the accounts that customers (commercial partners) have in these companies."""
        return self.search(
            [("company_id", "in", companies.ids), ("partner_id", "in", customers.ids)]
        )

    def _assess(self, date=None):
        """Decide on every open line of these debtors as a run would.

        date: defaults to today in each debtor's company.
        Returns {debtor id: list of engine.dunning.Assessed}; debtors with nothing open are
        missing.
        """
        result = {}
        for company, debtors in self.grouped("company_id").items():
            day = date or company._cobranza_today()
            facts = self.env["cobranza.facts"]
            for chunk in facts._assess_in_chunks(company, day, debtor_ids=debtors.ids):
                result.update(chunk)
        return result
