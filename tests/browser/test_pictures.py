"""The pictures of the docs: each screen shows in the demo company what they say of it.

Each test leaves .odoo/screenshots/docs-NAME.png; `make screenshots` makes docs/img/NAME.png of it.
"""
import datetime

import pytest

from devenv import story
from support import live as support
from support.browser import WebClient, login, screenshot

from .conftest import DESK, PHONE

USER = "carmen"      # the story's manager


@pytest.fixture(scope="module")
def demo():
    """A server with the company of `make demo`, in which a little more has happened."""
    server = support.start(addons=story.ADDONS, assets=True)
    story.tell(server)
    story.tell_more(server)
    yield server
    support.finish(server)


@pytest.fixture(scope="module")
def admin(demo):
    """odoorpc's models for the administrator."""
    return demo.odoo().env


@pytest.fixture(scope="module")
def books(demo):
    """odoorpc's models for the manager."""
    return demo.odoo(USER, USER).env


@pytest.fixture(scope="module")
def contexts(browser, demo):
    """Function that gives the manager's browser on a device; she logs in once and stays so."""
    opened = {}

    def get(device):
        width = device["viewport"]["width"]
        if width not in opened:
            opened[width] = visitor(browser, "en-US", device)
            page = opened[width].new_page()
            login(page, demo, USER, USER)
            page.close()
        return opened[width]

    yield get
    for context in opened.values():
        context.close()


def visitor(browser, locale, device):
    """A browser of its own."""
    context = browser.new_context(locale=locale, **device)
    context.set_default_timeout(60_000)
    return context


@pytest.fixture
def carmen(contexts, demo, admin, books):
    """Function that opens the web client in a language on a device; nothing may go wrong there."""
    opened = []

    def start(lang, device):
        # no chat windows in the pictures
        admin["res.users"].write([books.uid], {"lang": lang, "odoobot_state": "disabled"})
        opened.append(WebClient(contexts(device).new_page(), demo))
        return opened[-1]

    yield start
    for one in opened:
        one.page.close()
    assert [error for one in opened for error in one.errors] == []


@pytest.fixture
def desk(carmen):
    """In English at her desk."""
    return carmen("en_US", DESK)


@pytest.fixture
def mesa(carmen):
    """In Spanish at her desk."""
    return carmen("es_ES", DESK)


# --- who owes what, and why -------------------------------------------------------------------

def test_debtors(desk, books):
    desk.open("debtors")
    overdue = books["cobranza.debtor"].search_count([("overdue_amount", ">", 0)])
    assert desk.page.locator(".o_data_row").count() >= min(overdue, 20)
    desk.shot("docs-debtors")


def test_debtor(desk, telling):
    """One customer: every due line says why it is chased or not."""
    desk.open(f"debtors/{telling}")
    lines = desk.page.locator(".o_field_widget[name=due_line_ids] .o_data_row")
    lines.first.wait_for()
    assert all("·" in said or len(said) > 20 for said in lines.all_inner_texts())
    assert lines.count() >= 3
    desk.shot("docs-debtor")


def test_debtor_on_a_phone(carmen, telling):
    phone = carmen("en_US", PHONE)
    phone.open(f"debtors/{telling}")
    phone.page.wait_for_selector(".o_field_widget[name=due_line_ids] .o_kanban_record")
    assert phone.fits()
    phone.shot("docs-phone")


@pytest.fixture(scope="module")
def telling(books):
    """The debtor whose due lines have the most different reasons."""
    def reasons(debtor):
        explained = books["account.move.line"].cobranza_explain(debtor["due_line_ids"])
        return (len({one["reason"] for one in explained}), len(explained))

    debtors = books["cobranza.debtor"].search_read(
        [("overdue_amount", ">", 0)], ["due_line_ids"], limit=40)
    return max(debtors, key=reasons)["id"]


# --- from the run to what leaves --------------------------------------------------------------

