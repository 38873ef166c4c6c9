from odoo import fields, models


class ResCompany(models.Model):
    """What the company's documents say of its credit insurance."""

    # a file for each part
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    cobranza_invoice_cover = fields.Boolean(
        "State the cover on invoices",
        help="The customer reads that his invoice is included in a credit insurance. "
        "Off: his invoice doesn't mention it.",
    )
    cobranza_insurance_date = fields.Date(
        "Covers as of", readonly=True, groups="cobranza_dunning.group_auditor",
        help="The day for which everything that is insured was last decided.",
    )  # fmt: skip
