from odoo import fields, models


class AccountMove(models.Model):
    """How the entries that collections have made are undone."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _cobranza_reverse(self):
        """Return the posted reversal of an entry, reconciled with it item by item.

        What its items are reconciled with has to be undone before.  Not Odoo's own: it matches
        all items of an account at once, and where they were booked at different rates that makes
        exchange differences which nobody has gained or lost.
        """
        self.ensure_one()
        items = self.line_ids.sorted("id")
        reversal = self.create(
            {
                "move_type": "entry",
                "company_id": self.company_id.id,
                "journal_id": self.journal_id.id,
                "date": self.company_id._cobranza_today(),
                "ref": self.env._("Reversal of: %s", self.name),
                "line_ids": [
                    fields.Command.create(
                        {
                            "account_id": item.account_id.id,
                            "partner_id": item.partner_id.id,
                            "name": item.name,
                            "currency_id": item.currency_id.id,
                            "amount_currency": -item.amount_currency,
                            "balance": -item.balance,
                        }
                    )
                    for item in items
                ],
            }
        )
        reversal.action_post()
        for item, back in zip(items, reversal.line_ids.sorted("id"), strict=True):
            if item.account_id.reconcile:
                (item | back).reconcile()
        # only now: Odoo would have matched them by itself
        reversal.reversed_entry_id = self
        return reversal
