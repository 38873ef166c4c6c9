"""`make test` and `make lint`."""
import os
import re
import subprocess
import time

from . import environment, paths, system, templates, venv
from .ui import SetupError, step

ORM_DATABASE = "cobranza_test_orm"


def lint():
    """ruff over everything, pylint-odoo over the addons; both run even if the first one fails."""
    variables = {**os.environ, **environment.prepare()}
    folder = venv.home() / "bin"
    commands = [[folder / "ruff", "check", "."]]
    if paths.addons():
        commands.append([folder / "pylint", "--load-plugins=pylint_odoo",
                         "--rcfile=.pylintrc-mandatory", *paths.addons()])
    failed = False
    for command in commands:
        step(" ".join([command[0].name, *command[1:]]))
        failed |= subprocess.run(list(map(str, command)), cwd=paths.ROOT, env=variables
                                 ).returncode != 0
    return int(failed)


def test():
    """Every layer in turn; the first one that fails ends it. Prints each one's closing line."""
    started = time.time()
    environment.prepare()
    environment.prepare_system()
    if not system.chromium():
        raise SetupError("no Chromium: the browser tests can't run (see the line above).")
    closing = []
    for name, arguments in _layers():
        step(f"Tests: {name}")
        code, line = _pytest(arguments)
        closing.append(f"{name:<28} {line}")
        if code:
            closing.append(f"{name} FAILED; what comes after it was not run")
            break
    print("\n".join(["", *closing, f"{time.time() - started:.0f} s in all"]))
    return int(bool(code))


def _layers():
    """(name, pytest's arguments) of each layer; a folder without tests is an error, not a pass."""
    yield "engine, repository", _folders("engine", "repo")
    yield "ORM", _orm()
    # one process: the live server of the session is started once
    yield "live servers", _folders("packaging", "rpc", "browser", "faults")


def _folders(*names):
    folders = [paths.ROOT / "tests" / name for name in names]
    for folder in folders:
        if not list(folder.glob("**/test_*.py")):
            raise SetupError(f"tests/{folder.name} has no tests: this layer would prove nothing.")
    return [str(folder.relative_to(paths.ROOT)) for folder in folders]


def _orm():
    """The addons' own tests, on a fresh database with all of them."""
    folders = [f"{name}/tests" for name in paths.addons()
               if list((paths.ROOT / name / "tests").glob("test_*.py"))]
    if not folders:
        raise SetupError("no addon has tests.")
    templates.new_database(ORM_DATABASE, paths.addons(), assets=True)
    return [f"--odoo-database={ORM_DATABASE}", *folders]


def _pytest(arguments):
    """(exit code, closing line); a skipped test is a failure: it proved nothing."""
    variables = {**os.environ, **environment.prepare()}
    command = [str(venv.python()), "-m", "pytest", *arguments]
    lines = []
    with subprocess.Popen(command, cwd=paths.ROOT, env=variables, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    line = next((line.strip("= ") for line in reversed(lines) if re.search(r" in [\d.]+s", line)),
                "pytest did not come to an end")
    skipped = re.search(r"\d+ skipped", line)
    if skipped:
        print(f"ERROR: {skipped.group()}; none may be")
    return process.returncode or int(bool(skipped)), line


