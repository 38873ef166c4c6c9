from odoo import api, models

from ..engine import promises
from .amounts import to_decimal


class CobranzaDispute(models.Model):
    """Disputes where what they are about is owed elsewhere, and back."""

    # a file for each part of its life
    _inherit = "cobranza.dispute"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _carry(self, rooms):
        """Put disputes of lines that hold no more of them on the items that took the lines over.

        rooms: {line: [(item, what it took over)]}.  A dispute stays one: it is on the first item
        that has room for it, or else on the one that has most.
        """
        found = self.search(
            [("move_line_id", "in", [line.id for line in rooms]), ("pausing", "=", True)],
            # what is still left alone was left out of the plan
            order="revisit_date desc, id",
        )
        for line, ours in found.grouped("move_line_id").items():
            held, left = to_decimal(line.amount_residual_currency, line.currency_id), rooms[line]
            for one in ours:
                amount = one._left_to_credit()
                if amount <= held:
                    held -= amount
                    continue
                item, _room = max(left, key=lambda pair: min(pair[1], amount))
                one._gated().write({"move_line_id": item.id, **one._credited_from_now(item)})
                left = [(other, free - amount * (other == item)) for other, free in left]

    def _left_to_credit(self):
        """What is disputed and not credited yet, as the engine takes it."""
        return to_decimal(self.amount - self.credited_amount, self.currency_id)

    @api.model
    def _carry_back(self, lines):
        """Put disputes of items on the lines that are owed again.

        lines: {item: all those lines, the ones that it comes from first}.
        """
        found = self.search([("move_line_id", "in", [item.id for item in lines])], order="id")
        found._accept_credited()
        raised = found.filtered(lambda one: one.move_id == one.move_line_id.move_id)
        carried = found - raised
        carried._gated().write({"move_line_id": False})
        carried._find_lines_again()
        for one in carried:
            one._gated().write(one._credited_from_now(one.move_line_id))
        for one in raised:
            one._put_on(lines[one.move_line_id])

    def _accept_credited(self):
        """Those that ended with their item's credit note are decided: it is no open question."""
        over = self.filtered(
            lambda one: one.lapse_reason == "credited"
            and one.credit_note_id.sudo().state == "posted"
        )
        over._gated().write({"state": "accepted", "lapse_reason": False})

    def _put_on(self, lines):
        """Put a dispute that was raised about an item on other lines: where there is room for it.

        What one line has no room for is another dispute.
        """
        if not lines:
            return
        amount, rooms = self._left_to_credit(), []
        if self.pausing:
            rooms = [(line, to_decimal(self._undisputed(line), self.currency_id)) for line in lines]
        parts, left = promises.fill(amount, rooms)
        amounts = dict(parts)
        amounts[lines[0]] = amounts.get(lines[0], 0) + left
        (first, _amount), *others = [pair for pair in amounts.items() if pair[1]] or [(lines[0], 0)]
        for line, part in others:
            credited = float(self._credited_on(line))
            self._split_off(float(part), **self._vals_on(line), credited_before=credited)
        self._gated().write({**self._vals_on(first), **self._credited_from_now(first)})

    def _vals_on(self, line):
        """Values of a dispute that is about another line."""
        return {
            "move_line_id": line.id,
            "move_id": line.move_id.id,
            "date_due": line._cobranza_due_date(),
        }

    def _credited_from_now(self, line):
        """Values by which what was credited of it stays so on a line, and nothing else counts."""
        return {"credited_before": float(self._credited_on(line)) - self.credited_amount}
