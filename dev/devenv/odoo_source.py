"""Odoo 19: an existing one (`ODOO_HOME`), or the distribution's package unpacked in `.odoo/`."""
import os
import shutil
from pathlib import Path

from . import apt, paths
from .system import built_aside, lock, sha256
from .ui import SetupError, step, warn

PACKAGE = "odoo-19"
VERIFIED_VERSION = "19.0.0+dfsg-1"
VERIFIED_SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"

# The package links to these instead of carrying them. The moving suite's font-awesome has
# another layout than the links expect, so most come from the machine's own suite.
LINKED_OWN_SUITE = (
    "fonts-font-awesome", "fonts-roboto-unhinted", "fonts-inconsolata", "fonts-ocr-b",
    "libjs-jquery", "libjs-jquery-form", "libjs-underscore",
)
LINKED_MOVING_SUITE = ("fonts-montserrat",)

PACKAGES_FOLDER = "usr/lib/python3/dist-packages"


def home():
    """The folder that holds the `odoo` Python package: to be put on PYTHONPATH."""
    named = _named()
    if named is None:
        return paths.ODOO / PACKAGES_FOLDER
    for folder in (named, named / PACKAGES_FOLDER):
        if (folder / "odoo" / "release.py").is_file():
            return folder
    raise SetupError(f"ODOO_HOME={named}: no Odoo there (expected {named}/odoo/release.py).")


def _named():
    """The Odoo the user named; `./dev/env` exports our own under the same name."""
    named = os.environ.get("ODOO_HOME")
    if not named or Path(named) == paths.ODOO / PACKAGES_FOLDER:
        return None
    return Path(named).expanduser().resolve()


def script(folder):
    """Odoo's command line script; with workers it must be this, not `python -m odoo`."""
    for path in (folder / "odoo-bin", folder.parents[2] / "bin" / "odoo"):
        if path.is_file():
            return path
    raise SetupError(f"{folder}: neither odoo-bin nor bin/odoo found.")


def own_addons(folder):
    """Folders with Odoo's own addons that are not inside the `odoo` package (source checkout)."""
    return [str(folder / "addons")] if (folder / "odoo-bin").is_file() else []


def version_key(folder):
    """Text that changes when another Odoo is used: release file and, if unpacked, package."""
    release = (folder / "odoo" / "release.py").read_text()
    marker = folder.parents[3] / "VERSION"
    return release + (marker.read_text() if marker.exists() else "")


def ensure():
    """Make sure there is an Odoo and return its home."""
    if _named() is None and not (paths.ODOO / "VERSION").exists():
        with lock("odoo"):
            if not (paths.ODOO / "VERSION").exists():
                _unpack()
    return home()


def _unpack():
    source = apt.PrivateApt()
    version, deb = _package(source)
    step("Unpacking Odoo 19 (1.2 GB) ...")
    with built_aside(paths.ODOO) as folder:
        apt.unpack(deb, folder)
        for name in LINKED_OWN_SUITE:
            apt.unpack(source.fetch(name, suite=source.own), folder)
        for name in LINKED_MOVING_SUITE:
            apt.unpack(source.fetch(name, suite=source.upstream), folder)
        _repair(folder)
        (folder / "VERSION").write_text(version + "\n")


def _package(source):
    """(version, .deb): the verified version while it can be had, else the newest."""
    if deb := apt.cached(f"{PACKAGE}_{VERIFIED_VERSION}"):
        _check(deb)
        return VERIFIED_VERSION, deb
    versions = source.versions(PACKAGE)
    if not versions:
        raise SetupError(
            f"{source.upstream} has no package {PACKAGE}: set ODOO_HOME to a checkout of Odoo 19.")
    version = VERIFIED_VERSION if VERIFIED_VERSION in versions else versions[0]
    if version != VERIFIED_VERSION:
        warn(f"{PACKAGE} {VERIFIED_VERSION} is gone; using {version}, which nobody verified here")
    step(f"Downloading Odoo 19 ({PACKAGE} {version}, 123 MB) ...")
    deb = source.fetch(PACKAGE, version=version)
    if version == VERIFIED_VERSION:
        _check(deb)
    return version, deb


def _check(deb):
    if sha256(deb) != VERIFIED_SHA256:
        raise SetupError(f"{deb} is not the verified package: delete it and try again.")


def _repair(folder):
    """Mend what the package lacks: see the comments."""
    packages = folder / PACKAGES_FOLDER
    # a Python-only duplicate of odoo/addons that would shadow the complete one
    shutil.rmtree(packages / "addons")
    # left out of the package; browser tours fail on the console error of its absence
    lib = packages / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    lib.parent.mkdir(parents=True, exist_ok=True)
    lib.write_text("// not part of the distribution's package\n")
    broken = [path for path in folder.rglob("*") if path.is_symlink() and not path.exists()]
    for path in broken[:5]:
        warn(f"broken link in Odoo: {path}")
