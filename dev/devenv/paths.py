"""Where things lie. Everything generated is under `.odoo/`, downloads under the user's cache."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "dev"
STATE = ROOT / ".odoo"

ODOO = STATE / "odoo"
VENV = STATE / "venv"
PDF = STATE / "pdf"
DATA = STATE / "data"
LOGS = STATE / "logs"
CONF = STATE / "odoo.conf"
LOCK_FILE = DEV / "requirements.txt"
LOCK_INPUT = DEV / "requirements.in"


def cache():
    """The download cache: outside the checkout, so that a second clone is fast."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cobranza_dunning"


def addons():
    """Names of the addons of this project: top-level folders with a manifest."""
    return sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))


def addons_path():
    """Folders Odoo searches besides its own; `EXTRA_ADDONS_PATH` adds more (comma separated)."""
    extra = os.environ.get("EXTRA_ADDONS_PATH", "")
    return ([str(ROOT)] if addons() else []) + [part for part in extra.split(",") if part]
