"""Calls that several clients make at the same moment."""
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from odoorpc.error import RPCError


def at_once(*calls):
    """Call all of them at the same moment in threads; each one's result or refusal."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except RPCError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
