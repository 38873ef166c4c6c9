"""Calls that several clients make at the same moment."""
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from odoorpc.error import RPCError


def at_once(*calls, hold=None):
    """Call all of them at the same moment in threads; each one's result or refusal.

    hold: function that is called when all have begun, such as one that waits until they stand at
    a lock and then lets them go.
    """
    barrier = Barrier(len(calls) + bool(hold))

    def run(call):
        barrier.wait()
        try:
            return call()
        except RPCError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        running = [pool.submit(run, call) for call in calls]
        if hold:
            barrier.wait()
            hold()
        return [one.result() for one in running]
