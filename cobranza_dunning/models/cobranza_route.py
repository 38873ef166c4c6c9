from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.escalation import KINDS
from ..engine.routing import DEFAULT_ROUTES
from .cobranza_policy_level import KINDS as KIND_SELECTION
from .routing_texts import ROLE_SELECTION

CHOICES = ("first_role", "second_role", "third_role", "fourth_role", "fifth_role")


class CobranzaRoute(models.Model):
    """To whom one kind of message goes: the first of these roles that somebody has."""

    _name = "cobranza.route"
    _description = "Recipients by kind of message"
    _inherit = ["cobranza.owned.mixin"]
    _order = "policy_id, sequence, id"
    _rec_name = "kind"

    policy_id = fields.Many2one("cobranza.policy", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="policy_id.company_id")
    kind = fields.Selection(KIND_SELECTION, "Message", required=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True, precompute=True)
    first_role = fields.Selection(ROLE_SELECTION, "First choice", required=True)
    second_role = fields.Selection(ROLE_SELECTION, "Second")
    third_role = fields.Selection(ROLE_SELECTION, "Third")
    fourth_role = fields.Selection(ROLE_SELECTION, "Fourth")
    fifth_role = fields.Selection(ROLE_SELECTION, "Fifth")
    order_text = fields.Char("Order", compute="_compute_order_text")

    _kind_unique = models.UniqueIndex(
        "(policy_id, kind)", "The policy has a row for this kind of message already: change it."
    )

    @api.depends("kind")
    def _compute_sequence(self):
        for route in self:
            route.sequence = KINDS.index(route.kind) if route.kind else len(KINDS)

    @api.depends(*CHOICES)
    @api.depends_context("lang")
    def _compute_order_text(self):
        labels = dict(self._fields["first_role"]._description_selection(self.env))
        for route in self:
            route.order_text = " → ".join(labels[role] for role in route._roles())

    @api.constrains("kind", *CHOICES)
    def _check_roles(self):
        for route in self:
            roles = route._roles()
            if len(set(roles)) < len(roles):
                raise ValidationError(
                    self.env._("A role is named twice in one row: name each of them once.")
                )
            if route.kind == "demand" and "influencer" in roles:
                raise ValidationError(
                    self.env._("A demand never goes to a person of influence: choose another role.")
                )

    def _roles(self):
        """The codes of the roles, the first choice first."""
        self.ensure_one()
        return [self[choice] for choice in CHOICES if self[choice]]

    @api.model
    def _default_vals(self):
        """The values of the rows that a policy starts with."""
        return [
            {"kind": kind, **dict(zip(CHOICES, DEFAULT_ROUTES[kind], strict=False))}
            for kind in KINDS
        ]

    def _for_engine(self):
        """Return {kind: roles} for the engine; a kind without a row follows the usual order."""
        return dict(DEFAULT_ROUTES) | {route.kind: tuple(route._roles()) for route in self}
