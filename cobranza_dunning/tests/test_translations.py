"""Translations: the template is up to date, and what users and customers read is translated."""

from pathlib import Path

import polib
from lxml import etree
from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.tests import tagged
from odoo.tools.translate import TranslationModuleReader

from .cases import RunCase
from .common import days_ago

MODULE = "cobranza_dunning"
I18N = Path(__file__).parents[1] / "i18n"


@tagged("post_install", "-at_install")
class TestTranslations(RunCase, CronMixinCase):
    def test_the_template_has_the_terms_as_they_are_now(self):
        """If this fails: `make i18n`, then translate what it names."""
        template = polib.pofile(str(I18N / f"{MODULE}.pot"))
        committed = {entry.msgid for entry in template}
        ours, foreign = self.exported()
        self.assertEqual(ours - committed, set(), "missing in the template: make i18n")
        self.assertEqual(committed - ours - foreign, set(), "not used any more: make i18n")

    def exported(self):
        """The terms that Odoo exports now: ours, and labels that others give our models.

        Which mixin fields our models have depends on what else is installed.
        """
        ours, foreign = set(), set()
        for _module, _type, name, xml_id, source, _value, _comments in TranslationModuleReader(
            self.env.cr, modules=[MODULE]
        ):
            is_ours = not name.startswith("ir.model.fields,") or self.is_our_field(xml_id)
            (ours if is_ours else foreign).add(source)
        return ours, foreign

    def is_our_field(self, xml_id):
        field = self.env.ref(xml_id)
        return MODULE in self.env[field.model]._fields[field.name]._modules

    # --- what is read

    def in_spanish(self):
        """Spanish as a user would add it; only our own terms, the others take long."""
        self.env["res.lang"]._activate_lang("es_ES")
        self.env.ref(f"base.module_{MODULE}").sudo()._update_translations(["es_ES"])
        return self.env(context={**self.env.context, "lang": "es_ES"})

    def test_menus_are_in_spanish(self):
        spanish = self.in_spanish()
        self.assertEqual(spanish.ref(f"{MODULE}.cobranza_menu").name, "Cobranza")
        self.assertEqual(spanish.ref(f"{MODULE}.cobranza_debtor_menu_today").name, "Hoy")

    def test_an_english_word_of_two_meanings_has_two_translations(self):
        """What is open and what opens, the insurer's limits and those of a contact rule."""
        spanish = self.in_spanish()

        def label(model, name, value=None):
            field = spanish[model].fields_get([name])[name]
            return dict(field["selection"])[value] if value else field["string"]

        def buttons(view):
            arch = etree.fromstring(spanish.ref(f"{MODULE}.{view}").arch)
            return {one.get("string") or one.get("title") or one.text.strip()
                    for one in arch.iter("button")}

        self.assertEqual(label("cobranza.plan", "open_amount"), "Pendiente")
        self.assertIn("Abrir", buttons("cobranza_insurance_duty_view_kanban"))
        self.assertIn("Abrir", buttons("cobranza_insurance_suggestion_view_list"))
        self.assertEqual(
            buttons("cobranza_insurance_dismiss_wizard_view_form"), {"Apartar", "Descartar"}
        )
        self.assertEqual(label("cobranza.insurance.deadline", "policy_id"), "Póliza de seguro")
        self.assertEqual(label("cobranza.insurance.deadline", "base", "delivery"), "Entrega")
        self.assertEqual(label("cobranza.reminder", "delivery"), "Envío")
        self.assertEqual(label("cobranza.debtor", "limit_ids"), "Clasificaciones")
        self.assertEqual(label("cobranza.contact.rule", "cap_ids"), "Límites")
        self.assertEqual(label("cobranza.dispute", "interaction_id"), "Planteada en")
        for menu, name in (("limit", "Clasificaciones"), ("approval", "Autorizaciones")):
            menu = spanish.ref(f"{MODULE}.cobranza_insurance_{menu}_menu")
            self.assertEqual((menu.name, menu.action.name), (name, name))

    def test_reasons_are_in_spanish(self):
        spanish = self.in_spanish()
        invoice = self.invoice(self.partner, 100, days_ago(3))
        [explained] = invoice.with_env(spanish).cobranza_explain()
        self.assertEqual(explained["reason"], "level_not_reached")
        self.assertEqual(explained["sentence"], "Se prevé «reminder 5» para el 12/03/2026.")
        labels = dict(
            spanish["cobranza.run.line"].fields_get(["reason"])["reason"]["selection"]
        )
        self.assertEqual(labels["level_not_reached"], "Nivel no alcanzado todavía")

    def test_errors_are_in_spanish(self):
        self.in_spanish()
        self.invoice(self.partner, 100)
        reminder = self.propose().with_context(lang="es_ES")
        reminder.action_approve()
        with self.assertRefused("espera aprobación"):
            reminder.action_approve()

    def test_work_without_a_user_speaks_the_companys_language(self):
        """The scheduled action is OdooBot's, whose language is nobody's choice."""
        self.in_spanish()
        self.company.partner_id.lang = "es_ES"
        self.partner.lang = False
        invoice = self.invoice(self.partner, 100)
        self.company.cobranza_run_mode = "propose"
        self.trigger("ir_cron_daily")
        self.trigger("ir_cron_work")
        reminder = invoice.cobranza_debtor_id.reminder_ids
        self.assertEqual((reminder.state, reminder.lang), ("proposed", "es_ES"))
        self.assertIn("resumen de sus facturas", reminder.subject)
        self.pay(invoice)
        self.company.cobranza_run_mode = "auto"
        self.trigger("ir_cron_daily")
        self.trigger("ir_cron_work")
        self.assertEqual(reminder.state, "cancelled")
        self.assertIn("está pagado", reminder.cancel_reason)
        self.assertIn("Por aprobar → Anulado", str(reminder.message_ids.mapped("body")))

    # --- the standard policy

    def names(self, policy, lang):
        policy = policy.with_context(lang=lang)
        return [policy.name, *policy.level_ids.sorted("delay_days").mapped("name")]

    def test_a_standard_policy_is_made_in_every_language(self):
        self.in_spanish()
        english = [
            "Standard policy", "Courtesy note", "Reminder", "Statement of account",
            "How can we help?",
        ]  # fmt: skip
        spanish = [
            "Política estándar", "Nota de cortesía", "Recordatorio", "Estado de cuenta",
            "¿En qué podemos ayudarle?",
        ]  # fmt: skip
        for lang in ("en_US", "es_ES"):
            policies = self.env["cobranza.policy"].with_context(lang=lang)
            policy = policies._create_standard(self.company)
            self.assertEqual(self.names(policy, "en_US"), english)
            self.assertEqual(self.names(policy, "es_ES"), spanish)
            self.assertEqual(policy.env.lang, lang)
            self.assertFalse(policy.message_ids, "nobody has decided anything yet")

    def test_a_standard_policy_follows_a_new_language(self):
        policy = self.env["cobranza.policy"]._create_standard(self.company)
        first, second, third, _last = policy.level_ids.sorted("delay_days")
        third.active = False
        first.name = "Before it is due"
        self.in_spanish()
        self.assertEqual(first.with_context(lang="es_ES").name, "Before it is due")
        self.assertEqual(second.with_context(lang="es_ES").name, "Recordatorio")
        self.assertEqual(third.with_context(lang="es_ES").name, "Estado de cuenta")

    def test_a_name_that_somebody_translated_is_kept(self):
        self.in_spanish()
        policy = self.env["cobranza.policy"]._create_standard(self.company)
        level = policy.level_ids[1].with_context(lang="es_ES")
        level.name = "Mi recordatorio"
        self.env.ref(f"base.module_{MODULE}").sudo()._update_translations(
            ["es_ES"], overwrite=True
        )
        self.assertEqual(level.name, "Mi recordatorio")
        self.assertEqual(level.with_context(lang="en_US").name, "Reminder")
