"""Databases cloned from cached templates.

Installing Odoo's accounting with its demo data takes a minute, cloning a database a third of a
second. Two layers, so that a change to an addon of ours costs only that addon's installation:

- base: the Odoo addons that ours depend on, with Odoo's demo data;
- addons: base plus our addons. With assets (`assets=True`) a third one, which has the web
  client's bundles in it.

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

RECIPE = 2      # raise when this file builds templates differently
ALWAYS = ("account",)
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
        template = _ensure(addons, assets)
        drop_database(name)
        postgres.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def drop_database(name):
    """Drop database `name`, whoever is connected; nothing happens if there is none."""
    postgres.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _ensure(addons, assets):
    """Name of the template for these addons, made if it isn't there."""
    own = [name for name in addons if name in paths.addons()]
    base_addons = sorted(foreign_dependencies(addons))
    base_key = _hash(RECIPE, odoo_source.version_key(odoo_source.home()), venv.lock_key(),
                     *base_addons)
    base = _name("base", base_addons, base_key)
    if base not in _templates():
        step(f"Building the base database ({', '.join(base_addons)}; one to two minutes) ...")
        _build(base, None, base_addons, STORE_IN_DATABASE)
        _drop_others("base", base_addons, base)
    installed = _closure(own)
    name = _name("addons", addons, _hash(base_key, *addons, *map(_content, installed)))
    if own and name not in _templates():
        step(f"Building the database template for {', '.join(addons)} ...")
        _build(name, base, addons, STORE_IN_DATABASE)
        _drop_others("addons", addons, name)
    template = name if own else base
    if not assets:
        return template
    with_assets = _name("assets", addons, _hash(template))
    if with_assets not in _templates():
        step("Generating the web client's assets (half a minute) ...")
        _build(with_assets, template, [], GENERATE_ASSETS)
        _drop_others("assets", addons, with_assets)
    return with_assets


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

def _name(layer, addons, key):
    """Name of a template: checkout, layer and list of addons, then what it was built from."""
    return f"{_prefix(layer, addons)}{key}"


def _prefix(layer, addons):
    # several checkouts may share a server: none drops another's templates
    return f"cobranza_tpl_{_hash(paths.ROOT)[:6]}_{layer}_{_hash(*addons)[:6]}_"


def _templates():
    return postgres.psql("SELECT datname FROM pg_database").split()


def _drop_others(layer, addons, keep):
    for name in _templates():
        if name.startswith(_prefix(layer, addons)) and name != keep:
            drop_database(name)


def _build(name, origin, addons, code):
    """Build a template from `origin` (None: from nothing): install `addons`, run `code`."""
    draft = f"{name}_new"
    drop_database(draft)
    template = f'"{origin}"' if origin else "template0"
    encoding = "" if origin else "ENCODING 'UTF8' LC_COLLATE 'C' "
    postgres.psql(f'CREATE DATABASE "{draft}" {encoding}TEMPLATE {template} STRATEGY FILE_COPY')
    if addons:
        _odoo("-d", draft, "-i", ",".join(addons), "--with-demo", "--stop-after-init", "--no-http",
              "--max-cron-threads=0")
    _odoo("shell", "-d", draft, "--no-http", stdin=code)
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
