from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """When a company is told by mail which insurance deadlines are near."""

    # a file for each part
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    cobranza_insurance_digest = fields.Selection(
        [("off", "Never"), ("weekly", "Each Monday"), ("daily", "Each day")],
        "Insurance deadlines by mail",
        # on from the start: a missed deadline costs the cover, and without a deadline near
        # nothing is sent
        default="weekly",
        help="To whoever is responsible for the policy. Nothing is sent when nothing is near.",
    )
    cobranza_insurance_digest_days = fields.Integer(
        "Deadlines of so many days",
        default=14,
        help="What must be done within so many days is in the mail, and what was missed.",
    )
    cobranza_insurance_digest_on = fields.Date("Insurance deadlines last sent on")

    @api.constrains("cobranza_insurance_digest_days")
    def _check_insurance_digest_days(self):
        if any(not 0 <= one.cobranza_insurance_digest_days <= 3650 for one in self):
            raise ValidationError(self.env._("The mail looks ahead 0 to 3,650 days."))

    def _insurance_digest_is_due(self, today):
        """Whether the mail about insurance deadlines leaves on a day.

        Once a day at most; the weekly one once since Monday: on another day where the scheduled
        action didn't run on that one, and the first time.
        """
        self.ensure_one()
        last = self.cobranza_insurance_digest_on
        if self.cobranza_insurance_digest == "weekly":
            monday = today - timedelta(days=today.weekday())
            return not last or last < monday
        return self.cobranza_insurance_digest == "daily" and last != today
