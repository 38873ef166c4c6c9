"""What happens in the demo company; run inside `odoo shell` by demo.py, prints what it did."""


def run_story(env):
    """Tell the story with `env` of the demo database; the caller commits.

    Prints one line per step, for people who read the terminal.
    """
    companies = env["res.company"].search([])
    print(f"Companies: {', '.join(companies.mapped('name'))}")
