from urllib.parse import urlencode
from uuid import uuid4

from odoo import http
from odoo.addons.account.controllers.download_docs import _build_zip_from_data, _get_headers
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

#: What the address of a page is called -> whose page it is.
PAGES = {
    "reminders": "cobranza.reminder",
    "account-balance": "cobranza.debtor",
    "plans": "cobranza.plan",
}
#: The beginning of all addresses of a page that tells what is owed.
ROUTE = '/my/<any("reminders", "account-balance"):page>/<int:page_id>'

#: How many files a form takes, and how large each may be; the page is told, and says so.
FILE_COUNT = 3
FILE_MEGABYTES = 10

#: A zip is made while the customer waits.
DOCUMENTS_AT_ONCE = 50


class CustomerPage(CustomerPortal):
    """The pages on which a customer sees what he owes, and their documents.

    Customers have no access rights on our models: here is decided who sees which. Its token
    opens a page; a portal user finds those of his own company in the companies he deals with;
    whoever may read the record in the back office sees it at any time.
    """

    def _record_sudo(self, model, record_id, access_token=None):
        """A record that has a page, as the superuser, in its customer's language.

        model: one that inherits from cobranza.portal.mixin.
        Raises AccessError or MissingError, in the same way whether it exists or not.
        """
        user = request.env.user
        if not isinstance(access_token, str) or not access_token.isascii():
            # no token of ours, and nothing that tokens can be compared with
            access_token = None
        # exactly his own, see _portal_domain
        records_sudo = request.env[model].sudo()
        own_sudo = records_sudo.search([("id", "=", record_id), *records_sudo._portal_domain(user)])
        if user._is_public() or not own_sudo:
            own_sudo = self._document_check_access(model, record_id, access_token)
        if not own_sudo._is_shown() and not user._is_internal():
            raise MissingError(request.env._("This document does not exist."))
        self._speak(own_sudo._lang())
        return own_sudo.with_context(lang=request.env.lang)

    def _page_sudo(self, page, page_id, access_token=None):
        """The record of a page's address; see `_record_sudo`."""
        return self._record_sudo(PAGES[page], page_id, access_token)

    def _speak(self, lang):
        """Answer in the customer's language, as long as it is installed."""
        if lang and request.env["res.lang"]._get_data(code=lang):
            request.update_context(lang=lang)

    def _turn_away(self):
        """Answer whoever may not see a page: in the same way whether it exists or not.

        Somebody with a login is led to his own portal, as by Odoo's own documents. Who follows
        a broken link from a mail may have no login: he is told what to do.
        """
        if request.env.user._is_public():
            return request.render("cobranza_dunning.portal_reminder_gone", status=404)
        return request.redirect("/my")

    # --- the page ----------------------------------------------------------------------

    @http.route(ROUTE, type="http", auth="public", website=True)
    def cobranza_page(self, page, page_id, access_token=None, thanks=None, **kwargs):
        """Show a page; see `_turn_away` for whoever may not see it."""
        try:
            page_sudo = self._page_sudo(page, page_id, access_token)
        except (AccessError, MissingError):
            return self._turn_away()
        return self._render_page(page_sudo, access_token, thanks=thanks)

    def _render_page(self, page_sudo, access_token, status=200, **values):
        """Render the page.

        values: `thanks`, or of a form that was sent `kind` and `form`, with `problem` and
        `files_lost` if it was refused, else with what there is to say.
        """
        shown = self._get_page_view_values(
            page_sudo,
            access_token,
            {
                **page_sudo._portal_values(),
                "page_name": page_sudo._portal_page_name,
                "access_token": access_token,
                "link": self._link(page_sudo, access_token),
                "nonce": str(uuid4()),
                "account_url": self._address(page_sudo._portal_debtor(), access_token),
                "address": lambda record: self._address(record, access_token),
                "is_preview": request.env.user._is_internal(),
                "form": {},
                "file_count": FILE_COUNT,
                "file_megabytes": FILE_MEGABYTES,
                "file_hint": request.env._(
                    "PDF or picture, up to %(count)s files of %(size)s MB.",
                    count=FILE_COUNT,
                    size=FILE_MEGABYTES,
                ),
                "chosen": request.httprequest.form.getlist("line_ids"),
                **values,
            },
            "my_reminders_history",
            False,
        )
        return request.render(page_sudo._portal_template, shown, status=status)

    @staticmethod
    def _address(record_sudo, access_token):
        """The address of another page of the same customer: with its own link for who has one."""
        return record_sudo.get_portal_url() if access_token else record_sudo.access_url

    @staticmethod
    def _link(page_sudo, access_token):
        """Function that makes the address of a part of the page, with the visitor's own token."""

        def link(part="", **parameters):
            if access_token:
                parameters["access_token"] = access_token
            query = urlencode(parameters)
            return f"{page_sudo.access_url}{part}" + (f"?{query}" if query else "")

        return link

    # --- documents ---------------------------------------------------------------------

    @http.route(
        [f"{ROUTE}/invoices", f"{ROUTE}/invoices/<int:line_id>"],
        type="http",
        auth="public",
        website=True,
    )
    def cobranza_page_invoices(self, page, page_id, line_id=None, access_token=None, **kwargs):
        """Download the invoice of one line of a page, or of all of them in one file."""
        try:
            page_sudo = self._page_sudo(page, page_id, access_token)
        except (AccessError, MissingError):
            return self._turn_away()
        lines = [line for line in page_sudo._portal_lines() if line_id in (None, line.id)]
        moves_sudo = page_sudo._portal_documents(lines)
        if not moves_sudo:
            raise request.not_found()
        if len(moves_sudo) > DOCUMENTS_AT_ONCE:
            raise UserError(
                request.env._(
                    "These are too many invoices for one file: download them one by one."
                )
            )
        documents = [
            document for move in moves_sudo for document in move._cobranza_documents()
        ]
        if len(documents) == 1:
            content, name = documents[0]["content"], documents[0]["filename"]
            return request.make_response(content, _get_headers(name, "application/pdf", content))
        content = _build_zip_from_data(documents)
        name = request.env._("invoices") + ".zip"
        return request.make_response(content, _get_headers(name, "application/zip", content))
