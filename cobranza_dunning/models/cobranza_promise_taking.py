from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import promises
from .amounts import format_money, to_decimal
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
from .cobranza_promise import GIVEN, kept_origin


class CobranzaPromise(models.Model):
    """How a promise is written down: what is checked, and on which lines its amount falls."""

    # a file for each part of its life
    _inherit = "cobranza.promise"  # pylint: disable=consider-merging-classes-inherited

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
        how long and how often he may leave himself alone.  That he did it himself is kept of his
        own page only.
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
        taken = self._gated().create([vals for vals, _parts in prepared]).with_env(self.env)
        taken.part_ids._gated().create(
            [
                {"promise_id": promise.id, **part}
                for promise, (_vals, parts) in zip(taken, prepared, strict=True)
                for part in parts
            ]
        )
        taken.debtor_id._refresh_now()
        return taken

    def _prepare_vals(self, vals, origin):
        """(Values of a promise, [of its parts]) with all that follows from what was given."""
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
        promised = lines.browse([part["move_line_id"] for part in parts])
        debtor._check_insured_until(promised, date)
        call = debtor._own_record("cobranza.interaction", vals.get("interaction_id"))
        given = {name: vals[name] for name in GIVEN if name in vals and name != "line_ids"}
        given["note"] = to_text(given.get("note"))
        if origin == "portal":
            # whoever visits a page is nobody of ours
            given["user_id"] = debtor._person_in_charge().id
        values = {
            **given,
            "amount": amount,
            "currency_id": currency.id,
            "date": date,
            "channel": to_choice(self, "channel", vals.get("channel", "phone")),
            "contact_id": debtor._own_record("res.partner", vals.get("contact_id")).id,
            "interaction_id": call.id,
            "origin": kept_origin(self.env, origin),
            "made_on": made_on,
            "tolerance": policy.promise_tolerance,
            "grace": policy.promise_grace_days,
        }
        return values, parts

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
        return lines.sorted(lambda line: (line._cobranza_due_date(), line.id))

    def _given_lines(self, vals):
        """The journal items that were chosen, from the commands of `line_ids`, or their ids.

        Raises UserError for anything else.
        """
        chosen = vals["line_ids"]
        if isinstance(chosen, (list, tuple)):
            chosen = [line_id for command in chosen for line_id in _chosen(command)]
        return to_due_lines(self.env, chosen)

    def _prepare_parts(self, lines, amount, made_on):
        """Values of the parts of a promised amount by due line, oldest due first.

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
                    format_money(self.env, most, currency, lines.company_id.currency_id),
                )
            ) from error
        payments = lines.sudo()._cobranza_payments()
        return [
            {
                "move_line_id": line.id,
                "move_id": line.move_id.id,
                "date_due": line._cobranza_due_date(),
                "amount": float(part),
                "paid_before": float(
                    sum(
                        one.amount
                        for one in payments.get(line.id, ())
                        if one.day >= made_on and not one.is_credit_note
                    )
                ),
            }
            for line, part in parts
        ]

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


def _chosen(command):
    """The ids that a command of a many2many names; what is none is taken for an id."""
    match command:
        case [fields.Command.SET, _, [*ids]]:
            return ids
        case [fields.Command.LINK, line_id, *_]:
            return [line_id]
    return [command]
