from odoo import api, fields, models
from odoo.exceptions import UserError

from .amounts import format_money
from .cobranza_promise import ORIGINS

#: So many days a disputed amount is left alone where neither a person nor a policy says.
USUAL_DAYS = 14
#: Why there is nothing left to decide about; codes of engine.disputes.
LAPSES = [
    ("deleted", "Its invoice was deleted"),
    ("cancelled", "Its invoice was cancelled"),
    ("reset", "Its invoice was reset to draft"),
    ("credited", "Its invoice was credited"),
    ("moved", "Its invoice went to another customer"),
]


class CobranzaDispute(models.Model):
    """What a customer doesn't accept of a due line, until somebody has decided about it.

    It leaves alone the disputed amount, and no more, until the day on which its owner is to look
    again.  Accepted, it goes on doing so until its credit note is there; what that takes off the
    debt is the ledger's.
    """

    _name = "cobranza.dispute"
    _description = "Dispute"
    _inherit = [
        "cobranza.gated.mixin", "cobranza.debtor.record.mixin", "cobranza.evidence.mixin",
        "mail.thread", "mail.activity.mixin",
    ]  # fmt: skip
    _order = "revisit_date, id desc"
    _check_company_auto = True
    _gated_fields = (
        "partner_id", "company_id", "currency_id", "date_due", "pausing", "origin", "state",
        "credit_note_id", "reject_reason", "decided_by_id", "decided_on", "activity_id",
        "credited_before", "credited_amount", "lapse_reason",
    )  # fmt: skip

    move_line_id = fields.Many2one(
        "account.move.line",
        "Due line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null", check_company=True
    )
    date_due = fields.Date(
        "Due date",
        help="An invoice that is reset and posted again gets new due lines: the disputed one is "
        "found by invoice and due date.",
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Disputed", required=True)
    reason_id = fields.Many2one(
        "cobranza.dispute.reason",
        required=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
    )
    description = fields.Text("What the customer says")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    contact_id = fields.Many2one(
        "res.partner", "Raised by", index="btree_not_null", ondelete="set null"
    )
    interaction_id = fields.Many2one(
        "cobranza.interaction",
        "Raised in",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The call or message in which it was raised.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Finds out what is right, and decides.",
    )
    revisit_date = fields.Date(
        "Look again on",
        required=True,
        index=True,
        tracking=True,
        help="Until this day the amount is left alone; then it is chased again by itself.",
    )
    origin = fields.Selection(ORIGINS, required=True, default="manual")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("lapsed", "Lapsed"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
        copy=False,
        tracking=True,
    )
    credit_note_id = fields.Many2one(
        "account.move",
        "Credit note",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        tracking=True,
    )
    credited_before = fields.Monetary(
        readonly=True, help="What credit notes had taken off the due line when it was raised."
    )
    credited_amount = fields.Monetary(
        "Credited since", readonly=True, copy=False,
        help="What was credited since, while its own credit note is missing: no longer paused.",
    )  # fmt: skip
    lapse_reason = fields.Selection(
        LAPSES,
        "Why it lapsed",
        readonly=True,
        help="Nobody decided: there is nothing left to decide about.",
    )
    reject_reason = fields.Text(
        "Why it was rejected", readonly=True, tracking=True,
        help="The customer reads it on his page.",
    )  # fmt: skip
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_on = fields.Date("Decided on", readonly=True)
    pausing = fields.Boolean(
        "Pauses",
        compute="_compute_pausing",
        store=True,
        help="Nobody has decided yet, or its credit note is still missing.",
    )
    awaits_credit_note = fields.Boolean(compute="_compute_awaits_credit_note")
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _pausing_idx = models.Index("(company_id) WHERE pausing")
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A dispute is about more than nothing."
    )

    @api.depends("state", "credit_note_id.state")
    def _compute_pausing(self):
        for one in self:
            one.pausing = one.state == "open" or one.awaits_credit_note

    @api.depends("state", "credit_note_id.state")
    def _compute_awaits_credit_note(self):
        for one in self:
            # that there is one, and no more: a collector need not be an accountant
            note_sudo = one.credit_note_id.sudo()
            one.awaits_credit_note = one.state == "accepted" and note_sudo.state != "posted"

    @api.depends("partner_id", "move_id", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._(
                "%(customer)s: %(amount)s of %(document)s",
                customer=one.partner_id.display_name,
                amount=format_money(
                    self.env, one.amount, one.currency_id, one.company_id.currency_id
                ),
                document=one.move_id.name or "",
            )

    # --- CRUD --------------------------------------------------------------------------

    def write(self, vals):
        """Write values; what is disputed, and until when, changes by actions only.

        Raises UserError if anything else would change.
        """
        self._check_gate(vals)
        fixed = {
            "debtor_id", "move_line_id", "move_id", "amount", "contact_id", "interaction_id",
            "revisit_date",
        }  # fmt: skip
        if not self._gate_is_open() and fixed & set(vals):
            raise UserError(
                self.env._(
                    "What is disputed stays as it was raised: use the buttons, or raise another."
                )
            )
        result = super().write(vals)
        if "user_id" in vals:
            self._plan_revisit()
        return result

    # --- screens -----------------------------------------------------------------------

    def action_view_move(self):
        """Open the disputed invoice."""
        return self.move_id._get_records_action()

    def action_view_credit_note(self):
        """Open the credit note that settles it."""
        return self.credit_note_id._get_records_action()
