"""When a message is tried again, and what servers and their reports say."""

from datetime import datetime, timedelta

import pytest
from engine import retries
from engine.retries import FOR_GOOD, FOR_NOW, UNKNOWN

NOW = datetime(2026, 3, 10, 12, 0)


@pytest.mark.parametrize(
    "number, wait",
    [
        (1, timedelta(minutes=15)),
        (2, timedelta(hours=1)),
        (3, timedelta(hours=4)),
        (4, timedelta(days=1)),  # the last one
        (5, None),  # given up
        (6, None),
    ],
)
def test_each_try_waits_longer(number, wait):
    assert retries.next_try(number, NOW) == (wait and NOW + wait)


@pytest.mark.parametrize(
    "code, said",
    [
        (None, UNKNOWN), (-1, UNKNOWN), (250, UNKNOWN), (399, UNKNOWN),
        (400, FOR_NOW), (421, FOR_NOW), (450, FOR_NOW), (499, FOR_NOW),
        (500, FOR_GOOD), (550, FOR_GOOD), (599, FOR_GOOD), (600, UNKNOWN),
    ],
)  # fmt: skip
def test_reply_codes(code, said):
    assert retries.judge_reply(code) == said


@pytest.mark.parametrize(
    "text, status",
    [
        ("550 5.1.1 No such mailbox", "5.1.1"),
        ("smtp; 450 4.2.0 Mailbox busy", "4.2.0"),
        ("5.1.1", "5.1.1"),
        ("Diagnostic-Code: smtp;550-5.1.1 The email account", "5.1.1"),
        ("550 No such user", "550"),
        ("The server said:\n  x\n552 full", "552"),
        ("smtp; 550 unknown", "550"),
        ("Sent by 10.5.1.1 at noon", ""),  # an address of a machine
        ("invoice 550 is open", ""),
        ("we owe 5.1.1.2", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_status_codes_in_texts(text, status):
    assert retries.read_status(text) == status


@pytest.mark.parametrize(
    "status, address",
    [
        ("5.1.1", True), ("5.1.10", True), ("5.0.0", True), ("5.2.0", True), ("5.2.1", True),
        ("5.4.1", True), ("550", True), ("553", True),
        ("5.2.2", False), ("5.2.3", False), ("5.3.4", False), ("5.4.4", False), ("5.4.7", False),
        ("5.6.0", False), ("5.7.1", False), ("5.7.26", False), ("552", False), ("554", False),
        ("4.1.1", False), ("450", False), ("2.0.0", False), ("", False), ("5.1", False),
    ],
)  # fmt: skip
def test_what_is_about_the_address(status, address):
    assert retries.is_about_address(status) is address


@pytest.mark.parametrize(
    "kind, action, status, said",
    [
        ("delivery-status", "failed", "5.1.1", FOR_GOOD),
        ("delivery-status", "failed", "550", FOR_GOOD),
        ("delivery-status", "failed", "4.4.7", FOR_NOW),  # tried for days and given up
        ("delivery-status", "failed", "", FOR_NOW),  # no code: the address may be right
        ("delivery-status", "", "5.1.1", FOR_GOOD),
        ("", "", "5.1.1", FOR_GOOD),  # a plain message from a mail server
        ("", "", "", FOR_NOW),
        ("delivery-status", "delayed", "4.4.1", None),
        ("delivery-status", "delivered", "2.0.0", None),
        ("delivery-status", "relayed", "2.0.0", None),
        ("delivery-status", "expanded", "2.0.0", None),
        ("delivery-status", "", "2.0.0", None),
        ("feedback-report", "", "", None),  # a complaint about spam
        ("feedback-report", "failed", "5.1.1", None),
        ("disposition-notification", "", "", None),  # a receipt
    ],
)
def test_reports(kind, action, status, said):
    assert retries.judge_report(kind, action, status) == said
