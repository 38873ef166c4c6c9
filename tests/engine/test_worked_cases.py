"""Document and engine say the same: the worked cases of docs/insurance.md, its list of reasons."""

import re

import pytest
import worked_cases
from engine.cover_reasons import COVER_REASONS

CASES = worked_cases.read()
DOCUMENT = worked_cases.DOCUMENT.read_text(encoding="utf-8")


def test_there_are_enough_cases():
    golden = [case for case in CASES if case.number.startswith("G")]
    assert {case.number[:2] for case in golden} == {"G1", "G2", "G3", "G4"}
    assert len(CASES) - len(golden) >= 25
    assert len({case.number for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.number)
def test_the_engine_says_so(case):
    found = worked_cases.answer(case)
    assert {key: found[key] for key in worked_cases.expected(case)} == worked_cases.expected(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.number)
def test_the_arithmetic_is_right(case):
    for statement in case.arithmetic.split(";"):
        assert worked_cases.holds(statement), statement


@pytest.mark.parametrize(
    "statement, true",
    [("60 − 20 = 41", False), ("1 000 × 5 ‰ = 5", True), ("2026-02-28 + 1 d > 2026-03-01", False),
     ("10 ÷ 3 ≈ 3.33", True), ("10 ÷ 3 = 3.33", False)],
)  # fmt: skip
def test_arithmetic_is_read_right(statement, true):
    assert worked_cases.holds(statement) is true


def test_the_list_of_reasons_is_complete():
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", DOCUMENT, re.MULTILINE)
    assert {code: (int(step), text) for code, step, text in rows} == COVER_REASONS
