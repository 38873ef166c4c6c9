from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import declarations
from ..engine.insurance_dates import declaration_period
from .arguments import to_day, to_record


class CobranzaInsuranceDeclaration(models.Model):
    """How declarations come about: by night, and for scripts."""

    # a file for each part
    _inherit = "cobranza.insurance.declaration"  # pylint: disable=consider-merging-classes-inherited

    # --- by itself ---------------------------------------------------------------------

    @api.model
    def _prepare_due(self, company):
        """Make the drafts of periods that are over, and those anew that nobody has looked at.

        The first one of a policy is the last period that is over; after it each has its own, until
        the one in which the policy ended.  What comes late after that has a draft as well.
        """
        today = company._cobranza_today()
        policies = self.env["cobranza.insurance.policy"]._of_company(company).filtered("declares")
        drafts = self.search(
            [("policy_id", "in", policies.ids), ("state", "=", "draft"),
             ("downloaded_on", "=", False)], order="date_from"
        )  # fmt: skip
        for one in drafts:
            one._refresh()
        for policy in policies:
            for day in self._missing_days(policy, today) or self._late_days(policy, today):
                self.create([{"policy_id": policy.id, "date_from": day}])

    def _missing_days(self, policy, today):
        """The first days of periods that are over and neither declared nor in a draft."""
        calendar = policy._declaration_calendar()
        done = self.search(
            [("policy_id", "=", policy.id), ("state", "in", ("draft", "declared"))]
        ).mapped("date_from")
        start = policy._declaration_start()
        found = []
        first, _last = declaration_period(calendar, today)
        while True:
            first, last = declaration_period(calendar, fields.Date.subtract(first, days=1))
            is_known = first <= max(done) if done else bool(found)
            if is_known or last < start:
                return found[::-1]
            if policy._is_in_force(first, last):
                found.append(first)

    def _late_days(self, policy, today):
        """The first day of the last period that is over, if it tells of a policy that has ended.

        As a list of one or none: credit notes for what was sold under it, and what has changed.
        """
        calendar = policy._declaration_calendar()
        now, _last = declaration_period(calendar, today)
        first, last = declaration_period(calendar, fields.Date.subtract(now, days=1))
        done = self.search(
            [("policy_id", "=", policy.id), ("state", "in", ("draft", "declared"))]
        ).mapped("date_from")
        if not done or first in done or not policy._runs_off(first):
            return []
        pairs = self.env["cobranza.insurance.facts"].sudo()._sales(
            policy, self.browse(), first, last
        )
        items = [item for item, _document in pairs]
        found = declarations.declare(policy._rules(), items, first, calendar)
        return [first] if found.groups else []

    # --- for scripts -------------------------------------------------------------------

    @api.model
    def prepare(self, policy, date=None):
        """Make the draft of a period, or make it anew if there is one.

        policy: id of the insurance policy.  date: a day of the period; the last period that is
        over if left out.
        Returns what `figures` does.
        """
        self.check_access("create")
        record = to_record(self.env["cobranza.insurance.policy"], policy)
        if not record:
            raise UserError(self.env._("Say under which insurance policy it is declared."))
        calendar = record._declaration_calendar()
        today = record.company_id._cobranza_today()
        now, _last = declaration_period(calendar, today)
        day = to_day(self.env, date) or fields.Date.subtract(now, days=1)
        first, _last = declaration_period(calendar, day)
        draft = self.search(
            [("policy_id", "=", record.id), ("date_from", "=", first), ("state", "=", "draft")]
        )
        if draft:
            draft.action_refresh()
        else:
            draft = self.create([{"policy_id": record.id, "date_from": first}])
        return draft.figures()

    def figures(self):
        """Tell one declaration in plain values.

        Returns a dict: id, state, policy, date_from, date_to, deadline, currency, amount,
        late_amount, count, late_count, premium_net, premium_minimum, premium_tax, premium_total,
        and `totals`: a list of dicts partner_id, customer, country (code), amount, late_amount,
        count.
        """
        self.ensure_one()
        self.check_access("read")
        names = ("amount", "late_amount", "count", "late_count", "premium_net", "premium_minimum",
                 "premium_tax", "premium_total")  # fmt: skip
        return {
            "id": self.id,
            "state": self.state,
            "policy": self.policy_id.name,
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
            "deadline": fields.Date.to_string(self.deadline),
            "currency": self.currency_id.name,
            **{name: self[name] for name in names},
            "totals": [
                {
                    "partner_id": one.partner_id.id,
                    "customer": one.partner_id.display_name or False,
                    "country": one.country_id.code,
                    "amount": one.amount,
                    "late_amount": one.late_amount,
                    "count": one.count,
                }
                for one in self.total_ids
            ],
        }
