from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Collections in the settings."""

    _inherit = "res.config.settings"

    cobranza_policy_id = fields.Many2one(
        related="company_id.cobranza_policy_id",
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    cobranza_run_mode = fields.Selection(related="company_id.cobranza_run_mode", readonly=False)
    cobranza_user_id = fields.Many2one(related="company_id.cobranza_user_id", readonly=False)
    cobranza_reply_token = fields.Boolean(
        related="company_id.cobranza_reply_token", readonly=False
    )
    cobranza_has_reply_domain = fields.Boolean(compute="_compute_cobranza_has_reply_domain")
    cobranza_keep_days = fields.Integer(related="company_id.cobranza_keep_days", readonly=False)
    cobranza_limit_one = fields.Monetary(related="company_id.cobranza_limit_one", readonly=False)
    cobranza_limit_two = fields.Monetary(related="company_id.cobranza_limit_two", readonly=False)
    cobranza_limit_own = fields.Monetary(related="company_id.cobranza_limit_own", readonly=False)
    cobranza_cap_number = fields.Integer(related="company_id.cobranza_cap_number", readonly=False)
    cobranza_cap_amount = fields.Monetary(related="company_id.cobranza_cap_amount", readonly=False)
    cobranza_cap_debtor = fields.Integer(related="company_id.cobranza_cap_debtor", readonly=False)
    cobranza_contact_days = fields.Integer(
        related="company_id.cobranza_contact_days", readonly=False
    )

    @api.depends("company_id")
    def _compute_cobranza_has_reply_domain(self):
        for settings in self:
            settings.cobranza_has_reply_domain = bool(settings.company_id.alias_domain_id)

    def action_cobranza_create_policy(self):
        """Give the company the standard policy and open it."""
        self.ensure_one()
        policy = self.env["cobranza.policy"]._create_standard(self.company_id)
        policy.action_set_default()
        return policy._get_records_action()
