from odoo import models
from odoo.tools import SQL

from .cobranza_facts import WAYS
from .sql import only


class CobranzaFacts(models.AbstractModel):
    """The statement that reads the facts about due lines.

    It is SQL because a run reads the whole ledger: one statement, whatever the number of lines,
    where the ORM would load every invoice, partner and reminder.
    """

    # a file for each part
    _inherit = "cobranza.facts"  # pylint: disable=consider-merging-classes-inherited

    #: Methods of a company, a day and debtor ids (None = all) that return the statement of one
    #: kind of agreement: the parts of due lines that it pauses on the day, as rows of `line_id`,
    #: `debtor_id` (with whom), `kind` (engine.pauses.KINDS), `amount` (numeric, in the line's
    #: currency), `until` and `label` (what a person calls it, or NULL).
    _pause_queries = (
        "_query_disputed", "_query_planned", "_query_promised", "_query_claimed"
    )  # fmt: skip

    def _query(self, company, date, debtor_ids, scope):
        """Return the one statement that reads every fact the engine needs.

        It is SQL because the ORM would need a query per fact and per thousand lines
        (a peer takes a minute for 35 000 lines).  Its columns are `_item_maker`'s.
        """
        conditions = [self.env["account.move.line"]._cobranza_open_sql(company), *scope]
        return SQL(
            """
            WITH told AS (%(told)s),
                 contacted AS (%(contacted)s),
                 in_process AS (%(in_process)s),
                 blocks AS (%(blocks)s),
                 contacts AS (%(contacts)s),
                 waiting AS (%(waiting)s),
                 pauses AS (%(pauses)s)
            SELECT l.id, d.id, l.currency_id, l.amount_residual_currency::text,
                   COALESCE(l.date_maturity, l.date), l.amount_residual::text,
                   c.decimal_places, l.move_id,
                   dp.id, %(customer_reach)s, r.id, %(contact_reach)s, contacts.contacts,
                   CASE WHEN m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                        THEN 'invoice' ELSE 'entry' END,
                   COALESCE(m.is_move_sent, FALSE), COALESCE(l.no_followup, FALSE),
                   m.payment_state = 'blocked', in_process.payments, blocks.blocks, pauses.pauses,
                   told.level_id, told.delay_days, told.policy_id, told.sent_date,
                   contacted.sent_date, d.pay_days,
                   COALESCE(m.cobranza_policy_id, d.policy_id, g.policy_id, %(default)s),
                   CASE WHEN m.cobranza_policy_id IS NOT NULL THEN 'invoice'
                        WHEN d.policy_id IS NOT NULL THEN 'debtor'
                        WHEN g.policy_id IS NOT NULL THEN 'segment' ELSE 'company' END,
                   waiting.debtor_id IS NOT NULL, m.cobranza_resent_date,
                   m.move_type NOT IN ('out_invoice', 'out_refund', 'out_receipt')
                   OR m.commercial_partner_id = d.partner_id
                   -- a customer may have become a contact of another one since
                   OR d.partner_id = (SELECT mp.commercial_partner_id FROM res_partner mp
                                       WHERE mp.id = m.commercial_partner_id)
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
              JOIN account_move m ON m.id = l.move_id
              JOIN res_currency c ON c.id = l.currency_id
         LEFT JOIN res_partner p ON p.id = l.partner_id
         LEFT JOIN cobranza_debtor d ON d.partner_id = p.commercial_partner_id
               AND d.company_id = l.company_id
         LEFT JOIN cobranza_segment g ON g.id = d.segment_id
         LEFT JOIN res_partner dp ON dp.id = d.partner_id
         LEFT JOIN res_partner r ON r.id = CASE
                   WHEN m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                   THEN m.partner_id ELSE l.partner_id END
               AND r.id <> d.partner_id AND r.active AND r.commercial_partner_id = d.partner_id
         LEFT JOIN contacts ON contacts.debtor_id = d.id
         LEFT JOIN told ON told.line_id = l.id AND told.debtor_id = d.id
         LEFT JOIN contacted ON contacted.debtor_id = d.id
         LEFT JOIN in_process ON in_process.move_id = l.move_id
         LEFT JOIN blocks ON blocks.debtor_id = d.id
         LEFT JOIN waiting ON waiting.debtor_id = d.id
         LEFT JOIN pauses ON pauses.line_id = l.id AND pauses.debtor_id = d.id
             WHERE %(where)s
          ORDER BY d.id NULLS FIRST, l.id
            """,
            told=self._query_told(company, debtor_ids),
            contacted=self._query_contacted(company, debtor_ids),
            in_process=self._query_in_process(company, debtor_ids),
            blocks=self._query_blocks(company, date, debtor_ids),
            contacts=self._query_contacts(company, debtor_ids),
            customer_reach=self._sql_reach("dp", "dp"),
            contact_reach=self._sql_reach("r", "dp"),
            waiting=self._query_waiting(company, debtor_ids),
            pauses=self._query_pauses(company, date, debtor_ids),
            default=company.cobranza_policy_id.id or None,
            where=SQL(" AND ").join(conditions),
        )

    def _sql_reach(self, recipient, customer):
        """SQL: how somebody can be reached: the sum of parts of WAYS; 0 without a row.

        recipient, customer: aliases of res_partner. A contact without a phone number or postal
        address is reached at the customer's; an e-mail goes to the customer only as its own.
        """
        sql_way = self.env["res.partner"]._cobranza_sql_way
        own_or_customers = SQL(" + ").join(
            SQL(
                "CASE WHEN %s OR %s THEN %s ELSE 0 END",
                sql_way(way, recipient),
                sql_way(way, recipient if way == "email" else customer),
                part,
            )
            for part, way in WAYS.items()
        )
        return SQL(
            "CASE WHEN %s IS NULL THEN 0 ELSE %s END",
            SQL.identifier(recipient, "id"),
            own_or_customers,
        )

    def _query_told(self, company, debtor_ids):
        """The last level that each debtor was told for each line."""
        return SQL(
            """
            SELECT DISTINCT ON (t.line_id, t.debtor_id) t.line_id, t.debtor_id, t.level_id,
                   v.delay_days, v.policy_id, t.sent_date
              FROM (%s) t
              JOIN cobranza_policy_level v ON v.id = t.level_id
          ORDER BY t.line_id, t.debtor_id, t.sent_date DESC, t.id DESC
            """,
            self._query_told_lines(company, debtor_ids),
        )

    def _query_told_lines(self, company, debtor_ids):
        """What each debtor was told of each line: sent, and not known as undelivered.

        Resetting an invoice to draft may recreate its receivable items; then the reminder
        line has lost its item, and the history is found by invoice and due date.  By now the
        invoice may be another customer's: then it is none of its history.
        """
        return SQL(
            """
            SELECT rl.move_line_id AS line_id, r.debtor_id, rl.level_id, r.sent_date, rl.id
              FROM cobranza_reminder r
              JOIN cobranza_reminder_line rl ON rl.reminder_id = r.id
               AND rl.move_line_id IS NOT NULL
             WHERE %(sent)s
         UNION ALL
            SELECT l.id, r.debtor_id, rl.level_id, r.sent_date, rl.id
              FROM cobranza_reminder r
              JOIN cobranza_reminder_line rl ON rl.reminder_id = r.id
               AND rl.move_line_id IS NULL
              JOIN account_move_line l ON l.move_id = rl.move_id
               AND COALESCE(l.date_maturity, l.date) = rl.date_due
             WHERE %(sent)s
            """,
            sent=self._sent(company, debtor_ids),
        )

    def _query_contacted(self, company, debtor_ids):
        """The day of the last message to each debtor, about whatever."""
        return SQL(
            """
            SELECT r.debtor_id, max(r.sent_date) AS sent_date
              FROM cobranza_reminder r
             WHERE %s
          GROUP BY r.debtor_id
            """,
            self._sent(company, debtor_ids),
        )

    def _sent(self, company, debtor_ids):
        """SQL condition: reminder `r` reached a debtor, as far as is known."""
        return SQL(
            "r.state = 'sent' AND %s AND %s",
            self._only_of("r", company, debtor_ids),
            self.env["cobranza.reminder"]._sql_delivered("r"),
        )

    def _query_contacts(self, company, debtor_ids):
        """Each debtor's people: [[contact, reach, role, priority, instead of], …].

        Roles, and whom a person chose for a reminder that is open now ("person", instead of
        whom).  Somebody who left, or belongs to another customer by now, is nobody's contact.
        """
        return SQL(
            """
            SELECT t.debtor_id,
                   jsonb_agg(jsonb_build_array(p.id, %(reach)s, t.role, t.priority,
                             t.instead_of) ORDER BY t.priority, p.id) AS contacts
              FROM (SELECT dc.debtor_id, dc.partner_id, dc.role, dc.priority, NULL AS instead_of
                      FROM cobranza_contact_role dc
                 UNION ALL
                    SELECT r.debtor_id, r.recipient_id, 'person', 0, r.routed_recipient_id
                      FROM cobranza_reminder r
                     WHERE r.recipient_rule = 'person' AND r.state IN ('proposed', 'approved')
                   ) t
              JOIN cobranza_debtor d ON d.id = t.debtor_id
              JOIN res_partner dp ON dp.id = d.partner_id
              JOIN res_partner p ON p.id = t.partner_id AND p.active
               AND p.commercial_partner_id = d.partner_id
             WHERE d.company_id = %(company)s AND %(scope)s
          GROUP BY t.debtor_id
            """,
            reach=self._sql_reach("p", "dp"),
            company=company.id,
            scope=only("d.id", debtor_ids),
        )

    def _query_in_process(self, company, debtor_ids):
        """Payments linked to an invoice that have no journal entry: the residual ignores them.

        Confirmed ("paid") ones count as well: without an entry they never lower the residual.
        A payment of several branches' invoices belongs to their parent: the invoice's company
        counts, not the payment's.
        """
        return SQL(
            """
            SELECT link.invoice_id AS move_id,
                   jsonb_agg(jsonb_build_array(pay.id, pay.currency_id,
                             (CASE pay.payment_type WHEN 'outbound' THEN -pay.amount
                              ELSE pay.amount END)::text,
                             pay.amount_company_currency_signed::text) ORDER BY pay.id)
                       AS payments
              FROM account_move__account_payment link
              JOIN account_payment pay ON pay.id = link.payment_id
              JOIN account_move m ON m.id = link.invoice_id
             WHERE m.company_id = %s AND pay.move_id IS NULL
               AND pay.state IN ('in_process', 'paid') %s
          GROUP BY link.invoice_id
            """,
            company.id,
            self._only_moves_of(company, debtor_ids),
        )

    def _only_moves_of(self, company, debtor_ids):
        """Restrict a query on payments to invoices of some debtors; None = no restriction."""
        if debtor_ids is None:
            return SQL()
        return SQL(
            """
            AND link.invoice_id IN (
                SELECT l.move_id FROM cobranza_debtor d
                  JOIN res_partner p ON p.commercial_partner_id = d.partner_id
                  JOIN account_move_line l ON l.partner_id = p.id AND l.company_id = d.company_id
                  JOIN account_account a ON a.id = l.account_id
                 WHERE %s AND %s)
            """,
            only("d.id", debtor_ids),
            self.env["account.move.line"]._cobranza_open_sql(company),
        )

    def _query_blocks(self, company, date, debtor_ids):
        """The pauses by hand that hold on the date, by debtor.

        That of a due line is found again by invoice and due date where the item was recreated.
        """
        return SQL(
            """
            SELECT b.debtor_id,
                   jsonb_agg(jsonb_build_array(b.move_id, b.move_line_id, b.date_due, b.until,
                             b.reason) ORDER BY b.id) AS blocks
              FROM cobranza_block b
             WHERE %s AND b.active AND (b.until IS NULL OR b.until > %s)
          GROUP BY b.debtor_id
            """,
            self._only_of("b", company, debtor_ids),
            date,
        )

    def _query_pauses(self, company, date, debtor_ids):
        """What each debtor's agreements pause of a line: [[kind, amount, until, label], …]."""
        return SQL(
            """
            SELECT t.line_id, t.debtor_id,
                   jsonb_agg(jsonb_build_array(t.kind, t.amount::text, t.until, t.label)
                             ORDER BY t.until, t.amount) AS pauses
              FROM (%s) t
          GROUP BY t.line_id, t.debtor_id
            """,
            self._query_agreed(company, date, debtor_ids),
        )

    def _query_agreed(self, company, date, debtor_ids):
        """What agreements pause on a day: the rows of all `_pause_queries`."""
        return SQL(" UNION ALL ").join(
            getattr(self, name)(company, date, debtor_ids) for name in self._pause_queries
        )

    def _agreed_ids(self, companies):
        """The ids of the due lines of which agreements leave nothing to chase today."""
        self.env.flush_all()
        agreed = SQL(" UNION ALL ").join(
            self._query_agreed(one, one._cobranza_today(), None) for one in companies
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id FROM (%s) t JOIN account_move_line l ON l.id = t.line_id
              GROUP BY l.id HAVING sum(t.amount) >= l.amount_residual_currency
                """,
                agreed,
            )
        )
        return [line_id for (line_id,) in rows]

    def _only_of(self, alias, company, debtor_ids):
        """SQL condition: a debtor's row is of the company, and of these debtors (None = all)."""
        return SQL(
            "%s = %s AND %s",
            SQL.identifier(alias, "company_id"),
            company.id,
            only(SQL.identifier(alias, "debtor_id"), debtor_ids),
        )

    def _query_disputed(self, company, date, debtor_ids):
        """Disputed amounts until somebody is to look again; nothing once they are decided.

        Of one that was accepted and has no credit note yet, less what was credited since.
        """
        return SQL(
            """
            SELECT s.move_line_id AS line_id, s.debtor_id, 'dispute' AS kind,
                   s.amount - COALESCE(s.credited_amount, 0) AS amount,
                   s.revisit_date AS until, %(reason)s AS label
              FROM cobranza_dispute s
              JOIN cobranza_dispute_reason r ON r.id = s.reason_id
             WHERE %(only)s AND s.pausing AND s.revisit_date > %(date)s
               AND s.move_line_id IS NOT NULL AND s.amount > COALESCE(s.credited_amount, 0)
            """,
            reason=self.env["cobranza.dispute.reason"]._field_to_sql("r", "name"),
            only=self._only_of("s", company, debtor_ids),
            date=date,
        )

    def _query_promised(self, company, date, debtor_ids):
        """What is left to pay of open promises until their last day is over."""
        return SQL(
            """
            SELECT part.move_line_id AS line_id, p.debtor_id, 'promise' AS kind,
                   part.amount - COALESCE(part.paid_amount, 0) AS amount, p.pause_until AS until,
                   NULL AS label
              FROM cobranza_promise p
              JOIN cobranza_promise_line part ON part.promise_id = p.id
             WHERE %(only)s AND p.state = 'open' AND p.pause_until > %(date)s
               AND part.move_line_id IS NOT NULL AND part.amount > COALESCE(part.paid_amount, 0)
            """,
            only=self._only_of("p", company, debtor_ids),
            date=date,
        )

    def _query_waiting(self, company, debtor_ids):
        """The debtors who wrote and whom nobody has looked after yet."""
        return SQL(
            """
            SELECT DISTINCT i.debtor_id
              FROM cobranza_interaction i
             WHERE %s AND i.waiting
            """,
            self._only_of("i", company, debtor_ids),
        )
