"""What stands in the head of a mail is one line and is not decoded any more."""
import pytest
from engine.headers import header_line

CASES = [
    (None, ""),
    ("", ""),
    ("Ñandú & Cía", "Ñandú & Cía"),
    ("  Ana   Customer ", "Ana Customer"),
    ("Ana\r\nBcc: spy@evil.test", "Ana Bcc: spy@evil.test"),
    ("Ana\n\nPay elsewhere", "Ana Pay elsewhere"),
    *((f"Ana{char}Bcc: x", "Ana Bcc: x")
      for char in ("\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")),
    ("=?utf-8?q?Ana=0D=0ABcc:_x?=", "= ?utf-8?q?Ana=0D=0ABcc:_x?="),
    ("=\n?utf-8?q?x?=", "= ?utf-8?q?x?="),
    ("What=?", "What= ?"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_header_line(text, expected):
    assert header_line(text) == expected
    assert header_line(expected) == expected
