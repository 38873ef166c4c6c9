"""The wheel: what is in it, and that Odoo finds and installs the addon from it alone."""
import ast
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from devenv import environment, odoo_source, paths, postgres, templates, venv

DATABASE = "cobranza_test_wheel"


def run(*args, **kwargs):
    """Run a command; its output is in the failure if it fails."""
    done = subprocess.run(list(map(str, args)), capture_output=True, text=True, **kwargs)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of the sources without asking any index."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in [*paths.addons(), "setup.py", "pyproject.toml", "README.md"]:
        path = paths.ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.exists():
            shutil.copy(path, source)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index",
        "--wheel-dir", folder, source)
    return next(folder.glob("*.whl"))


def test_every_file_of_every_addon_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    for addon in paths.addons():
        for path in (paths.ROOT / addon).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"odoo/addons/{path.relative_to(paths.ROOT)}" in packed


def test_nothing_but_addons_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {"/".join(name.split("/")[:3]) for name in archive.namelist()
                if ".dist-info/" not in name}
    assert tops == {f"odoo/addons/{addon}" for addon in paths.addons()}


def test_metadata(wheel):
    manifest = ast.literal_eval((paths.ROOT / "cobranza_dunning/__manifest__.py").read_text())
    assert wheel.name.startswith(f"cobranza_dunning-{manifest['version']}-py3-none-any")
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    assert "Name: cobranza-dunning\n" in metadata
    assert "LGPL-3" in metadata


@pytest.fixture
def installed(wheel, tmp_path):
    """Python of a fresh virtualenv with the wheel; Odoo and its needs come by a .pth file."""
    folder = tmp_path / "venv"
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--no-deps", "--no-index", wheel)
    packages = next(folder.glob("lib/python3.*/site-packages"))
    (packages / "environment.pth").write_text(f"{venv.site_packages()}\n{odoo_source.home()}\n")
    return python


@pytest.fixture
def database():
    """A database with what the addon depends on and none of our addons."""
    templates.new_database(DATABASE, templates.foreign_dependencies(["cobranza_dunning"]))
    yield DATABASE
    templates.drop_database(DATABASE)


def test_odoo_installs_the_addon_from_the_wheel(installed, database, tmp_path):
    odoo = odoo_source.home()
    own_addons = odoo_source.own_addons(odoo)
    config = tmp_path / "odoo.conf"
    config.write_text(f"[options]\naddons_path = {','.join(own_addons)}\n"
                      f"data_dir = {tmp_path / 'data'}\nhttp_interface = 127.0.0.1\n")
    variables = {**os.environ, **environment.prepare(), "ODOO_RC": str(config)}
    # the checkout must not be found: neither by an addons path nor by the working folder
    variables.pop("PYTHONPATH")
    log = subprocess.run(
        [str(installed), str(odoo_source.script(odoo)), "-c", str(config), "-d", database,
         "-i", "cobranza_dunning", "--stop-after-init", "--no-http", "--max-cron-threads=0"],
        env=variables, cwd=tmp_path, capture_output=True, text=True)
    assert log.returncode == 0, log.stderr[-4000:]
    state = "SELECT state FROM ir_module_module WHERE name = 'cobranza_dunning'"
    assert postgres.psql(state, database).strip() == "installed", log.stderr[-4000:]
    assert str(paths.ROOT / "cobranza_dunning") not in log.stderr
