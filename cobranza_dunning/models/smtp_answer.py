"""What is known of a conversation with a mail server, and what its answer means."""

import smtplib
from typing import NamedTuple

from ..engine import retries


class Conversation:
    """Listens to the last step of conversations with a mail server: the message itself.

    session: smtplib.SMTP, or None. Up to that step nothing has left; after it the message may have
    arrived, whatever happens to the connection.
    """

    def __init__(self, session=None):
        #: whether the connection is gone: nothing more can be said
        self.over = False
        self.begin()
        original = getattr(session, "data", None)
        if original:
            session.data = self._listening(original)

    @classmethod
    def of(cls, session):
        """The conversation of a session: one for all messages that it sends."""
        found = getattr(session, "cobranza_conversation", None)
        if found is None:
            found = cls(session)
            if session:
                session.cobranza_conversation = found
        return found

    def begin(self):
        """Forget the message before."""
        self.message_given = False
        self.reply = False

    def _listening(self, original):
        def data(message):
            self.message_given = True
            code, reply = original(message)
            self.reply = f"{code} {_text(reply)}"
            return code, reply

        return data


class Verdict(NamedTuple):
    """What became of an attempt.

    result: a result of cobranza.attempt. answer: the server's words.
    about_address: whether they say that the address itself is of no use.
    """

    result: str
    answer: str
    about_address: bool = False

    @classmethod
    def of(cls, error, talk, reason=None):
        """Judge the error that ended an attempt.

        error: the exception, or None. talk: the Conversation. reason: Odoo's text of it.
        """
        error = _cause(error)
        if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
            code, text = next(iter(error.recipients.values()))
            return cls._refused(code, text, to_recipient=True)
        if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
            if retries.judge_reply(error.smtp_code) != retries.UNKNOWN:
                return cls._refused(error.smtp_code, error.smtp_error)
        answer = str(reason or error or "")
        if isinstance(error, OSError) or (error is None and not reason):
            # smtplib's errors are OSErrors: no connection, wrong password, silence …
            return cls("ambiguous" if talk.message_given else "refused_temporary", answer)
        return cls("refused", answer)

    @classmethod
    def _refused(cls, code, text, to_recipient=False):
        answer = f"{code} {_text(text)}"
        if retries.judge_reply(code) == retries.FOR_GOOD:
            address = retries.is_about_address(retries.read_status(answer))
            return cls("refused", answer, to_recipient and address)
        return cls("refused_temporary", answer)


def _cause(error):
    """The error of the mail server or the network behind Odoo's own, if there is one."""
    found = error
    while found is not None:
        if isinstance(found, OSError):
            return found
        found = found.__cause__ or found.__context__
    return error


def _text(reply):
    return reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
