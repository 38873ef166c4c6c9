from odoo import api, models


class AccountPartialReconcile(models.Model):
    """What is paid or unpaid again shows in the debtors' figures at once."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Reconcile, and refresh the debtors concerned when the transaction commits."""
        partials = super().create(vals_list)
        lines = partials._cobranza_lines()
        self.env["cobranza.debtor"]._refresh_later(lines)
        claims = self.env["cobranza.insurance.claim"]
        claims._follow_payments(lines)
        claims._follow_taxes(lines)
        return partials

    def unlink(self):
        """Undo reconciliations, and refresh the debtors concerned as well.

        Raises UserError for those that a booked recovery or a closed claim rests on.
        """
        self.env["cobranza.insurance.recovery"]._check_matching_kept(self)
        claims = self.env["cobranza.insurance.claim"]
        claims._check_loss_kept(self)
        # before: items of a draft exchange entry are deleted with their reconciliation
        lines = self._cobranza_lines()
        self.env["cobranza.debtor"]._refresh_later(lines)
        result = super().unlink()
        kept = lines.exists()
        claims._follow_payments(kept)
        claims._follow_taxes(kept)
        return result

    def _cobranza_lines(self):
        return self.debit_move_id | self.credit_move_id
