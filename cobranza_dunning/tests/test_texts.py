"""What a customer reads: complete, in his language, without reproach, and never as HTML code."""

import re
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .cases import ReminderCase
from .common import TODAY, days_ago

I18N = Path(__file__).parents[1] / "i18n"

#: What a reminder says besides its facts: one regular expression each, in folded text.
SAID = {
    "en": {
        "how to pay": "bank transfer",
        "where to": "stating the (reference|invoice numbers)",
        "if you have paid": "if you have already (paid|arranged the payment)",
        "disregard": "disregard this message",
        "thank you": "thank you",
        "one contact": "your contact person",
        "let us talk": "answer this message|tell us",
    },
    "es": {
        "how to pay": "transferencia",
        "where to": "indicando|mencionando|concepto|referencia",
        "if you have paid": "si ya (ha|han|lo ha|hubiera|realiz|efectu|orden|dispuso|pag)",
        "disregard": "no (tenga|tengan|lo tenga|tome) en cuenta|ignore|descarte|sin efecto",
        "thank you": "gracias|agradec",
        "one contact": "persona de contacto|su contacto",
        "let us talk": "respond|conteste|escribanos|diganos|cuentenos|indiquenos",
    },
    "pt": {
        "how to pay": "transferencia",
        "where to": "indicando|mencionando|informando|referencia",
        "if you have paid": "se ja (efet|pag|realiz|fez|trat|provid|program|tiver)",
        "disregard": "desconsidere|ignore|nao considere|sem efeito",
        "thank you": "obrigad|agradec",
        "one contact": "pessoa de contato|pessoa de contacto|seu contato|seu contacto",
        "let us talk": "respond|diga-nos|conte-nos|escreva-nos|informe-nos|avise-nos",
    },
}

#: Reproach, threats, counting, haste, shame: folded text, whole words at their beginning.
FORBIDDEN = {
    "en": "final notice|last notice|second notice|third notice|last warning|reminder n|notice n"
    "|yet again|once again|repeated|despite|ignored|fail(ed|ure) to|deadbeat|delinquent|default"
    "|no other choice|legal|courts?\\b|lawyer|obliged|forced to|consequences|shame|blacklist"
    "|urgent|immediate|within 24 hours|today|deadline|at the latest|must\\b|penalt"
    "|other customers",
    "es": "ultimo aviso|segundo aviso|tercer aviso|aviso n|recordatorio n|enesima|de nuevo"
    "|nuevamente|reiterad|a pesar de|moros[oa]s?|mala fe|caso omiso|otra opcion|incumpl"
    "|acciones legales|legal|embargo|burofax|asnef|judicial|abogad|veremos obligad|atenga"
    "|consecuencia|antes de que sea tarde|propio bien|lista negra|citatorio|urgen|inmediat"
    "|hoy mismo|en 24 horas|plazo maximo|a mas tardar|debera|penaliza|otros clientes",
    "pt": "ultimo aviso|segundo aviso|terceiro aviso|aviso n|lembrete n|mais uma vez|novamente"
    "|reiterad|apesar|caloteir|inadimplent|ma fe|protesto|judicia|legais|advogad|obrigados a"
    "|consequencia|antes que seja tarde|lista negra|urgen|imediat|hoje mesmo|em 24 horas"
    "|prazo maximo|o mais tardar|devera|penaliza|transtorno|outros clientes",
}

#: Words of our English texts that are in no translation.
ENGLISH = {"Dear", "disregard", "amount", "date", "person", "transfer", "Invoice", "message"}

#: Locale of the customer → how it writes 9 March 2026 and 1234.5.
WRITES = {
    "en_US": ("03/09/2026", "1,234.50"),
    "es_ES": ("09/03/2026", "1.234,50"),
    "es_MX": ("09/03/2026", "1,234.50"),
    "pt_PT": ("09/03/2026", "1234,50"),
    "pt_BR": ("09/03/2026", "1.234,50"),
}


class Letter(NamedTuple):
    """One text as a customer would get it."""

    template: Any
    lang: str
    subject: str
    html: str
    text: str


