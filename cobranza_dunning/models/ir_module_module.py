from odoo import models


class IrModuleModule(models.Model):
    """Standard policies and segments are no data of a file: a new language translates them here."""

    _inherit = "ir.module.module"

    def _load_module_terms(self, modules, langs, overwrite=False):
        """Load translations, also those of the names that standard ones were made with."""
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        if "cobranza_dunning" in modules:
            # whoever adds a language decides on neither, but every company reads them
            policies_sudo = self.env["cobranza.policy"].sudo().with_context(active_test=False)
            policies_sudo.search([])._translate_standard(langs)
            segments_sudo = self.env["cobranza.segment"].sudo().with_context(active_test=False)
            segments_sudo.search([])._translate_standard(langs)
        return result
