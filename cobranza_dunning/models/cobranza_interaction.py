from odoo import api, fields, models

#: How a customer and we may have been in touch.
CHANNELS = [
    ("email", "E-mail"),
    ("phone", "Phone call"),
    ("sms", "SMS"),
    ("whatsapp", "WhatsApp"),
    ("letter", "Letter"),
    ("portal", "Portal"),
]


class CobranzaInteraction(models.Model):
    """One contact with a customer about what he owes, in either direction.

    What came from the customer waits until somebody has handled it: as long as it waits, no
    reminder is proposed to him or sent.
    """

    _name = "cobranza.interaction"
    _description = "Interaction"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _rec_name = "summary"
    _gated_fields = ("partner_id", "company_id", "waiting", "handled_by_id", "handled_at")

    debtor_id = fields.Many2one(
        "cobranza.debtor", required=True, index=True, ondelete="cascade", check_company=True
    )
    partner_id = fields.Many2one(related="debtor_id.partner_id", store=True, string="Customer")
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    contact_id = fields.Many2one("res.partner", "With", help="Whom we were in touch with.")
    reminder_id = fields.Many2one(
        "cobranza.reminder", index="btree_not_null", ondelete="set null", check_company=True
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    direction = fields.Selection(
        [("in", "From the customer"), ("out", "To the customer")], required=True, default="out"
    )
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "Who", default=lambda self: self.env.user)
    summary = fields.Char("What", required=True)
    note = fields.Html("Details")
    waiting = fields.Boolean(
        "Waits for us",
        help="The customer wrote: reminders to him stop until somebody has handled it.",
    )
    handled_by_id = fields.Many2one("res.users", readonly=True)
    handled_at = fields.Datetime("Handled on", readonly=True)

    _waiting_idx = models.Index("(debtor_id) WHERE waiting")

    def action_handled(self):
        """Mark what came from the customers as handled: reminders may go on."""
        self.check_access("write")
        waiting = self.filtered("waiting")
        waiting._gated().write(
            {
                "waiting": False,
                "handled_by_id": self.env.uid,
                "handled_at": fields.Datetime.now(),
            }
        )
        waiting.debtor_id._refresh_now()

    @api.model
    def _log(self, vals_list):
        """Write down contacts that the program noticed by itself; return them.

        vals_list: values of the fields above, guarded ones included.
        """
        return self._gated().create(vals_list)
