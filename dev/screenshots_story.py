"""What happens in the demo company beside its story, so that every screen has something to show.

Run inside `odoo shell` by devenv.story, after `demo_story.run_story`: a large reminder needs two
people, and links name the company's own address.
"""

COMPANY = "Suministros Atlántico"
MANAGER = "carmen"
#: What customers see in links, instead of this machine.
ADDRESS = "https://atlantico.example.com"


def run_more(env):
    """Tell it with `env` of the demo database, as the manager; commits at the end."""
    company = env["res.company"].search([("name", "like", COMPANY)], limit=1)
    manager = env["res.users"].search([("login", "=", MANAGER)])
    env = env(user=manager, context={**env.context, "lang": "es_ES", "tz": "Europe/Madrid",
                                     "allowed_company_ids": company.ids})
    company = company.with_env(env)
    env["ir.config_parameter"].sudo().set_param("web.base.url", ADDRESS)
    _two_people(company)
    env.cr.commit()


def _two_people(company):
    """The largest amount needs two people; the manager, who leaves it, isn't the second."""
    proposed = company.env["cobranza.reminder"].search(
        [("state", "=", "proposed"), ("company_id", "=", company.id)])
    largest = max(proposed.mapped("amount_company"))
    settings = company.env["cobranza.settings"]
    settings.create({"cobranza_limit_two": largest - 1}).action_save()
