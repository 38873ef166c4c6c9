"""What is done for insurance each night, company by company."""

from contextlib import contextmanager
from datetime import date
from functools import partial
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import errorcodes

from ..models.each_company import each_company
from .insurance import InsuranceCase

LOGGER = "odoo.addons.cobranza_dunning.models.each_company"


@tagged("post_install", "-at_install")
class TestNight(InsuranceCase):
    """Covers and figures, drafts of declarations, suggestions: each by itself."""

    @contextmanager
    def committing(self):
        """The company, where what is done with it can be committed and undone."""
        with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
            yield self.company.with_env(self.env(cr=cr))

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

    def test_each_company_as_soon_as_it_is_the_next_day_there(self):
        """At 06:30 UTC the 11th has begun in Mexico too; at 05:30 it is still the 10th there."""
        self.company.partner_id.tz = "America/Mexico_City"
        spanish = self.new_company()
        spanish.partner_id.tz = "Europe/Madrid"
        self.new_insurance(spanish)
        both = self.company | spanish
        for moment, days in (
            ("2026-03-10 12:00:00", [date(2026, 3, 10), date(2026, 3, 10)]),
            ("2026-03-10 23:30:00", [date(2026, 3, 10), date(2026, 3, 11)]),
            ("2026-03-11 05:30:00", [date(2026, 3, 10), date(2026, 3, 11)]),
            ("2026-03-11 06:30:00", [date(2026, 3, 11), date(2026, 3, 11)]),
        ):
            with self.subTest(moment), self.at_moment(moment), self.enter_registry_test_mode():
                self.env.ref("cobranza_dunning.ir_cron_insurance").method_direct_trigger()
                self.env.invalidate_all()
                self.assertEqual(both.mapped("cobranza_insurance_date"), days)

    def test_not_twice_a_day(self):
        self.limit(100)
        one = self.sale(100)
        self.assertCovered(one, 100)
        covers, nights = type(self.env["cobranza.insurance.cover"]), []
        original = covers._follow

        def follow(model, company, debtors=None):
            nights.append(company)
            return original(model, company, debtors)

        with patch.object(covers, "_follow", follow), self.enter_registry_test_mode():
            for _hour in range(3):
                self.env.ref("cobranza_dunning.ir_cron_insurance").method_direct_trigger()
        self.assertEqual(nights.count(self.company), 1)

    @mute_logger("odoo.sql_db")
    def test_what_somebody_else_changed_meanwhile_is_done_anew(self):
        """A payment that commits while the night works doesn't lose the company's night."""
        for code in (errorcodes.SERIALIZATION_FAILURE, errorcodes.UNIQUE_VIOLATION):
            with self.subTest(code), self.committing() as company:
                before, found = company.cobranza_insurance_digest_days, []
                each_company(company, partial(_fail_once, found, code))
                self.assertEqual(found, [before, before], "the second time after all is undone")
                self.assertEqual(company.cobranza_insurance_digest_days, before + 1)

    @mute_logger("odoo.sql_db")
    def test_other_mistakes_are_not_tried_again(self):
        tries = []

        def step(company):
            tries.append(company)
            company.env.cr.execute("SELECT 1 / 0")

        with self.assertLogs(LOGGER, "ERROR") as log, self.committing() as company:
            each_company(company, step)
        self.assertEqual(len(tries), 1)
        self.assertIn("step of company", log.output[0])


def _fail_once(found, code, company):
    """A step that changes something, and the first time meets an error of the database."""
    found.append(company.cobranza_insurance_digest_days)
    company.cobranza_insurance_digest_days += 1
    company.env.flush_all()
    if len(found) == 1:
        company.env.cr.execute(f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$")
