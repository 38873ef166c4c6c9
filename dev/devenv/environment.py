"""The environment as a whole: what `./dev/env` exports and every other command runs in."""
import os
import shlex
from concurrent.futures import ThreadPoolExecutor

from . import odoo_source, paths, pdf, postgres, system, venv

CONFIG = """\
# Written by dev/devenv/environment.py; ODOO_RC points here
[options]
addons_path = {addons_path}
data_dir = {data_dir}
http_interface = 127.0.0.1
list_db = True
db_template = template0
limit_time_cpu = 900
limit_time_real = 1800
limit_memory_soft = 0
limit_memory_hard = 0
log_handler = :INFO,odoo.addons.rpc:ERROR
"""


def prepare():
    """Set everything up as far as it isn't yet and return the environment variables."""
    paths.STATE.mkdir(exist_ok=True)
    with ThreadPoolExecutor() as pool:
        # each takes half a minute the first time, and neither needs the other
        packages = pool.submit(venv.ensure)
        home = odoo_source.ensure()
        packages.result()
    pdf_folder = pdf.ensure()
    server = postgres.ensure()
    _write_config(home)
    first = [str(pdf_folder), str(venv.home() / "bin"), str(postgres.tools())]
    return {
        **server,
        "ODOO_HOME": str(home),
        "ODOO_RC": str(paths.CONF),
        "PYTHONPATH": _joined([str(home)], os.environ.get("PYTHONPATH", "")),
        # Odoo's package comes uncompiled: seconds for every process, if it stays so
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(paths.STATE / "pycache"),
        "PATH": _joined(first, os.environ.get("PATH", "")),
    }


def prepare_system():
    """Browser, fonts and libraries: packages of the system, installed only where that is free."""
    system.install_packages(system.missing_packages(pdf.binary()))


def as_shell(variables):
    """The variables as `export` lines for eval."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())


def odoo_command():
    """The start of every Odoo command line."""
    return [str(venv.python()), str(odoo_source.script(odoo_source.home()))]


def _joined(first, existing):
    rest = [part for part in existing.split(":") if part and part not in first]
    return ":".join([*first, *rest])


def _write_config(home):
    folders = [*odoo_source.own_addons(home), *paths.addons_path()]
    text = CONFIG.format(addons_path=",".join(folders), data_dir=paths.DATA)
    if not paths.CONF.exists() or paths.CONF.read_text() != text:
        paths.DATA.mkdir(exist_ok=True)
        aside = paths.CONF.with_suffix(".new")
        aside.write_text(text)
        aside.replace(paths.CONF)
