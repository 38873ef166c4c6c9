"""The screen of a reminder's text: named blocks, and the preview with a real customer."""

import re

from odoo.addons.cobranza_dunning.models.mail_template_preview import BLOCKS
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools.mail import html2plaintext

from .cases import ReminderCase
from .common import days_ago

KEPT = ("cobranza.run", "cobranza.run.line", "cobranza.reminder", "cobranza.reminder.line")



def without_link(text):
    """The words of a text; each reminder has an address of its own."""
    return re.sub(r"https?://\S+", "", text).split()


@tagged("post_install", "-at_install")
class TestMailTemplatePreview(ReminderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("cobranza_dunning.group_manager", name="Manager")

    def setUp(self):
        super().setUp()
        # the preview is made in a transaction of its own
        self.registry_enter_test_mode()

    def shown(self, template=None, **values):
        """(subject, text) of the preview after these values were entered on the screen."""
        template = template or self.template
        self.env.cr.flush()
        template.invalidate_recordset()
        with Form(template, "cobranza_dunning.mail_template_view_form_text") as form:
            for name, value in values.items():
                form[name] = value
            found = form.cobranza_preview_subject, html2plaintext(form.cobranza_preview_body)
        return found

    def test_it_is_what_the_reminder_says(self):
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 50, due=days_ago(12))
        debtor = self.debtor()
        subject, text = self.shown(cobranza_preview_debtor_id=debtor)
        reminder = self.propose()
        self.assertEqual(subject, reminder.subject)
        self.assertEqual(without_link(text), without_link(html2plaintext(reminder.body)))

    def test_it_says_who_would_get_it_and_why(self):
        self.invoice(self.partner, 100)
        self.debtor()
        self.template.invalidate_recordset()
        form = Form(self.template, "cobranza_dunning.mail_template_view_form_text")
        reminder = self.propose()
        self.assertIn(reminder.recipient_why, form.cobranza_preview_to)
        self.assertIn(reminder.recipient_id.name, form.cobranza_preview_to)

    def test_nothing_of_it_is_kept(self):
        self.invoice(self.partner, 100)
        debtor = self.debtor()
        before = [self.env[model].search_count([]) for model in KEPT]
        self.shown(cobranza_preview_debtor_id=debtor)
        self.assertEqual([self.env[model].search_count([]) for model in KEPT], before)

    def test_who_owes_most_is_shown_first(self):
        self.invoice(self.other, 900)
        self.invoice(self.partner, 100)
        self.debtor()
        self.assertIn("900.00", self.shown()[1])

    def test_who_has_promised_it_all_is_not(self):
        self.invoice(self.partner, 500)
        self.invoice(self.other, 10)
        self.env["cobranza.promise"].promise(self.partner.id, 500, days_ago(-5))
        self.assertIn("10.00", self.shown()[1])

    def test_it_follows_what_is_being_written(self):
        self.invoice(self.partner, 100)
        subject, text = self.shown(
            cobranza_preview_debtor_id=self.debtor(),
            cobranza_subject="New {{ object.company_id.name }}",
            cobranza_body='<p>Hello <t t-out="object.addressee"/>: <t t-out="object.totals"/></p>',
        )
        self.assertEqual(subject, f"New {self.company.name}")
        self.assertEqual(text, "Hello Ana Customer: $\N{NO-BREAK SPACE}100.00")

    def test_each_language_has_its_text(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.invoice(self.partner, 100)
        body = '<p>Buenos días. Pendiente: <t t-out="object.lines_table"/></p>'
        _subject, text = self.shown(
            cobranza_preview_debtor_id=self.debtor(), cobranza_lang="es_ES", cobranza_body=body
        )
        self.assertIn("Buenos días", text)
        self.assertIn("100,00", text)
        self.assertIn("Buenos días", self.template.with_context(lang="es_ES").body_html)
        self.assertNotIn("Buenos días", self.template.body_html)

    def test_looking_at_a_language_makes_no_text_of_it(self):
        self.env["res.lang"]._activate_lang("pt_PT")
        self.shown(cobranza_lang="pt_PT")
        self.template.body_html = "<p>Changed later</p>"
        self.assertIn("Changed later", self.template.with_context(lang="pt_PT").body_html)

    def test_what_is_not_written_stays(self):
        """A changed text leaves the subject alone, in every language, and the other way round."""
        self.env["res.lang"]._activate_lang("es_ES")
        spanish = self.template.with_context(lang="es_ES")
        spanish.write({"subject": "Recordatorio", "body_html": "<p>Hola</p>"})
        subject = self.template.subject

        def texts():
            self.env.flush_all()
            self.env.invalidate_all()
            return [(one.subject, one.body_html) for one in (self.template, spanish)]

        for lang, record in (("en_US", self.template), ("es_ES", spanish)):
            with self.subTest(lang):
                self.env.invalidate_all()
                record.write({"cobranza_lang": lang, "cobranza_body": f"<p>{lang}</p>"})
        self.assertEqual(texts(), [(subject, "<p>en_US</p>"), ("Recordatorio", "<p>es_ES</p>")])
        self.env.invalidate_all()
        self.template.write({"cobranza_subject": "New"})
        self.assertEqual(texts(), [("New", "<p>en_US</p>"), ("Recordatorio", "<p>es_ES</p>")])

    def test_a_new_text(self):
        self.env["res.lang"]._activate_lang("es_ES")
        texts = self.env["mail.template"].with_context(
            lang="es_ES", default_model="cobranza.reminder", default_lang="{{ object.lang }}"
        )
        with Form(texts, "cobranza_dunning.mail_template_view_form_text") as form:
            form.name = "Nuevo"
            form.cobranza_subject = "Recordatorio"
            form.cobranza_body = "<p>Hola</p>"
        template = form.save()
        self.assertEqual(template.model, "cobranza.reminder")
        self.assertEqual(template.subject, "Recordatorio")
        self.assertEqual(template.with_context(lang="en_US").body_html, "<p>Hola</p>")

    def test_an_open_reminder_of_the_customer_is_no_obstacle(self):
        self.invoice(self.partner, 100)
        self.propose()
        self.assertIn("100.00", self.shown(cobranza_preview_debtor_id=self.debtor())[1])

    def test_an_invoice_nobody_sent_serves_too(self):
        self.policy.require_sent = True
        self.invoice(self.partner, 100, sent=False)
        self.assertIn("100.00", self.shown(cobranza_preview_debtor_id=self.debtor())[1])

    def test_an_invoice_that_is_not_ready_serves_too(self):
        """Nobody is decided for what only waits: the preview shows whom its kind goes to."""
        self.invoice(self.partner, 100, due=days_ago(0))
        self.assertIn("100.00", self.shown(cobranza_preview_debtor_id=self.debtor())[1])

    def test_without_a_customer_it_says_what_to_do(self):
        _subject, text = self.shown(cobranza_preview_debtor_id=self.env["cobranza.debtor"])
        self.assertIn("Choose a customer who owes something", text)

    def test_a_customer_who_owes_nothing(self):
        invoice = self.invoice(self.partner, 100)
        debtor = self.debtor()
        self.pay(invoice)
        _subject, text = self.shown(cobranza_preview_debtor_id=debtor)
        self.assertIn("There is nothing to ask this customer for", text)

    def test_a_policy_without_levels(self):
        self.invoice(self.partner, 100)
        debtor = self.debtor()
        debtor.policy_id = self.new_policy(levels=[])
        unused = self.template.copy()
        _subject, text = self.shown(unused, cobranza_preview_debtor_id=debtor)
        self.assertIn("has no levels", text)

    def test_a_level_opens_its_text(self):
        action = self.r5.action_view_text()
        self.assertEqual((action["res_model"], action["res_id"]),
                         ("mail.template", self.template.id))  # fmt: skip

    # --- who may write texts

    def test_managers_write_texts_with_named_blocks(self):
        template = self.template.with_user(self.manager)
        for expression in BLOCKS:
            body = f'<p>Hello <t t-out="{expression}"/></p>'
            template.write({"body_html": body, "subject": f"Hello {{{{ {expression} }}}}"})
            self.assertIn(expression, template.body_html)

    def test_a_text_of_other_companies_too_is_saved_and_shown(self):
        """Whoever saves a text sees his own company's levels beside it, as before he saved."""
        other = self.new_company()
        levels = self.env["cobranza.policy.level"].search(
            [("template_id", "=", self.template.id), ("company_id", "=", self.company.id)]
        )
        other.cobranza_policy_id.level_ids[:1].template_id = self.template
        template = self.template.with_user(self.manager)
        template.invalidate_recordset()
        names = {"cobranza_level_ids": {"fields": {"display_name": {}}}, "cobranza_body": {}}
        saved = template.web_save({"cobranza_body": "<p>Hello</p>"}, names)[0]
        self.assertEqual([one["id"] for one in saved["cobranza_level_ids"]], levels.ids)

    def test_managers_write_no_other_code_into_texts(self):
        """A text reads the reminder's blocks; whatever else it could reach is refused."""
        template = self.template.with_user(self.manager)
        for body in (
            '<p t-out="object.company_id.partner_id.vat"/>',
            "<p t-if=\"object.env['res.users']\">x</p>",
        ):
            with self.assertRaises(AccessError):
                template.body_html = body

    def test_an_unsaved_text_reads_no_more_than_its_author_may(self):
        self.invoice(self.partner, 100)
        self.debtor()
        self.company.vat = "B00000000"
        template = self.template.with_user(self.manager)
        form = Form(template, "cobranza_dunning.mail_template_view_form_text")
        self.assertIn("100.00", form.cobranza_preview_body)
        form.cobranza_body = '<p t-out="object.company_id.partner_id.vat"/>'
        self.assertIn("A text may name the blocks", form.cobranza_preview_body)
        with self.assertRefused("A text may name the blocks", AccessError):
            form.save()

    def test_managers_leave_other_templates_alone(self):
        other = self.env["mail.template"].sudo().search([("model", "=", "account.move")], limit=1)
        with self.assertRaises(AccessError):
            other.with_user(self.manager).name = "Mine"

    def test_collectors_do_not_write_texts(self):
        with self.assertRaises(AccessError):
            self.template.with_user(self.new_collector()).name = "Mine"
