import logging
from collections import Counter
from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_date

from ..engine import grouping
from ..engine.reasons import REASONS

_logger = logging.getLogger(__name__)

#: Key of the database lock that lets one run at a time change a company's reminders.
LOCK_CLASS = 0xC0B7A


class CobranzaRun(models.Model):
    """One pass over a company's open receivables: a decision and its reason for every line."""

    _name = "cobranza.run"
    _description = "Dunning run"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _gated_fields = ("state", "figures", "error", "progress", "cursor_debtor_id", "lines_total")

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
        readonly=True, copy=False, help="Decided up to this debtor; a stopped run goes on there."
    )
    error = fields.Text(readonly=True, copy=False)
    other_day = fields.Boolean(compute="_compute_other_day")
    lines_count = fields.Integer("Due lines", compute="_compute_figures")
    remind_count = fields.Integer("Remind", compute="_compute_figures")
    wait_count = fields.Integer("Wait", compute="_compute_figures")
    skip_count = fields.Integer("Skip", compute="_compute_figures")
    reminder_count = fields.Integer("Reminders made", compute="_compute_figures")
    refreshed_count = fields.Integer("Reminders refreshed", compute="_compute_figures")
    reduced_count = fields.Integer("Reminders lowered", compute="_compute_figures")
    cancelled_count = fields.Integer("Reminders cancelled", compute="_compute_figures")
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
            run.reduced_count = figures.get("reduced", 0)
            run.cancelled_count = figures.get("cancelled", 0)

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
                self.env.ref("cobranza_dunning.ir_cron_work").sudo()._trigger()
        return True

    def action_resume(self):
        """Go on with a stopped run where it stopped.

        Raises UserError if another run of the company is working, or may not send now.
        """
        self.check_access("write")
        for run in self.filtered(lambda run: run.state == "failed"):
            run._check_allowed()
            run._gated().write({"state": "running", "error": False})
        self.env.ref("cobranza_dunning.ir_cron_work").sudo()._trigger()

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
        """Open the reminders these runs made."""
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
        if self.mode == "auto" and self.other_day:
            raise UserError(
                self.env._(
                    "An automatic run sends today: set its date to today, or choose the "
                    "mode Propose."
                )
            )

    def _check_allowed(self):
        """Raise UserError if another run is working, or another addon would remind as well."""
        if self.mode != "preview" and self.search_count(
            [*self._working_domain(self.company_id), ("id", "!=", self.id)], limit=1
        ):
            raise UserError(self._still_working())
        if self.mode == "auto":
            self.company_id._cobranza_check_rival()

    @api.model
    def _working_domain(self, company):
        """Domain of the run that is changing a company's reminders right now."""
        return [
            ("company_id", "=", company.id),
            ("state", "=", "running"),
            ("mode", "!=", "preview"),
        ]

    @api.model
    def _still_working(self):
        return self.env._("Another run of this company is still working: wait until it is done.")

    def _foreground_limit(self):
        """Up to so many due lines a run is done while the user waits."""
        value = self.env["ir.config_parameter"].sudo().get_param(
            "cobranza_dunning.foreground_lines", "20000"
        )
        return int(value)

    # --- work --------------------------------------------------------------------------

    def _start(self):
        """Count the work, create missing debtors and mark the run as running."""
        self.ensure_one()
        self.env["cobranza.debtor"]._ensure(self.company_id)
        self._gated().write(
            {"state": "running", "lines_total": self._count_lines(), "figures": {}}
        )
        self.env.flush_all()

    def _count_lines(self):
        if self.debtor_ids:
            return len(self.debtor_ids.due_line_ids)
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*) FROM account_move_line l
                  JOIN account_account a ON a.id = l.account_id
                   AND a.account_type = 'asset_receivable'
                 WHERE l.company_id = %s AND l.parent_state = 'posted'
                   AND l.reconciled IS NOT TRUE AND l.amount_residual_currency <> 0
                """,
                self.company_id.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _work(self, checkpoint=None):
        """Decide and write chunk by chunk.

        checkpoint: function of the run and a chunk's number of lines that commits after each.
        """
        self.ensure_one()
        assessing = self.env["cobranza.facts"]._assess_in_chunks(
            self.company_id,
            self.date,
            debtor_ids=self.debtor_ids.ids or None,
            after=self.cursor_debtor_id or None,
            hold=bool(checkpoint),
        )
        with closing(assessing) as chunks:
            for chunk in chunks:
                self._work_chunk(chunk)
                if checkpoint:
                    checkpoint(self, sum(map(len, chunk.values())))
        self._finish()

    def _work_chunk(self, chunk):
        """Write the decisions of whole debtors and, unless previewing, their reminders."""
        assessed = [one for lines in chunk.values() for one in lines]
        debtor_ids = [debtor_id for debtor_id in chunk if debtor_id]
        figures = Counter()
        if assessed:
            self.env["cobranza.run.line"]._insert(self, assessed)
        if self.mode != "preview":
            self._lock()
            letters = grouping.group(assessed)
            reminders = self.env["cobranza.reminder"]
            figures = reminders._propose(self, letters, chunk)
            self.env["cobranza.debtor"]._store_next_dates(chunk, self.date)
        # lines without a customer come first: once they are done the cursor is no longer empty
        self._add_figures(assessed, figures, max(debtor_ids, default=self.cursor_debtor_id or -1))

    def _lock(self):
        """Let one run at a time change the company's reminders, until this transaction ends."""
        self.env.cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_CLASS, self.company_id.id)
        )
        if not self.env.cr.fetchone()[0]:
            raise UserError(self._still_working())

    def _add_figures(self, assessed, more, cursor_debtor_id):
        """Add a chunk's figures to the run's and say how far it is."""
        figures = dict(self.figures or {})
        done = figures.get("lines", 0) + len(assessed)
        figures["lines"] = done
        for key, counted in (
            ("outcomes", Counter(one.decision.outcome for one in assessed)),
            ("reasons", Counter(one.decision.reason for one in assessed)),
        ):
            figures[key] = dict(Counter(figures.get(key, {})) + counted)
        for key, value in more.items():
            figures[key] = figures.get(key, 0) + value
        self._gated().write(
            {
                "figures": figures,
                "cursor_debtor_id": cursor_debtor_id,
                "progress": min(100.0 * done / self.lines_total, 100) if self.lines_total else 100,
            }
        )

    def _finish(self):
        if self.mode != "preview":
            self._lock()
            settled = self.env["cobranza.reminder"]._cancel_settled(self)
            self._add_figures([], {"cancelled": len(settled)}, self.cursor_debtor_id)
        self._gated().write({"state": "done", "progress": 100})
        if self.mode == "preview":
            return
        debtors = self.env["cobranza.debtor"]
        debtors._refresh_figures(self.company_id, self.debtor_ids.ids or None)
        if self.mode == "auto":
            self._automatic_reminders()._approve_automatically()
            self.env.ref("cobranza_dunning.ir_cron_work").sudo()._trigger()

    def _automatic_reminders(self):
        """Proposed reminders in this run's scope that need nobody's approval."""
        scope = [("debtor_id", "in", self.debtor_ids.ids)] if self.debtor_ids else []
        return self.env["cobranza.reminder"].search(
            [
                *scope,
                ("company_id", "=", self.company_id.id),
                ("state", "=", "proposed"),
                ("level_id.approval", "=", "auto"),
                ("text_outdated", "=", False),
            ]
        )

    # --- scheduled work ----------------------------------------------------------------

    @api.model
    def _cron_daily(self):
        """Make today's run of every company that wants one; `_cron_work` executes them.

        A day without a run is caught up by the next one: levels follow from dates.
        """
        companies = self.env["res.company"].search([("cobranza_run_mode", "!=", "off")])
        for company in companies:
            self.with_context(lang=company._cobranza_lang())._create_daily(company)
        self.env.ref("cobranza_dunning.ir_cron_work").sudo()._trigger()

    @api.model
    def _create_daily(self, company):
        """Start today's run of a company unless it has one or one is still working."""
        today = company._cobranza_today()
        mode = company.cobranza_run_mode
        done = Domain(
            [
                ("company_id", "=", company.id),
                ("mode", "=", mode),
                ("debtor_ids", "=", False),
                ("date", "=", today),
                ("state", "=", "done"),
            ]
        )
        taken = self.search_count(done | Domain(self._working_domain(company)), limit=1)
        if taken:
            return self.browse()
        run = self.create({"company_id": company.id, "date": today, "mode": mode})
        try:
            run._check_executable()
        except UserError as refusal:
            run._gated().write({"state": "failed", "error": str(refusal)})
            return run
        run._start()
        return run

    @api.model
    def _cron_work(self):
        """Go on with what is running, hand over what leaves by itself, refresh the figures.

        Commits as it goes: whatever dies, the next call goes on where this one stopped.
        """
        for run in self.search([("state", "=", "running")], order="id"):
            run.with_context(lang=run.company_id._cobranza_lang())._work_in_background()
        self.env["cobranza.reminder"]._cron_send()
        for company in self.env["cobranza.debtor"]._read_group([], ["company_id"]):
            self.env["cobranza.debtor"]._refresh_figures(company[0])
            self.env["ir.cron"]._commit_progress()

    def _work_in_background(self):
        """Execute one running run in steps; a failure stops it with its message on the form.

        A conflict with another transaction only delays it: the next call goes on after the last
        step that was committed.
        """
        cron = self.env["ir.cron"]
        locked = self.try_lock_for_update().filtered_domain([("state", "=", "running")])
        if not locked:
            return
        try:
            self._work(
                checkpoint=lambda run, decided: cron._commit_progress(
                    decided, remaining=max(run.lines_total - run.figures["lines"], 0)
                )
            )
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # somebody changed the same customers at this moment: that is no fault of the run
            self.env.cr.rollback()
            _logger.info("Dunning run %s goes on later", self.id)
            self.env.ref("cobranza_dunning.ir_cron_work").sudo()._trigger()
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("Dunning run %s stopped", self.id)
            self._gated().write({"state": "failed", "error": str(error)})
        cron._commit_progress()

    @api.autovacuum
    def _gc_previews(self):
        """Delete previews after a week: what they showed was never acted upon."""
        old = fields.Datetime.subtract(fields.Datetime.now(), days=7)
        previews = [("mode", "=", "preview"), ("state", "!=", "running"), ("create_date", "<", old)]
        self.search(previews, limit=1000).unlink()


def _reason_row(outcome, reason, label, count):
    return {"outcome": outcome, "reason": reason, "label": label, "count": count}
