from odoo import models
from odoo.exceptions import AccessError, UserError

from .account_move_line_paid import MONEY_JOURNALS
from .amounts import format_money
from .arguments import to_amount, to_day, to_line, to_record

#: Accounts on which a payment can stand that was registered for the insurer by Odoo's own form.
OF_PAYMENTS = ("asset_receivable", "liability_payable")


class InsurancePaymentMixin(models.AbstractModel):
    """What is open between us and an insurer, and the payment that settles it.

    What he owes of claims comes in, his share of recoveries goes out.  The payment is Odoo's, and
    so is its reconciliation: undoing either opens again what it settled.
    """

    _name = "cobranza.insurance.payment.mixin"
    _description = "Paid by, or to, an insurer"

    #: "inbound" or "outbound", as payments say it
    _payment_type = None

    # --- what is open --------------------------------------------------------------------

    def _account_to_pay(self):
        """The account on which it is open, as superuser."""
        raise NotImplementedError

    def _items_to_pay(self):
        """The journal items, as superuser, that are open; in the policy's currency."""
        raise NotImplementedError

    def _open_with_insurer(self):
        """How much is open, in the policy's currency; positive."""
        found = abs(sum(self._items_to_pay().mapped("amount_residual_currency")))
        return self.currency_id.round(found) if found else 0

    def _payment_sign(self):
        """The sign of the balance of payments: a credit if the insurer pays."""
        return -1 if self._payment_type == "inbound" else 1

    # --- what it can be paid by ----------------------------------------------------------

    def _payment_journals(self):
        """The bank and cash journals in which it can be paid, the usual one first."""
        # who may record it needn't be an accountant
        journals_sudo = self.env["account.journal"].sudo()
        return journals_sudo.search(
            [*journals_sudo._check_company_domain(self.company_id),
             ("type", "in", MONEY_JOURNALS),
             (f"{self._payment_type}_payment_method_line_ids", "!=", False)]
        )  # fmt: skip

    def _open_payments(self):
        """The open items, as superuser, of money that the insurer has paid, or was paid.

        On the account of what is open anything that Odoo could reconcile with it; elsewhere only
        payments of which nothing is used: they are moved to that account.
        """
        policy_sudo = self.policy_id.sudo()
        account = self._account_to_pay()
        items_sudo = self.env["account.move.line"].sudo()
        found = items_sudo.search(
            [("company_id", "=", policy_sudo.company_id.id), ("parent_state", "=", "posted"),
             ("reconciled", "=", False), ("balance", "<" if self._payment_sign() < 0 else ">", 0),
             ("partner_id.commercial_partner_id", "=",
              policy_sudo.insurer_id.commercial_partner_id.id),
             ("move_id.insurance_claim_id", "=", False),
             "|", ("account_id", "=", account.id), ("account_type", "in", OF_PAYMENTS)]
        )  # fmt: skip
        return found.filtered(lambda one: one.account_id == account or one._cobranza_is_unused())

    def _likely_payments(self):
        """Those of them that are meant for it: money that stands where it is open.

        What an insurer has paid as a customer does is for claims, and an accountant moves it; what
        he was paid as a vendor may as well be for premiums.
        """
        meant = self._account_to_pay()
        found = self._open_payments().filtered(lambda one: one.payment_id or one.statement_line_id)
        if self._payment_type == "inbound" and self._may_keep_books():
            meant |= found.account_id.filtered(lambda one: one.account_type == "asset_receivable")
        return found.filtered(lambda one: one.account_id in meant)

    def _most_of(self, payment_sudo):
        """How much of such a payment is needed, in its currency."""
        needed = sum(map(payment_sudo._cobranza_open_of, self._items_to_pay()))
        left = abs(payment_sudo.amount_residual_currency)
        return payment_sudo.currency_id.round(min(needed, left))

    # --- paying --------------------------------------------------------------------------

    def register_payment(
        self, amount=None, date=None, journal_id=None, reference=None, payment_line_id=None
    ):
        """Record what the insurer has paid of claims, or was paid of recoveries; of one policy.

        It makes a payment of Odoo's and reconciles it; with payment_line_id, the item of a payment
        or bank statement that is in the books already, it only reconciles that.
        amount: in the policy's currency, or that of the payment named; what is open if left out.
        date: today or earlier, today if left out.  journal_id: bank or cash, the first one if left
        out.
        reference: the payment's memo; the insurer's reference if left out.
        Returns a dict: payment_id (False for a bank statement), payment_line_id, amount, currency
        (of the payment), open (what still is, in the policy's currency), open_currency.
        Raises AccessError for who may neither register payments nor keep claims, and for who may
        not register payments where one goes out or is moved to another account; UserError, and
        keeps nothing, if nothing is open, for a day to come, or for a payment that isn't
        the insurer's or too large.
        """
        self._check_may_pay()
        items_sudo = self._items_to_pay()
        if len(self.policy_id) != 1 or not items_sudo:
            raise UserError(self.env._("Nothing is open here between you and the insurer."))
        if payment_line_id is None:
            amount = self._checked_amount(amount, self.currency_id, self._open_with_insurer())
            payment_sudo = self._new_payment(amount, date, journal_id, reference)
        else:
            payment_sudo = self._chosen_payment(payment_line_id)
            most = self._most_of(payment_sudo)
            amount = self._checked_amount(amount, payment_sudo.currency_id, most)
            self._move_payment(payment_sudo)
        payment_sudo._cobranza_match_in_turn(items_sudo, amount)
        return {
            "payment_id": payment_sudo.payment_id.id,
            "payment_line_id": payment_sudo.id,
            "amount": amount,
            "currency": payment_sudo.currency_id.name,
            "open": self._open_with_insurer(),
            "open_currency": self.currency_id.name,
        }

    def _check_may_pay(self):
        """Raise AccessError for who may neither register payments nor keep claims."""
        self.check_access("read")
        if self._payment_type == "outbound":
            self._check_may_keep_books()
        if not self._may_keep_books() and not self.has_access("write"):
            raise AccessError(
                self.env._(
                    "Only who may register payments, or manages collections, records what an "
                    "insurer has paid: ask one of them."
                )
            )

    def _may_keep_books(self):
        return self.env.user.has_group("account.group_account_invoice")

    def _check_may_keep_books(self):
        """Raise AccessError for who may not register payments."""
        if not self._may_keep_books():
            raise AccessError(
                self.env._(
                    "Only who may register payments pays an insurer, or moves a payment to another "
                    "account: ask an accountant."
                )
            )

    def _move_payment(self, payment_sudo):
        """Put a payment on the account of what it pays."""
        if payment_sudo.account_id != self._account_to_pay():
            self._check_may_keep_books()
            payment_sudo._cobranza_move_to(self._account_to_pay())

    def _checked_amount(self, amount, currency, most):
        """Return the amount that is meant; raise UserError if it is more than `most`."""
        amount = most if amount is None else to_amount(self.env, amount, currency)
        if currency.compare_amounts(amount, most) > 0:
            raise UserError(
                self.env._(
                    "Only %s can be settled here: record the rest as a payment of its own.",
                    format_money(self.env, most, currency, self.company_id.currency_id),
                )
            )
        return amount

    def _chosen_payment(self, payment_line_id):
        """Return the open payment with this id; raise UserError if it is none of the insurer's."""
        payment = to_record(self.env["account.move.line"], payment_line_id)
        if payment not in self._open_payments():
            raise UserError(
                self.env._(
                    "Choose an open payment of %s, or register a new one.",
                    self.policy_id.sudo().insurer_id.display_name,
                )
            )
        payment.check_access("read")
        return payment.sudo()

    def _new_payment(self, amount, date, journal_id, reference):
        """Register a payment, and return the item that is to be reconciled."""
        journals_sudo = self._payment_journals()
        journal = (
            journals_sudo[:1]
            if journal_id is None
            else to_record(self.env["account.journal"], journal_id)
        )
        if not journal or journal not in journals_sudo:
            raise UserError(
                self.env._("Choose a bank or cash journal in which such payments are registered.")
            )
        account = self._account_to_pay()
        # who may record it needn't be an accountant
        payments_sudo = self.env["account.payment"].sudo().with_company(self.company_id)
        payment = payments_sudo.create(
            {
                "payment_type": self._payment_type,
                "partner_type": "customer" if self._payment_type == "inbound" else "supplier",
                "partner_id": self.policy_id.sudo().insurer_id.commercial_partner_id.id,
                "company_id": self.company_id.id,
                "journal_id": journal.id,
                "currency_id": self.currency_id.id,
                "amount": amount,
                "date": self._payment_day(date),
                "memo": to_line(reference) or self._payment_reference(),
                "destination_account_id": account.id,
                **self._payment_method(journal),
            }
        )
        if not payment.outstanding_account_id:
            # with Odoo's accounting app such payments have no entry until the bank's is there
            payment.outstanding_account_id = payment._get_outstanding_account(self._payment_type)
        payment.action_post()
        return payment.move_id.line_ids.filtered(lambda one: one.account_id == account)

    def _payment_day(self, date):
        """Return the day of a payment, today if left out; raise UserError for one to come."""
        today = self.company_id._cobranza_today()
        day = to_day(self.env, date) or today
        if day > today:
            raise UserError(self.env._("The day of the payment can't be in the future."))
        return day

    def _payment_method(self, journal):
        """Values of the plain method of a journal, which asks for nothing more; else its first."""
        methods = journal.sudo()[f"{self._payment_type}_payment_method_line_ids"]
        plain = methods.filtered(lambda one: one.code == "manual")[:1]
        return {"payment_method_line_id": plain.id} if plain else {}

    def _payment_reference(self):
        """What a payment says: the numbers of the insurer's files, or of the claims."""
        claims = self.claim_id if self._payment_type == "outbound" else self
        return ", ".join(claims.mapped(lambda one: one.reference or one.name))
