from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from ..engine import promises
from .amounts import to_decimal
from .cobranza_dispute_evaluation import LOOK_BACK

#: States in which a customer's word wasn't kept.
NOT_KEPT = ("partial", "broken")


class CobranzaPromise(models.Model):
    """Whether promises were kept: from what was reconciled, and when."""

    # a file for each part of its life
    _inherit = "cobranza.promise"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _evaluate(self, company, debtors=None):
        """Bring promises up to date with payments and with the day; return those that changed.

        debtors: all promises of these, decided ones too: a payment may be undone, or entered
        late, and what ended by itself may be owed again; None = those of all debtors of the
        company that have an open one.
        The number of queries doesn't grow with the number of promises.
        """
        found = self.search(self._to_evaluate_domain(company, debtors), order="date, id")
        found._find_lines_again()
        states = {promise: promise.state for promise in found}
        payments = found.part_ids.move_line_id._cobranza_payments()
        today = company._cobranza_today()
        for ours in found.grouped("debtor_id").values():
            ours._write_outcomes(ours._follow(payments, today))
        changed = found.filtered(lambda one: one.state != states[one])
        changed._after_evaluation()
        return changed

    def _to_evaluate_domain(self, company, debtors):
        ours = Domain("company_id", "=", company.id)
        if debtors is None:
            debtors = self.search(ours & Domain("state", "=", "open")).debtor_id
        since = company._cobranza_today() - timedelta(days=LOOK_BACK)
        lapsed = Domain("lapsed", "=", True) & Domain("decided_on", ">=", since)
        return (
            ours
            & Domain("debtor_id", "in", debtors.ids)
            & (Domain("state", "!=", "cancelled") | lapsed)
        )

    def _find_lines_again(self):
        """Put promised parts on the items that their invoices got when they were posted again."""
        lost = self.part_ids.filtered(lambda part: not part.move_line_id and part.move_id)
        if lost:
            lines = self.env["account.move.line"]
            for part, item in lines._cobranza_found_again(lost, or_first=True).items():
                part._write_changed({"move_line_id": item.id})

    def _follow(self, payments, today):
        """Return what became of all promises of one debtor, as engine.promises.follow does.

        payments: as account.move.line._cobranza_payments returns them.
        """
        lines = self.part_ids.move_line_id
        return promises.follow(
            [(promise._for_engine(), promise._parts_for_engine()) for promise in self],
            {
                line.id: [
                    (one.day, one.amount)
                    for one in payments.get(line.id, ())
                    if not one.is_credit_note
                ]
                for line in lines
            },
            {
                line.id: max(to_decimal(line.amount_residual_currency, line.currency_id), Decimal())
                for line in lines
                if line.parent_state != "cancel"
            },
            today,
        )

    def _parts_for_engine(self):
        """What falls on each due line; one posted again for several counts once."""
        return [
            promises.Part(
                line.id,
                to_decimal(sum(parts.mapped("amount")), self.currency_id),
                to_decimal(sum(parts.mapped("paid_before")), self.currency_id),
            )
            for line, parts in self.part_ids.grouped("move_line_id").items()
            if line
        ]

    def _write_outcomes(self, outcomes):
        """Keep what became of each promise, in the order of these records."""
        for promise, (outcome, paid) in zip(self, outcomes, strict=True):
            lapsed = outcome.state == "cancelled"
            # it ended on the day when it was found out
            ended_on = promise.lapsed and promise.decided_on if lapsed else False
            promise._write_changed(
                {
                    "state": outcome.state,
                    "lapsed": lapsed,
                    "paid_amount": float(outcome.paid),
                    "decided_on": ended_on or outcome.decided_on or False,
                }
            )
            for line, parts in promise.part_ids.grouped("move_line_id").items():
                parts._share_paid(paid.get(line.id, Decimal()))

    def _after_evaluation(self):
        """Say on the customer's account what was decided, and give the collector his work."""
        # messages and activities name their record one by one: read the names at once
        self.debtor_id.partner_id.mapped("display_name")
        for company, promised in self.grouped("company_id").items():
            promised = promised.with_context(lang=company._cobranza_lang())
            promised.debtor_id._message_log_batch(
                {
                    debtor.id: debtor._describe_promises(ours)
                    for debtor, ours in promised.grouped("debtor_id").items()
                }
            )
        not_kept = self.filtered(lambda one: one.state in NOT_KEPT)
        not_kept.filtered(lambda one: not one.activity_id)._schedule_activities()
        # it came after all, or the payment that was undone is there again
        (self - not_kept).activity_id.filtered("active").action_feedback()

    def _schedule_activities(self):
        """Give whoever looks after the customers an activity for promises that weren't kept."""
        users = [(promise, promise.debtor_id._person_in_charge()) for promise in self]
        made = self.env["cobranza.debtor"]._add_work(
            "cobranza_dunning.activity_type_promise",
            [(one.debtor_id, user, one._describe_for(user)) for one, user in users],
        )
        for promise, activity in zip(self, made, strict=True):
            promise._gated().activity_id = activity

    def _describe_for(self, user):
        lang = user.lang or self.company_id._cobranza_lang()
        return self.with_context(lang=lang)._describe_outcome()

    def _describe_outcome(self):
        """Say what was promised and what has become of it, in one line."""
        self.ensure_one()
        values = {
            "promised": self._describe(),
            "paid": self._money(self.paid_amount),
        }
        return {
            "open": self.env._("Promise open: %(promised)s.", **values),
            "kept": self.env._("Promise kept: %(promised)s.", **values),
            "partial": self.env._(
                "Promise partly kept: %(promised)s, and %(paid)s came.", **values
            ),
            "broken": self.env._("Promise broken: %(promised)s, and nothing came.", **values),
            "cancelled": self.env._(
                "Promise over: %(promised)s; nothing of it is owed any more.", **values
            ),
        }[self.state]
