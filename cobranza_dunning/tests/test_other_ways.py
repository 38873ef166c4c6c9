"""Direct debit, cheque …: what else a customer may do to pay, in the company's own words."""

from odoo.tests import Form, tagged

from .test_portal import PortalCase

ENGLISH = "If you prefer direct debit, send us your account.\n\n  Cheques: to our office.  "
SPANISH = "Si prefiere domiciliar sus recibos, envíenos su cuenta."


@tagged("post_install", "-at_install")
class TestOtherWays(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("es_ES")
        cls.manager = cls.new_user("cobranza_dunning.group_manager", name="Manager")

    def settings(self):
        """The form of the settings, as the manager opens it."""
        return Form(self.env["cobranza.settings"].with_user(self.manager))

    def test_each_language_has_its_own_words(self):
        with self.settings() as form:
            self.assertEqual((form.text_lang, form.cobranza_other_ways), ("en_US", False))
            form.cobranza_other_ways = ENGLISH
        form.record.action_save()
        with self.settings() as form:
            form.text_lang = "es_ES"
            form.cobranza_other_ways = SPANISH
        form.record.action_save()
        company = self.company
        self.assertEqual(company.with_context(lang="es_ES").cobranza_other_ways, SPANISH)
        self.assertEqual(company.with_context(lang="en_US").cobranza_other_ways, ENGLISH)
        with self.settings() as form:
            self.assertEqual(form.cobranza_other_ways, ENGLISH)
            form.text_lang = "es_ES"
            self.assertEqual(form.cobranza_other_ways, SPANISH)

    def test_other_settings_leave_the_words_alone(self):
        self.company.cobranza_other_ways = ENGLISH
        self.company.with_context(lang="es_ES").cobranza_other_ways = SPANISH
        settings = self.env["cobranza.settings"].with_user(self.manager)
        settings.create({"text_lang": "es_ES", "cobranza_cap_number": 7})
        self.assertEqual(self.company.cobranza_cap_number, 7)
        self.assertEqual(self.company.with_context(lang="es_ES").cobranza_other_ways, SPANISH)
        settings.create({"cobranza_other_ways": "By cheque."})
        self.assertEqual(self.company.cobranza_other_ways, "By cheque.")
        self.assertEqual(self.company.with_context(lang="es_ES").cobranza_other_ways, SPANISH)

    def test_reminder_letter_and_page_say_it(self):
        self.company.cobranza_other_ways = ENGLISH
        reminder, _move = self.sent()
        for shown in (reminder.payment_block, reminder._letter_body()):
            self.assertIn(
                "<p>If you prefer direct debit, send us your account.<br/>Cheques: to our office."
                "</p>",
                str(shown).replace("<br>", "<br/>"),
            )
        for page in (reminder, reminder.debtor_id):
            text = self.page(page).text
            self.assertIn("Other ways to pay", text)
            self.assertIn("Cheques: to our office.", text)

    def test_in_the_customers_language(self):
        self.company.cobranza_other_ways = ENGLISH
        self.company.with_context(lang="es_ES").cobranza_other_ways = SPANISH
        self.partner.lang = "es_ES"
        reminder, _move = self.sent()
        for text in (reminder.text_body, self.page(reminder).text):
            self.assertIn(SPANISH, text)
            self.assertNotIn("Cheques", text)

    def test_nothing_is_said_of_nothing(self):
        self.company.cobranza_other_ways = " \n "
        reminder, move = self.sent()
        self.assertNotIn("Other ways to pay", self.page(reminder).text)
        self.assertNotIn("<p></p>", reminder.payment_block)
        # nor to whoever has nothing to pay
        self.company.cobranza_other_ways = ENGLISH
        self.pay(move)
        self.assertNotIn("Other ways to pay", self.page(reminder).text)

    def test_it_is_text_and_never_code(self):
        self.company.cobranza_other_ways = "<script>x</script>"
        reminder, _move = self.sent()
        self.assertIn("&lt;script&gt;", reminder.text_body)
        self.assertNotIn("<script>x", self.page(reminder).text)
