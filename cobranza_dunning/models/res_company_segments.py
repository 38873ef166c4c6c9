from odoo import fields, models


class ResCompany(models.Model):
    """A company whose customers are put into segments."""

    # a file for each part
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    cobranza_profile_date = fields.Date(
        "Profiles as of", readonly=True, groups="cobranza_dunning.group_auditor",
        help="The day for which all customers' figures, scores and segments were last read.",
    )  # fmt: skip

    def _cobranza_classify_later(self):
        """Put all customers of these companies into their segments when the transaction commits.

        Once, however many segments are moved in the list.
        """
        waiting = self.env.cr.precommit.data.setdefault("cobranza.segment", set())
        if not waiting:
            self.env.cr.precommit.add(self.env["res.company"]._cobranza_classify)
        waiting |= set(self.ids)

    def _cobranza_classify(self):
        """Put the customers of the companies that wait for it into their segments."""
        # who is where follows from rules, whoever changed them
        companies_sudo = self.sudo().browse(self.env.cr.precommit.data.pop("cobranza.segment", ()))
        for company_sudo in companies_sudo:
            self.env["cobranza.debtor"].sudo()._classify(company_sudo)
