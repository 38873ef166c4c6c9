from odoo import api, fields, models
from odoo.tools import format_date

from .cobranza_reminder import OPEN_STATES
from .cobranza_reminder_handover import Obstacle
from .notices import notice


class CobranzaReminder(models.Model):
    """A customer is reminded while an offer to pay later waits for his signature.

    Whoever approves or sends hears of it; it is held back only where the policy says so.
    """

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    offer_warning = fields.Char(compute="_compute_offer_warning")

    @api.depends("state", "debtor_id.plan_ids.state")
    @api.depends_context("lang")
    def _compute_offer_warning(self):
        offers = self.filtered(lambda one: one.state in OPEN_STATES)._offers()
        for reminder in self:
            offer = offers.get(reminder)
            reminder.offer_warning = offer and offer._describe_offer()

    def _offers(self):
        """Return {reminder: the customer's last offer that waits for his signature}."""
        plans = self.env["cobranza.plan"].search(
            [("debtor_id", "in", self.debtor_id.ids), ("state", "=", "offered")],
            order="offered_on, id",
        )
        last = {plan.debtor_id: plan for plan in plans}
        return {one: last[one.debtor_id] for one in self if one.debtor_id in last}

    def _offered_since_approval(self):
        """The warning about an offer, if it was made since this reminder was approved."""
        offer = self._offers().get(self)
        approved_on = self.company_id._cobranza_date(self.approved_date)
        return offer and offer.offered_on >= approved_on and self.offer_warning

    def _offer_obstacles(self):
        """Reminders that their policy holds back until the customer has signed, or won't."""
        held = self.filtered(lambda one: one.level_id.policy_id.plan_offer_action == "hold")
        return {
            reminder.id: Obstacle(
                offer._describe_offer(), reminder.company_id._cobranza_opening_tomorrow()
            )
            for reminder, offer in held._offers().items()
        }

    def action_approve(self):
        """Approve, and say whose offers wait for their signature: nothing has left yet."""
        waiting = self.filtered(lambda one: one.state == "proposed")
        result = super().action_approve()
        warnings = {one.id: offer._describe_offer() for one, offer in waiting._offers().items()}
        if result is not True or not warnings:
            return result
        return notice(waiting._name_left(warnings), self.env._("Not signed yet"))

    def _deliver(self):
        """Hand these over; note on them that an offer was waiting."""
        result = super()._deliver()
        notes = {
            one.id: self.env._("It left all the same. %s", offer._describe_offer())
            for one, offer in self._offers().items()
        }
        self.browse(notes)._message_log_batch(notes)
        return result


class CobranzaPlan(models.Model):
    """An offer as it is named where the customer is reminded."""

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    def _describe_offer(self):
        """What was offered, and since when it waits for the customer's signature."""
        self.ensure_one()
        values = {
            "amount": self._money(self.amount),
            "plan": self.name,
            "day": format_date(self.env, self.offered_on),
        }
        if self.kind == "extension":
            return self.env._(
                "An offer of more time for %(amount)s (%(plan)s) waits for his signature since "
                "%(day)s.",
                **values,
            )
        return self.env._(
            "An offer of %(count)s installments for %(amount)s (%(plan)s) waits for his signature "
            "since %(day)s.",
            count=len(self.installment_ids),
            **values,
        )