def test_run(desk, books):
    """The last run that was about everybody: so many lines for each reason."""
    run_id = books["cobranza.run"].search(
        [("mode", "=", "propose"), ("debtor_ids", "=", False)], limit=1, order="id desc")[0]
    desk.open(f"dunning-runs/{run_id}")
    rows = desk.page.locator(".o_field_widget[name=reason_rows] tbody tr")
    rows.first.wait_for()
    assert rows.count() >= 5
    desk.shot("docs-run")


def test_to_approve(desk):
    """The very text that would leave."""
    desk.open("reminders-to-approve")
    letters = desk.page.locator(".o_kanban_record .o_cobranza_letter")
    letters.first.wait_for()
    assert "Suministros Atlántico" in letters.first.inner_text()
    desk.shot("docs-to-approve")


@pytest.fixture(scope="module")
def proposed(books):
    """The proposed reminder with the most lines."""
    return books["cobranza.reminder"].search(
        [("state", "=", "proposed")], limit=1, order="line_count desc, id")[0]


def test_reminder(desk, proposed):
    desk.open(f"reminders/{proposed}")
    desk.page.wait_for_selector(".o_field_widget[name=body] table")
    assert desk.state() == "To approve"
    desk.shot("docs-reminder")


def test_invoice(desk, books, proposed):
    """What collections knows of an invoice stands on it."""
    line = books["cobranza.reminder.line"].search_read(
        [("reminder_id", "=", proposed)], ["move_id"], limit=1)[0]
    desk.open(f"customer-invoices/{line['move_id'][0]}")
    desk.tab("Collections")
    assert "reminder" in desk.page.locator(".o_form_view .tab-pane.active").inner_text().lower()
    desk.shot("docs-invoice")


def test_policy(desk, books):
    default_id = books["res.company"].browse(books.user.company_id.id).cobranza_policy_id.id
    desk.open(f"action-cobranza_dunning.cobranza_policy_action/{default_id}")
    levels = desk.page.locator(".o_field_widget[name=level_ids] .o_data_row")
    levels.first.wait_for()
    assert levels.count() >= 4
    desk.shot("docs-policy")


def test_text(mesa):
    """A text beside a real customer's message."""
    mesa.open("action-cobranza_dunning.mail_template_action_texts")
    mesa.open_row("Cobranza: recordatorio")
    mesa.page.wait_for_selector(".o_cobranza_preview table")
    assert "€" in mesa.page.locator(".o_cobranza_preview").inner_text()
    mesa.shot("docs-text")


# --- the day's work ---------------------------------------------------------------------------

def test_today_and_a_call(mesa):
    mesa.open("collections-today")
    mesa.page.locator(".o_data_row").first.wait_for()
    mesa.shot("docs-cobranza")
    mesa.page.locator(".o_data_row button[name=action_open_call]").first.click()
    mesa.page.wait_for_selector(".modal .o_cobranza_call_script details")
    assert "¿Hablo con" in mesa.dialog()
    mesa.shot("docs-call")


def test_agreements(mesa, books):
    """The debtor with whom the most different things were agreed."""
    names = ("disputed_amount", "planned_amount", "promised_amount")
    debtors = books["cobranza.debtor"].search_read([("overdue_amount", ">", 0)], list(names))
    agreed = max(debtors, key=lambda one: sum(bool(one[name]) for name in names))
    mesa.open(f"debtors/{agreed['id']}")
    mesa.tab("Acuerdos")
    assert mesa.page.locator(".tab-pane.active .o_data_row").count() >= 1
    mesa.shot("docs-agreements")


def test_answers(mesa, books):
    mesa.open("collections-answers")
    rows = mesa.page.locator(".o_data_row")
    rows.first.wait_for()
    assert rows.count() == books["cobranza.interaction"].search_count([("waiting", "=", True)])
    mesa.shot("docs-answers")


