"""What a mail server's answer, or its silence, means for a reminder."""

from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.smtp_answer import Conversation, Verdict
from .cases import MailingCase
from .test_cobranza_attempt import BUSY, NOBODY

FAILED = "Mail Delivery Failed"


@tagged("post_install", "-at_install")
class TestVerdict(MailingCase):
    """What an error says about the message."""

    def test_errors_and_what_they_mean(self):
        cases = [
            (BUSY, False, "refused_temporary", False),
            (NOBODY, False, "refused", True),
            (SMTPRecipientsRefused({"x": (550, b"5.7.1 Relaying")}), False, "refused", False),
            (SMTPRecipientsRefused({"x": (552, b"5.2.2 Full")}), False, "refused", False),
            (SMTPSenderRefused(550, b"5.1.8 Bad sender", "me"), False, "refused", False),
            (SMTPSenderRefused(451, b"Later", "me"), False, "refused_temporary", False),
            (SMTPDataError(554, b"5.6.0 Content"), True, "refused", False),
            (SMTPDataError(452, b"4.3.1 Full"), True, "refused_temporary", False),
            (SMTPDataError(-1, b"?"), True, "ambiguous", False),
            (SMTPServerDisconnected("gone"), False, "refused_temporary", False),
            (SMTPServerDisconnected("gone"), True, "ambiguous", False),
            (TimeoutError("silence"), False, "refused_temporary", False),
            (TimeoutError("silence"), True, "ambiguous", False),
            (ConnectionRefusedError("no"), False, "refused_temporary", False),
            (SMTPAuthenticationError(535, b"Password"), False, "refused_temporary", False),
            (UnicodeError("text"), False, "refused", False),
        ]
        for error, given, result, about_address in cases:
            talk = Conversation()
            talk.message_given = given
            for caught in (error, self.wrapped(error)):
                with self.subTest(repr(caught), given=given):
                    verdict = Verdict.of(caught, talk, "reason")
                    self.assertEqual(verdict.result, result)
                    self.assertEqual(verdict.about_address, about_address)
                    self.assertTrue(verdict.answer)

    def wrapped(self, error):
        """The error as Odoo raises it."""
        try:
            try:
                raise error
            except Exception:
                raise UserError(FAILED)
        except UserError as caught:
            return caught

    def test_it_listens_to_the_last_step_of_the_conversation(self):
        class Session:
            def data(self, message):
                return 250, b"2.0.0 Queued as 4711"

        session = Session()
        talk = Conversation(session)
        self.assertFalse(talk.message_given or talk.reply)
        self.assertEqual(session.data("text"), (250, b"2.0.0 Queued as 4711"))
        self.assertEqual((talk.message_given, talk.reply), (True, "250 2.0.0 Queued as 4711"))
        talk.begin()
        self.assertFalse(talk.message_given or talk.reply)
