from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import promises
from .amounts import format_money, to_decimal
from .cobranza_interaction import CHANNELS

#: How an agreement came to be written down.
ORIGINS = [("manual", "By us"), ("call", "During a call"), ("portal", "By the customer")]

#: What a person gives when he writes a promise down; all the rest follows from it.
GIVEN = (
    "debtor_id", "line_ids", "amount", "currency_id", "date", "channel", "contact_id", "user_id",
    "interaction_id", "note",
)  # fmt: skip


def kept_origin(env, origin):
    """Return what is kept as an origin: only the customer's own page says that he did it himself.

    It is shown by the superuser; an office user who names it has the same limits, and no more.
    """
    return "manual" if origin == "portal" and not env.su else origin


class CobranzaPromise(models.Model):
    """A customer's word that an amount will be there on a day.

    It leaves alone what was promised, and no more, until its last day is over.  Whether it was
    kept follows from reconciliations (`cobranza_promise_evaluation`), never from a person.
    """

    _name = "cobranza.promise"
    _description = "Promise to pay"
    _inherit = ["cobranza.gated.mixin", "cobranza.debtor.record.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _gated_fields = (
        "partner_id", "company_id", "made_on", "tolerance", "grace", "pause_until", "origin",
        "part_ids", "state", "lapsed", "paid_amount", "decided_on", "activity_id",
    )  # fmt: skip

    part_ids = fields.One2many("cobranza.promise.line", "promise_id", "Due lines")
    line_ids = fields.Many2many(
        "account.move.line",
        string="Journal items",
        compute="_compute_line_ids",
        search="_search_line_ids",
        help="The due lines it is about, as far as they still exist.",
    )
    amount = fields.Monetary("Promised", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    date = fields.Date("Pays by", required=True, index=True)
    made_on = fields.Date(
        "Promised on", required=True, help="Payments before this day don't count for it."
    )
    tolerance = fields.Float(
        "Tolerance (%)",
        digits=(16, 2),
        help="Per cent that may be missing of a promise that still counts as kept.",
    )
    grace = fields.Integer(
        "Days of grace", help="So many days after the promised day a payment still counts."
    )
    pause_until = fields.Date(
        "Paused until",
        compute="_compute_pause_until",
        store=True,
        precompute=True,
        help="The first day on which what is left of it is chased again.",
    )
    channel = fields.Selection(CHANNELS, "Promised by", required=True, default="phone")
    contact_id = fields.Many2one("res.partner", "With", index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one(
        "res.users",
        "Our person",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    origin = fields.Selection(ORIGINS, required=True, default="manual")
    interaction_id = fields.Many2one(
        "cobranza.interaction",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The call or message in which it was given.",
    )
    note = fields.Text("Details")
    state = fields.Selection(
        [
            ("open", "Open"), ("kept", "Kept"), ("partial", "Partly kept"), ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
        copy=False,
    )  # fmt: skip
    lapsed = fields.Boolean(
        readonly=True, copy=False, help="Nothing of it was owed any more: nobody cancelled it."
    )
    paid_amount = fields.Monetary(
        "Paid", readonly=True, help="What came of it in time, at most what was promised."
    )
    decided_on = fields.Date("Decided on", readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _open_idx = models.Index("(company_id) WHERE state = 'open'")
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A promise is for more than nothing."
    )

    @api.depends("partner_id", "amount", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = self.env._(
                "%(customer)s: %(promised)s",
                customer=promise.partner_id.display_name,
                promised=promise._describe(),
            )

    def _describe(self):
        """What was promised, in a few words: “300.00 $ by 03/20/2026”."""
        self.ensure_one()
        return self.env._(
            "%(amount)s by %(date)s",
            amount=self._money(self.amount),
            date=format_date(self.env, self.date),
        )

    def _money(self, amount):
        """An amount of this promise as people write it, in the context's language."""
        return format_money(self.env, amount, self.currency_id, self.company_id.currency_id)

    @api.depends("part_ids.move_line_id")
    def _compute_line_ids(self):
        for promise in self:
            promise.line_ids = promise.part_ids.move_line_id

    def _search_line_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        return [("part_ids.move_line_id", operator, value)]

    @api.depends("date", "grace")
    def _compute_pause_until(self):
        for promise in self:
            promise.pause_until = promise._for_engine().last_day + timedelta(days=1)

    # --- CRUD --------------------------------------------------------------------------

    def write(self, vals):
        """Write values; what was promised stays as it was given.

        Raises UserError if anything but details would change.
        """
        self._check_gate(vals)
        if not self._gate_is_open() and set(vals) & set(GIVEN) - {"note", "user_id"}:
            raise UserError(
                self.env._("A promise stays as it was given: cancel it and write down the new one.")
            )
        return super().write(vals)

    # --- its end -------------------------------------------------------------------------

    def action_cancel(self):
        """Cancel open promises: what they covered is chased again at once."""
        self.check_access("write")
        self.filtered(lambda one: one.state == "open")._set_cancelled()
        self.debtor_id._refresh_now()
        return True

    def _set_cancelled(self):
        self._gated().write({"state": "cancelled"})
        for promise in self:
            promise._gated().write({"decided_on": promise.company_id._cobranza_today()})

    def _for_engine(self):
        """These terms as an engine.promises.Promise."""
        self.ensure_one()
        return promises.Promise(
            to_decimal(self.amount, self.currency_id),
            self.date,
            self.made_on,
            Decimal(f"{self.tolerance:.2f}"),
            self.grace,
        )
