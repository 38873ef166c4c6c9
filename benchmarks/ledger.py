#!/usr/bin/env python3
"""Fill an Odoo 19 database with a synthetic receivables ledger, by SQL.

usage: ledger.py DATABASE LINES [--partners N] [--overdue SHARE] [--history SHARE]
                 [--blocks SHARE] [--payments SHARE] [--credits SHARE] [--today DATE] [--seed X]

Copies one posted customer invoice of the database's first company (a receivable item and an
income item) into LINES open ones and a quarter as many paid ones, for customers of very
different sizes.  Needs no superuser: it only inserts.  The same seed makes the same ledger.

A ledger that has lived: SHARE of the customers with a reminder sent (`--history`) or a pause
(`--blocks`), SHARE of the open invoices with a payment in process (`--payments`), SHARE of the
open items that are credits (`--credits`).
"""

import argparse
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import psycopg2

TABLES = (
    "res_partner", "account_move", "account_move_line", "account_payment",
    "account_move__account_payment", "mail_message", "mail_notification", "cobranza_debtor",
    "cobranza_reminder", "cobranza_reminder_line", "cobranza_block",
)  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """What to generate; shares are between 0 and 1.

    lines: open receivable items.
    partners: customers; 0 = one for 20 lines.
    overdue: share of the open items that are due before `today`.
    """

    lines: int
    partners: int = 0
    overdue: float = 0.9
    history: float = 0.3
    blocks: float = 0.02
    payments: float = 0.02
    credits: float = 0.03
    today: date = field(default_factory=date.today)
    seed: float = 0.42


def fill(connection, ledger):
    """Insert `ledger` into the database of a psycopg2 connection, and commit.

    Returns {"lines", "overdue", "partners", "residual"}: what a correct run must see of it.
    """
    with connection.cursor() as cr:
        cr.execute("SELECT setseed(%s)", [ledger.seed])
        source = _source(cr)
        partners = ledger.partners or max(ledger.lines // 20, 20)
        first_partner = _insert_partners(cr, source, partners)
        _plan(cr, ledger, first_partner, partners)
        with _without_foreign_keys(cr, ("account_move", "account_move_line")):
            _insert_moves(cr, source)
        _insert_debtors(cr, source)
        _insert_payments(cr, source, ledger)
        _insert_history(cr, source, ledger)
        _insert_blocks(cr, source, ledger)
        cr.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE due < %s AND residual > 0),
                   count(DISTINCT partner_id), sum(residual)
              FROM bench_plan WHERE residual <> 0
            """,
            [ledger.today],
        )
        totals = dict(zip(("lines", "overdue", "partners", "residual"), cr.fetchone(), strict=True))
    connection.commit()
    connection.autocommit = True
    with connection.cursor() as cr:
        for table in TABLES:
            cr.execute(f"VACUUM ANALYZE {table}")
    connection.autocommit = False
    return totals


# --- copying rows -------------------------------------------------------------------------


def _source(cr):
    """Ids of what is copied: company, partner, an unpaid invoice and its two items."""
    cr.execute(
        """
        SELECT m.company_id AS company, m.partner_id AS partner, m.id AS move,
               receivable.id AS receivable, min(income.id) AS income
          FROM account_move m
          JOIN account_move_line receivable ON receivable.move_id = m.id
          JOIN account_account a ON a.id = receivable.account_id
           AND a.account_type = 'asset_receivable'
          JOIN account_move_line income ON income.move_id = m.id
           AND income.display_type = 'product'
         WHERE m.move_type = 'out_invoice' AND m.state = 'posted'
           AND m.payment_state = 'not_paid'
           AND m.company_id = (SELECT min(id) FROM res_company)
      GROUP BY m.id, receivable.id
      ORDER BY m.id LIMIT 1
        """
    )
    row = cr.fetchone()
    if not row:
        raise SystemExit("The first company has no posted, unpaid customer invoice to copy.")
    return dict(zip([column.name for column in cr.description], row, strict=True))


def _copy(cr, table, source_id, values, rows):
    """Copy one row of `table` once for each of `rows` (SQL FROM item), with other `values`.

    values: {column: SQL expression}; columns that aren't named keep the source row's value.
    """
    cr.execute(
        """
        SELECT column_name FROM information_schema.columns
         WHERE table_name = %s AND is_generated = 'NEVER' AND (column_name <> 'id' OR %s)
        """,
        [table, "id" in values],
    )
    columns = [name for (name,) in cr.fetchall()]
    expressions = [values.get(name, f'source."{name}"') for name in columns]
    cr.execute(
        f"""
        INSERT INTO {table} ({", ".join(f'"{name}"' for name in columns)})
        SELECT {", ".join(expressions)} FROM {table} source CROSS JOIN {rows}
         WHERE source.id = {source_id}
        """
    )


@contextmanager
def _without_foreign_keys(cr, tables):
    """Take the foreign keys of `tables` away and check them again at the end: twice as fast."""
    cr.execute(
        """
        SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
          FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
        """,
        [list(tables)],
    )
    constraints = cr.fetchall()
    for table, name, _definition in constraints:
        cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in constraints:
        cr.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _reserve_ids(cr, table, count):
    """Take `count` ids from a table's sequence; return the one before the first."""
    cr.execute(f"SELECT GREATEST(max(id), nextval('{table}_id_seq')) FROM {table}")
    before = cr.fetchone()[0]
    cr.execute(f"SELECT setval('{table}_id_seq', %s)", [before + count])
    return before


