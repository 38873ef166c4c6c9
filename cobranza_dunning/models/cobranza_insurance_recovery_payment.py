from odoo import api, fields, models
from odoo.exceptions import UserError

from .amounts import format_money


class CobranzaInsuranceRecovery(models.Model):
    """The payment of a recovery: what of it is meant, and what it is matched with."""

    # a file for each part
    _inherit = "cobranza.insurance.recovery"  # pylint: disable=consider-merging-classes-inherited

    payment_line_id = fields.Many2one(
        "account.move.line", "Payment", ondelete="set null", index="btree_not_null",
        help="The item of the customer's payment, or of the bank statement.",
    )  # fmt: skip
    payment_name = fields.Char(
        "Payment's number", help="When it was recorded: the item of a cancelled one may be gone."
    )
    payment_currency_id = fields.Many2one("res.currency", "Payment's currency")
    payment_amount = fields.Monetary("Of the payment", currency_field="payment_currency_id")
    # which ones is no secret of accountants
    partial_ids = fields.Many2many(
        "account.partial.reconcile", string="Matched by it", bypass_search_access=True,
        help="What was matched for this recovery, and is open again without it.",
    )  # fmt: skip

    # --- matching ----------------------------------------------------------------------

    def _debts(self):
        """All that the customer owes, insured or not, oldest first."""
        items_sudo = self.env["account.move.line"].sudo()
        return items_sudo.search(
            [*items_sudo._cobranza_open_domain(), ("company_id", "=", self.company_id.id),
             ("partner_id.commercial_partner_id", "=", self.partner_id.id),
             ("amount_residual_currency", ">", 0)]
        )  # fmt: skip

    def _match(self, debts):
        """Reconcile what is meant of the payment with debts, the oldest first, as far as open."""
        payment_sudo = self.payment_line_id.sudo()
        same = debts.sudo().filtered(lambda one: one.account_id == payment_sudo.account_id)
        # an installment of a plan is as old as what it comes from
        oldest = same.sorted(
            lambda one: (one.cobranza_original_due_date or one._cobranza_due_date(), one.id)
        )
        made = payment_sudo._cobranza_match_in_turn(oldest, self._unmatched())
        self.sudo()._gated().write({"partial_ids": [fields.Command.link(one.id) for one in made]})

    def _unmatched(self):
        """What of the payment is recorded for this claim and open, in the payment's currency."""
        payment_sudo = self.payment_line_id.sudo()
        recorded = self.claim_id.recovery_ids.filtered(
            lambda one: one.state == "booked" and one.payment_line_id == self.payment_line_id
        )
        matched = sum(recorded._settled().mapped("credit_amount_currency"))
        missing = sum(recorded.mapped("payment_amount")) - matched
        return max(min(missing, -payment_sudo.amount_residual_currency), 0)

    def _settled(self):
        """What was matched for these, or by somebody else with the debts of their claims."""
        self_sudo = self.sudo()
        debts = self_sudo.claim_id.line_ids.move_line_id
        others = self_sudo.search([("payment_line_id", "in", self_sudo.payment_line_id.ids)]) - self
        matched = self_sudo.payment_line_id.matched_debit_ids - others.partial_ids
        return self_sudo.partial_ids | matched.filtered(lambda one: one.debit_move_id in debts)

    def _unmatch(self):
        """Open again what was matched here, and nothing else of the payment."""
        self.sudo().partial_ids.unlink()

    # --- what a booked one rests on ----------------------------------------------------

    @api.model
    def _check_payments_kept(self, items):
        """Raise UserError if one of these journal items is the payment of a booked recovery."""
        self._booked_with(items)._refuse_undoing()

    @api.model
    def _check_matching_kept(self, partials):
        """Raise UserError if a booked recovery rests on one of these reconciliations."""
        booked_sudo = self._booked_with(partials.sudo().credit_move_id)
        booked_sudo.filtered(lambda one: one._settled() & partials)._refuse_undoing()

    def _booked_with(self, items):
        """The booked recoveries of these payments."""
        # a bank clerk needn't see claims
        return self.sudo().search(
            [("payment_line_id", "in", items.ids), ("state", "=", "booked")]
        )

    def _refuse_undoing(self):
        """Raise UserError if there are any of them."""
        if self:
            raise UserError(
                self.env._(
                    "%(payment)s was recorded as a recovery of %(claim)s: cancel the recovery "
                    "first.",
                    payment=", ".join(filter(None, set(self.mapped("payment_name")))),
                    claim=", ".join(self.claim_id.mapped("name")),
                )
            )

    # --- choosing it -------------------------------------------------------------------

    @api.model
    def _payments_domain(self, claim):
        """The domain of the customer's payments and credit notes, whatever is left of them."""
        return [
            ("company_id", "=", claim.company_id.id), ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"), ("balance", "<", 0),
            ("partner_id.commercial_partner_id", "=", claim.partner_id.id),
            ("move_id.insurance_claim_id", "=", False),
        ]  # fmt: skip

    @api.model
    def _payments_to_record(self, claim):
        """The payments, as superuser, of which something may be recorded for a claim now.

        They came after what is claimed was sold; once the insurer has agreed, from the date of
        loss on.
        """
        # whoever keeps claims needn't keep books
        debts_sudo = claim.sudo().line_ids.move_line_id
        agreed = claim.loss_date and claim.state != "filed"
        since = claim.loss_date if agreed else min(debts_sudo.mapped("date"), default=False)
        found = debts_sudo.search(
            [*self._payments_domain(claim), ("date", ">=", since),
             "|", ("reconciled", "=", False),
             ("matched_debit_ids.debit_move_id", "in", debts_sudo.ids)]
        )  # fmt: skip
        return found.filtered(lambda one: self._left_of(claim, one) > 0)

    @api.model
    def _payment_amounts(self, claim, payment, amount):
        """Return the payment's amount that is meant, and it in the claim's currency.

        payment: the credit item.  amount: in its currency; what is left of it if left out.
        Raises UserError for an item that is no payment of this customer, or too small for it.
        """
        payment_sudo = payment.sudo()
        if not payment_sudo.filtered_domain(self._payments_domain(claim)):
            raise UserError(
                claim.env._(
                    "Choose the item of a posted payment of %s: a credit on his account.",
                    claim.partner_id.display_name,
                )
            )
        currency = payment_sudo.currency_id
        left = self._left_of(claim, payment_sudo)
        amount = left if amount is None else amount
        if currency.compare_amounts(amount, left) > 0 or left <= 0:
            raise UserError(
                claim.env._(
                    "Of this payment %s are left: the rest was recorded before, or is matched with "
                    "debts that aren't in this claim.",
                    format_money(claim.env, max(left, 0), currency, claim.company_currency_id),
                )
            )
        return amount, claim._converted(payment_sudo, amount)

    @api.model
    def _left_of(self, claim, payment_sudo):
        """What of a payment may be recorded for a claim, in the payment's currency.

        That is what is open of it, or matched with the claim's own debts, and not recorded yet.
        """
        used_sudo = self.sudo().search(
            [("payment_line_id", "=", payment_sudo.id), ("state", "=", "booked")]
        )
        debts_sudo = claim.sudo().line_ids.move_line_id
        matched = used_sudo._settled() | payment_sudo.matched_debit_ids.filtered(
            lambda one: one.debit_move_id in debts_sudo
        )
        return payment_sudo.currency_id.round(
            sum(matched.mapped("credit_amount_currency"))
            - payment_sudo.amount_residual_currency
            - sum(used_sudo.mapped("payment_amount"))
        )
