from odoo import api, fields, models

from ..engine import call_script
from .placeholders import check_placeholders


class CobranzaScriptObjection(models.Model):
    """What a customer may object in a call, and what we answer."""

    _name = "cobranza.script.objection"
    _description = "Objection in a call"
    _inherit = ["cobranza.owned.mixin"]
    _order = "script_id, sequence, id"
    _rec_name = "objection"

    script_id = fields.Many2one("cobranza.script", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    objection = fields.Char("He says", required=True, translate=True)
    answer = fields.Text("We answer", required=True, translate=True)

    @api.constrains("answer")
    def _check_answer(self):
        for objection in self:
            check_placeholders(objection, "answer", call_script.PLACEHOLDERS)
