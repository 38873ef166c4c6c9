from odoo import api, fields, models

from ..engine import dunning
from ..engine.escalation import KINDS
from .routing_texts import role_label


class CobranzaDebtor(models.Model):
    """The people at a customer, and who of them gets which message."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    contact_ids = fields.One2many(
        "cobranza.contact.role", "debtor_id", "Roles in collections"
    )
    reminder_to = fields.Char("A reminder goes to", compute="_compute_recipients")
    follow_up_to = fields.Char("A follow-up goes to", compute="_compute_recipients")
    demand_to = fields.Char("A demand goes to", compute="_compute_recipients")

    @api.depends("contact_ids.role", "contact_ids.priority", "contact_ids.partner_id")
    @api.depends_context("lang")
    def _compute_recipients(self):
        assessed = self._assess()
        for debtor in self:
            lines = assessed.get(debtor.id, [])
            for kind in KINDS:
                found = dunning.recipients(lines, kind)
                text = "; ".join(map(debtor._describe_recipient, found))
                debtor[f"{kind}_to"] = text or self.env._("Nobody: nothing is open to chase.")

    def _describe_recipient(self, recipient):
        """Say who an engine.routing.Recipient is and why, or why there is nobody."""
        role = role_label(self.env, recipient.rule)
        if recipient.reason == "ambiguous_recipient":
            return self.env._(
                "Nobody: several contacts have the role “%(role)s”. Give one a lower number.",
                role=role,
            )
        if recipient.reason:
            return self.env._("Nobody: no contact has a role that the policy's table names.")
        name = self.env["res.partner"].browse(recipient.partner_id).name
        if not recipient.channel:
            return self.env._("%(name)s (%(role)s): can't be reached", name=name, role=role)
        return self.env._("%(name)s (%(role)s)", name=name, role=role)
