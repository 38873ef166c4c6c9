"""The gate that keeps states and frozen facts out of reach of a plain write.

A record whose life follows rules (a reminder, a run) changes its guarded fields only inside
its own methods.  They pass `OPEN` in the context; it is compared by identity, so no RPC call
can forge it: a context that came over the wire never holds this object.

It opens for that one create or write.  What commands in its values, or in defaults, do to other
records passes the gate of those: lines that belong to a record are made by a call of their own.
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
    #: whether only the model's own methods may make records at all
    _gated_create = False

    @api.model
    def default_get(self, fields):
        """Leave guarded fields to the model: neither context nor a user's own default sets them.

        Not even while its own methods make records: the context may have come over the wire.
        """
        guarded = self._guarded(fields)
        values = super().default_get([name for name in fields if name not in guarded])
        own = {name: self._fields[name].default for name in guarded}
        return values | {name: default(self) for name, default in own.items() if default}

    @api.model_create_multi
    def create(self, vals_list):
        """Create records; raise AccessError if a guarded field is set from outside."""
        if self._gated_create and not self._gate_is_open():
            raise AccessError(
                self.env._(
                    "A %(model)s can't be made by hand: use the buttons or actions.",
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )
        for vals in vals_list:
            self._check_gate(vals)
        return super(GatedMixin, self._gate_closed()).create(vals_list).with_env(self.env)

    def write(self, vals):
        """Write values; raise AccessError if a guarded field is set from outside."""
        self._check_gate(vals)
        return super(GatedMixin, self._gate_closed()).write(vals)

    def _check_gate(self, vals):
        if self._gate_is_open():
            return
        guarded = sorted(self._guarded(vals))
        if guarded:
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in guarded)
            raise AccessError(
                self.env._(
                    "%(fields)s of a %(model)s can't be set by hand: use its buttons or actions.",
                    fields=labels,
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )

    def _guarded(self, names):
        """Which of these field names are guarded."""
        known = self._fields.keys() & set(names)
        return known if self._gated_fields is None else known & {*self._gated_fields}

    def _gate_is_open(self):
        return self.env.context.get(KEY) is OPEN

    def _gated(self):
        """The same records, allowed to write their guarded fields."""
        return self.with_context(**{KEY: OPEN})

    def _gate_closed(self):
        """The same records, no more allowed than anybody to write guarded fields."""
        return self.with_context(**{KEY: None}) if self._gate_is_open() else self

    def _write_changed(self, vals):
        """Write, past the gate, those of these values that this record doesn't have yet.

        Returns them.
        """
        changed = self._changed(vals)
        if changed:
            self._gated().write(changed)
        return changed

    def _changed(self, vals):
        """Return those of these values that this record doesn't have, as its fields round them."""
        self.ensure_one()
        return {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_cache(value, self)
            != self._fields[name].convert_to_cache(self[name], self)
        }
