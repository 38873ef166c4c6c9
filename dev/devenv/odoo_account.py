"""`make test-odoo-account`: does Odoo's own accounting still pass its tests with our addons?

A few of those tests fail on a machine like this without us, too (newer libraries than Odoo was
written for), so what counts is the difference between the two lists of failures.
"""
import os
import re
import subprocess
from pathlib import Path

from . import environment, paths, templates
from .system import free_port
from .ui import SetupError, step

FAILURE = re.compile(r" (?:ERROR|FAIL): (Test\w+\.test_\w+|setUpClass \([\w.]+\))")
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def compare():
    """Run `account`'s tests on both databases; 1 if our addons add failures."""
    if not paths.addons():
        raise SetupError("there is no addon of ours to compare with.")
    environment.prepare()
    environment.prepare_system()
    without, without_figures = _run(
        "cobranza_account_without", templates.foreign_dependencies(paths.addons()))
    with_us, with_figures = _run("cobranza_account_with", paths.addons())
    print(f"\nOdoo's account tests without our addons: {without_figures}")
    print(f"Odoo's account tests with our addons:    {with_figures}")
    for title, names in (("fail only with our addons", with_us - without),
                         ("fail only without them", without - with_us),
                         ("fail in both", with_us & without)):
        print(f"{title}: {len(names)}")
        for name in sorted(names):
            print(f"  {name}")
    return int(bool(with_us - without))


def _run(database, addons):
    """(names of the failed tests, figures) of account's post-install tests."""
    templates.new_database(database, addons, assets=True)
    step(f"Odoo's account tests on {database} ...")
    log = paths.LOGS / f"{database}.log"
    variables = {**os.environ, **environment.prepare()}
    command = [*environment.odoo_command(), "-d", database, "--test-tags", "/account",
               "--stop-after-init", f"--http-port={free_port()}", "--max-cron-threads=0"]
    with open(log, "w") as stream:
        subprocess.run(command, env=variables, stdout=stream, stderr=subprocess.STDOUT,
                       stdin=subprocess.DEVNULL)
    templates.drop_database(database)
    return _read(log)


def _read(log):
    text = Path(log).read_text(errors="replace")
    summary = SUMMARY.findall(text)
    if not summary:
        raise SetupError(f"the tests did not come to an end; see {log}")
    failed, errors, total = summary[-1]
    return set(FAILURE.findall(text)), f"{total} tests, {failed} failed, {errors} errors ({log})"
