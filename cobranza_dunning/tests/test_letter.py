"""The reminder on paper: its words, its pages, and what is kept of it."""

import base64
import io
import os
import re
import stat
import tempfile
from pathlib import Path
from unittest.mock import patch

import qrcode
from lxml import html
from odoo.addons.base.models import ir_actions_report
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.which import which
from PIL import Image

from .cases import ReminderCase
from .common import days_ago
from .papers import Papers

LETTER = "cobranza_dunning.cobranza_reminder_report_letter"

#: A wkhtmltopdf as distributions build it: no header, no footer, one document per file.
UNPATCHED = """#!/usr/bin/env python3
import subprocess, sys
args = sys.argv[1:]
if args == ["--version"]:
    print("wkhtmltopdf 0.12.6")
    sys.exit(0)
for option in ("--header-html", "--footer-html"):
    while option in args:
        at = args.index(option)
        del args[at:at + 2]
if sum(".body." in one for one in args) > 1:
    sys.stderr.write("Error: This version of wkhtmltopdf is build against an unpatched version")
    sys.exit(1)
sys.exit(subprocess.call(["{real}", *args]))
"""


@tagged("-at_install", "post_install")
class TestLetter(Papers, ReminderCase):
    """Letters are made by wkhtmltopdf itself and read with pypdf."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("es_MX", "pt_BR"):
            cls.env["res.lang"]._activate_lang(lang)
        addons = cls.env["ir.module.module"].sudo().with_context(overwrite=True)
        addons.search([("name", "in", ("web", "cobranza_dunning"))])._update_translations(
            ["es_MX", "pt_BR"]
        )
        cls.company.partner_id.write({"street": "Calle Mayor 1", "city": "Madrid"})
        cls.company.write({"company_details": "Sender House", "report_footer": "Registered 4711"})
        cls.partner.write({"street": "Main Street 7", "city": "Springfield", "zip": "12345"})

    def pdf(self, reminders):
        """The file that the Print menu gives for these reminders."""
        return self.paper(LETTER, reminders)

    def one(self, lang="en_US", amount=1234.56, **vals):
        """A reminder of one line, approved."""
        self.partner.lang = lang
        self.invoice(self.partner, amount, **vals)
        return self.approved()

    def test_one_page(self):
        reminder = self.one()
        [page] = self.pages(self.pdf(reminder))
        for text in (
            "Sender House", "Registered 4711", "Page 1 / 1", "Ana Customer", "Main Street 7",
            "12345", reminder.subject, "Dear Ana Customer", reminder.line_ids.name, "1,234.56",
            "(One thousand two hundred and thirty-four US dollars and fifty-six cents)",
            "March 10, 2026",
        ):  # fmt: skip
            self.assertIn(text, page)

    def test_in_the_customers_language(self):
        reminder = self.one("es_MX")
        [page] = self.pages(self.pdf(reminder))
        for text in (
            "Hola, Ana Customer", "Vencimiento", "Página 1 / 1", "10 de marzo de 2026",
            "(Mil doscientos treinta y cuatro dólares estadounidenses con cincuenta y seis "
            "centavos)", "A pagar",
        ):  # fmt: skip
            self.assertIn(text, page)
        for text in ("Dear", "Due date", "Page 1", "March", "To pay"):
            self.assertNotIn(text, page)

    def test_in_portuguese(self):
        reminder = self.one("pt_BR")
        [page] = self.pages(self.pdf(reminder))
        self.assertIn("Página 1 / 1", page)
        self.assertIn("10 de março de 2026", page)
        self.assertIn("(Mil duzentos e trinta e quatro dólares americanos", page)
        self.assertNotIn("Dear", page)

    def test_one_amount_in_words_for_each_currency(self):
        mxn = self.new_currency("MXN", 20)
        self.invoice(self.partner, 100)
        self.partner.lang = "es_MX"
        self.invoice(self.partner, 21000.56, currency=mxn)
        self.invoice(self.partner, 5)
        reminder = self.approved()
        self.assertEqual(
            [words for _amount, words in reminder._totals_in_words()],
            ["Ciento cinco dólares estadounidenses", "Veintiún mil pesos 56/100 M.N."],
        )
        [page] = self.pages(self.pdf(reminder))
        self.assertIn("(Veintiún mil pesos 56/100 M.N.)", page)
        self.assertIn("(Ciento cinco dólares estadounidenses)", page)

    def test_a_currency_without_a_name_is_written_as_its_code(self):
        coins = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        self.env["res.currency.rate"].create(
            {"currency_id": coins.id, "rate": 2, "name": "2000-01-01"}
        )
        self.invoice(self.partner, 2.5, currency=coins)
        words = self.approved()._totals_in_words()[0][1]
        self.assertEqual(words, "QQQ two 50/100")

    def test_many_lines_repeat_the_head_of_the_table(self):
        self.invoices(
            [(self.partner, 100 + number, days_ago(30 + number % 20)) for number in range(60)]
        )
        pages = self.pages(self.pdf(self.approved()))
        self.assertGreater(len(pages), 1)
        for number, page in enumerate(pages, 1):
            self.assertIn("Sender House", page)
            self.assertIn("Registered 4711", page)
            self.assertIn(f"Page {number} / {len(pages)}", page)
        with_lines = [page for page in pages if "SALE/20" in page]
        self.assertGreater(len(with_lines), 1)
        for page in with_lines:
            self.assertIn("Open amount", page)
        self.assertIn("seven hundred and seventy", pages[-1])

    def test_paper_has_a_code_to_scan_instead_of_a_button(self):
        self.policy.level_ids.channel = "letter"
        reminder = self.one()
        self.assertIn("data:image/png;base64,", reminder.body)
        self.assertNotIn("<a href=\"http", reminder.body)
        pdf = self.pdf(reminder)
        [page] = self.pages(pdf)
        self.assertIn("Details and ways to pay: scan this code", page)
        self.assertNotIn("View details", page)
        # the code is black on white in whole dots: whoever scans it reads the short address
        [code] = re.findall(r"data:image/png;base64,([^\"]+)", reminder.body)
        drawn = Image.open(io.BytesIO(base64.b64decode(code)))
        expected = qrcode.make(reminder._short_address(), border=0, box_size=8).get_image()
        self.assertEqual(drawn.convert("1").tobytes(), expected.convert("1").tobytes())

    def test_a_mail_that_is_printed_has_the_code_as_well(self):
        """Whatever it leaves by: nobody can press a button on paper."""
        self.env["payment.provider"].sudo().create(
            {
                "name": "Online", "code": "none", "state": "test", "is_published": True,
                "company_id": self.company.id,
            }
        )  # fmt: skip
        for lang, button, code, sentence in (
            ("en_US", "View details", "scan this code", "the page that the code opens"),
            ("es_MX", "Ver", "escanee este código", "en la página que abre el código"),
            ("pt_BR", "Ver", "leia este código", "na página que o código abre"),
        ):
            reminder = self.one(lang)
            with self.subTest(lang):
                self.assertEqual(reminder.channel, "email")
                self.assertIn("/my/reminders/", reminder.body)
                body = reminder._letter_body()
                self.assertEqual(body.count("data:image/png;base64,"), 1)
                self.assertNotIn("/my/reminders/", body)
                [page] = self.pages(self.pdf(reminder))
                self.assertIn(code, page)
                self.assertIn(sentence, page)
                self.assertNotIn(f"{button} ", page)
                self.assertIn(reminder.line_ids[0].name, page)
            reminder.action_cancel("Next one")

    def test_a_link_in_a_sentence_becomes_its_address(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        page = html.fromstring(str(reminder.body))
        [link] = [one for one in page.iter("a") if "/my/reminders/" in one.get("href")]
        reminder.body = (
            f'<p>Look at <a href="{link.get("href")}">your page</a>, or at '
            '<a href="https://us.test">ours</a>, <a href="//[">there</a> or <a>here</a>.</p>'
        )
        self.assertEqual(
            " ".join(html.fromstring(str(reminder._letter_body())).text_content().split()),
            f"Look at your page ({reminder._short_address()}), or at ours, there or here.",
        )

    def test_of_several_buttons_one_becomes_the_code(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.body = f"{reminder.portal_block}<p>Hello</p>{reminder.portal_block}"
        body = str(reminder._letter_body())
        self.assertEqual(body.count("data:image/png;base64,"), 1)
        self.assertNotIn("View details", body)
        self.assertLess(body.index("data:image"), body.index("Hello"))

    def test_on_paper_a_total_never_stands_alone_on_a_page(self):
        mxn = self.new_currency("MXN", 20)
        for channel, alone in (("email", 2), ("letter", 0)):
            self.policy.level_ids.channel = channel
            self.invoice(self.partner, 100)
            self.invoice(self.partner, 100, currency=mxn)
            with self.subTest(channel=channel):
                reminder = self.propose()
                rows = html.fromstring(str(reminder.lines_table)).findall(".//tbody/tr")
                totals = [row for row in rows if "Total" in row.text_content()]
                self.assertEqual(len(totals), 2)
                names = reminder.line_ids.mapped("name")
                without = [
                    row for row in totals if not any(one in row.text_content() for one in names)
                ]
                self.assertEqual(len(without), alone)
                reminder.action_cancel("Next one")

    def test_an_edited_letter_keeps_its_code(self):
        self.policy.level_ids.channel = "letter"
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.body = reminder.body.replace("Dear", "Good morning")
        reminder.action_approve()
        self.assertIn("data:image/png;base64,", reminder.text_body)
        [page] = self.pages(self.pdf(reminder))
        self.assertIn("Good morning", page)

    def test_a_batch_in_one_file(self):
        for name in ("Ana", "Berta", "Carla"):
            self.invoice(self.new_partner(name), 100)
        self.invoices([(self.partner, 100 + number) for number in range(40)])
        reminders = self.approved()
        pages = self.pages(self.pdf(reminders))
        self.assertGreater(len(pages), 4)
        starts = [page for page in pages if "Dear" in page]
        self.assertEqual(len(starts), 4)
        for page, name in zip(starts, reminders.mapped("partner_id.name"), strict=True):
            self.assertIn(name, page)
            self.assertIn("Page 1 / ", page)

    def test_a_batch_with_a_wkhtmltopdf_that_refuses_several(self):
        for name in ("Ana", "Berta"):
            self.invoice(self.new_partner(name), 100)
        reminders = self.approved()
        with tempfile.TemporaryDirectory() as folder:
            binary = Path(folder, "wkhtmltopdf")
            binary.write_text(UNPATCHED.replace("{real}", which("wkhtmltopdf")))
            binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
            path = os.pathsep.join((folder, os.environ["PATH"]))
            self.addCleanup(ir_actions_report._wkhtml.cache_clear)
            with patch.dict(os.environ, PATH=path):
                ir_actions_report._wkhtml.cache_clear()
                self.assertFalse(ir_actions_report._wkhtml().is_patched_qt)
                pages = self.pages(self.pdf(reminders))
        self.assertEqual(len(pages), 2)
        self.assertIn("Dear Ana", pages[0])
        self.assertIn("Dear Berta", pages[1])

    def test_the_letter_says_what_was_approved(self):
        reminder = self.one()
        self.template.body_html = "<p>Something else</p>"
        [page] = self.pages(self.pdf(reminder))
        self.assertIn("Dear Ana Customer", page)

    def test_the_address_of_the_company_for_a_contact_without_one(self):
        person = self.child("Paula Paying", street=False, city=False, zip=False)
        self.invoice(person, 100)
        reminder = self.approved()
        self.assertEqual(reminder._letter_address(), self.partner)
        [page] = self.pages(self.pdf(reminder))
        self.assertIn("Ana Customer Paula Paying Main Street 7", page)

    def test_a_customer_without_an_address(self):
        """His name alone, without a placeholder; the letter is printed by hand then."""
        self.partner.write({"street": False, "city": False, "zip": False})
        [page] = self.pages(self.pdf(self.one()))
        self.assertIn("Ana Customer", page)
        self.assertNotIn("--", page)

    def test_the_address_of_a_contact_comes_first(self):
        person = self.child("Paula Paying", street="Side Street 9", city="Shelbyville")
        self.invoice(person, 100)
        reminder = self.approved()
        self.assertEqual(reminder._letter_address(), person)

    def test_the_button_prints_without_sending(self):
        reminder = self.one()
        action = reminder.action_print_letter()
        self.assertEqual(action["report_name"], "cobranza_dunning.report_reminder_letter")
        self.assertEqual(action["context"]["active_ids"], reminder.ids)
        self.pdf(reminder)
        self.assertEqual(reminder.state, "approved")
        self.assertFalse(reminder.letter_id)

    def test_an_auditor_prints_and_a_stranger_does_not(self):
        reminder = self.one()
        auditor = self.new_user("cobranza_dunning.group_auditor")
        reminder.with_user(auditor).action_print_letter()
        self.assertIn("One thousand", reminder.with_user(auditor)._totals_in_words()[0][1])
        with self.assertRaises(AccessError):
            reminder.with_user(self.new_user("base.group_user")).action_print_letter()
