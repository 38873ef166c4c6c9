"""A script of ours that serves until it is told to stop, from another terminal as well."""
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

from . import paths
from .ui import step

#: Seconds that it has to end its server and go.
PATIENCE = 30


@contextmanager
def noted(script):
    """Keep the process of `script` on record inside the block; `stop` ends it as Ctrl-C does."""
    note = _note(script)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(str(os.getpid()))
    # what a shell starts in the background doesn't hear Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def stop(script):
    """End `script` if it is running, and wait until it is gone."""
    pid = _running(script)
    if pid:
        step(f"Stopping {script} ...")
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while _running(script) and time.monotonic() < deadline:
            time.sleep(0.1)


def _running(script):
    """The process id on record if it still is that script's, else None."""
    note = _note(script)
    if not note.exists():
        return None
    pid = int(note.read_text() or 0)
    command = Path(f"/proc/{pid}/cmdline")
    own = command.exists() and str(paths.DEV / script) in command.read_text().split("\0")
    return pid if own else None


def _note(script):
    return paths.STATE / "run" / f"{script}.pid"
