from odoo import http
from odoo.http import request

from .portal_page import CustomerPage


class AccountPortal(CustomerPage):
    """Where a portal user finds his accounts: one with each company that he deals with."""

    @http.route()
    def home(self, **kwargs):
        """Show the portal's first page, with an entry for each of his accounts."""
        response = super().home(**kwargs)
        # exactly his own, see _portal_domain
        debtors_sudo = request.env["cobranza.debtor"].sudo()
        domain = debtors_sudo._portal_domain(request.env.user)
        response.qcontext["accounts"] = debtors_sudo.search(domain, order="company_id")
        return response
