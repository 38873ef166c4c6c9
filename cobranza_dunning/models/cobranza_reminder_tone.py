from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from .cobranza_reminder_handover import Obstacle
from .cobranza_tone_term import ERROR, SELECTION
from .tone_texts import describe


class CobranzaReminder(models.Model):
    """The tone of a reminder: its words are judged as they stand, whoever wrote them."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    consequence_text = fields.Html(
        compute="_compute_consequence_text",
        sanitize=False,
        help="What the level of a demand announces, in the customer's language.",
    )
    tone = fields.Selection(SELECTION, compute="_compute_tone")
    tone_html = fields.Html("Words to look at", compute="_compute_tone", sanitize=False)

    @api.depends("level_id.kind", "level_id.consequence", "lang")
    def _compute_consequence_text(self):
        for reminder in self:
            text = reminder._consequence()
            reminder.consequence_text = Markup("<p>%s</p>") % text if text else False

    def _consequence(self):
        """What this reminder may announce, in its own language; nothing unless it is a demand."""
        level = self.level_id.with_context(lang=self.lang)
        return (level.kind == "demand" and level.consequence) or ""

    @api.depends("subject", "body", "short_text", "channel", "level_id", "lang")
    def _compute_tone(self):
        terms = self.env["cobranza.tone.term"]
        for reminder in self:
            text, findings = reminder._tone_findings(reminder.subject, reminder.body)
            reminder.tone = terms._worst(findings)
            reminder.tone_html = terms._report(text, findings) or False

    def _tone_findings(self, subject, body):
        """Return the plain text of a reminder, subject first, and what is to be said against it.

        An SMS, a chat or a call has its short text instead, which need not say everything.
        """
        self.ensure_one()
        terms = self.env["cobranza.tone.term"]
        if self.is_short:
            text = self.short_text or ""
        else:
            text = f"{subject or ''}\n\n{terms._text(Markup(body or ''))}"
        facts = self._tone_facts()
        findings = terms._lint(
            text,
            self.kind,
            self.lang,
            consequence=self._consequence(),
            names=[name for names in facts.values() for name in names],
            company=self.company_id,
            checklist=None if self.is_short else {**facts, "amounts": self._tone_amounts()},
        )
        return text, findings

    def _tone_amounts(self):
        """Amounts that a person's own text must say, and texts whose amounts it may say as well.

        See `engine.told_amounts.check`. Nothing for a text that code has made.
        """
        # while it is being written, it isn't marked as edited yet
        if not self.is_edited and self == self._origin:
            return ()
        told = self.with_context(lang=self.lang)
        # the text belongs to the policy; who may see the reminder may read it
        template_sudo = told.level_id.template_id.sudo()
        lines = [told._format_money(one.amount, one.currency_id) for one in told.line_ids]
        known = [told._format_money(one.total_amount, one.currency_id) for one in told.line_ids]
        known += [told._format_money(total, currency) for currency, total in told._totals()]
        known += [
            told._format_money(sum(part["lines"].mapped("amount")), part["currency"])
            for part in told._sections()
        ]
        known += [self._consequence(), template_sudo.subject or "", template_sudo.body_html or ""]
        return lines, known

    def _tone_facts(self):
        """Names and facts that are no prose, by the item of the checklist that they fulfil."""
        # told to the customer, whoever reads the text
        company_sudo, moves_sudo = self.company_id.sudo(), self.line_ids.move_id.sudo()
        accounts_sudo = moves_sudo.partner_bank_id or company_sudo.bank_ids[:1]
        banks_sudo = accounts_sudo.bank_id
        return {
            "table": self.line_ids.mapped("name"),
            "pay": accounts_sudo.mapped("acc_number"),
            "contact": [self._contact_sudo().name],
            "names": [
                self.partner_id.name,
                self.recipient_id.name,
                self.addressee,
                company_sudo.name,
                *self.line_ids.mapped("concept"),
                *moves_sudo.mapped("payment_reference"),
                *banks_sudo.mapped("name"),
                *banks_sudo.mapped("bic"),
            ],
        }

    def _tone_errors(self, words=None):
        """Return {reminder id: sentence} of those whose words must not leave.

        words: what `_words` returned, if they have been rendered already.
        """
        words = words or self._words()
        errors = {}
        for reminder in self:
            findings = reminder._tone_findings(*words[reminder.id])[1]
            found = [one for one in findings if one.severity == ERROR]
            if found:
                errors[reminder.id] = self.env._(
                    "The text can't leave as it is. %(sentences)s",
                    sentences=" ".join(describe(self.env, one) for one in found[:3]),
                )
        return errors

    def _tone_obstacles(self):
        """Reminders whose words must not leave."""
        return {key: Obstacle(text) for key, text in self._tone_errors().items()}

    def _approval_refusals(self, words=None):
        """Nobody may approve words that must not leave; the first of two people hears it too."""
        refused = super()._approval_refusals(words)
        others = self.filtered(lambda one: one.state == "proposed" and one.id not in refused)
        words = words or others._words()
        # a text that can't be written has no subject; approval says why itself
        others = others.filtered(lambda one: one.is_short or words[one.id][0])
        return refused | others._tone_errors(words)

    def _set_approved(self, automatic=False, frozen=False):
        """Approve; raise UserError if the words of one of them must not leave."""
        result = super()._set_approved(automatic, frozen)
        # what a person approves was judged with his approval
        errors = {} if frozen else self._tone_errors()
        if errors:
            one, sentence = self.browse(next(iter(errors))), next(iter(errors.values()))
            raise UserError(sentence if len(self) == 1 else f"{one.display_name}: {sentence}")
        return result
