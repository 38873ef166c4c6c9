from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine.insurance_dates import shifted
from .sql import take_turn

#: Between a policy's name and the year it was renewed for.
MARK = " · "


class CobranzaInsurancePolicy(models.Model):
    """A renewal with other terms: another policy, which begins when this one is over."""

    # a file for each part
    _inherit = "cobranza.insurance.policy"  # pylint: disable=consider-merging-classes-inherited

    renews_id = fields.Many2one(
        "cobranza.insurance.policy", check_company=True, copy=False, tracking=True,
        index="btree_not_null", ondelete="restrict",
        domain="[('id', '!=', id), ('currency_id', '=', currency_id)]",
        help="A customer's limit is for what is open under both. Empty: for each by itself.",
    )  # fmt: skip

    @api.constrains("renews_id", "currency_id")
    def _check_renews(self):
        if self._has_cycle("renews_id"):
            raise ValidationError(self.env._("Policies can't renew one another in a circle."))
        if any(one.renews_id and one.renews_id.currency_id != one.currency_id for one in self):
            raise ValidationError(
                self.env._("A policy and the one that it renews have the same currency.")
            )

    def action_renew(self):
        """Copy this policy and its limits for the year after its last day in force; open the copy.

        What is sold until then stays under this one, which needn't be archived: its periods end.
        Raises UserError if it was archived, or renewed before, by a policy archived since as well.
        """
        self.ensure_one()
        self.check_access("create")
        if not self.active:
            raise UserError(self.env._("The policy is archived: it ended before its last period."))
        take_turn(self)
        first = shifted(max(self.period_ids.mapped("date_to")), days=1)
        name = f"{self.name.partition(MARK)[0]}{MARK}{first.year}"
        same_name = Domain([("company_id", "=", self.company_id.id), ("name", "=", name)])
        known = self.with_context(active_test=False).search(
            Domain("renews_id", "=", self.id) | same_name & Domain("active", "=", True), limit=1
        )
        if known:
            raise UserError(self.env._("There is “%s” already: open that one.", known.name))
        renewed = self.copy(
            {
                "name": name,
                "renews_id": self.id,
                "declaration_from": False,
                "period_ids": [
                    Command.create(
                        {"date_from": first, "date_to": shifted(first, days=-1, months=12)}
                    )
                ],
            }
        )
        self.env["cobranza.insurance.limit"].create(
            [
                {**vals, "policy_id": renewed.id, "corrects_id": False}
                for vals in self._limits_on(first).copy_data()
            ]
        )
        return renewed._get_records_action()

    def _limits_on(self, day):
        """The decisions that may count for a sale on a day or later."""
        known = [one.id for one in self.limit_ids._for_engine(self.company_id._cobranza_today())]
        return self.limit_ids.browse(known).filtered(
            lambda one: not one.corrected_by_ids and (not one.until or one.until >= day)
        )
