"""Make `engine` importable as it is meant to be: the addon's folder on sys.path, no Odoo."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "cobranza_dunning"), str(HERE)]

# Where pytest names modules by their path (--import-mode=importlib) it has just taken this
# folder, of the same name, for the package.
if getattr(sys.modules.get("engine"), "__file__", None) is None:
    sys.modules.pop("engine", None)
import engine  # noqa: E402, F401
