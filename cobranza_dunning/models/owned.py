"""Records that belong to a company, by themselves or by what they are a part of."""

from odoo import models

#: By these fields a record comes to belong to another company.
OWNERS = {"company_id", "debtor_id", "policy_id", "rule_id", "script_id"}


class OwnedMixin(models.AbstractModel):
    """A record that nobody moves to where he couldn't have made it.

    Odoo checks what a record was before it is written, not what it becomes.
    """

    _name = "cobranza.owned.mixin"
    _description = "Record of a company"

    def write(self, vals):
        """Write values; raise AccessError if the user may not write what the records become."""
        result = super().write(vals)
        if not OWNERS.isdisjoint(vals):
            self.check_access("write")
        return result
