import logging
from collections import Counter
from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..engine import grouping
from .crons import WORK, wake
from .each_company import each_company

_logger = logging.getLogger(__name__)

#: Key of the database lock that lets one run at a time change a company's reminders.
LOCK_CLASS = 0xC0B7A

#: Up to so many due lines a run is done while the user waits; a system parameter changes it.
FOREGROUND_LINES = 20_000


class CobranzaRun(models.Model):
    """How a run is executed: in chunks, at once or in the background, by hand or every day."""

    _inherit = "cobranza.run"

    #: previews deleted at once by the scheduled clean-up
    _batch = 1000

    @api.model
    def _still_working(self):
        return self.env._("Another run of this company is still working: wait until it is done.")

    def _foreground_limit(self):
        """Up to so many due lines a run is done while the user waits."""
        # a collector may not read system parameters, and this one is no secret
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        value = parameters_sudo.get_param("cobranza_dunning.foreground_lines", "")
        return int(value) if value.isdigit() else FOREGROUND_LINES

    def _start(self):
        """Count the work, create missing debtors and mark the run as running."""
        self.ensure_one()
        self.env["cobranza.debtor"]._ensure(self.company_id)
        if self.mode != "preview":
            self.env["cobranza.debtor"]._evaluate_agreements(
                self.company_id, self.debtor_ids or None
            )
        self._gated().write(
            {
                "state": "running",
                "lines_total": self._count_lines(),
                "figures": {},
                "started_by_id": self.env.uid,
            }
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
                 WHERE %s
                """,
                self.env["account.move.line"]._cobranza_open_sql(self.company_id),
            )
        )
        return self.env.cr.fetchone()[0]

    def _work(self, checkpoint=None):
        """Decide and write chunk by chunk.

        checkpoint: function of the run and a chunk's number of lines that commits after each.
        """
        self.ensure_one()
        # what is read stays as it is now, whatever is committed meanwhile
        read_at = fields.Datetime.now() if checkpoint else None
        assessing = self.env["cobranza.facts"]._assess_in_chunks(
            self.company_id,
            self.date,
            debtor_ids=self.debtor_ids.ids or None,
            after=self.cursor_debtor_id or None,
            hold=bool(checkpoint),
        )
        with closing(assessing) as chunks:
            for chunk in chunks:
                self._work_chunk(chunk, read_at)
                if checkpoint:
                    checkpoint(self, sum(map(len, chunk.values())))
        self._finish()

    def _work_chunk(self, chunk, read_at=None):
        """Write the decisions of whole debtors and, unless previewing, their reminders.

        read_at: when the facts were read, where others may have committed since.
        """
        assessed = [one for lines in chunk.values() for one in lines]
        debtor_ids = [debtor_id for debtor_id in chunk if debtor_id]
        figures = Counter()
        if assessed:
            self.env["cobranza.run.line"]._insert(self, assessed)
        if self.mode != "preview":
            self._lock()
            reminders = self.env["cobranza.reminder"]
            told = reminders._told_since(read_at, debtor_ids)
            letters = [one for one in grouping.group(assessed) if one.debtor_id not in told]
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
        self._add_warnings()
        self._gated().write({"state": "done", "progress": 100})
        if self.mode == "preview":
            return
        debtors = self.env["cobranza.debtor"]
        debtors._follow_unreachable(self)
        debtors._refresh_figures(self.company_id, self.debtor_ids.ids or None)
        if self.mode == "auto" and not self.company_id._cobranza_stop():
            ready = self._automatic_reminders()._need_nobody()._hold_what_failed()
            ready._approve_automatically()
            wake(self.env, WORK)

    def _add_warnings(self):
        """Note what a person should know about this run; see `_compute_warning`."""
        figures = dict(self.figures or {})
        if self.mode == "auto" and self.company_id._cobranza_stop():
            figures["stopped"] = True
        days = self._strictest_statement_days()
        if days is not None and self.company_id._cobranza_stale_bank(days):
            last = self.company_id._cobranza_last_bank_date()
            figures["bank"] = [fields.Date.to_string(last), days]
        self._gated().write({"figures": figures})

    def _strictest_statement_days(self):
        """How old bank data may be at most, by the policies in use; None if none cares."""
        policies = self.env["cobranza.policy"].search(
            [("company_id", "=", self.company_id.id), ("statement_action", "!=", "off")]
        )
        return min(policies.mapped("statement_days"), default=None)

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

    @api.model
    def _cron_daily(self):
        """Make today's run of every company that wants one; `_cron_work` executes them.

        A day without a run is caught up by the next one: levels follow from dates.  A company
        whose run can't be made doesn't keep the others waiting.
        """
        wanted = [("cobranza_run_mode", "in", ("propose", "auto"))]
        each_company(self.env["res.company"].search(wanted), self._create_daily)
        wake(self.env, WORK)

    @api.model
    def _create_daily(self, company):
        """Start today's run of a company unless it has one or one is still working."""
        self = self.with_context(lang=company._cobranza_lang())
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
        run = self._gated().create(
            {"company_id": company.id, "date": today, "mode": mode, "scheduled": True}
        )
        run = run.with_env(self.env)
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

        Commits as it goes: whatever dies, the next call goes on where this one stopped, and what
        fails in one company is logged while the others go on.
        """
        for run in self.search([("state", "=", "running")], order="id"):
            run.with_context(lang=run.company_id._cobranza_lang())._work_in_background()
        self.env["cobranza.reminder"]._cron_send()
        self.env["cobranza.reminder"]._cron_thank()
        self.env["cobranza.attempt"]._cron_retry()
        debtors = self.env["cobranza.debtor"]
        [[companies]] = debtors._read_group([], aggregates=["company_id:recordset"])
        each_company(companies, debtors._evaluate_agreements, debtors._refresh_figures)

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
            self._roll_back()
            _logger.info("Dunning run %s goes on later", self.id)
            wake(self.env, WORK)
        except Exception as error:
            self._roll_back()
            _logger.exception("Dunning run %s stopped", self.id)
            self._gated().write({"state": "failed", "error": str(error)})
        cron._commit_progress()

    def _roll_back(self):
        """Undo the step; a cursor held across commits would outlive it on the pooled connection."""
        self.env.cr.rollback()
        self.env.cr.execute("CLOSE ALL")

    @api.autovacuum
    def _gc_previews(self):
        """Delete previews after a week: what they showed was never acted upon.

        Returns how many, and whether more are left.
        """
        old = fields.Datetime.subtract(fields.Datetime.now(), days=7)
        previews = [("mode", "=", "preview"), ("state", "!=", "running"), ("create_date", "<", old)]
        found = self.search(previews, limit=self._batch)
        found.unlink()
        return len(found), len(found) == self._batch
