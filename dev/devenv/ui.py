"""What the user reads: progress on stderr (stdout belongs to the commands' results)."""
import sys


class SetupError(Exception):
    """Something the user has to do; the message says what."""


def step(text):
    """Say what is being done now."""
    print(f"==> {text}", file=sys.stderr, flush=True)


def warn(text):
    """Say what is not as it should be, without stopping."""
    print(f"WARNING: {text}", file=sys.stderr, flush=True)
