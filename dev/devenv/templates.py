"""Databases cloned from cached templates.

Installing Odoo's accounting with its demo data takes a minute, cloning a database a third of a
second. Layers, each made from the one before, so that a change costs only what comes after it:

- base: the Odoo addons that ours depend on, with Odoo's demo data;
- chart: that and the demo company's chart of accounts, where it is named;
- addons: base plus our addons;
- assets: that and the web client's bundles, where they are wanted (`assets=True`);
- extra: that and other addons of Odoo's, where some are named.

A template's name carries a hash of everything that goes into it. It is built under another name
and renamed when it is whole; those whose contents changed are dropped.
"""
import ast
import hashlib
import os
import subprocess
from functools import lru_cache
from pathlib import Path

from . import environment, odoo_source, paths, postgres, venv
from .system import lock
from .ui import SetupError, step

RECIPE = 4      # raise when this file builds templates differently
ALWAYS = ("account",)
#: What our demo data is depends on whether this is there.
DEMO_CHART = "l10n_es"
IGNORED = {"__pycache__", "tests"}

STORE_IN_DATABASE = """
env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
env['ir.attachment'].force_storage()
env.cr.commit()
"""
GENERATE_ASSETS = """
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
"""


def new_database(name, addons=(), assets=False):
    """Make database `name` with `addons` (default: cobranza_dunning); an old one is replaced."""
    addons = sorted(set(addons) or {"cobranza_dunning"})
    with lock("templates"):
        copy_database(_ensure(addons, assets), name)


def copy_database(origin, name):
    """Make database `name` a copy of another that nobody uses; an old one is replaced."""
    drop_database(name)
    postgres.psql(f'CREATE DATABASE "{name}" TEMPLATE "{origin}" STRATEGY FILE_COPY')


def run_in(name, code):
    """Run code in `odoo shell` on database `name`; nothing stays without `env.cr.commit()`."""
    _odoo("shell", "-d", name, "--no-http", stdin=code)


def drop_database(name):
    """Drop database `name`, whoever is connected; nothing happens if there is none."""
    drop = f'DROP DATABASE IF EXISTS "{name}"'
    try:
        postgres.psql(f"{drop} WITH (FORCE)")
    except SetupError:
        # an autovacuum worker isn't ours to end; without force the server sends it away
        postgres.psql(drop)


def _ensure(addons, assets):
    """Name of the template for these addons, made if it isn't there."""
    own = [name for name in addons if name in paths.addons()]
    base = foreign_dependencies(own or addons)
    chart = sorted({DEMO_CHART} & set(addons) - base)
    extra = sorted(set(addons) - set(own) - base - set(chart))
    for addon in chart + extra:
        _check_exists(addon)
    base = sorted(base)
    template, way = None, ()
    for layer, installed, wanted, message, contents in (
        ("base", base, True,
         f"Building the base database ({', '.join(base)}; one to two minutes) ...",
         [odoo_source.version_key(odoo_source.home()), venv.lock_key()]),
        ("chart", chart, chart, f"Adding {DEMO_CHART} ...", []),
        ("addons", own, own, f"Building the database template for {', '.join(own)} ...",
         map(_content, _closure(own))),
        ("assets", [], assets, "Generating the web client's assets (half a minute) ...", []),
        ("extra", extra, extra, f"Adding {', '.join(extra)} ...", []),
    ):
        if wanted:
            way += (layer, *installed)
            name = _prefix(layer, way) + _hash(RECIPE, template, *installed, *contents)
            if name not in _templates():
                step(message)
                _build(name, template, installed, "assets" in way)
                _drop_others(_prefix(layer, way), name)
            template = name
    return template


# --- what goes into a template ---------------------------------------------------------------

def manifest(addon):
    """The manifest of one of our addons as a dict."""
    path = paths.ROOT / addon / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text())
    except (OSError, ValueError, SyntaxError) as error:
        raise SetupError(f"{path} can't be read: {error}") from error


def _closure(addons):
    """Our addons among `addons` and everything they depend on, sorted."""
    ours, found, queue = set(paths.addons()), set(), list(addons)
    while queue:
        addon = queue.pop()
        if addon in ours and addon not in found:
            found.add(addon)
            queue += manifest(addon).get("depends", [])
    return sorted(found)


def foreign_dependencies(addons):
    """Addons that aren't ours: those asked for and those ours depend on; a set of names."""
    ours, foreign = set(paths.addons()), set(ALWAYS)
    for addon in addons:
        if addon not in ours:
            _check_exists(addon)
            foreign.add(addon)
    for addon in _closure(addons):
        foreign.update(set(manifest(addon).get("depends", [])) - ours)
    return foreign


def _check_exists(addon):
    home = odoo_source.home()
    folders = [home / "odoo" / "addons", *map(Path, odoo_source.own_addons(home)),
               *map(Path, paths.addons_path())]
    if not any((folder / addon / "__manifest__.py").exists() for folder in folders):
        raise SetupError(f"there is no addon {addon}, neither here nor in Odoo.")


@lru_cache
def _content(addon):
    """Hash of the files of an addon that an installation reads."""
    digest = hashlib.sha256()
    root = paths.ROOT / addon
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.is_file() and not IGNORED.intersection(relative.parts):
            digest.update(f"{relative}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _hash(*parts):
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:12]


# --- building --------------------------------------------------------------------------------

def _prefix(layer, way):
    """Start of a template's name: checkout, layer, and what is installed on the way to it.

    What it was built from follows.
    """
    # several checkouts may share a server: none drops another's templates
    return f"cobranza_tpl_{_hash(paths.ROOT)[:6]}_{layer}_{_hash(*way)[:6]}_"


def _templates():
    return postgres.psql("SELECT datname FROM pg_database").split()


def _drop_others(prefix, keep):
    for name in _templates():
        if name.startswith(prefix) and name != keep:
            drop_database(name)


def _build(name, origin, addons, assets):
    """Build a template from `origin` (None: from nothing): install `addons`, make the assets."""
    draft = f"{name}_new"
    drop_database(draft)
    template = f'"{origin}"' if origin else "template0"
    encoding = "" if origin else "ENCODING 'UTF8' LC_COLLATE 'C' "
    postgres.psql(f'CREATE DATABASE "{draft}" {encoding}TEMPLATE {template} STRATEGY FILE_COPY')
    if addons:
        _odoo("-d", draft, "-i", ",".join(addons), "--with-demo", "--stop-after-init", "--no-http",
              "--max-cron-threads=0")
    code = ("" if origin else STORE_IN_DATABASE) + (GENERATE_ASSETS if assets else "")
    if code:
        run_in(draft, code)
    postgres.psql(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    # a forgotten connection would block cloning
    postgres.psql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')


def _odoo(*args, stdin=None):
    """Run Odoo to its end, its output in a log that is shown when it fails.

    Odoo ends with success after some failed installations, so errors in the log count too.
    """
    paths.LOGS.mkdir(exist_ok=True)
    log = paths.LOGS / "template.log"
    variables = {**os.environ, **environment.prepare()}
    done = subprocess.run(
        [*environment.odoo_command(), *args, "--log-level=warn"], env=variables, input=stdin,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    log.write_text(done.stdout)
    failed = [line for line in done.stdout.splitlines()
              if " ERROR " in line or " CRITICAL " in line or line.startswith("Traceback")]
    if done.returncode or failed:
        raise SetupError(f"odoo {' '.join(args)} failed:\n{done.stdout[-6000:]}")
