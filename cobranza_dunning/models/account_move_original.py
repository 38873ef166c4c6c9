from odoo import fields, models

from ..engine.insurance_dates import original_due_dates


class AccountMove(models.Model):
    """The due dates that an insured document had before it was reset to draft.

    Its due lines may be others once it is posted again.
    """

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    insured_due_dates = fields.Json(
        "Due dates before", copy=False, groups="base.group_system", readonly=True
    )

    def button_draft(self):
        """Reset to draft; the due dates that count for the insurer are remembered."""
        # whoever resets it may not know of insurance
        for move_sudo in self.sudo()._cobranza_believed_insured():
            move_sudo.insured_due_dates = [
                fields.Date.to_string(one.cobranza_original_due_date or one._cobranza_due_date())
                for one in move_sudo._cobranza_due_lines()
            ]
        return super().button_draft()

    def _cobranza_believed_insured(self):
        """Which of these posted documents had a cover before today.

        What is corrected on the day it is posted was believed by nobody.
        """
        since = self.env["cobranza.insurance.cover"].sudo()._read_group(
            [("move_id", "in", self.ids)], ["move_id"], ["date_from:min"]
        )
        return self.browse().union(
            *(
                move
                for move, day in since
                if move.state == "posted" and day < move.company_id._cobranza_today()
            )
        )

    def _post(self, soft=True):
        """Post; a due date that is later than it was before is an extension to the insurer."""
        posted = super()._post(soft)
        for move_sudo in posted.sudo().filtered("insured_due_dates"):
            lines_sudo = move_sudo._cobranza_due_lines()
            days = original_due_dates(
                [fields.Date.to_date(day) for day in move_sudo.insured_due_dates],
                [one._cobranza_due_date() for one in lines_sudo],
            )
            for line_sudo, day in zip(lines_sudo, days, strict=True):
                line_sudo.cobranza_original_due_date = day
            move_sudo.insured_due_dates = False
        return posted

    def _cobranza_due_lines(self):
        """What the customer owes by this document, the first due line first."""
        return self.line_ids.filtered(
            lambda one: one.account_type == "asset_receivable"
        ).sorted(lambda one: (one._cobranza_due_date(), one.id))
