from odoo import fields, models

from ..engine import contact


class CobranzaContactCap(models.Model):
    """How often a rule allows contacts of some kind."""

    _name = "cobranza.contact.cap"
    _description = "Limit of a contact rule"
    _inherit = ["cobranza.contact.rule.part"]
    _order = "rule_id, id"
    _rec_name = "about"

    about = fields.Selection(
        [
            ("message", "Messages"),
            ("call", "Calls"),
            ("visit", "Visits"),
            ("call_visit", "Calls and visits"),
            ("any", "Contacts of any kind"),
        ],
        "Of",
        required=True,
        default="message",
    )
    max_contacts = fields.Integer("At most", required=True, default=1)
    days = fields.Integer("In days", required=True, default=7)
    gap_days = fields.Integer("Days apart", help="The least number of days between two; 0: none.")
    conversations = fields.Boolean(
        "Only conversations",
        help="Only contacts in which the customer was spoken with count: quiet days after a "
        "conversation.",
    )

    _max_contacts_positive = models.Constraint(
        "CHECK (max_contacts >= 1)",
        "Allow one contact at least; to allow none, forbid the channel.",
    )
    _days_range = models.Constraint(
        "CHECK (days BETWEEN 1 AND 366 AND gap_days BETWEEN 0 AND 366)",
        "Choose between 1 and 366 days.",
    )

    def _describe(self):
        """Return "Messages: 2 in 7 days, 2 days apart" in the user's language."""
        self.ensure_one()
        labels = dict(self._fields["about"]._description_selection(self.env))
        text = self.env._(
            "%(contacts)s: %(limit)s in %(days)s days",
            contacts=labels[self.about],
            limit=self.max_contacts,
            days=self.days,
        )
        if self.gap_days:
            text = self.env._("%(limit)s, %(days)s days apart", limit=text, days=self.gap_days)
        if self.conversations:
            text = self.env._("%s, counting conversations", text)
        return text

    def _to_engine(self):
        return contact.Cap(
            self.about, self.max_contacts, self.days, self.gap_days, self.conversations
        )
