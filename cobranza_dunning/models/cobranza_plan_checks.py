from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .amounts import to_decimal
from .arguments import to_day
from .cobranza_plan import OPEN_STATES
from .sql import take_turn


class CobranzaPlan(models.Model):
    """What is checked before a plan is offered or comes into force."""

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    def _check_agreeable(self):
        """Raise UserError if this can't be agreed on: its terms, what it covers, or its limits."""
        self._check_terms()
        self._check_possible()
        if self.is_custom and self.state == "draft":
            # what was offered is agreed to by whoever offered it
            self._check_written_by_hand(self._calendar())

    def _check_terms(self):
        """Raise UserError if the installments don't add up, or their days can't be kept."""
        calendar = self._calendar()
        total = sum(one.amount for one in calendar)
        if not calendar or total != to_decimal(self.amount, self.currency_id):
            raise UserError(
                self.env._(
                    "The installments of %(plan)s come to %(total)s, and it covers %(amount)s: "
                    "correct their amounts.",
                    plan=self.name,
                    total=self._money(total),
                    amount=self._money(self.amount),
                )
            )
        if len({one.due for one in calendar}) < len(calendar):
            raise UserError(
                self.env._(
                    "Two installments of %(plan)s are due on the same day: make one of them.",
                    plan=self.name,
                )
            )
        # the down payment is paid when the customer agrees, whenever that is
        first = calendar[1 if self.down_payment_id else 0].due
        to_day(self.env, calendar[-1].due)
        today = self.company_id._cobranza_today()
        if self.down_payment_id and first == today:
            raise UserError(
                self.env._(
                    "The down payment and the first installment of %(plan)s would both be due "
                    "today: propose new days.",
                    plan=self.name,
                )
            )
        if first < today:
            raise UserError(
                self.env._(
                    "The first installment of %(plan)s was due on %(date)s already: propose new "
                    "days.",
                    plan=self.name,
                    date=format_date(self.env, first),
                )
            )

    def _check_possible(self):
        """Raise UserError if what it covers isn't open, is in another plan or is claimed."""
        items = self.line_ids._items()
        # several lines may share an item, or have none
        for item, lines in self.line_ids.grouped(lambda line: items[line]).items():
            left = item.amount_residual_currency if item.parent_state == "posted" else 0
            amount = sum(lines.mapped("amount"))
            if self.currency_id.compare_amounts(left, amount) < 0:
                raise UserError(
                    self.env._(
                        "Of %(invoice)s only %(left)s is open, and %(plan)s covers %(amount)s: "
                        "propose it anew.",
                        invoice=lines[0].name,
                        left=self._money(left),
                        plan=self.name,
                        amount=self._money(amount),
                    )
                )
        items = self.env["account.move.line"].union(*items.values())
        self._check_no_other_plan(self.debtor_id, items)
        self.env["cobranza.insurance.claim.line"]._about(items)._refuse()
        self.debtor_id._check_insured_until(items, self._last_due())

    def _last_due(self):
        """The day of the last installment."""
        return max(self.installment_ids.mapped("date_due"))

    def _check_no_other_plan(self, debtor, items):
        """Raise UserError if one of these items belongs to another plan, see `_in_open_plans`."""
        take_turn(debtor)
        found = self._in_open_plans(items).filtered(lambda line: line.plan_id not in self)[:1]
        if not found:
            return
        names = {"invoice": found.name, "plan": found.plan_id.name}
        if found.plan_id.state in OPEN_STATES:
            raise UserError(
                self.env._(
                    "%(invoice)s is part of %(plan)s already: cancel that one first.", **names
                )
            )
        raise UserError(
            self.env._(
                "%(invoice)s is still re-booked by %(plan)s: reverse the re-booking of that plan "
                "first.",
                **names,
            )
        )
