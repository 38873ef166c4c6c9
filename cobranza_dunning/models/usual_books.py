"""The journal and accounts that are proposed where nobody has chosen any."""


def general_journal(company):
    """Return a company's first general journal, whoever may see it; none if it has none.

    Those that Odoo books exchange differences, and tax that is due on payment, in are for that.
    """
    # which books there are is no secret of those who book
    journals_sudo = company.env["account.journal"].sudo()
    companies_sudo = company.sudo().parent_ids
    taken = companies_sudo.currency_exchange_journal_id | companies_sudo.tax_cash_basis_journal_id
    own = [*journals_sudo._check_company_domain(company)]
    return journals_sudo.search(
        [*own, ("type", "=", "general"), ("id", "not in", taken.ids)], limit=1
    )


def spanish_account(company, code, types=None):
    """Return a company's first account whose code begins so; none elsewhere than in Spain.

    In other charts the codes mean something else.  types: only accounts of these.
    """
    accounts_sudo = company.env["account.account"].sudo().with_company(company)
    if company.account_fiscal_country_id.code != "ES":
        return accounts_sudo
    usual = [*accounts_sudo._check_company_domain(company), ("code", "=like", f"{code}%")]
    if types:
        usual.append(("account_type", "in", types))
    return accounts_sudo.search(usual, limit=1)
