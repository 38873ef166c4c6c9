"""Small helpers around processes, files and locks."""
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import urllib.request
from contextlib import contextmanager

from . import paths
from .ui import SetupError, warn


def run(args, **kwargs):
    """Run a command to its end and return its stdout; SetupError with its output if it fails."""
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    args = [str(arg) for arg in args]
    try:
        done = subprocess.run(args, capture_output=True, text=True, **kwargs)
    except FileNotFoundError as error:
        raise SetupError(f"{args[0]}: not found on this machine") from error
    if done.returncode:
        raise SetupError(f"{' '.join(args)}\nfailed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def sha256(path):
    """Hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def lock(name):
    """Hold `.odoo/locks/NAME` so that two commands at once wait for each other."""
    folder = paths.STATE / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / name, "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def built_aside(target):
    """Give a fresh folder beside `target` and rename it to `target` only at the end.

    Whatever is interrupted leaves `target` absent, never half made.
    """
    aside = target.with_name(target.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    yield aside
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)


def as_admin(args):
    """`args` with the means to run them as root, or None if there is none without a password."""
    if os.geteuid() == 0:
        return list(args)
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n", *args]
    return None


def http_ok(url, timeout=2):
    """Whether an HTTP server of this machine answers `url` with success."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            return answer.status == 200
    except OSError:
        return False


def free_port():
    """A port of the loopback interface nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium():
    """Path of the browser the tests drive, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def missing_packages(wkhtmltopdf):
    """Debian packages that browser and PDF need and that this machine lacks."""
    missing = [] if chromium() else ["chromium"]
    fonts = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/liberation")
    if not any(map(os.path.isdir, fonts)):
        missing += ["fonts-dejavu-core", "fonts-liberation"]
    libraries = {"libXrender": "libxrender1", "libfontconfig": "libfontconfig1",
                 "libXext": "libxext6", "libX11": "libx11-6", "libfreetype": "libfreetype6"}
    if wkhtmltopdf and shutil.which("ldd"):
        absent = [line for line in run(["ldd", wkhtmltopdf]).splitlines() if "not found" in line]
        missing += [deb for lib, deb in libraries.items() if any(lib in line for line in absent)]
    return missing


def install_packages(missing):
    """Install optional system packages where that needs no password; otherwise say how."""
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    admin = as_admin(command) if shutil.which("apt-get") else None
    if admin:
        warn(f"installing system packages: {' '.join(missing)}")
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        try:
            run(as_admin(["apt-get", "update"]), **quiet)
            run(admin, **quiet)
            return
        except SetupError as error:
            warn(str(error))
    warn(f"missing for browser tests and PDF: run  sudo {' '.join(command)}")
