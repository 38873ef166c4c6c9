from odoo import fields, models

from ..engine import installments, negotiation
from ..engine.due import parse_pay_days
from .amounts import to_decimal


class CobranzaDebtor(models.Model):
    """A customer's payment plans, and what may be agreed on with him."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    plan_ids = fields.One2many("cobranza.plan", "debtor_id", "Payment plans")

    def action_propose_plan(self):
        """Open the dialog that proposes a payment plan or more time."""
        self.ensure_one()
        return self.env["cobranza.plan.wizard"]._open(self)

    def action_view_plans(self):
        """Open the payment plans and extensions of these customers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_plan_action"
        )
        return {**action, "domain": [("debtor_id", "in", self.ids)], "context": {}}

    def _negotiation_floor(self, currency, amounts):
        """Return the engine.negotiation.Floor for a debt of this customer.

        amounts: {account.move.line in `currency`: Decimal}.
        """
        company = self.company_id.currency_id
        booked = sum(
            to_decimal(line.amount_residual, company)
            * amount
            / to_decimal(line.amount_residual_currency, currency)
            for line, amount in amounts.items()
        )
        policy = self.effective_policy_id
        if not policy:
            return negotiation.Floor()
        return policy._negotiation_floor(currency, sum(amounts.values()), booked)

    def _pay_days(self):
        """The days of the month on which he pays, as the engine takes them."""
        return parse_pay_days(self.pay_days or "")

    def _next_pay_day(self):
        """The next day on which he pays, None if he has no pay days.

        None as well where it is later than his policy, or insurance, would let him choose.
        """
        pay_days = self._pay_days()
        if not pay_days:
            return None
        today = self.company_id._cobranza_today()
        day = installments.suitable_day(today, self._contact_place(), pay_days)
        latest = self.env["cobranza.promise"]._last_own_day(self, self.due_line_ids)
        return day if day <= latest else None

    def _plan_terms(self):
        """Values of a plan that are the policy's: when it is broken, what interest it bears."""
        policy = self.effective_policy_id
        if not policy:
            usual = installments.Breach()
            return {"breach_days": usual.days, "breach_count": usual.count, "interest_rate": 0}
        return {
            "breach_days": policy.plan_breach_days,
            "breach_count": policy.plan_breach_count,
            "interest_rate": policy.plan_interest_rate,
        }
