"""How a reminder leaves: its level's channel, or another where the recipient can't be reached."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..engine import short_text
from .cases import ReminderCase
from .common import days_ago

PHONE = "+34 612 34 56 78"
E164 = "+34612345678"


class ChannelCase(ReminderCase):
    """A policy with one level that leaves through a channel, and a customer who has it all."""

    def setUpBooks(self):
        super().setUpBooks()
        self.partner.write({"phone": PHONE, "street": "Main Street 7", "city": "Springfield"})

    def use(self, channel, fallback=False, **vals):
        """Have the policy's first level leave through a channel; return the level."""
        self.r5.write({"channel": channel, "fallback_channel": fallback, **vals})
        return self.r5

    def approved_by(self, channel, **vals):
        """An approved reminder that leaves through a channel."""
        self.use(channel, **vals)
        self.invoice(self.partner, 100, days_ago(6))
        return self.approved().filtered(lambda one: one.partner_id == self.partner)


@tagged("-at_install", "post_install")
class TestChannels(ChannelCase):
    def test_the_reminder_takes_its_levels_channel(self):
        for channel in ("email", "sms", "letter", "whatsapp", "phone"):
            with self.subTest(channel=channel):
                self.use(channel)
                move = self.invoice(self.partner, 100, days_ago(6))
                self.assertDecision(move, "remind", "level_reached", channel=channel)
                reminder = self.propose()
                self.assertEqual(reminder.channel, channel)
                self.assertFalse(reminder.channel_note)
                reminder.action_cancel("test")

    def test_what_the_recipient_lacks(self):
        self.partner.write({"email": False, "phone": False, "street": False})
        move = self.invoice(self.partner, 100, days_ago(6))
        for channel, reason, words in (
            ("email", "no_email", "no e-mail address"),
            ("sms", "no_phone", "no valid phone number"),
            ("whatsapp", "no_phone", "no valid phone number"),
            ("phone", "no_phone", "no valid phone number"),
            ("letter", "no_address", "no complete postal address"),
        ):
            with self.subTest(channel=channel):
                self.use(channel)
                decision = self.assertDecision(move, "skip", reason)
                self.assertIn(words, decision.sentence)
                self.assertFalse(decision.channel)

    def test_the_other_channel_and_why(self):
        self.use("email", "letter")
        self.partner.email = False
        move = self.invoice(self.partner, 100, days_ago(6))
        decision = self.assertDecision(move, "remind", "level_reached", channel="letter")
        self.assertIn(
            "It leaves as a letter, because no e-mail address of the recipient works.",
            decision.sentence,
        )
        reminder = self.propose()
        self.assertEqual(reminder.channel, "letter")
        self.assertIn("as a letter", reminder.channel_note)

    def test_the_first_channel_is_used_where_it_can_be(self):
        self.use("email", "letter")
        self.invoice(self.partner, 100, days_ago(6))
        self.assertEqual(self.propose().channel, "email")

    def test_neither_channel(self):
        self.use("sms", "letter")
        self.partner.write({"phone": False, "street": False})
        self.assertDecision(self.invoice(self.partner, 100, days_ago(6)), "skip", "no_phone")

    def test_a_run_refreshes_the_channel_of_a_proposal(self):
        self.use("email", "letter")
        move = self.invoice(self.partner, 100, days_ago(6))
        reminder = self.propose()
        self.partner.email = False
        self.pay(move, 1)
        self.propose()
        self.assertEqual(reminder.channel, "letter")

    def test_what_counts_as_a_phone_number(self):
        self.use("phone")
        move = self.invoice(self.partner, 100, days_ago(6))
        for phone, valid in (
            (PHONE, True), ("+52 55 1234 5678", True), (False, False), ("12", False),
            ("call Ana", False), ("+", False), ("+34 000", False),
        ):  # fmt: skip
            with self.subTest(phone=phone):
                self.partner.phone = phone
                reason = "level_reached" if valid else "no_phone"
                self.assertEqual(self.decide(move).reason, reason)
                self.assertEqual(bool(self.partner._cobranza_reachable("phone")), valid)

    def test_a_number_without_its_country_code_is_that_of_the_customers_country(self):
        self.partner.write({"phone": "612 34 56 78", "country_id": self.env.ref("base.es").id})
        reminder = self.approved_by("phone")
        self.assertEqual(reminder.phone_number, E164)

    def test_what_counts_as_a_postal_address(self):
        self.use("letter")
        move = self.invoice(self.partner, 100, days_ago(6))
        for street, city, zip_code, complete in (
            ("Main Street 7", "Springfield", False, True),
            ("Main Street 7", False, "12345", True),
            ("Main Street 7", False, False, False),
            (False, "Springfield", "12345", False),
            ("", "Springfield", "", False),
        ):
            with self.subTest(street=street, city=city, zip=zip_code):
                self.partner.write({"street": street, "city": city, "zip": zip_code})
                reason = "level_reached" if complete else "no_address"
                self.assertEqual(self.decide(move).reason, reason)
                self.assertEqual(bool(self.partner._cobranza_reachable("address")), complete)

    def test_a_contact_without_a_number_is_called_at_his_company(self):
        person = self.child("Paula Paying", phone=False)
        self.use("phone")
        self.invoice(person, 100, days_ago(6))
        reminder = self.approved()
        self.assertEqual(reminder.phone_number, E164)

    def test_hand_over_says_what_is_missing_by_now(self):
        for channel, lost, words in (
            ("sms", {"phone": False}, "no valid phone number"),
            ("email", {"email": False}, "no e-mail address"),
        ):
            with self.subTest(channel=channel):
                self.partner.write({"phone": PHONE, "email": "ana@example.com"})
                reminder = self.approved_by(channel)
                self.partner.write(lost)
                reminder.action_send()
                self.assertEqual(reminder.state, "approved")
                self.assertIn(words, reminder.problem)
                reminder.action_cancel("test")

    def test_a_letter_says_what_is_missing_by_now(self):
        reminder = self.approved_by("letter")
        self.partner.street = False
        action = reminder.action_print_and_send()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("no complete postal address", action["params"]["message"])
        self.assertEqual(reminder.state, "approved")

    def test_the_channel_of_a_reminder_is_nobodys_to_set(self):
        reminder = self.approved_by("sms")
        for vals in (
            {"channel": "email"}, {"text_short": "Pay!"}, {"contacted_at": "2026-01-01"},
            {"letter_id": False},
        ):  # fmt: skip
            with self.subTest(vals=vals), self.assertRefused("can't be set by hand", AccessError):
                reminder.write(vals)


