from odoo import api, fields, models
from odoo.exceptions import UserError

from .cobranza_insurance_query_claims import STANDING
from .usual_books import general_journal, spanish_account

#: What is needed to book a claim: field -> (code that Spanish charts begin with, account types).
USUAL = {
    "insurer_account_id": ("440", ("asset_receivable",)),
    "insurer_share_account_id": ("410", ("liability_payable",)),
    "loss_account_id": ("650", ("expense", "expense_other")),
}
#: What claims that stand are reckoned, booked and shared by; so are the insured percentages.
BOOKED_BY = {
    "company_id", "currency_id", "insurer_id", "insurer_account_id", "claim_account_id",
    "insurer_share_account_id", "covers_costs", "covers_tax", "threshold", "deductible",
    "first_loss", "maximum_indemnity",
}  # fmt: skip


class CobranzaInsurancePolicy(models.Model):
    """Where the claims under a policy are booked."""

    # a file for each part
    _inherit = "cobranza.insurance.policy"  # pylint: disable=consider-merging-classes-inherited

    claim_journal_id = fields.Many2one(
        "account.journal", "Journal of claims", check_company=True, ondelete="restrict",
        domain="[('type', '=', 'general')]",
        compute="_compute_claim_books", store=True, readonly=False, precompute=True,
    )  # fmt: skip
    insurer_account_id = fields.Many2one(
        "account.account", "Insurer owes", check_company=True, ondelete="restrict",
        domain="[('account_type', '=', 'asset_receivable')]",
        compute="_compute_claim_books", store=True, readonly=False, precompute=True,
        help="The indemnity that was claimed, until the insurer pays it. In Spain e.g. 4400.",
    )  # fmt: skip
    claim_account_id = fields.Many2one(
        "account.account", "Debts in claims", check_company=True, ondelete="restrict",
        domain="[('account_type', '=', 'asset_current')]",
        help="What of customers' debts the insurer has been asked for: the counterpart of what he "
        "owes, deducted from customers in the balance sheet until the rest is written off. In "
        "Spain a subaccount of customers of your own, e.g. 4308. It needn't be reconciled.",
    )  # fmt: skip
    insurer_share_account_id = fields.Many2one(
        "account.account", "Owed to the insurer", check_company=True, ondelete="restrict",
        domain="[('account_type', '=', 'liability_payable')]",
        compute="_compute_claim_books", store=True, readonly=False, precompute=True,
        help="His share of what the customer pays after all. In Spain e.g. 4100.",
    )  # fmt: skip
    loss_account_id = fields.Many2one(
        "account.account", "Losses", check_company=True, ondelete="restrict",
        domain="[('account_type', 'in', ('expense', 'expense_other'))]",
        compute="_compute_claim_books", store=True, readonly=False, precompute=True,
        help="What nobody pays; what is recovered of it afterwards comes back here. In Spain 650.",
    )  # fmt: skip
    collects_after_claim = fields.Boolean(
        "We go on collecting", tracking=True,
        help="After the claim reminders go on; otherwise what is claimed is left to the insurer.",
    )  # fmt: skip

    @api.depends("company_id")
    def _compute_claim_books(self):
        """Propose what a Spanish chart has under the usual codes; elsewhere they mean others."""
        for policy in self:
            company = policy.company_id
            policy.claim_journal_id = policy.claim_journal_id or general_journal(company)
            for name, (code, types) in USUAL.items():
                policy[name] = policy[name] or spanish_account(company, code, types)

    def write(self, vals):
        """Write terms.

        Raises UserError if what the claims that stand are booked by would change.
        """
        for name in sorted(BOOKED_BY & set(vals)):
            write = self._fields[name].convert_to_write
            self.filtered(
                lambda one, name=name, write=write: write(one[name], one) != vals[name]
            )._check_unclaimed(name)
        return super().write(vals)

    def _check_unclaimed(self, name):
        """Raise UserError, naming a field that would change, if claims stand under these."""
        # whoever may write policies
        claims_sudo = self.env["cobranza.insurance.claim"].sudo()
        if claims_sudo.search_count(
            [("policy_id", "in", self.ids), ("state", "in", STANDING)], limit=1
        ):
            raise UserError(
                self.env._(
                    "Claims were filed under this policy, and are booked by its field %s: make a "
                    "new policy instead of changing it.",
                    self._fields[name]._description_string(self.env),
                )
            )

    def _check_books(self):
        """Raise UserError, naming what lacks, unless claims under this policy can be booked."""
        self.ensure_one()
        names = ("insurer_id", "claim_journal_id", "claim_account_id", *USUAL)
        missing = [self._fields[name]._description_string(self.env) for name in names
                   if not self[name]]  # fmt: skip
        if missing:
            raise UserError(
                self.env._(
                    "To book claims the insurance policy “%(policy)s” still needs: %(missing)s. "
                    "Fill it in under “Claims” on the policy.",
                    policy=self.name,
                    missing=", ".join(missing),
                )
            )
