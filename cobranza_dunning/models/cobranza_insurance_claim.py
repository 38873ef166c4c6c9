from odoo import api, fields, models
from odoo.exceptions import UserError

from .arguments import to_text
from .cobranza_insurance_query_claims import STANDING
from .sql import take_turn

STATES = [
    ("draft", "Draft"),
    ("filed", "Filed"),
    ("accepted", "Agreed"),
    ("paid", "Paid"),
    ("closed", "Closed"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]
#: What an insurer has been told; it can't be changed afterwards.
TOLD = {
    "policy_id", "debtor_id", "notice_id", "loss_date", "costs_amount", "line_ids", "submitted_on"
}  # fmt: skip


class CobranzaInsuranceClaim(models.Model):
    """What an insurer is asked to pay of a customer's debts.

    Its life is here; what it is worth is in `_figures`, what may be filed in `_checks`, what is
    booked in `_entries`, the file for the insurer in `_dossier`.
    """

    _name = "cobranza.insurance.claim"
    _description = "Insurance claim"
    _inherit = [
        "cobranza.gated.mixin", "cobranza.evidence.mixin", "mail.thread", "mail.activity.mixin"
    ]  # fmt: skip
    _order = "filed_on desc, id desc"
    _check_company_auto = True
    _gated_fields = (
        "name", "state", "partner_id", "company_id", "currency_id", "filed_on", "filed_sequence",
        "notified_on", "year_from", "loss_amount", "covered_amount", "covered_costs_amount",
        "percentage", "insured_amount", "deductible_amount", "first_loss_amount",
        "above_maximum_amount", "expected_amount", "provisional_amount", "provisional_date",
        "accepted_amount", "accepted_on", "decision", "received_amount", "open_amount",
        "recovered_amount", "tax_returned_amount", "owed_amount", "insurer_share_amount",
        "written_off_amount", "loss_move_id", "move_ids", "recovery_ids",
    )  # fmt: skip

    name = fields.Char("Claim", readonly=True, copy=False, default=lambda self: self.env._("Draft"))
    policy_id = fields.Many2one(
        "cobranza.insurance.policy", "Insurance policy", required=True, index=True,
        ondelete="restrict", check_company=True, tracking=True,
    )  # fmt: skip
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, index=True, ondelete="restrict",
        check_company=True,
    )  # fmt: skip
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, index=True, string="Customer"
    )
    insurer_id = fields.Many2one(related="policy_id.insurer_id")
    currency_id = fields.Many2one(related="policy_id.currency_id", store=True)
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, index=True, copy=False,
        tracking=True,
        help="Filed: the insurer was asked. Agreed: he has said how much he pays. Paid: all of it "
        "has come in, as the bank reconciliation says. Closed: what nobody pays is written off.",
    )  # fmt: skip
    notice_id = fields.Many2one(
        "cobranza.insurance.notice", copy=False, index="btree_not_null",
        ondelete="restrict", check_company=True,
        domain="[('debtor_id', '=', debtor_id), ('policy_id', '=', policy_id), "
        "('state', '=', 'notified')]",
        help="The claim begins with its due lines; without one with all that is overdue.",
    )  # fmt: skip
    reference = fields.Char("Insurer's reference", tracking=True, copy=False)
    submitted_on = fields.Date(
        "Sent to the insurer on", copy=False, help="If that was before today; empty: today."
    )
    filed_on = fields.Date("Filed on", readonly=True, copy=False, tracking=True)
    loss_date = fields.Date(
        "Date of loss", copy=False, tracking=True,
        help="From when on the loss is certain: what the customer pays later is shared with the "
        "insurer. Proposed from the policy's waiting period, or the day of insolvency.",
    )  # fmt: skip
    notified_on = fields.Date("Notified on", readonly=True, copy=False)
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Evidence", copy=False,
        help="It goes into the file for the insurer.",
    )  # fmt: skip
    note = fields.Html("Notes")
    decision = fields.Text("What the insurer says", readonly=True, copy=False, tracking=True)
    line_ids = fields.One2many("cobranza.insurance.claim.line", "claim_id", "Due lines", copy=False)
    move_ids = fields.One2many("account.move", "insurance_claim_id", "Journal entries", copy=False)
    recovery_ids = fields.One2many(
        "cobranza.insurance.recovery", "claim_id", "Recoveries", copy=False
    )
    recovery_count = fields.Integer(compute="_compute_counts")
    move_count = fields.Integer(compute="_compute_counts")

    _state_idx = models.Index("(debtor_id) WHERE state IN ('filed', 'accepted', 'paid', 'closed')")

    @api.depends("recovery_ids", "move_ids")
    def _compute_counts(self):
        for claim in self:
            claim.recovery_count = len(claim.recovery_ids)
            claim.move_count = len(claim.move_ids)

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Make drafts with what of the customers' debts falls under the policy and is overdue."""
        claims = super().create(vals_list)
        for claim in claims:
            claim._read_ledger(claim._noticed())
        return claims

    def write(self, vals):
        """Write values. Raises UserError for what a claim that was filed is about."""
        told = TOLD & set(vals)
        if told and not self._gate_is_open() and any(one.state != "draft" for one in self):
            raise UserError(
                self.env._("A claim that was filed stays as it is: cancel it and make another.")
            )
        result = super().write(vals)
        if {"policy_id", "debtor_id", "notice_id"} & told:
            for claim in self:
                claim._read_ledger(claim._noticed())
        elif "submitted_on" in told:
            for claim in self:
                claim._read_ledger(claim.line_ids.move_line_id.ids)
        elif told and not self._gate_is_open():
            self._reckon()
        return result

    def _noticed(self):
        """The ids of its notice's due lines, as owed now; None if it isn't made from one."""
        items = self.notice_id.line_ids._items()
        return items._cobranza_in_their_place().ids if self.notice_id else None

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        if any(one.state != "draft" for one in self):
            raise UserError(
                self.env._("A claim that was filed stays on record: cancel it instead.")
            )

    # --- life --------------------------------------------------------------------------

    def _update_state(self, target, allowed, **vals):
        """Move a claim to `target`; who does the same at this moment comes after.

        Raises UserError if it is in none of the `allowed` states.
        """
        self.ensure_one()
        # claims use up what the policy pays in a year
        take_turn(self.policy_id)
        if self.state not in allowed:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(claim)s is “%(state)s”: that is only possible while it is %(allowed)s.",
                    claim=self.name,
                    state=labels[self.state],
                    allowed=", ".join(f"“{labels[one]}”" for one in allowed),
                )
            )
        self._gated().write({"state": target, **vals})
        self.debtor_id._follow_later()

    def action_update(self):
        """Read again from the ledger what is lost and covered; of a filed one, book what differs.

        Raises UserError once the insurer has agreed.
        """
        self.check_access("write")
        for claim in self:
            claim._update_state(claim.state, ("draft", "filed"))
            claim._read_ledger()
            if claim.state == "filed":
                claim._book_difference(claim.expected_amount)
        return True

    def action_file(self):
        """File drafts on the day they were sent, or today: the insurer owes what they come to.

        Raises UserError for one that can't be filed, and says what to do.
        """
        self.check_access("write")
        for claim in self:
            claim._file(claim.submitted_on or claim.company_id._cobranza_today())
        return True

    def _file(self, day):
        self._read_ledger(self.line_ids.move_line_id.ids)
        self._check_fileable(day)
        number = self.env["ir.sequence"].sudo().next_by_code(self._name, sequence_date=day)
        self._update_state("filed", ("draft",), filed_on=day, name=number)
        # the year is that of the first sale, the turn that of filing, whatever day it is said to be
        self._gated().write({"filed_sequence": self._next_turn()})
        self._reckon()
        self._check_worth()
        self._book_difference(self.expected_amount)

    def action_accept(self, amount=None, decision=None):
        """Record how much the insurer pays, in the policy's currency; more than once if he changes.

        amount: what was expected if left out.  decision: what he says about it.
        Raises UserError for an amount that is none, or if nothing was filed.
        """
        self.check_access("write")
        self.ensure_one()
        return self._accept(amount, decision)

    def action_refuse(self, decision):
        """Record that the insurer pays nothing: everything booked for the claim is reversed.

        Raises UserError without his reason, or for a claim of which something was recovered.
        """
        self.check_access("write")
        self.ensure_one()
        return self._refuse(decision)

    def action_close(self):
        """Write off what neither insurer nor customer pays of claims that are paid."""
        self.check_access("write")
        for claim in self:
            claim._update_state("closed", ("paid",))
            claim._check_recorded()
            claim._book_loss()
        return True

    def action_reopen(self):
        """Reverse the writing off of closed claims: the customers owe it again."""
        self.check_access("write")
        for claim in self:
            claim._check_newest_is_loss()
            claim._update_state("paid", ("closed",))
            claim._reverse_loss()
            claim._follow_payment()
        return True

    def action_cancel(self, reason=None):
        """Take claims back: everything booked for them is reversed, the newest first."""
        self.check_access("write")
        for claim in self:
            claim._update_state("cancelled", ("draft", *STANDING))
            claim._reverse_all()
            if text := to_text(reason):
                claim._gated().write({"decision": text})
        return True

    # --- screens -----------------------------------------------------------------------

    def action_ask_accept(self):
        """Open the dialog for what the insurer has agreed to."""
        return self.env["cobranza.insurance.claim.wizard"]._open(self, "accept")

    def action_ask_refuse(self):
        """Open the dialog for why the insurer refuses."""
        return self.env["cobranza.insurance.claim.wizard"]._open(self, "refuse")

    def action_ask_recovery(self):
        """Open the dialog for what the customer has paid after all."""
        return self.env["cobranza.insurance.claim.wizard"]._open(self, "recovery")

    def action_ask_cancel(self):
        """Open the dialog for taking the claim back."""
        return self.env["cobranza.insurance.claim.wizard"]._open(self, "cancel")

    def action_view_moves(self):
        """Open the journal entries of these claims."""
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_journal_line")
        return {**action, "domain": [("insurance_claim_id", "in", self.ids)], "context": {}}

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()

    def action_view_recoveries(self):
        """Open what was recovered."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_recovery_action"
        )
        return {**action, "domain": [("claim_id", "in", self.ids)]}
