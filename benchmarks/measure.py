#!/usr/bin/env python3
"""Measure one scenario in a database with a ledger; print the result as one line of JSON.

usage: measure.py SCENARIO DATABASE      (a fresh process each time; see run.py)
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

import odoo
from odoo import api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import SQL

#: Reminders approved and queued in the scenario `reminders`.
REMINDERS = 1000


class Meter:
    """Measures a block: wall seconds, CPU seconds of Python and of the database, queries, memory.

    The database's CPU is that of this connection's server process, where /proc shows it.
    """

    def __init__(self, env):
        self.env = env
        env.cr.execute("SELECT pg_backend_pid()")
        self.backend = Path(f"/proc/{env.cr.fetchone()[0]}/stat")

    def __enter__(self):
        self.before = self._now()
        return self

    def __exit__(self, *_exception):
        self.env.flush_all()
        after = self._now()
        self.wall, self.python, self.database, self.queries = (
            new - old for new, old in zip(after, self.before, strict=True)
        )

    def _now(self):
        return time.perf_counter(), time.process_time(), self._database_cpu(), sql_db.sql_counter

    def _database_cpu(self):
        try:
            fields = self.backend.read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def result(self, **more):
        """What was measured as a dict."""
        return {
            "wall": self.wall,
            "python": self.python,
            "database": self.database,
            "queries": self.queries,
            "peak": peak_memory(),
            **more,
        }


def peak_memory():
    """Peak resident memory of this process in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def floor(env):
    """The least a run could cost: read the facts and write a row for each line, no rules."""
    company = env["res.company"].search([], order="id", limit=1)
    select = """
        SELECT l.id, p.commercial_partner_id, l.currency_id, l.amount_residual_currency,
               COALESCE(l.date_maturity, l.date) AS due, l.move_id, m.is_move_sent
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
          JOIN account_move m ON m.id = l.move_id
          JOIN res_partner p ON p.id = l.partner_id
         WHERE l.company_id = %s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
    """
    env.cr.execute(
        "CREATE TEMP TABLE bench_floor (id serial PRIMARY KEY, line_id int, partner_id int,"
        " currency_id int, residual numeric, due date, move_id int, sent bool, outcome text,"
        " reason text, level_id int)"
    )
    columns = "line_id, partner_id, currency_id, residual, due, move_id, sent"
    with Meter(env) as meter:
        env.cr.execute(select, [company.id])
        lines = len(env.cr.fetchall())
        env.cr.execute(
            f"INSERT INTO bench_floor ({columns}, outcome, reason, level_id)"
            f" SELECT facts.*, 'remind', 'level_reached', 1 FROM ({select}) facts",
            [company.id],
        )
    return meter.result(lines=lines)


def preview(env):
    """A preview run, as the web client and the scheduled action execute it."""
    return _run(env, "preview")


def propose(env):
    """A run that makes reminders for approval."""
    return _run(env, "propose")


def again(env):
    """A second run on the same day: reads every reminder that waits, changes none."""
    return _run(env, "propose")


def _run(env, mode):
    chunks = []
    model = env.registry["cobranza.run"]
    work_chunk = model._work_chunk
    model._work_chunk = lambda run, *args: (chunks.append(1), work_chunk(run, *args))[1]
    company = env["res.company"].search([], order="id", limit=1)
    with Meter(env) as meter:
        run = env["cobranza.run"].create({"company_id": company.id, "mode": mode})
        run.action_execute()
        if run.state == "running":
            run._work_in_background()
        env.cr.commit()
    if run.state != "done":
        raise SystemExit(run.error)
    # the decisions of a chunk are written by COPY, which Odoo doesn't count
    meter.queries += len(chunks)
    reminders = run.figures.get("created", 0)
    return meter.result(lines=run.figures["lines"], chunks=len(chunks), reminders=reminders)


def reminders(env):
    """Approve and hand over proposed reminders: texts rendered, frozen and queued as mails."""
    _open_at_any_hour(env)
    # the workers of `delivery` have only reminders to send
    env["mail.mail"].search([("state", "=", "outgoing")]).cancel()
    proposed = env["cobranza.reminder"].search([("state", "=", "proposed")], limit=REMINDERS)
    proposed[:1]._render()  # templates are compiled once per server process
    env.invalidate_all()
    with Meter(env) as meter:
        proposed.action_approve()
        env.flush_all()
        approved = time.perf_counter()
        proposed.action_send()
    env.cr.commit()
    sent = len(proposed.filtered(lambda one: one.state == "sent"))
    if sent < len(proposed):
        held = set(proposed.mapped("waits_for")) | set(proposed.mapped("problem"))
        raise SystemExit(f"{len(proposed) - sent} reminders didn't leave: {held}")
    return meter.result(reminders=sent, approve=approved - meter.before[0])


