import itertools
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine import expected
from .amounts import to_rate
from .usual_books import general_journal, spanish_account

#: What a provision is booked by: field -> code that Spanish charts begin with.
USUAL = {
    "cobranza_provision_account_id": "490",
    "cobranza_provision_expense_id": "694",
    "cobranza_provision_income_id": "794",
}
#: Without these nothing can be booked; what is released goes to the expense account if need be.
NEEDED = (
    "cobranza_provision_journal_id", "cobranza_provision_account_id",
    "cobranza_provision_expense_id",
)  # fmt: skip

#: What kinds of accounts they are: field -> internal groups; never those of PEOPLE.
ACCOUNTS = {
    "cobranza_provision_account_id": ("asset", "liability"),
    "cobranza_provision_expense_id": ("expense",),
    "cobranza_provision_income_id": ("income", "expense"),
}
PEOPLE = ("asset_receivable", "liability_payable")


class ResCompany(models.Model):
    """What a company provides for debts that may be lost, and where it books that."""

    # a file for each part
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    cobranza_provision_journal_id = fields.Many2one(
        "account.journal", "Journal of provisions", check_company=True, ondelete="set null",
        domain="[('type', '=', 'general')]",
    )  # fmt: skip
    cobranza_provision_account_id = fields.Many2one(
        "account.account", "Provision", check_company=True, ondelete="set null",
        domain="[('account_type', 'in', ('asset_current', 'liability_current'))]",
        help="Deducted from customers in the balance sheet. In Spain 490. All that is booked on it "
        "is taken for provisions of this kind.",
    )  # fmt: skip
    cobranza_provision_expense_id = fields.Many2one(
        "account.account", "Cost of provisions", check_company=True, ondelete="set null",
        domain="[('internal_group', '=', 'expense')]", help="In Spain 694.",
    )  # fmt: skip
    cobranza_provision_income_id = fields.Many2one(
        "account.account", "Provisions released", check_company=True, ondelete="set null",
        domain="[('internal_group', 'in', ('income', 'expense'))]",
        help="Where a provision that isn't needed any more goes; empty: it lowers the cost. In "
        "Spain 794.",
    )  # fmt: skip

    cobranza_forecast_at = fields.Datetime(
        "Forecast as of", readonly=True, groups="cobranza_dunning.group_auditor"
    )

    @api.constrains(*ACCOUNTS)
    def _check_cobranza_provision_accounts(self):
        for company, (name, groups) in itertools.product(self, ACCOUNTS.items()):
            account = company[name]
            fits = account.internal_group in groups and account.account_type not in PEOPLE
            if account and not (fits and company.parent_ids & account.company_ids):
                raise ValidationError(
                    self.env._(
                        "%(account)s can't be used for “%(field)s”: choose an account of the "
                        "company, and none of customers or suppliers.",
                        account=account.display_name,
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    def _cobranza_provision_rates(self):
        """Return pairs (days late from, per cent): the company's own, or the usual ones."""
        # how much may be lost is for whoever sees the forecast
        own_sudo = self.env["cobranza.provision.rate"].sudo().search([("company_id", "=", self.id)])
        if not own_sudo:
            return expected.PROVISION_RATES
        return tuple((one.days_from, to_rate(one.rate)) for one in own_sudo)

    def _cobranza_provision_books(self):
        """Return {field: journal or account} a provision is booked by: chosen, or the usual.

        Raises UserError, naming what lacks.
        """
        company_sudo = self.sudo()
        books = {name: company_sudo[name] for name in (*NEEDED, *USUAL)}
        journal = "cobranza_provision_journal_id"
        books[journal] = books[journal] or general_journal(self)
        for name, code in USUAL.items():
            books[name] = books[name] or spanish_account(self, code)
        missing = [
            self._fields[name]._description_string(self.env) for name in NEEDED if not books[name]
        ]
        if missing:
            raise UserError(
                self.env._(
                    "To book a provision these are still to be chosen under Collections › "
                    "Configuration › Settings: %s.",
                    ", ".join(missing),
                )
            )
        return books

    def _cobranza_make_provision(self):
        """Draw up the entry that brings the provision to what is suggested today; return it.

        One item for each customer whose provision changes, so that the account says by whom.
        Raises UserError if accounts lack, if nothing changes, or if such an entry is waiting.
        """
        self.ensure_one()
        moves = self.env["account.move"].with_company(self)
        moves.check_access("create")
        books = self._cobranza_provision_books()
        account = books["cobranza_provision_account_id"]
        # first: of two who book at once the second starts again, and finds the other's draft
        self.env["cobranza.expectation"].sudo()._refresh(self.sudo())
        self._check_no_draft_provision(account)
        changes = self._cobranza_provision_changes(account)
        if not changes:
            raise UserError(
                self.env._(
                    "The provision is what is suggested already: there is nothing to book."
                )
            )
        today = self._cobranza_today()
        name = self.env._("Provision for doubtful debts, %s", format_date(self.env, today))
        return moves.create(
            {
                "move_type": "entry",
                "journal_id": books["cobranza_provision_journal_id"].id,
                "date": today,
                "ref": name,
                "line_ids": [
                    fields.Command.create({"name": name, **vals})
                    for vals in self._cobranza_provision_items(books, changes)
                ],
            }
        )

    def _check_no_draft_provision(self, account):
        """Raise UserError if an entry about provisions is still a draft."""
        draft = self.env["account.move.line"].sudo().search(
            [("account_id", "=", account.id), ("parent_state", "=", "draft"),
             ("company_id", "=", self.id)], limit=1,
        )  # fmt: skip
        if draft:
            raise UserError(
                self.env._(
                    "An entry on %(account)s is still a draft, of %(day)s: post it or delete it "
                    "first.",
                    account=account.display_name,
                    day=format_date(self.env, draft.date),
                )
            )

    def _cobranza_provision_changes(self, account):
        """Return {partner: by how much his provision is to grow}, negative where it shrinks.

        What was booked for nobody in particular is released: it is made for customers from now on.
        """
        changes = defaultdict(float)
        suggested_sudo = self.env["cobranza.expectation"].sudo()
        for partner, amount in suggested_sudo._read_group(
            [("company_id", "=", self.id)], ["partner_id"], ["provision_amount:sum"]
        ):
            changes[partner] += amount
        items_sudo = self.env["account.move.line"].sudo()
        for partner, balance in items_sudo._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted"),
             ("company_id", "=", self.id)], ["partner_id"], ["balance:sum"],
        ):  # fmt: skip
            # a provision stands in credit
            changes[partner.commercial_partner_id] += balance
        currency = self.currency_id
        return {
            partner: currency.round(amount)
            for partner, amount in changes.items()
            if not currency.is_zero(amount)
        }

    def _cobranza_provision_items(self, books, changes):
        """Return the values of the entry's items."""
        grown = sum(amount for amount in changes.values() if amount > 0)
        shrunk = -sum(amount for amount in changes.values() if amount < 0)
        income = books["cobranza_provision_income_id"]
        if not income:
            grown, shrunk = max(grown - shrunk, 0), max(shrunk - grown, 0)
        items = [(books["cobranza_provision_expense_id"], None, grown),
                 (income or books["cobranza_provision_expense_id"], None, -shrunk)]  # fmt: skip
        items += [
            (books["cobranza_provision_account_id"], partner, -amount)
            for partner, amount in changes.items()
        ]
        return [
            {
                "account_id": account.id,
                "partner_id": partner.id if partner else False,
                "balance": self.currency_id.round(amount),
            }
            for account, partner, amount in items
            if not self.currency_id.is_zero(amount)
        ]
