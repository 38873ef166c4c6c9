from odoo import fields, models


class ResCompany(models.Model):
    """How else a company may be paid, in its own words."""

    # a file for each part
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    cobranza_other_ways = fields.Text(
        "Other ways to pay",
        translate=True,
        help="A few lines that customers read below the bank details: direct debit, cheque … "
        "Empty: nothing is said.",
    )

    def _cobranza_other_ways(self):
        """The lines of what else customers may do to pay, in the context's language."""
        text = self.cobranza_other_ways or ""
        return [line.strip() for line in text.splitlines() if line.strip()]
