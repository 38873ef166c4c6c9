from odoo import models

from .account_move_insurance import INSURABLE
from .notices import notice

#: So many invoices are named; the others are counted.
NAMED = 10


class AccountMove(models.Model):
    """What is said after several invoices were posted at once, where no form has warned."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def action_validate_moves_with_confirmation(self):
        """Post these drafts, and say which of them aren't wholly insured."""
        drafts = self.filtered(lambda one: one.state == "draft")
        return drafts._tell_uninsured(super().action_validate_moves_with_confirmation())

    def _tell_uninsured(self, action):
        """Return what a button returns that has posted these invoices.

        action: what it returns otherwise.  A message comes before it that links those that are to
        be insured but aren't wholly, if there are any; only for users of Collections.
        """
        if not self.env.user.has_group("cobranza_dunning.group_auditor"):
            return action
        # accounts and covers follow when a transaction commits: what is said is known then
        self.env.cr.flush()
        wanted = self.filtered(lambda one: one._insurable_and_open())
        uninsured = wanted.filtered(lambda one: one.insurance_state != "covered")
        if not uninsured:
            return action
        title = self.env._(
            "Not wholly insured: %(number)s of %(total)s",
            number=len(uninsured),
            total=len(wanted),
        )
        named = uninsured[:NAMED]
        links = [
            {"label": one.name, "url": f"/odoo/customer-invoices/{one.id}"} for one in named
        ]
        more = "…" if uninsured > named else ""
        message = notice(", ".join(["%s"] * len(links)) + more, title, links=links)
        if action:
            message["params"]["next"] = action
        return message

    def _insurable_and_open(self):
        """Whether it is a posted invoice that is to be insured, and something of it is open."""
        return (
            self.insured
            and self.state == "posted"
            and self.move_type in INSURABLE
            and self.insurance_possible
            and self.amount_residual > 0
        )
