from typing import NamedTuple

from odoo import api, models

AT_MOST = "cobranza_match_at_most"


class AtMost(NamedTuple):
    """How much of a payment may be matched with a debt, in its currency.  RPC can't make one."""

    payment_id: int
    debt_id: int
    amount: float


class AccountMoveLine(models.Model):
    """Payments that recoveries are about."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _cobranza_match(self, debt, amount):
        """Reconcile so much of a payment, in its currency, with a debt; return what matches them.

        Odoo does it, with exchange differences, taxes on a cash basis and matching numbers.
        """
        before = self.matched_debit_ids
        limit = AtMost(self.id, debt.id, amount)
        (self | debt).with_context(**{AT_MOST: limit}).reconcile()
        return self.matched_debit_ids - before

    def _cobranza_match_up_to(self, amount, debts):
        """Reconcile so much of a payment, in its currency, with these debts, in their order."""
        for debt in debts:
            left = -self.amount_residual_currency
            taken = min(amount, left, debt.amount_residual_currency)
            if taken > 0:
                self._cobranza_match(debt, taken)
                amount -= taken

    @api.model
    def _prepare_reconciliation_plan(self, plan, amls_values_map, shadowed_aml_values=None):
        """Take no more of a payment than is meant of it."""
        limit = self.env.context.get(AT_MOST)
        # exchange differences are matched meanwhile, and aren't limited
        if isinstance(limit, AtMost) and {limit.payment_id, limit.debt_id} == {*plan["amls"].ids}:
            payment = self.browse(limit.payment_id)
            amls_values_map = amls_values_map | {payment: payment._cobranza_limited(limit.amount)}
        return super()._prepare_reconciliation_plan(plan, amls_values_map, shadowed_aml_values)

    def _cobranza_limited(self, amount):
        """What Odoo reconciles of an item, if it were open with no more than this amount."""
        share = amount / abs(self.amount_residual_currency)
        return {
            "aml": self,
            "amount_residual": self.company_currency_id.round(self.amount_residual * share),
            "amount_residual_currency": self.currency_id.round(
                self.amount_residual_currency * share
            ),
            "parent_state": self.parent_state,
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recovered(self):
        self.env["cobranza.insurance.recovery"]._check_payments_kept(self)
