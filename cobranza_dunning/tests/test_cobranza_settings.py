"""A manager's settings of his company, without Odoo's Settings rights."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import CobranzaCase


@tagged("post_install", "-at_install")
class TestCobranzaSettings(CobranzaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("cobranza_dunning.group_manager", name="Marta Manager")
        cls.settings = cls.env["cobranza.settings"].with_user(cls.manager)

    def test_a_manager_sees_and_changes_them(self):
        self.assertFalse(self.manager.has_group("base.group_system"))
        self.company.write({"cobranza_run_mode": "propose", "cobranza_limit_one": 70})
        with Form(self.settings) as form:
            self.assertEqual(form.company_id, self.company)
            self.assertEqual(form.cobranza_policy_id, self.policy)
            self.assertEqual((form.cobranza_run_mode, form.cobranza_limit_one), ("propose", 70))
            form.cobranza_run_mode = "auto"
            form.cobranza_cap_number = 12
            form.cobranza_limit_two = 1234.5
        form.record.action_save()
        company = self.company
        self.assertEqual((company.cobranza_run_mode, company.cobranza_cap_number), ("auto", 12))
        self.assertEqual((company.cobranza_limit_one, company.cobranza_limit_two), (70, 1234.5))
        self.assertEqual(company.cobranza_policy_id, self.policy)

    def test_saving_the_form_is_enough(self):
        """However it is saved: the cloud, another menu, another tab."""
        self.company.write({"cobranza_limit_one": 70, "cobranza_cap_number": 5})
        with Form(self.settings) as form:
            form.cobranza_limit_two = 10000
        self.assertEqual(self.company.cobranza_limit_two, 10000)
        # somebody else's change stays
        self.company.cobranza_cap_number = 6
        with Form(form.record) as again:
            again.cobranza_limit_two = 9000
        self.assertEqual(
            self.company.read(["cobranza_limit_one", "cobranza_limit_two", "cobranza_cap_number"]),
            [{"id": self.company.id, "cobranza_limit_one": 70, "cobranza_limit_two": 9000,
              "cobranza_cap_number": 6}],
        )  # fmt: skip

    def test_answers_and_what_is_kept_are_the_managers_as_well(self):
        self.company.alias_domain_id = False
        with Form(self.settings) as form:
            self.assertFalse(form.has_reply_domain)
            form.cobranza_contact_days = 900
        form.record.action_save()
        self.assertEqual(self.company.cobranza_contact_days, 900)
        self.company.alias_domain_id = self.env["mail.alias.domain"].create({"name": "us.test"})
        with Form(self.settings) as form:
            self.assertTrue(form.has_reply_domain)
            form.cobranza_reply_token = not self.company.cobranza_reply_token
            chosen = form.cobranza_reply_token
        form.record.action_save()
        self.assertEqual(self.company.cobranza_reply_token, chosen)

    def test_nothing_else_of_the_company(self):
        for name in self.settings._company_fields():
            self.assertTrue(name.startswith("cobranza_"))
            self.assertIn(name, self.company._fields)
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).write({"cobranza_run_mode": "off"})

    def test_nobody_elses_company(self):
        other = self.new_company()
        record = self.settings.create({"company_id": other.id, "cobranza_run_mode": "auto"})
        self.assertEqual(record.company_id, self.company)
        record.write({"company_id": other.id})
        record.action_save()
        self.assertEqual((self.company.cobranza_run_mode, other.cobranza_run_mode), ("auto", "off"))

    def test_not_a_collectors(self):
        collector = self.new_collector()
        with self.assertRaises(AccessError):
            self.env["cobranza.settings"].with_user(collector).create({})

    def test_the_companys_checks_hold(self):
        with self.assertRaisesRegex(ValidationError, "can't be negative"):
            self.settings.create({"cobranza_cap_number": -1})

    def test_the_standard_policy_is_one_button_away(self):
        self.company.cobranza_policy_id = False
        action = self.settings.create({}).action_create_policy()
        self.assertTrue(action["res_id"])
        self.assertEqual(action["res_id"], self.company.cobranza_policy_id.id)

    def test_odoos_settings_lead_here(self):
        arch = self.env["res.config.settings"].get_view(view_type="form")["arch"]
        action = self.env.ref("cobranza_dunning.cobranza_settings_action")
        self.assertIn(f'name="{action.id}" type="action"', arch)