@tagged("-at_install", "post_install")
class TestShortText(ChannelCase):
    def test_placeholders_are_checked_when_saved(self):
        for text, words in (
            ("Hello {nombre}", "Short Text: “{nombre}” can't be named here"),
            ("Hello {name", "Short Text: a brace is left open"),
            ("Hello {}", "can't be named here"),
            ("{name.company_id}", "can't be named here"),
        ):
            with self.subTest(text=text), self.assertRefused(words, ValidationError):
                self.r5.short_text = text

    def test_what_it_says(self):
        self.r5.short_text = "{name}|{company}|{amount}|{invoices}|{contact}"
        self.use("sms")
        move = self.invoice(self.partner, 1234.5, days_ago(6))
        reminder = self.propose()
        self.assertEqual(
            reminder.short_text.split("|")[:4],
            ["Ana Customer", "Cobranza test company", "$ 1,234.50", move.name],
        )
        self.assertIn(reminder.user_id.name, reminder.short_text.split("|")[4])

    def test_the_contact_is_somebody_who_is_there(self):
        self.r5.short_text = "{contact}"
        self.use("sms")
        collector = self.new_collector(name="Lea Left")
        self.invoice(self.partner, 100, days_ago(6))
        self.debtor().user_id = collector
        reminder = self.propose()
        self.assertEqual(reminder.short_text, "Lea Left")
        collector.active = False
        self.env.invalidate_all()
        self.assertEqual(reminder.short_text, "Cobranza test company")

    def test_the_link_opens_the_customers_page(self):
        self.r5.short_text = "{link}"
        self.use("sms")
        self.invoice(self.partner, 100, days_ago(6))
        reminder = self.propose()
        link = reminder.short_text
        self.assertEqual(link, f"{reminder.get_base_url()}/o/{reminder.short_token}")
        self.assertRegex(reminder.short_token, "^[A-Za-z0-9]{17}$")
        reminder.action_approve()
        self.assertEqual(reminder.text_short, link)

    def test_each_has_an_address_of_its_own(self):
        for number in range(3):
            self.invoice(self.new_partner(f"Site {number}"), 10, days_ago(6))
        reminders = self.propose()
        self.assertEqual(len(set(reminders.mapped("short_token"))), 3)
        copy = reminders[0]._gated().copy({"state": "cancelled"})
        self.assertNotIn(copy.short_token, reminders.mapped("short_token"))
        with self.assertRefused("can't be set by hand", AccessError):
            reminders[0].short_token = "mine"

    def test_a_reminder_from_before_gets_its_address_when_it_is_asked_for(self):
        self.invoice(self.partner, 10, days_ago(6))
        reminder = self.propose()
        reminder._gated().short_token = False
        address = reminder.with_user(self.new_collector())._short_address()
        self.assertTrue(address.endswith(f"/o/{reminder.short_token}"))
        self.assertEqual(reminder._short_address(), address)

    def test_accents_stay_where_an_sms_has_room_and_in_chats(self):
        self.partner.name = "María López Peña"
        for channel, text, name in (
            ("sms", "{name}", "María López Peña"),
            ("sms", "{name}" + " ñ" * 40, "Maria Lopez Peña"),
            ("whatsapp", "{name}" + " ñ" * 40, "María López Peña"),
        ):
            with self.subTest(channel=channel, text=text):
                reminder = self.approved_by(channel, short_text=text)
                self.assertEqual(reminder.text_short.split(" ñ")[0], name)
                url = reminder.action_text_message()["params"]["url"] if channel == "sms" else ""
                self.assertEqual("Maria" in url, name.startswith("Maria"))
                reminder.action_cancel("Next one")

    def test_many_invoices_are_counted(self):
        self.r5.short_text = "{invoices}"
        self.use("sms")
        names = [self.invoice(self.partner, 10, days_ago(6)).name for _number in range(5)]
        self.assertEqual(self.propose().short_text, f"{names[0]}, {names[1]} +3")

    def test_the_standard_text_of_each_kind(self):
        seen = set()
        for level in self.r5 | self.f40 | self.d60:
            text = level._fill_short_text({"name": "Ana", "amount": "$ 1", "company": "Us"})
            self.assertIn("Ana", text)
            self.assertNotIn("{", text)
            seen.add(text)
        self.r5.delay_days = -3
        seen.add(self.r5._fill_short_text({"name": "Ana", "amount": "$ 1", "company": "Us"}))
        self.assertEqual(len(seen), 4)

    def test_the_length_is_shown(self):
        self.r5.short_text = "a" * 161
        self.assertEqual(self.r5.short_size, "161 characters, 2 SMS.")
        self.r5.short_text = "á"
        self.assertIn("1 characters, 1 SMS: some of them (such as á)", self.r5.short_size)

    def test_it_is_used_where_there_is_little_room(self):
        for channel, fallback, used in (
            ("email", False, False), ("email", "sms", True), ("letter", "email", False),
            ("phone", False, True), ("whatsapp", "letter", True),
        ):  # fmt: skip
            self.assertEqual(self.use(channel, fallback).uses_short_text, used)

    def test_it_is_frozen_with_the_approval(self):
        reminder = self.approved_by("sms")
        told = reminder.short_text
        self.r5.short_text = "Something else"
        reminder.invalidate_recordset()
        self.assertEqual(reminder.short_text, told)

    def test_words_that_must_not_be_told_stop_the_approval(self):
        self.r5.short_text = "Hello {name}, this is the final notice before legal action."
        self.assertIn("legal action", self.r5.short_tone_html)
        self.use("sms")
        self.invoice(self.partner, 100, days_ago(6))
        with self.assertRefused("The text can't leave as it is"):
            self.propose().action_approve()
        self.r5.short_text = False
        self.assertFalse(self.r5.short_tone_html)

    def test_every_language_is_judged_where_it_is_written(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self.r5.short_text = "Hello {name}"
        self.r5.with_context(lang="es_MX").short_text = "{name}, último aviso antes del embargo."
        self.assertIn("Spanish", self.r5.short_tone_html)
        self.assertIn("embargo", self.r5.short_tone_html)
        self.assertNotIn("Hello", self.r5.short_tone_html)
        draft = self.r5.new({"short_text": "This is your final notice."}, origin=self.r5)
        self.assertIn("final notice", draft.short_tone_html)
        spanish = self.r5.with_context(lang="es_MX")
        self.assertIn("embargo", spanish.short_tone_html)
        spanish.short_text = "Hola, {name}"
        self.assertFalse(self.r5.short_tone_html)

    def test_the_standard_texts_have_the_right_tone(self):
        for kind in ("reminder", "follow_up", "demand"):
            level = self.policy.level_ids.filtered(lambda one, kind=kind: one.kind == kind)[:1]
            for lang in ("en_US", "es_MX", "pt_BR"):
                self.env["res.lang"]._activate_lang(lang)
                with self.subTest(kind=kind, lang=lang):
                    self.assertFalse(level.with_context(lang=lang).short_tone_html)

    def test_the_standard_texts_fit_one_sms(self):
        self.company.name = "Distribuciones Levante S.L."
        before = self.r5.copy({"delay_days": -3, "name": "Before"})
        for level in before | self.policy.level_ids:
            level.channel = "sms"
            for lang in ("en_US", "es_ES", "es_MX", "pt_BR", "pt_PT"):
                self.env["res.lang"]._activate_lang(lang)
                with self.subTest(kind=level.kind, lang=lang):
                    told = level.with_context(lang=lang)
                    size = short_text.size(told.short_example)
                    self.assertEqual((size.segments, size.unicode), (1, False), told.short_example)
                    self.assertIn("/o/", told.short_example)

    def test_it_follows_amounts_that_fall(self):
        self.use("sms", short_text="{amount}")
        move = self.invoice(self.partner, 100, days_ago(6))
        reminder = self.approved()
        self.pay(move, 40)
        reminder.action_send()
        self.assertEqual((reminder.state, reminder.text_short), ("sent", "$ 60.00"))

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self.partner.lang = "es_MX"
        self.r5.with_context(lang="es_MX").short_text = "Hola, {name}"
        self.use("sms")
        self.invoice(self.partner, 100, days_ago(6))
        self.assertEqual(self.propose().short_text, "Hola, Ana Customer")
