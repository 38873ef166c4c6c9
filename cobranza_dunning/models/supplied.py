from odoo import api, models
from odoo.exceptions import UserError


class SuppliedMixin(models.AbstractModel):
    """A record that may come with an addon: then it is archived, not deleted."""

    _name = "cobranza.supplied.mixin"
    _description = "Record that may come with the program"

    def _supplied(self):
        """Those of these that come with an addon; what users import or export isn't supplied."""
        names = self._get_external_ids()
        return self.filtered(
            lambda one: any(not name.startswith("__") for name in names[one.id])
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_supplied(self):
        supplied = self._supplied()
        if supplied:
            raise UserError(
                self.env._(
                    "“%s” comes with the program: archive it instead of deleting it.",
                    supplied[0].name,
                )
            )
