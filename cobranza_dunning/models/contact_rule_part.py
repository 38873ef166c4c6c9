from odoo import api, fields, models


class ContactRulePart(models.AbstractModel):
    """A row of a contact rule: what is a preset's stays as it is, as the preset does."""

    _name = "cobranza.contact.rule.part"
    _description = "Part of a contact rule"
    _inherit = ["cobranza.owned.mixin"]

    rule_id = fields.Many2one(
        "cobranza.contact.rule", required=True, index=True, ondelete="cascade"
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Create rows. Raises UserError if one is a preset's: that is copied first."""
        parts = super().create(vals_list)
        parts.rule_id._check_adaptable()
        return parts

    def write(self, vals):
        """Write values. Raises UserError if one is a preset's, or would become one's."""
        self.rule_id._check_adaptable()
        result = super().write(vals)
        self.rule_id._check_adaptable()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_preset(self):
        self.rule_id._check_adaptable()
