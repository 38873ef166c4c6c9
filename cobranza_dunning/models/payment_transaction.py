from odoo import fields, models


class PaymentTransaction(models.Model):
    """An online payment settles the due lines that the customer chose, and no others.

    Odoo would put the money on the earliest due dates of the invoices: on what is disputed or
    promised for later as well.
    """

    _inherit = "payment.transaction"

    cobranza_parts = fields.Json(
        "Due lines it is for", copy=False, help="Each: id of a due line, amount, id of its move."
    )

    def _create_payment(self, **extra_create_values):
        """Create the payment; what it is for is matched with it as far as it is open."""
        if not self.cobranza_parts:
            return super()._create_payment(**extra_create_values)
        account = self.env["account.move.line"].union(
            *(item for item, _moves, _amount in self._cobranza_targets())
        ).account_id[:1]
        if account:
            extra_create_values.setdefault("destination_account_id", account.id)
        payment = super()._create_payment(**extra_create_values)
        self._cobranza_settle(payment)
        return payment

    def _cobranza_settle(self, payment):
        """Match a payment with what it is for; what was settled meanwhile leaves a credit."""
        credit = payment.move_id.line_ids.filtered(
            lambda one: one.account_id == payment.destination_account_id and one.balance < 0
        )
        if len(credit) != 1:
            return
        credit.remove_move_reconcile()
        targets = self._cobranza_targets()
        for item, _moves, amount in targets:
            amount = min(amount, -credit.amount_residual_currency)
            if item.account_id == credit.account_id and amount > 0:
                credit._cobranza_match(item, amount)
        for item, moves, amount in targets:
            if not item:
                items = moves._cobranza_open_items(credit.account_id)
                left = min(amount, -credit.amount_residual_currency)
                credit._cobranza_match_in_turn(items, left)

    def _cobranza_targets(self):
        """What this payment is for: [(due line, its move, amount)].

        Where a due line isn't open any more, because its invoice was posted anew or its plan has
        ended, the line is empty, and the moves are those that are open in its place; none if it
        was paid another way.
        """
        self.ensure_one()
        if not self.cobranza_parts:
            return [(self.env["account.move.line"], self.invoice_ids, self.amount)]
        found = []
        for line_id, amount, move_id in self.cobranza_parts:
            item = self.env["account.move.line"].browse(line_id).exists()
            if item and item.parent_state == "posted" and not item.reconciled:
                found.append((item, item.move_id, amount))
            else:
                move = self.env["account.move"].browse(move_id).exists()
                instead = move._cobranza_instead()
                if item.parent_state == "posted":
                    instead -= move
                found.append((item.browse(), instead, amount))
        return found

    def _cobranza_started_for(self, partner):
        """Those whose money is on its way to what a customer owes, and isn't booked yet.

        partner: the customer.  Those of a transfer only say that somebody has read our bank
        details; of an entry that several customers share, each has his own.
        """
        return self.filtered(
            lambda one: one.state in ("pending", "authorized", "done")
            and not one.payment_id
            and one.provider_code != "custom"
            and one.operation != "validation"
            and partner
            in (one.partner_id | one.invoice_ids.partner_id).mapped("commercial_partner_id")
        )
