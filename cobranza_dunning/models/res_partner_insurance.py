from odoo import api, fields, models


class ResPartner(models.Model):
    """A customer's debts and his limit, as his insurer sees them in the current company."""

    # a file for each part
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    cobranza_exposure_amount = fields.Monetary(
        "Exposure", compute="_compute_cobranza_insurance", groups="cobranza_dunning.group_auditor",
        help="Everything that is open, due or not.",
    )  # fmt: skip
    cobranza_insured_amount = fields.Monetary(
        "Insured", compute="_compute_cobranza_insurance", groups="cobranza_dunning.group_auditor"
    )
    cobranza_uninsured_amount = fields.Monetary(
        "Uninsured", compute="_compute_cobranza_insurance", groups="cobranza_dunning.group_auditor"
    )
    cobranza_insurance_currency_id = fields.Many2one(
        "res.currency", compute="_compute_cobranza_insurance",
        groups="cobranza_dunning.group_auditor",
    )  # fmt: skip
    cobranza_insurance_limit = fields.Monetary(
        "Limit", compute="_compute_cobranza_insurance",
        currency_field="cobranza_insurance_currency_id", groups="cobranza_dunning.group_auditor",
    )  # fmt: skip
    cobranza_insurance_used = fields.Monetary(
        "Limit used", compute="_compute_cobranza_insurance",
        currency_field="cobranza_insurance_currency_id", groups="cobranza_dunning.group_auditor",
    )  # fmt: skip
    cobranza_insurance_free = fields.Monetary(
        "Limit free", compute="_compute_cobranza_insurance",
        currency_field="cobranza_insurance_currency_id", groups="cobranza_dunning.group_auditor",
    )  # fmt: skip

    @api.depends_context("company")
    def _compute_cobranza_insurance(self):
        for partner in self:
            debtor = partner.cobranza_debtor_id
            partner.cobranza_exposure_amount = debtor.overdue_amount + debtor.not_due_amount
            partner.cobranza_insured_amount = debtor.insured_amount
            partner.cobranza_uninsured_amount = (
                debtor.uninsured_amount if debtor.insurance_currency_id else 0
            )
            partner.cobranza_insurance_currency_id = debtor.insurance_currency_id
            partner.cobranza_insurance_limit = debtor.insurance_limit
            partner.cobranza_insurance_used = debtor.insurance_used
            partner.cobranza_insurance_free = debtor.insurance_free

    def action_cobranza_covers(self):
        """Open what is insured of this customer."""
        self.ensure_one()
        return self.cobranza_debtor_id.action_view_covers()

    def action_cobranza_exposure(self):
        """Open all that this customer owes, insured or not."""
        self.ensure_one()
        return self.env["cobranza.insurance.exposure"]._of_partner(self)

    def action_cobranza_limits(self):
        """Open the decisions about this customer's limit."""
        self.ensure_one()
        return self.cobranza_debtor_id.action_view_limits()
