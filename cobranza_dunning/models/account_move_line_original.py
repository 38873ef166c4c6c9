from odoo import fields, models


class AccountMoveLine(models.Model):
    """The due date that counts for insurance and interest, whatever was agreed afterwards."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    cobranza_original_due_date = fields.Date(
        "Original due date",
        copy=False,
        groups="cobranza_dunning.group_auditor",
        readonly=True,
        help="The first one that was posted, if it was changed afterwards; of an installment of a "
        "re-booked payment plan that of the oldest due line it comes from.",
    )

    def write(self, vals):
        """Write values; of customers' items that are posted the first due date is kept.

        A later one is an extension to the insurer, not another original due date.  Raises
        UserError if it would cost the cover of what is insured, see `_check_insured_until`.
        """
        if "date_maturity" in vals:
            self._cobranza_keep_due_date(fields.Date.to_date(vals["date_maturity"]))
        return super().write(vals)

    def _cobranza_keep_due_date(self, day):
        """Remember the due date of posted customers' items that get another one."""
        # whoever may change the date may not know of insurance
        changed_sudo = self.sudo().filtered(
            lambda one: one.parent_state == "posted"
            and one.account_type == "asset_receivable"
            and one.date_maturity != day
        )
        later_sudo = changed_sudo.filtered(
            lambda one: day and one.date_maturity and day > one.date_maturity
        )
        # what is corrected on the day it was posted was believed by nobody
        insured_sudo = later_sudo.move_id.filtered("insured")
        fresh_sudo = insured_sudo - insured_sudo._cobranza_believed_insured()
        later_sudo = later_sudo.filtered(lambda one: one.move_id not in fresh_sudo)
        later_sudo._cobranza_check_extension(day)
        first_sudo = later_sudo.filtered(lambda one: not one.cobranza_original_due_date)
        for before, lines_sudo in first_sudo.grouped("date_maturity").items():
            lines_sudo.cobranza_original_due_date = before
        if changed_sudo:
            self.env["cobranza.debtor"]._refresh_later(changed_sudo)

    def _cobranza_check_extension(self, day):
        """Raise UserError if a later due date of these items would cost their cover."""
        for company, lines in self.grouped("company_id").items():
            customers = lines.partner_id.commercial_partner_id
            for debtor in self.env["cobranza.debtor"]._of_customers(company, customers):
                debtor._check_insured_until(lines, day)

    def _cobranza_due_date(self):
        """The day on which it is due, as it is agreed now."""
        return self.date_maturity or self.date
