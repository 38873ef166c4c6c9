"""One wheel with every addon of this repository as `odoo.addons.<name>`.

An addon is a top-level folder with a manifest. After `pip install .` Odoo finds them by itself,
without an addons path.
"""
import ast
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent
MAIN = "cobranza_dunning"
NO_DATA = {".py", ".pyc"}


def addons():
    """Folders of the addons, sorted."""
    return sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))


def packages(addon):
    """The addon's Python packages, by their dotted name inside Odoo."""
    folders = sorted(path.parent.relative_to(ROOT) for path in addon.rglob("__init__.py"))
    return [".".join(("odoo.addons", *folder.parts)) for folder in folders]


def data_files(addon):
    """Everything that isn't Python, relative to the addon."""
    return [str(path.relative_to(addon)) for path in sorted(addon.rglob("*"))
            if path.is_file() and path.suffix not in NO_DATA and "__pycache__" not in path.parts]


def module_files(addon):
    """Python files in folders that are no packages (migration scripts): data to setuptools."""
    return [str(path.relative_to(addon)) for path in sorted(addon.rglob("*.py"))
            if not (path.parent / "__init__.py").exists()]


def manifest(name):
    """The manifest of an addon as a dict."""
    return ast.literal_eval((ROOT / name / "__manifest__.py").read_text())


def requirements():
    """Python packages the addons' manifests ask for."""
    found = set()
    for addon in addons():
        found.update(manifest(addon.name).get("external_dependencies", {}).get("python", []))
    return sorted(found)


readme = ROOT / "README.md"
setup(
    name="cobranza-dunning",
    version=manifest(MAIN)["version"],
    description=manifest(MAIN)["summary"],
    long_description=readme.read_text() if readme.exists() else "",
    long_description_content_type="text/markdown",
    license="LGPL-3.0-only",
    python_requires=">=3.10",
    packages=[name for addon in addons() for name in packages(addon)],
    package_dir={f"odoo.addons.{addon.name}": addon.name for addon in addons()},
    package_data={f"odoo.addons.{addon.name}": data_files(addon) + module_files(addon)
                  for addon in addons()},
    install_requires=requirements(),
)
