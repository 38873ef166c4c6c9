from odoo import models
from odoo.tools import SQL

from .sql import only


class CobranzaInsuranceFacts(models.AbstractModel):
    """The statement that reads the facts about cover.

    It is SQL because a night concerns every insured debtor with all that he owes: one statement,
    whatever the number of lines.
    """

    # a file for each part
    _inherit = "cobranza.insurance.facts"  # pylint: disable=consider-merging-classes-inherited

    #: Methods of a day that return statements of what was done about the lines of `scope`, or of
    #: `origin`: rows of `line_id`, `kind` ("approved", "activated", "declared", "notified",
    #: "claimed", "excused:<duty>") and `day`; of several of a kind the last day counts.
    _done_queries = (
        "_query_approved", "_query_activated", "_query_notified", "_query_declared",
        "_query_claimed",
    )  # fmt: skip

    def _query(self, company, date, debtor_ids, extensions):
        """Return the one statement that reads every fact; its columns are Fact's."""
        return SQL(
            """
            WITH late AS (%(late)s),
                 scope AS (%(scope)s),
                 origin AS (%(origin)s),
                 settled AS (%(settled)s),
                 tax_settled AS (%(tax_settled)s),
                 rebooked AS (%(rebooked)s),
                 disputed AS (%(disputed)s),
                 extended AS (%(extended)s),
                 done AS (%(done)s)
            SELECT l.id, s.debtor_id, l.move_id, l.currency_id, c.decimal_places,
                   l.amount_residual_currency::text, l.amount_residual::text,
                   l.amount_currency::text, l.balance::text,
                   COALESCE(b.tax_share, CASE WHEN m.amount_total > 0 AND m.amount_tax > 0
                                              THEN m.amount_tax / m.amount_total END, 0)::text,
                   CASE WHEN n.by_move -> l.move_id::text IS NOT NULL OR b.before IS NOT NULL
                        THEN jsonb_strip_nulls(jsonb_build_object(
                            'own', n.by_move -> l.move_id::text, 'before', b.before)) END,
                   COALESCE(b.invoiced, m.invoice_date, m.date),
                   COALESCE(l.cobranza_original_due_date, l.date_maturity, l.date),
                   COALESCE(l.date_maturity, l.date),
                   COALESCE(b.delivered, m.delivery_date),
                   COALESCE(b.insured, m.insured, FALSE),
                   COALESCE(b.cash, m.move_type = 'out_receipt'),
                   COALESCE(b.policy_id, m.insurance_policy_id, w.policy_id), t.settled_on,
                   COALESCE(g.amount, 0)::text,
                   GREATEST(x.extended_to, CASE WHEN l.cobranza_original_due_date IS NOT NULL
                                                THEN l.date_maturity END), o.done
              FROM scope s
              JOIN account_move_line l ON l.id = s.line_id
              JOIN account_move m ON m.id = l.move_id
              JOIN res_currency c ON c.id = l.currency_id
         LEFT JOIN late t ON t.line_id = l.id
         LEFT JOIN rebooked b ON b.line_id = l.id
        CROSS JOIN tax_settled n
         LEFT JOIN LATERAL (%(kept)s) w ON TRUE
         LEFT JOIN disputed g ON g.line_id = l.id
         LEFT JOIN extended x ON x.line_id = l.id
         LEFT JOIN done o ON o.line_id = l.id
            """,
            late=self._query_late(company, debtor_ids, extensions),
            scope=self._query_scope(company, debtor_ids),
            origin=self._query_origin(),
            settled=self._query_settled(company, debtor_ids),
            tax_settled=self._query_tax_settled(),
            rebooked=self._query_rebooked(),
            kept=self._query_sold_under(
                SQL("m.id"), SQL("COALESCE(m.invoice_date, m.date)"), SQL("m.delivery_date")
            ),
            disputed=self._query_disputed(),
            extended=self._query_extended(),
            done=self._query_done(date),
        )

    def _query_scope(self, company, debtor_ids):
        """What these debtors owe: rows of `debtor_id` and `line_id`."""
        return SQL(
            """
            SELECT d.id AS debtor_id, l.id AS line_id
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
              JOIN res_partner p ON p.id = l.partner_id
              JOIN cobranza_debtor d ON d.partner_id = p.commercial_partner_id
               AND d.company_id = l.company_id
             WHERE %(open)s AND l.amount_residual_currency > 0 AND %(debtors)s
         UNION ALL
            SELECT debtor_id, line_id FROM late
            """,
            open=self.env["account.move.line"]._cobranza_open_sql(company),
            debtors=self._of_debtors(company, debtor_ids),
        )

    def _query_origin(self):
        """What each line of `scope` comes from: itself, or all that a re-booked plan covers.

        Rows of `line_id` and `debtor_id`; `origin_id`, `move_id` and `date_due` of a due line.
        """
        return SQL(
            """
            SELECT s.line_id, s.debtor_id, COALESCE(part.move_line_id, l.id) AS origin_id,
                   COALESCE(part.move_id, l.move_id) AS move_id,
                   COALESCE(part.date_due, l.date_maturity, l.date) AS date_due
              FROM scope s
              JOIN account_move_line l ON l.id = s.line_id
         LEFT JOIN cobranza_plan_installment i ON i.move_line_id = s.line_id
         LEFT JOIN cobranza_plan_line part ON part.plan_id = i.plan_id
            """
        )

    def _of_debtors(self, company, debtor_ids):
        """SQL condition: debtor `d` is one of these; None = something of his is to be insured."""
        if debtor_ids is not None:
            return only("d.id", debtor_ids)
        return SQL(
            """
            (d.partner_id IN (
                SELECT mp.commercial_partner_id FROM account_move m
                  JOIN res_partner mp ON mp.id = m.commercial_partner_id
                 WHERE m.insured AND m.state = 'posted' AND m.company_id = %(company)s
                   AND m.payment_state NOT IN ('paid', 'reversed'))
             OR d.id IN (SELECT v.debtor_id FROM cobranza_insurance_cover v
                          WHERE v.date_to IS NULL AND v.company_id = %(company)s))
            """,
            company=company.id,
        )

    def _query_late(self, company, debtor_ids, extensions):
        """What these debtors settled later than its maximum extension, and on which day.

        As far as deliveries that are still open may have been stopped by it.
        extensions: the maximum extensions of the policies, in days.
        """
        if not extensions:
            return SQL(
                "SELECT NULL::int AS debtor_id, NULL::int AS line_id, NULL::date AS settled_on"
                " WHERE FALSE"
            )
        return SQL(
            """
            SELECT d.id AS debtor_id, l.id AS line_id, max(r.max_date) AS settled_on
              FROM account_partial_reconcile r
              JOIN account_move_line l ON l.id = r.debit_move_id
              JOIN account_account a ON a.id = l.account_id
              JOIN res_partner p ON p.id = l.partner_id
              JOIN cobranza_debtor d ON d.partner_id = p.commercial_partner_id
               AND d.company_id = l.company_id
             WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled
               AND a.account_type = 'asset_receivable'
               AND r.max_date > COALESCE(l.cobranza_original_due_date, l.date_maturity, l.date)
                                + %(mep)s
               AND r.max_date > (SELECT min(LEAST(m.invoice_date, m.delivery_date))
                                   FROM account_move m
                                  WHERE m.insured AND m.state = 'posted'
                                    AND m.company_id = %(company)s
                                    AND m.payment_state NOT IN ('paid', 'reversed'))
               AND %(debtors)s
          GROUP BY d.id, l.id
            """,
            company=company.id,
            mep=min(extensions),
            debtors=self._of_debtors(company, debtor_ids),
        )

    def _query_rebooked(self):
        """What the invoices were that an installment of a re-booked plan comes from.

        before: None unless a credit note for tax alone had taken something off one of them; of
        each what the plan covers, which part of it was tax, and what came of it before the plan.
        """
        return SQL(
            """
            SELECT s.line_id, min(m.invoice_date) AS invoiced, min(m.delivery_date) AS delivered,
                   bool_and(COALESCE(m.insured, FALSE)) AS insured,
                   bool_or(m.move_type = 'out_receipt') AS cash,
                   min(COALESCE(m.insurance_policy_id, u.policy_id)) AS policy_id,
                   sum(part.amount * t.share) / sum(part.amount) AS tax_share,
                   CASE WHEN bool_or(z.before IS NOT NULL)
                        THEN jsonb_agg(jsonb_build_array(part.amount::text, t.share::text,
                                                         z.before)) END AS before
              FROM scope s
              JOIN cobranza_plan_installment i ON i.move_line_id = s.line_id
              JOIN cobranza_plan p ON p.id = i.plan_id
              JOIN cobranza_plan_line part ON part.plan_id = p.id
              JOIN account_move m ON m.id = part.move_id
        CROSS JOIN LATERAL (SELECT COALESCE(GREATEST(m.amount_tax / NULLIF(m.amount_total, 0), 0),
                                            0) AS share) t
         LEFT JOIN LATERAL (%(under)s) u ON TRUE
         LEFT JOIN LATERAL (
                SELECT %(settled)s AS before FROM settled e
                 WHERE e.move_id = m.id
                   AND e.id < (SELECT min(r.id) FROM settled r
                                WHERE r.move_id = m.id AND r.by_id = p.rebook_move_id)
                HAVING count(*) > 0) z ON TRUE
          GROUP BY s.line_id
            """,
            under=self._query_sold_under(
                SQL("m.id"), SQL("COALESCE(m.invoice_date, m.date)"), SQL("m.delivery_date")
            ),
            settled=self._sql_settled(),
        )

    def _query_settled(self, company, debtor_ids):
        """What came of each document that a credit note for tax alone took something off.

        Rows of `move_id`, `total` (of its due lines, in their currency), `id`, `day`, `amount`,
        `by_id` (what it came by) and `is_tax` (whether that was such a credit note).
        """
        credits_tax = self.env["account.move"]._cobranza_sql_credits_tax
        theirs = SQL("TRUE")
        if debtor_ids is not None:
            theirs = SQL(
                """
                c.partner_id IN (SELECT p.id FROM res_partner p
                                   JOIN cobranza_debtor d ON d.partner_id = p.commercial_partner_id
                                  WHERE %s)
                """,
                only("d.id", debtor_ids),
            )
        return SQL(
            """
            SELECT l.move_id, t.total, r.id, r.max_date AS day, r.debit_amount_currency AS amount,
                   k.move_id AS by_id, %(by_credits_tax)s AS is_tax
              FROM (SELECT DISTINCT i.move_id
                      FROM account_move n
                      JOIN account_move_line c ON c.move_id = n.id
                      JOIN account_partial_reconcile o ON o.credit_move_id = c.id
                      JOIN account_move_line i ON i.id = o.debit_move_id
                     WHERE n.company_id = %(company)s AND %(credits_tax)s AND %(theirs)s) d
        CROSS JOIN LATERAL (
                SELECT array_agg(l.id) AS line_ids, sum(l.amount_currency) AS total
                  FROM account_move_line l
                  JOIN account_account a ON a.id = l.account_id
                   AND a.account_type = 'asset_receivable'
                 WHERE l.move_id = d.move_id AND l.balance > 0) t
              JOIN account_move_line l ON l.id = ANY (t.line_ids)
              JOIN account_partial_reconcile r ON r.debit_move_id = l.id
              JOIN account_move_line k ON k.id = r.credit_move_id
              JOIN account_move by_move ON by_move.id = k.move_id
            """,
            company=company.id,
            credits_tax=credits_tax("n"),
            theirs=theirs,
            by_credits_tax=credits_tax("by_move"),
        )

    def _query_tax_settled(self):
        """What came of each document in `settled`: one row, `by_move` is {document's id: it}.

        Whatever the database expects there to be of them, it looks each up at once.
        """
        return SQL(
            """
            SELECT jsonb_object_agg(t.move_id, t.own) AS by_move
              FROM (SELECT e.move_id, %s AS own FROM settled e GROUP BY e.move_id) t
            """,
            self._sql_settled(),
        )

    def _sql_settled(self):
        """SQL: what a document was and, in order, the pairs (what came, whether of tax alone)."""
        return SQL(
            """
            jsonb_build_object(
                'total', min(e.total)::text,
                'settled', jsonb_agg(jsonb_build_array(e.amount::text, e.is_tax)
                                     ORDER BY e.day, e.id))
            """
        )

    def _query_sold_under(self, move, invoiced, delivered):
        """The archived policy that a sale was last believed to be under, whatever is open of it.

        move, invoiced, delivered: SQL of its invoice's id and days.
        """
        return SQL(
            """
            SELECT v.policy_id
              FROM (SELECT c.policy_id FROM cobranza_insurance_cover c
                     WHERE c.move_id = %s
                       AND EXISTS (SELECT 1 FROM cobranza_insurance_policy WHERE NOT active)
                  ORDER BY c.date_from DESC, c.id DESC LIMIT 1) v
              JOIN cobranza_insurance_policy p ON p.id = v.policy_id AND NOT p.active
             WHERE %s
            """,
            move,
            self._sql_was_in_force(invoiced, delivered),
        )

    def _sql_was_in_force(self, invoiced, delivered):
        """SQL condition: the archived policy `p` was in force on the day of a sale."""
        return SQL(
            """
            EXISTS (SELECT 1 FROM cobranza_insurance_period y
                     WHERE y.policy_id = p.id
                       AND %(day)s BETWEEN y.date_from AND LEAST(y.date_to, p.ended_on - 1))
            """,
            day=SQL(
                "CASE p.attachment WHEN 'delivery' THEN COALESCE(%s, %s) ELSE %s END",
                delivered, invoiced, invoiced,
            ),
        )  # fmt: skip

    def _query_disputed(self):
        """What is disputed of each line until somebody has decided, however long that takes."""
        return SQL(
            """
            SELECT s.line_id, sum(g.amount - COALESCE(g.credited_amount, 0)) AS amount
              FROM scope s
              JOIN cobranza_dispute g ON g.move_line_id = s.line_id AND g.pausing
          GROUP BY s.line_id
            """
        )

    def _query_extended(self):
        """The last day agreed for each line: a promise that wasn't taken back, or a plan's end."""
        return SQL(
            """
            SELECT t.line_id, max(t.day) AS extended_to
              FROM (SELECT s.line_id, p.date AS day
                      FROM scope s
                      JOIN cobranza_promise_line part ON part.move_line_id = s.line_id
                      JOIN cobranza_promise p ON p.id = part.promise_id
                     WHERE p.state <> 'cancelled'
                 UNION ALL
                    SELECT s.line_id, i.date_due
                      FROM scope s
                      JOIN cobranza_plan_line part ON part.move_line_id = s.line_id
                      JOIN cobranza_plan p ON p.id = part.plan_id
                      JOIN cobranza_plan_installment i ON i.plan_id = p.id
                     WHERE p.accepted_on IS NOT NULL AND p.state <> 'cancelled') t
          GROUP BY t.line_id
            """
        )

    def _query_done(self, date):
        """What was done about each line by a day: {kind: last day} from all `_done_queries`."""
        found = SQL(" UNION ALL ").join(getattr(self, name)(date) for name in self._done_queries)
        return SQL(
            """
            SELECT t.line_id, jsonb_object_agg(t.kind, t.day) AS done
              FROM (SELECT f.line_id, f.kind, max(f.day) AS day FROM (%s) f
                  GROUP BY f.line_id, f.kind) t
          GROUP BY t.line_id
            """,
            found,
        )

    def _query_approved(self, date):
        """What the insurer has allowed for the invoices of lines, re-booked or not."""
        return SQL(
            """
            SELECT o.line_id,
                   CASE v.duty WHEN 'extension' THEN 'approved'
                               ELSE 'excused:' || v.duty END AS kind,
                   COALESCE(v.until, v.date) AS day
              FROM origin o
              JOIN cobranza_insurance_approval_move_rel rel ON rel.account_move_id = o.move_id
              JOIN cobranza_insurance_approval v ON v.id = rel.cobranza_insurance_approval_id
             WHERE v.date <= %s
            """,
            date,
        )

    def _query_activated(self, _date):
        """When the cover of single invoices was activated.

        An installment of a re-booked plan is activated if all that the plan covers is.
        """
        return SQL(
            """
            SELECT o.line_id, 'activated' AS kind, max(m.insurance_activated_on) AS day
              FROM origin o
              JOIN account_move m ON m.id = o.move_id
          GROUP BY o.line_id
            HAVING bool_and(m.insurance_activated_on IS NOT NULL)
            """
        )

    def _query_notified(self, date):
        """When the insurer was told that lines are unpaid; found again if invoices were reposted.

        An installment of a re-booked plan is notified if it is itself, or all that the plan covers
        is.  What a plan covered whose re-booking was reversed is notified if that was said of so
        much of its installments as was open of it in the end.
        """
        given = SQL(
            """
            (SELECT n.debtor_id, l.move_line_id, l.move_id, l.date_due, l.amount,
                    l.notified_on AS day
               FROM cobranza_insurance_notice_line l
               JOIN cobranza_insurance_notice n ON n.id = l.notice_id
              WHERE l.state = 'notified' AND l.notified_on <= %s)
            """,
            date,
        )
        return SQL(
            """
            SELECT s.line_id, 'notified' AS kind, given.day
              FROM scope s
              JOIN %(given)s given ON given.move_line_id = s.line_id
               AND given.debtor_id = s.debtor_id
         UNION ALL
            SELECT o.line_id, 'notified', max(told.day)
              FROM origin o
         LEFT JOIN (
                SELECT debtor_id, move_line_id, move_id, date_due, day FROM %(given)s given
             UNION ALL
                SELECT undone.debtor_id, covered.move_line_id, covered.move_id, covered.date_due,
                       undone.day
                  FROM cobranza_plan_line covered
                  JOIN (SELECT p.id, p.debtor_id, max(given.day) AS day
                          FROM cobranza_plan p
                          JOIN cobranza_plan_installment i ON i.plan_id = p.id
                          JOIN %(given)s given ON given.move_line_id = i.move_line_id
                         WHERE p.rebook_reversal_id IS NOT NULL
                      GROUP BY p.id
                        HAVING sum(given.amount) >= p.open_amount) undone
                    ON undone.id = covered.plan_id) told
                ON told.move_id = o.move_id AND told.debtor_id = o.debtor_id
               AND COALESCE(told.move_line_id = o.origin_id, told.date_due = o.date_due)
          GROUP BY o.line_id
            HAVING bool_and(told.day IS NOT NULL)
            """,
            given=given,
        )
