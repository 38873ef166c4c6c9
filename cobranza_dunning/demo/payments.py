"""Money that comes in: entered, posted and reconciled, many payments at a time."""

from odoo import Command

from . import company as demo_company


class Cashier:
    """Enters the payments of the demo company's customers."""

    def __init__(self, company):
        self.env = company.env
        self.bank = demo_company.bank_journal(company)
        self.direct_debits = demo_company.bank_journal(company, direct_debits=True)

    def collect(self, events, due_line_of):
        """Enter plan.Payment events, in order.

        due_line_of: function that returns the due line an event pays.
        """
        for batch in _rounds(events):
            wanted = [(event, due_line_of(event)) for event in batch]
            amounts = [_amount(event, line) for event, line in wanted]
            paid = [(*pair, amount) for pair, amount in zip(wanted, amounts, strict=True) if amount]
            self._enter([one for one in paid if not one[0].in_process])
            for event, line, amount in paid:
                if event.in_process:
                    self._collect_by_direct_debit(event, line, amount)

    def advance(self, day, partner, amount, currency):
        """Enter money that belongs to no invoice yet."""
        self._draft([self._vals(day, partner, amount, currency, self.bank)]).action_post()

    def _enter(self, paid):
        """Post payments and reconcile each with its due line.

        paid: list of (event, due line, amount in the line's currency).
        """
        payments = self._draft(
            [
                {
                    **self._vals(event.day, line.partner_id, amount, line.currency_id, self.bank),
                    "memo": line.move_id.name,
                }
                for event, line, amount in paid
            ]
        )
        payments.action_post()
        self.env["account.move.line"]._reconcile_plan(
            [
                line + receivable(payment.move_id)
                for payment, (_event, line, _amount) in zip(payments, paid, strict=True)
            ]
        )

    def _collect_by_direct_debit(self, event, line, amount):
        """Enter a payment that makes no entry until the bank confirms it.

        Community gives every new payment an outstanding account, and thereby an entry;
        databases where an accounting app runs, or ran, have payments without one.
        """
        payment = self._draft(
            [self._vals(event.day, line.partner_id, amount, line.currency_id, self.direct_debits)]
        )
        payment.write(
            {"invoice_ids": [Command.set(line.move_id.ids)], "outstanding_account_id": False}
        )
        payment.action_post()

    def _draft(self, vals_list):
        return self.env["account.payment"].create(vals_list)

    def _vals(self, day, partner, amount, currency, journal):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": partner.commercial_partner_id.id,
            "amount": amount,
            "currency_id": currency.id,
            "date": day,
            "journal_id": journal.id,
        }


def receivable(move):
    """Return the receivable items of a move, oldest due first."""
    lines = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
    return lines.sorted(lambda line: (line.date_maturity or line.date, line.id))


def _amount(event, line):
    """How much the event pays of the line: its share of what is open, less what it leaves."""
    open_amount = line.amount_residual_currency
    amount = line.currency_id.round(open_amount * float(event.share) - float(event.leaves))
    return max(amount, 0.0)


def _rounds(events):
    """Split events so that none waits for another of its own batch: each due line once."""
    while events:
        seen, batch, later = set(), [], []
        for event in events:
            key = (event.invoice, event.installment)
            (later if key in seen else batch).append(event)
            seen.add(key)
        yield batch
        events = later
