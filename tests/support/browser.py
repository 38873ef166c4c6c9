"""Chromium driven by Playwright, and what every browser test does first."""
import time

from devenv import paths, system

SCREENSHOTS = paths.STATE / "screenshots"
# nothing but the page under test: no sandbox (root), no updates, no look-ups of its own, and no
# machine but this one (Playwright's own way to refuse requests would turn the cache off); what
# moves takes the processor's time
FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-sync", "--no-first-run",
    "--disable-features=OptimizationHints,MediaRouter,Translate", "--force-prefers-reduced-motion",
]


def executable():
    """Path of the browser; a machine without one fails, it doesn't skip."""
    found = system.chromium()
    assert found, "no Chromium on this machine: sudo apt-get install chromium"
    return found


#: Stands in for the apps of a telephone: notes the links they are handed. Chromium has none of
#: them; it asks about such a link, and takes no click on any page until somebody answers that.
TELEPHONE = """
() => {
    const { browser } = odoo.loader.modules.get("@web/core/browser/browser");
    const isHanded = (url) => /^(tel|sms):/.test(url);
    const assign = (url) => isHanded(url) ? dialled.push(url) : window.location.assign(url);
    window.dialled = [];
    const location = new Proxy({}, {
        get: (_, name) => name === "assign" ? assign : window.location[name],
        set: (_, name, value) => { window.location[name] = value; return true; },
    });
    Object.defineProperty(browser, "location", { get: () => location });
}
"""

#: True once what the page had to do is done, and a while later.
MOMENT = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 40, true)))"


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


class WebClient:
    """Odoo's web client as somebody uses it: by what is written on the screen.

    page: a Playwright page. It remembers in `.errors` what the browser's console complained of
    and which answers of the server were errors.
    """

    def __init__(self, page, server):
        self.page = page
        self.server = server
        self.errors = []
        self._open_requests = set()
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_request_end)
        page.on("requestfailed", self._on_request_end)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(f"page: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message):
        # other machines are out of reach (FLAGS)
        if message.type == "error" and "ERR_NAME_NOT_RESOLVED" not in message.text:
            self.errors.append(f"console: {message.text}")

    def _on_request(self, request):
        if request.resource_type in ("fetch", "xhr") and "/websocket" not in request.url:
            self._open_requests.add(request)

    def _on_request_end(self, request):
        self._open_requests.discard(request)

    def _on_response(self, response):
        if response.status >= 500:
            self.errors.append(f"{response.status} {response.url}")

    def open(self, path):
        """Open an address of the web client, such as "debtors" or "debtors/3"; itself again."""
        self.page.goto(f"{self.server.url}/odoo/{path}")
        self.settle()
        return self

    def app(self, name):
        """Open an app from the menu of apps; a blank page opens the web client first."""
        if self.page.url == "about:blank":
            self.open("")
        self.page.click(".o_navbar_apps_menu button")
        self.page.click(f".o-dropdown--menu .o_app:text-is({name!r})")
        self.settle()

    def menu(self, *names):
        """Open a menu of the app: menu("Runs", "Preview of tonight").

        What stands between the first and the last is a heading.
        """
        section = self.page.locator(".o_menu_sections")
        section.locator(f".dropdown-toggle:has-text({names[0]!r}), a:has-text({names[0]!r})"
                        ).first.click()
        for name in names[1:][-1:]:
            self.page.click(f".o-dropdown--menu .dropdown-item:text-is({name!r})")
        self.settle()

    def row(self, text):
        """The row of a list, or the card of a kanban, that says `text`."""
        says = f":has-text({text!r})"
        return self.page.locator(f".o_data_row{says}, .o_kanban_record{says}").first

    def open_row(self, text):
        """Open the record of that row or card."""
        row = self.row(text)
        cell = row.locator("td.o_data_cell").first
        (cell if cell.count() else row).click(position={"x": 20, "y": 12})
        self.page.wait_for_selector(".o_form_view")
        self.settle()

    def button(self, label):
        """Press the visible button with this label."""
        self.page.locator(f"button:visible:has-text({label!r})").first.click()
        self.settle()

    def tab(self, label):
        """Turn to a page of the form's notebook."""
        self.page.locator(f".o_notebook .nav-link:text-is('{label}')").click()
        self.settle()

    def field(self, name):
        """A field of the form."""
        return self.page.locator(f".o_form_view .o_field_widget[name={name}]").first

    def state(self):
        """Where the status bar of the form stands."""
        return self.page.locator(".o_statusbar_status .o_arrow_button_current:visible"
                                 ).first.inner_text().strip()

    def settle(self):
        """Wait until there is a view and nothing has been loaded for a moment.

        The page itself counts the moments: none passes while it is busy drawing.
        """
        self.page.wait_for_selector(".o_action_manager > *")
        deadline = time.monotonic() + 30
        quiet = 0
        while quiet < 4:
            assert time.monotonic() < deadline, f"still loading {self._open_requests}"
            self.page.wait_for_function(MOMENT)
            quiet = 0 if self._open_requests else quiet + 1

    def pick_up(self):
        """Have a telephone at hand until the next page is opened; `dialled` says what it did."""
        self.page.evaluate(TELEPHONE)

    @property
    def dialled(self):
        """The links that the telephone's apps were handed, oldest first."""
        return self.page.evaluate("window.dialled")

    def dialog(self):
        """The text of the open dialog; settles first."""
        return self.page.locator(".modal-dialog").last.inner_text()

    def fits(self):
        """Whether nothing sticks out of the screen's width."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth")

    def shot(self, name):
        """Take a picture without blinking cursor and messages that come and go."""
        self.page.mouse.move(1, 1)
        self.page.evaluate("document.activeElement && document.activeElement.blur()")
        self.settle()
        return screenshot(self.page, name)
