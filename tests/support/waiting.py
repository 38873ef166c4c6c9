"""Waiting for what happens in another process."""
import time


def wait_until(condition, timeout=120, pause=0.05):
    """Call `condition` until it returns something true, and return that; fail after `timeout` s."""
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        what = condition.__doc__ or condition
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(pause)
