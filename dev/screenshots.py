"""`make screenshots`: the pictures of docs/img, as the browser tests leave them.

They are made small enough for a repository.
"""
import subprocess
import sys

from PIL import Image

from devenv import paths
from devenv.ui import SetupError

TESTS = "tests/browser/test_pictures.py"
PREFIX = "docs-"
TAKEN = paths.STATE / "screenshots"
TARGET = paths.ROOT / "docs" / "img"
LARGEST = 150_000    # bytes of a picture


def main():
    """Run the tests that take the pictures and store these; returns the exit code."""
    for old in TAKEN.glob(f"{PREFIX}*.png"):
        old.unlink()
    code = subprocess.run([sys.executable, "-m", "pytest", TESTS], cwd=paths.ROOT).returncode
    if code:
        return code
    for picture in sorted(TAKEN.glob(f"{PREFIX}*.png")):
        target = _store(picture)
        print(f"{target.relative_to(paths.ROOT)}  {target.stat().st_size // 1024} KB")
    return 0


def _store(picture):
    """Store a picture with a palette, small enough; returns its path."""
    TARGET.mkdir(parents=True, exist_ok=True)
    target = TARGET / picture.name.removeprefix(PREFIX)
    image = Image.open(picture).convert("RGB")
    for colours in (256, 128, 64, 32):
        small = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(target, optimize=True)
        if target.stat().st_size < LARGEST:
            return target
    raise SetupError(f"{target} is too large.")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"ERROR: {error}")
