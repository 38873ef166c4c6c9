from decimal import Decimal
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import installments, negotiation
from .amounts import format_money, to_decimal, to_rate
from .arguments import to_choice, to_day, to_due_lines
from .cobranza_plan import OPEN_STATES
from .negotiation_texts import MISTAKES, PERIODS, sentences

#: What an offer may say; see `negotiate`.
KEYS = {
    "lines", "currency", "count", "each", "period", "first", "down_payment", "until",
    "cannot_pay_now",
}  # fmt: skip


class Talk(NamedTuple):
    """What an offer is about: a debtor, his lines, and what is known of both.

    amounts: {account.move.line: Decimal that may be paid later}, oldest due first.
    """

    debtor: Any
    currency: Any
    amounts: dict
    offer: negotiation.Offer
    floor: negotiation.Floor
    situation: negotiation.Situation
    answer: negotiation.Answer
    origin: str


class CobranzaPlan(models.Model):
    """Negotiating: an offer to pay later, held against what the policy accepts at least.

    One way for everybody: the dialog, the customer's page and scripts say what is offered as
    plain values and get the answer as plain values.
    """

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def negotiate(self, partner_id, offer, origin=None):
        """Say whether an offer to pay later can be agreed on; nothing is written.

        partner_id: the customer, in the current company.
        offer: a dict with what is paid how:
          `lines` ids of due lines (left out: all that are due, else all that are open, without
          those in another plan);
          `currency` its code (needed only if he owes in several);
          either `until` (a day: everything then), or `count` installments or as many as `each`
          (an amount) makes; `period` week | fortnight | month; `first` day of the first one
          (one period from today); `down_payment` today;
          `cannot_pay_now` True if the customer says so.
        origin: "manual", or "portal" for the customer himself, who gets nothing that only a
        manager grants; left out: by who is logged in.
        Returns a dict: `decision` accept | propose (acceptable; a person decides) | counter |
        refuse, `reasons` (codes of engine.negotiation.REASONS), `sentences` (the same in words),
        `amount`, `currency`, `installments` [{date_due, amount}], `interest`, and
        `counter_offers`, each an offer that would be acceptable, with `text`, `installments` and
        `interest`.
        Raises UserError for what is no offer, AccessError without the rights on plans.
        """
        return self._say(self._talk(self._debtor_of(partner_id), offer, origin))

    @api.model
    def propose(self, partner_id, offer, origin=None):
        """Negotiate, and make the plan of an offer that is acceptable.

        Arguments as `negotiate`, which see.  Returns its dict and `plan_id`: the plan, offered
        where the policy accepts by itself, else a draft for a person; False if the offer isn't
        acceptable.
        Raises UserError as well if one of the lines is in another plan already.
        """
        talk = self._talk(self._debtor_of(partner_id), offer, origin)
        plan = self._propose(talk)
        return {**self._say(talk), "plan_id": plan.id}

    @api.model
    def _debtor_of(self, partner_id):
        """The account of a customer in the current company.

        Raises AccessError without the rights on plans, UserError if he never owed anything.
        """
        self.check_access("create")
        return self.env["cobranza.debtor"]._of_partner(partner_id, self.env.company)

    # --- what is offered ---------------------------------------------------------------

    def _talk(self, debtor, values, origin=None):
        """Return the Talk about an offer that came as plain values; origin: see `negotiate`."""
        if not isinstance(values, dict) or set(values) - KEYS:
            raise UserError(
                self.env._("An offer is a dictionary with these keys: %s.", ", ".join(sorted(KEYS)))
            )
        if origin is None:
            origin = "manual" if self.env.user._is_internal() else "portal"
        origin = to_choice(self, "origin", origin)
        amounts = self._plannable(debtor, values.get("lines"), values.get("currency"))
        currency = next(iter(amounts)).currency_id if amounts else debtor.currency_id
        offer = self._to_offer(values, currency)
        total = sum(amounts.values(), Decimal(0))
        situation = negotiation.Situation(
            amount=total,
            places=currency.decimal_places,
            today=debtor.company_id._cobranza_today(),
            cannot_pay_now=bool(values.get("cannot_pay_now")),
            had_extension=self._had_extension(amounts),
            broken_on=self._last_broken(debtor),
            # a page is shown by the superuser, whom the customer is not
            manager=origin != "portal" and self._is_manager(),
            insured_until=debtor._insured_until(self.env["account.move.line"].union(*amounts)),
        )
        floor = debtor._negotiation_floor(currency, amounts)
        answer = negotiation.evaluate(offer, floor, situation)
        return Talk(debtor, currency, amounts, offer, floor, situation, answer, origin)

    def _is_manager(self):
        """Whether the person at work may grant what the policy leaves to a manager."""
        return self.env.user.has_group("cobranza_dunning.group_manager")

    def _plannable(self, debtor, line_ids, code):
        """Return {due line: what may be paid later of it}, oldest due first.

        line_ids: None means those that are due, or else all, without those in another plan.
        Raises UserError for lines that aren't the debtor's or are of several currencies.
        """
        today = debtor.company_id._cobranza_today()
        found = self._free_amounts(debtor)
        lines = self.env["account.move.line"].union(*found)
        if code is not None:
            lines = lines.filtered(lambda line: line.currency_id.name == code)
        if line_ids is not None:
            chosen = to_due_lines(self.env, line_ids)
            if chosen - lines:
                raise UserError(
                    self.env._(
                        "%s isn't an open due line of this customer, or is disputed or being paid.",
                        (chosen - lines)[0].display_name or self.env._("What was chosen"),
                    )
                )
            lines = chosen
        else:
            lines -= self._in_open_plans(lines).move_line_id
            due = lines.filtered(lambda line: (line.date_maturity or line.date) <= today)
            lines = due or lines
        if len(lines.currency_id) > 1:
            raise UserError(
                self.env._(
                    "A plan is in one currency: choose among %s.",
                    ", ".join(lines.currency_id.mapped("name")),
                )
            )
        ordered = lines.sorted(lambda line: (line.date_maturity or line.date, line.id))
        return {line: found[line] for line in ordered}

    @api.model
    def _free_amounts(self, debtor):
        """Return {open due line of a debtor: what may be paid later of it}.

        Payments in process and disputed amounts are no part of it.
        """
        items = self.env["account.move.line"]
        return {
            items.browse(one.item.id): amount
            for one in debtor._assess().get(debtor.id, [])
            # what was booked to him from somebody else's invoice is for a person to clear up
            if one.item.right_partner and (amount := _free(one.position)) > 0
        }

    def _in_open_plans(self, items):
        """The lines of plans, proposed or in force, that cover one of these items."""
        return self.env["cobranza.plan.line"].search(
            [("move_line_id", "in", items.ids), ("plan_id.state", "in", OPEN_STATES)]
        )

    def _to_offer(self, values, currency):
        """The engine.negotiation.Offer of plain values. Raises UserError for what is none."""
        period = values.get("period") or "month"
        if not isinstance(period, str) or period not in installments.PERIODS:
            raise UserError(
                self.env._(
                    "“%(period)s” is no distance between installments: use one of %(periods)s.",
                    period=period,
                    periods=", ".join(installments.PERIODS),
                )
            )
        return negotiation.Offer(
            count=self._to_count(values.get("count")),
            down_payment=self._to_money(values.get("down_payment"), currency) or Decimal(0),
            until=to_day(self.env, values.get("until")),
            period=period,
            first=to_day(self.env, values.get("first")),
            each=self._to_money(values.get("each"), currency),
        )

    def _to_count(self, value):
        """A number of installments, or None."""
        if value in (None, False, 0, ""):
            return None
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not 0 < value <= installments.MOST:
            raise UserError(
                self.env._(
                    "The number of installments is a whole number from 1 to %s.", installments.MOST
                )
            )
        return value

    def _to_money(self, value, currency):
        """An amount as exact as its currency, or None. Raises UserError for what is none."""
        if value in (None, False, "", 0):
            return None
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not 0 < value < 10**15:
            raise UserError(
                self.env._("“%s” isn't an amount: use a number above zero.", value)
            )
        return to_decimal(currency.round(value), currency)

    # --- what is known -----------------------------------------------------------------

    def _had_extension(self, amounts):
        """Whether he has had more time for some of these lines already."""
        moves = [line.move_id.id for line in amounts]
        return bool(
            self.env["cobranza.plan.line"].search_count(
                [
                    ("move_id", "in", moves),
                    ("plan_id.kind", "=", "extension"),
                    ("plan_id.accepted_on", "!=", False),
                ],
                limit=1,
            )
        )

    def _last_broken(self, debtor):
        """The day the debtor's last plan broke, or None."""
        last = self.search(
            [("debtor_id", "=", debtor.id), ("broken_on", "!=", False)],
            order="broken_on desc",
            limit=1,
        )
        return last.broken_on or None

    # --- what is answered --------------------------------------------------------------

    def _say(self, talk):
        """The answer to an offer as plain values; see `negotiate`."""
        offered = {}
        if talk.answer.decision in (negotiation.ACCEPT, negotiation.PROPOSE):
            offered = self._calendar_values(talk, talk.offer)
        return {
            "decision": talk.answer.decision,
            "reasons": list(talk.answer.reasons),
            "sentences": sentences(self.env, talk.answer.reasons, talk.origin == "portal"),
            "amount": float(talk.situation.amount),
            "currency": talk.currency.name,
            "installments": [],
            "interest": 0.0,
            **offered,
            "counter_offers": [
                {
                    **self._offer_values(talk, counter),
                    **self._calendar_values(talk, counter),
                    "text": self._offer_text(talk, counter),
                }
                for counter in talk.answer.counter_offers
            ],
        }

    def _offer_values(self, talk, offer):
        """An offer as `negotiate` takes it, about the same lines."""
        values = {"lines": [line.id for line in talk.amounts]}
        if offer.is_extension:
            return {**values, "until": fields.Date.to_string(offer.until)}
        values |= {"count": offer.count, "period": offer.period}
        if offer.first:
            values["first"] = fields.Date.to_string(offer.first)
        if offer.down_payment:
            values["down_payment"] = float(offer.down_payment)
        return values

    def _calendar_values(self, talk, offer):
        """The days and amounts of an offer, and its interest, as plain values."""
        calendar = self._calendar_of(talk, offer)
        return {
            "installments": [
                {"date_due": fields.Date.to_string(one.due), "amount": float(one.amount)}
                for one in calendar
            ],
            "interest": float(
                installments.financing_interest(
                    calendar,
                    talk.situation.today,
                    to_rate(talk.debtor._plan_terms()["interest_rate"]),
                    talk.currency.decimal_places,
                )
            ),
        }

    def _calendar_of(self, talk, offer):
        """The Installments of an offer, on days that suit the debtor.

        Raises UserError, with what is to be corrected, for an offer that comes to none.
        """
        place, pay_days = talk.debtor._contact_place(), talk.debtor._pay_days()
        try:
            return negotiation.calendar_of(
                offer,
                talk.situation,
                lambda day: installments.suitable_day(day, place, pay_days),
            )
        except ValueError as error:
            (code,) = error.args
            correction = self.env._(MISTAKES[code])
            raise UserError(correction % {"most": installments.MOST}) from error

    def _offer_text(self, talk, offer):
        """An offer in words, as they stand on its button."""
        calendar = self._calendar_of(talk, offer)

        def money(amount):
            own = talk.debtor.currency_id
            return format_money(self.env, amount, talk.currency, own)

        if offer.is_extension:
            return self.env._(
                "%(amount)s on %(date)s",
                amount=money(talk.situation.amount),
                date=format_date(self.env, calendar[0].due),
            )
        later = calendar[1:] if offer.down_payment else calendar
        if len(later) == 1:
            text = self.env._(
                "%(amount)s on %(date)s",
                amount=money(later[0].amount),
                date=format_date(self.env, later[0].due),
            )
        else:
            several = self.env._(PERIODS[offer.period])
            text = several % {"count": len(later), "amount": money(later[0].amount)}
        if not offer.down_payment:
            return text
        return self.env._(
            "%(amount)s now and %(rest)s", amount=money(offer.down_payment), rest=text
        )

    # --- the plan ----------------------------------------------------------------------

    def _propose(self, talk):
        """Make the plan of an acceptable offer; an empty recordset for others."""
        plans = self.browse()
        if talk.answer.decision not in (negotiation.ACCEPT, negotiation.PROPOSE):
            return plans
        lines = self.env["account.move.line"].union(*talk.amounts)
        plans._check_no_other_plan(talk.debtor, lines)
        plan = plans._gated().create(self._plan_vals(talk)).with_env(self.env)
        if talk.answer.decision == negotiation.ACCEPT:
            plan.action_offer()
        elif plan.origin == "portal":
            plan._tell_proposed()
        return plan

    def _plan_vals(self, talk):
        """Values of the plan of an offer."""
        debtor = talk.debtor
        return {
            "debtor_id": debtor.id,
            "currency_id": talk.currency.id,
            "kind": "extension" if talk.offer.is_extension else "plan",
            "origin": talk.origin,
            "user_id": self.env.uid,
            "date": talk.situation.today,
            "amount": float(talk.situation.amount),
            "open_amount": float(talk.situation.amount),
            **debtor._plan_terms(),
            "line_ids": [
                fields.Command.create(
                    {
                        "move_line_id": line.id,
                        "move_id": line.move_id.id,
                        "name": line.move_id.name,
                        "date_due": line.date_maturity or line.date,
                        "amount": float(amount),
                    }
                )
                for line, amount in talk.amounts.items()
            ],
            "installment_ids": [
                fields.Command.create(
                    {
                        "date_due": one.due,
                        "amount": float(one.amount),
                        "net_amount": float(one.amount),
                    }
                )
                for one in self._calendar_of(talk, talk.offer)
            ],
        }

    def _check_written_by_hand(self, calendar):
        """Raise UserError if days or amounts that a person wrote are below the limits.

        A collections manager may agree to less.
        """
        if self._is_manager():
            return
        amounts = {
            line.move_line_id: to_decimal(line.amount, self.currency_id) for line in self.line_ids
        }
        situation = negotiation.Situation(
            to_decimal(self.amount, self.currency_id),
            self.currency_id.decimal_places,
            self.date,
            had_extension=self._had_extension(amounts),
            broken_on=self._last_broken(self.debtor_id),
            insured_until=self.debtor_id._insured_until(self.line_ids.move_line_id),
        )
        floor = self.debtor_id._negotiation_floor(self.currency_id, amounts)
        reasons = negotiation.below_calendar(calendar, floor, situation)
        if reasons:
            raise UserError(
                self.env._(
                    "%(plan)s is below what the policy accepts, and only a collections manager "
                    "may agree to it: %(reasons)s",
                    plan=self.name,
                    reasons=" ".join(sentences(self.env, reasons)),
                )
            )

    def _tell_proposed(self):
        """Put a customer's proposal on the list of whoever looks after him."""
        self._schedule(
            lambda plan: plan.env._(
                "%(customer)s proposes to pay %(amount)s later",
                customer=plan.partner_id.display_name,
                amount=plan._money(plan.amount),
            )
        )


def _free(position):
    """What of an item may be paid later: open, not being paid, not disputed."""
    return position.item.residual - position.in_process - position.paused_by("dispute")
