from markupsafe import Markup
from odoo import api, fields, models

from ..engine import tone
from .cobranza_tone_term import SELECTION
from .mail_template_preview import BLOCKS


class MailTemplate(models.Model):
    """The tone of a reminder's text, in every language it is written in.

    Saving is never refused: a text that can't leave says so here, and every reminder made of it
    says so again.
    """

    # a file for each part
    _inherit = "mail.template"  # pylint: disable=consider-merging-classes-inherited

    cobranza_tone = fields.Selection(
        SELECTION,
        "Tone",
        compute="_compute_cobranza_tone",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_tone_html = fields.Html(
        "Words to look at",
        compute="_compute_cobranza_tone",
        sanitize=False,
        groups="cobranza_dunning.group_auditor",
    )

    @api.depends(
        "model", "subject", "body_html", "cobranza_lang", "cobranza_subject", "cobranza_body",
        "cobranza_level_ids.kind", "cobranza_level_ids.consequence",
    )  # fmt: skip
    @api.depends_context("lang", "company")
    def _compute_cobranza_tone(self):
        terms = self.env["cobranza.tone.term"]
        installed = self.env["res.lang"].get_installed()
        for template in self:
            if template.model != "cobranza.reminder":
                template.cobranza_tone, template.cobranza_tone_html = "none", False
                continue
            judged = [(name, *template._cobranza_findings(code)) for code, name in installed]
            found = [finding for _name, _text, findings in judged for finding in findings]
            template.cobranza_tone = terms._worst(found)
            report = Markup("").join(
                terms._report(text, findings, heading=name) for name, text, findings in judged
            )
            for value, label in BLOCKS.items():
                shown = f"‹{value.removeprefix('object.')}›"
                report = report.replace(shown, f"[{self.env._(label)}]")
            template.cobranza_tone_html = report

    def _cobranza_findings(self, lang):
        """Return the plain text in a language and what is to be said against it.

        It is judged by the strictest kind of the levels that use it; as a reminder if none does.
        """
        self.ensure_one()
        terms = self.env["cobranza.tone.term"]
        subject, body = self._cobranza_words(lang)
        text = f"{terms._text(subject, True)}\n\n{terms._text(Markup(body or ''), True)}"
        levels = self.cobranza_level_ids
        kinds = set(levels.mapped("kind")) or {"reminder"}
        kind = min(kinds, key=tone.KINDS.index)
        return text, terms._lint(
            text,
            kind,
            lang,
            consequence=levels.with_context(lang=lang)[:1].consequence,
            company=levels.company_id if len(levels.company_id) == 1 else None,
            # a text that no level uses may be another one than a reminder: a thank-you
            checklist={} if levels or "lines_table" in text else None,
        )

    def _cobranza_words(self, lang):
        """(subject, body) in a language, as they stand on the screen."""
        saved = self._origin.with_context(lang=lang)
        if lang == self.cobranza_lang and (
            (self.cobranza_subject, self.cobranza_body) != (saved.subject, saved.body_html)
        ):
            return self.cobranza_subject, self.cobranza_body
        if lang == (self.env.lang or "en_US") and self != self._origin:
            return self.subject, self.body_html
        return saved.subject, saved.body_html
