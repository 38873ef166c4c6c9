from odoo import api, models


class AccountPartialReconcile(models.Model):
    """What is paid or unpaid again shows in the debtors' figures at once."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Reconcile, and refresh the debtors concerned when the transaction commits."""
        partials = super().create(vals_list)
        self.env["cobranza.debtor"]._refresh_later(partials._cobranza_lines())
        return partials

    def unlink(self):
        """Undo reconciliations, and refresh the debtors concerned as well."""
        # before: items of a draft exchange entry are deleted with their reconciliation
        self.env["cobranza.debtor"]._refresh_later(self._cobranza_lines())
        return super().unlink()

    def _cobranza_lines(self):
        return self.debit_move_id | self.credit_move_id
