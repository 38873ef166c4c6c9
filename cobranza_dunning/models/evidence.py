"""Files that prove what a record says."""

from odoo import api, models


class EvidenceMixin(models.AbstractModel):
    """A record with files in `attachment_ids`, read by whoever may read the record.

    A file that was uploaded before the record was there belongs to nothing: only who uploaded it
    could read it.
    """

    _name = "cobranza.evidence.mixin"
    _description = "Record with evidence"

    @api.model_create_multi
    def create(self, vals_list):
        """Create records; their files are theirs from then on."""
        records = super().create(vals_list)
        records._adopt_files()
        return records

    def write(self, vals):
        """Write values; files that are added are theirs from then on."""
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._adopt_files()
        return result

    def _adopt_files(self):
        for one in self:
            loose = one.attachment_ids.filtered(lambda file: not file.res_id)
            loose.write({"res_model": self._name, "res_id": one.id})
