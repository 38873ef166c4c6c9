"""Fetching Debian packages without root and without touching the system's configuration.

The mirror is the one this machine's own apt uses. A private sources file, private lists and a
private cache keep the system as it is; apt checks the archive's signature and each file's hash.
"""
import json
import os
import platform
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from . import paths
from .system import lock, run, sha256
from .ui import SetupError, step, warn

# Distribution -> (its moving suite where odoo-19 is, components, default keyring)
UPSTREAM = {
    "debian": ("sid", "main", "/usr/share/keyrings/debian-archive-keyring.gpg"),
    "ubuntu": ("devel", "main universe", "/usr/share/keyrings/ubuntu-archive-keyring.gpg"),
}


class PrivateApt:
    """apt with its own state under `.odoo/apt`, for the machine's suite and the moving one."""

    def __init__(self):
        self.folder = paths.STATE / "apt"
        self.release = _os_release()
        self.upstream, components, keyring = _upstream(self.release)
        mirror, self.own, signed_by = _own_archive(self.release)
        stanza = "Types: deb\nURIs: {}\nSuites: {}\nComponents: {}\nSigned-By: {}\n"
        self._sources = stanza.format(
            mirror, f"{self.own} {self.upstream}", components, signed_by or keyring)
        self._updated = False

    def versions(self, package):
        """Versions of `package` in the moving suite, newest first."""
        self._update()
        rows = self._apt("apt-cache", "madison", package).splitlines()
        return [row.split("|")[1].strip() for row in rows]

    def fetch(self, package, suite=None, version=None):
        """Path of the package's .deb in the cache, downloaded and checked if it isn't there.

        The cache keeps the hash that was right when apt delivered the file; a file that
        doesn't have it any more is fetched again.
        """
        cache = paths.cache() / "debs"
        cache.mkdir(parents=True, exist_ok=True)
        label = f"{package}_{version or suite}"
        if known := cached(label):
            return known
        self._update()
        selector = f"{package}={version}" if version else f"{package}/{suite}"
        with TemporaryDirectory(prefix="incoming-", dir=cache) as incoming:
            self._apt("apt-get", "download", selector, cwd=incoming)
            deb = next(Path(incoming).glob("*.deb"))
            return _remember(deb, label)

    def _update(self):
        if self._updated:
            return
        for part in ("lists/partial", "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "private.sources").write_text(self._sources)
        step(f"Reading the package lists of {self.own} and {self.upstream} ...")
        self._apt("apt-get", "update")
        self._updated = True

    def _apt(self, *args, cwd=None):
        options = {
            "Dir::Etc::sourcelist": self.folder / "private.sources",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Acquire::Languages": "none",
        }
        if os.geteuid() == 0:
            # apt's own user can't write into this folder
            options["APT::Sandbox::User"] = "root"
        flags = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        with lock("apt"):
            return run([args[0], *flags, *args[1:]], cwd=cwd)


def cached(label):
    """The .deb kept under `label` if it is there and unharmed, else None."""
    record = paths.cache() / "debs" / f"{label}.json"
    try:
        known = json.loads(record.read_text())
        deb = record.with_name(known["file"])
        intact = sha256(deb) == known["sha256"]
    except (OSError, ValueError, KeyError):
        return None
    if not intact:
        warn(f"{deb} is damaged; fetching it again")
    return deb if intact else None


def unpack(deb, folder):
    """Unpack a .deb below `folder` (nothing is installed, no script runs)."""
    run(["dpkg-deb", "-x", deb, folder])


def _remember(deb, label):
    target = paths.cache() / "debs" / deb.name
    digest = sha256(deb)
    deb.replace(target)
    record = target.with_name(f"{label}.json")
    record.write_text(json.dumps({"file": target.name, "sha256": digest}))
    return target


def _os_release():
    for tool in ("apt-get", "apt-cache", "dpkg-deb"):
        if not shutil.which(tool):
            raise SetupError(
                f"{tool} not found: Odoo is taken from Debian's or Ubuntu's package archive. On"
                " another system set ODOO_HOME to a checkout of Odoo 19 Community.")
    return platform.freedesktop_os_release()


def _upstream(release):
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    name = next((name for name in names if name in UPSTREAM), None)
    if name is None:
        raise SetupError("neither Debian nor Ubuntu: set ODOO_HOME to a checkout of Odoo 19.")
    return UPSTREAM[name]


def _own_archive(release):
    """(mirror, suite, keyring or "") of the archive this machine's apt is set up with."""
    form = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SIGNED_BY)"
    rows = run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"])
    targets = [row.split("|") for row in rows.splitlines() if "|main|" in row]
    wanted = (release.get("VERSION_CODENAME"), release.get("UBUNTU_CODENAME"),
              "stable", "testing", "unstable", "sid")
    for suite in filter(None, wanted):
        for uri, target_suite, _component, signed_by in targets:
            if target_suite == suite:
                return uri, suite, "" if signed_by.startswith("$") else signed_by
    raise SetupError(
        "this machine's apt configuration names no archive of its own distribution;"
        " repair it, or set ODOO_HOME to a checkout of Odoo 19.")
