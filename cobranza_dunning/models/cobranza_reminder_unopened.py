from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

#: Days after which a page that nobody has opened is something to look after.
UNOPENED_DAYS = 7


class CobranzaReminder(models.Model):
    """Messages that seem not to have been read: their link was never opened."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    link_unopened = fields.Boolean(
        "Link never opened",
        compute="_compute_link_unopened",
        search="_search_link_unopened",
        help=f"Handed over by e-mail {UNOPENED_DAYS} days ago or more; nobody has opened the "
        "customer's page, nobody has answered, and something of it is still open.",
    )

    def _compute_link_unopened(self):
        found = self.search([("id", "in", self.ids), *self._link_unopened_domain()])
        for reminder in self:
            reminder.link_unopened = reminder in found

    def _search_link_unopened(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._link_unopened_domain()
        return domain if True in value else ~domain

    def _link_unopened_domain(self):
        """Domain of what was sent long enough ago, and of which nothing has been heard since."""
        # whoever may read the reminder may know whether it is paid and whether he has answered
        lines_sudo = self.env["cobranza.reminder.line"].sudo()._search(
            [("move_line_id.parent_state", "=", "posted"), ("move_line_id.reconciled", "=", False)]
        )
        heard_sudo = self.env["cobranza.interaction"].sudo()._search(
            [
                ("reminder_id", "!=", False),
                *(Domain("direction", "=", "in") | Domain("right_party", "=", True)),
            ]
        )
        return Domain.AND(
            [
                Domain("state", "=", "sent"),
                Domain("channel", "=", "email"),
                Domain("delivery", "in", ["delivered"]),
                Domain.OR(
                    Domain("company_id", "in", companies.ids)
                    & Domain("sent_date", "<=", today - timedelta(days=UNOPENED_DAYS))
                    for today, companies in self.env["res.company"]._cobranza_by_today().items()
                ),
                Domain("portal_opened_at", "=", False),
                Domain("id", "in", lines_sudo.subselect("reminder_id")),
                Domain("id", "not in", heard_sudo.subselect("reminder_id")),
            ]
        )
