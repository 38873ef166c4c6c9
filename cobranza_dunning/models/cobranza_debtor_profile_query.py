from dateutil.relativedelta import relativedelta
from odoo import models
from odoo.tools import SQL

from ..engine.scoring import MONTHS
from .sql import only, only_customers

#: SQL: the day a due line `l` was due at first, whatever plans say since.
DUE = "COALESCE(l.cobranza_original_due_date, l.date_maturity, l.date)"


class CobranzaDebtor(models.Model):
    """The statement that reads how debtors pay.

    In SQL: it adds up what a year's payments and everything overdue say, of all of them at once.
    """

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    def _query_profiles(self, company, today, debtor_ids):
        """Return the statement on how debtors paid, bought and kept their word.

        debtor_ids: only these; None = all of the company.  Amounts are in company currency, at
        the rates the lines were booked with.  Its columns are `_profile`'s.
        """
        since = today - relativedelta(months=MONTHS)
        return SQL(
            """
            WITH paid AS (%(paid)s),
                 overdue AS (%(overdue)s),
                 parts AS (SELECT * FROM paid UNION ALL SELECT * FROM overdue),
                 delays AS (
                     SELECT partner_id, count(DISTINCT line_id) AS lines, sum(amount) AS amount,
                            sum(amount * days) AS amount_days,
                            sum(amount) FILTER (WHERE days > 0) AS late
                       FROM parts GROUP BY partner_id),
                 bought AS (%(bought)s),
                 promised AS (%(promised)s),
                 planned AS (%(planned)s)
            SELECT d.id, COALESCE(delays.lines, 0), COALESCE(delays.amount, 0),
                   COALESCE(delays.amount_days, 0), COALESCE(delays.late, 0),
                   bought.first, COALESCE(bought.invoices, 0), COALESCE(bought.ticket, 0),
                   COALESCE(promised.kept, 0), COALESCE(promised.partly_kept, 0),
                   COALESCE(promised.broken, 0), promised.missed_on,
                   COALESCE(planned.broken, 0), COALESCE(d.balance, 0),
                   COALESCE(d.overdue_amount, 0), %(limit)s
              FROM cobranza_debtor d
              JOIN res_partner p ON p.id = d.partner_id
         LEFT JOIN delays ON delays.partner_id = d.partner_id
         LEFT JOIN bought ON bought.partner_id = d.partner_id
         LEFT JOIN promised ON promised.debtor_id = d.id
         LEFT JOIN planned ON planned.debtor_id = d.id
             WHERE d.company_id = %(company)s AND %(only)s
            """,
            paid=self._query_paid(company, since, debtor_ids),
            overdue=self._query_overdue(company, today, debtor_ids),
            bought=self._query_bought(company, since, debtor_ids),
            promised=self._query_words(company, since, debtor_ids),
            planned=self._query_broken_plans(company, since, debtor_ids),
            limit=self._sql_credit_limit(company),
            company=company.id,
            only=only("d.id", debtor_ids),
        )

    def _query_paid(self, company, since, debtor_ids):
        """Each payment of a due line since a day, and how late it came.

        Credit notes, write-offs and differences of exchange are no payments.  What was paid of a
        line that he rightly disputed, or still does, says nothing about him.
        """
        sql_money = self.env["account.move.line"]._cobranza_money_sql
        return SQL(
            """
            SELECT p.commercial_partner_id AS partner_id, l.id AS line_id, r.amount,
                   GREATEST(o.date - %(due)s, 0) AS days
              FROM account_partial_reconcile r
              JOIN account_move_line l ON l.id = r.debit_move_id
              JOIN account_account a ON a.id = l.account_id
              JOIN account_journal lj ON lj.id = l.journal_id
              JOIN account_move_line o ON o.id = r.credit_move_id
              JOIN account_journal j ON j.id = o.journal_id
              JOIN res_partner p ON p.id = l.partner_id
             WHERE l.company_id = %(company)s AND a.account_type = 'asset_receivable'
               AND l.parent_state = 'posted' AND o.date > %(since)s AND %(only)s
               AND %(paid)s
               -- what is paid out to a customer is no due line
               AND NOT %(paid_out)s
               AND NOT EXISTS (SELECT 1 FROM cobranza_dispute s
                                WHERE s.move_line_id = l.id AND s.state <> 'rejected')
            """,
            due=SQL(DUE),
            company=company.id,
            since=since,
            paid=sql_money("o", "j"),
            paid_out=sql_money("l", "lj"),
            only=only_customers("p.commercial_partner_id", debtor_ids),
        )

    def _query_overdue(self, company, today, debtor_ids):
        """What is overdue of each due line and not disputed, with the days it is late so far."""
        return SQL(
            """
            SELECT p.commercial_partner_id AS partner_id, l.id AS line_id,
                   l.amount_residual * GREATEST(
                       1 - COALESCE(s.amount, 0) / l.amount_residual_currency, 0) AS amount,
                   %(today)s - %(due)s AS days
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
              JOIN res_partner p ON p.id = l.partner_id
         LEFT JOIN (SELECT move_line_id,
                           sum(amount - COALESCE(credited_amount, 0)) AS amount
                      FROM cobranza_dispute
                     WHERE company_id = %(company)s AND pausing GROUP BY move_line_id) s
                ON s.move_line_id = l.id
             WHERE %(open)s AND l.amount_residual > 0 AND %(due)s < %(today)s AND %(only)s
            """,
            today=today,
            due=SQL(DUE),
            company=company.id,
            open=self.env["account.move.line"]._cobranza_open_sql(company),
            only=only_customers("p.commercial_partner_id", debtor_ids),
        )

    def _query_bought(self, company, since, debtor_ids):
        """Each customer's first invoice; how many he got since a day, and what one comes to."""
        return SQL(
            """
            SELECT p.commercial_partner_id AS partner_id, min(m.invoice_date) AS first,
                   count(*) FILTER (WHERE m.invoice_date > %(since)s) AS invoices,
                   avg(m.amount_total_signed) FILTER (WHERE m.invoice_date > %(since)s) AS ticket
              FROM account_move m
              -- by its contact: there is an index of invoices for that
              JOIN res_partner p ON p.id = m.partner_id
             WHERE m.company_id = %(company)s AND m.move_type = 'out_invoice'
               AND m.state = 'posted' AND %(only)s
          GROUP BY p.commercial_partner_id
            """,
            since=since,
            company=company.id,
            only=only_customers("p.commercial_partner_id", debtor_ids),
        )

    def _query_words(self, company, since, debtor_ids):
        """What became of the promises that were decided since a day."""
        return SQL(
            """
            SELECT w.debtor_id, count(*) FILTER (WHERE w.state = 'kept') AS kept,
                   count(*) FILTER (WHERE w.state = 'partial') AS partly_kept,
                   count(*) FILTER (WHERE w.state = 'broken') AS broken,
                   max(w.decided_on) FILTER (WHERE w.state IN ('partial', 'broken')) AS missed_on
              FROM cobranza_promise w
             WHERE %s AND w.decided_on > %s AND w.state IN ('kept', 'partial', 'broken')
          GROUP BY w.debtor_id
            """,
            self.env["cobranza.facts"]._only_of("w", company, debtor_ids),
            since,
        )

    def _query_broken_plans(self, company, since, debtor_ids):
        """How many plans were broken since a day."""
        return SQL(
            """
            SELECT b.debtor_id, count(*) AS broken
              FROM cobranza_plan b
             WHERE %s AND b.state = 'broken' AND b.broken_on > %s
          GROUP BY b.debtor_id
            """,
            self.env["cobranza.facts"]._only_of("b", company, debtor_ids),
            since,
        )

    def _sql_credit_limit(self, company):
        """SQL: the credit limit of customer `p` in accounting, NULL or 0 if there is none."""
        if not company.account_use_credit_limit:
            return SQL("NULL")
        return self.env["res.partner"].with_company(company)._field_to_sql("p", "credit_limit")
