from collections import Counter
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine import installments
from ..engine.due import ZERO
from .amounts import to_decimal
from .cobranza_dispute_evaluation import LOOK_BACK

#: States that follow from what is paid.
LIVING = ("active", "fulfilled", "broken")


class CobranzaPlan(models.Model):
    """What has become of plans: from the reconciliations of their lines, never by hand."""

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _evaluate(self, company, debtors=None):
        """Bring a company's plans up to date with payments and with the day.

        debtors: all plans of these, those that are over too: a payment may be undone, or entered
        late; None = those in force, of the whole company: the day may decide something.
        The number of queries doesn't depend on how many plans there are.
        """
        domain = Domain("company_id", "=", company.id)
        if debtors is None:
            domain &= Domain("state", "=", "active")
        else:
            since = company._cobranza_today() - timedelta(days=LOOK_BACK)
            domain &= (
                Domain("debtor_id", "in", debtors.ids)
                & Domain("state", "in", LIVING)
                & (Domain("decided_on", "=", False) | Domain("decided_on", ">=", since))
            )
        # what the ledger says of a plan is so whoever entered the payment
        self.sudo().search(domain)._follow()
        if debtors is None:
            self.sudo().search(
                [("company_id", "=", company.id), ("state", "in", ("draft", "offered"))]
            )._end_overdue_offers()

    def _end_overdue_offers(self):
        """End what nobody signed, or offered, before its first installment; somebody is told."""
        for plan in self:
            calendar = plan._calendar()[1 if plan.down_payment_id else 0 :]
            if calendar and calendar[0].due < plan.company_id._cobranza_today():
                office = plan.with_context(lang=plan.company_id._cobranza_lang())
                if plan.state == "draft":
                    office._end_overdue_draft()
                else:
                    office._end_overdue_offer()

    def _end_overdue_offer(self):
        """End an offer that nobody signed; whoever looks after the customer is told."""
        self._cancel(self.env._("Nobody signed it before its first day."))
        self._gated().write({"left_unsigned": True})
        self._schedule(lambda plan: plan.env._("%(plan)s was not signed in time", plan=plan.name))

    def _end_overdue_draft(self):
        """End a draft that nobody offered; whoever made it is told."""
        self._cancel(self.env._("Nobody offered it before its first day."))
        self._schedule(
            lambda plan: plan.env._("%(plan)s was not offered in time", plan=plan.name),
            user=self._colleague(),
        )

    def _follow(self):
        """Write how these plans stand, and move them to the state that follows."""
        # what breach has undone in the books isn't put into force again
        living = self.filtered(lambda one: one.state in LIVING and not one.rebook_reversal_id)
        living.line_ids._find_again()
        settled = living._settled()
        for plan in living:
            plan._keep_standing(*settled[plan])
        self._follow_late()

    def _settled(self):
        """Return {plan: ([engine Payment], credited)}; keep on its lines what settled each."""
        sources = [source for plan in self for source in plan._sources()]
        items = self.env["account.move.line"].union(*(item for _, item, *_ in sources))
        paid = items._cobranza_payments()
        found = {plan: ([], ZERO) for plan in self}
        # several lines of a plan may share an item: what counts for one doesn't for the next
        counted, sharing = {}, Counter()
        for part, item, before, _limit in sources:
            key = part.plan_id, item
            counted[key] = _both(counted.get(key, (ZERO, ZERO)), before)
            sharing[key] += 1
        for part, item, _before, limit in sources:
            key = part.plan_id, item
            is_line = part._name == "cobranza.plan.line"
            spare = part._left_out() if is_line and sharing[key] == 1 else ZERO
            payments, credited = installments.since(
                paid.get(item.id, ()), counted[key], limit, spare, part.plan_id.accepted_on or None
            )
            of_it = sum((one.amount for one in payments), ZERO)
            counted[key] = _both(counted[key], (of_it, credited))
            if is_line and part._is_void():
                # nothing of it is owed any more, as after a credit note
                credited = limit - of_it
            plan = part.plan_id
            found[plan] = (found[plan][0] + payments, found[plan][1] + credited)
            if is_line:
                part._write_changed({"settled_amount": float(of_it + credited)})
        return found

    def _sources(self):
        """The items whose payments count: [(plan line or installment, item, before, limit)].

        Those that the plan covers, or the installments' own where it was re-booked.
        """
        currency = self.currency_id
        if self.rebook_move_id:
            return [
                (one, one.move_line_id, (0, 0), to_decimal(one.amount, currency))
                for one in self.installment_ids
            ]
        return [
            (line, item, line._before(), to_decimal(line.amount, currency))
            for line, item in self.line_ids._items().items()
        ]

    def _keep_standing(self, payments, credited):
        """Write how it stands with these payments."""
        today = self.company_id._cobranza_today()
        calendar, breach = self._calendar(), self._breach()
        standing = installments.follow(calendar, payments, today, credited, breach)
        for installment, progress in zip(self._ordered(), standing.progress, strict=True):
            installment._write_changed(
                {
                    "net_amount": float(progress.amount),
                    "paid_amount": float(progress.paid),
                    "paid_on": progress.paid_on or False,
                    "state": progress.state,
                }
            )
        self._write_changed(
            {
                "paid_amount": float(sum(one.paid for one in standing.progress)),
                "credited_amount": float(min(credited, to_decimal(self.amount, self.currency_id))),
                "open_amount": float(standing.open_amount),
                "late_amount": float(
                    sum(one.open_amount for one in standing.progress if one.state == "late")
                ),
                "next_date": min(
                    (one.due for one in standing.progress if one.open_amount), default=False
                ),
                "pause_until": (
                    standing.state == "active"
                    and installments.breaks_on(calendar, payments, credited, breach)
                ),
            }
        )
        if standing.state != self.state:
            self._move_to(standing)

    def _move_to(self, standing):
        """Move to the state that follows from the payments, with what comes with it."""
        today = self.company_id._cobranza_today()
        over = standing.state != "active"
        if self.state == "broken" and not over and self._is_replaced():
            return
        # a plan that broke and was paid after all did break
        broken_on = standing.broken_on or (self.broken_on if over else False)
        self._update_state(
            standing.state,
            allowed=LIVING,
            broken_on=broken_on,
            decided_on=today if over else False,
        )
        if standing.state == "broken":
            self._undo_rebook_or_note()
            self._tell_broken()

    def _is_replaced(self):
        """Whether another plan has taken over what this one covered: it doesn't come back."""
        items = self.line_ids.move_line_id
        return bool(self._in_open_plans(items).filtered(lambda line: line.plan_id != self))

    def _undo_rebook_or_note(self):
        """Reverse its re-booking; where the books refuse it, note why and go on with others."""
        try:
            with self.env.cr.savepoint():
                self._undo_rebook()
        except UserError as error:
            self._message_log(
                body=self.env._("The re-booking could not be reversed: %(error)s", error=error)
            )

    def _tell_broken(self):
        """Put a broken plan on the list of whoever looks after the customer."""
        self._schedule(
            lambda plan: plan.env._(
                "%(plan)s is broken: %(amount)s is open",
                plan=plan.name,
                amount=plan._money(plan.open_amount),
            )
        )

    def _person_in_charge(self):
        """Whoever looks after the customer, else who entered the plan; may be nobody."""
        return self.debtor_id._person_in_charge() or self._colleague()

    def _colleague(self):
        """Who entered the plan; nobody if that was the customer, or somebody who has left."""
        return self.user_id.filtered(lambda one: one.active and one._is_internal())

    def _schedule(self, summary, once=False, user=None):
        """Give whoever looks after the customer an activity for today.

        summary: makes its text of the plan, in that person's language.
        once: not if one with this text waits to be done.  user: somebody else than that person.
        """
        self.ensure_one()
        user = user or self._person_in_charge()
        plan = self.with_context(lang=user.lang or self.company_id._cobranza_lang())
        text = summary(plan)
        if once and text in plan.debtor_id.activity_ids.mapped("summary"):
            return
        plan.debtor_id.activity_schedule(
            "cobranza_dunning.activity_type_plan",
            date_deadline=self.company_id._cobranza_today(),
            summary=text,
            user_id=user.id,
        )


def _both(some, more):
    """Add two pairs of amounts: payments and credit notes."""
    return some[0] + more[0], some[1] + more[1]
