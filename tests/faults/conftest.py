"""A server of their own for tests that kill it or change how the whole company works."""
import pytest

from support import live
from support.books import Books
from support.waiting import wait_until


@pytest.fixture(scope="session")
def server():
    """A server whose scheduled actions run; each test finds it running and its sink empty."""
    running = live.start(crons=1)
    yield running
    live.finish(running)


@pytest.fixture(scope="module")
def other(server):
    """A second server on the same database."""
    second = server.another()
    yield second
    second.stop()


@pytest.fixture(scope="module")
def both(server, other):
    """The two clients, one for each server; neither has looked at more than the other."""
    return server.new_client(), other.new_client()


@pytest.fixture(autouse=True)
def _leave_it_running(request):
    if "server" not in request.fixturenames:
        yield
        return
    server = request.getfixturevalue("server")
    server.wait_for_jobs()
    server.sink.clear()
    yield
    server.sink.clear()
    if server.process.poll() is not None:
        server.launch()


@pytest.fixture
def ledger(server):
    """Customers and invoices on that server."""
    return Books(server.odoo())


@pytest.fixture
def restart(server):
    """Function that starts the killed server again and has it look for work until `condition`."""

    def start_again(condition, timeout=60):
        server.launch()

        def woken():
            server.wake()
            return condition()

        return wait_until(woken, timeout, pause=0.05)

    return start_again
