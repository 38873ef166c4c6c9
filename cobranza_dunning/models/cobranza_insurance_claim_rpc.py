from odoo import api, fields, models
from odoo.exceptions import UserError

from .arguments import to_amount, to_day, to_due_lines, to_line, to_record


class CobranzaInsuranceClaim(models.Model):
    """Claims by script: plain values in and out (docs/api.md)."""

    # a file for each part
    _inherit = "cobranza.insurance.claim"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def file_claim(
        self, partner_id, policy_id=None, line_ids=None, filed_on=None, loss_date=None,
        costs=None, reference=None, notice_id=None, company_id=None,
    ):  # fmt: skip
        """File a claim about a customer's debts, and book what the insurer owes.

        partner_id: the customer, or one of his contacts.  policy_id: the insurance policy under
        which the oldest of these debts is covered if left out.  line_ids: ids of due lines, all
        of which are claimed or none; those of the notice, or what is overdue, if left out.
        notice_id: the notice of non-payment that it follows.
        filed_on: today if left out.  loss_date: as the policy says if left out.
        costs: collection costs, in the policy's currency.  reference: the insurer's.
        company_id: left out: the current one.
        Returns what `as_dict` does.  Raises AccessError without the rights on claims; UserError,
        and keeps nothing, if it can't be filed.
        """
        self.check_access("create")
        company = to_record(self.env["res.company"], company_id) or self.env.company
        debtor = self.env["cobranza.debtor"]._of_partner(partner_id, company)
        notices = self.env["cobranza.insurance.notice"]
        notice = to_record(notices, notice_id)
        if notice_id and not notice:
            raise UserError(self.env._("There is no notice of non-payment “%s”.", notice_id))
        items = None if line_ids is None else to_due_lines(self.env, line_ids)
        policy = notices._find_policy(policy_id) or (
            notice.policy_id or debtor._policy_to_claim(items)
        )
        if not policy:
            raise UserError(
                self.env._("Say under which insurance policy: none holds for this customer.")
            )
        claim = self.create(
            {
                "submitted_on": to_day(self.env, filed_on),
                "debtor_id": debtor.id,
                "policy_id": policy.id,
                "notice_id": notice.id,
                "loss_date": to_day(self.env, loss_date),
                "reference": to_line(reference) or False,
                "costs_amount": to_amount(self.env, costs, policy.currency_id) if costs else 0,
            }
        )
        if items is not None:
            items.check_access("read")
            claim._read_ledger(items.ids)
            claim._check_named(items)
        claim.action_file()
        return claim.as_dict()

    def record_recovery(self, payment_line_id, amount=None, date=None, costs=None):
        """Record that a payment of the customer's belongs to this claim, and share it.

        payment_line_id: the credit item of the payment, or of the bank statement, on the
        customer's account.  amount: in its currency; what is left of it if left out.
        date: that of the payment if left out; before the date of loss it lowers the claim.
        costs: of this recovery, in the policy's currency; they come off first.
        Returns a dict: id, state, date, amount, currency (the policy's; of all amounts),
        after_loss, costs, insurer_amount, insured_amount, passed_on ("nothing", "open", "done"),
        move_id.  Raises UserError, and keeps nothing, if it can't be recorded.
        """
        self.check_access("write")
        self.ensure_one()
        payment = to_record(self.env["account.move.line"], payment_line_id)
        payment.check_access("read")
        recovery = self._record_recovery(
            payment,
            None if amount is None else to_amount(self.env, amount, payment.currency_id),
            to_day(self.env, date),
            to_amount(self.env, costs, self.currency_id) if costs else 0,
        )
        return {
            "id": recovery.id,
            "state": recovery.state,
            "date": fields.Date.to_string(recovery.date),
            "amount": recovery.amount,
            "currency": self.currency_id.name,
            "after_loss": recovery.after_loss,
            "costs": recovery.costs_amount,
            "insurer_amount": recovery.insurer_amount,
            "insured_amount": recovery.insured_amount,
            "passed_on": recovery.passed_on,
            "move_id": recovery.move_id.id,
        }

    def as_dict(self):
        """Tell how a claim stands, in the policy's currency.

        Returns a dict: id, name, state, reference, filed_on, loss_date, currency, loss, covered,
        costs, covered_costs, percentage, insured, deductible, first_loss, above_maximum,
        expected, provisional_amount, provisional_date, accepted, received, open (what the insurer
        still owes), recovered, insurer_share, owed (what the customer still owes by law), lines
        (line_id, move_id, name, date_due, loss, covered, percentage), move_ids.
        """
        self.check_access("read")
        self.ensure_one()
        day = fields.Date.to_string
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "reference": self.reference or False,
            "filed_on": day(self.filed_on) or False,
            "loss_date": day(self.loss_date) or False,
            "currency": self.currency_id.name,
            "loss": self.loss_amount,
            "covered": self.covered_amount,
            "costs": self.costs_amount,
            "covered_costs": self.covered_costs_amount,
            "percentage": self.percentage,
            "insured": self.insured_amount,
            "deductible": self.deductible_amount,
            "first_loss": self.first_loss_amount,
            "above_maximum": self.above_maximum_amount,
            "expected": self.expected_amount,
            "provisional_amount": self.provisional_amount,
            "provisional_date": day(self.provisional_date) or False,
            "accepted": self.accepted_amount,
            "received": self.received_amount,
            "open": self.open_amount,
            "recovered": self.recovered_amount,
            "insurer_share": self.insurer_share_amount,
            "owed": self.owed_amount,
            "lines": [
                {
                    "line_id": line.move_line_id.id,
                    "move_id": line.move_id.id,
                    "name": line.name,
                    "date_due": day(line.date_due) or False,
                    "loss": line.loss_amount,
                    "covered": line.covered_amount,
                    "percentage": line.percentage,
                }
                for line in self.line_ids
            ],
            # that there are entries is no secret of accountants
            "move_ids": self.sudo().move_ids.ids,
        }
