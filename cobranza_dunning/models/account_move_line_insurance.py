from odoo import fields, models
from odoo.exceptions import AccessError

from .arguments import to_date
from .insurance_texts import sentences


class AccountMoveLine(models.Model):
    """What is insured of a due line, on any day."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def cobranza_cover(self, date=None):
        """Tell what is, was or will be insured of these items, and why.

        date: date or ISO string.  A day before today in the item's company: what was believed at
        the end of it.  Today (if left out) or a later day: what is decided for that day by the
        ledger and the limits as they are now.
        Returns a list of plain dicts, one for each due line among these that is to be insured, by
        line: line_id, move_id, name, date_due, date (the day asked for), policy_id, policy,
        limit_id, limit_kind, currency (the policy's; all amounts are in it), residual,
        covered_amount, uncovered_amount, suspended_amount, lost_amount, percentage, insured_amount
        (what the insurer would pay), state and reasons (codes), reason (the one that says most),
        sentence (in the user's language), next_duty and next_date.
        Raises AccessError for others than users of Collections, UserError for what is no date.
        """
        self.check_access("read")
        self._check_may_see_cover()
        day = to_date(self.env, date)
        found = []
        for company, lines in self.grouped("company_id").items():
            today = company._cobranza_today()
            if day and day < today:
                found += lines._cover_believed(day)
            else:
                found += lines._cover_decided(company, day or today)
        return sorted(found, key=lambda one: one["line_id"])

    def _check_may_see_cover(self):
        """Raise AccessError for others than users of Collections."""
        if not self.env.su and not self.env.user.has_group("cobranza_dunning.group_auditor"):
            raise AccessError(
                self.env._("Only users of Collections may see what of an invoice is insured.")
            )

    def _cover_believed(self, day):
        """What was believed about these items at the end of a day in the past."""
        # whoever reads the invoice may know what is insured of it
        covers_sudo = self.env["cobranza.insurance.cover"].sudo()
        domain = covers_sudo._domain_on(day) & fields.Domain("move_line_id", "in", self.ids)
        return [
            {
                **self._cover_dict(one.move_line_id, one.policy_id, one.reasons, day),
                "date_due": fields.Date.to_string(one.date_due),
                "limit_id": one.limit_id.id,
                "limit_kind": one.limit_kind,
                "residual": one.residual_amount,
                "covered_amount": one.covered_amount,
                "uncovered_amount": one.uncovered_amount,
                "suspended_amount": one.suspended_amount,
                "lost_amount": one.lost_amount,
                "percentage": one.percentage,
                "insured_amount": one.insured_amount,
                "state": one.state,
                "reason": one.reason,
                "next_duty": one.next_duty,
                "next_date": fields.Date.to_string(one.next_date) or False,
            }
            for one in covers_sudo.search(domain)
        ]

    def _cover_decided(self, company, day):
        """What is decided about these items for today or a later day."""
        debtors_sudo = self.env["cobranza.debtor"].sudo().search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
            ]
        )
        wanted = {line.id: line for line in self}
        policies = self.env["cobranza.insurance.policy"].sudo()
        return [
            self._decided_dict(
                wanted[one.fact.line_id], policies.browse(position.policy_id), one, day
            )
            for positions in debtors_sudo._positions(day).values()
            for position in positions
            for one in position.decided
            if one.fact.line_id in wanted and one.fact.flagged and one.cover.residual > 0
        ]

    def _decided_dict(self, line, policy, one, day):
        """A Decided as the plain dict of `cobranza_cover`."""
        found, duty = one.cover, one.cover.next_duty
        limit = found.applied.limit if found.applied else None
        return {
            **self._cover_dict(line, policy, found.reasons, day),
            "date_due": fields.Date.to_string(one.fact.date_due),
            "limit_id": limit.id if limit else False,
            "limit_kind": found.applied.kind if found.applied else False,
            "residual": float(found.residual),
            "covered_amount": float(found.covered),
            "uncovered_amount": float(found.uncovered),
            "suspended_amount": float(found.suspended),
            "lost_amount": float(found.lost),
            "percentage": float(found.percentage),
            "insured_amount": float(found.insured_amount),
            "state": found.state,
            "reason": found.reason,
            "next_duty": duty.code if duty else False,
            "next_date": fields.Date.to_string(duty.deadline) if duty else False,
        }

    def _cover_dict(self, line, policy, reasons, day):
        """What both ways of asking say in the same words."""
        return {
            "line_id": line.id,
            "move_id": line.move_id.id,
            "name": line.move_id.name,
            "date": fields.Date.to_string(day),
            "policy_id": policy.id,
            "policy": policy.name,
            "currency": policy.currency_id.name,
            "reasons": list(reasons or ()),
            "sentence": " ".join(sentences(self.env, reasons or ())),
        }
