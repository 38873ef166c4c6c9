from odoo import api, fields, models

from ..engine.short_text import economical, first_of
from .cobranza_policy_level_short import SHORT_CHANNELS

#: So many invoices are named; the others are counted.
NAMED = 2


class CobranzaReminder(models.Model):
    """What a reminder says where there is little room, and the number it goes to."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    short_text = fields.Text("Short text", compute="_compute_short_text")
    short_size = fields.Char("Length", compute="_compute_short_text")
    text_short = fields.Text("Short text as approved", readonly=True)
    is_short = fields.Boolean(compute="_compute_is_short")
    phone_number = fields.Char(
        "Phone", compute="_compute_phone_number", help="The recipient's, or else his company's."
    )

    @api.depends("channel")
    def _compute_is_short(self):
        for reminder in self:
            reminder.is_short = reminder.channel in SHORT_CHANNELS

    @api.depends("text_short", "state", "line_ids.amount", "level_id", "user_id", "lang")
    def _compute_short_text(self):
        for reminder in self:
            live = reminder.state == "proposed" or not reminder.text_short
            reminder.short_text = reminder._render_short() if live else reminder.text_short
            reminder.short_size = reminder.level_id._describe_size(reminder.short_text)

    @api.depends("recipient_id.phone_sanitized", "partner_id.phone_sanitized")
    def _compute_phone_number(self):
        for reminder in self:
            # whom a reminder goes to may be read by whoever reads the reminder
            reached_sudo = reminder.recipient_id.sudo()._cobranza_reachable("phone")
            reminder.phone_number = reached_sudo.phone_sanitized

    def _render_short(self):
        """The short text as it would leave, in the recipient's language."""
        self.ensure_one()
        reminder = self.with_context(lang=self.lang)
        # the text belongs to the policy; who may see the reminder may read it
        text = reminder.level_id.sudo()._fill_short_text(reminder._short_values())
        return economical(text) if self.channel == "sms" else text

    def _short_values(self):
        """What the placeholders of a short text stand for."""
        contact_sudo = self._contact_sudo()
        return {
            "name": self.addressee,
            "company": self.company_id.name,
            "amount": self.totals,
            "invoices": self._short_invoices(),
            "link": self._short_address(),
            "contact": ", ".join(filter(None, (contact_sudo.name, contact_sudo.phone))),
        }

    def _short_invoices(self):
        return first_of(self.line_ids.mapped("name"), NAMED)

    def _freeze_text(self, words=None):
        """Keep the short text as well where it is what will be told."""
        result = super()._freeze_text(words)
        for reminder in self._gated().filtered("is_short"):
            reminder.text_short = reminder._render_short()
        return result
