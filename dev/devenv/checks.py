"""`make test` and `make lint`."""
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from . import environment, paths, postgres, system, templates, venv
from .ui import SetupError, step

ORM_DATABASE = "cobranza_test_orm"
ORM_PARTS = 4
#: They give way to the layers with servers and browsers, which take longest one test after the
#: other; so all end at about the same time.
GIVES_WAY = 10
#: Their ledgers have a dozen rows: to plan a statement takes ten times as long as to execute it,
#: half of that with fewer plans to choose from.
FEW_PLANS = ("join_collapse_limit = 1", "enable_hashjoin = off", "enable_mergejoin = off",
             "enable_memoize = off", "max_parallel_workers_per_gather = 0")
#: What the tests' classes would make each for itself.
BOOKS = """
from odoo.addons.cobranza_dunning.tests.books import BooksCase
BooksCase.bake(env)
env.cr.commit()
"""


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
    """Every layer: what needs no database while theirs are made, then the others side by side.

    Prints each one's closing line. What fails first ends it.
    """
    started = time.time()
    variables = {**os.environ, **environment.prepare()}
    run = partial(_pytest, variables)
    with ThreadPoolExecutor() as pool:
        browser = pool.submit(_prepare_browser)
        first = pool.submit(run, "engine, repository", _folders("engine", "repo"))
        orm = _orm()
        browser.result()
        failed, line = first.result()
        closing = {"engine, repository": line}
        if failed:
            closing["FAILED"] = "the other layers were not run"
        else:
            # each process with a server has it to itself, started once
            begun = {name: pool.submit(run, name, _folders(*name.split(", ")))
                     for name in ("rpc, browser", "packaging, faults")}
            for name, arguments in orm.items():
                begun[name] = pool.submit(run, name, arguments, GIVES_WAY)
            for name, one in begun.items():
                code, closing[name] = one.result()
                failed |= code
    print("\n".join(["", *(f"{name:<20} {line}" for name, line in closing.items()),
                     f"{time.time() - started:.0f} s in all"]))
    return int(failed)


def _prepare_browser():
    """Install what of the system the tests need.  Raises SetupError without a browser."""
    environment.prepare_system()
    if not system.chromium():
        raise SetupError("no Chromium: the browser tests can't run (see the line above).")


def _folders(*names):
    """The paths of layers; a folder without tests is an error, not a pass."""
    folders = [paths.ROOT / "tests" / name for name in names]
    for folder in folders:
        if not list(folder.glob("**/test_*.py")):
            raise SetupError(f"tests/{folder.name} has no tests: this layer would prove nothing.")
    return [str(folder.relative_to(paths.ROOT)) for folder in folders]


def _orm():
    """The addons' own tests in parts, each on a fresh database with all of them."""
    files = [str(path.relative_to(paths.ROOT)) for name in paths.addons()
             for path in sorted((paths.ROOT / name / "tests").glob("test_*.py"))]
    if not files:
        raise SetupError("no addon has tests.")
    databases = [f"{ORM_DATABASE}_{number}" for number in range(1, ORM_PARTS + 1)]
    templates.new_database(databases[0], paths.addons(), assets=True)
    templates.run_in(databases[0], BOOKS)
    for name in databases[1:]:
        templates.copy_database(databases[0], name)
    for name in databases:
        postgres.psql("; ".join(f'ALTER DATABASE "{name}" SET {one}' for one in FEW_PLANS))
    return {
        f"ORM {number}": [f"--odoo-database={database}", *files[number - 1::ORM_PARTS]]
        for number, database in enumerate(databases, 1)
    }


def _pytest(variables, name, arguments, niceness=0):
    """(exit code, closing line); a skipped test is a failure: it proved nothing."""
    step(f"Tests: {name}")
    command = ["nice", "-n", str(niceness), str(venv.python()), "-m", "pytest", *arguments]
    lines = []
    with subprocess.Popen(command, cwd=paths.ROOT, env=variables, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            print(f"{name}: {line}", end="", flush=True)
            lines.append(line.rstrip())
    line = next((line for line in reversed(lines) if re.search(r" in [\d.]+s", line)),
                "pytest did not come to an end")
    print(line, flush=True)
    skipped = re.search(r"\d+ skipped", line)
    if skipped:
        print(f"ERROR: {name}: {skipped.group()}; none may be")
    return process.returncode or int(bool(skipped)), line.strip("= ")


