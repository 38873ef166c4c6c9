from odoo import fields, models

from ..engine import negotiation
from .amounts import to_decimal, to_rate


class CobranzaPolicy(models.Model):
    """What a policy accepts at least of somebody who wants to pay later."""

    # a file for each part of its life
    _inherit = "cobranza.policy"  # pylint: disable=consider-merging-classes-inherited

    plan_minimum_installment = fields.Monetary(
        "Smallest installment",
        tracking=True,
        help="In company currency, at the rates the invoices were booked with. A currency may "
        "have a smallest installment of its own. 0: no limit.",
    )
    plan_minimum_down_payment = fields.Float(
        "Down payment",
        digits=(5, 2),
        tracking=True,
        help="Per cent of the debt that are paid at once. 0: none.",
    )
    plan_maximum_months = fields.Integer(
        "Longest plan",
        default=12,
        tracking=True,
        help="Months until the last installment, from today or from the day it is due if that is "
        "later. 0: no limit.",
    )
    plan_maximum_extension = fields.Integer(
        "Longest extension",
        default=30,
        tracking=True,
        help="Days until all is paid at once, from today or from the day it is due if that is "
        "later. Installments begin no later, or after one period. 0: no limit.",
    )
    plan_automatic = fields.Boolean(
        "Accept by itself",
        tracking=True,
        help="What a customer proposes on his page and isn't below these limits is offered to him "
        "for signature at once; otherwise a person looks at it first.",
    )
    plan_offer_action = fields.Selection(
        [("warn", "Say so"), ("hold", "Hold reminders back")],
        "While an offer isn't signed",
        required=True,
        default="warn",
        tracking=True,
        help="What happens to reminders while an offer to pay later waits for the customer's "
        "signature. Hold: they wait until it is signed or cancelled.",
    )
    plan_quiet_months = fields.Integer(
        "Months after a broken plan",
        default=6,
        tracking=True,
        help="So many months after a plan broke only a collections manager grants another.",
    )
    plan_extension_first = fields.Boolean(
        "More time comes first",
        default=True,
        tracking=True,
        help="Who can't pay now is offered an extension before a plan.",
    )
    plan_breach_days = fields.Integer(
        "Days an installment may be late",
        default=10,
        tracking=True,
        help="A plan is broken when an installment is later than this. 0: however late.",
    )
    plan_breach_count = fields.Integer(
        "Installments late at once",
        default=2,
        tracking=True,
        help="A plan is broken when so many installments are late at once. 0: however many. Where "
        "no days are set, all that are left are enough.",
    )
    plan_interest_rate = fields.Float(
        "Financing interest",
        digits=(5, 2),
        tracking=True,
        help="Per cent a year on what is paid later, simple, actual/365, as a draft invoice of "
        "its own when the plan is accepted. 0: none. What is owed is never changed by it.",
    )

    _plan_floor_not_negative = models.Constraint(
        """CHECK (plan_minimum_installment >= 0 AND plan_breach_count >= 0
           AND plan_interest_rate BETWEEN 0 AND 3650 AND plan_maximum_months BETWEEN 0 AND 600
           AND plan_maximum_extension BETWEEN 0 AND 3650 AND plan_quiet_months BETWEEN 0 AND 600
           AND plan_breach_days BETWEEN 0 AND 3650)""",
        "The limits of payment plans can't be negative, nor further away than a lifetime.",
    )
    _plan_down_payment_range = models.Constraint(
        "CHECK (plan_minimum_down_payment >= 0 AND plan_minimum_down_payment < 100)",
        "The down payment is a share of the debt: from 0 up to 100 per cent, without 100.",
    )
    _plan_breach_some = models.Constraint(
        "CHECK (plan_breach_days > 0 OR plan_breach_count > 0)",
        "Say when a plan is broken: by days, by installments that are late at once, or by both.",
    )

    def _negotiation_floor(self, currency, amount, company_amount):
        """Return the engine.negotiation.Floor of this policy for a debt.

        amount: of the debt in `currency`; company_amount: the same in company currency as the
        lines were booked.  The smallest installment is that of the currency if the policy has
        one, else the company's at the rates of these very lines.
        """
        self.ensure_one()
        return negotiation.Floor(
            minimum_installment=self._least_installment(currency, amount, company_amount),
            minimum_down_payment=to_rate(self.plan_minimum_down_payment),
            maximum_months=self.plan_maximum_months or None,
            maximum_extension=self.plan_maximum_extension or None,
            automatic=self.plan_automatic,
            quiet_months=self.plan_quiet_months,
            extension_first=self.plan_extension_first,
        )

    def _least_installment(self, currency, amount, company_amount):
        own = self.minimum_ids.filtered(lambda one: one.currency_id == currency)
        if own.installment:
            return to_decimal(own.installment, currency)
        least = to_decimal(self.plan_minimum_installment, self.currency_id)
        if currency == self.currency_id or not company_amount:
            return least
        return negotiation.in_currency(least, amount, company_amount, currency.decimal_places)
