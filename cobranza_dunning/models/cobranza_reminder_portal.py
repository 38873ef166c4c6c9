from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import html_sanitize

from .cobranza_portal_page import PortalRow


class CobranzaReminder(models.Model):
    """The customer's page of a reminder: what he was told, how it stands, and his answer."""

    # a file for each part of its life
    _name = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited
    # before what else it inherits: a link doesn't open the chatter
    _inherit = ["cobranza.portal.page", "cobranza.reminder"]
    _portal_kinds = ("already_paid", "call_back", "not_received", "other")
    _portal_template = "cobranza_dunning.portal_reminder"
    _portal_page_name = "reminder"

    portal_opened_at = fields.Datetime(
        "Page opened on",
        readonly=True,
        help="When the customer first looked at this reminder's page.",
    )
    portal_block = fields.Html(compute="_compute_portal_block", sanitize=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Create reminders; each has its token at once, so that texts needn't ask one by one."""
        for vals in vals_list:
            vals["access_token"] = str(uuid4())
        return super().create(vals_list)

    def _compute_access_url(self):
        for reminder in self:
            reminder.access_url = f"/my/reminders/{reminder.id}"

    @api.depends("lang", "access_token")
    def _compute_portal_block(self):
        for reminder in self:
            views = reminder.with_context(lang=reminder.lang)
            # no more than the button needs: it is in every text of a batch
            values = {
                "reminder": views,
                "on_paper": reminder.channel == "letter",
                "pays_online": reminder.company_id.sudo().cobranza_pays_online,
            }
            reminder.portal_block = views.env["ir.qweb"]._render(
                "cobranza_dunning.reminder_portal", values, minimal_qcontext=True
            )

    def _portal_note_opened(self):
        """Note that the customer looked at his page; the first time counts."""
        self.ensure_one()
        if self.state == "sent" and not self.portal_opened_at:
            self._gated().write({"portal_opened_at": fields.Datetime.now()})
            self._message_log(body=self.env._("The customer opened the page of this reminder."))

    # --- who may see it ----------------------------------------------------------------

    @api.model
    def _portal_domain(self, user):
        """Domain of the reminders that a customer finds in his portal."""
        return [("state", "=", "sent"), *super()._portal_domain(user)]

    def _is_shown(self):
        """Whether the customer may see it already: it was sent, or he was written its link."""
        return self.state == "sent" or (self.state == "approved" and self.link_given)

    def _lang(self):
        """The language in which the page speaks to the customer."""
        return self.lang

    # --- the page ----------------------------------------------------------------------

    def _portal_rows(self, items):
        """The told lines as PortalRows; those of an invoice posted again with what it owes now."""
        lost = self.line_ids.filtered(lambda told: told.move_id and not told.move_line_id)
        found = self.env["account.move.line"]._cobranza_found_again(lost)
        rows = []
        for told in self.line_ids:
            item = found.get(told, told.move_line_id)
            rows.append(
                PortalRow(
                    told.id, item, item.move_id or told.move_id, told.name, told.concept,
                    told.date_due, told.currency_id, told.total_amount,
                )
            )  # fmt: skip
        return rows

    def _portal_values(self):
        """What the page shows, beside what a controller adds; texts in the context's language."""
        return {
            **super()._portal_values(),
            "reminder": self,
            "phone": self.recipient_id.phone or self.partner_id.phone or "",
            # frozen text of ours that a person may have edited; nobody has read out a mail
            "told_text": html_sanitize(
                (self.text_short if self.is_short else self.text_body) or "", sanitize_style=True
            ),
        }

    def _portal_sent_domain(self):
        """Domain of the interactions that were sent from this page."""
        return [("reminder_id", "=", self.id), ("channel", "=", "portal")]