# --- customers and invoices ---------------------------------------------------------------


def _insert_partners(cr, source, count):
    before = _reserve_ids(cr, "res_partner", count)
    name = "'Customer ' || lpad(n::text, 6, '0')"
    email = "'customer' || n || '@example.com'"
    values = {
        "id": f"{before} + n", "commercial_partner_id": f"{before} + n", "parent_id": "NULL",
        "name": name, "complete_name": name, "email": email, "email_normalized": email,
        "vat": "NULL", "ref": "'C' || n", "type": "'contact'", "is_company": "TRUE",
        "lang": "'en_US'",
    }  # fmt: skip
    _copy(cr, "res_partner", source["partner"], values, f"generate_series(1, {count}) n")
    return before + 1


def _plan(cr, ledger, first_partner, partners):
    """Draw every invoice into the temporary table `bench_plan`; nothing else is random there.

    Open ones come first.  Few customers have many invoices (product of two uniform numbers),
    amounts are log-normal, every tenth open invoice is half paid.
    """
    invoices = ledger.lines + ledger.lines // 4
    before = _reserve_ids(cr, "account_move", invoices)
    cr.execute(
        """
        CREATE TEMP TABLE bench_plan AS
        SELECT n, %(before)s + n AS move_id, 0 AS line_id, partner_id, due, amount,
               CASE WHEN n > %(lines)s THEN 0 WHEN kind < %(credits)s THEN -amount
                    WHEN kind > 0.9 THEN round(amount / 2, 2) ELSE amount END AS residual
          FROM (SELECT n, random() AS kind,
                       %(first)s + floor(random() * random() * %(partners)s)::int AS partner_id,
                       %(today)s::date + CASE WHEN random() < %(overdue)s
                            THEN -1 - floor(random() * 400)::int
                            ELSE floor(random() * 60)::int END AS due,
                       round(exp(6.5 + 2.1 * (random() + random() + random() + random() - 2))
                             ::numeric, 2) AS amount
                  FROM generate_series(1, %(invoices)s) n) drawn
        """,
        {
            "before": before,
            "lines": ledger.lines,
            "credits": ledger.credits,
            "first": first_partner,
            "partners": partners,
            "today": ledger.today,
            "overdue": ledger.overdue,
            "invoices": invoices,
        },
    )
    lines_before = _reserve_ids(cr, "account_move_line", invoices)
    cr.execute("UPDATE bench_plan SET line_id = %s + n", [lines_before])
    cr.execute("ANALYZE bench_plan")


