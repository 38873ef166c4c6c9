from odoo import Command, fields, models
from odoo.exceptions import UserError

from .sql import take_turn


class CobranzaInsuranceDeclaration(models.Model):
    """The insurer's bill for the premium of declarations.

    It is a draft: whoever gets the insurer's own bill compares, numbers and posts it.
    """

    # a file for each part
    _inherit = "cobranza.insurance.declaration"  # pylint: disable=consider-merging-classes-inherited

    bill_id = fields.Many2one(
        "account.move", copy=False, index="btree_not_null", ondelete="set null"
    )
    billed_net = fields.Monetary("Premium on its bill", copy=False)
    billed_tax = fields.Monetary("Tax on its bill", copy=False)
    billing = fields.Selection(
        [("nothing", "Nothing to bill"), ("to_bill", "To be billed"), ("billed", "Billed")],
        "Premium's bill", compute="_compute_billing", search="_search_billing",
    )  # fmt: skip

    def _compute_billing(self):
        for one in self:
            net, tax = one._to_bill()
            if one.state == "declared" and (net or tax):
                one.billing = "to_bill"
            else:
                one.billing = "billed" if one._is_billed() else "nothing"

    def _search_billing(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.search([]).filtered(lambda one: one.billing in value)
        return [("id", "in", found.ids)]

    def _is_billed(self):
        """Whether there is a bill for its premium that stands."""
        self.ensure_one()
        # bookkeeping knows whether it stands, whoever asks
        bill_sudo = self.sudo().bill_id
        return bool(bill_sudo) and bill_sudo.state != "cancel" and (
            bill_sudo.payment_state != "reversed"
        )  # fmt: skip

    def _with_corrected(self):
        """This one, what it corrects, and what that had corrected: newest first."""
        self.ensure_one()
        found = self
        while found[-1:].corrects_id:
            found += found[-1:].corrects_id
        return found

    def _to_bill(self):
        """Its (premium, tax) that no bill is for: of those that it corrects some stand as well."""
        if not self._without_bill():
            return 0, 0
        billed = self._with_corrected().filtered(lambda one: one._is_billed())
        net = self.premium_net + self.premium_minimum - sum(billed.mapped("billed_net"))
        tax = self.premium_tax - sum(billed.mapped("billed_tax"))
        return self.currency_id.round(net), self.currency_id.round(tax)

    def _without_bill(self):
        """Which of these the bill of the missing part belongs to: the newest that has none."""
        return self._with_corrected().filtered(lambda one: not one._is_billed())[:1]

    def action_bill(self):
        """Make one draft bill of the insurer for the premium of these declarations.

        Whoever may read bills is led there, others stay where they are.

        Raises UserError if one of them isn't declared or is billed already, if they are of
        several policies, if there is nothing to bill, or if the policy doesn't say whose bill it
        is and where it is booked.
        """
        self.check_access("write")
        self._check_state("declared", self.env._("Bill what was declared: declare it first."))
        take_turn(self.union(*(one._with_corrected() for one in self)))
        billed = self.filtered(lambda one: one._is_billed() and not any(one._to_bill()))
        if billed:
            raise UserError(
                self.env._("Already billed: %s.", ", ".join(billed.mapped("display_name")))
            )
        amounts = {one: one._to_bill() for one in self.sorted("date_from")}
        amounts = {one: both for one, both in amounts.items() if any(both)}
        if not amounts:
            raise UserError(self.env._("There is no premium to bill."))
        # a draft that follows from the declarations; a manager of collections needn't keep books
        moves_sudo = self.env["account.move"].sudo().with_company(self.company_id)
        bill_sudo = moves_sudo.create(self._bill_vals(self._billed_policy(), amounts))
        for one, (net, tax) in amounts.items():
            vals = {"bill_id": bill_sudo.id, "billed_net": net, "billed_tax": tax}
            one._without_bill()._gated().write(vals)
        bill = bill_sudo.with_env(self.env)
        return bill._get_records_action() if bill.has_access("read") else True

    def _billed_policy(self):
        """The one policy of these declarations. Raises UserError if its bills lack something."""
        policy = self.policy_id
        if len(policy) != 1:
            raise UserError(self.env._("Bill the declarations of one insurance policy at a time."))
        if not policy.insurer_id:
            raise UserError(self.env._("Choose the insurer on the insurance policy first."))
        return policy

    def _bill_vals(self, policy, amounts):
        """Values of the draft bill; of a credit note if money comes back."""
        sign = 1 if sum(map(sum, amounts.values())) >= 0 else -1
        commands = []
        for one, (net, tax) in amounts.items():
            commands.append(Command.create(one._bill_line(
                self.env._("Insurance premium: %s", one.display_name), sign * net,
                policy.premium_account_id, policy.premium_tax_id,
            )))  # fmt: skip
            if tax and not policy.premium_tax_id:
                commands.append(Command.create(one._bill_line(
                    self.env._("Tax on the premium: %s", one.display_name), sign * tax,
                    policy.premium_tax_account_id or policy.premium_account_id,
                    self.env["account.tax"],
                )))  # fmt: skip
        return {
            "move_type": "in_invoice" if sign > 0 else "in_refund",
            "partner_id": policy.insurer_id.id,
            "company_id": policy.company_id.id,
            **({"journal_id": journal.id} if (journal := policy.premium_journal_id) else {}),
            "currency_id": policy.currency_id.id,
            "invoice_origin": ", ".join(one.display_name for one in amounts),
            "invoice_line_ids": commands,
        }

    def _bill_line(self, name, amount, account, tax):
        """Values of one line of the bill."""
        values = {
            "name": name,
            "quantity": 1,
            "price_unit": amount,
            "tax_ids": [Command.set(tax.ids)],
        }
        return {**values, "account_id": account.id} if account else values

    def action_view_bill(self):
        """Open the bill."""
        self.ensure_one()
        return self.bill_id._get_records_action()
