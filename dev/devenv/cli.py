"""What the commands in `dev/` and the Makefile do."""
import os
import re
import subprocess
import sys

from . import background, checks, environment, odoo_account, paths, pins, postgres, templates, venv
from .ui import SetupError


def main(command):
    """Run `command(arguments)` and turn a SetupError into one clear message."""
    try:
        return command(sys.argv[1:])
    except SetupError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def env(_args):
    """`./dev/env`: print the environment as shell exports."""
    print(environment.as_shell(environment.prepare()), end="")


def odoo(args):
    """`./dev/odoo ARGS...`: become Odoo's command line."""
    variables = {**os.environ, **environment.prepare()}
    command = environment.odoo_command()
    os.execve(command[0], [*command, *args], variables)


def newdb(args):
    """`./dev/newdb [--assets] NAME [ADDON...]`: a database from the cached template."""
    assets = "--assets" in args
    names = [arg for arg in args if arg != "--assets"]
    if not names or any(name.startswith("-") for name in names):
        raise SetupError("usage: ./dev/newdb [--assets] NAME [ADDON...]")
    environment.prepare()
    templates.new_database(_database_name(names[0]), names[1:], assets=assets)
    print(names[0])


def dropdb(args):
    """`./dev/dropdb NAME`: drop a database."""
    if len(args) != 1:
        raise SetupError("usage: ./dev/dropdb NAME")
    environment.prepare()
    templates.drop_database(_database_name(args[0]))


def lock(_args):
    """`./dev/lock`: pin what dev/requirements.in asks for."""
    pins.write()


def make(args):
    """`./dev/make TARGET`: what the Makefile calls."""
    targets = {
        "setup": setup, "stop": stop, "demo": demo, "bench": bench, "lint": checks.lint,
        "test": checks.test, "test_odoo_account": odoo_account.compare, "i18n": i18n,
        "screenshots": screenshots,
    }
    if len(args) != 1 or args[0] not in targets:
        raise SetupError(f"usage: ./dev/make {'|'.join(targets)}")
    return targets[args[0]]()


def setup():
    """Everything a first run needs, system packages included."""
    environment.prepare()
    environment.prepare_system()


def stop():
    """Stop what runs in the background."""
    if paths.STATE.exists():
        background.stop("demo.py")
        postgres.stop()


def demo():
    """The demo company in a fresh database, its run, then the web client."""
    setup()
    return _python(paths.DEV / "demo.py")


def i18n():
    """The catalogues of translations, brought up to date with code and views."""
    environment.prepare()
    return _python(paths.DEV / "i18n.py")


def screenshots():
    """The pictures of docs/img."""
    setup()
    return _python(paths.DEV / "screenshots.py")


def bench():
    """The timed scenarios."""
    environment.prepare()
    return _python(paths.ROOT / "benchmarks" / "run.py")


def _python(script):
    """Run a script of ours with the virtualenv's Python in this environment."""
    if not script.exists():
        raise SetupError(f"{script.relative_to(paths.ROOT)} isn't there yet.")
    variables = {**os.environ, **environment.prepare()}
    done = subprocess.run([str(venv.python()), str(script)], env=variables, cwd=paths.ROOT)
    return done.returncode


def _database_name(name):
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,62}", name):
        raise SetupError(f"{name!r} is no name for a database (letters, digits, _ and -).")
    return name
