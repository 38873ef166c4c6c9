"""The pictures of the docs are what the browser tests see."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def found(pattern, paths):
    """What a pattern's group says in files."""
    return {name for path in paths for name in re.findall(pattern, path.read_text("utf-8"))}


def test_each_picture_is_left_by_a_browser_test_and_shown():
    stored = {path.stem for path in (ROOT / "docs/img").glob("*.png")}
    left = found(r'"docs-([\w-]+)"', (ROOT / "tests/browser").glob("*.py"))
    shown = found(r"img/([\w-]+)\.png", [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    assert stored == left == shown
