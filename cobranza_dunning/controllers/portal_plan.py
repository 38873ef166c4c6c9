from odoo import http
from odoo.addons.account.controllers.download_docs import _get_headers
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from .portal_page import CustomerPage

AGREEMENT = "cobranza_dunning.cobranza_plan_report_agreement"


class PlanPortal(CustomerPage):
    """A payment plan's page: what was agreed on, how it stands, and the customer's signature."""

    @http.route("/my/plans/<int:plan_id>", type="http", auth="public", website=True)
    def portal_plan(self, plan_id, access_token=None, signed=None, thanks=None, **kwargs):
        """Show a plan's page; see `_turn_away` for whoever may not see it."""
        try:
            plan_sudo = self._record_sudo("cobranza.plan", plan_id, access_token)
        except (AccessError, MissingError):
            return self._turn_away()
        page = self._get_page_view_values(
            plan_sudo,
            access_token,
            {
                **plan_sudo._portal_values(),
                "page_name": "plan",
                "link": self._link(plan_sudo, access_token),
                "account_url": self._address(plan_sudo._portal_debtor(), access_token),
                "is_preview": request.env.user._is_internal(),
                "signed": signed,
                "thanks": thanks,
            },
            "my_plans_history",
            False,
        )
        return request.render("cobranza_dunning.portal_plan", page)

    @http.route("/my/plans/<int:plan_id>/sign", type="jsonrpc", auth="public", website=True)
    def portal_plan_sign(self, plan_id, access_token=None, name=None, signature=None):
        """Take the customer's signature; returns what Odoo's signature form expects."""
        # the form posts to an address that carries the token
        access_token = access_token or request.httprequest.args.get("access_token")
        try:
            plan_sudo = self._record_sudo("cobranza.plan", plan_id, access_token)
        except (AccessError, MissingError):
            return {"error": request.env._("This document does not exist.")}
        if request.env.user._is_internal():
            return {"error": request.env._("Only the customer signs here.")}
        try:
            plan_sudo._sign(name, signature)
        except UserError as error:
            return {"error": str(error)}
        link = self._link(plan_sudo, access_token)
        return {"force_refresh": True, "redirect_url": link(signed=1)}

    @http.route("/my/plans/<int:plan_id>/agreement", type="http", auth="public", website=True)
    def portal_plan_agreement(self, plan_id, access_token=None, **kwargs):
        """Download the agreement."""
        try:
            plan_sudo = self._record_sudo("cobranza.plan", plan_id, access_token)
        except (AccessError, MissingError):
            return self._turn_away()
        reports_sudo = request.env["ir.actions.report"].sudo()
        content = reports_sudo._render_qweb_pdf(AGREEMENT, plan_sudo.ids)[0]
        name = f"{plan_sudo._agreement_name()}.pdf"
        return request.make_response(content, _get_headers(name, "application/pdf", content))