def _insert_moves(cr, source):
    """Insert the planned invoices and credit notes with one receivable and one income item."""
    name = "'BENCH/' || lpad(n::text, 8, '0')"
    sign = "CASE WHEN residual < 0 THEN -1 ELSE 1 END"
    signed = f"({sign} * amount)"
    move = {
        "id": "move_id", "name": name, "payment_reference": name, "access_token": "NULL",
        "move_type": "CASE WHEN residual < 0 THEN 'out_refund' ELSE 'out_invoice' END",
        "partner_id": "bench_plan.partner_id", "commercial_partner_id": "bench_plan.partner_id",
        "partner_shipping_id": "bench_plan.partner_id",
        "invoice_date": "due - 30", "date": "due - 30", "invoice_date_due": "due",
        "sequence_prefix": "'BENCH/'", "sequence_number": "n", "is_move_sent": "TRUE",
        "payment_state": "CASE WHEN residual = 0 THEN 'paid' WHEN abs(residual) < amount "
                         "THEN 'partial' ELSE 'not_paid' END",
        "amount_untaxed": "amount", "amount_tax": "0", "amount_total": "amount",
        "amount_residual": "abs(residual)", "amount_residual_signed": "residual",
        "amount_untaxed_signed": signed, "amount_untaxed_in_currency_signed": signed,
        "amount_tax_signed": "0", "amount_total_signed": signed,
        "amount_total_in_currency_signed": signed,
    }  # fmt: skip
    _copy(cr, "account_move", source["move"], move, "bench_plan")
    item = {
        "move_id": "bench_plan.move_id", "move_name": name, "date": "due - 30",
        "partner_id": "bench_plan.partner_id", "invoice_date": "due - 30", "tax_line_id": "NULL",
        "tax_group_id": "NULL",
    }  # fmt: skip
    receivable = {
        **item, "id": "line_id", "name": name, "date_maturity": "due", "balance": signed,
        "amount_currency": signed, "debit": f"GREATEST({signed}, 0)",
        "credit": f"GREATEST(-{signed}, 0)", "amount_residual": "residual",
        "amount_residual_currency": "residual", "reconciled": "residual = 0",
        "no_followup": "FALSE",
    }  # fmt: skip
    _copy(cr, "account_move_line", source["receivable"], receivable, "bench_plan")
    income = {
        **item, "balance": f"-{signed}", "amount_currency": f"-{signed}",
        "debit": f"GREATEST(-{signed}, 0)", "credit": f"GREATEST({signed}, 0)",
        "price_unit": "amount", "quantity": "1", "price_subtotal": "amount",
        "price_total": "amount", "amount_residual": "0", "amount_residual_currency": "0",
    }  # fmt: skip
    _copy(cr, "account_move_line", source["income"], income, "bench_plan")


# --- what makes a ledger old ----------------------------------------------------------------


def _insert_debtors(cr, source):
    cr.execute(
        """
        INSERT INTO cobranza_debtor (partner_id, company_id)
        SELECT DISTINCT partner_id, %s FROM bench_plan WHERE residual <> 0 ORDER BY partner_id
        """,
        [source["company"]],
    )


def _insert_payments(cr, source, ledger):
    """Payments without a journal entry for a third of some invoices."""
    cr.execute(
        """
        WITH paying AS (
            SELECT move_id, partner_id, residual FROM bench_plan
             WHERE residual > 0 AND random() < %(share)s
        ), payment AS (
            INSERT INTO account_payment (journal_id, company_id, currency_id, partner_id, state,
                   payment_type, partner_type, date, amount, amount_company_currency_signed, memo)
            SELECT (SELECT min(id) FROM account_journal
                     WHERE type = 'bank' AND company_id = %(company)s), %(company)s,
                   (SELECT currency_id FROM account_move WHERE id = %(move)s), partner_id,
                   'in_process', 'inbound', 'customer', %(today)s, round(residual / 3, 2),
                   round(residual / 3, 2), move_id::text
              FROM paying
         RETURNING id, memo
        )
        INSERT INTO account_move__account_payment (invoice_id, payment_id)
        SELECT memo::int, id FROM payment
        """,
        {**source, "share": ledger.payments, "today": ledger.today},
    )


