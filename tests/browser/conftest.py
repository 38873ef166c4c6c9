"""The demo company's people at work in the session's server."""
import pytest

from support.books import Books
from support.browser import WebClient

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


@pytest.fixture
def web(page, live, office):
    """carmen at her desk."""
    client = WebClient(page, live).login("carmen", "carmen-secret")
    yield client
    assert client.errors == []


@pytest.fixture
def mobile(phone, live, office):
    """carmen on the way."""
    client = WebClient(phone, live).login("carmen", "carmen-secret")
    yield client
    assert client.errors == []


@pytest.fixture
def spanish(page, live, office):
    """lucia at her desk."""
    client = WebClient(page, live).login("lucia", "lucia-secret")
    yield client
    assert client.errors == []


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