def test_delivery(mesa, books):
    """What the mail server said to an attempt."""
    refused = books["cobranza.reminder"].search(
        [("state", "=", "sent"), ("delivery", "in", ("failed", "bounced"))], limit=1)[0]
    mesa.open(f"reminders/{refused}")
    mesa.page.click(".o_notebook .nav-link[name=delivery]")
    attempts = mesa.page.locator(".o_field_widget[name=attempt_ids] .o_data_row")
    attempts.first.wait_for()
    assert "550" in "".join(attempts.all_inner_texts())
    mesa.shot("docs-delivery")


def test_by_hand(carmen):
    movil = carmen("es_ES", PHONE)
    movil.open("reminders-by-hand")
    movil.page.wait_for_selector(".o_cobranza_thumb .btn")
    assert movil.fits()
    movil.shot("docs-by-hand")


def test_stopped(mesa, books):
    """The bar that every screen shows while automatic contact is stopped."""
    why = "El fichero del banco de esta mañana estaba mal"
    mesa.open("debtors")
    mesa.page.click(".o_cobranza_stop_button button")
    mesa.page.fill(".modal [name=reason] input", why)
    mesa.page.click(".modal footer button.btn-danger")
    try:
        mesa.page.wait_for_selector(".o_cobranza_stopped")
        mesa.open("debtors")
        assert why in mesa.page.locator(".o_cobranza_stopped").inner_text()
        mesa.shot("docs-stopped")
    finally:
        stops = books["cobranza.stop"]
        stops.action_release(stops.search([("released_at", "=", False)]))


# --- credit insurance -------------------------------------------------------------------------

@pytest.fixture
def too_much(books):
    """A draft of today for more than is left of its customer's limit."""
    use = books["cobranza.insurance.use"].search_read(
        [("free_amount", ">", 1000)], ["partner_id", "free_amount"], order="used_share desc",
        limit=1)[0]
    today = datetime.date.today()
    move_id = books["account.move"].create({
        "move_type": "out_invoice", "partner_id": use["partner_id"][0], "insured": True,
        "invoice_date": str(today), "invoice_payment_term_id": False,
        "invoice_date_due": str(today + datetime.timedelta(days=30)),
        "invoice_line_ids": [(0, 0, {"name": "Compresor de tornillo, 15 kW", "quantity": 1,
                                     "price_unit": round(use["free_amount"]) + 1500})]})
    yield move_id
    books["account.move"].unlink([move_id])


def test_insurance_warning(desk, too_much):
    """What would not be covered, why, and what would help, while the invoice is written."""
    desk.open(f"customer-invoices/{too_much}")
    warning = desk.page.locator(".o_field_widget[name=insurance_warning]")
    warning.wait_for()
    assert "Older debts leave room" in warning.inner_text()
    desk.shot("docs-insurance-warning")


def test_insurance_deadlines(mesa):
    """What the insurer must be told, the nearest first."""
    mesa.open("insurance-deadlines")
    mesa.page.locator(".o_data_row").first.wait_for()
    assert "falta de pago" in mesa.page.locator(".o_list_view").inner_text()
    mesa.shot("docs-insurance-deadlines")


# --- what the customer sees -------------------------------------------------------------------

def test_portal_on_a_phone(browser, demo, books):
    """The page behind a reminder's link."""
    (reminder,) = books["cobranza.reminder"].search_read(
        [("state", "=", "sent"), ("access_token", "!=", False), ("lang", "=", "es_ES")],
        ["access_url", "access_token"], order="line_count desc", limit=1)
    customer = visitor(browser, "es-ES", PHONE)
    client = WebClient(customer.new_page(), demo)
    client.page.goto(
        f"{demo.url}{reminder['access_url']}?access_token={reminder['access_token']}")
    client.page.wait_for_selector(".o_cobranza_page")
    assert client.fits()
    screenshot(client.page, "docs-portal-phone")
    assert client.errors == []
    customer.close()
