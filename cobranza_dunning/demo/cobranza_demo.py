from odoo import api, models

from .company import COMPANY, create_company
from .ledger import Ledger


class CobranzaDemo(models.AbstractModel):
    """Loads the demo company; see `plan` for what happened in it and `stories` for the cases."""

    _name = "cobranza.demo"
    _description = "Demo company"

    @api.model
    def _load(self, customers=40, invoices=200, **company_values):
        """Make the demo company with its ledger up to yesterday, and return it.

        customers, invoices: how many; twelve customers are enough for most of the cases.
        company_values: see `company.create_company`.
        """
        company = create_company(self.env, **company_values)
        Ledger(company, company._cobranza_today(), customers, invoices).play()
        self.env["cobranza.debtor"]._refresh_figures(company)
        return company

    @api.model
    def _load_at_installation(self):
        """Make a small demo company.

        Not where the Spanish chart is installed as well: loading it takes longer than the rest
        of the installation, and `make demo` makes the whole company there. Nor where it was left
        behind when the addon was uninstalled.
        """
        spanish = [("name", "=", "l10n_es"), ("state", "in", ("installed", "to install"))]
        left_behind = self.env["res.company"].search_count([("name", "=", COMPANY["name"])])
        if not left_behind and not self.env["ir.module.module"].search_count(spanish):
            company = self._load(customers=12, invoices=24)
            self.env.ref("base.user_admin").company_ids += company
