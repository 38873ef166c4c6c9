"""What an answer of a mail server means, and when a message is tried again.

Codes and enhanced status codes are those of RFC 5321 and RFC 3463: 4 = for now, 5 = for good.
A report about a message is that of RFC 3464.
"""

import re
from datetime import timedelta

#: How long to wait after the first, second … try that was refused for now.
DELAYS = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(days=1),
)

FOR_NOW = "for_now"
FOR_GOOD = "for_good"
UNKNOWN = "unknown"

#: An enhanced status code such as 5.1.1, in whatever text.
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
#: A mail server's reply code at the start of a line or after the name of the protocol.
_CODE = re.compile(
    r"(?:^|\bsmtp;?\s*|\berror:?\s*|#)([45]\d\d)(?=[\s\-#])", re.IGNORECASE | re.MULTILINE
)


def next_try(attempt_number, now):
    """Return the moment of the next try after one that was refused for now, or None to give up.

    attempt_number: how many tries there have been, the one just refused included (1 = first).
    now: the moment of the refusal.
    """
    if attempt_number > len(DELAYS):
        return None
    return now + DELAYS[attempt_number - 1]


def judge_reply(code):
    """Return what a mail server's reply code says: FOR_NOW, FOR_GOOD or UNKNOWN.

    code: three digits, or None where the server gave none.
    """
    if code and 400 <= code < 500:
        return FOR_NOW
    if code and 500 <= code < 600:
        return FOR_GOOD
    return UNKNOWN


def read_status(text):
    """Return the first enhanced status code in a text ("5.1.1"), else a reply code ("550"), or "".

    text: a server's answer or the body of a report.
    """
    found = _STATUS.search(text or "")
    if found:
        return ".".join(found.groups())
    found = _CODE.search(text or "")
    return found.group(1) if found else ""


def is_about_address(status):
    """Whether a failure for good says that the address itself is of no use.

    status: what `read_status` returns. Not about the address: a full mailbox (5.2.2), a message
    that is too long (5.2.3, 5.3.4), what our own server may not do (5.7: relaying, reputation),
    and other trouble on the way (5.4.4 to 5.4.7). Without an enhanced code a 5xx given for
    the recipient is believed, but 552, "mailbox full", and 554, "transaction failed".
    """
    if re.fullmatch(r"5\d\d", status):
        return status not in ("552", "554")
    parts = status.split(".")
    if len(parts) != 3 or parts[0] != "5":
        return False
    subject, detail = parts[1:]
    if subject == "2":
        return detail not in ("2", "3")
    if subject == "4":
        # no such route for this recipient: large providers say so of unknown mailboxes
        return detail == "1"
    return subject in ("0", "1")


def judge_report(kind, action, status):
    """Return what a report about a message says of it: FOR_GOOD, FOR_NOW or None.

    kind: the report's type ("delivery-status", "feedback-report" …), "" if it has none.
    action: failed, delayed, delivered, relayed or expanded; "" if it doesn't say.
    status: what `read_status` found in it.
    FOR_GOOD: it didn't arrive, and won't. FOR_NOW: it didn't arrive, another time it may.
    None: no failure: a delay, a confirmation, a receipt, a complaint about spam.
    """
    if kind not in ("", "delivery-status"):
        return None
    if action not in ("", "failed"):
        return None
    if not action and status.startswith("2"):
        return None
    return FOR_GOOD if status.startswith("5") else FOR_NOW
