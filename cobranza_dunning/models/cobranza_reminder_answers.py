from odoo import models


class CobranzaReminder(models.Model):
    """Answers to a reminder."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    def _log_answer(
        self, summary, channel="email", note=None, attachments=(), kind=None, contact=None, **vals
    ):
        """Write down an answer to this reminder; see cobranza.debtor._log_answer."""
        self.ensure_one()
        debtor_sudo = self.debtor_id.sudo()
        return debtor_sudo._log_answer(
            summary, channel, note, attachments, kind, contact, reminder=self, **vals
        )
