from markupsafe import Markup
from odoo import api, fields, models

from ..engine import call_script
from .cobranza_policy_level import KINDS
from .cobranza_tone_term import SELECTION
from .placeholders import check_placeholders

#: Texts that are read out or asked, in the order of a call.
PARTS = ("opening", "listening", "reason_questions", "arguments")

#: An example to judge the tone of a script by.
EXAMPLE = {
    "name": "María López",
    "company": "Suministros",
    "caller": "Ana",
    "amount": "1.234,56 €",
    "invoices": "FV/2026/0123",
    "days_late": "12",
    "oldest_due": "3 May 2026",
    "since": "2019",
    "frequency": "2,5",
    "ticket": "1.234,56 €",
    "share": "12 %",
    "last_payments": "1.234,56 €",
    "promises_kept": "3",
}


class CobranzaScript(models.Model):
    """What to say in a call: opening, questions, arguments, answers to objections.

    Each line is one thing to say; a line that names something which isn't known of the customer is
    left out.  Saving is never refused because of its tone: a script that must not be said tells so
    here, and isn't shown in a call.
    """

    _name = "cobranza.script"
    _description = "Call script"
    _inherit = ["cobranza.owned.mixin", "cobranza.supplied.mixin"]
    _order = "kind desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: in every company.")
    kind = fields.Selection(
        KINDS,
        help="For customers who have reached a level of this kind; a reminder for the others. "
        "Empty: any.",
    )
    situation = fields.Selection(
        [
            ("answer_waiting", "He wrote, and it waits for us"),
            ("disputed", "Something is disputed"),
            ("promise_broken", "His last promise was not kept"),
            ("first_call", "Nobody has spoken with him yet"),
        ],
        help="Comes before a script for any situation. Empty: any.",
    )
    policy_ids = fields.Many2many(
        "cobranza.policy",
        string="Customers of",
        domain="[('company_id', 'in', [company_id] if company_id else allowed_company_ids)]",
        help="Policies whose customers it is for; comes before a script for all of them.",
    )
    segment_ids = fields.Many2many(
        "cobranza.segment",
        string="Segments",
        domain="[('company_id', 'in', [company_id] if company_id else allowed_company_ids)]",
        help="Segments whose customers it is for; comes before a script for all of them.",
    )
    opening = fields.Text(
        translate=True, help="Who calls and what about: one thing to say in each line."
    )
    listening = fields.Text(
        "Questions",
        translate=True,
        help="What to ask, and then listen: one question in each line.",
    )
    reason_questions = fields.Text(
        "Questions about the reason",
        translate=True,
        help="Why it has not been paid. Not shown where a contact rule forbids asking it.",
    )
    arguments = fields.Text(
        translate=True, help="What is in the customer's own interest: one argument in each line."
    )
    objection_ids = fields.One2many(
        "cobranza.script.objection", "script_id", "Objections", copy=True
    )
    tone = fields.Selection(SELECTION, compute="_compute_tone")
    tone_html = fields.Html("Words to look at", compute="_compute_tone", sanitize=False)

    @api.depends("kind", "objection_ids.answer", *PARTS)
    @api.depends_context("lang", "company")
    def _compute_tone(self):
        terms = self.env["cobranza.tone.term"]
        here = self.env.lang or "en_US"
        installed = self.env["res.lang"].get_installed()
        for script in self:
            judged = [
                (name, *(script if code == here else script._origin)._example_findings(code))
                for code, name in installed
                if code == here or script._origin
            ]
            script.tone = terms._worst([one for *_, findings in judged for one in findings])
            script.tone_html = Markup("").join(
                terms._report(text, findings, heading=name) for name, text, findings in judged
            )

    @api.constrains(*PARTS)
    def _check_placeholders(self):
        for script in self:
            for part in PARTS:
                check_placeholders(script, part, call_script.PLACEHOLDERS)

    # --- tone --------------------------------------------------------------------------

    def _example_findings(self, lang):
        """The script in a language with an example's data, and what is to be said against it."""
        return self.with_context(lang=lang)._findings(EXAMPLE, lang, self.company_id)

    def _findings(self, values, lang, company=None):
        """Return the text as it is said with these values, and what is to be said against it.

        What customers object is theirs to word as they like: only our answers are judged.
        """
        self.ensure_one()
        lines = [line for part in PARTS for line in call_script.fill(self[part], values)]
        for objection in self.objection_ids:
            lines += call_script.fill(objection.answer, values)
        text = "\n".join(lines)
        return text, self.env["cobranza.tone.term"]._lint(
            text, self.kind or "reminder", lang, names=[*values.values()], company=company
        )

    # --- engine ------------------------------------------------------------------------

    def _to_engine(self):
        """Return the engine.call_script.Script of each, in the order of the list."""
        return [
            call_script.Script(
                script.id,
                script.kind or None,
                script.situation or None,
                frozenset(script.policy_ids.ids),
                script.sequence,
                frozenset(script.segment_ids.ids),
            )
            for script in self
        ]
