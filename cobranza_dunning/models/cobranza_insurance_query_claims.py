from odoo import models
from odoo.tools import SQL

#: States in which a claim stands: filed, and neither refused nor taken back.
STANDING = ("filed", "accepted", "paid", "closed")
#: Of these, those in which the customer's debts are in the insurer's hands.
WITH_INSURER = ("filed", "accepted", "paid")


class CobranzaInsuranceFacts(models.AbstractModel):
    """What claims change in the cover."""

    # a file for each part
    _inherit = "cobranza.insurance.facts"  # pylint: disable=consider-merging-classes-inherited

    def _query_claimed(self, date):
        """When each line was claimed."""
        return SQL(
            """
            SELECT s.line_id, 'claimed' AS kind, f.filed_on AS day
              FROM scope s
              JOIN cobranza_insurance_claim_line part ON part.move_line_id = s.line_id
              JOIN cobranza_insurance_claim f ON f.id = part.claim_id
             WHERE f.state IN %s AND f.filed_on <= %s
            """,
            STANDING,
            date,
        )

    def _query_claim_days(self, company):
        """The days of all claims about each debtor: rows of `debtor_id` and `claims`.

        claims: pairs (policy id, day).
        """
        return SQL(
            """
            SELECT debtor_id, jsonb_agg(DISTINCT jsonb_build_array(policy_id, filed_on)) AS claims
              FROM cobranza_insurance_claim
             WHERE company_id = %s AND state IN %s
          GROUP BY debtor_id
            """,
            company.id,
            STANDING,
        )
