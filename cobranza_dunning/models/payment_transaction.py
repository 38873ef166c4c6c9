from odoo import fields, models


class PaymentTransaction(models.Model):
    """An online payment settles the due lines that the customer chose, and no others.

    Odoo would put the money on the earliest due dates of the invoices: on what is disputed or
    promised for later as well.
    """

    _inherit = "payment.transaction"

    cobranza_parts = fields.Json(
        "Due lines it is for", copy=False, help="Pairs: id of a due line, amount."
    )

    def _create_payment(self, **extra_create_values):
        """Create the payment; what it is for is matched with it as far as it is open."""
        payment = super()._create_payment(**extra_create_values)
        if self.cobranza_parts:
            self._cobranza_settle(payment)
        return payment

    def _cobranza_settle(self, payment):
        """Match a payment with these due lines; what of them was settled meanwhile stays open."""
        credit = payment.move_id.line_ids.filtered(
            lambda one: one.account_id == payment.destination_account_id and one.balance < 0
        )
        if len(credit) != 1:
            return
        credit.remove_move_reconcile()
        for line_id, amount in self.cobranza_parts:
            debt = self.env["account.move.line"].browse(line_id).exists()
            open_amount = min(amount, -credit.amount_residual_currency)
            if _is_open(debt, credit.account_id) and open_amount > 0:
                credit._cobranza_match(debt, open_amount)

    def _cobranza_started_for(self, partner):
        """Those of a customer whose money is on its way and isn't booked yet.

        Those of a transfer only say that somebody has read our bank details.
        """
        return self.filtered(
            lambda one: one.state in ("pending", "authorized", "done")
            and not one.payment_id
            and one.provider_code != "custom"
            and one.operation != "validation"
            and one.partner_id.commercial_partner_id == partner
        )


def _is_open(debt, account):
    """Whether a due line, if it is still there, takes a payment that is booked on an account."""
    return debt.parent_state == "posted" and not debt.reconciled and debt.account_id == account
