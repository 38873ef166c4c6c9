from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .amounts import to_decimal


class CobranzaPromise(models.Model):
    """How much may still be promised, and how far a customer's own word goes."""

    # a file for each part of its life
    _inherit = "cobranza.promise"  # pylint: disable=consider-merging-classes-inherited

    def _available(self, lines):
        """Return what may still be promised of due lines: pairs (line, Decimal)."""
        taken = self._promised_of(lines)
        return [
            (
                line,
                max(
                    to_decimal(line.amount_residual_currency, line.currency_id)
                    - taken.get(line.id, 0),
                    Decimal(0),
                ),
            )
            for line in lines
        ]

    @api.model
    def _unpromised(self, lines):
        """Return how much of due lines, all in one currency, may still be promised."""
        return float(sum(free for _line, free in self._available(lines)))

    def _promised_of(self, lines):
        """Return {line id: what open promises cover of it, still to be paid}, as Decimals."""
        # what a customer promised counts, whoever may read it
        parts_sudo = self.env["cobranza.promise.line"].sudo().search(
            [("move_line_id", "in", lines.ids), ("promise_id.state", "=", "open")]
        )
        taken = {}
        for part in parts_sudo:
            left = to_decimal(part.amount - part.paid_amount, part.currency_id)
            taken[part.move_line_id.id] = taken.get(part.move_line_id.id, 0) + left
        return taken

    # --- his own word ------------------------------------------------------------------

    def _last_own_day(self, debtor, lines):
        """The last day that a customer may choose by himself; what is insured stays insured."""
        days = debtor.effective_policy_id.promise_max_days
        latest = debtor.company_id._cobranza_today() + timedelta(days=days)
        insured = debtor._insured_until(lines)
        return min(latest, insured) if insured else latest

    def _check_own_word(self, debtor, date, lines):
        """A customer may leave himself alone only as long and as often as his policy allows.

        What he promised by himself before and didn't pay isn't left alone by his word again.
        """
        latest = self._last_own_day(debtor, lines)
        most = debtor.effective_policy_id.promise_max_open
        if not most or latest < debtor.company_id._cobranza_today():
            raise UserError(self.env._("Please contact us: we agree on a day together."))
        if date > latest:
            raise UserError(
                self.env._(
                    "Choose a day up to %s, or ask us for a payment plan.",
                    format_date(self.env, latest),
                )
            )
        own = self.search([("debtor_id", "=", debtor.id), ("origin", "=", "portal")])
        if len(own.filtered(lambda one: one.state == "open")) >= most:
            raise UserError(
                self.env._("What you promised before is still open: please contact us instead.")
            )
        missed = own.filtered(lambda one: one.state in ("partial", "broken"))
        parts = missed.part_ids.filtered("amount")
        # an installment's item is another entry than the invoice that it comes from
        if parts.move_id & lines.move_id or parts.move_line_id & lines:
            raise UserError(
                self.env._(
                    "We have not seen the payment that was promised for these invoices before: "
                    "please contact us, and we find a way together."
                )
            )
