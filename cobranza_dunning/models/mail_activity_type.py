from odoo import api, models
from odoo.exceptions import UserError


class MailActivityType(models.Model):
    """The program makes and finds its work by these: they are there as long as it is."""

    _inherit = "mail.activity.type"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_cobranza(self):
        names = self.get_external_id()
        ours = self.filtered(lambda one: names[one.id].startswith("cobranza_dunning."))
        if ours:
            raise UserError(
                self.env._(
                    "Collections works with the activity type “%s”: rename or archive it instead.",
                    ours[0].name,
                )
            )
