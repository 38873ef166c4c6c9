from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .cobranza_contact_rule import CHANNELS
from .contact_texts import REASON_SELECTION


class CobranzaContactCheck(models.Model):
    """One answer to "may this customer be contacted now?", whatever it was.

    A register: written by the program, never changed, forgotten after the company's setting.
    """

    _name = "cobranza.contact.check"
    _description = "Contact check"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reason"
    _gated_fields = None
    _gated_create = True
    #: forgotten at once by the scheduled clean-up
    _batch = 10_000

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, readonly=True
    )
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, index=True, string="Customer"
    )
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    reminder_id = fields.Many2one(
        "cobranza.reminder", readonly=True, index="btree_not_null", ondelete="set null"
    )
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    date = fields.Datetime("Asked on", required=True, readonly=True)
    moment = fields.Datetime("For", required=True, readonly=True)
    outcome = fields.Selection(
        [("allow", "Allowed"), ("reschedule", "Later"), ("refuse", "Refused")],
        "Answer",
        required=True,
        readonly=True,
    )
    reason = fields.Selection(REASON_SELECTION, required=True, readonly=True)
    until = fields.Datetime("Allowed from", readonly=True)
    rule_id = fields.Many2one(
        "cobranza.contact.rule", "Contact rule", readonly=True, ondelete="set null"
    )
    rule_name = fields.Char("Rule", readonly=True, help="Its name when it was asked.")
    user_id = fields.Many2one("res.users", "Asked by", readonly=True)

    _debtor_idx = models.Index("(debtor_id, date)")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_gated(self):
        if not self._gate_is_open():
            raise AccessError(self.env._("The register of contact checks can't be deleted."))

    @api.model
    def _log(self, vals_list):
        """Write answers down; return them."""
        # who may ask about a customer may not write the register by himself
        return self.sudo()._gated().create(vals_list)

    @api.autovacuum
    def _gc_old(self):
        """Forget what is older than each company keeps it; return how much, and if more is left."""
        done, left = 0, False
        for company in self.env["res.company"].search([]):
            old = fields.Datetime.now() - timedelta(days=company._cobranza_contact_keep_days())
            found = self.search(
                [("company_id", "=", company.id), ("date", "<", old)], limit=self._batch
            )
            found._gated().unlink()
            done += len(found)
            left = left or len(found) == self._batch
        return done, left
