from odoo import api, models

from ..engine import promises
from .amounts import to_decimal


class CobranzaPromiseLine(models.Model):
    """Promised parts where what they are about is owed elsewhere, and back.

    While a part is elsewhere, the line it came from keeps one of what isn't: it is the same
    invoice's, and takes it back.
    """

    # a file for each part of its life
    _inherit = "cobranza.promise.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _carry(self, rooms):
        """Move what is left to pay of promises about lines to the items that took them over.

        rooms: {line: [(item, what it took over)]}.  Of two open promises what is promised first is
        on the first items, so that nothing is promised twice.
        """
        found = self.search([("move_line_id", "in", [line.id for line in rooms])])
        left = dict(rooms)
        for part in found.sorted(lambda one: (one.date, one.promise_id.id)):
            line = part.move_line_id
            if part.state == "open":
                left[line] = part._move_to(left[line])
            else:
                part._move_to(rooms[line])

    def _move_to(self, rooms):
        """Move what is left to pay to other lines, the first ones first; return their room then.

        Each gets a part: payments of it count for the promise all the same.
        """
        parts, left = promises.fill(self._left_to_pay(), rooms)
        self._gated().write({"amount": self.paid_amount + float(left)})
        self._gated().create([self._vals_on(line, part) for line, part in parts])
        return [
            (line, room - part)
            for (line, room), (_line, part) in zip(rooms, parts, strict=True)
        ]

    def _left_to_pay(self):
        """What was promised and not paid yet, as the engine takes it."""
        return to_decimal(self.amount - self.paid_amount, self.currency_id)

    def _vals_on(self, line, amount, **vals):
        """Values of a part of the same promise that is on another line."""
        return {
            "promise_id": self.promise_id.id,
            "move_line_id": line.id,
            "move_id": self.move_id.id,
            "date_due": self.date_due,
            "amount": float(amount),
            **vals,
        }

    @api.model
    def _carry_back(self, lines):
        """Move promised parts from items to the lines that are owed again.

        lines: {item: all those lines, the ones that it comes from first}.
        """
        found = self.search([("move_line_id", "in", [item.id for item in lines])], order="id")
        carried = self.browse()
        for part in found:
            origin = (part.promise_id.part_ids - found).filtered(part._is_of_same_line)[:1]
            if origin:
                carried |= part
                origin._gated().write(
                    {
                        "amount": origin.amount + part.amount,
                        "paid_amount": origin.paid_amount + part.paid_amount,
                    }
                )
            else:
                part._put_on(lines[part.move_line_id])
        carried.unlink()

    def _is_of_same_line(self, other):
        """Whether another part is about the same due line of the same invoice."""
        return (self.move_id, self.date_due) == (other.move_id, other.date_due)

    def _put_on(self, lines):
        """Put a part that was promised of an item on other lines: where there is room for it."""
        if not lines:
            return
        parts, left = promises.fill(self._left_to_pay(), self.promise_id._available(lines))
        vals = [
            self._vals_on(
                line, amount, move_id=line.move_id.id, date_due=line._cobranza_due_date()
            )
            for line, amount in parts
        ]
        vals[0]["amount"] += self.paid_amount + float(left)
        self._gated().write(vals[0])
        self._gated().create(vals[1:])
