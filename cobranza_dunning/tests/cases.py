"""What the tests of runs and of reminders share."""

from datetime import timedelta
from email.message import EmailMessage
from smtplib import SMTPRecipientsRefused
from unittest.mock import patch

from odoo.addons.cobranza_dunning.models import cobranza_facts
from odoo.addons.mail.tests.common import MockEmail
from odoo.tools import SQL, mute_logger
from odoo.tools.mail import html2plaintext

from .common import TODAY, CobranzaCase

IN_A_WEEK = TODAY + timedelta(days=7)
STILL_WORKING = "Another run of this company is still working: wait until it is done"


class RunCase(CobranzaCase):
    """What the tests of runs share."""

    def rows(self, table, columns="*"):
        """All rows of a table as text, to see whether anything was written."""
        self.env.flush_all()
        names = SQL(", ").join(map(SQL, columns.split(", ")))
        rows = SQL("SELECT %s FROM %s", names, SQL.identifier(table))
        return self.env.execute_query(SQL("SELECT t::text FROM (%s) t ORDER BY 1", rows))

    def told(self, reminders):
        """{(customer, recipient): [(line, level, amount), …]} of reminders."""
        return {
            (one.partner_id, one.recipient_id): sorted(
                (line.move_line_id.id, line.level_id.id, line.amount) for line in one.line_ids
            )
            for one in reminders
        }

    def decided(self, run):
        """What a run decided, as a set of plain tuples, each line once."""
        rows = [
            (one.move_line_id.id, one.outcome, one.reason, one.level_id.id, one.amount)
            for one in run.line_ids
        ]
        self.assertEqual(len(rows), len(set(rows)), "a line was decided twice")
        return set(rows)

    def set_limit(self, lines):
        """Have runs of more than so many lines done in the background."""
        self.env["ir.config_parameter"].sudo().set_param(
            "cobranza_dunning.foreground_lines", str(lines)
        )

    def set_chunk(self, lines):
        """Have runs decide on so many lines at a time."""
        chunk = patch.object(cobranza_facts, "CHUNK", lines)
        chunk.start()
        self.addCleanup(chunk.stop)

    def trigger(self, cron="ir_cron_work"):
        """Let Odoo execute a scheduled action, with cursor and commits as if for real."""
        with self.enter_registry_test_mode():
            self.env.ref(f"cobranza_dunning.{cron}").with_user(1).method_direct_trigger()
        self.env.invalidate_all()

    def debts(self, customers, lines=1):
        """Make `lines` invoices of 100 for each of so many new customers."""
        partners = [self.new_partner(f"Debtor {number}") for number in range(customers)]
        self.invoices([(one, 100 + number) for one in partners for number in range(lines)])
        return partners


class ReminderCase(CobranzaCase):
    """Short ways to look at a reminder."""

    def told(self, reminders):
        """What reminders tell, as a sorted list of (invoice number, amount)."""
        return sorted((line.name, line.amount) for line in reminders.line_ids)

    def log(self, reminder):
        """All of a reminder's chatter as one text."""
        return "\n".join(html2plaintext(body) for body in reminder.message_ids.mapped("body"))

    def child(self, name, **vals):
        """A contact of the customer with its own e-mail address."""
        return self.new_partner(name, parent_id=self.partner.id, type="invoice", **vals)


class MailingCase(MockEmail, ReminderCase):
    """Reminders, and Odoo's mail queue with a mail server that only remembers."""

    def mails(self):
        """All mails about reminders, as the system sees them."""
        mails_sudo = self.env["mail.mail"].sudo()
        return mails_sudo.search([("model", "=", "cobranza.reminder")], order="id")

    def sent(self, partner=None, amount=100, due=None, on=None):
        """An invoice whose reminder is in the mail queue; return that reminder."""
        partner = partner or self.partner
        self.invoice(partner, amount, due)
        return self.remind(on, debtors=self.debtor(partner))

    def work_queue(self, refused=None):
        """Let the queue send its mails; refused: the exception the mail server answers with."""
        with self.mock_mail_gateway():
            self.send_email_mocked.side_effect = refused or self.send_email_mocked.side_effect
            with mute_logger("odoo.addons.mail.models.mail_mail"):
                self.mails().filtered(lambda one: one.state == "outgoing").send()
        self.env.invalidate_all()

    def refuse(self):
        """Let the queue send its mails to a mail server that takes none of them."""
        self.work_queue(SMTPRecipientsRefused({"x@example.com": (550, b"No such user")}))

    def bounce(self, reminder):
        """Let the customer's mail server give a mail back that it had taken."""
        report = EmailMessage()
        report["From"] = "MAILER-DAEMON@example.com"
        report["To"] = "bounce@example.com"
        report["Subject"] = "Undelivered mail"
        report["Message-Id"] = f"<bounce-{reminder.id}@example.com>"
        report["Content-Type"] = "multipart/report; report-type=delivery-status"
        report.set_payload([])
        text, headers = EmailMessage(), EmailMessage()
        text.set_content("550 5.1.1 No such user")
        headers.set_content(f"Message-Id: {reminder.mail_message_id.message_id}\n")
        headers.replace_header("Content-Type", "text/rfc822-headers")
        report.attach(text)
        report.attach(headers)
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].sudo().message_process(False, report.as_bytes())
        self.env.invalidate_all()
