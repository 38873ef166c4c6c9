from odoo import api, fields, models
from odoo.exceptions import UserError

from .arguments import to_line, to_record


class CodeListMixin(models.AbstractModel):
    """A list to choose from that comes with the addon and that users make their own.

    What comes with an addon has a code that scripts may rely on: it is renamed or archived, not
    deleted, and keeps its code.
    """

    _name = "cobranza.code.list.mixin"
    _description = "List to choose from"
    _inherit = ["cobranza.owned.mixin", "cobranza.supplied.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False, help="Stable: scripts may name it so. Empty: by its number.")
    sequence = fields.Integer(default=50)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: in every company.")

    def write(self, vals):
        """Write values; raise UserError where the code of what comes with an addon would change."""
        changed = self.filtered(lambda one: "code" in vals and one.code != vals["code"])
        if supplied := changed._supplied():
            raise UserError(
                self.env._(
                    "“%s” comes with the program, and scripts may rely on its code: it stays.",
                    supplied[0].name,
                )
            )
        return super().write(vals)

    @api.model
    def _named(self, value):
        """Return the record that a public method was given: by its code, id or nothing.

        Raises UserError if there is none, with the codes there are.
        """
        if not value:
            return self.browse()
        named = [("code", "=", to_line(value))]
        found = self.with_context(active_test=False).search(named, limit=1)
        found = found or to_record(self, value)
        if not found:
            codes = self.search([("code", "!=", False)]).mapped("code")
            raise UserError(
                self.env._(
                    "“%(value)s” isn't in the list “%(list)s”: use one of %(codes)s, or a number.",
                    value=value,
                    list=self.env["ir.model"]._get(self._name).name,
                    codes=", ".join(codes),
                )
            )
        return found.with_env(self.env)
