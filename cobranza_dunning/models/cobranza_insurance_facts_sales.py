from decimal import Decimal
from typing import Any, NamedTuple

from odoo import models
from odoo.tools import SQL

from ..engine import declarations, insurance
from ..engine.cover_rules import outside
from ..engine.insurance_choice import choose
from ..engine.insurance_dates import DAY
from ..engine.premium import month_ends


class Document(NamedTuple):
    """An invoice or credit note as the statement reads it; credit notes are negative.

    amount, tax: as they are now, or what was open of them at the end of `balance_day`; nothing of
    what isn't posted any more.  told…: what was declared of it before, in the policy's currency.
    sold, delivered: of the sale that a credit note takes back.
    flagged: None = as new invoices of its customer.
    """

    id: int
    partner_id: int
    name: str
    move_type: str | None
    cash: bool
    currency_id: int
    amount: str
    tax: str
    company_amount: str
    company_tax: str
    invoiced: Any
    shipped: Any
    balance_day: Any
    sold: Any
    delivered: Any
    due: Any
    flagged: bool | None
    chosen: int | None
    own: int | None
    kind: str
    country: str | None
    country_id: int | None
    told: str | None
    told_tax: str | None
    told_policy: int | None
    told_day: Any
    told_document: str
    told_document_tax: str
    told_premium: str


