from odoo import models
from odoo.tools import SQL


class CobranzaFacts(models.AbstractModel):
    """What payment plans pause."""

    # a file for each part
    _inherit = "cobranza.facts"  # pylint: disable=consider-merging-classes-inherited

    def _query_planned(self, company, date, debtor_ids):
        """What plans in force pause: of the lines they cover, or of the installments' own items.

        Up to the day on which the plan breaks if nothing more is paid; whether somebody has
        looked at it by then doesn't matter.
        """
        plans = SQL(
            "p.state = 'active' AND (p.pause_until IS NULL OR p.pause_until > %s) AND %s",
            date,
            self._only_of("p", company, debtor_ids),
        )
        return SQL(
            """
            SELECT part.move_line_id AS line_id, p.debtor_id, 'plan' AS kind,
                   part.amount - COALESCE(part.settled_amount, 0) AS amount,
                   p.pause_until AS until, p.name AS label
              FROM cobranza_plan p
              JOIN cobranza_plan_line part ON part.plan_id = p.id
             WHERE %(plans)s AND p.rebook_move_id IS NULL AND part.move_line_id IS NOT NULL
               AND part.amount > COALESCE(part.settled_amount, 0)
         UNION ALL
            SELECT l.id, p.debtor_id, 'plan', l.amount_residual_currency, p.pause_until, p.name
              FROM cobranza_plan p
              JOIN cobranza_plan_installment i ON i.plan_id = p.id
              JOIN account_move_line l ON l.id = i.move_line_id
             WHERE %(plans)s AND p.rebook_move_id IS NOT NULL AND p.rebook_reversal_id IS NULL
               AND l.amount_residual_currency > 0
            """,
            plans=plans,
        )