def _open_at_any_hour(env):
    """Contact rules are asked, with what each customer has heard lately, and never say "later"."""
    company = env["res.company"].search([], order="id", limit=1)
    rule = env["cobranza.contact.rule"].create(
        {
            "name": "At any hour",
            "company_id": company.id,
            "skip_holidays": False,
            "cap_ids": [(0, 0, {"about": "message", "max_contacts": 99, "days": 7})],
        }
    )
    policy = company.cobranza_policy_id
    policy.write({"contact_rule_id": rule.id, "contact_by_country": False})
    env.flush_all()


def trivial(env):
    """For comparison: a template of one sentence for as many customers, queued by Odoo itself."""
    template = env["mail.template"].create(
        {
            "name": "Benchmark",
            "model_id": env["ir.model"]._get_id("res.partner"),
            "subject": "Hello",
            "body_html": "<p>Dear <t t-out=\"object.name\"/>, pay.</p>",
            "email_to": "{{ object.email }}",
        }
    )
    partners = env["res.partner"].search([("email", "!=", False)], limit=REMINDERS)
    template._render_field("body_html", partners[:1].ids)
    env.invalidate_all()
    with Meter(env) as meter:
        mails = template.send_mail_batch(partners.ids)
    # the workers of `delivery` have only reminders to send
    env.cr.rollback()
    return meter.result(reminders=len(mails))


def deliver(env):
    """One worker of the mail queue: offers mails to the mail server until none is left."""
    waiting = [("state", "=", "outgoing"), ("model", "=", "cobranza.reminder")]
    mails = env["mail.mail"]
    with Meter(env) as meter:
        while mails.search_count(waiting, limit=1):
            mails.process_email_queue(batch_size=100)
            env.cr.commit()
            env.invalidate_all()
    return meter.result()


