"""What is done for insurance each night, company by company."""

from datetime import date

from odoo.tests import tagged

from .insurance import InsuranceCase

LOGGER = "odoo.addons.cobranza_dunning.models.each_company"


@tagged("post_install", "-at_install")
class TestNight(InsuranceCase):
    """Covers and figures, drafts of declarations, suggestions: each by itself."""

    def test_a_company_that_fails_does_not_keep_others_waiting(self):
        """Its drafts of declarations can't be made; its covers are decided all the same."""
        healthy = self.new_company()
        theirs = self.new_insurance(healthy, declares=True)
        self.insurance.declares = True
        self.company.sequence, healthy.sequence = 1, 2
        limit = self.limit(100)
        with self.at(date(2026, 2, 1)):
            one = self.sale(100, date(2026, 2, 1))
        self.assertCovered(one, 100)
        self.env.cr.execute(
            "UPDATE cobranza_insurance_limit SET until = '2026-01-15' WHERE id = %s", [limit.id]
        )
        self.env.cr.execute(
            "UPDATE cobranza_insurance_policy SET declaration_group = 'nobody' WHERE id = %s",
            [self.insurance.id],
        )
        with self.assertLogs(LOGGER, "ERROR") as log, self.enter_registry_test_mode():
            self.env.ref("cobranza_dunning.ir_cron_insurance").method_direct_trigger()
        self.assertIn(f"_prepare_due of company {self.company.id}", log.output[0])
        self.env.invalidate_all()
        self.assertCovered(one, 0, "not_covered", "limit_expired")
        declared = self.env["cobranza.insurance.declaration"].search([])
        self.assertIn(theirs, declared.policy_id)
        self.assertNotIn(self.insurance, declared.policy_id)
