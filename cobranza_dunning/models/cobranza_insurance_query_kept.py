from typing import Any, NamedTuple

from odoo import models
from odoo.tools import SQL


class Kept(NamedTuple):
    """What is known of a due line of a draft that was posted before.

    policy_id: the archived policy that it was last believed to be under.  The others as of Fact.
    """

    residual: str
    company_residual: str
    amount: str
    company_amount: str
    policy_id: int | None
    extended_to: Any
    done: dict | None


class CobranzaInsuranceFacts(models.AbstractModel):
    """What the books keep of due lines while their invoice is a draft again."""

    # a file for each part
    _inherit = "cobranza.insurance.facts"  # pylint: disable=consider-merging-classes-inherited

    def _kept(self, company, lines):
        """Return {line id: Kept} of due lines of drafts, in one statement."""
        if not lines:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH scope AS (%(scope)s),
                     origin AS (%(origin)s),
                     extended AS (%(extended)s),
                     done AS (%(done)s)
                SELECT l.id, l.amount_residual_currency::text, l.amount_residual::text,
                       l.amount_currency::text, l.balance::text, w.policy_id, x.extended_to,
                       o.done
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
             LEFT JOIN LATERAL (%(sold)s) w ON TRUE
             LEFT JOIN extended x ON x.line_id = l.id
             LEFT JOIN done o ON o.line_id = l.id
                 WHERE l.id IN %(lines)s
                """,
                lines=tuple(lines.ids),
                scope=self._query_scope_of(lines),
                origin=self._query_origin(),
                extended=self._query_extended(),
                done=self._query_done(company._cobranza_today()),
                sold=self._query_sold_under(
                    SQL("m.id"), SQL("COALESCE(m.invoice_date, m.date)"), SQL("m.delivery_date")
                ),
            )
        )
        return {line_id: Kept(*row) for line_id, *row in rows}

    def _query_scope_of(self, lines):
        """Rows of `debtor_id` and `line_id` of due lines, as those of `_query_scope`."""
        return SQL(
            """
            SELECT d.id AS debtor_id, l.id AS line_id
              FROM account_move_line l
         LEFT JOIN res_partner p ON p.id = l.partner_id
         LEFT JOIN cobranza_debtor d ON d.partner_id = p.commercial_partner_id
               AND d.company_id = l.company_id
             WHERE l.id IN %s
            """,
            tuple(lines.ids),
        )
