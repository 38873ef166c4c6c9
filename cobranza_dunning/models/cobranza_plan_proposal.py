from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import negotiation
from .amounts import to_decimal
from .cobranza_promise import kept_origin
from .negotiation_texts import sentences


class CobranzaPlan(models.Model):
    """The plan of an offer that is acceptable, and one that a person wrote by hand."""

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    unsuitable_text = fields.Char(compute="_compute_unsuitable_text")

    @api.depends("state", "installment_ids.date_due")
    @api.depends_context("lang")
    def _compute_unsuitable_text(self):
        """The days of a draft that don't suit the customer, each with the next that does."""
        for plan in self:
            written = plan._calendar() if plan.state == "draft" else ()
            plan.unsuitable_text = ", ".join(
                f"{format_date(plan.env, one.due)} → {format_date(plan.env, suiting.due)}"
                for one, suiting in zip(written, plan._suited(written), strict=True)
                if one != suiting
            )

    def action_suit_days(self):
        """Move the days of these drafts to the next ones that suit: working days, his pay days.

        Raises UserError for a plan that was offered already.
        """
        self.check_access("write")
        for plan in self:
            for one, suiting in zip(plan._ordered(), plan._suited(plan._calendar()), strict=True):
                if one.date_due != suiting.due:
                    one.date_due = suiting.due
        return True

    def _suited(self, calendar):
        """These engine Installments on days on which the customer can pay."""
        return negotiation.suited(calendar, self._payer()) if calendar else ()

    def _propose(self, talk):
        """Make the plan of an acceptable offer; an empty recordset for others."""
        plans = self.browse()
        if talk.answer.decision not in (negotiation.ACCEPT, negotiation.PROPOSE):
            return plans
        lines = self.env["account.move.line"].union(*talk.amounts)
        plans._check_no_other_plan(talk.debtor, lines)
        plan = plans._gated().create(self._plan_vals(talk)).with_env(self.env)
        plan._fill(talk)
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
            "kind": "extension" if talk.answer.offer.is_extension else "plan",
            "origin": kept_origin(self.env, talk.origin),
            "user_id": self.env.uid,
            "date": talk.situation.today,
            "amount": float(talk.situation.amount),
            "open_amount": float(talk.situation.amount),
            **debtor._plan_terms(),
        }

    def _fill(self, talk):
        """Note which due lines this plan covers, and how it is paid."""
        self.line_ids._gated().create(
            [
                {
                    "plan_id": self.id,
                    "move_line_id": line.id,
                    "move_id": line.move_id.id,
                    "name": line._cobranza_name(),
                    "date_due": line.date_maturity or line.date,
                    "amount": float(amount),
                }
                for line, amount in talk.amounts.items()
            ]
        )
        self.installment_ids._gated().create(
            [
                {
                    "plan_id": self.id,
                    "date_due": one.due,
                    "amount": float(one.amount),
                    "net_amount": float(one.amount),
                }
                for one in self._calendar_of(talk, talk.answer.offer)
            ]
        )

    def _check_written_by_hand(self, calendar):
        """Raise UserError if days or amounts that a person wrote are below the limits.

        A collections manager may agree to less.
        """
        if self._is_manager():
            return
        floor = self.debtor_id._negotiation_floor(self.currency_id, self._covered_amounts())
        reasons = negotiation.below_calendar(calendar, floor, self._situation())
        if reasons:
            raise UserError(
                self.env._(
                    "%(plan)s is below what the policy accepts, and only a collections manager "
                    "may agree to it: %(reasons)s",
                    plan=self.name,
                    reasons=" ".join(sentences(self.env, reasons)),
                )
            )

    def _situation(self):
        """What is known of the customer, as the engine takes it."""
        return self._payer()._replace(
            due=self._earliest_due(),
            had_extension=self._had_extension(self._covered_amounts()),
            broken_on=self._last_broken(self.debtor_id),
            insured_until=self.debtor_id._insured_until(self.line_ids.move_line_id),
        )

    def _payer(self):
        """The same, but only where the customer is and when he pays."""
        return negotiation.Situation(
            to_decimal(self.amount, self.currency_id),
            self.currency_id.decimal_places,
            self.date,
            place=self.debtor_id._contact_place(),
            pay_days=self.debtor_id._pay_days(),
        )

    def _covered_amounts(self):
        """What it covers of each due line, as {account.move.line: Decimal}."""
        return {
            line.move_line_id: to_decimal(line.amount, self.currency_id) for line in self.line_ids
        }

    def _tell_proposed(self):
        """Put a customer's proposal on the list of whoever looks after him."""
        self._schedule(
            lambda plan: plan.env._(
                "%(customer)s proposes to pay %(amount)s later",
                customer=plan.partner_id.display_name,
                amount=plan._money(plan.amount),
            )
        )
