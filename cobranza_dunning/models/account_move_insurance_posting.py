from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..engine.insurance_dates import latest_due
from .insurance_texts import MISSED_ADVICE, fix, sentences


class AccountMove(models.Model):
    """What is said before invoices are posted: what wouldn't be insured, why, what would help.

    On the form, before several are posted together, and over RPC; one `_insurance_previews` for
    all of them.
    """

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    insurance_warning = fields.Html(
        "Insurance before posting",
        compute="_compute_insurance_warning",
        groups="cobranza_dunning.group_auditor",
    )

    @api.depends(
        "insured", "insurance_policy_id", "insurance_activated_on", "partner_id", "invoice_date",
        "invoice_date_due", "delivery_date", "currency_id", "invoice_payment_term_id", "tax_totals",
        "state",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_insurance_warning(self):
        """Only on forms: each draft by itself, together with all that its customer owes."""
        for move in self:
            move.insurance_warning = move._insurance_warning()

    def _insurance_warning(self):
        """The warning of one draft, or False if all that can be insured of it would be."""
        previews = self._insurance_previews()
        warning = Markup()
        for preview in previews.values():
            for heading, texts in (
                (self.env._("Not all of it would be insured."), self._missing_texts(preview)),
                (self.env._("Insured, with something to do."), self._duty_texts(preview)),
                (self.env._("Posted invoices would lose cover."), self._displaced_texts(preview)),
            ):
                if texts:
                    warning += Markup("<strong>%s</strong>") % heading
                    warning += Markup().join(Markup("<div>%s</div>") % one for one in texts)
        return warning or False

    # --- several together --------------------------------------------------------------

    def _get_moves_requiring_confirmation(self):
        """All of these if some wouldn't be insured as somebody wants: none is posted unasked.

        A scheduled action has nobody to ask.
        """
        if not self.env.context.get("cron_id") and self._insurance_shortfalls():
            return self
        return super()._get_moves_requiring_confirmation()

    def _insurance_shortfalls(self):
        """Return {draft: Preview or None} of the drafts that somebody must decide about.

        Those that wouldn't be wholly insured, or would cost posted invoices their cover.  Only
        users of Collections are asked.
        """
        return shortfalls(self._insurance_told())

    def _insurance_told(self):
        """`_insurance_previews` for users of Collections; nothing for others."""
        may = self.env.user.has_group("cobranza_dunning.group_auditor")
        return self._insurance_previews() if may else {}

    # --- over RPC ----------------------------------------------------------------------

    def cobranza_cover_preview(self):
        """Tell what would be insured of these drafts if they were posted together today, and why.

        Returns a list of plain dicts as `cobranza_cover` does, one for each due line that a draft
        would have and that falls under a policy; posted invoices and what isn't to be insured give
        none.  `line_id` is False for a due line that isn't kept yet.  Moreover: missing_amount
        (what the policy can insure and wouldn't), advice (what would help, in the user's
        language), and displaced: a list of dicts with what posted due lines would lose of their
        cover because they were sold later (line_id, move_id, name, date_due, amount, currency).
        That is of the whole draft: it is with its first due line, and empty with the others.
        Raises AccessError for others than users of Collections.
        """
        self.check_access("read")
        self.line_ids._check_may_see_cover()
        return [
            draft._preview_dict(preview, one)
            for draft, preview in self._insurance_previews().items()
            if preview
            for one in preview.decided
        ]

    def _preview_dict(self, preview, one):
        """A Decided of a Preview of this draft as the plain dict of `cobranza_cover_preview`."""
        line = self.line_ids.filtered(lambda line: line.id == one.fact.line_id)
        day = self.company_id._cobranza_today()
        return {
            **line._decided_dict(line, preview.policy, one, day),
            "move_id": self.id,
            "name": self.display_name,
            "missing_amount": float(one.cover.missing),
            "advice": " ".join(self._advice(preview, one)),
            "displaced": [
                {
                    "line_id": other.decided.fact.line_id,
                    "move_id": other.decided.fact.move_id,
                    "name": self._document_name(other.decided),
                    "date_due": fields.Date.to_string(other.decided.fact.date_due),
                    "amount": float(other.amount),
                    "currency": other.policy.currency_id.name,
                }
                for other in (preview.displaced if one is preview.decided[0] else ())
            ],
        }

    # --- in words ----------------------------------------------------------------------

    def _shortfall_texts(self, preview):
        """All that somebody must know who decides whether this draft is posted."""
        return self._missing_texts(preview) + self._displaced_texts(preview)

    def _missing_texts(self, preview):
        """What wouldn't be insured of this draft, why, and what would help."""
        if not preview:
            return [
                self.env._(
                    "No insurance policy applies to this invoice: choose one, or take the mark off."
                )
            ]
        return [self._cover_text(preview, one) for one in preview.decided if one.cover.missing]

    def _duty_texts(self, preview):
        """What is to be done about due lines that would be covered."""
        return [
            self._cover_text(preview, one)
            for one in (preview.decided if preview else ())
            if one.cover.state == "at_risk" and not one.cover.missing
        ]

    def _displaced_texts(self, preview):
        """Which posted invoices would be insured less, because this sale is older."""
        return [
            self.env._(
                "%(document)s, due on %(date)s, would lose %(amount)s of its cover: this sale is "
                "older.",
                document=self._document_name(one.decided),
                date=format_date(self.env, one.decided.fact.date_due),
                amount=formatLang(self.env, float(one.amount), currency_obj=one.policy.currency_id),
            )
            for one in (preview.displaced if preview else ())
        ]

    def _document_name(self, one):
        """The number of the invoice that a Decided is of."""
        # whoever writes a customer's invoice may know the number of another one of his
        return self.sudo().browse(one.fact.move_id).name

    def _cover_text(self, preview, one):
        """What would be covered of one due line, why not all of it, and what would help."""
        currency = preview.policy.currency_id
        why = [*sentences(self.env, one.cover.reasons), *self._advice(preview, one)]
        return self.env._(
            "Due on %(date)s: %(covered)s of %(amount)s would be covered. %(why)s",
            date=format_date(self.env, one.fact.date_due),
            covered=formatLang(self.env, float(one.cover.covered), currency_obj=currency),
            amount=formatLang(self.env, float(one.cover.residual), currency_obj=currency),
            why=" ".join(why),
        )

    def _advice(self, preview, one):
        """What would help against each reason of a due line's cover, as far as there is something.

        Returns a list of sentences.
        """
        policy, found = preview.policy, one.cover
        latest = latest_due(policy._for_engine(), one.fact.invoiced)
        parts = {
            "latest": format_date(self.env, latest) if latest else "",
            "missing": formatLang(
                self.env, float(found.insurable - found.used), currency_obj=policy.currency_id
            ),
        }
        missed = [MISSED_ADVICE[code] for code in found.reasons if code in MISSED_ADVICE]
        fixes = [fix(self.env, code, **parts) for code in found.reasons]
        return [*filter(None, fixes), *map(self.env._, missed)]


def shortfalls(previews):
    """Return those of {draft: Preview or None} that aren't wholly insured or cost others cover."""
    return {
        draft: preview
        for draft, preview in previews.items()
        if not preview or preview.missing or preview.displaced
    }
