from odoo import api, models
from odoo.tools import SQL, groupby

from ..engine.reasons import REMIND
from .sql import only, only_customers

#: SQL condition: the fresh figures `f` say something else than debtor `d`, or are a day newer.
CHANGED = """
    AND ((d.overdue_amount, d.not_due_amount, d.credit_amount, d.oldest_due_date, d.level_id,
          d.paused, d.last_contact_date, d.answer_waiting, d.disputed_amount, d.planned_amount,
          d.promised_amount, d.broken_promise_count, d.insured_amount, d.uninsured_amount,
          d.insurance_due_date, d.insurance_due_duty)
         IS DISTINCT FROM
         (f.overdue, f.not_due, f.credit, f.oldest, f.level_id, f.paused, f.sent_date,
          f.answer_waiting, f.disputed, f.planned, f.promised, f.broken,
          f.insured, f.overdue + f.not_due - f.insured, f.insurance_date, f.insurance_duty)
         OR (f.oldest IS NULL AND d.next_date IS NOT NULL)
         OR d.figures_date < now() AT TIME ZONE 'UTC' - INTERVAL '1 day')
"""


class CobranzaDebtor(models.Model):
    """How debtors come to be and how their stored figures follow the ledger.

    In SQL: a run, or a night, concerns all of them at once.
    """

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _ensure(self, company, partners=None):
        """Create the missing debtors of a company for all open receivables (one statement).

        partners: only these commercial partners.
        """
        self.env.flush_all()
        only = SQL("AND p.commercial_partner_id IN %s", tuple(partners.ids)) if partners else SQL()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO cobranza_debtor (partner_id, company_id, create_uid, write_uid,
                                             create_date, write_date)
                SELECT DISTINCT p.commercial_partner_id, l.company_id, %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM account_move_line l
                  JOIN account_account a ON a.id = l.account_id
                  JOIN res_partner p ON p.id = l.partner_id
                 WHERE %(open)s %(only)s
                   AND NOT EXISTS (SELECT 1 FROM cobranza_debtor d
                                    WHERE d.partner_id = p.commercial_partner_id
                                      AND d.company_id = l.company_id)
                ON CONFLICT DO NOTHING
                """,
                uid=self.env.uid,
                open=self.env["account.move.line"]._cobranza_open_sql(company),
                only=only,
            )
        )
        self.invalidate_model()

    @api.model
    def _refresh_figures(self, company, debtor_ids=None):
        """Recompute the stored figures of a company's debtors from the ledger.

        debtor_ids: only these; None = all.  One statement, whatever the number of lines.  Of all
        debtors it writes those that change, and each once a day: a row that is written without
        need makes whoever changes the same customer at this moment start again.
        """
        self.env.flush_all()
        today = company._cobranza_today()
        self.env.cr.execute(
            SQL(
                """
                WITH open AS (%(open)s),
                     contacted AS (%(contacted)s),
                     told AS (%(told)s),
                     agreed AS (%(agreed)s),
                     broken AS (%(broken)s),
                     covered AS (%(covered)s),
                     clock AS (%(clock)s),
                     fresh AS (%(fresh)s)
                UPDATE cobranza_debtor d
                   SET overdue_amount = f.overdue, not_due_amount = f.not_due,
                       credit_amount = f.credit, balance = f.overdue + f.not_due - f.credit,
                       oldest_due_date = f.oldest, level_id = f.level_id, paused = f.paused,
                       last_contact_date = f.sent_date, answer_waiting = f.answer_waiting,
                       disputed_amount = f.disputed, planned_amount = f.planned,
                       promised_amount = f.promised, broken_promise_count = f.broken,
                       insured_amount = f.insured,
                       uninsured_amount = f.overdue + f.not_due - f.insured,
                       insurance_due_date = f.insurance_date, insurance_due_duty = f.insurance_duty,
                       next_date = CASE WHEN f.oldest IS NULL THEN NULL ELSE d.next_date END,
                       figures_date = now() AT TIME ZONE 'UTC'
                  FROM fresh f
                 WHERE d.id = f.id %(only_changed)s
                """,
                open=self._query_open(company, today, debtor_ids),
                contacted=self.env["cobranza.facts"]._query_contacted(company, debtor_ids),
                told=self._query_told(company, debtor_ids),
                agreed=self._query_agreed(company, today, debtor_ids),
                broken=self._query_broken(company, debtor_ids),
                covered=self._query_covered(company, debtor_ids),
                clock=self._query_clock(company, debtor_ids),
                fresh=self._query_fresh(company, today, debtor_ids),
                only_changed=SQL(CHANGED) if debtor_ids is None else SQL(),
            )
        )
        self.invalidate_model()
        if debtor_ids is None:
            # how he pays follows from facts, whoever has them read
            self.sudo()._refresh_profiles(company.sudo())

    def _query_open(self, company, today, debtor_ids):
        """What each customer owes, overdue and not, and has in credits."""
        return SQL(
            """
            SELECT p.commercial_partner_id AS partner_id,
                   sum(l.amount_residual) FILTER (WHERE l.amount_residual > 0
                       AND COALESCE(l.date_maturity, l.date) < %(today)s) AS overdue,
                   sum(l.amount_residual) FILTER (WHERE l.amount_residual > 0
                       AND COALESCE(l.date_maturity, l.date) >= %(today)s) AS not_due,
                   -sum(l.amount_residual) FILTER (WHERE l.amount_residual < 0) AS credit,
                   min(COALESCE(l.date_maturity, l.date))
                       FILTER (WHERE l.amount_residual > 0) AS oldest
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
              JOIN res_partner p ON p.id = l.partner_id
             WHERE %(open)s AND %(only)s
          GROUP BY p.commercial_partner_id
            """,
            today=today,
            open=self.env["account.move.line"]._cobranza_open_sql(company),
            only=only_customers("p.commercial_partner_id", debtor_ids),
        )

    def _query_agreed(self, company, today, debtor_ids):
        """What agreements pause of each customer's debts today, each amount once.

        In the order of engine.pauses.KINDS, and together no more than is open.
        """
        return SQL(
            """
            SELECT t.partner_id,
                   round(sum(t.rate * LEAST(t.disputed, t.open)), %(places)s) AS disputed,
                   round(sum(t.rate * (LEAST(t.disputed + t.planned, t.open)
                                       - LEAST(t.disputed, t.open))), %(places)s) AS planned,
                   round(sum(t.rate * (LEAST(t.disputed + t.planned + t.promised, t.open)
                                       - LEAST(t.disputed + t.planned, t.open))), %(places)s)
                       AS promised
              FROM (SELECT p.commercial_partner_id AS partner_id,
                           l.amount_residual_currency AS open,
                           l.amount_residual / l.amount_residual_currency AS rate,
                           COALESCE(sum(g.amount) FILTER (WHERE g.kind = 'dispute'), 0) AS disputed,
                           COALESCE(sum(g.amount) FILTER (WHERE g.kind = 'plan'), 0) AS planned,
                           COALESCE(sum(g.amount) FILTER (WHERE g.kind = 'promise'), 0) AS promised
                      FROM (%(agreed)s) g
                      JOIN account_move_line l ON l.id = g.line_id
                      JOIN account_account a ON a.id = l.account_id
                      JOIN res_partner p ON p.id = l.partner_id
                     WHERE %(open)s AND l.amount_residual_currency > 0
                  GROUP BY l.id, p.commercial_partner_id) t
          GROUP BY t.partner_id
            """,
            places=company.currency_id.decimal_places,
            agreed=self.env["cobranza.facts"]._query_agreed(company, today, debtor_ids),
            open=self.env["account.move.line"]._cobranza_open_sql(company),
        )

    def _query_broken(self, company, debtor_ids):
        """How many promises of each debtor weren't kept, or only in part."""
        return SQL(
            """
            SELECT p.debtor_id, count(*) AS broken
              FROM cobranza_promise p
             WHERE %s AND p.state IN ('partial', 'broken')
          GROUP BY p.debtor_id
            """,
            self.env["cobranza.facts"]._only_of("p", company, debtor_ids),
        )

    def _query_covered(self, company, debtor_ids):
        """What is insured of each debtor's debts, in company currency."""
        return SQL(
            """
            SELECT debtor_id, sum(covered_company_amount) AS insured
              FROM cobranza_insurance_cover
             WHERE company_id = %s AND date_to IS NULL AND %s
          GROUP BY debtor_id
            """,
            company.id,
            only("debtor_id", debtor_ids),
        )

    def _query_clock(self, company, debtor_ids):
        """The insurance deadline of each debtor that is near; what is declared is nobody's own.

        Or one that has passed, where the policy lets what was missed be made up for.
        """
        return SQL(
            """
            SELECT DISTINCT ON (t.debtor_id) t.debtor_id, t.deadline, t.duty
              FROM cobranza_insurance_duty t
              JOIN cobranza_insurance_policy p ON p.id = t.policy_id
             WHERE t.company_id = %s AND t.duty <> 'declaration' AND %s
               AND (t.state = 'due' OR t.missed
                    AND 'at_risk' = CASE t.duty WHEN 'notice' THEN p.missed_notice
                                                WHEN 'claim' THEN p.missed_claim
                                                WHEN 'extension' THEN p.missed_extension END)
          ORDER BY t.debtor_id, t.deadline, t.id
            """,
            company.id,
            only("t.debtor_id", debtor_ids),
        )

    def _query_told(self, company, debtor_ids):
        """The highest level that each debtor was told about what he still owes."""
        return SQL(
            """
            SELECT DISTINCT ON (t.debtor_id) t.debtor_id, t.level_id
              FROM (%(told)s) t
              JOIN cobranza_policy_level v ON v.id = t.level_id
              JOIN account_move_line l ON l.id = t.line_id
              JOIN account_account a ON a.id = l.account_id
              JOIN res_partner p ON p.id = l.partner_id
              JOIN cobranza_debtor d ON d.id = t.debtor_id
               AND d.partner_id = p.commercial_partner_id
             WHERE %(open)s
          ORDER BY t.debtor_id, v.delay_days DESC, t.id DESC
            """,
            told=self.env["cobranza.facts"]._query_told_lines(company, debtor_ids),
            open=self.env["account.move.line"]._cobranza_open_sql(company),
        )

    def _query_fresh(self, company, today, debtor_ids):
        """The debtors with their figures as they are now, from the parts above."""
        return SQL(
            """
            SELECT d.id, COALESCE(o.overdue, 0) AS overdue,
                   COALESCE(o.not_due, 0) AS not_due, COALESCE(o.credit, 0) AS credit,
                   o.oldest, t.level_id, c.sent_date,
                   COALESCE(a.disputed, 0) AS disputed, COALESCE(a.planned, 0) AS planned,
                   COALESCE(a.promised, 0) AS promised, COALESCE(b.broken, 0) AS broken,
                   COALESCE(v.insured, 0) AS insured,
                   k.deadline AS insurance_date, k.duty AS insurance_duty,
                   EXISTS (SELECT 1 FROM cobranza_block b
                            WHERE b.debtor_id = d.id AND b.active AND b.scope = 'debtor'
                              AND (b.until IS NULL OR b.until > %(today)s)) AS paused,
                   EXISTS (SELECT 1 FROM cobranza_interaction i
                            WHERE i.debtor_id = d.id AND i.waiting) AS answer_waiting
              FROM cobranza_debtor d
         LEFT JOIN open o ON o.partner_id = d.partner_id
         LEFT JOIN told t ON t.debtor_id = d.id
         LEFT JOIN contacted c ON c.debtor_id = d.id
         LEFT JOIN agreed a ON a.partner_id = d.partner_id
         LEFT JOIN broken b ON b.debtor_id = d.id
         LEFT JOIN covered v ON v.debtor_id = d.id
         LEFT JOIN clock k ON k.debtor_id = d.id
             WHERE d.company_id = %(company)s AND %(only)s
            """,
            today=today,
            company=company.id,
            only=only("d.id", debtor_ids),
        )

    def _refresh_now(self):
        """Recompute covers and stored figures of these debtors, of whatever companies."""
        # what is insured and how he pays follows from facts, whoever entered them
        covers_sudo = self.env["cobranza.insurance.cover"].sudo()
        for company, debtors in self.grouped("company_id").items():
            covers_sudo._follow(company, debtors)
            self._refresh_figures(company, debtors.ids)
            self.sudo()._refresh_profiles(company.sudo(), debtors.ids)

    @api.model
    def _store_next_dates(self, assessed, date):
        """Keep on the debtors when the next reminder is expected (for lists).

        assessed: {debtor id or None: list of engine.dunning.Assessed} as decided for `date`.
        """
        dates = {debtor: _next_date(lines, date) for debtor, lines in assessed.items() if debtor}
        self.env.cr.execute(
            SQL(
                """
                UPDATE cobranza_debtor d SET next_date = n.next_date
                  FROM unnest(%s::int[], %s::date[]) AS n (debtor_id, next_date)
                 WHERE d.id = n.debtor_id AND d.next_date IS DISTINCT FROM n.next_date
                """,
                list(dates),
                list(dates.values()),
            )
        )
        self.invalidate_model(["next_date"])

    def _refresh_after_message(self):
        """Show in these debtors' figures that a reminder has just left."""
        # refreshing empties the cache: prefetch by these ids, not by the records they came from
        for company, debtors in self.with_prefetch().grouped("company_id").items():
            self._refresh_figures(company, debtors.ids)
            self._store_next_dates(debtors._assess(), company._cobranza_today())

    @api.model
    def _refresh_later(self, lines):
        """Refresh the figures of these journal items' debtors when the transaction commits.

        lines: account.move.line. Once per transaction for all of them, after everything is
        computed: postings and reconciliations come in bursts.
        """
        self._remember_changed(
            {
                (line.company_id.id, line.partner_id.id)
                for line in lines.sudo()
                if line.account_type == "asset_receivable" and line.partner_id
            }
        )

    @api.model
    def _remember_changed(self, pairs):
        """Refresh these customers' accounts when the transaction commits.

        pairs: set of (company id, partner id).
        """
        changed = self.env.cr.precommit.data.setdefault("cobranza.debtor", set())
        if not changed:
            self.env.cr.precommit.add(self._refresh_changed)
        changed |= pairs

    @api.model
    def _refresh_changed(self):
        """Refresh the debtors collected by `_refresh_later`; create those that are missing."""
        changed = self.env.cr.precommit.data.pop("cobranza.debtor", set())
        debtors_sudo = self.sudo()
        for company, pairs in groupby(changed, key=lambda pair: pair[0]):
            company_sudo = self.env["res.company"].sudo().browse(company)
            partners = self.env["res.partner"].sudo().browse([partner for _, partner in pairs])
            partners = partners.exists().commercial_partner_id
            if not partners:
                continue
            debtors_sudo._ensure(company_sudo, partners)
            found = debtors_sudo._of_customers(company_sudo, partners)
            if found:
                debtors_sudo._evaluate_agreements(company_sudo, found)
                debtors_sudo.env["cobranza.insurance.cover"]._follow(company_sudo, found)
                debtors_sudo._refresh_figures(company_sudo, found.ids)
                debtors_sudo._refresh_profiles(company_sudo, found.ids)


def _next_date(assessed, date):
    """The earliest day on which one of these lines is to be told; None if none ever is."""
    days = [date if one.decision.outcome == REMIND else one.decision.next_date for one in assessed]
    return min((day for day in days if day), default=None)
