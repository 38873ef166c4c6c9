from odoo import fields, models

#: What a customer may say that is not over with the call: an agreement of its own, or work.
LEADS_TO = [
    ("promise", "A promise"),
    ("dispute", "A dispute"),
    ("plan", "More time or installments"),
    ("resend", "Sending the invoice again"),
]


class CobranzaOutcome(models.Model):
    """What came of a contact: nobody answered, a message was left, the right person spoke …"""

    _name = "cobranza.outcome"
    _description = "Outcome of a contact"
    _inherit = ["cobranza.code.list.mixin"]

    right_party = fields.Boolean(
        "Right person reached",
        help="Whether we spoke with somebody who can decide on the payment. Right-party contacts "
        "are counted by it, and some contact rules ask for quiet days after such a conversation.",
    )
    leads_to = fields.Selection(
        LEADS_TO,
        "Leads to",
        help="A promise is written down with the call: an amount and a day. For a dispute, for "
        "more time, or to send an invoice again, its dialog opens when the call has been saved.",
    )
    call_again_days = fields.Integer(
        "Call again after",
        help="Days after which the collector is asked to call again, if no other next step is "
        "agreed. 0: not asked.",
    )

    _code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL", "Another outcome has this code already."
    )
    _call_again_days_range = models.Constraint(
        "CHECK (call_again_days BETWEEN 0 AND 366)", "Choose between 0 and 366 days."
    )
