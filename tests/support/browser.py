"""Chromium driven by Playwright, and what every browser test does first."""
from devenv import paths, system

SCREENSHOTS = paths.STATE / "screenshots"
# nothing but the page under test: no sandbox (root), no updates, no look-ups of its own
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-sync", "--no-first-run",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
]


def executable():
    """Path of the browser; a machine without one fails, it doesn't skip."""
    found = system.chromium()
    assert found, "no Chromium on this machine: sudo apt-get install chromium"
    return found


def only_loopback(route):
    """Let requests to this machine through and refuse all others."""
    host = route.request.url.partition("://")[2].partition("/")[0].partition(":")[0]
    if host in ("127.0.0.1", "localhost") or not route.request.url.startswith("http"):
        route.continue_()
    else:
        route.abort()


def login(page, live, user=None, password=None):
    """Log in at the web client (default: admin) and wait until it is there."""
    page.goto(f"{live.url}/web/login")
    page.wait_for_selector("input[name=login]")
    page.fill("input[name=login]", user or live.login)
    page.fill("input[name=password]", password or live.password)
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_selector(".o_web_client .o_main_navbar")


def screenshot(page, name):
    """Save a picture of the page as .odoo/screenshots/NAME.png; returns the path."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    target = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=target)
    return target
