"""The demo company's people at work in the session's server."""
import pytest

from support.books import Books
from support.browser import WebClient, login

PEOPLE = {
    "carmen": ("Carmen Vázquez", "en_US"),    # manages collections and may change settings
    "lucia": ("Lucía Otero", "es_ES"),        # the same, in Spanish
}


@pytest.fixture(scope="session")
def office(live):
    """Ledger of the demo company, as carmen's script would see it; makes its people first."""
    env = live.odoo().env
    (company,) = env["res.company"].search_read([("name", "like", "Suministros Atlántico")], ["id"])
    spanish = env["res.lang"].search([("code", "=", "es_ES"), ("active", "in", [True, False])])
    wizard = env["base.language.install"].create({"lang_ids": [(6, 0, spanish)]})
    env["base.language.install"].lang_install([wizard])
    groups = [env.ref(name).id for name in ("account.group_account_manager", "base.group_system")]
    env["res.users"].with_context(no_reset_password=True).create([
        {"login": login, "password": f"{login}-secret", "name": name, "lang": lang,
         "email": f"{login}@atlantico.example.com", "tz": "Europe/Madrid",
         "notification_type": "inbox", "odoobot_state": "disabled",
         "company_id": company["id"], "company_ids": [(6, 0, [company["id"]])],
         "group_ids": [(4, group) for group in groups]}
        for login, (name, lang) in PEOPLE.items()])
    return Books(live.odoo("carmen", "carmen-secret"))


DESK = {"viewport": {"width": 1366, "height": 850}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
         "device_scale_factor": 2}


@pytest.fixture(scope="session")
def device(browser, live, office):
    """Function that gives the browser of a user on a device; he logs in once and stays so."""
    contexts = {}

    def get(user, **options):
        key = (user, str(options))
        if key not in contexts:
            contexts[key] = browser.new_context(locale="en-US", **options)
            contexts[key].set_default_timeout(30_000)
            page = contexts[key].new_page()
            login(page, live, user, f"{user}-secret")
            page.close()
        return contexts[key]

    yield get
    for context in contexts.values():
        context.close()


@pytest.fixture
def client(device, live):
    """Function that opens a page for a user; in the end nothing may have gone wrong there."""
    opened = []

    def start(user, **options):
        opened.append(WebClient(device(user, **options).new_page(), live))
        return opened[-1]

    yield start
    for one in opened:
        one.page.close()
    assert [error for one in opened for error in one.errors] == []


@pytest.fixture
def web(client):
    """carmen at her desk."""
    return client("carmen", **DESK)


@pytest.fixture
def mobile(client):
    """carmen on the way."""
    return client("carmen", **PHONE)


@pytest.fixture
def spanish(client):
    """lucia at her desk."""
    return client("lucia", **DESK)


@pytest.fixture(scope="session")
def worked(office):
    """A company that has been at it for a while: some reminders sent, others to approve."""
    env = office.env
    office.run("propose")
    proposed = env["cobranza.reminder"].search(
        [("state", "=", "proposed"), ("company_id", "=", office.company_id)], order="id")
    env["cobranza.reminder"].action_approve(proposed[:2])
    env["cobranza.reminder"].action_send(proposed[:2])
    return office
