"""The gate that keeps states and frozen facts out of reach of a plain write.

A record whose life follows rules (a reminder, a run) changes its guarded fields only inside
its own methods.  They pass `OPEN` in the context; it is compared by identity, so no RPC call
can forge it: a context that came over the wire never holds this object.
"""

from odoo import api, models
from odoo.exceptions import AccessError

OPEN = object()
KEY = "cobranza_gate"


class GatedMixin(models.AbstractModel):
    """Fields that only the model's own methods may write."""

    _name = "cobranza.gated.mixin"
    _description = "Guarded fields"

    #: names of the fields that a plain create or write may not set; None = every field
    _gated_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        """Create records; raise AccessError if a guarded field is set from outside."""
        for vals in vals_list:
            self._check_gate(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write values; raise AccessError if a guarded field is set from outside."""
        self._check_gate(vals)
        return super().write(vals)

    def _check_gate(self, vals):
        if self.env.context.get(KEY) is OPEN:
            return
        guarded = sorted(vals if self._gated_fields is None else set(vals) & {*self._gated_fields})
        if guarded:
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in guarded)
            raise AccessError(
                self.env._(
                    "%(fields)s of a %(model)s can't be set by hand: use its buttons or actions.",
                    fields=labels,
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )

    def _gated(self):
        """The same records, allowed to write their guarded fields."""
        return self.with_context(**{KEY: OPEN})
