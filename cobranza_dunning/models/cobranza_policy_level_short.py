from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from ..engine import short_text
from .placeholders import check_placeholders

_lt = LazyTranslate(__name__)

#: Channels that tell the short text; the others tell the template's.
SHORT_CHANNELS = ("sms", "whatsapp", "phone")

#: What is said where a level has no short text of its own; one SMS for usual names and amounts:
#: whom to call is on the page that the link opens.
STANDARD = {
    "before": _lt(
        "Hello {name}. {company}: {amount} fall due soon ({invoices}). Details: {link} "
        "Thank you."
    ),
    "reminder": _lt(
        "Hello {name}. {company}: {amount} open ({invoices}). Details: {link} "
        "If paid, thank you."
    ),
    "follow_up": _lt(
        "Hello {name}. {company}: {amount} open ({invoices}). Can we help? Details: {link}"
    ),
    "demand": _lt(
        "Hello {name}. {company} asks for payment of {amount} ({invoices}). How to pay: {link}"
    ),
}

#: An example to show how long a text gets.
EXAMPLE = {
    "name": "María López",
    "company": "",
    "amount": "1.234,56 €",
    "invoices": "FV/2026/0123",
    "link": "https://erp.example.com/o/A1b2C3d4E5f6G7h8I",
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

    @api.depends(
        "short_text", "kind", "delay_days", "consequence", "channel", "fallback_channel"
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_short_example(self):
        for level in self:
            level.short_example = level._short_example()
            level.short_size = self._describe_size(level.short_example)
            level.short_tone_html = level._report_short_tone()

    def _short_example(self):
        """The short text with the data of an example, as its channel tells it."""
        company = self.company_id.name or self.env.company.name
        text = self._fill_short_text({**EXAMPLE, "company": company})
        return short_text.economical(text) if "sms" in self._channels() else text

    def _report_short_tone(self):
        """What is to be said against the example, with the words marked; False if nothing is.

        Other languages are judged as they are saved, and named.
        """
        here = self.env.lang or "en_US"
        report = self._report_tone_of(self.short_example, here)
        for code, name in self.env["res.lang"].get_installed() if self._origin else ():
            saved = self._origin.with_context(lang=code)
            if code != here and saved.short_text != self._origin.short_text:
                report += saved._report_tone_of(saved._short_example(), code, heading=name)
        return report or False

    def _report_tone_of(self, text, lang, heading=None):
        """What is to be said against one text, under its heading; nothing if it is all right."""
        terms = self.env["cobranza.tone.term"]
        findings = terms._lint(
            text,
            self.kind,
            lang,
            consequence=self.consequence,
            names=[*EXAMPLE.values(), self.company_id.name or ""],
            company=self.company_id,
        )
        return terms._report(text, findings, heading=heading) if findings else Markup("")

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
            check_placeholders(level, "short_text", short_text.PLACEHOLDERS)

    def _fill_short_text(self, values):
        """The short text of this level, or the standard one of its kind, in the env's language.

        values: {placeholder: text}.
        """
        self.ensure_one()
        kind = "before" if self.kind == "reminder" and self.delay_days < 0 else self.kind
        # translations may not have braces of their own: what is unknown is left out
        return short_text.fill(self.short_text or self.env._(STANDARD[kind or "reminder"]), values)