def _insert_history(cr, source, ledger):
    """A reminder sent 8 to 38 days ago, with its mail, about all that was overdue then."""
    cr.execute(
        """
        CREATE TEMP TABLE bench_told AS
        SELECT d.id AS debtor_id, d.partner_id, d.company_id,
               %(today)s::date - 8 - floor(random() * 30)::int AS day
          FROM cobranza_debtor d
         WHERE d.company_id = %(company)s AND random() < %(share)s
           AND d.partner_id IN (SELECT partner_id FROM bench_plan)
        """,
        {**source, "share": ledger.history, "today": ledger.today},
    )
    cr.execute(
        """
        WITH level AS (
            SELECT v.id, v.kind FROM cobranza_policy_level v
              JOIN res_company c ON c.cobranza_policy_id = v.policy_id AND c.id = %(company)s
             WHERE v.active AND v.delay_days >= 0 ORDER BY v.delay_days LIMIT 1
        ), message AS (
            INSERT INTO mail_message (message_type, subtype_id, model, subject, res_id, date)
            SELECT 'email_outgoing', (SELECT min(id) FROM mail_message_subtype),
                   'cobranza.reminder', debtor_id::text, 0, day
              FROM bench_told
         RETURNING id, subject
        ), notification AS (
            INSERT INTO mail_notification (mail_message_id, res_partner_id, notification_type,
                   notification_status, is_read)
            SELECT m.id, t.partner_id, 'email', 'sent', TRUE
              FROM message m JOIN bench_told t ON t.debtor_id = m.subject::int
        ), reminder AS (
            INSERT INTO cobranza_reminder (debtor_id, partner_id, company_id, recipient_id,
                   level_id, kind, date, sent_date, state, mail_message_id, is_edited,
                   text_outdated, lang, channel)
            SELECT t.debtor_id, t.partner_id, t.company_id, t.partner_id, level.id, level.kind,
                   t.day, t.day, 'sent', m.id, FALSE, FALSE, 'en_US', 'email'
              FROM bench_told t
              JOIN message m ON m.subject::int = t.debtor_id CROSS JOIN level
         RETURNING id, partner_id, level_id, sent_date
        )
        INSERT INTO cobranza_reminder_line (reminder_id, move_line_id, move_id, level_id,
               currency_id, name, date_due, total_amount, residual, amount, company_amount)
        SELECT r.id, p.line_id, p.move_id, r.level_id,
               (SELECT currency_id FROM account_move WHERE id = %(move)s), 'BENCH/' || p.n,
               p.due, p.amount, p.residual, p.residual, p.residual
          FROM reminder r
          JOIN bench_plan p ON p.partner_id = r.partner_id AND p.residual > 0
           AND p.due < r.sent_date - 5
        """,
        source,
    )


def _insert_blocks(cr, source, ledger):
    """Pauses of the whole account for a month."""
    cr.execute(
        """
        INSERT INTO cobranza_block (debtor_id, partner_id, company_id, scope, reason, until, active)
        SELECT id, partner_id, company_id, 'debtor', 'bench', %(today)s::date + 30, TRUE
          FROM cobranza_debtor WHERE company_id = %(company)s AND random() < %(share)s
        """,
        {**source, "share": ledger.blocks, "today": ledger.today},
    )


def main():
    """Fill the database named on the command line and print what a run must see."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("database")
    parser.add_argument("lines", type=int)
    parser.add_argument("--partners", type=int, default=Ledger.partners)
    for name in ("overdue", "history", "blocks", "payments", "credits", "seed"):
        parser.add_argument(f"--{name}", type=float, default=getattr(Ledger, name))
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    options = vars(parser.parse_args())
    connection = psycopg2.connect(dbname=options.pop("database"))
    totals = fill(connection, Ledger(**options))
    connection.close()
    print(", ".join(f"{value} {name}" for name, value in totals.items()))


if __name__ == "__main__":
    main()
