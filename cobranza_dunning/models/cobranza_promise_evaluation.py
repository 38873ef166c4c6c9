from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from ..engine import promises
from .amounts import to_decimal

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
        late; None = those of all debtors of the company that have an open one.
        The number of queries doesn't grow with the number of promises.
        """
        self._find_lines_again(company, debtors)
        found = self.search(self._to_evaluate_domain(company, debtors), order="date, id")
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
        return ours & Domain("debtor_id", "in", debtors.ids) & Domain("state", "!=", "cancelled")

    @api.model
    def _find_lines_again(self, company, debtors):
        """Put promised parts on the items that an invoice got when it was posted again.

        One statement: nearly always it finds none.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE cobranza_promise_line part
                   SET move_line_id = (
                       SELECT min(l.id) FROM account_move_line l
                         JOIN account_account a ON a.id = l.account_id
                        WHERE l.move_id = part.move_id AND l.date_maturity = part.date_due
                          AND a.account_type = 'asset_receivable')
                  FROM cobranza_promise p
                 WHERE p.id = part.promise_id AND part.move_line_id IS NULL
                   AND part.move_id IS NOT NULL AND p.state <> 'cancelled' AND %s
                """,
                self.env["cobranza.facts"]._only_agreements(
                    "p", company, None if debtors is None else debtors.ids
                ),
            )
        )
        if self.env.cr.rowcount:
            self.env["cobranza.promise.line"].invalidate_model(["move_line_id"])

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
        return [
            promises.Part(
                part.move_line_id.id,
                to_decimal(part.amount, part.currency_id),
                to_decimal(part.paid_before, part.currency_id),
            )
            for part in self.part_ids
            if part.move_line_id
        ]

    def _write_outcomes(self, outcomes):
        """Keep what became of each promise, in the order of these records."""
        for promise, (outcome, paid) in zip(self, outcomes, strict=True):
            promise._write_changed(
                {
                    "state": outcome.state,
                    "paid_amount": float(outcome.paid),
                    "decided_on": outcome.decided_on or False,
                }
            )
            for part in promise.part_ids:
                part._write_changed({"paid_amount": float(paid.get(part.move_line_id.id, 0))})

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
            "paid": formatLang(self.env, self.paid_amount, currency_obj=self.currency_id),
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
