from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.reasons import REASONS
from .crons import WORK, wake


class CobranzaRun(models.Model):
    """One pass over a company's open receivables: a decision and its reason for every line.

    How it is executed is in `cobranza_run_work`.
    """

    _name = "cobranza.run"
    _description = "Dunning run"
    _inherit = ["cobranza.gated.mixin", "cobranza.owned.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _gated_fields = (
        "state", "figures", "error", "progress", "cursor_debtor_id", "lines_total", "scheduled",
        "started_by_id",
    )  # fmt: skip

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        required=True,
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        help="The day to decide for. The ledger is read as it is now, whatever the day.",
    )
    mode = fields.Selection(
        [("preview", "Preview"), ("propose", "Propose"), ("auto", "Automatic")],
        required=True,
        default="preview",
        help="Preview: decides and writes nothing else. Propose: makes reminders for approval. "
        "Automatic: also approves and sends those whose level needs nobody's approval.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("done", "Done"), ("failed", "Stopped")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    debtor_ids = fields.Many2many(
        "cobranza.debtor",
        string="Only these customers",
        check_company=True,
        help="Empty: all customers of the company.",
    )
    line_ids = fields.One2many("cobranza.run.line", "run_id", "Decisions", copy=False)
    reminder_ids = fields.One2many(
        "cobranza.reminder", "run_id", "Reminders", readonly=True, copy=False
    )
    figures = fields.Json(readonly=True, copy=False)
    progress = fields.Float(readonly=True, copy=False)
    lines_total = fields.Integer(readonly=True, copy=False)
    cursor_debtor_id = fields.Integer(
        "Decided up to", readonly=True, copy=False,
        help="Decided up to this customer; a stopped run goes on there.",
    )
    error = fields.Text(readonly=True, copy=False)
    scheduled = fields.Boolean(
        "Daily run", readonly=True, copy=False, help="Made by the scheduled action, by nobody."
    )
    started_by_id = fields.Many2one(
        "res.users", "Started by", readonly=True, copy=False, ondelete="set null",
        help="What it proposes is this person's proposal, whoever prepared the run.",
    )
    other_day = fields.Boolean(compute="_compute_other_day")
    lines_count = fields.Integer("Due lines", compute="_compute_figures")
    remind_count = fields.Integer("Remind", compute="_compute_figures")
    wait_count = fields.Integer("Wait", compute="_compute_figures")
    skip_count = fields.Integer("Skip", compute="_compute_figures")
    reminder_count = fields.Integer("Reminders made", compute="_compute_figures")
    refreshed_count = fields.Integer("Reminders refreshed", compute="_compute_figures")
    unchanged_count = fields.Integer("Reminders unchanged", compute="_compute_figures")
    reduced_count = fields.Integer("Reminders lowered", compute="_compute_figures")
    cancelled_count = fields.Integer("Reminders cancelled", compute="_compute_figures")
    own_reminder_count = fields.Integer(
        "Reminders", compute="_compute_own_reminder_count",
        help="Made or refreshed by this run, and by none since.",
    )
    warning = fields.Char(compute="_compute_warning")
    reason_rows = fields.Json(compute="_compute_reason_rows")

    _running_unique = models.UniqueIndex(
        "(company_id) WHERE state = 'running' AND mode <> 'preview'",
        "Another run of this company is still working: wait until it is done.",
    )

    @api.depends("company_id")
    def _compute_date(self):
        for run in self:
            run.date = (run.company_id or self.env.company)._cobranza_today()

    @api.depends("date", "mode")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["mode"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{labels.get(run.mode, '')} {format_date(self.env, run.date)}"

    @api.depends("date", "company_id")
    def _compute_other_day(self):
        for run in self:
            run.other_day = run.date != run.company_id._cobranza_today()

    @api.depends("figures")
    def _compute_figures(self):
        for run in self:
            figures = run.figures or {}
            outcomes = figures.get("outcomes", {})
            run.lines_count = figures.get("lines", 0)
            run.remind_count = outcomes.get("remind", 0)
            run.wait_count = outcomes.get("wait", 0)
            run.skip_count = outcomes.get("skip", 0)
            run.reminder_count = figures.get("created", 0)
            run.refreshed_count = figures.get("refreshed", 0)
            run.unchanged_count = figures.get("unchanged", 0)
            run.reduced_count = figures.get("reduced", 0)
            run.cancelled_count = figures.get("cancelled", 0)

    @api.depends("reminder_ids")
    def _compute_own_reminder_count(self):
        """How many `action_view_reminders` opens."""
        counts = dict(
            self.env["cobranza.reminder"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.own_reminder_count = counts.get(run, 0)

    @api.depends("figures")
    @api.depends_context("lang")
    def _compute_warning(self):
        """What the run found that a person should know: contact stopped, bank data too old."""
        for run in self:
            figures, texts = run.figures or {}, []
            if figures.get("stopped"):
                texts.append(
                    self.env._("Automatic contact was stopped: the run approved nothing by itself.")
                )
            if "bank" in figures:
                texts.append(run.company_id._cobranza_bank_sentence(*figures["bank"]))
            run.warning = " ".join(texts)

    @api.depends("figures")
    @api.depends_context("lang")
    def _compute_reason_rows(self):
        """The figures in words: each outcome with its count, then its reasons, most lines first.

        Rows are {outcome, reason, label, count}; the reason of an outcome's own row is False.
        """
        line_fields = self.env["cobranza.run.line"]._fields
        outcomes = line_fields["outcome"]._description_selection(self.env)
        labels = dict(line_fields["reason"]._description_selection(self.env))
        for run in self:
            rows, figures = [], run.figures or {}
            counted = Counter(figures.get("reasons", {})).most_common()
            for outcome, label in outcomes:
                count = figures.get("outcomes", {}).get(outcome)
                if count:
                    rows.append(_reason_row(outcome, False, label, count))
                    rows += [
                        _reason_row(outcome, reason, labels.get(reason, reason), number)
                        for reason, number in counted
                        if REASONS[reason][0] == outcome
                    ]
            run.reason_rows = rows

    def write(self, vals):
        """Write values. Raises UserError if a run that was executed would be asked otherwise."""
        asked = {"company_id", "date", "mode", "debtor_ids"} & set(vals)
        if asked and any(run.state != "draft" for run in self):
            raise UserError(
                self.env._("This run was executed already: make a new one for another pass.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(run.state == "running" for run in self):
            raise UserError(self.env._("The run is still working: wait until it is done."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if self.env.su or self.env.user.has_group("cobranza_dunning.group_manager"):
            return
        if any(run.mode != "preview" and run.state != "draft" for run in self):
            raise UserError(
                self.env._(
                    "A run that made reminders stays on record: only a collections manager may "
                    "delete it."
                )
            )

    def _proposer(self):
        """Who started it: the user whose proposals its reminders are; nobody for a daily run."""
        if self.scheduled:
            return self.env["res.users"]
        return self.started_by_id or self.create_uid

    # --- actions -----------------------------------------------------------------------

    def action_execute(self):
        """Decide on every open due line; propose and send as the mode says.

        A small run is done when this returns. A large one goes on in the background: `state`
        is then "running" until it is "done" or "failed", and `progress` (0–100) tells how far.
        Raises UserError if the run isn't a draft, if another run of the company is working,
        or if an automatic run is asked for another day.
        """
        self.check_access("write")
        for run in self:
            run._check_executable()
            run._start()
            if run.lines_total <= run._foreground_limit():
                run._work()
            else:
                wake(self.env, WORK)
        return True

    def action_resume(self):
        """Go on with a stopped run where it stopped; one that never began begins.

        Raises UserError if another run of the company is working, or it may not send now: an
        automatic run of another day would approve what was right on that day.
        """
        self.check_access("write")
        for run in self.filtered(lambda run: run.state == "failed"):
            run._check_allowed()
            if not run.figures:
                run._start()
            run._gated().write({"state": "running", "error": False})
        wake(self.env, WORK)
        return True

    def action_propose(self):
        """Propose what this preview shows: the same day and customers, decided anew."""
        self.ensure_one()
        run = self.create(
            {
                "company_id": self.company_id.id,
                "date": self.date,
                "mode": "propose",
                "debtor_ids": self.debtor_ids.ids,
            }
        )
        run.action_execute()
        return run._get_records_action()

    @api.model
    def action_preview_next(self):
        """Preview what the next daily run of the company would decide; return the run's form."""
        company = self.env.company
        cron_sudo = self.env.ref("cobranza_dunning.ir_cron_daily").sudo()
        date = max(company._cobranza_today(), company._cobranza_date(cron_sudo.nextcall))
        run = self.create({"company_id": company.id, "date": date, "mode": "preview"})
        run.action_execute()
        return run._get_records_action()

    def action_view_lines(self, outcome=None, reason=None):
        """Open the decisions of these runs; outcome, reason: only those with these codes."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_run_line_action"
        )
        domain = [("run_id", "in", self.ids)]
        context = {"search_default_group_outcome": 1, "search_default_group_reason": 1}
        if outcome:
            domain.append(("outcome", "=", outcome))
            context = {"search_default_group_reason": 1}
        if reason:
            domain.append(("reason", "=", reason))
            context = {}
        return {**action, "domain": domain, "context": context}

    def action_view_reminders(self):
        """Open the reminders these runs made or refreshed, and no run since."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_reminder_action"
        )
        return {**action, "domain": [("run_id", "in", self.ids)], "context": {}}

    def _check_executable(self):
        """Raise UserError if this run was executed, or may not be executed now."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(
                self.env._("This run was executed already: make a new one for another pass.")
            )
        self._check_allowed()

    def _check_allowed(self):
        """Raise UserError if this run may not work now.

        Another one is working; or it is automatic and of another day, or another addon would
        remind as well.
        """
        if self.mode != "preview" and self.search_count(
            [*self._working_domain(self.company_id), ("id", "!=", self.id)], limit=1
        ):
            raise UserError(self._still_working())
        if self.mode == "auto":
            self._check_is_of_today()
            self.company_id._cobranza_check_rival()

    def _check_is_of_today(self):
        """Raise UserError if this run is of another day: what it approves leaves today."""
        if not self.other_day:
            return
        if self.state == "draft":
            raise UserError(
                self.env._(
                    "An automatic run sends today: set its date to today, or choose the "
                    "mode Propose."
                )
            )
        raise UserError(
            self.env._(
                "An automatic run sends today, and this one is of %(date)s: make a new one.",
                date=format_date(self.env, self.date),
            )
        )

    @api.model
    def _working_domain(self, company):
        """Domain of the run that is changing a company's reminders right now."""
        return [
            ("company_id", "=", company.id),
            ("state", "=", "running"),
            ("mode", "!=", "preview"),
        ]


def _reason_row(outcome, reason, label, count):
    return {"outcome": outcome, "reason": reason, "label": label, "count": count}
