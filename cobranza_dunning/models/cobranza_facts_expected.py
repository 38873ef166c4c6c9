from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL, groupby

from ..engine import expected
from .sql import only, only_customers


class Payer(NamedTuple):
    """What a debtor's account says of when he pays, and whether he can."""

    partner_id: int
    usual: expected.Habit
    insolvent: bool


class CobranzaFacts(models.AbstractModel):
    """What is known of when money comes, beside the due lines themselves."""

    # a file for each part
    _inherit = "cobranza.facts"  # pylint: disable=consider-merging-classes-inherited

    def _payers(self, company, today, debtor_ids):
        """Return ({debtor id: Payer}, Habit of whoever isn't known)."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.id, d.partner_id, d.average_delay, d.history_count, d.insolvent_on
                  FROM cobranza_debtor d
                 WHERE d.company_id = %s AND %s
                """,
                company.id,
                only("d.id", debtor_ids),
            )
        )
        general = self._general_delay(company)
        payers = {
            debtor_id: Payer(
                partner_id,
                expected.habit(delay, lines, general),
                bool(insolvent_on and insolvent_on <= today),
            )
            for debtor_id, partner_id, delay, lines, insolvent_on in rows
        }
        return payers, expected.habit(0, 0, general)

    def _general_delay(self, company):
        """How late a company's customers pay on average, by due lines; None if none is known."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sum(average_delay * history_count) / NULLIF(sum(history_count), 0)
                  FROM cobranza_debtor WHERE company_id = %s
                """,
                company.id,
            )
        )
        return rows[0][0]

    def _agreed_days(self, company, debtor_ids):
        """Return {line id: list of engine.expected.Agreed, by kind in the order of their days}."""
        found = defaultdict(list)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line_id, kind, amount::text, day FROM (%s) t
              ORDER BY day NULLS FIRST, line_id
                """,
                SQL(" UNION ALL ").join(
                    query(company, debtor_ids)
                    for query in (
                        self._query_days_claimed, self._query_days_disputed,
                        self._query_days_rebooked, self._query_days_promised,
                    )
                ),
            )
        )  # fmt: skip
        for line_id, kind, amount, day in rows:
            found[line_id].append(expected.Agreed(kind, Decimal(amount), day))
        for line_id, parts in self._planned_days(company, debtor_ids):
            found[line_id] += [expected.Agreed("plan", amount, day) for day, amount in parts]
        return found

    def _query_days_claimed(self, company, debtor_ids):
        """What the insurer deals with has no day on which the customer pays it."""
        return SQL(
            "SELECT line_id, kind, amount, NULL::date AS day FROM (%s) c",
            self._query_claimed(company, None, debtor_ids),
        )

    def _query_days_disputed(self, company, debtor_ids):
        """What is disputed has none either, whenever somebody is to look at it again."""
        return SQL(
            """
            SELECT s.move_line_id AS line_id, 'dispute' AS kind,
                   s.amount - COALESCE(s.credited_amount, 0) AS amount, NULL::date AS day
              FROM cobranza_dispute s
             WHERE %s AND s.pausing AND s.move_line_id IS NOT NULL
            """,
            self._only_of("s", company, debtor_ids),
        )

    def _query_days_promised(self, company, debtor_ids):
        """What is left to pay of open promises."""
        return SQL(
            """
            SELECT part.move_line_id AS line_id, 'promise' AS kind,
                   part.amount - COALESCE(part.paid_amount, 0) AS amount, p.date AS day
              FROM cobranza_promise p
              JOIN cobranza_promise_line part ON part.promise_id = p.id
             WHERE %s AND p.state = 'open' AND part.move_line_id IS NOT NULL
               AND part.amount > COALESCE(part.paid_amount, 0)
            """,
            self._only_of("p", company, debtor_ids),
        )

    def _query_days_rebooked(self, company, debtor_ids):
        """Installments that have receivable items of their own."""
        return SQL(
            """
            SELECT l.id AS line_id, 'plan' AS kind, l.amount_residual_currency AS amount,
                   i.date_due AS day
              FROM cobranza_plan p
              JOIN cobranza_plan_installment i ON i.plan_id = p.id
              JOIN account_move_line l ON l.id = i.move_line_id
             WHERE %s AND p.state = 'active' AND p.rebook_move_id IS NOT NULL
               AND p.rebook_reversal_id IS NULL AND l.amount_residual_currency > 0
            """,
            self._only_of("p", company, debtor_ids),
        )

    def _planned_days(self, company, debtor_ids):
        """Yield pairs (line id, list of (day, amount)) of what plans in force still cover."""
        plans = SQL(
            "%s AND p.state = 'active' AND p.rebook_move_id IS NULL",
            self._only_of("p", company, debtor_ids),
        )
        lines = self.env.execute_query(
            SQL(
                """
                SELECT p.id, part.move_line_id,
                       GREATEST(part.amount - COALESCE(part.settled_amount, 0), 0)::text
                  FROM cobranza_plan p
                  JOIN cobranza_plan_line part ON part.plan_id = p.id
                 WHERE %s AND part.move_line_id IS NOT NULL
              ORDER BY p.id, part.date_due, part.id
                """,
                plans,
            )
        )
        if not lines:
            return
        installments = defaultdict(list)
        for plan_id, day, amount in self.env.execute_query(
            SQL(
                """
                SELECT p.id, i.date_due,
                       (COALESCE(i.net_amount, i.amount) - COALESCE(i.paid_amount, 0))::text
                  FROM cobranza_plan p
                  JOIN cobranza_plan_installment i ON i.plan_id = p.id
                 WHERE %s
              ORDER BY p.id, i.date_due, i.id
                """,
                plans,
            )
        ):
            installments[plan_id].append((day, Decimal(amount)))
        for plan_id, rows in groupby(lines, key=lambda row: row[0]):
            covered = [(line_id, Decimal(amount)) for _plan, line_id, amount in rows]
            yield from expected.by_line(covered, installments[plan_id]).items()

    def _insured_amounts(self, company, debtor_ids):
        """Return {line id: what the insurer would pay of it, in company currency}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT v.move_line_id, (v.covered_company_amount * v.percentage / 100)::text
                  FROM cobranza_insurance_cover v
                 WHERE %s AND v.date_to IS NULL AND v.move_line_id IS NOT NULL
                """,
                self._only_of("v", company, debtor_ids),
            )
        )
        return {line_id: Decimal(amount) for line_id, amount in rows}

    def _original_dues(self, company, debtor_ids):
        """Return {line id: day it was due at first} of what a plan gave another due date."""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT l.id, l.cobranza_original_due_date
                      FROM account_move_line l
                      JOIN account_account a ON a.id = l.account_id
                 LEFT JOIN res_partner p ON p.id = l.partner_id
                     WHERE %s AND l.cobranza_original_due_date IS NOT NULL AND %s
                    """,
                    self.env["account.move.line"]._cobranza_open_sql(company),
                    only_customers("p.commercial_partner_id", debtor_ids),
                )
            )
        )
