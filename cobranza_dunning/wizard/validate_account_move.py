from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..engine.due import ZERO
from ..models.account_move_insurance_posting import shortfalls
from ..models.amounts import to_decimal


class ValidateAccountMove(models.TransientModel):
    """The dialog before drafts are posted together says what of them wouldn't be insured, too."""

    _inherit = "validate.account.move"

    # for everybody: Odoo's buttons depend on it; it is empty for others than users of Collections
    insurance_warning = fields.Html("Warning about insurance", compute="_compute_insurance")
    insurance_others = fields.Boolean("Others to post", compute="_compute_insurance")

    @api.depends("move_ids")
    @api.depends_context("lang", "uid")
    def _compute_insurance(self):
        for wizard in self:
            previews = wizard.move_ids._insurance_told()
            found = shortfalls(previews)
            wizard.insurance_warning = (
                wizard._insurance_warning(found, previews) if found else False
            )
            wizard.insurance_others = bool(found) and len(found) < len(wizard.move_ids)

    def action_post_others(self):
        """Post all but the drafts that the warning names, which stay as they are."""
        self.move_ids -= self.env["account.move"].union(*self.move_ids._insurance_shortfalls())
        return self.validate_move()

    def _insurance_warning(self, found, previews):
        """The warning about these drafts (HTML).  found: the `shortfalls` of the previews."""
        return self.env["ir.qweb"]._render(
            "cobranza_dunning.insurance_before_posting",
            {
                "sums": self._insurance_sums(previews),
                # in the order in which they use a limit
                "rows": [
                    self._insurance_row(draft, found[draft])
                    for draft in self.move_ids.sorted(lambda one: (one.date, one.id))
                    if draft in found
                ],
            },
        )

    def _insurance_row(self, draft, preview):
        """What the warning says of one draft."""
        facts = (
            draft.partner_id.display_name,
            format_date(self.env, draft.invoice_date),
            formatLang(self.env, draft.amount_total, currency_obj=draft.currency_id),
        )
        return {
            "name": draft.display_name,
            "url": f"/odoo/customer-invoices/{draft.id}",
            "facts": " · ".join(filter(None, facts)),
            "texts": draft._shortfall_texts(preview),
        }

    def _insurance_sums(self, previews):
        """How much of how much wouldn't be insured, a sentence for each currency."""
        sums = defaultdict(lambda: [ZERO, ZERO])
        for draft, preview in previews.items():
            if preview:
                currency = preview.policy.currency_id
                missing, amount = preview.missing, preview.amount
            else:
                currency = draft.company_currency_id
                missing = amount = to_decimal(draft.amount_total_signed, currency)
            sums[currency][0] += missing
            sums[currency][1] += amount
        return [
            self.env._(
                "Of %(amount)s to be insured, %(missing)s would not be covered.",
                amount=formatLang(self.env, float(amount), currency_obj=currency),
                missing=formatLang(self.env, float(missing), currency_obj=currency),
            )
            for currency, (missing, amount) in sums.items()
            if missing
        ]
