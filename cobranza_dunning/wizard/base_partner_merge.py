from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Contacts that are merged keep what collections knows about them."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Merge their collections accounts first: a customer has only one in each company."""
        # whoever merges contacts need not see what collections knows about them
        debtors_sudo = self.env["cobranza.debtor"].sudo()
        debtors_sudo._cancel_for_merge(src_partners)
        merged_sudo = debtors_sudo.search([("partner_id", "in", src_partners.ids)])
        # who stays may be a contact of a company: what is owed is the company's then
        customer = dst_partner.commercial_partner_id
        merged_sudo._merge_into(customer)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        debtors_sudo = debtors_sudo.search([("partner_id", "=", customer.id)])
        for company, debtors in debtors_sudo.grouped("company_id").items():
            debtors._refresh_figures(company, debtors.ids)
        return result
