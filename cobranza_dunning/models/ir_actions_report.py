from odoo import models
from odoo.addons.base.models.ir_actions_report import _wkhtml


class IrActionsReport(models.Model):
    """Letters are printed in one file by any wkhtmltopdf, and those that were sent as they were."""

    _inherit = "ir.actions.report"

    def retrieve_attachment(self, record):
        """Find what was printed before: of a letter that was sent the very file that was kept.

        Odoo goes by its name, and anybody may attach a file of that name.
        """
        if self.model == "cobranza.reminder":
            return record.letter_id
        return super().retrieve_attachment(record)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Make the PDFs; one by one where wkhtmltopdf can't put several records into one.

        The one of a distribution, without the patched Qt, refuses it; Odoo merges them later.
        """
        prepare = super()._render_qweb_pdf_prepare_streams
        letters = self._get_report(report_ref).model in ("cobranza.reminder", "cobranza.plan")
        if not letters or len(res_ids or ()) < 2 or _wkhtml().is_patched_qt:
            return prepare(report_ref, data, res_ids=res_ids)
        streams = {}
        for res_id in dict.fromkeys(res_ids):
            streams.update(prepare(report_ref, data, res_ids=[res_id]))
        return streams
