from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """What an accepted payment plan does in a company's books."""

    # a file for each part
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    cobranza_plan_rebook = fields.Boolean(
        "Re-book accepted plans",
        help="One entry moves what a plan covers to one receivable item per installment; it is "
        "reversed if the plan breaks or is cancelled. Invoices whose tax is due on payment stay as "
        "they are. Otherwise nothing is booked.",
    )
    cobranza_plan_journal_id = fields.Many2one(
        "account.journal",
        "Journal for re-booking",
        ondelete="restrict",
        help="Empty: the first general journal, but for those of exchange differences and of tax "
        "due on payment.",
    )
    cobranza_plan_product_id = fields.Many2one(
        "product.product",
        "Product for financing interest",
        ondelete="restrict",
        help="Gives the draft invoice its account and taxes. Empty: the account of the sales "
        "journal.",
    )

    @api.constrains("cobranza_plan_journal_id")
    def _check_cobranza_plan_journal_id(self):
        for company in self:
            # journals of other companies are out of the user's sight
            journal_sudo = company.cobranza_plan_journal_id.sudo()
            if journal_sudo and (
                journal_sudo.type != "general" or journal_sudo.company_id not in company.parent_ids
            ):
                raise ValidationError(
                    self.env._(
                        "“%(journal)s” isn't a general journal of %(company)s: choose another one.",
                        journal=journal_sudo.name,
                        company=company.name,
                    )
                )
