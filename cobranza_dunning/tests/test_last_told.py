"""How late a line is, and when its customer was last told of it: facts, not reproach."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .cases import ReminderCase
from .common import TODAY, days_ago

CITES = "Our last communication about this is of"


def plain(html):
    return " ".join(html2plaintext(html or "").replace("*", "").split())


@tagged("post_install", "-at_install")
class TestLastTold(ReminderCase):
    # --- days late

    def test_the_table_says_how_long_ago(self):
        self.r5.delay_days = 0
        for days in (0, 2, 12):
            self.invoice(self.partner, 100 + days, days_ago(days))
        table = plain(self.propose().lines_table)
        self.assertIn("12 days ago", table)
        self.assertIn(" 2 days ago", table)
        self.assertEqual(table.count("ago"), 2)
        self.assertIn("The days since the due date are counted to", table)

    def test_one_day_is_a_day(self):
        self.r5.delay_days = 1
        self.invoice(self.partner, 100, days_ago(1))
        self.assertIn("1 day ago", plain(self.propose().lines_table))

    def test_nothing_is_counted_before_the_due_date(self):
        self.r5.delay_days = -5
        self.invoice(self.partner, 100, TODAY)
        table = plain(self.propose().lines_table)
        self.assertNotIn(" ago", table)
        self.assertNotIn("counted to", table)

    # --- the last reminder

    def again(self, after=10):
        """The next reminder, proposed some days after the first was sent."""
        return self.propose(TODAY + timedelta(days=after))

    def test_the_first_one_cites_none(self):
        self.invoice(self.partner, 100)
        self.assertFalse(self.propose().last_told_text)

    def test_the_next_one_cites_its_day(self):
        self.invoice(self.partner, 100)
        first = self.remind()
        second = self.again()
        self.assertEqual(first.sent_date, TODAY)
        self.assertEqual(plain(second.last_told_text), f"{CITES} March 10, 2026.")
        # the first one was told before anybody had been told
        self.env.invalidate_all()
        self.assertFalse(first.last_told_text)

    def test_a_line_is_found_again_by_invoice_and_due_date(self):
        self.invoice(self.partner, 100)
        self.remind().line_ids._gated().move_line_id = False
        self.assertTrue(self.again().last_told_text)

    def test_other_invoices_dont_count(self):
        paid = self.invoice(self.partner, 100)
        self.remind()
        self.pay(paid)
        self.invoice(self.partner, 50)
        self.assertFalse(self.again().last_told_text)

    def test_what_came_back_doesnt_count(self):
        self.invoice(self.partner, 100)
        first = self.remind()
        notification = self.env["mail.notification"].sudo().search(
            [("mail_message_id", "=", first.mail_message_id.id)]
        )
        notification.notification_status = "bounce"
        self.assertFalse(self.again().last_told_text)

    def test_a_follow_up_cites_it(self):
        follow_up = self.env.ref("cobranza_dunning.mail_template_follow_up")
        self.policy.level_ids.template_id = follow_up
        self.invoice(self.partner, 100)
        self.assertNotIn(CITES, plain(self.remind().text_body))
        self.assertIn(f"{CITES} March 10, 2026.", plain(self.again().body))

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.partner.lang = "es_ES"
        self.invoice(self.partner, 100)
        self.remind()
        self.assertIn("10 de marzo de 2026", plain(self.again().last_told_text))

    def test_it_passes_in_every_language(self):
        """Our own words aren't what our own rules object to."""
        for lang in ("en_US", "es_ES", "pt_PT"):
            self.env["res.lang"]._activate_lang(lang)
            said = self.env(context={"lang": lang})._(
                "Our last communication about this is of %s.", "13/11/2026"
            )
            for kind in ("reminder", "follow_up", "demand"):
                with self.subTest(lang, kind=kind):
                    self.assertFalse(self.env["cobranza.tone.term"]._lint(said, kind, lang))

    def test_one_statement_whatever_their_number(self):
        partners = [self.new_partner(f"Many {number}") for number in range(12)]
        self.invoices([(partner, 100) for partner in partners])
        self.remind()
        reminders = self.again()
        self.assertEqual(len(reminders), 12)
        counts = []
        for some in (reminders[:2], reminders):
            self.env.flush_all()
            self.env.invalidate_all()
            some.mapped("lang")
            before = self.env.cr.sql_log_count
            self.assertEqual(len(some._last_told()), len(some))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts, [1, 1])
