from odoo import api, fields, models
from odoo.exceptions import AccessError


class CobranzaReminderApproval(models.Model):
    """One person's approval of one reminder, as it was then.

    It is withdrawn, not deleted, when text or lines change afterwards.
    """

    _name = "cobranza.reminder.approval"
    _description = "Approval of a reminder"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date, id"
    _rec_name = "user_id"
    _gated_fields = None
    _gated_create = True

    reminder_id = fields.Many2one(
        "cobranza.reminder", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="reminder_id.company_id")
    currency_id = fields.Many2one(related="reminder_id.currency_id")
    user_id = fields.Many2one("res.users", "Approved by", required=True, ondelete="restrict")
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    amount = fields.Monetary("Approved amount", help="All its lines, in company currency.")
    withdrawn_at = fields.Datetime("Withdrawn on", help="Its text or lines changed afterwards.")

    _person_unique = models.UniqueIndex(
        "(reminder_id, user_id) WHERE withdrawn_at IS NULL",
        "You have approved it already: another person has to be the second.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_gated(self):
        if not self._gate_is_open():
            raise AccessError(self.env._("An approval can't be deleted: it stays on record."))
