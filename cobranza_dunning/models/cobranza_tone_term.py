from markupsafe import Markup, escape
from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..engine import folding, tone
from .tone_texts import FAMILIES, describe

#: The worst of some findings; nothing at all is "none".
SELECTION = [("none", "Nothing"), ("warning", "To look at"), ("error", "Can't leave")]

ERROR, WARNING = "error", "warning"


class CobranzaToneTerm(models.Model):
    """A phrase that texts to customers must not have, or may have, beside the built-in lexicon.

    Its methods are the one way to have a text judged: `_lint` takes plain text or HTML, of a
    reminder, a template or a call script; `_marked` and `_report` show what it found.
    """

    _name = "cobranza.tone.term"
    _description = "Word of the tone"
    _inherit = ["cobranza.owned.mixin"]
    _order = "action desc, family, phrase"
    _rec_name = "phrase"

    phrase = fields.Char(
        required=True,
        help="One or several words. Case and accents don't matter; * stands for any ending, as in "
        "“penalt*”.",
    )
    action = fields.Selection(
        [("forbid", "Object to it"), ("allow", "Allow it")],
        "What to do",
        required=True,
        default="forbid",
        help="Allow: nothing is said against the phrase, such as a product or a department that "
        "is called so.",
    )
    family = fields.Selection(
        selection="_selection_family",
        help="Says how severe it is: threats, reproach, shame and sham authority keep a text from "
        "leaving; urgency and guilt are something to look at.",
    )
    lang = fields.Selection(
        selection="_selection_lang", string="Language", help="Empty: in every language."
    )
    company_id = fields.Many2one("res.company", help="Empty: in every company.")
    active = fields.Boolean(default=True)

    _family_of_what_is_forbidden = models.Constraint(
        "CHECK (action = 'allow' OR family IS NOT NULL)",
        "Say what kind of phrase it is: choose its rule.",
    )

    # --- computed ----------------------------------------------------------------------

    def _selection_family(self):
        return [(name, self.env._(label)) for name, label in FAMILIES.items() if name != "form"]

    def _selection_lang(self):
        """Languages without their countries: a phrase is meant for all of them."""
        found = {}
        for code, name in self.env["res.lang"].get_installed():
            found.setdefault(code.split("_")[0], name.split(" (")[0].split(" /")[0])
        own = {"es": self.env._("Spanish"), "en": self.env._("English")}
        own["pt"] = self.env._("Portuguese")
        return sorted((found | own).items(), key=lambda pair: pair[1])

    @api.constrains("phrase", "family", "action")
    def _check_phrase(self):
        for term in self:
            try:
                tone.compile_terms([term._to_engine()], term.lang)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "“%(phrase)s” has no word to look for: write one word at least.",
                        phrase=term.phrase,
                    )
                ) from error

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create terms; texts are judged by them from now on."""
        terms = super().create(vals_list)
        self.env.registry.clear_cache()
        return terms

    def write(self, vals):
        """Change terms; texts are judged by them from now on."""
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        """Delete terms; texts are judged without them from now on."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # --- judging texts -----------------------------------------------------------------

    def _to_engine(self):
        self.ensure_one()
        return tone.Term(self.phrase, self.family if self.action == "forbid" else None)

    @api.model
    @tools.ormcache("lang", "company_id")
    def _lexicon(self, lang, company_id):
        """The words of a language (code without country) in a company, read once."""
        # whoever's text it is: the same words count for everybody
        terms_sudo = self.sudo().search(
            [("lang", "in", (False, lang)), ("company_id", "in", (False, company_id))]
        )
        return tone.compile_terms([term._to_engine() for term in terms_sudo], lang)

    @api.model
    def _lint(
        self, text_or_html, kind, lang, consequence="", names=(), company=None, checklist=None
    ):
        """Return what is to be said against a text, as `engine.tone.Finding`s.

        text_or_html: their places count in `_text` of it.
        kind: of the level, "reminder", "follow_up" or "demand".
        lang: code of the language that the text is written in.
        consequence: what its level announces; a demand may say it.
        names: names and facts of this customer that are no prose.
        company: whose words count; the user's company if left out.
        checklist: see `engine.tone.lint`; None doesn't ask for completeness.
        """
        company = company or self.env.company
        return tone.lint(
            self._text(text_or_html),
            kind,
            lang,
            consequence=self._text(consequence or ""),
            names=names,
            terms=self._lexicon((lang or "").split("_")[0], company.id),
            checklist=checklist,
        )

    @api.model
    def _text(self, text_or_html, template=False):
        """Return plain text or HTML as the plain text that a reader sees.

        template: whether it is the source of a template: its values are shown as ‹name›.
        """
        text = str(text_or_html or "")
        if isinstance(text_or_html, Markup) or folding.looks_like_html(text):
            return folding.to_text(text, template)
        return folding.template_text(text) if template else text

    @api.model
    def _marked(self, text, findings):
        """Return plain text as safe HTML with these findings marked."""
        parts, done = [], 0
        for finding in sorted(findings, key=lambda one: (one.start, one.severity)):
            if finding.start < done or not finding.phrase:
                continue
            parts.append(escape(text[done : finding.start]))
            parts.append(
                Markup('<mark class="o_cobranza_tone_%s" title="%s">%s</mark>')
                % (finding.severity, describe(self.env, finding), finding.phrase)
            )
            done = finding.end
        parts.append(escape(text[done:]))
        html = Markup("").join(parts)
        return Markup("<br/>").join(line for line in html.split("\n") if line.strip())

    @api.model
    def _report(self, text, findings, heading=None):
        """Return findings about a plain text as safe HTML: a sentence each, then the text marked.

        heading: what the text is, if there are several; nothing is said about a clean one without.
        """
        if not findings and not heading:
            return Markup("")
        title = Markup("<strong>%s</strong>") % heading if heading else Markup("")
        if not findings:
            return Markup('<p class="text-muted">%s · %s</p>') % (
                title,
                self.env._("Nothing is to be said against it."),
            )
        sentences = Markup("").join(
            Markup('<li class="o_cobranza_tone_%s">%s</li>')
            % (finding.severity, describe(self.env, finding))
            for finding in sorted(findings, key=lambda one: one.severity)
        )
        return Markup('%s<ul>%s</ul><div class="o_cobranza_tone_text">%s</div>') % (
            title,
            sentences,
            self._marked(text, findings),
        )

    @api.model
    def _worst(self, findings):
        """Return "error", "warning" or "none"."""
        return min((finding.severity for finding in findings), default="none")
