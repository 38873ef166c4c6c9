from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import indemnity
from ..engine.due import ZERO
from .amounts import format_money, to_decimal
from .sql import take_turn

AGREED = ("accepted", "paid", "closed")


class CobranzaInsuranceRecovery(models.Model):
    """Money that a customer pays after a claim about his debts was filed.

    Before the date of loss it lowers the claim: the oldest debts are paid first.  After it the
    money belongs to insurer and insured party as they share the loss.  The payment itself is
    Odoo's; here it is said whose it is.
    """

    _name = "cobranza.insurance.recovery"
    _description = "Recovery"
    _inherit = ["cobranza.gated.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _gated_fields = None
    _gated_create = True

    claim_id = fields.Many2one(
        "cobranza.insurance.claim", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="claim_id.partner_id", store=True, string="Customer")
    policy_id = fields.Many2one(related="claim_id.policy_id", store=True)
    currency_id = fields.Many2one(related="claim_id.currency_id")
    state = fields.Selection(
        [("booked", "Booked"), ("cancelled", "Cancelled")], required=True, default="booked",
        readonly=True, tracking=True,
    )  # fmt: skip
    date = fields.Date("Paid on", required=True)
    amount = fields.Monetary("Recovered", help="In the policy's currency.")
    costs_amount = fields.Monetary("Costs of it", help="They come off first: both bear them.")
    after_loss = fields.Boolean(
        "After the date of loss", help="Otherwise it lowers the claim, and isn't shared."
    )
    after_close = fields.Boolean(help="The rest of the debt had been written off by then.")
    insurer_amount = fields.Monetary("The insurer's", help="Owed to him, less his share of costs.")
    insured_amount = fields.Monetary("Ours", help="Less our share of the costs.")
    move_id = fields.Many2one(
        "account.move", "Entry", ondelete="restrict", index="btree_not_null",
        help="None if nothing of it is the insurer's.",
    )  # fmt: skip
    passed_on = fields.Selection(
        [("nothing", "Nothing to pass on"), ("open", "To be passed on"), ("done", "Passed on")],
        compute="_compute_passed_on", string="Insurer's share",
        help="Passed on once a payment to the insurer is reconciled with it.",
    )  # fmt: skip

    @api.depends("payment_amount", "date", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.claim_id.name or ''} · {format_date(self.env, one.date)}"

    @api.depends("state", "move_id.line_ids.reconciled")
    def _compute_passed_on(self):
        for one in self:
            # whether it was paid, and no more: a collector need not be an accountant
            owed_sudo = one._share_item()
            if not owed_sudo or one.state == "cancelled":
                one.passed_on = "nothing"
            else:
                one.passed_on = "done" if owed_sudo.reconciled else "open"

    def _share_item(self):
        """The item by which the insurer's share is owed to him."""
        account = self.policy_id.sudo().insurer_share_account_id
        return self.sudo().move_id.line_ids.filtered(lambda one: one.account_id == account)

    # --- booking -----------------------------------------------------------------------

    def _book(self):
        """Share the money, match the payment and post the entry."""
        self.ensure_one()
        claim = self.claim_id
        if not self.after_loss:
            self._match(self._debts())
            claim._read_ledger()
            claim._book_difference(claim.expected_amount)
            return
        split = self._split()
        self._gated().write(
            {"insurer_amount": float(split.insurer), "insured_amount": float(split.insured)}
        )
        if not self.after_close:
            self._match(claim._open_items())
        items = self._entry_items(split)
        if items:
            day = format_date(self.env, self.date)
            move = claim._book(self.env._("recovery of %s", day), items)
            self._gated().write({"move_id": move.id})
            if self.after_close:
                # the item that takes the money off the customer's account is the first
                self._match(move.line_ids.sorted("id")[0])
        claim._follow_recoveries()

    def _split(self):
        """Whose the money is: the engine's Split.

        What was shared before, when more was lost by what the ledger said, is made up for.
        """
        claim = self.claim_id
        loss, paid = claim._shared_loss(), claim._decimal(claim.accepted_amount)
        shares = (loss, min(paid, loss), claim.currency_id.decimal_places)
        earlier, costs = claim._recovered_net(self), claim._decimal(self.costs_amount)
        split = indemnity.split_after_loss(claim._decimal(self.amount), *shares, costs, earlier)
        due = split.insurer + indemnity.split_after_loss(earlier, *shares).insurer
        insurer = min(max(due - claim._given_to_insurer(self), ZERO), split.insurer + split.insured)
        return split._replace(insurer=insurer, insured=split.insured + split.insurer - insurer)

    def _entry_items(self, split):
        """What is booked: the insurer's share, and after closing the money's way to both."""
        claim, policy_sudo = self.claim_id, self.policy_id.sudo()
        insurer = policy_sudo.insurer_id.commercial_partner_id
        said = self.env._("recovery from %s", self.partner_id.sudo().name)
        share = float(split.insurer)
        owed = claim._item(policy_sudo.insurer_share_account_id, insurer, -share, said)
        if not self.after_close:
            counterpart = claim._item(
                policy_sudo.claim_account_id, self.partner_id, share, said, -owed["balance"]
            )
            return [counterpart, owed] if share else []
        taken = self._taken()
        own = self.company_id.currency_id
        rest = own.round(-taken["balance"] - owed["balance"])
        ours = {
            "account_id": policy_sudo.loss_account_id.id,
            "partner_id": self.partner_id.id,
            "name": taken["name"],
            "currency_id": own.id,
            "amount_currency": rest,
            "balance": rest,
        }
        return [taken, *([owed] if share else []), *([ours] if rest else [])]

    def _taken(self):
        """The item that takes the money off the customer's account."""
        payment_sudo = self.payment_line_id.sudo()
        share = self.payment_amount / abs(payment_sudo.amount_currency)
        return {
            "account_id": payment_sudo.account_id.id,
            "partner_id": payment_sudo.partner_id.id,
            "name": f"{self.claim_id.name} · {payment_sudo.move_id.name}",
            "currency_id": payment_sudo.currency_id.id,
            "amount_currency": self.payment_amount,
            "balance": self.company_id.currency_id.round(-payment_sudo.balance * share),
        }

    # --- undoing -----------------------------------------------------------------------

    def action_cancel(self):
        """Reverse recoveries, the newest first; the payment is open again as it was before.

        Raises UserError for one that isn't the newest of its claim, or that was booked before
        the rest was written off.
        """
        self.check_access("write")
        for one in self.sorted("id", reverse=True):
            one._cancel()
        return True

    def _cancel(self):
        claim = self.claim_id
        take_turn(claim.policy_id)
        booked = claim.recovery_ids.filtered(lambda one: one.state == "booked")
        if self not in booked:
            raise UserError(self.env._("This recovery was cancelled already."))
        if max(booked.ids) != self.id:
            raise UserError(
                self.env._("Later recoveries build on this one: cancel the newest first.")
            )
        if claim.state == "closed" and not self.after_close:
            raise UserError(
                self.env._("%s is closed: reopen it first, then cancel the recovery.", claim.name)
            )
        if not self.after_loss and claim.state != "filed":
            raise UserError(
                self.env._("The insurer has agreed on what this recovery left of the loss.")
            )
        self._gated().write({"state": "cancelled"})
        claim._reverse_moves(self.sudo().move_id)
        self._unmatch()
        if not self.after_loss:
            claim._read_ledger()
            claim._book_difference(claim.expected_amount)
        claim._follow_recoveries()


class CobranzaInsuranceClaim(models.Model):
    """What was recovered after a claim."""

    # beside what it makes
    _inherit = "cobranza.insurance.claim"  # pylint: disable=consider-merging-classes-inherited

    def _converted(self, payment_sudo, amount):
        """A payment's amount in the claim's currency: as it was booked, at the rate of its day."""
        if payment_sudo.currency_id == self.currency_id:
            return amount
        own = self.company_id.currency_id
        booked = own.round(-payment_sudo.balance * amount / -payment_sudo.amount_currency)
        return own._convert(booked, self.currency_id, self.company_id, payment_sudo.date)

    def _record_recovery(self, payment, amount, day, costs):
        """Book a recovery and return it; see `record_recovery`."""
        self.ensure_one()
        take_turn(self.policy_id)
        if day and payment and day > payment.sudo().date:
            raise UserError(
                self.env._(
                    "This money came in on %s: say that day, or an earlier one.",
                    format_date(self.env, payment.sudo().date),
                )
            )
        payment_amount, converted = self.env["cobranza.insurance.recovery"]._payment_amounts(
            self, payment, amount
        )
        day = day or payment.sudo().date
        after_loss = bool(self.loss_date and day >= self.loss_date)
        self._check_recoverable(after_loss)
        if to_decimal(costs, self.currency_id) > to_decimal(converted, self.currency_id):
            raise UserError(self.env._("The costs are more than what was recovered."))
        if after_loss:
            self._check_owed(converted - costs)
        recovery = self.env["cobranza.insurance.recovery"]._gated().create(
            {
                "claim_id": self.id,
                "date": day,
                "payment_line_id": payment.id,
                "payment_name": payment.sudo().move_id.name,
                "payment_currency_id": payment.sudo().currency_id.id,
                "payment_amount": payment_amount,
                "amount": converted,
                "costs_amount": costs if after_loss else 0,
                "after_loss": after_loss,
                "after_close": self.state == "closed",
            }
        )
        recovery._book()
        return recovery

    def _check_recoverable(self, after_loss):
        """Raise UserError if it isn't known yet, or any more, whose money it is."""
        if after_loss and self.state not in AGREED:
            raise UserError(
                self.env._(
                    "It came after the date of loss, and is shared as the indemnity is: record "
                    "first what the insurer has agreed to."
                )
            )
        if not after_loss and self.state != "filed":
            raise UserError(
                self.env._(
                    "It came before the date of loss and lowers the claim, which must be filed and "
                    "not yet agreed on. Look at the date of loss, or cancel the claim."
                )
            )

    def _recovered_net(self, but=()):
        """What was recovered after the date of loss, less costs; but: without this recovery."""
        booked = self._shared_recoveries().filtered(lambda one: one not in but)
        return sum((self._decimal(one.amount - one.costs_amount) for one in booked), ZERO)

    def _given_to_insurer(self, but):
        """The insurer's share of what was recovered, without this recovery's."""
        booked = self._shared_recoveries() - but
        return sum((self._decimal(one.insurer_amount) for one in booked), ZERO)

    def _shared_recoveries(self):
        """The booked recoveries that came after the date of loss."""
        return self.recovery_ids.filtered(lambda one: one.state == "booked" and one.after_loss)

    def _check_owed(self, amount):
        """Raise UserError if more would be recovered than was lost."""
        left = self._shared_loss() - self._recovered_net()
        if self._decimal(amount) > left:
            raise UserError(
                self.env._(
                    "Of this claim only %s are still to be recovered: say how much of the payment "
                    "belongs to it.",
                    format_money(self.env, left, self.currency_id, self.company_currency_id),
                )
            )

    def _follow_recoveries(self):
        """Write what was recovered after the date of loss, and the insurer's share of it."""
        for claim in self:
            booked = claim._shared_recoveries()
            claim._gated().write(
                {
                    "recovered_amount": sum(booked.mapped("amount")),
                    "insurer_share_amount": sum(booked.mapped("insurer_amount")),
                }
            )
