"""Writing the lock file: `dev/requirements.in` resolved for every supported Python.

Each interpreter resolves on its own (no installation); where the answers differ, the line gets
an environment marker. All four versions of Python must be on the machine
(pyenv, uv, deadsnakes ...).
"""
import json
import shutil
import tempfile
from pathlib import Path

from . import paths, venv
from .system import run
from .ui import SetupError, step

HEADER = """\
# Made by ./dev/lock from dev/requirements.in: don't edit.
# The newest versions of that day, for Python {versions}.
"""


def write():
    """Resolve for all supported Pythons and write `dev/requirements.txt`."""
    answers = {}
    for version in venv.SUPPORTED:
        name = "{}.{}".format(*version)
        interpreter = shutil.which(f"python{name}")
        if not interpreter or venv.interpreter_version(interpreter) != version:
            raise SetupError(f"python{name} is needed to resolve for it; put it on PATH.")
        step(f"Resolving for Python {name} ...")
        answers[version] = _resolve(interpreter)
    versions = ", ".join("{}.{}".format(*version) for version in answers)
    lines = [HEADER.format(versions=versions)]
    for package in sorted(set().union(*answers.values())):
        lines += _lines(package, answers)
    paths.LOCK_FILE.write_text("".join(lines))


def _resolve(interpreter):
    """{package: version} as pip of a fresh virtualenv of that interpreter would install."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        run([interpreter, "-m", "venv", folder / "venv"])
        python = folder / "venv" / "bin" / "python"
        run([python, "-m", "pip", "install", "--quiet", "--upgrade", "pip"])
        run([python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
             "--report", folder / "report.json", "-r", paths.LOCK_INPUT])
        report = json.loads((folder / "report.json").read_text())
    found = [item["metadata"] for item in report["install"]]
    return {item["name"].lower().replace("_", "-"): item["version"] for item in found}


def _lines(package, answers):
    """The lock's lines for one package: one per distinct version."""
    pythons = {}
    for version, answer in answers.items():
        if package in answer:
            pythons.setdefault(answer[package], []).append(version)
    return [f"{package}=={pin}{_marker(users, list(answers))}\n" for pin, users in pythons.items()]


def _marker(users, everyone):
    """Marker that selects the Pythons `users`, a gapless part of `everyone`."""
    conditions = []
    if users[0] != everyone[0]:
        conditions.append("python_version >= '{}.{}'".format(*users[0]))
    if users[-1] != everyone[-1]:
        conditions.append("python_version <= '{}.{}'".format(*users[-1]))
    return f" ; {' and '.join(conditions)}" if conditions else ""