def fold(text):
    """Lower case without accents, in one line."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(plain.lower().split())


def translated(lang):
    """Whether the addon has texts in a language (English is the source)."""
    code = lang.split("_")[0]
    return code == "en" or any((I18N / f"{name}.po").exists() for name in (code, lang))


@tagged("post_install", "-at_install")
class TestTexts(ReminderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.langs = [lang for lang in WRITES if translated(lang)]
        for lang in cls.langs:
            cls.env["res.lang"]._activate_lang(lang)
        cls.env.ref("base.module_cobranza_dunning").sudo()._update_translations(cls.langs)
        cls.templates = cls.env["mail.template"].search([("model", "=", "cobranza.reminder")])
        cls.account = cls.env["res.partner.bank"].create(
            {"acc_number": "ES9121000418450200051332", "partner_id": cls.company.partner_id.id}
        )
        cls.user = cls.new_collector(name="Carla Collector", email="carla@example.com")
        cls.company.cobranza_user_id = cls.user

    def facts(self, lang="en_US", **vals):
        """A customer with an invoice of 1 234.50 issued on 9 March 2026, and its reminder."""
        self.partner.write({"name": "Ana Customer", "lang": lang})
        self.r5.delay_days = -10
        invoice = self.invoice(
            self.partner, 1234.5, days_ago(-5), invoice_date=days_ago(1), ref="Order 4711", **vals
        )
        return invoice, self.propose()

    def text(self, reminder):
        return html2plaintext(reminder.body).replace("\N{NO-BREAK SPACE}", " ")

    def letters(self):
        """Every text we ship in every language, as Letters about one invoice."""
        self.assertGreaterEqual(len(self.templates), 3)
        invoice, reminder = self.facts()
        letters = []
        for lang in self.langs:
            for template in self.templates:
                self.r5.template_id = template
                reminder._gated().lang = lang
                self.env.invalidate_all()
                letters.append(
                    Letter(template, lang, reminder.subject, reminder.body, self.text(reminder))
                )
        return invoice, letters

    def each(self, letters):
        """Yield each letter in a subtest of its own."""
        for letter in letters:
            yield letter, self.subTest(letter.template.name, lang=letter.lang)

    def asking(self, letters):
        """Those that ask for something; a thank-you does not."""
        thanks = self.env.ref("cobranza_dunning.mail_template_thanks")
        asking = [one for one in letters if one.template != thanks]
        self.assertEqual(len(letters) - len(asking), len(self.langs))
        return asking

    # --- what a reminder says

    def test_each_text_says_the_facts(self):
        invoice, letters = self.letters()
        for letter, case in self.each(self.asking(letters)):
            day, amount = WRITES[letter.lang]
            due = day.replace("09", "15")
            with case:
                for fact in (
                    "Ana Customer", "Order 4711", invoice.name, day, due, amount, "$",
                    self.account.acc_number, invoice.payment_reference,
                    "Carla Collector", "carla@example.com", self.company.name,
                ):  # fmt: skip
                    self.assertIn(fact, letter.text)
                self.assertIn(self.company.name, letter.subject)

    def test_as_plain_text_what_is_bold_has_a_star_on_either_side(self):
        for letter, case in self.each(self.asking(self.letters()[1])):
            with case:
                self.assertIn(f"*{self.account.acc_number}*", letter.text)
                self.assertFalse(letter.text.count("*") % 2)

    def test_a_thank_you_asks_for_nothing(self):
        invoice, letters = self.letters()
        asking = self.asking(letters)
        for letter, case in self.each([one for one in letters if one not in asking]):
            with case:
                for fact in ("Ana Customer", WRITES[letter.lang][1], "Carla Collector"):
                    self.assertIn(fact, letter.text)
                self.assertRegex(fold(letter.text), SAID[letter.lang[:2]]["thank you"])
                self.assertRegex(fold(letter.text), SAID[letter.lang[:2]]["let us talk"])
                for asked in (invoice.name, self.account.acc_number):
                    self.assertNotIn(asked, letter.text)

    def test_each_text_offers_to_talk(self):
        for letter, case in self.each(self.asking(self.letters()[1])):
            with case:
                for what, expression in SAID[letter.lang[:2]].items():
                    self.assertRegex(fold(letter.text), expression, what)

    def test_no_text_reproaches_threatens_or_hurries(self):
        for letter, case in self.each(self.letters()[1]):
            words = fold(f"{letter.subject} {letter.text}").replace("sin embargo", "")
            with case:
                self.assertNotRegex(words, rf"\b({FORBIDDEN[letter.lang[:2]]})")

    def test_the_list_of_forbidden_words_works(self):
        for lang, words in {
            "en": "This is our FINAL NOTICE.", "es": "Usted hizo caso omiso.", "pt": "Sua má fé",
        }.items():  # fmt: skip
            self.assertRegex(fold(words), rf"\b({FORBIDDEN[lang]})")

    def test_no_text_shouts_or_leaves_a_gap(self):
        invoice, letters = self.letters()
        for letter, case in self.each(letters):
            words = f"{letter.subject}\n{letter.text}"
            for fact in (invoice.name, invoice.payment_reference, self.account.acc_number):
                words = words.replace(fact, "")
            with case:
                self.assertNotIn("!", words)
                self.assertNotIn("\N{INVERTED EXCLAMATION MARK}", words)
                self.assertNotRegex(words, r"\b(?!USD)[A-ZÁÉÍÓÚÑÇÃÕ]{3,}\b")
                for gap in ("{{", "}}", "${", "object.", "None", "False", "<t", " ,", "()"):
                    self.assertNotIn(gap, words)
                for inside in ("data-oe", "t-out", "mapped("):
                    self.assertNotIn(inside, letter.html)

    def test_texts_are_translated(self):
        letters = self.letters()[1]
        english = {one.template: one for one in letters if one.lang == "en_US"}
        for letter, case in self.each(letters):
            if letter.lang == "en_US":
                continue
            source = english[letter.template]
            with case:
                self.assertNotEqual(letter.subject, source.subject)
                facts = re.findall(r"[A-Za-z]{4,}", source.text)
                common = {word for word in facts if re.search(rf"\b{word}\b", letter.text)}
                self.assertFalse(common & ENGLISH)

    # --- in whose language

    def test_the_customers_language_not_the_users(self):
        langs = [lang for lang in self.langs if lang != "en_US"]
        if not langs:
            self.env["res.lang"]._activate_lang("es_ES")
            langs = ["es_ES"]  # no translation yet: numbers and dates all the same
        for theirs, ours in (("en_US", langs[0]), (langs[0], "en_US")):
            with self.subTest(customer=theirs, user=ours), self.env.cr.savepoint() as undo:
                self.env.user.lang = ours
                self.user.lang = ours
                _invoice, reminder = self.facts(theirs)
                user = reminder.with_user(self.user).with_context(lang=ours)
                day, amount = WRITES[theirs]
                head = {"en": "due date", "es": "vencimiento", "pt": "vencimento"}[theirs[:2]]
                for table in (user.lines_table, user.body):
                    self.assertIn(day, table)
                    self.assertIn(amount, html2plaintext(table))
                    if translated(theirs):
                        self.assertIn(head, fold(table))
                user.action_approve()
                self.assertIn(amount, html2plaintext(user.text_body))
                undo.rollback()
                self.env.invalidate_all()

    def test_a_contact_has_his_own_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        child = self.child("North", lang="es_ES")
        self.invoice(child, 1234.5, days_ago(30))
        reminder = self.propose()
        self.assertEqual(reminder.lang, "es_ES")
        self.assertIn("1.234,50", self.text(reminder))

    def test_a_contact_without_language_reads_the_customers(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.partner.lang = "es_ES"
        child = self.child("North", lang=False)
        self.invoice(child, 100)
        self.assertEqual(self.propose().lang, "es_ES")

    # --- how to pay

    def test_one_invoice_is_paid_with_its_reference(self):
        invoice, reminder = self.facts()
        self.assertIn(f"stating the reference {invoice.payment_reference}", self.one_line(reminder))

    def test_several_invoices_are_paid_with_their_numbers(self):
        self.invoice(self.partner, 10)
        self.invoice(self.partner, 20)
        self.assertIn("stating the invoice numbers", self.one_line(self.propose()))

    def test_installments_of_one_invoice_have_one_reference(self):
        invoice = self.invoice(
            self.partner, 0, installments=[(days_ago(30), 60), (days_ago(9), 40)]
        )
        text = self.one_line(self.propose())
        self.assertIn(f"stating the reference {invoice.payment_reference}", text)

    def test_the_invoices_own_account_comes_first(self):
        own = self.account.copy({"acc_number": "DE89370400440532013000"})
        self.invoice(self.partner, 10, partner_bank_id=own.id)
        text = self.text(self.propose())
        self.assertIn(own.acc_number, text)
        self.assertNotIn(self.account.acc_number, text)

    def test_a_debt_that_is_no_invoice_is_paid_to_the_company(self):
        self.journal_debt(self.partner, 10)
        self.assertIn(self.account.acc_number, self.text(self.propose()))

    def test_without_an_account_it_offers_the_details(self):
        self.account.unlink()
        _invoice, reminder = self.facts()
        self.assertIn("let us know if you need our bank details", self.one_line(reminder))

    def one_line(self, reminder):
        return " ".join(self.text(reminder).replace("*", "").split())

    # --- what is not ours is never code

    def test_names_are_text_and_never_code(self):
        evil = '<script>alert("x")</script><b>Bold & Co</b>'
        self.invoice(self.partner, 10, ref=evil)
        self.partner.name = evil
        self.user.name = evil
        self.company.name = "Bread & Butter"
        reminder = self.propose()
        for _frozen in (False, True):
            for html in (reminder.body, reminder.lines_table, reminder.contact_block):
                self.assertNotRegex(html or "", "<script|<b>")
            self.assertEqual(reminder.body.count("&lt;script&gt;"), 3)  # name, concept, contact
            self.assertIn("Bold &amp; Co", reminder.body)
            self.assertNotIn("&amp;amp;", reminder.body)
            self.assertTrue(reminder.subject.startswith("Bread & Butter: "))
            if reminder.state == "proposed":
                reminder.action_approve()
        reminder.action_send()
        self.assertNotRegex(reminder.mail_message_id.body, "<script|<b>")

    def test_a_template_in_a_name_stays_text(self):
        self.invoice(self.partner, 10, ref="{{ object.id }} <t t-out='object.id'/>")
        reminder = self.propose()
        self.assertIn("{{ object.id }}", self.text(reminder))

    # --- what a line tells

    def test_the_concept_is_the_customers_reference_or_the_first_product(self):
        with_ref = self.invoice(self.partner, 10, ref="Order 4711")
        without = self.invoice(self.partner, 20, ref="")
        debt = self.journal_debt(self.partner, 30)
        lines = {line.move_id: line for line in self.propose().line_ids}
        self.assertEqual(lines[with_ref].concept, "Order 4711")
        self.assertEqual(lines[without].concept, "Delivery")
        self.assertFalse(lines[debt].concept)
        self.assertEqual(lines[debt].name, debt.name)
        self.assertNotIn("False", lines[debt].reminder_id.body)

    def test_an_entry_of_several_customers_tells_each_his_own_words_only(self):
        entry = self.journal_debt(self.partner, 30)
        entry.button_draft()
        entry.ref = "Balances, also of Secret Ltd"
        other, own = entry.line_ids.sorted("balance")
        other.name, own.name = "Loan of Secret Ltd", "Balance of 2025"
        entry.action_post()
        line = self.propose().line_ids
        self.assertEqual(line.name, "Balance of 2025")
        self.assertFalse(line.concept)
        self.assertNotIn("Secret", line.reminder_id.body)

    def test_a_line_keeps_what_it_told(self):
        self.invoice(self.partner, 100, days_ago(30))
        self.pay(self.debtor().due_line_ids.move_id, 40)
        line = self.propose().line_ids
        self.assertEqual((line.total_amount, line.residual, line.amount), (100, 60, 60))
        self.assertEqual((line.date_invoice, line.date_due), (days_ago(60), days_ago(30)))
        self.assertLess(line.date_due, TODAY)

    # --- by whom

    def test_a_collector_who_is_nothing_else_does_the_work(self):
        """From the run to the mail queue, without any right of accounting."""
        self.assertFalse(self.user.has_group("account.group_account_invoice"))
        self.invoice(self.partner, 100)
        self.invoice(self.other, 50)
        steps = self._work_of_a_collector()
        while True:
            self.env.invalidate_all()  # nothing comes from what somebody else has read
            if next(steps, "done") == "done":
                break

    def _work_of_a_collector(self):
        runs = self.env["cobranza.run"].with_user(self.user)
        yield runs.create({"mode": "preview"}).action_execute()
        run = runs.create({"mode": "propose"})
        yield run.action_execute()
        first, second = run.reminder_ids.sorted("id")
        yield self.assertIn("100.00", first.body)
        yield first.write({"body": "<p>My own words</p>"})
        yield first.action_reset_text()
        yield first.action_approve()
        yield first.action_send()
        yield self.assertEqual((first.state, first.delivery), ("sent", "queued"))
        yield self.assertTrue(first.mail_ids)
        yield second.action_cancel("Called", "2026-03-20")
        debtor = second.debtor_id
        yield self.assertEqual(debtor.block_ids.create_uid, self.user)
        yield self.assertEqual(debtor.due_line_ids.mapped("amount_residual"), [50])
        yield self.assertTrue(debtor.next_step)
        yield self.assertTrue(second.line_ids.move_line_id.cobranza_sentence)
        wizard = self.env["cobranza.pause.wizard"].with_user(self.user)
        move = first.line_ids.move_id
        yield wizard.create({"move_ids": move.ids, "reason": "Called"}).action_pause()
        yield self.assertEqual(first.debtor_id.block_ids.scope, "move")
        yield self.assertTrue(move.cobranza_paused)
        yield first.debtor_id.block_ids.action_end()
        yield debtor.action_refresh_figures()
        yield debtor.action_preview()
