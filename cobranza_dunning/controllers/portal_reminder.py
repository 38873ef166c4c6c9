from urllib.parse import urlencode
from uuid import uuid4

from odoo import http
from odoo.addons.account.controllers.download_docs import _build_zip_from_data, _get_headers
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

#: A zip is made while the customer waits.
DOCUMENTS_AT_ONCE = 50


class ReminderPortal(CustomerPortal):
    """A reminder's page, its documents, and the list of a customer who is logged in.

    Customers have no access rights on reminders: here is decided who sees which. Its token
    opens a reminder that was sent; a portal user finds those of his own company in the
    companies he deals with; whoever may read it in the back office sees it at any time.
    """

    def _reminder_sudo(self, reminder_id, access_token=None):
        """The reminder as the superuser, in its customer's language.

        Raises AccessError or MissingError, in the same way whether it exists or not.
        """
        user = request.env.user
        if access_token and not access_token.isascii():
            # no token of ours, and nothing that tokens can be compared with
            access_token = None
        own_sudo = request.env["cobranza.reminder"].sudo().search(
            [("id", "=", reminder_id), *request.env["cobranza.reminder"]._portal_domain(user)]
        )
        if user._is_public() or not own_sudo:
            own_sudo = self._document_check_access("cobranza.reminder", reminder_id, access_token)
        if own_sudo.state != "sent" and not user._is_internal():
            raise MissingError(request.env._("This document does not exist."))
        self._speak(own_sudo.lang)
        return own_sudo.with_context(lang=request.env.lang)

    def _speak(self, lang):
        """Answer in the customer's language, as long as it is installed."""
        if lang and request.env["res.lang"]._get_data(code=lang):
            request.update_context(lang=lang)

    def _turn_away(self):
        """Answer whoever may not see a reminder: in the same way whether it exists or not.

        Somebody with a login is led to his own portal, as by Odoo's own documents. Who follows
        a broken link from a mail may have no login: he is told what to do.
        """
        if request.env.user._is_public():
            return request.render("cobranza_dunning.portal_reminder_gone", status=404)
        return request.redirect("/my")

    # --- the page ----------------------------------------------------------------------

    @http.route("/my/reminders/<int:reminder_id>", type="http", auth="public", website=True)
    def portal_reminder(self, reminder_id, access_token=None, thanks=None, **kwargs):
        """Show a reminder's page; see `_turn_away` for whoever may not see it."""
        try:
            reminder_sudo = self._reminder_sudo(reminder_id, access_token)
        except (AccessError, MissingError):
            return self._turn_away()
        return self._render_reminder(reminder_sudo, access_token, thanks=thanks)

    @http.route("/o/<string:token>", type="http", auth="public", website=True, sitemap=False)
    def portal_reminder_short(self, token, **kwargs):
        """Lead from a short address, as SMS and printed codes have it, to the reminder's page.

        The page decides who sees what; an address that is none is answered as a wrong token.
        """
        # nothing is told but the address that the same customer got by mail
        reminder_sudo = request.env["cobranza.reminder"].sudo().search(
            [("short_token", "=", token)], limit=1
        )
        if not reminder_sudo:
            return self._turn_away()
        return request.redirect(reminder_sudo.get_portal_url())

    def _render_reminder(self, reminder_sudo, access_token, status=200, **values):
        """Render the page; values: `thanks`, or `kind`, `form`, `problem`
        and `files_lost` of a refused form."""
        page = self._get_page_view_values(
            reminder_sudo,
            access_token,
            {
                **reminder_sudo._portal_values(),
                "page_name": "reminder",
                "access_token": access_token,
                "link": self._link(reminder_sudo, access_token),
                "nonce": str(uuid4()),
                "is_preview": request.env.user._is_internal(),
                "form": {},
                "chosen": request.httprequest.form.getlist("line_ids"),
                **values,
            },
            "my_reminders_history",
            False,
        )
        return request.render("cobranza_dunning.portal_reminder", page, status=status)

    @staticmethod
    def _link(reminder_sudo, access_token):
        """Function that makes the address of a part of the page, with the visitor's own token."""

        def link(part="", **parameters):
            if access_token:
                parameters["access_token"] = access_token
            query = urlencode(parameters)
            return f"{reminder_sudo.access_url}{part}" + (f"?{query}" if query else "")

        return link

    @http.route("/my/reminders/<int:reminder_id>/opened", type="jsonrpc", auth="public")
    def portal_reminder_opened(self, reminder_id, access_token=None):
        """Note that the customer looks at his page.

        The page itself says so: programs that follow each link of a mail don't run its script.
        """
        try:
            reminder_sudo = self._reminder_sudo(reminder_id, access_token)
        except (AccessError, MissingError):
            return False
        if request.env.user._is_internal():
            return False
        reminder_sudo.with_context(
            lang=reminder_sudo.company_id._cobranza_lang()
        )._portal_note_opened()
        return True

    # --- documents ---------------------------------------------------------------------

    @http.route(
        [
            "/my/reminders/<int:reminder_id>/invoices",
            "/my/reminders/<int:reminder_id>/invoices/<int:line_id>",
        ],
        type="http",
        auth="public",
        website=True,
    )
    def portal_reminder_invoices(self, reminder_id, line_id=None, access_token=None, **kwargs):
        """Download the invoice of one told line, or of all of them in one file."""
        try:
            reminder_sudo = self._reminder_sudo(reminder_id, access_token)
        except (AccessError, MissingError):
            return self._turn_away()
        moves_sudo = reminder_sudo.line_ids.filtered(
            lambda line: line_id in (None, line.id)
        )._portal_documents()
        if not moves_sudo:
            raise request.not_found()
        if len(moves_sudo) > DOCUMENTS_AT_ONCE:
            raise UserError(
                request.env._(
                    "These are too many invoices for one file: download them one by one."
                )
            )
        documents = [
            document
            for move in moves_sudo
            for document in move._get_invoice_legal_documents_all(allow_fallback=True)
        ]
        if len(documents) == 1:
            content, name = documents[0]["content"], documents[0]["filename"]
            return request.make_response(content, _get_headers(name, "application/pdf", content))
        content = _build_zip_from_data(documents)
        name = request.env._("invoices") + ".zip"
        return request.make_response(content, _get_headers(name, "application/zip", content))

    # --- list --------------------------------------------------------------------------

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "reminder_count" in counters:
            # counts his own, nothing else is told
            reminders_sudo = request.env["cobranza.reminder"].sudo()
            domain = reminders_sudo._portal_domain(request.env.user)
            values["reminder_count"] = reminders_sudo.search_count(domain)
        return values

    @http.route(
        ["/my/reminders", "/my/reminders/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_reminders(self, page=1, **kwargs):
        """List the reminders that were sent to the company of a portal user, the last first."""
        # exactly his own, see _portal_domain
        reminders_sudo = request.env["cobranza.reminder"].sudo()
        domain = reminders_sudo._portal_domain(request.env.user)
        pager = portal_pager(
            url="/my/reminders",
            total=reminders_sudo.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = reminders_sudo.search(
            domain,
            order="sent_date desc, id desc",
            limit=self._items_per_page,
            offset=pager["offset"],
        )
        request.session["my_reminders_history"] = found.ids[:100]
        return request.render(
            "cobranza_dunning.portal_my_reminders",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "reminder",
                "default_url": "/my/reminders",
                "pager": pager,
                "reminders": found,
            },
        )
