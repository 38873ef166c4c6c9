"""Fixtures of the layers outside Odoo: live servers, mail sink, browser.

Nothing here is started unless a test asks for it.
"""
import os
import time

import pytest
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

# where the companies are: around midnight `date.today()` is their day, not another
os.environ["TZ"] = "Europe/Madrid"
time.tzset()


@pytest.fixture(scope="session", autouse=True)
def _hypothesis_keeps_out_of_the_checkout():
    from devenv import paths

    examples = DirectoryBasedExampleDatabase(paths.STATE / "hypothesis")
    settings.register_profile("cobranza", database=examples, deadline=None)
    settings.load_profile("cobranza")


@pytest.fixture(scope="session")
def live():
    """One server for the whole session; what it has to do in the background it does by itself,
    and its mail goes to .sink. Tests share it: each makes customers and invoices of its own."""
    from support import live as support

    server = support.start(assets=True, crons=1)
    yield server
    support.finish(server)


@pytest.fixture
def live_factory():
    """Function that starts a server of one's own: live_factory(addons=, workers=, crons=)."""
    from support import live as support

    started = []

    def start(**options):
        started.append(support.start(**options))
        return started[-1]

    yield start
    for server in started:
        support.finish(server)


@pytest.fixture
def sink(live):
    """The mails of the session's server, empty and in normal mode at the start."""
    live.sink.clear()
    yield live.sink
    live.sink.clear()


@pytest.fixture(scope="session")
def odoo(live):
    """An odoorpc client of the session's server, logged in as its administrator."""
    return live.odoo()


@pytest.fixture(scope="session")
def books(odoo):
    """Customers and invoices of the session's server (see support.books.Books)."""
    from support.books import Books

    return Books(odoo)


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium under Playwright."""
    from playwright.sync_api import sync_playwright

    from support.browser import FLAGS, executable

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A fresh page."""
    context = browser.new_context(viewport={"width": 1366, "height": 850}, locale="en-US")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()
