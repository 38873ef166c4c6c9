from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .routing_texts import CONTACT_ROLE_SELECTION


class CobranzaContactRole(models.Model):
    """What a contact of a customer has to do with his payments, in one company.

    A contact may have several roles, and a role several contacts: the lowest number of those
    comes first, and two with the same number are for a person to tell apart.
    """

    _name = "cobranza.contact.role"
    _description = "Contact's role in collections"
    _inherit = ["cobranza.owned.mixin"]
    _order = "debtor_id, role, priority, id"
    _rec_name = "partner_id"

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="debtor_id.company_id")
    customer_id = fields.Many2one(related="debtor_id.partner_id", string="Customer")
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('commercial_partner_id', '=', customer_id)]",
    )
    email = fields.Char(related="partner_id.email", string="E-mail")
    phone = fields.Char(related="partner_id.phone")
    role = fields.Selection(
        CONTACT_ROLE_SELECTION,
        required=True,
        help="Which messages go to which role is decided in the policy. A person of influence is "
        "only shown: no message goes there unless the policy names the role, and never a demand.",
    )
    priority = fields.Integer(
        default=1, required=True, help="Of several contacts with a role the lowest number gets it."
    )

    _role_unique = models.UniqueIndex(
        "(debtor_id, partner_id, role)", "This contact has that role already."
    )

    @api.constrains("partner_id", "debtor_id")
    def _check_partner_id(self):
        for contact in self:
            if contact.partner_id.commercial_partner_id != contact.debtor_id.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact of %(customer)s: choose one of its contacts.",
                        contact=contact.partner_id.display_name,
                        customer=contact.debtor_id.partner_id.display_name,
                    )
                )

    def _forget_strangers(self):
        """Delete the roles of contacts that belong to another customer by now."""
        self.filtered(
            lambda one: one.partner_id.commercial_partner_id != one.debtor_id.partner_id
        ).unlink()
