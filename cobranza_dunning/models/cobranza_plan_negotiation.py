from decimal import Decimal
from typing import Any, NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine import installments, negotiation
from .amounts import LARGEST, to_decimal
from .arguments import to_choice, to_day, to_due_lines
from .cobranza_plan import OPEN_STATES

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
          one of `until` (a day: everything then), `count` installments, or as many as `each`
          (an amount) makes; with installments `period` week | fortnight | month, `first` day of
          the first one (one period from today, or from a later due day) and `down_payment` today;
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
            due=min((line.date_maturity or line.date for line in amounts), default=None),
            cannot_pay_now=bool(values.get("cannot_pay_now")),
            had_extension=self._had_extension(amounts),
            left_unsigned=origin == "portal" and self._has_left_unsigned(debtor),
            broken_on=self._last_broken(debtor),
            # a page is shown by the superuser, whom the customer is not
            manager=origin != "portal" and self._is_manager(),
            insured_until=debtor._insured_until(self.env["account.move.line"].union(*amounts)),
            nothing_left=(
                "nothing_owed"
                if amounts
                else self._why_nothing(debtor, values.get("currency"), origin)
            ),
            place=debtor._contact_place(),
            pay_days=debtor._pay_days(),
        )
        floor = debtor._negotiation_floor(currency, amounts)
        answer = negotiation.evaluate(offer, floor, situation)
        return Talk(debtor, currency, amounts, situation, answer, origin)

    def _is_manager(self):
        """Whether the person at work may grant what the policy leaves to a manager."""
        return self.env.user.has_group("cobranza_dunning.group_manager")

    def _plannable(self, debtor, line_ids, code):
        """Return {due line: what may be paid later of it}, oldest due first.

        line_ids: None means those that are due, or else all, without those in another plan and, if
        anything else is left, without what is paused by hand.
        Raises UserError for lines that aren't the debtor's or are of several currencies.
        """
        today = debtor.company_id._cobranza_today()
        found = self._free_positions(debtor)
        lines = self.env["account.move.line"].union(*found)
        if code is not None:
            lines = lines.filtered(lambda line: line.currency_id.name == code)
        if line_ids is not None:
            chosen = to_due_lines(self.env, line_ids)
            if chosen - lines:
                raise UserError(
                    self.env._(
                        "%s isn't an open due line of this customer, or is disputed, being paid or "
                        "claimed.",
                        (chosen - lines)[0].display_name or self.env._("What was chosen"),
                    )
                )
            lines = chosen
        else:
            lines -= self._of_open_plans(lines)
            lines = lines.filtered(lambda line: not found[line].paused_by("block")) or lines
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
        return {line: _free(found[line]) for line in ordered}

    @api.model
    def _free_amounts(self, debtor):
        """Return {open due line of a debtor: what may be paid later of it}."""
        return {item: _free(one) for item, one in self._free_positions(debtor).items()}

    def _free_positions(self, debtor):
        """Return {open due line of a debtor of which something may be paid later: its position}.

        Payments in process, disputed amounts and what an insurer is asked for are no part of it.
        """
        items = self.env["account.move.line"]
        found = {
            items.browse(one.item.id): one.position
            for one in debtor._assess().get(debtor.id, [])
            # what was booked to him from somebody else's invoice is for a person to clear up
            if one.item.right_partner and _free(one.position) > 0
        }
        claimed_sudo = self.env["cobranza.insurance.claim.line"]._about(items.union(*found))
        return {
            item: position
            for item, position in found.items()
            if item not in claimed_sudo.move_line_id
        }

    def _in_open_plans(self, items):
        """The lines of plans, proposed or in force, that one of these items belongs to.

        An item that a plan has made by re-booking belongs to all that this plan covers, even when
        the plan is over, until its re-booking is reversed or all of it is paid.
        """
        in_force = Domain("plan_id.state", "in", OPEN_STATES)
        covers = in_force & Domain("move_line_id", "in", items.ids)
        made = self._rebooked_domain() & Domain("installment_ids.move_line_id", "in", items.ids)
        return self.env["cobranza.plan.line"].search(covers | Domain("plan_id", "any", made))

    def _of_open_plans(self, items):
        """Those of these items that a plan, proposed or in force, covers or has made."""
        found = self._in_open_plans(items)
        return items & (found.move_line_id | found.plan_id.installment_ids.move_line_id)

    def _why_nothing(self, debtor, code, origin):
        """Why nothing a debtor owes can be paid later: a code of engine.negotiation.REASONS.

        code: of the currency; None = any.  origin: see `negotiate`.
        """
        lines = self.env["account.move.line"].union(*self._free_amounts(debtor))
        lines = lines.filtered(lambda line: code in (None, line.currency_id.name))
        plans = self._in_open_plans(lines).plan_id
        if any(plan.state not in OPEN_STATES for plan in plans):
            return "not_reversed"
        # some of it is in a draft of ours that he doesn't see
        if origin == "portal" and not all(plan._is_shown() for plan in plans):
            return "in_preparation"
        return "nothing_owed"

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
        offer = negotiation.Offer(
            count=self._to_count(values.get("count")),
            down_payment=self._to_money(values.get("down_payment"), currency) or Decimal(0),
            until=to_day(self.env, values.get("until")),
            period=period,
            first=to_day(self.env, values.get("first")),
            each=self._to_money(values.get("each"), currency),
        )
        self._check_one_way(offer)
        return offer

    def _check_one_way(self, offer):
        """Raise UserError for an offer that says in several ways how it is paid."""
        if sum(map(bool, (offer.until, offer.count, offer.each))) > 1:
            raise UserError(
                self.env._(
                    "Say how it is paid in one way: a number of installments, the amount of each, "
                    "or a day for everything."
                )
            )
        if offer.until and offer.down_payment:
            raise UserError(
                self.env._(
                    "Whoever pays everything on one day makes no down payment: offer installments, "
                    "or leave it out."
                )
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
        if not is_number or not 0 < value < LARGEST:
            raise UserError(
                self.env._("“%s” isn't an amount: use a number above zero.", value)
            )
        return to_decimal(currency.round(value), currency)

    # --- what is known -----------------------------------------------------------------

    def _had_extension(self, amounts):
        """Whether he has had more time for some of these lines already, re-booked or not."""
        items = self.env["account.move.line"].union(*amounts)
        # the entries are the books', what they come from is the plan's
        made_sudo = self.env["cobranza.plan.installment"].sudo().search(
            [("move_line_id", "in", items.ids)]
        )
        moves = (items.move_id | made_sudo.plan_id.line_ids.move_id).ids
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

    def _has_left_unsigned(self, debtor):
        """Whether the debtor's last offer that he made by himself ended without his signature."""
        last = self.search(
            [("debtor_id", "=", debtor.id), ("origin", "=", "portal"), ("offered_on", "!=", False)],
            order="offered_on desc, id desc",
            limit=1,
        )
        return last.left_unsigned

    def _last_broken(self, debtor):
        """The day the debtor's last plan broke, or None."""
        last = self.search(
            [("debtor_id", "=", debtor.id), ("broken_on", "!=", False)],
            order="broken_on desc",
            limit=1,
        )
        return last.broken_on or None


def _free(position):
    """What of an item may be paid later: open, not being paid, not disputed."""
    return position.item.residual - position.in_process - position.paused_by("dispute")
