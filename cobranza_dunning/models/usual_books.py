"""The journal and accounts that are proposed where nobody has chosen any."""


def general_journal(company):
    """Return a company's first general journal, whoever may see it; none if it has none."""
    # which books there are is no secret of those who book
    journals_sudo = company.env["account.journal"].sudo()
    own = [*journals_sudo._check_company_domain(company)]
    return journals_sudo.search([*own, ("type", "=", "general")], limit=1)


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
