"""What happens once, when the addon is installed."""


def post_init_hook(env):
    """Give every company that already keeps books a policy, and its customers their accounts."""
    for company in env["res.company"].search([("chart_template", "!=", False)]):
        if not company.cobranza_policy_id:
            company.cobranza_policy_id = env["cobranza.policy"]._create_standard(company)
        debtors = env["cobranza.debtor"]
        debtors._ensure(company)
        debtors._refresh_figures(company)


def uninstall_hook(env):
    """Let go of the texts and contact rules that policies keep from being deleted.

    Odoo deletes a module's records before its tables; what is refused then is an error in its log.
    """
    env.flush_all()
    # in SQL: as long as the addon is there, a level without a text is refused, and rightly
    env.cr.execute("UPDATE cobranza_policy SET contact_rule_id = NULL, thanks_template_id = NULL")
    env.cr.execute("UPDATE cobranza_policy_level SET template_id = NULL")
    env.invalidate_all()
