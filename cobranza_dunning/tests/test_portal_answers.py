"""What customers send from a reminder's page: taken once, with nothing harmful in it."""

from uuid import uuid4

from lxml import html
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TODAY, days_ago
from .test_portal import PortalCase

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@tagged("post_install", "-at_install")
class TestPortalAnswers(PortalCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.reminder, self.move = self.sent()

    def form(self, kind, page=None, **values):
        """What the form of this kind would send from the page, filled in with `values`."""
        tree = html.fromstring((page or self.page(self.reminder)).text)
        [form] = tree.xpath(f"//details[@id='{kind}']//form")
        hidden = form.xpath(".//input[@type='hidden']")
        return {one.get("name"): one.get("value") for one in hidden} | values

    def send(self, data, files=None):
        """Send a form; returns the answer, not followed."""
        return self.url_open(
            f"/my/reminders/{self.reminder.id}/answer", data=data, files=files,
            allow_redirects=False, method="POST",
        )  # fmt: skip

    def answers(self):
        """What has been written down so far."""
        return self.env["cobranza.interaction"].search(
            [("reminder_id", "=", self.reminder.id), ("channel", "=", "portal")], order="id"
        )

    def assertTaken(self, answer, kind):
        self.assertEqual(answer.status_code, 303, answer.text[:2000])
        self.assertIn(f"thanks={kind}", answer.headers["Location"])
        # on a telephone the thanks are far above the form
        self.assertTrue(answer.headers["Location"].endswith("#thanks"))
        self.assertIn("Thank you.", self.url_open(answer.headers["Location"]).text)

    def assertNotTaken(self, answer, problem):
        self.assertEqual(answer.status_code, 422)
        self.assertIn(problem, html.fromstring(answer.text).text_content())
        self.assertFalse(self.answers())

    # --- each form ---------------------------------------------------------------------

    def test_already_paid_with_proof(self):
        data = self.form(
            "already_paid", paid_on="2026-03-05", amount="100,00", reference="TRF 1",
            text="By <b>transfer</b>\nfrom our bank",
        )  # fmt: skip
        files = [("proof", ("proof.png", PNG, "image/png")), ("proof", ("a.PDF", PDF))]
        self.assertTaken(self.send(data, files), "already_paid")
        answer = self.answers()
        self.assertEqual(answer.kind, "already_paid")
        self.assertEqual(answer.summary, "The customer says it is paid: 2026-03-05 · 100,00")
        self.assertTrue(answer.waiting)
        self.assertIn("TRF 1", answer.note)
        self.assertNotIn("<b>transfer</b>", answer.note)
        self.assertIn("&lt;b&gt;transfer", answer.note)
        self.assertEqual(sorted(answer.attachment_ids.mapped("name")), ["a.PDF", "proof.png"])
        self.assertEqual(sorted(answer.attachment_ids.mapped("raw")), sorted([PDF, PNG]))
        self.assertFalse(any(answer.attachment_ids.mapped("public")))
        # it reads like an answer by mail: in the reminder's chatter, by the customer
        note = self.reminder.message_ids[:1]
        self.assertEqual(note.author_id, self.reminder.recipient_id)
        self.assertIn("The customer says it is paid", note.body)
        self.assertIn("&lt;b&gt;transfer", note.body)

    def test_call_back(self):
        data = self.form("call_back", phone="+34 600 123 456", moment="mornings", text="Invoice")
        self.assertTaken(self.send(data), "call_back")
        answer = self.answers()
        self.assertEqual(answer.summary, "Call the customer: +34 600 123 456 (mornings)")
        self.assertEqual(
            answer.activity_id.activity_type_id, self.env.ref("mail.mail_activity_data_call")
        )

    def test_not_received(self):
        data = self.form("not_received", line_ids=str(self.reminder.line_ids.id))
        self.assertTaken(self.send(data), "not_received")
        answer = self.answers()
        self.assertEqual((answer.kind, answer.move_id), ("not_received", self.move))
        self.assertEqual(answer.summary, f"Not received: {self.move.name}")
        # it was sent again, and with that the answer is handled
        resent = self.env["cobranza.interaction"].search([("kind", "=", "invoice_resent")])
        self.assertEqual(resent.move_id, self.move)
        self.assertFalse(answer.waiting)

    def test_an_invoice_with_two_due_lines_is_asked_about_once(self):
        move = self.invoice(self.partner, 0, installments=[(days_ago(40), 60), (days_ago(20), 40)])
        self.pay(self.move)
        reminder = self.propose()
        reminder.action_approve()
        reminder.action_send()
        self.assertEqual(len(reminder.line_ids), 2)
        values = reminder._portal_values()
        self.assertEqual([(line.name, total) for line, total in values["told"]], [(move.name, 100)])

    def test_not_received_and_his_own_words(self):
        """He may say where to send it: a person reads that before anything is sent."""
        data = self.form(
            "not_received", line_ids=str(self.reminder.line_ids.id), text="To new@example.com"
        )
        self.assertTaken(self.send(data), "not_received")
        answer = self.answers()
        self.assertTrue(answer.waiting)
        self.assertIn("new@example.com", answer.note)
        self.assertFalse(self.move.cobranza_resent_date)

    def test_not_received_and_not_to_be_sent(self):
        """Without an address the answer waits for a person."""
        self.partner.email = False
        data = self.form("not_received", line_ids=str(self.reminder.line_ids.id))
        self.assertTaken(self.send(data), "not_received")
        self.assertTrue(self.answers().waiting)
        self.assertIn("could not be sent again", self.log(self.reminder))

    def test_something_else(self):
        data = self.form("other", text="We wait for an approval. " * 10)
        self.assertTaken(self.send(data), "other")
        answer = self.answers()
        self.assertEqual(answer.kind, "other")
        self.assertEqual(len(answer.summary), 100)

    def test_reminders_stop_until_somebody_has_looked(self):
        self.send(self.form("other", text="Wait, please"))
        self.assertTrue(self.answers().waiting)
        self.assertTrue(self.reminder.debtor_id.activity_ids)

    # --- what is refused ---------------------------------------------------------------

    def test_mistakes_are_named_and_nothing_is_lost(self):
        cases = [
            ("already_paid", {}, "Tell us when you paid"),
            ("already_paid", {"paid_on": "2026-03-11"}, "can't be in the future"),
            ("already_paid", {"paid_on": "5/3/2026"}, "write the date as year-month-day"),
            ("call_back", {"phone": "12345"}, "Tell us the phone number"),
            ("not_received", {}, "Choose the invoices"),
            ("other", {"text": " "}, "Write your message"),
            ("other", {"text": "x" * 4001}, "shorten your text to 4000"),
            ("call_back", {"phone": "1" * 121}, "shorten your text to 120"),
            ("other", {"nonce": "mine", "text": "Hello"}, "reload the page"),
        ]
        for kind, values, problem in cases:
            with self.subTest(kind=kind, problem=problem):
                self.assertNotTaken(self.send(self.form(kind, **values)), problem)
        data = self.form("already_paid", paid_on="2026-03-11", amount="77,70", text="With love")
        shown = html.fromstring(self.send(data).text)
        self.assertEqual(shown.xpath("//input[@name='amount']/@value"), ["77,70"])
        self.assertEqual(shown.xpath("//textarea[@id='already_paid_text']/text()"), ["With love"])
        self.assertEqual(shown.xpath("//textarea[@id='other_text']/text()"), [])
        self.assertTrue(shown.xpath("//details[@id='already_paid' and @open]"))

    def test_files_have_to_be_attached_again(self):
        """A browser fills in what was typed, but no file."""
        data = self.form("already_paid", paid_on="2026-03-11", text="With love")
        again = "Please attach your files again."
        self.assertNotTaken(self.send(data, [("proof", ("proof.png", PNG))]), again)
        self.assertNotIn(again, self.send(data).text)
        empty = [("proof", ("", b""))]
        self.assertNotIn(again, self.send(data, empty).text)

    def test_unknown_kinds(self):
        for kind in ("paid", "", "__class__"):
            self.assertNotTaken(self.send(self.form("other", text="x") | {"kind": kind}), "reload")

    def test_the_page_says_which_files_it_takes(self):
        tree = html.fromstring(self.page(self.reminder).text)
        [field] = tree.xpath("//input[@type='file']")
        self.assertEqual((field.get("data-most"), field.get("data-megabytes")), ("3", "10"))
        self.assertIn("up to 3 files of 10 MB.", " ".join(tree.text_content().split()))

    def test_files_that_are_not_taken(self):
        data = self.form("already_paid", text="Here")
        big = PDF + b"x" * (10 * 1024 * 1024)
        cases = [
            ([("proof", ("page.html", b"<script>alert(1)</script>"))], "can't be attached"),
            ([("proof", ("image.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"))], "attached"),
            # a name that says another thing than the content
            ([("proof", ("proof.pdf", b"MZ\x90\x00" + b"\x00" * 60))], "can't be attached"),
            ([("proof", ("proof.exe", PDF))], "can't be attached"),
            ([("proof", ("big.pdf", big))], "larger than 10 MB"),
            ([("proof", (f"{n}.png", PNG)) for n in range(4)], "at most 3 files"),
        ]
        for files, problem in cases:
            with self.subTest(problem=problem, name=files[0][1][0]):
                self.assertNotTaken(self.send(data, files), problem)
        exactly = PDF + b"x" * (10 * 1024 * 1024 - len(PDF))
        self.assertTaken(self.send(data, [("proof", ("big.pdf", exactly))]), "already_paid")

    def test_whatever_somebody_types_is_kept_as_text(self):
        """What no database keeps is left out; what is markup or odd stays what it is."""
        texts = ("a\0b", "\u202eevil", "🙂 " * 1000, "<svg onload=alert(1)>", "${7*7} {{7*7}}")
        for text in texts:
            with self.subTest(text=text[:10]):
                data = self.form("call_back", phone=f"600 123 456 {text[:20]}", text=text)
                self.assertTaken(self.send(data), "call_back")
                answer = self.answers()[-1]
                kept = text.replace("\0", "").strip()
                self.assertEqual(html.fromstring(answer.note).xpath("//p")[0].text, kept)
        data = self.form("already_paid", paid_on="0001-01-01", amount="\0-1e400")
        name = "..\\..//<b>\0\"x.png"
        self.assertTaken(self.send(data, [("proof", (name, PNG))]), "already_paid")
        file = self.answers()[-1].attachment_ids
        self.assertNotIn("/", file.name)
        self.assertEqual(file.mimetype, "image/png")

    def test_a_form_from_another_page_is_refused(self):
        data = self.form("other", text="Hello") | {"csrf_token": "forged"}
        self.assertEqual(self.send(data).status_code, 400)
        self.assertFalse(self.answers())

    def test_without_the_token_nothing_is_taken(self):
        data = self.form("other", text="Hello") | {"access_token": "wrong"}
        self.assertTurnedAway(self.send(data))
        self.assertFalse(self.answers())

    def test_another_reminders_lines_are_not_chosen(self):
        second, _move = self.sent(partner=self.other)
        data = self.form("not_received", line_ids=str(second.line_ids.id))
        self.assertNotTaken(self.send(data), "Choose the invoices")

    def test_the_back_office_can_not_answer_for_the_customer(self):
        self.new_collector(name="Carla", login="carla", password="carla-secret")
        self.authenticate("carla", "carla-secret")
        page = self.page(self.reminder)
        self.assertIn("Only the customer can send this form", page.text)
        self.assertNotTaken(self.send(self.form("other", page, text="Hello")), "preview")

    # --- once, and not too often -------------------------------------------------------

    def test_the_same_page_sent_twice_is_one_answer(self):
        data = self.form("other", text="Hello")
        self.assertTaken(self.send(data), "other")
        self.assertTaken(self.send(data), "other")
        self.assertEqual(len(self.answers()), 1)

    def test_the_same_words_within_a_minute_are_one_answer(self):
        self.send(self.form("other", text="Hello"))
        self.send(self.form("other", text="Hello"))
        self.assertEqual(len(self.answers()), 1)
        self.send(self.form("other", text="Hello again"))
        self.assertEqual(len(self.answers()), 2)

    def test_the_same_words_later_are_another(self):
        take = self.reminder.sudo()._portal_take_answer
        first = take(str(uuid4()), "other", summary="Hello")
        with self.at_moment(f"{TODAY} 12:00:59"):
            self.assertEqual(take(str(uuid4()), "other", summary="Hello"), first)
        with self.at_moment(f"{TODAY} 12:01:00"):
            self.assertNotEqual(take(str(uuid4()), "other", summary="Hello"), first)

    def test_nobody_floods_a_collector(self):
        take = self.reminder.sudo()._portal_take_answer
        for number in range(20):
            take(str(uuid4()), "other", summary=f"Message {number}")
        answer = self.send(self.form("other", text="One more"))
        self.assertEqual(answer.status_code, 422)
        self.assertIn("please call us instead", answer.text)
        self.assertEqual(len(self.answers()), 20)

    def test_two_at_the_same_moment_are_one(self):
        nonce = str(uuid4())
        take = self.reminder.sudo()._portal_take_answer
        take(nonce, "other", summary="Hello")
        # the second one's search doesn't see the first one yet
        self.env.cr.execute("UPDATE cobranza_interaction SET channel = 'phone'")
        self.env.invalidate_all()
        self.assertEqual(
            self.env["cobranza.interaction"].search_count([("portal_nonce", "=", nonce)]), 1
        )
        take(nonce, "other", summary="Hello")
        self.assertEqual(
            self.env["cobranza.interaction"].search_count([("portal_nonce", "=", nonce)]), 1
        )

    def test_the_nonce_is_not_set_by_hand(self):
        with self.assertRefused("can't be set by hand", AccessError):
            self.env["cobranza.interaction"].create(
                {
                    "debtor_id": self.reminder.debtor_id.id,
                    "summary": "Forged",
                    "portal_nonce": str(uuid4()),
                }
            )

    def test_what_we_write_down_is_in_the_collectors_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.reminder._gated().lang = "es_ES"
        page = self.page(self.reminder)
        self.assertIn('lang="es-ES"', page.text)
        self.assertIn("08/02/2026", page.text)
        self.send(self.form("call_back", page, phone="600123456"))
        self.assertEqual(self.answers().summary, "Call the customer: 600123456")
