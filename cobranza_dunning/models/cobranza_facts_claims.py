from odoo import models
from odoo.tools import SQL

from .cobranza_insurance_query_claims import WITH_INSURER


class CobranzaFacts(models.AbstractModel):
    """What claims pause."""

    # a file for each part
    _inherit = "cobranza.facts"  # pylint: disable=consider-merging-classes-inherited

    def _query_claimed(self, company, _date, debtor_ids):
        """What the insurer is dealing with, unless his policy has the insured party go on."""
        return SQL(
            """
            SELECT part.move_line_id AS line_id, f.debtor_id, 'block' AS kind,
                   l.amount_residual_currency AS amount, NULL::date AS until, f.name AS label
              FROM cobranza_insurance_claim f
              JOIN cobranza_insurance_policy p ON p.id = f.policy_id
              JOIN cobranza_insurance_claim_line part ON part.claim_id = f.id
              JOIN account_move_line l ON l.id = part.move_line_id
             WHERE f.state IN %s AND p.collects_after_claim IS NOT TRUE
               AND l.amount_residual_currency > 0 AND %s
            """,
            WITH_INSURER,
            self._only_of("f", company, debtor_ids),
        )
