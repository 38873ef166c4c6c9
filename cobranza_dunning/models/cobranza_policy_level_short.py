from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.translate import LazyTranslate

from ..engine import short_text

_lt = LazyTranslate(__name__)

#: Channels that tell the short text; the others tell the template's.
SHORT_CHANNELS = ("sms", "whatsapp", "phone")

#: What is said where a level has no short text of its own; one SMS where names are short.
STANDARD = {
    "before": _lt(
        "Hello {name}. A note from {company}: {amount} fall due soon ({invoices}). "
        "Details: {link} Thank you. {contact}"
    ),
    "reminder": _lt(
        "Hello {name}. A note from {company}: {amount} open ({invoices}). Details: {link} "
        "If paid already, thank you. {contact}"
    ),
    "follow_up": _lt(
        "Hello {name}. About {amount} open with {company} ({invoices}): can we help with "
        "anything? Details: {link} {contact}"
    ),
    "demand": _lt(
        "Hello {name}. {company} asks for the payment of {amount} ({invoices}). How to pay: "
        "{link} Any questions: {contact}"
    ),
}

#: An example to show how long a text gets.
EXAMPLE = {
    "name": "María López",
    "company": "",
    "amount": "1.234,56 €",
    "invoices": "FV/2026/0123",
    "link": "https://erp.example.com/my/reminders/123?access_token=a1b2c3d4-e5f6-7890-abcd-ef12",
    "contact": "Ana, +34 912 34 56 78",
}


class CobranzaPolicyLevel(models.Model):
    """What a level says where there is little room: SMS, chats and calls."""

    # a file for each part of it
    _inherit = "cobranza.policy.level"  # pylint: disable=consider-merging-classes-inherited

    short_text = fields.Text(
        translate=True,
        help="For SMS, WhatsApp and calls. It may name {name}, {company}, {amount}, {invoices}, "
        "{link} and {contact}. Empty: the standard text below.",
    )
    uses_short_text = fields.Boolean(compute="_compute_uses_short_text")
    short_example = fields.Text(
        "It reads", compute="_compute_short_example", help="With the data of an example."
    )
    short_size = fields.Char("Its length", compute="_compute_short_example")
    short_tone_html = fields.Html(
        "Words to look at", compute="_compute_short_example", sanitize=False
    )

    @api.depends("channel", "fallback_channel")
    def _compute_uses_short_text(self):
        for level in self:
            used = {level.channel, level.fallback_channel}
            level.uses_short_text = bool(used & {*SHORT_CHANNELS})

    @api.depends("short_text", "kind", "delay_days", "consequence")
    @api.depends_context("lang")
    def _compute_short_example(self):
        for level in self:
            company = level.company_id.name or self.env.company.name
            level.short_example = level._fill_short_text({**EXAMPLE, "company": company})
            level.short_size = self._describe_size(level.short_example)
            level.short_tone_html = level._report_short_tone()

    def _report_short_tone(self):
        """What is to be said against the example, with the words marked; False if nothing is."""
        terms = self.env["cobranza.tone.term"]
        findings = terms._lint(
            self.short_example,
            self.kind,
            self.env.lang,
            consequence=self.consequence,
            names=[*EXAMPLE.values(), self.company_id.name or ""],
            company=self.company_id,
        )
        return terms._report(self.short_example, findings) or False

    @api.model
    def _describe_size(self, text):
        """Say how long a text is as an SMS, and why it takes more of them."""
        size = short_text.size(text)
        values = {"characters": size.characters, "segments": size.segments}
        if size.unicode:
            return self.env._(
                "%(characters)s characters, %(segments)s SMS: some of them (such as á) leave "
                "room for 70 in each.",
                **values,
            )
        return self.env._("%(characters)s characters, %(segments)s SMS.", **values)

    @api.constrains("short_text")
    def _check_short_text(self):
        for level in self:
            for unknown in short_text.unknown_placeholders(level.short_text):
                raise ValidationError(
                    self.env._(
                        "“{%(unknown)s}” is nothing that a short text can name: use %(known)s.",
                        unknown=unknown,
                        known=", ".join(f"{{{name}}}" for name in short_text.PLACEHOLDERS),
                    )
                )
            if short_text.has_stray_braces(level.short_text):
                raise ValidationError(
                    self.env._(
                        "A brace is left open in the short text: write what it names as {name}."
                    )
                )

    def _fill_short_text(self, values):
        """The short text of this level, or the standard one of its kind, in the env's language.

        values: {placeholder: text}.
        """
        self.ensure_one()
        kind = "before" if self.kind == "reminder" and self.delay_days < 0 else self.kind
        # translations may not have braces of their own: what is unknown is left out
        return short_text.fill(self.short_text or self.env._(STANDARD[kind or "reminder"]), values)
