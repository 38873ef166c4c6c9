from odoo import api, fields, models
from odoo.exceptions import UserError

from .amounts import to_decimal
from .arguments import to_amount, to_text


class CobranzaInsuranceClaim(models.Model):
    """What is booked for a claim (docs/decisions, "A claim leaves the customer's debt").

    The customer's due lines stay as they are until the rest is written off: against what the
    insurer owes stands an account of its own, "debts in claims".
    """

    # a file for each part
    _inherit = "cobranza.insurance.claim"  # pylint: disable=consider-merging-classes-inherited

    loss_move_id = fields.Many2one(
        "account.move", "Written off by", readonly=True, copy=False, ondelete="restrict",
        index="btree_not_null",
    )  # fmt: skip

    # --- booking -----------------------------------------------------------------------

    def _book(self, reference, items):
        """Post an entry of this claim, and return it.

        items: values of its items, in the order they shall have.
        """
        # that it is booked follows from the claim; a manager of collections needn't keep books
        moves_sudo = self.env["account.move"].sudo().with_company(self.company_id)
        move = moves_sudo.create(
            {
                "move_type": "entry",
                "company_id": self.company_id.id,
                "journal_id": self.policy_id.sudo().claim_journal_id.id,
                "date": self.company_id._cobranza_today(),
                "ref": f"{self.name}: {reference}",
                "line_ids": [fields.Command.create(vals) for vals in items],
            }
        )
        move._gated().insurance_claim_id = self
        move.action_post()
        return move

    def _item(self, account, partner, amount, name, balance=None):
        """Values of an item in the claim's currency; credit is negative.

        balance: in company currency; at today's rate if left out.
        """
        company = self.company_id
        if balance is None:
            balance = self.currency_id._convert(
                amount, company.currency_id, company, company._cobranza_today()
            )
        return {
            "account_id": account.id,
            "partner_id": partner.id,
            "name": f"{self.name} · {name}",
            "currency_id": self.currency_id.id,
            "amount_currency": self.currency_id.round(amount),
            "balance": balance,
        }

    def _standing_moves(self):
        """The entries of this claim that it has not reversed, oldest first."""
        ours = self.sudo().move_ids.filtered(lambda one: one.state == "posted")
        # anybody may say of an entry of his that it reverses ours
        return ours.filtered(
            lambda one: not (one.reversed_entry_id | one.reversal_move_ids) & ours
        ).sorted("id")

    def _insurer_items(self):
        """What the insurer owes: the items that payments are reconciled with."""
        policy_sudo = self.policy_id.sudo()
        insurer = policy_sudo.insurer_id.commercial_partner_id
        # a chart may have one account for whoever owes something
        return self._standing_moves().line_ids.filtered(
            lambda one: one.account_id == policy_sudo.insurer_account_id
            and one.partner_id.commercial_partner_id == insurer
        )

    def _booked_amount(self):
        """What the insurer was asked for so far."""
        return sum(self._insurer_items().mapped("amount_currency"))

    def _booked_balance(self, difference):
        """A difference in company currency: what comes off does so at the rate it was booked by.

        None for what is added: it counts at today's.
        """
        if difference > 0:
            return None
        booked = sum(self._insurer_items().mapped("balance"))
        return self.company_id.currency_id.round(booked * difference / self._booked_amount())

    def _book_difference(self, target):
        """Book what is missing, or too much, for the insurer to owe `target` in all."""
        self.ensure_one()
        difference = self.currency_id.round(target - self._booked_amount())
        if not self.currency_id.is_zero(difference):
            policy_sudo = self.policy_id.sudo()
            insurer, customer = policy_sudo.insurer_id.commercial_partner_id, self.partner_id
            said = (
                self.env._("correction of the indemnity of %s", customer.sudo().name)
                if self._insurer_items()
                else self.env._("indemnity of %s", customer.sudo().name)
            )
            owed = self._item(
                policy_sudo.insurer_account_id, insurer, difference, said,
                self._booked_balance(difference),
            )  # fmt: skip
            counterpart = self._item(
                policy_sudo.claim_account_id, customer, -difference, said, -owed["balance"]
            )
            self._book(said, [owed, counterpart])
            self._match_insurer_items()
        self._follow_payment()

    def _match_insurer_items(self):
        """Reconcile what the insurer owes with what was too much of it."""
        items = self._insurer_items().filtered(lambda one: not one.reconciled)
        if {one.amount_residual_currency > 0 for one in items} == {True, False}:
            items.reconcile()

    # --- the insurer's decision --------------------------------------------------------

    def _accept(self, amount, decision):
        """See `action_accept`."""
        amount = (
            self.expected_amount
            if amount is None
            else to_amount(self.env, amount, self.currency_id)
        )
        if self._decimal(amount) > self._shared_loss():
            raise UserError(
                self.env._("That is more than was lost: look at the amount the insurer names.")
            )
        if self.recovery_ids.filtered(lambda one: one.state == "booked" and one.after_loss):
            raise UserError(
                self.env._(
                    "Recoveries were shared by the indemnity agreed on before: cancel them first, "
                    "and record them again."
                )
            )
        today = self.company_id._cobranza_today()
        if self.state == "filed":
            self._check_none_lowers(self.loss_date or today)
        self._update_state(
            "accepted",
            ("filed", "accepted", "paid"),
            accepted_amount=amount,
            accepted_on=today,
            decision=to_text(decision),
            loss_date=self.loss_date or today,
        )
        self._book_difference(amount)
        return True

    def _shared_loss(self):
        """What insurer and insured party share: the loss, and costs where they are insured.

        Tax that was taken back since the ledger was read is lost no more.
        """
        costs = self.costs_amount if self.policy_id.sudo().covers_costs else 0
        left = self._decimal(self.loss_amount) - self._decimal(self.tax_returned_amount)
        return left + self._decimal(costs)

    def _refuse(self, decision):
        """See `action_refuse`."""
        said = to_text(decision)
        if not said:
            raise UserError(self.env._("Say why the insurer pays nothing."))
        if self.recovery_ids.filtered(lambda one: one.state == "booked"):
            raise UserError(
                self.env._(
                    "Something was recovered of %s: cancel its recoveries first, or cancel the "
                    "claim.",
                    self.name,
                )
            )
        self._update_state("refused", ("filed", "accepted"), decision=said)
        self._reverse_all()
        return True

    # --- the end -----------------------------------------------------------------------

    def _open_items(self):
        """What of the claimed due lines the customer still owes in the ledger."""
        return self.sudo().line_ids.move_line_id.filtered(
            lambda one: one.amount_residual_currency > 0
        )

    def _book_loss(self):
        """Write off what is open of the due lines, less what the insurer has paid of them."""
        policy_sudo, customer = self.policy_id.sudo(), self.partner_id
        said = self.env._("uninsured rest of %s", customer.sudo().name)
        items = self._open_items()
        settled = [
            {
                "account_id": item.account_id.id,
                "partner_id": item.partner_id.id,
                "name": f"{self.name} · {item.move_id.name}",
                "currency_id": item.currency_id.id,
                "amount_currency": -item.amount_residual_currency,
                "balance": -item.amount_residual,
            }
            for item in items
        ]
        claimed = self._standing_moves().line_ids.filtered(
            lambda one: one.account_id == policy_sudo.claim_account_id
        )
        cleared = self._item(
            policy_sudo.claim_account_id, customer, -sum(claimed.mapped("amount_currency")), said,
            -sum(claimed.mapped("balance")),
        )  # fmt: skip
        own = self.company_id.currency_id
        rest = own.round(-sum(one["balance"] for one in [*settled, cleared]))
        lost = [
            {
                "account_id": policy_sudo.loss_account_id.id,
                "partner_id": customer.id,
                "name": f"{self.name} · {said}",
                "currency_id": own.id,
                "amount_currency": rest,
                "balance": rest,
            }
        ]
        move = self._book(said, [*settled, cleared, *(lost if rest else [])])
        for item, back in zip(items, move.line_ids.sorted("id"), strict=False):
            (item | back).reconcile()
        self._gated().write({"loss_move_id": move.id, "written_off_amount": rest})

    def _check_newest_is_loss(self):
        """Raise UserError if something was recovered after the rest was written off."""
        if self.recovery_ids.filtered(lambda one: one.state == "booked" and one.after_close):
            raise UserError(
                self.env._(
                    "Something of %s was recovered after it was closed: cancel that recovery "
                    "first.",
                    self.name,
                )
            )

    # --- undoing -----------------------------------------------------------------------

    def _reverse_moves(self, moves):
        """Reverse entries, the newest first; what was matched with them is open again."""
        for move in moves.sorted("id", reverse=True):
            move.line_ids.remove_move_reconcile()
            reversal = move._cobranza_reverse()
            reversal._gated().insurance_claim_id = self

    def _reverse_loss(self):
        """The customer owes again what was written off."""
        self._reverse_moves(self.sudo().loss_move_id)
        self._gated().write({"loss_move_id": False, "written_off_amount": 0})

    def _reverse_all(self):
        """Reverse everything that was booked for the claim, recoveries as well."""
        for recovery in self.recovery_ids.filtered(lambda one: one.state == "booked").sorted(
            "id", reverse=True
        ):
            recovery._gated().write({"state": "cancelled"})
            recovery._unmatch()
        self._reverse_moves(self._standing_moves())
        self._gated().write({"loss_move_id": False, "written_off_amount": 0})
        self._follow_payment()
        self._follow_recoveries()

    # --- following the bank ------------------------------------------------------------

    @api.model
    def _follow_payments(self, items):
        """Let claims follow what was reconciled, or is open again, of these journal items."""
        # a bank clerk needn't see claims
        for claim in items.sudo().move_id.insurance_claim_id:
            claim._follow_payment()

    @api.model
    def _check_loss_kept(self, partials):
        """Raise UserError if one of these reconciliations settles debts by a closed claim."""
        # a bank clerk needn't see claims
        moves_sudo = partials.sudo()._cobranza_lines().move_id
        closed_sudo = moves_sudo.insurance_claim_id.filtered(
            lambda one: one.state == "closed" and one.loss_move_id in moves_sudo
        )
        if closed_sudo:
            raise UserError(
                self.env._(
                    "%s has written this debt off: reopen the claim instead.",
                    ", ".join(closed_sudo.mapped("name")),
                )
            )

    def _follow_payment(self):
        """Write what has come in; all of it is there, or no longer."""
        items = self._insurer_items()
        owed = self.currency_id.round(sum(items.mapped("amount_residual_currency")))
        vals = {
            "open_amount": owed,
            "received_amount": self.currency_id.round(self._booked_amount() - owed),
        }
        booked = self.currency_id.compare_amounts(self._booked_amount(), self.accepted_amount)
        if self.state == "accepted" and to_decimal(owed, self.currency_id) <= 0 and not booked:
            vals["state"] = "paid"
        elif self.state == "paid" and to_decimal(owed, self.currency_id) > 0:
            vals["state"] = "accepted"
        self._write_changed(vals)
