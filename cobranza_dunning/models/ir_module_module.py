from odoo import models


class IrModuleModule(models.Model):
    """Standard policies are no data of a file: their translations follow a new language here."""

    _inherit = "ir.module.module"

    def _load_module_terms(self, modules, langs, overwrite=False):
        """Load translations, also those of the names that standard policies were made with."""
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        if "cobranza_dunning" in modules:
            # whoever adds a language decides on no policy, but every company reads it
            policies_sudo = self.env["cobranza.policy"].sudo().with_context(active_test=False)
            policies_sudo.search([])._translate_standard(langs)
        return result
