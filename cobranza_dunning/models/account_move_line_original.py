from odoo import fields, models


class AccountMoveLine(models.Model):
    """The due date that counts for insurance and interest where a plan was re-booked."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    cobranza_original_due_date = fields.Date(
        "Original due date",
        copy=False,
        groups="cobranza_dunning.group_auditor",
        readonly=True,
        help="Of the oldest due line that an installment of a re-booked payment plan comes from.",
    )
