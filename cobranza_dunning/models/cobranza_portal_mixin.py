from uuid import uuid4

from odoo import api, models


class CobranzaPortalMixin(models.AbstractModel):
    """What a customer may look at by a link, or in his portal.

    Customers have no access rights on our models. The controllers decide who may see which
    record (its token, or its own customer logged in) and come here as the superuser.
    """

    _name = "cobranza.portal.mixin"
    _description = "Shown to its customer"
    _inherit = ["portal.mixin"]

    def _portal_ensure_token(self):
        """The token of the link; guarded, or somebody could choose one he knows."""
        if not self.access_token:
            self.sudo()._gated().write({"access_token": str(uuid4())})
        return self.access_token

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):
        """Keep the chatter the office's: a page's link neither reads it nor writes to it.

        What a customer tells us comes through the page, where it waits for a person.
        """
        return super()._get_thread_with_access(thread_id, **kwargs)

    def action_customer_page(self):
        """Open the page as the customer sees it (whoever may read the record, may)."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "new"}

    @api.model
    def _portal_domain(self, user):
        """Domain of the records that a customer with a login may see."""
        return [
            ("partner_id", "=", user.partner_id.commercial_partner_id.id),
            ("company_id", "in", user.company_ids.ids),
        ]

    def _is_shown(self):
        """Whether the customer may see it already."""
        return True

    def _lang(self):
        """The language that the customer reads."""
        return self.partner_id.lang or self.company_id._cobranza_lang()

    def _portal_nothing_to_pay(self):
        """What is said to a customer who wants to pay what is paid already."""
        return self.env._("There is nothing left to pay here. Thank you.")

    def _portal_debtor(self):
        """The collections account that it belongs to."""
        return self.debtor_id

    def _contact_sudo(self):
        """Whom the customer may ask: who looks after him, or the company."""
        # whom the customer may ask is told to him, whoever shows it
        user_sudo = self._portal_debtor()._person_in_charge().sudo()
        return user_sudo.partner_id or self.company_id.sudo().partner_id