def forms(env):
    """What a collector opens: a typical debtor and the largest one, the list, an invoice."""
    debtors = env["cobranza.debtor"]
    env.cr.execute(
        SQL(
            """
            SELECT d.id FROM cobranza_debtor d
              JOIN account_move_line l ON l.partner_id = d.partner_id
               AND l.amount_residual > 0 AND l.reconciled IS NOT TRUE
          GROUP BY d.id ORDER BY count(*)
            """
        )
    )
    ids = [row[0] for row in env.cr.fetchall()]
    typical = debtors.browse(ids[len(ids) // 2 : len(ids) // 2 + 5])
    largest = debtors.browse(ids[-1])
    _open_debtor(debtors.browse(ids[0]))  # caches of the registry
    return {
        "debtor": statistics.median(_seconds(env, _open_debtor, one) for one in typical),
        "largest": _seconds(env, _open_debtor, largest),
        "largest_lines": len(largest.due_line_ids),
        "list": _seconds(env, _open_list, debtors),
        "explain": statistics.median(
            _seconds(env, lambda line: line.cobranza_explain(), one.due_line_ids[:1])
            for one in typical
        ),
        "peak": peak_memory(),
    }


def _open_debtor(debtor):
    debtor.web_read(
        {
            "display_name": {}, "overdue_amount": {}, "not_due_amount": {}, "credit_amount": {},
            "balance": {}, "next_step": {}, "days_late": {}, "reminder_count": {},
            "effective_policy_id": {"fields": {"display_name": {}}},
            "due_line_ids": {
                "fields": {"move_name": {}, "date_maturity": {}, "amount_residual_currency": {},
                           "cobranza_sentence": {}, "cobranza_amount": {}},
                "limit": 40,
            },
        }
    )  # fmt: skip


def _open_list(debtors):
    debtors.web_search_read(
        [("overdue_amount", ">", 0)],
        {
            "partner_id": {"fields": {"display_name": {}}}, "overdue_amount": {}, "days_late": {},
            "not_due_amount": {}, "oldest_due_date": {}, "next_date": {}, "paused": {},
            "level_id": {"fields": {"display_name": {}}},
        },
        limit=80,
        count_limit=10_001,
    )  # fmt: skip


def _seconds(env, action, records):
    """Wall seconds of `action(records)` with nothing of it in the ORM's cache."""
    env.invalidate_all()
    start = time.perf_counter()
    action(records)
    return time.perf_counter() - start


def figures(env):
    """Recompute the stored figures of all debtors."""
    company = env["res.company"].search([], order="id", limit=1)
    with Meter(env) as meter:
        env["cobranza.debtor"]._refresh_figures(company)
    env.cr.commit()
    return meter.result()


def forecast(env):
    """The list of what is expected of every open line and when: made, and made again."""
    company = env["res.company"].search([], order="id", limit=1)
    expectations = env["cobranza.expectation"]
    with Meter(env) as meter:
        expectations._refresh(company)
    lines = expectations.search_count([("company_id", "=", company.id)])
    env.invalidate_all()
    with Meter(env) as again:
        expectations._refresh(company)
    found = meter.result(lines=lines, again=again.wall, again_cpu=again.python + again.database)
    # the other scenarios begin without it
    env.cr.rollback()
    return found


def cover(env):
    """What is insured of every line: decided the first time, and once more; of one debtor."""
    company = env["res.company"].search([], order="id", limit=1)
    lines = _insure(env, company)
    covers, debtors = env["cobranza.insurance.cover"].sudo(), env["cobranza.debtor"]
    with Meter(env) as meter:
        covers._follow(company)
    with Meter(env) as again:
        covers._follow(company)
    env.cr.execute(
        """
        SELECT debtor_id FROM cobranza_insurance_cover WHERE date_to IS NULL
      GROUP BY debtor_id ORDER BY count(*)
        """
    )
    ids = [row[0] for row in env.cr.fetchall()]
    typical = debtors.browse(ids[len(ids) // 2 : len(ids) // 2 + 5])

    def follow(debtor):
        covers._follow(company, debtor)

    follow(debtors.browse(ids[0]))  # caches of the registry
    found = meter.result(
        lines=lines,
        debtors=len(ids),
        again=again.wall,
        again_cpu=again.python + again.database,
        debtor=statistics.median(_seconds(env, follow, one) for one in typical),
        largest=_seconds(env, follow, debtors.browse(ids[-1])),
    )
    # the other scenarios measure a ledger without insurance
    env.cr.rollback()
    return found


def _insure(env, company):
    """Mark every open invoice and give each debtor a limit of half of what he owes.

    The policy has all terms: declarations, premium, two notices, waiting period, claim.
    Returns how many due lines are to be insured.
    """
    year = env["res.company"].browse(company.id)._cobranza_today().year
    policy = env["cobranza.insurance.policy"].create(
        {
            "name": "Benchmark",
            "company_id": company.id,
            "mep": 60,
            "maximum_term": 180,
            "period_ids": [
                (0, 0, {"date_from": f"{year - 5}-01-01", "date_to": f"{year}-12-31"})
            ],
            "deadline_ids": [
                (0, 0, {"duty": duty, "base": base, "months": months, "days": days})
                for duty, base, months, days in (
                    ("notice", "mep", 0, 30), ("notice", "due", 4, 0),
                    ("waiting", "due", 6, 0), ("claim", "loss", 0, 60),
                )
            ],
            "declares": True,
            "premium_rate": 2.5,
            "premium_tax": 8,
        }
    )
    env.flush_all()
    env.cr.precommit.clear()
    env.cr.execute(
        "UPDATE account_move SET insured = TRUE"
        " WHERE move_type = 'out_invoice' AND company_id = %s", [company.id]
    )  # fmt: skip
    env.cr.execute(
        """
        INSERT INTO cobranza_insurance_limit (policy_id, company_id, debtor_id, partner_id, kind,
                                              decision, amount, effective, recorded)
        SELECT %s, company_id, id, partner_id, 'named', 'granted',
               round(GREATEST(overdue_amount + not_due_amount, 2) / 2, 2), %s, %s
          FROM cobranza_debtor WHERE company_id = %s
        """,
        [policy.id, f"{year - 5}-01-01", f"{year - 5}-01-01", company.id],
    )
    env.cr.execute(
        """
        SELECT count(*) FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id AND m.insured
          JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
         WHERE l.company_id = %s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
           AND l.amount_residual_currency > 0
        """,
        [company.id],
    )
    lines = env.cr.fetchone()[0]
    env.cr.execute("ANALYZE account_move")
    env.invalidate_all()
    return lines


SCENARIOS = {
    one.__name__: one
    for one in (
        floor, preview, propose, again, reminders, trivial, deliver, forms, figures, forecast,
        cover,
    )
}  # fmt: skip


def main():
    """Run the scenario named on the command line."""
    if len(sys.argv) != 3 or sys.argv[1] not in SCENARIOS:
        raise SystemExit(f"usage: measure.py {'|'.join(SCENARIOS)} DATABASE")
    scenario, database = sys.argv[1:]
    odoo.tools.config.parse_config(["-d", database, "--log-level=error", "--max-cron-threads=0"])
    registry = Registry(database)
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        admin = env.ref("base.user_admin")
        print(json.dumps(SCENARIOS[scenario](env(user=admin.id))))


if __name__ == "__main__":
    main()
