from typing import NamedTuple

from odoo import api, models
from odoo.tools import float_round

from ..engine import indemnity
from .amounts import to_decimal

AT_MOST = "cobranza_match_at_most"


class AtMost(NamedTuple):
    """How much of a payment may be matched with a debt, in its currency.  RPC can't make one."""

    payment_id: int
    debt_id: int
    amount: float


class AccountMoveLine(models.Model):
    """Payments of customers and insurers, and what of them is matched."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _cobranza_match_in_turn(self, debts, amount):
        """Reconcile so much of a payment, in its currency, with debts in turn, as far as open.

        Returns what matches them.
        """
        currency = self.currency_id
        paid, _rest = indemnity.apply_oldest_first(
            to_decimal(amount, currency),
            [(debt, to_decimal(self._cobranza_open_of(debt), currency)) for debt in debts],
        )
        made = self.env["account.partial.reconcile"]
        for debt, part in paid.items():
            if part:
                made |= self._cobranza_match(debt, float(part))
        return made

    def _cobranza_open_of(self, debt):
        """What of a debt is open, in this payment's currency; rounded up, so that all is paid."""
        currency, residual = self.currency_id, abs(debt.amount_residual_currency)
        if debt.currency_id == currency:
            return residual
        converted = debt.currency_id._convert(
            residual, currency, self.company_id, self.date, round=False
        )
        return float_round(converted, precision_rounding=currency.rounding, rounding_method="UP")

    def _cobranza_is_unused(self):
        """Whether it is money, on its way in or out, of which nothing was matched."""
        self.ensure_one()
        is_money = self.payment_id or self.statement_line_id
        return bool(is_money) and not self._cobranza_matched()

    def _cobranza_move_to(self, account):
        """Put an unused payment on the account of what it pays, as if it had been booked there.

        Odoo refuses it in a period that is locked.
        """
        if self.account_id != account:
            self.account_id = account
            self.payment_id.destination_account_id = account

    def _cobranza_match(self, debt, amount):
        """Reconcile so much of a payment, in its currency, with a debt; return what matches them.

        Odoo does it, with exchange differences, taxes on a cash basis and matching numbers.
        """
        before = self._cobranza_matched()
        limit = AtMost(self.id, debt.id, amount)
        (self | debt).with_context(**{AT_MOST: limit}).reconcile()
        return self._cobranza_matched() - before

    def _cobranza_matched(self):
        return self.matched_debit_ids | self.matched_credit_ids

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
