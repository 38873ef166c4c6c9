from odoo import api, fields, models
from odoo.tools import formatLang

from ..engine import suggestions
from .insurance_texts import fix, sentences


class CobranzaInsuranceSuggestion(models.Model):
    """A suggestion in words."""

    # a file for each part
    _inherit = "cobranza.insurance.suggestion"  # pylint: disable=consider-merging-classes-inherited

    explanation = fields.Char(compute="_compute_explanation")

    @api.depends_context("lang")
    def _compute_explanation(self):
        for one in self:
            one.explanation = " ".join(filter(None, (one._what_text(), one._who_text())))

    def _what_text(self):
        """What could be done about it, and what it would bring."""
        def money(amount):
            return formatLang(self.env, amount, currency_obj=self.currency_id)

        why = " ".join(filter(None, [*sentences(self.env, [self.reason]), self._fix_text(money)]))
        if self.kind == suggestions.INSURE:
            return self.env._(
                "%(amount)s of it would be insured, for a premium of about %(premium)s. %(why)s",
                amount=money(self.amount), premium=money(self.premium_amount), why=why,
            )  # fmt: skip
        if self.kind == suggestions.ASK_LIMIT:
            return self.env._(
                "%(amount)s aren't insured for want of a limit (invoices: %(count)s); %(limit)s "
                "would be enough for everything, from the day on that the insurer grants it. "
                "%(why)s",
                amount=money(self.amount), count=self.count, limit=money(self.limit_amount),
                why=why,
            )  # fmt: skip
        return self.env._(
            "%(amount)s would not be insured. %(why)s", amount=money(self.exposed_amount), why=why
        )

    def _fix_text(self, money):
        """What would help against its reason, where it isn't the suggestion itself."""
        if self.kind == suggestions.INSURE and self._is_to_activate():
            return fix(self.env, "not_activated")
        if self.kind != suggestions.REMOVE:
            return ""
        return fix(self.env, self.reason, latest="", missing=money(self.exposed_amount))

    def _is_to_activate(self):
        """Whether its invoice is covered only once that was activated."""
        single = self.policy_id.sudo().kind == "single_invoice"
        return single and not self.move_id.sudo().insurance_activated_on

    def _who_text(self):
        """How the customer pays."""
        texts = []
        if self.has_score:
            texts.append(self.env._("His score is %s of 100.", self.score))
        if self.days_late:
            texts.append(self.env._("His oldest debt is %s days late.", self.days_late))
        if self.broken_promise_count:
            texts.append(self.env._("Promises not kept: %s.", self.broken_promise_count))
        return " ".join(texts)
