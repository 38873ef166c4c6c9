"""What happens once, when the addon is installed."""


def post_init_hook(env):
    """Give every company that already keeps books a policy, and its customers their accounts."""
    for company in env["res.company"].search([("chart_template", "!=", False)]):
        if not company.cobranza_policy_id:
            company.cobranza_policy_id = env["cobranza.policy"]._create_standard(company)
        debtors = env["cobranza.debtor"]
        debtors._ensure(company)
        debtors._refresh_figures(company)
