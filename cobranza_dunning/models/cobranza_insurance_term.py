from odoo import api, fields, models

from .insurance_texts import BASE_SELECTION, DEADLINE_SELECTION, LIMIT_KIND_SELECTION


class CobranzaInsuranceTerm(models.AbstractModel):
    """A row of a policy's terms: changing it is changing the policy."""

    _name = "cobranza.insurance.term"
    _description = "Term of an insurance policy"
    _inherit = ["cobranza.owned.mixin"]

    policy_id = fields.Many2one(
        "cobranza.insurance.policy",
        "Insurance policy",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="policy_id.company_id")

    @api.model_create_multi
    def create(self, vals_list):
        """Create rows. Raises ValidationError if the policy's terms contradict each other then."""
        terms = super().create(vals_list)
        terms.policy_id._terms_changed()
        return terms

    def write(self, vals):
        """Write values. Raises ValidationError if the terms contradict each other then."""
        policies = self.policy_id
        result = super().write(vals)
        # a row may move to another policy
        policies |= self.policy_id
        policies._check_terms()
        policies._terms_changed()
        return result

    def unlink(self):
        """Delete rows. Raises ValidationError if the terms contradict each other then."""
        policies = self.policy_id
        result = super().unlink()
        policies.exists()._check_terms()
        policies.exists()._terms_changed()
        return result


class CobranzaInsurancePeriod(models.Model):
    """When a policy is in force: renewed, it gets another period."""

    _name = "cobranza.insurance.period"
    _description = "Period of an insurance policy"
    _inherit = ["cobranza.insurance.term"]
    _order = "date_from"
    _rec_name = "date_from"

    date_from = fields.Date("From", required=True)
    date_to = fields.Date("Up to", required=True, help="The last day in force.")


class CobranzaInsurancePercentage(models.Model):
    """What the insurer pays of a covered amount, by kind of limit."""

    _name = "cobranza.insurance.percentage"
    _description = "Insured percentage"
    _inherit = ["cobranza.insurance.term"]
    _order = "id"
    _rec_name = "kind"

    kind = fields.Selection(LIMIT_KIND_SELECTION, "Kind of limit", required=True, default="named")
    percentage = fields.Float("Insured (%)", digits=(5, 2), required=True, default=90)

    _kind_unique = models.UniqueIndex(
        "(policy_id, kind)", "The policy has a percentage for this kind of limit already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Create percentages. Raises UserError while claims stand under the policy."""
        percentages = super().create(vals_list)
        percentages.policy_id._check_unclaimed("percentage_ids")
        return percentages

    def write(self, vals):
        """Write values. Raises UserError if they change while claims stand under the policy."""
        changed = self.filtered(
            lambda one: one._convert_to_write({name: one[name] for name in vals}) != vals
        )
        changed.policy_id._check_unclaimed("percentage_ids")
        return super().write(vals)

    def unlink(self):
        """Delete percentages. Raises UserError while claims stand under the policy."""
        self.policy_id._check_unclaimed("percentage_ids")
        return super().unlink()


class CobranzaInsuranceDeadline(models.Model):
    """Until when something must be done: so many months and days after an event."""

    _name = "cobranza.insurance.deadline"
    _description = "Deadline of an insurance policy"
    _inherit = ["cobranza.insurance.term"]
    _order = "duty, id"
    _rec_name = "duty"

    duty = fields.Selection(
        DEADLINE_SELECTION,
        required=True,
        default="notice",
        help="Of several deadlines for the notice the earliest counts.",
    )
    months = fields.Integer()
    days = fields.Integer()
    base = fields.Selection(
        BASE_SELECTION, "After", required=True, default="due", help="The day itself isn't counted."
    )

    _length_not_negative = models.Constraint(
        "CHECK (months >= 0 AND days >= 0)", "A deadline can't be before what it is counted from."
    )
    _length_not_endless = models.Constraint(
        "CHECK (months <= 1200 AND days <= 36500)",
        "A century is the most: leave out a deadline that the policy doesn't have.",
    )
