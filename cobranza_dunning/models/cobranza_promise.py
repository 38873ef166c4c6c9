from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..engine import promises
from .amounts import to_decimal
from .arguments import (
    to_amount,
    to_choice,
    to_date,
    to_day,
    to_due_lines,
    to_line,
    to_record,
    to_text,
)
from .cobranza_interaction import CHANNELS

#: How an agreement came to be written down.
ORIGINS = [("manual", "By us"), ("call", "During a call"), ("portal", "By the customer")]

#: What a person gives when he writes a promise down; all the rest follows from it.
GIVEN = (
    "debtor_id", "line_ids", "amount", "currency_id", "date", "channel", "contact_id", "user_id",
    "interaction_id", "note",
)  # fmt: skip


class CobranzaPromise(models.Model):
    """A customer's word that an amount will be there on a day.

    It leaves alone what was promised, and no more, until its last day is over.  Whether it was
    kept follows from reconciliations (`cobranza_promise_evaluation`), never from a person.
    """

    _name = "cobranza.promise"
    _description = "Promise to pay"
    _inherit = ["cobranza.gated.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _gated_fields = (
        "partner_id", "company_id", "made_on", "tolerance", "grace", "pause_until", "origin",
        "part_ids", "state", "paid_amount", "decided_on", "activity_id",
    )  # fmt: skip

    debtor_id = fields.Many2one(
        "cobranza.debtor", required=True, index=True, ondelete="cascade", check_company=True
    )
    partner_id = fields.Many2one(related="debtor_id.partner_id", store=True, string="Customer")
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
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
    user_id = fields.Many2one("res.users", "Our person", default=lambda self: self.env.user)
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
            amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
            date=format_date(self.env, self.date),
        )

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

    # --- how it is written down ----------------------------------------------------------

    @api.model
    def promise(
        self, partner_id, amount, date, line_ids=None, currency=None, channel="phone",
        origin="manual", contact_id=None, interaction_id=None, note=None, company_id=None,
    ):  # fmt: skip
        """Write down that a customer will pay an amount by a day; return it as a plain dict.

        partner_id: the customer, or one of his contacts.
        amount: in the currency of what he owes; a number, or text such as "1234.50".
        date: the day, a date or ISO string.
        line_ids: ids of his due lines it is about; left out: all that is open, oldest due first.
        currency: name ("USD") or id; needed only if he owes in several and no lines are named.
        channel: a code of cobranza_interaction.CHANNELS.
        origin: "manual", "call", or "portal" for the customer himself: then the policy says for
        how long and how often he may leave himself alone.
        contact_id: who gave it.  interaction_id: the cobranza.interaction in which he did.
        company_id: left out: the current company.
        Returns id, state, amount, currency, date, pause_until and lines, a list of dicts with
        line_id, move_id, name, date_due and amount.
        Raises UserError, with what to do instead, if it can't be taken like this.
        """
        company = to_record(self.env["res.company"], company_id) or self.env.company
        debtor = self.env["cobranza.debtor"]._of_partner(partner_id, company)
        vals = {
            "debtor_id": debtor.id,
            "amount": amount,
            "date": date,
            "channel": channel,
            "contact_id": contact_id,
            "interaction_id": interaction_id,
            "note": to_text(note),
        }
        if line_ids:
            vals["line_ids"] = [fields.Command.set(to_due_lines(self.env, line_ids).ids)]
        if currency:
            vals["currency_id"] = self._find_currency(currency).id
        return self._take([vals], to_choice(self, "origin", origin))._to_dict()

    def _to_dict(self):
        self.ensure_one()
        return {
            "id": self.id,
            "state": self.state,
            "amount": self.amount,
            "currency": self.currency_id.name,
            "date": fields.Date.to_string(self.date),
            "pause_until": fields.Date.to_string(self.pause_until),
            "lines": [
                {
                    "line_id": part.move_line_id.id,
                    "move_id": part.move_id.id,
                    "name": part.move_id.name,
                    "date_due": fields.Date.to_string(part.date_due),
                    "amount": part.amount,
                }
                for part in self.part_ids
            ],
        }

    @api.model
    def _find_currency(self, value):
        """Return the currency with a name or id. Raises UserError if there is none."""
        currencies = self.env["res.currency"].with_context(active_test=False)
        found = to_record(currencies, value) or currencies.search(
            [("name", "=ilike", to_line(value))], limit=1
        )
        if not found:
            raise UserError(self.env._("There is no currency “%s”.", value))
        return found

    @api.model_create_multi
    def create(self, vals_list):
        """Write promises down.

        vals_list: debtor_id or partner_id (and company_id, if it isn't the current one), amount,
        date; line_ids, currency_id, channel, contact_id, user_id, interaction_id and note if they
        matter.  The amount falls on the lines oldest due first.  Raises UserError if it can't be
        taken, AccessError if what follows from it is set by hand.
        """
        for vals in vals_list:
            self._check_gate(vals.keys() - {"partner_id", "company_id"})
        if self._gate_is_open():
            return super().create(vals_list)
        return self._take([self._with_debtor(vals) for vals in vals_list], "manual")

    def _with_debtor(self, vals):
        """Values in which the customer is a collections account."""
        vals = dict(vals)
        company = to_record(self.env["res.company"], vals.pop("company_id", None))
        partner_id = vals.pop("partner_id", None)
        if not vals.get("debtor_id"):
            debtors = self.env["cobranza.debtor"]
            vals["debtor_id"] = debtors._of_partner(partner_id, company or self.env.company).id
        return vals

    @api.model
    def _take(self, vals_list, origin):
        """Check what customers promise and write it down; see `create` and `promise`."""
        self.check_access("create")
        prepared = [self._prepare_vals(vals, origin) for vals in vals_list]
        taken = self._gated().create(prepared).with_env(self.env)
        taken.debtor_id._refresh_now()
        return taken

    def _prepare_vals(self, vals, origin):
        """Values of a promise with all that follows from what was given."""
        debtor = self.env["cobranza.debtor"].browse(vals["debtor_id"])
        lines = self._promised_lines(debtor, vals)
        currency = lines.currency_id
        amount = to_amount(self.env, vals.get("amount"), currency)
        date, policy = to_date(self.env, vals.get("date")), debtor.effective_policy_id
        made_on = debtor.company_id._cobranza_today()
        self._check_date(date, made_on)
        if origin == "portal":
            # before the next one: it says which day would do
            self._check_own_word(debtor, date, lines)
        to_day(self.env, date)
        parts = self._prepare_parts(lines, amount, made_on)
        promised = lines.browse([values["move_line_id"] for _code, _id, values in parts])
        debtor._check_insured_until(promised, date)
        call = debtor._own_record("cobranza.interaction", vals.get("interaction_id"))
        given = {name: vals[name] for name in GIVEN if name in vals and name != "line_ids"}
        if origin == "portal":
            # whoever visits a page is nobody of ours
            given["user_id"] = debtor._person_in_charge().id
        return {
            **given,
            "amount": amount,
            "currency_id": currency.id,
            "date": date,
            "channel": to_choice(self, "channel", vals.get("channel", "phone")),
            "contact_id": debtor._own_record("res.partner", vals.get("contact_id")).id,
            "interaction_id": call.id,
            "origin": origin,
            "made_on": made_on,
            "tolerance": policy.promise_tolerance,
            "grace": policy.promise_grace_days,
            "part_ids": parts,
        }

    def _promised_lines(self, debtor, vals):
        """The due lines that values of a promise are about; all in one currency."""
        open_lines = debtor.due_line_ids.filtered(lambda line: line.amount_residual_currency > 0)
        lines = self._given_lines(vals) if vals.get("line_ids") else open_lines
        strange = lines - open_lines
        if strange:
            raise UserError(
                self.env._(
                    "%(names)s: this isn't a due line of %(customer)s with something open.",
                    names=", ".join(strange.mapped("display_name")),
                    customer=debtor.display_name,
                )
            )
        if vals.get("currency_id"):
            lines = lines.filtered(lambda line: line.currency_id.id == vals["currency_id"])
        if not lines:
            raise UserError(
                self.env._("%s owes nothing that could be promised.", debtor.display_name)
            )
        if len(lines.currency_id) > 1:
            raise UserError(
                self.env._(
                    "%(customer)s owes in several currencies (%(currencies)s): a promise is in "
                    "one of them.",
                    customer=debtor.display_name,
                    currencies=", ".join(lines.currency_id.mapped("name")),
                )
            )
        return lines.sorted(lambda line: (line.date_maturity or line.date, line.id))

    def _given_lines(self, vals):
        """The journal items that a person chose, from the commands of `line_ids`."""
        ids = []
        for command in vals["line_ids"]:
            if isinstance(command, (list, tuple)):
                ids += command[2] if command[0] == fields.Command.SET else [command[1]]
            else:
                ids.append(command)
        lines = self.env["account.move.line"]
        return lines.union(*(to_record(lines, line_id) for line_id in ids))

    def _prepare_parts(self, lines, amount, made_on):
        """Commands that allot a promised amount to due lines, oldest due first.

        What another open promise covers already isn't promised twice.
        Raises UserError if less is open than was promised.
        """
        currency, available = lines.currency_id, self._available(lines)
        try:
            parts = promises.allot(to_decimal(amount, currency), available)
        except ValueError as error:
            most = sum(free for _line, free in available)
            raise UserError(
                self.env._(
                    "No more than %s is open there and not promised yet: promise less, or choose "
                    "other due lines.",
                    formatLang(self.env, float(most), currency_obj=currency),
                )
            ) from error
        payments = lines.sudo()._cobranza_payments()
        return [
            fields.Command.create(
                {
                    "move_line_id": line.id,
                    "move_id": line.move_id.id,
                    "date_due": line.date_maturity or line.date,
                    "amount": float(part),
                    "paid_before": float(
                        sum(
                            one.amount
                            for one in payments.get(line.id, ())
                            if one.day >= made_on and not one.is_credit_note
                        )
                    ),
                }
            )
            for line, part in parts
        ]

    def _available(self, lines):
        """Return what may still be promised of due lines: pairs (line, Decimal)."""
        taken = self._promised_of(lines)
        return [
            (
                line,
                max(
                    to_decimal(line.amount_residual_currency, line.currency_id)
                    - taken.get(line.id, 0),
                    Decimal(0),
                ),
            )
            for line in lines
        ]

    @api.model
    def _unpromised(self, lines):
        """Return how much of due lines, all in one currency, may still be promised."""
        return float(sum(free for _line, free in self._available(lines)))

    def _promised_of(self, lines):
        """Return {line id: what open promises cover of it, still to be paid}, as Decimals."""
        # what a customer promised counts, whoever may read it
        parts_sudo = self.env["cobranza.promise.line"].sudo().search(
            [("move_line_id", "in", lines.ids), ("promise_id.state", "=", "open")]
        )
        taken = {}
        for part in parts_sudo:
            left = to_decimal(part.amount - part.paid_amount, part.currency_id)
            taken[part.move_line_id.id] = taken.get(part.move_line_id.id, 0) + left
        return taken

    def _check_date(self, date, today):
        if not date:
            raise UserError(self.env._("Say by which day it will be paid."))
        if date < today:
            raise UserError(
                self.env._(
                    "%s has passed: a promise is for today or a later day.",
                    format_date(self.env, date),
                )
            )

    def _last_own_day(self, debtor, lines):
        """The last day that a customer may choose by himself; what is insured stays insured."""
        days = debtor.effective_policy_id.promise_max_days
        latest = debtor.company_id._cobranza_today() + timedelta(days=days)
        insured = debtor._insured_until(lines)
        return min(latest, insured) if insured else latest

    def _check_own_word(self, debtor, date, lines):
        """A customer may leave himself alone only as long and as often as his policy allows.

        What he promised by himself before and didn't pay isn't left alone by his word again.
        """
        latest = self._last_own_day(debtor, lines)
        most = debtor.effective_policy_id.promise_max_open
        if not most or latest < debtor.company_id._cobranza_today():
            raise UserError(self.env._("Please contact us: we agree on a day together."))
        if date > latest:
            raise UserError(
                self.env._(
                    "Choose a day up to %s, or ask us for a payment plan.",
                    format_date(self.env, latest),
                )
            )
        own = self.search([("debtor_id", "=", debtor.id), ("origin", "=", "portal")])
        if len(own.filtered(lambda one: one.state == "open")) >= most:
            raise UserError(
                self.env._("What you promised before is still open: please contact us instead.")
            )
        missed = own.filtered(lambda one: one.state in ("partial", "broken"))
        if missed.part_ids.filtered("amount").move_id & lines.move_id:
            raise UserError(
                self.env._(
                    "We have not seen the payment that was promised for these invoices before: "
                    "please contact us, and we find a way together."
                )
            )

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

    def _set_cancelled(self):
        self._gated().write({"state": "cancelled"})
        for promise in self:
            promise._gated().write({"decided_on": promise.company_id._cobranza_today()})

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()

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
