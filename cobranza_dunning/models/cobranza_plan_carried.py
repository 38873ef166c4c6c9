from odoo import models

from ..engine import installments
from .amounts import to_decimal


class CobranzaPlan(models.Model):
    """What was promised and is disputed of what a plan covers goes where it is owed.

    To the installments' items while the plan is re-booked, and back to the lines it came from.
    """

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    def _taken_over(self):
        """Return what each installment takes over: [(covered item, its own item, Decimal)]."""
        covered, items = self.line_ids._items(), self._ordered().move_line_id
        found = installments.take_over(
            [to_decimal(line.amount, self.currency_id) for line in covered],
            [one.amount for one in self._calendar()],
        )
        lines = list(covered.values())
        return [(lines[number], items[other], amount) for number, other, amount in found]

    def _carry_agreements(self):
        """Put agreements about what it covers on the items of the installments."""
        rooms = {}
        for line, item, amount in self._taken_over():
            rooms.setdefault(line, []).append((item, amount))
        # what the customer said is so, whoever may read it
        self.env["cobranza.promise.line"].sudo()._carry(rooms)
        self.env["cobranza.dispute"].sudo()._carry(rooms)

    def _carry_agreements_back(self):
        """Put agreements on the lines it covers: those they came from, or the item came from."""
        covered = {}
        for line, item, _amount in self._taken_over():
            covered[item] = covered.get(item, line) | line
        everything = self.env["account.move.line"].union(*covered.values())
        lines = {item: own | everything for item, own in covered.items()}
        self.env["cobranza.promise.line"].sudo()._carry_back(lines)
        self.env["cobranza.dispute"].sudo()._carry_back(lines)
