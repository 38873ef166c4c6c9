from odoo import http
from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from .portal_page import CustomerPage


class ReminderPortal(CustomerPage):
    """What is a reminder's own: its short address, its visits, and the list of those sent."""

    @http.route("/o/<string:token>", type="http", auth="public", website=True, sitemap=False)
    def portal_reminder_short(self, token, **kwargs):
        """Lead from a short address, as SMS and printed codes have it, to the reminder's page.

        The page decides who sees what; an address that is none is answered as a wrong token.
        """
        if "\0" in token:
            # no text that a database could look for
            return self._turn_away()
        # nothing is told but the address that the same customer got by mail
        reminder_sudo = request.env["cobranza.reminder"].sudo().search(
            [("short_token", "=", token)], limit=1
        )
        if not reminder_sudo:
            return self._turn_away()
        return request.redirect(reminder_sudo.get_portal_url())

    @http.route("/my/reminders/<int:reminder_id>/opened", type="jsonrpc", auth="public")
    def portal_reminder_opened(self, reminder_id, access_token=None):
        """Note that the customer looks at his page.

        The page itself says so: programs that follow each link of a mail don't run its script.
        """
        try:
            reminder_sudo = self._record_sudo("cobranza.reminder", reminder_id, access_token)
        except (AccessError, MissingError):
            return False
        if request.env.user._is_internal():
            return False
        reminder_sudo.with_context(
            lang=reminder_sudo.company_id._cobranza_lang()
        )._portal_note_opened()
        return True

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
