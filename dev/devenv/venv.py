"""The virtualenv with the pinned packages of `dev/requirements.txt` in `.odoo/venv`.

`ODOO_VENV` names an existing virtualenv to use instead; nothing is installed into that one.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import apt, paths
from .system import lock, run
from .ui import SetupError, step

SUPPORTED = ((3, 10), (3, 11), (3, 12), (3, 13))


def home():
    """Folder of the virtualenv in use."""
    named = os.environ.get("ODOO_VENV")
    return Path(named).expanduser().resolve() if named else paths.VENV


def python():
    """Path of the virtualenv's interpreter."""
    return home() / "bin" / "python"


def site_packages():
    """The virtualenv's folder of pure packages."""
    found = sorted(home().glob("lib/python3.*/site-packages"))
    if not found:
        raise SetupError(f"{home()} is not a virtualenv (no lib/python3.*/site-packages).")
    return found[-1]


def lock_key():
    """Hash of the pinned requirements."""
    return hashlib.sha256(paths.LOCK_FILE.read_bytes()).hexdigest()[:16]


def ensure():
    """Make sure the virtualenv is there and complete; return its folder."""
    if os.environ.get("ODOO_VENV"):
        if not python().exists():
            raise SetupError(f"ODOO_VENV={home()}: no bin/python there.")
    elif not _complete():
        with lock("venv"):
            if not _complete():
                _build()
    return home()


def _stamp():
    return paths.VENV / "complete.json"


def _complete():
    """The stamp is written last: without it, or with another lock, the virtualenv is remade."""
    try:
        return json.loads(_stamp().read_text())["lock"] == lock_key() and python().exists()
    except (OSError, ValueError, KeyError):
        return False


def _build():
    interpreter = base_python()
    step(f"Making the virtualenv with {interpreter} (about a minute) ...")
    shutil.rmtree(paths.VENV, ignore_errors=True)
    environment = {**os.environ, "PYTHONPATH": "", "PYTHONNOUSERSITE": "1"}
    pip = _create(interpreter)
    requirements = ["-r", str(paths.LOCK_FILE)]
    run([*pip, "install", "--quiet", "--no-input", "--disable-pip-version-check", *requirements],
        env=environment)
    _stamp().write_text(json.dumps({"lock": lock_key(), "python": interpreter}))


def _create(interpreter):
    """Make an empty virtualenv; return the command that runs pip in it."""
    has_pip = subprocess.run([interpreter, "-c", "import ensurepip"], capture_output=True)
    if has_pip.returncode == 0:
        run([interpreter, "-m", "venv", paths.VENV])
        return [str(python()), "-m", "pip"]
    # Debian splits ensurepip off into python3-venv. The wheel of pip is a package of its own
    # and can be run as it is, which spares asking for root.
    run([interpreter, "-m", "venv", "--without-pip", paths.VENV])
    source = apt.PrivateApt()
    apt.unpack(source.fetch("python3-pip-whl", suite=source.own), paths.STATE / "pip")
    wheel = next((paths.STATE / "pip").glob("usr/share/python-wheels/pip-*.whl"))
    return [str(python()), f"{wheel}/pip"]


def base_python():
    """An interpreter of a supported version: `$PYTHON`, the system's, the running one, or another.

    Distributions build theirs with profiles of real programs, which makes Odoo a fifth faster
    than one that was compiled plainly.
    """
    names = [os.environ.get("PYTHON"), "/usr/bin/python3",
             getattr(sys, "_base_executable", sys.executable),
             *(f"python3.{minor}" for _major, minor in reversed(SUPPORTED))]
    for name in filter(None, names):
        found = shutil.which(name)
        if found and interpreter_version(found) in SUPPORTED:
            return found
    wanted = ", ".join(f"{major}.{minor}" for major, minor in SUPPORTED)
    raise SetupError(f"Odoo 19 here needs Python {wanted}; none found. Set PYTHON=/path/to/python.")


def interpreter_version(interpreter):
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([interpreter, "-c", code], capture_output=True, text=True)
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else None


