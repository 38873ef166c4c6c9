from odoo import api, models
from odoo.exceptions import UserError


class CobranzaInsuranceClaim(models.Model):
    """What became of the claimed debts in the ledger since it was read.

    Money that came before the date of loss lowers a claim, later money is shared: either is said
    by reading the ledger again, or by recording a recovery.  None of it goes unnoticed.
    """

    # a file for each part
    _inherit = "cobranza.insurance.claim"  # pylint: disable=consider-merging-classes-inherited

    def _unrecorded(self):
        """The reconciliations of claimed debts since the ledger was read, recoveries' left out."""
        self.ensure_one()
        # whoever keeps claims needn't keep books
        found = self.env["account.partial.reconcile"].sudo()
        for line in self.sudo().line_ids:
            found |= line._settled_since()
        return found - self._recorded() - self._taxes_back(found)

    def _taxes_back(self, partials):
        """Those of credit notes for tax alone, where tax isn't insured: the loss stays as it is."""
        if self.policy_id.sudo().covers_tax:
            return partials.browse()
        return partials.filtered(lambda one: one.credit_move_id.move_id._cobranza_credits_tax())

    def _follow_tax(self):
        """Write how much tax was taken back of the claimed debts since the ledger was read."""
        for claim in self:
            # whoever keeps claims, or books, needn't keep the other
            lines_sudo = claim.sudo().line_ids
            returned = sum(claim._tax_returned(line) for line in lines_sudo)
            claim._write_changed({"tax_returned_amount": claim.currency_id.round(returned)})

    def _tax_returned(self, line_sudo):
        """What was taken back of the tax of one line, at the rate by which it was read."""
        if not line_sudo.open_amount:
            return 0
        taxes = self._taxes_back(line_sudo._settled_since())
        returned = sum(taxes.mapped("debit_amount_currency"))
        return line_sudo.loss_amount * min(returned / line_sudo.open_amount, 1)

    @api.model
    def _follow_taxes(self, items):
        """Let claims follow what credit notes for tax alone, of these items, took off debts."""
        notes = items.move_id.filtered(lambda one: one._cobranza_credits_tax())
        if notes:
            self.env["cobranza.insurance.claim.line"]._about(items).claim_id._follow_tax()

    def _recorded(self):
        """The reconciliations that are wholly those of booked recoveries."""
        booked = self.recovery_ids.filtered(lambda one: one.state == "booked").sudo()
        found = self.env["account.partial.reconcile"].sudo()
        for theirs in booked.grouped("payment_line_id").values():
            matched = theirs._settled()
            paid = sum(matched.mapped("credit_amount_currency"))
            currency = theirs.payment_currency_id
            if currency.compare_amounts(paid, sum(theirs.mapped("payment_amount"))) <= 0:
                found |= matched
        return found

    def _refuse_unrecorded(self, partials, sentence):
        """Raise UserError, naming what settled the claimed debts, if there is anything."""
        if partials:
            raise UserError(
                self.env._(
                    "%(payments)s settled %(documents)s: %(sentence)s",
                    payments=", ".join(set(partials.credit_move_id.move_id.mapped("name"))),
                    documents=", ".join(set(partials.debit_move_id.move_id.mapped("name"))),
                    sentence=sentence,
                )
            )

    def _check_recorded(self):
        """Raise UserError if something settled the claimed debts that nobody has recorded."""
        self._refuse_unrecorded(
            self._unrecorded(),
            self.env._(
                "nobody has said whose money that is. Record it under “Recovery…”, or undo that "
                "reconciliation."
            ),
        )

    def _check_none_is_shared(self):
        """Raise UserError if money came after the date of loss: it doesn't lower the claim."""
        loss_date = self.loss_date
        self._refuse_unrecorded(
            self._unrecorded().filtered(
                lambda one: loss_date and one.credit_move_id.date >= loss_date
            ),
            self.env._(
                "that came after the date of loss and is shared as the indemnity is. Record first "
                "what the insurer has agreed to, then the recovery."
            ),
        )

    def _check_none_lowers(self, loss_date):
        """Raise UserError if money came before a date of loss that hasn't lowered the claim."""
        self._refuse_unrecorded(
            self._unrecorded().filtered(lambda one: one.credit_move_id.date < loss_date),
            self.env._(
                "that came before the date of loss and lowers the claim. Use “Read the ledger "
                "again” first."
            ),
        )