class CobranzaInsuranceFacts(models.AbstractModel):
    """Reads what is to be declared to an insurer.

    In SQL: a period concerns every invoice of it, and what was declared of them before.
    """

    # a file for each part
    _inherit = "cobranza.insurance.facts"  # pylint: disable=consider-merging-classes-inherited

    def _sales(self, policy, declaration, first, last):
        """Read what a policy may want declared of a period.

        declaration: the draft it is for; what is declared by it, or by the one that it corrects,
        counts as not declared.
        Returns [(engine Item, Document)], each under this policy: the sales up to the last day
        that haven't been declared or have changed since; or the balances at each end of a month.
        """
        company = policy.company_id
        terms = self._terms(company, [], policy)
        self.env.flush_all()
        rows = self.env.execute_query(self._query_sales(policy, declaration, first, last))
        convert = self._converter(company, terms)
        found = ((Document._make(row), policy, terms, convert) for row in rows)
        return [one for one in (self._item(*each) for each in found) if one]

    def _item(self, document, policy, terms, convert):
        """Return (Item, Document) of a Document, or None if it falls under another policy."""
        buyer = insurance.Buyer(document.partner_id, document.kind, document.country)
        sale = insurance.Line(
            document.id, Decimal(document.amount), document.sold, document.due or document.sold,
            document.delivered, cash=document.cash,
        )  # fmt: skip
        chosen = document.told_policy or choose(
            terms.policies, sale, buyer, document.chosen or document.own
        )
        if chosen != policy.id:
            return None
        terms_of_policy = terms.policies[policy.id]
        flagged = policy.insure_by_default if document.flagged is None else document.flagged
        insurable = flagged or policy.declaration_scope != "insured"

        def money(amount, company_amount):
            return convert(document.currency_id, Decimal(amount), Decimal(company_amount),
                           document.invoiced, policy.id)  # fmt: skip

        told = document.told
        item = declarations.Item(
            (document.id, document.partner_id, document.balance_day or document.invoiced),
            document.partner_id,
            document.told_day or document.balance_day or _sale_day(policy, document),
            money(document.amount, document.company_amount),
            money(document.tax, document.company_tax),
            document.country,
            insurable and outside(terms_of_policy, sale, buyer) is None,
            told=None if told is None else (Decimal(told), Decimal(document.told_tax)),
        )
        return item, document._replace(flagged=flagged)

    # --- the statement -----------------------------------------------------------------

    def _query_sales(self, policy, declaration, first, last):
        """Return the one statement; its columns are Document's."""
        balances = policy._declares_balances()
        return SQL(
            """
            WITH told AS (%(told)s),
                 found AS (%(found)s)
            SELECT f.id, p.id, COALESCE(m.name, f.name), m.move_type,
                   COALESCE(r.move_type, m.move_type) = 'out_receipt',
                   COALESCE(f.currency_id, m.currency_id), f.amount::text, f.tax::text,
                   f.company_amount::text, f.company_tax::text,
                   COALESCE(m.invoice_date, m.date, f.told_day), m.delivery_date, f.balance_day,
                   COALESCE(r.invoice_date, m.invoice_date, m.date, f.told_day),
                   COALESCE(r.delivery_date, m.delivery_date),
                   COALESCE(r.invoice_date_due, m.invoice_date_due),
                   CASE WHEN m.move_type <> 'out_refund' THEN COALESCE(m.insured, FALSE)
                        ELSE COALESCE(r.insured, credited.insured,
                                      CASE d.insure WHEN 'always' THEN TRUE
                                                    WHEN 'never' THEN FALSE END) END,
                   COALESCE(m.insurance_policy_id, r.insurance_policy_id, kept.policy_id),
                   d.insurance_policy_id,
                   %(kind)s, k.code, k.id, f.told::text, f.told_tax::text, f.told_policy,
                   f.told_day, f.told_document::text, f.told_document_tax::text,
                   f.told_premium::text
              FROM found f
              JOIN res_partner p ON p.id = f.partner_id
         LEFT JOIN account_move m ON m.id = f.id
         LEFT JOIN account_move r ON r.id = m.reversed_entry_id AND m.move_type = 'out_refund'
         LEFT JOIN cobranza_debtor d ON d.partner_id = p.id AND d.company_id = %(company)s
         LEFT JOIN res_country k ON k.id = p.country_id
         LEFT JOIN LATERAL (%(credited)s) credited ON m.move_type = 'out_refund'
         LEFT JOIN LATERAL (%(kept)s) kept ON TRUE
          ORDER BY f.id
            """,
            told=self._query_told(policy, declaration, first),
            found=self._query_balances(policy, first, last)
            if balances
            else self._query_changed(policy, last),
            kind=self._buyer_kind(),
            company=policy.company_id.id,
            kept=self._query_sold_under(
                SQL("COALESCE(r.id, m.id)"),
                SQL("COALESCE(r.invoice_date, m.invoice_date, m.date)"),
                SQL("COALESCE(r.delivery_date, m.delivery_date)"),
            ),
            credited=SQL(
                """
                SELECT bool_or(i.insured) AS insured
                  FROM account_move_line c
                  JOIN account_partial_reconcile a ON a.credit_move_id = c.id
                  JOIN account_move_line b ON b.id = a.debit_move_id
                  JOIN account_move i ON i.id = b.move_id AND i.move_type <> 'entry'
                 WHERE c.move_id = m.id
                """
            ),
        )

    def _query_told(self, policy, declaration, first):
        """What was declared of each document, or will be by a draft of an earlier period.

        Such a draft counts instead of the declaration that it corrects.
        """
        return SQL(
            """
            SELECT t.document_id AS id, t.partner_id, min(t.name) AS name,
                   min(t.document_currency_id) AS currency_id, min(d.policy_id) AS policy_id,
                   min(t.day) AS day, sum(t.amount) AS amount, sum(t.tax_amount) AS tax,
                   sum(t.document_amount) AS document_amount, sum(t.document_tax) AS document_tax,
                   COALESCE(sum(t.premium_amount), 0) AS premium
              FROM cobranza_insurance_declaration_line t
              JOIN cobranza_insurance_declaration d ON d.id = t.declaration_id
         LEFT JOIN cobranza_insurance_declaration c ON c.corrects_id = d.id AND c.state = 'draft'
               AND c.policy_id = %(policy)s AND c.date_from < %(first)s
             WHERE d.company_id = %(company)s AND NOT d.balances AND d.id NOT IN %(own)s
               AND (d.state = 'declared' AND c.id IS NULL
                    OR (d.state = 'draft' AND d.policy_id = %(policy)s AND d.date_from < %(first)s))
          GROUP BY t.document_id, t.partner_id
            """,
            company=policy.company_id.id,
            own=tuple((declaration | declaration.corrects_id).ids) or (0,),
            policy=policy.id,
            first=first,
        )

    def _query_posted(self, policy):
        """A company's posted sales and credit notes since declarations began.

        wanted: of those that weren't told before, what the policy may want declared.
        """
        return SQL(
            """
            SELECT m.id, mp.commercial_partner_id AS partner_id, m.currency_id,
                   CASE WHEN m.move_type = 'out_refund' THEN -1 ELSE 1 END AS sign,
                   m.amount_total, m.amount_tax, m.amount_total_signed, m.amount_tax_signed,
                   m.date, %(day)s AS day, %(wanted)s AS wanted
              FROM account_move m
              JOIN res_partner mp ON mp.id = m.commercial_partner_id
             WHERE m.company_id = %(company)s AND m.state = 'posted'
               AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND %(day)s >= %(start)s
            """,
            company=policy.company_id.id,
            day=SQL("COALESCE(m.delivery_date, m.invoice_date, m.date)")
            if policy.attachment == "delivery"
            else SQL("COALESCE(m.invoice_date, m.date)"),
            start=policy._declaration_start(),
            # whether a credit note is depends on what it is for
            wanted=SQL("m.insured OR m.move_type = 'out_refund'")
            if policy.declaration_scope == "insured"
            else SQL("TRUE"),
        )

    def _query_changed(self, policy, last):
        """Documents up to a day that weren't declared as they are now, and those that are gone."""
        return SQL(
            """
            SELECT q.id, q.partner_id, t.name, q.currency_id, q.sign * q.amount_total AS amount,
                   q.sign * q.amount_tax AS tax, q.amount_total_signed AS company_amount,
                   q.amount_tax_signed AS company_tax, NULL::date AS balance_day,
                   t.amount AS told, t.tax AS told_tax, t.policy_id AS told_policy,
                   t.day AS told_day, COALESCE(t.document_amount, 0) AS told_document,
                   COALESCE(t.document_tax, 0) AS told_document_tax,
                   COALESCE(t.premium, 0) AS told_premium
              FROM (%(posted)s) q
         LEFT JOIN told t ON t.id = q.id AND t.partner_id = q.partner_id
             WHERE q.day <= %(last)s
               AND (t.id IS NULL AND q.wanted OR t.document_amount <> q.sign * q.amount_total
                    OR t.document_tax <> q.sign * q.amount_tax OR t.currency_id <> q.currency_id)
         UNION ALL
            SELECT t.id, t.partner_id, t.name, t.currency_id, 0, 0, 0, 0, NULL, t.amount, t.tax,
                   t.policy_id, t.day, t.document_amount, t.document_tax, t.premium
              FROM told t
             WHERE t.document_amount <> 0
               AND NOT EXISTS (SELECT 1 FROM account_move m
                                 JOIN res_partner mp ON mp.id = m.commercial_partner_id
                                WHERE m.id = t.id AND m.state = 'posted'
                                  AND mp.commercial_partner_id = t.partner_id)
            """,
            posted=self._query_posted(policy),
            last=last,
        )

    def _query_balances(self, policy, first, last):
        """What was open of each document at each end of a month of a period.

        What plans have re-booked is as open as their installments are.  The tax in it is pro rata,
        as if credit notes for tax alone had come after all payments.
        """
        return SQL(
            """
            SELECT q.id, q.partner_id, NULL AS name, q.currency_id, o.amount,
                   round(GREATEST(o.amount * t.share - o.tax_back * (1 - t.share),
                                  LEAST(o.amount, 0)), c.decimal_places) AS tax,
                   o.company_amount,
                   round(GREATEST(o.company_amount * t.share - o.company_tax_back * (1 - t.share),
                                  LEAST(o.company_amount, 0)), %(places)s) AS company_tax,
                   e.day AS balance_day, NULL::numeric AS told, NULL::numeric AS told_tax,
                   NULL::int AS told_policy, NULL::date AS told_day, 0 AS told_document,
                   0 AS told_document_tax, 0 AS told_premium
              FROM (%(posted)s) q
              JOIN res_currency c ON c.id = q.currency_id
              JOIN unnest(%(days)s::date[]) AS e (day) ON q.date <= e.day AND q.day <= e.day
              JOIN LATERAL (%(open)s) o ON o.amount <> 0
        CROSS JOIN LATERAL (SELECT q.amount_tax / NULLIF(q.amount_total, 0) AS share) t
             WHERE q.wanted
            """,
            posted=self._query_posted(policy),
            days=month_ends(first, last + DAY),
            places=policy.company_id.currency_id.decimal_places,
            open=self._query_open_balance(policy),
        )

    def _query_open_balance(self, policy):
        """What was open of the document `q`, and came of its tax alone, at the end of `e.day`."""
        return SQL(
            """
            SELECT sum(l.amount_currency - COALESCE(paid.amount, 0)) AS amount,
                   sum(l.balance - COALESCE(paid.company_amount, 0)) AS company_amount,
                   sum(COALESCE(paid.tax_back, 0)) AS tax_back,
                   sum(COALESCE(paid.company_tax_back, 0)) AS company_tax_back
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
               AND a.account_type = 'asset_receivable'
         LEFT JOIN LATERAL (
                SELECT sum(CASE WHEN r.debit_move_id = l.id
                                THEN COALESCE(b.amount, r.debit_amount_currency)
                                ELSE -r.credit_amount_currency END) AS amount,
                       sum(CASE WHEN r.debit_move_id = l.id
                                THEN COALESCE(b.company_amount, r.amount)
                                ELSE -r.amount END) AS company_amount,
                       sum(COALESCE(b.amount * b.tax_share, r.debit_amount_currency))
                           FILTER (WHERE b.amount > 0 OR n.id <> l.move_id) AS tax_back,
                       sum(COALESCE(b.company_amount * b.tax_share, r.amount))
                           FILTER (WHERE b.amount > 0 OR n.id <> l.move_id) AS company_tax_back
                  FROM account_partial_reconcile r
                  JOIN account_move_line k ON k.id = r.credit_move_id
             LEFT JOIN account_move n ON n.id = k.move_id AND %(credits_tax)s
             LEFT JOIN LATERAL (%(rebooked)s) b ON r.debit_move_id = l.id
                 WHERE l.id IN (r.debit_move_id, r.credit_move_id)
                   AND r.max_date <= e.day) paid ON TRUE
             WHERE l.move_id = q.id
            """,
            credits_tax=self.env["account.move"]._cobranza_sql_credits_tax("n"),
            rebooked=self._query_rebooked_paid(policy),
        )

    def _query_rebooked_paid(self, policy):
        """What was paid of the debt that `r` re-booked by the item `k` of a plan's entry.

        That settles nothing: payments of the installments do, the oldest of the plan's debts first.
        tax_share: which part of them were credit notes for tax alone.  No row for other items.
        """
        return SQL(
            """
            SELECT t.amount, t.tax_share,
                   round(r.amount * t.amount / NULLIF(r.debit_amount_currency, 0), %(places)s)
                       AS company_amount
              FROM cobranza_plan p
        CROSS JOIN LATERAL (
                SELECT COALESCE(sum(-o.amount_currency), 0) AS amount FROM account_move_line o
                 WHERE o.move_id = k.move_id AND o.amount_currency < 0 AND o.id < k.id) older
        CROSS JOIN LATERAL (
                SELECT LEAST(GREATEST(COALESCE(sum(s.debit_amount_currency), 0) - older.amount, 0),
                             r.debit_amount_currency) AS amount,
                       COALESCE(sum(s.debit_amount_currency) FILTER (WHERE n.id IS NOT NULL)
                                / NULLIF(sum(s.debit_amount_currency), 0), 0) AS tax_share
                  FROM account_move_line i
                  JOIN account_partial_reconcile s ON s.debit_move_id = i.id
                   AND s.max_date <= e.day
                  JOIN account_move_line c ON c.id = s.credit_move_id
             LEFT JOIN account_move n ON n.id = c.move_id AND %(credits_tax)s
                 WHERE i.move_id = k.move_id) t
             WHERE p.rebook_move_id = k.move_id
            """,
            places=policy.company_id.currency_id.decimal_places,
            credits_tax=self.env["account.move"]._cobranza_sql_credits_tax("n"),
        )

    # --- what it means for the cover ---------------------------------------------------

    def _query_declared(self, date):
        """When the sales of lines were declared; of a re-booked debt the last of its invoices."""
        return SQL(
            """
            SELECT o.line_id, 'declared' AS kind, max(t.day) AS day
              FROM origin o
         LEFT JOIN LATERAL (
                SELECT min(v.declared_on) AS day
                  FROM cobranza_insurance_declaration_line v
                  JOIN cobranza_insurance_declaration d ON d.id = v.declaration_id
                 WHERE v.document_id = o.move_id
                   AND d.state = 'declared' AND v.declared_on <= %s) t ON TRUE
          GROUP BY o.line_id HAVING count(*) = count(t.day)
            """,
            date,
        )


def _sale_day(policy, document):
    """The day on which a document falls under the policy."""
    by_delivery = policy.attachment == "delivery" and document.shipped
    return document.shipped if by_delivery else document.invoiced
