from odoo import fields, models
from odoo.tools import format_duration

from ..engine import contact


class CobranzaContactWindow(models.Model):
    """Hours on some weekdays in which a rule allows contacts, or avoids them."""

    _name = "cobranza.contact.window"
    _description = "Hours of a contact rule"
    _inherit = ["cobranza.contact.rule.part"]
    _order = "rule_id, kind desc, day_from, hour_from, id"
    _rec_name = "kind"

    kind = fields.Selection(
        [("open", "Allowed"), ("avoid", "Avoided")], required=True, default="open"
    )
    day_from = fields.Selection("_selection_day", "From day", required=True, default="0")
    day_to = fields.Selection("_selection_day", "To day", required=True, default="4")
    hour_from = fields.Float("From", required=True, default=9)
    hour_to = fields.Float("Until", required=True, default=19, help="Not included.")

    _hours_in_order = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24)",
        "Hours go from 0:00 to 24:00, and the end comes after the beginning.",
    )
    _days_in_order = models.Constraint(
        "CHECK (day_from <= day_to)",
        "The last day can't come before the first: weeks begin on Monday.",
    )

    def _selection_day(self):
        return [
            ("0", self.env._("Monday")),
            ("1", self.env._("Tuesday")),
            ("2", self.env._("Wednesday")),
            ("3", self.env._("Thursday")),
            ("4", self.env._("Friday")),
            ("5", self.env._("Saturday")),
            ("6", self.env._("Sunday")),
        ]

    def _describe(self):
        """Return "Monday–Friday 9:00–19:00" in the user's language."""
        self.ensure_one()
        days = dict(self._selection_day())
        names = days[self.day_from]
        if self.day_to != self.day_from:
            names = f"{names}–{days[self.day_to]}"
        return f"{names} {format_duration(self.hour_from)}–{format_duration(self.hour_to)}"

    def _to_engine(self):
        """Return an engine.contact.Window for each of the weekdays."""
        start, end = round(self.hour_from * 60), round(self.hour_to * 60)
        return [
            contact.Window(day, start, end)
            for day in range(int(self.day_from), int(self.day_to) + 1)
        ]
