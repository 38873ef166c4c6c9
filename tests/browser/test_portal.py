"""A customer opens the link of his reminder: on a desk, on a telephone, in his language.

Most of it in the session's server; the online payment has a server with Odoo's demo provider,
its SEPA codes, and the Brazilian localisation with its EMV codes (Pix).
"""
import re
from base64 import b64encode
from binascii import crc_hqx
from types import SimpleNamespace

import pytest
from reportlab.graphics.barcode import createBarcodeDrawing

from support.books import Books
from support.browser import screenshot
from support.waiting import wait_until

from .conftest import DESK, PHONE

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"

#: A provider that says yes, for the demo company; prints the company's id.
SET_UP = """
company = env["res.company"].search([("name", "like", "Suministros Atlántico")])
env = env(context=dict(env.context, allowed_company_ids=company.ids))
env["res.users"].browse(2).write({"company_ids": [(4, company.id)], "company_id": company.id})
demo = [("code", "=", "demo")]
provider = env["payment.provider"].search([*demo, ("company_id", "=", company.id)], limit=1)
provider = provider or env["payment.provider"].search(demo, limit=1).copy(
    {"company_id": company.id})
provider.write({"state": "test", "is_published": True})
provider.journal_id = env["account.journal"].search(
    [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
card = env.ref("payment.payment_method_card")
provider.payment_method_ids |= card
card.active = True
env.cr.commit()
print("COMPANY", company.id)
"""


#: A company in Brazil whose bank account has a Pix key, and its accountant; prints its id.
BRAZIL = """
langs = env["res.lang"]._activate_lang("pt_BR")
env["ir.module.module"].search([("name", "in", ("portal", "cobranza_dunning"))]
    )._update_translations(["pt_BR"], True)
company = env["res.company"].create({
    "name": "Comércio do Sul Ltda", "country_id": env.ref("base.br").id,
    "street": "Rua da Praia 1", "city": "Florianópolis", "email": "contas@sul.example.com"})
env["account.chart.template"].try_loading("br", company, install_demo=False)
company.partner_id.bank_ids = [(0, 0, {
    "acc_number": "00360305-0001-1234567890123P1", "allow_out_payment": True,
    "proxy_type": "email", "proxy_value": "pix@sul.example.com", "include_reference": True})]
company.cobranza_policy_id = env["cobranza.policy"]._create_standard(company)
company.cobranza_policy_id.contact_rule_id = False
company.cobranza_policy_id.contact_by_country = False
env["res.users"].create({
    "name": "Bia Alves", "login": "bia", "password": "bia", "email": "bia@sul.example.com",
    "company_ids": company.ids, "company_id": company.id, "tz": "America/Sao_Paulo",
    "group_ids": [(4, env.ref("cobranza_dunning.group_manager").id),
                  (4, env.ref("account.group_account_manager").id),
                  (4, env.ref("base.group_partner_manager").id)]})
env.cr.commit()
print("COMPANY", company.id)
"""


@pytest.fixture(scope="module")
def shop():
    """A server with payment_demo, account_qr_code_sepa and l10n_br; `.books` is its ledger."""
    from support import live as support

    server = support.start(
        addons=["cobranza_dunning", "payment_demo", "account_qr_code_sepa", "l10n_br"],
        assets=True)
    try:
        company_id = int(server.shell(SET_UP).split("COMPANY")[1])
        server.books = Books(server.odoo(), company_id)
        yield server
    finally:
        support.finish(server)


def tell(server, books, amounts=(1210.0, 484.0, 96.8), **values):
    """Remind a new customer of invoices of these amounts.

    Returns what the tests need: the reminder's id, its link, customer, invoices.
    """
    partner_id = books.customer(**values)
    move_ids = [books.invoice(partner_id, amount=amount, overdue=30 - 5 * number)
                for number, amount in enumerate(amounts)]
    books.run("propose", [partner_id])
    (reminder_id,) = books.reminders([partner_id], "proposed")
    reminders = books.env["cobranza.reminder"]
    reminders.action_approve([reminder_id])
    reminders.action_send([reminder_id])
    (told,) = reminders.read([reminder_id], ["state", "access_url", "access_token"])
    assert told["state"] == "sent"
    path = f"{server.url}{told['access_url']}"
    return SimpleNamespace(
        id=reminder_id, path=path, url=f"{path}?access_token={told['access_token']}",
        partner_id=partner_id, move_ids=move_ids)


@pytest.fixture
def visit(browser):
    """Function that opens an address in a browser of its own; in the end nothing went wrong."""
    contexts, errors = [], []

    def open_page(url, device, permissions=(), expect=".o_cobranza_page"):
        context = browser.new_context(locale="en-US", permissions=list(permissions), **device)
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"page: {error}"))
        page.on("response", lambda got: got.status >= 500 and errors.append(got.url))
        page.goto(url)
        page.wait_for_selector(expect)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def fits(page):
    """Whether nothing sticks out of the screen's width."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def whole(page, name):
    """A picture of the whole page, as tall as it is."""
    size = page.viewport_size
    height = page.evaluate("document.querySelector('#wrapwrap').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(height + 10, 4000)})
    screenshot(page, name)
    page.set_viewport_size(size)


def answers(books, reminder_id):
    """What the customer told us, as the back office reads it."""
    return books.env["cobranza.interaction"].search_read(
        [("reminder_id", "=", reminder_id), ("channel", "=", "portal")],
        ["kind", "summary", "note", "attachment_ids", "waiting"])


def test_on_a_telephone_in_spanish_without_login(live, office, visit):
    """Wholly in his language; the visit is noted; nothing has to be moved sideways."""
    told = tell(live, office, lang="es_ES", name="Talleres Ribera S.L.", phone="+34 981 555 010")
    page = visit(told.url, PHONE)
    page.wait_for_selector("[data-copy]:not(.d-none)")    # its script runs
    screenshot(page, "portal-phone")
    whole(page, "portal-phone-whole")
    text = page.inner_text(".o_cobranza_page")
    assert "1.790,80" in text and "Talleres Ribera S.L." in text
    assert page.get_attribute("html", "lang") == "es-ES"
    for english in ("To pay", "Bank transfer", "Please call me", "Your contact person"):
        assert english not in text, english
    assert page.locator(".o_cobranza_actions .btn-primary").count() == 1
    assert fits(page)
    wait_until(lambda: office.read("cobranza.reminder", told.id, "portal_opened_at"))

    page.locator("#call_back summary").click()
    assert page.input_value("#phone") == "+34 981 555 010"
    assert fits(page)
    screenshot(page, "portal-phone-call")
    page.locator("#call_back button[type=submit]").click()
    page.wait_for_selector(".o_cobranza_thanks")
    screenshot(page, "portal-phone-thanks")
    (answer,) = answers(office, told.id)
    assert (answer["kind"], answer["waiting"]) == ("call_back", True)
    assert "+34 981 555 010" in answer["summary"]


def test_already_paid_with_a_proof(live, office, visit, web, tmp_path):
    """What is refused says why, and what was typed stays; the office finds answer and file."""
    told = tell(live, office, name="Hostal Area")
    page = visit(told.url, DESK, permissions=["clipboard-read", "clipboard-write"])
    whole(page, "portal-desk")
    copy = page.locator("[data-copy^='ES']").first
    copy.click()
    page.wait_for_selector("[data-copy^='ES']:has-text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == copy.get_attribute("data-copy")

    page.click("a[href='#already_paid']")
    page.wait_for_selector("#already_paid[open]")
    page.click("#already_paid button[type=submit]")
    page.wait_for_selector("#already_paid .alert:has-text('Tell us when you paid')")
    page.fill("#reference", "Transfer 2026/118")
    big, note, proof = tmp_path / "big.pdf", tmp_path / "note.pdf", tmp_path / "proof.pdf"
    big.write_bytes(PDF + b"x" * 10 * 1024 * 1024)
    note.write_text("no PDF")
    proof.write_bytes(PDF)
    page.set_input_files("#proof", str(big))
    page.click("#already_paid button[type=submit]")
    page.wait_for_selector("#already_paid [data-problem]:has-text('larger than 10 MB')")
    page.set_input_files("#proof", [str(proof)] * 4)
    page.click("#already_paid button[type=submit]")
    page.wait_for_selector("#already_paid [data-problem]:has-text('at most 3 files')")
    page.set_input_files("#proof", str(note))
    page.click("#already_paid button[type=submit]")
    page.wait_for_selector("#already_paid .alert:has-text('attach your files again')")
    assert page.input_value("#reference") == "Transfer 2026/118"
    screenshot(page, "portal-refused")
    page.set_input_files("#proof", str(proof))
    page.click("#already_paid button[type=submit]")
    page.wait_for_selector(".o_cobranza_thanks:has-text('We look for your payment')")
    screenshot(page, "portal-thanks")
    # back on the page as it was left, something else can be sent
    page.evaluate(
        """for (const one of document.querySelectorAll("form[enctype] button[type=submit]")) {
            one.disabled = true;
        }
        window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));"""
    )
    assert not page.locator("form[enctype] button[type=submit]:disabled").count()

    (answer,) = answers(office, told.id)
    assert (answer["kind"], answer["waiting"]) == ("already_paid", True)
    assert "2026/118" in answer["note"] and len(answer["attachment_ids"]) == 1
    web.open("collections-answers")
    web.page.wait_for_selector(".o_data_row:has-text('Hostal Area')")
    web.shot("portal-answer-in-the-office")


def test_an_invoice_that_did_not_arrive_comes_again(live, office, sink, visit):
    told = tell(live, office, amounts=(484.0, 96.8), name="Náutica Meira")
    address = office.read("res.partner", told.partner_id, "email")
    number = office.read("account.move", told.move_ids[0], "name")
    page = visit(told.url, PHONE)
    page.locator("#not_received summary").click()
    page.get_by_label(number).check()
    page.locator("#not_received button[type=submit]").click()
    page.wait_for_selector(".o_cobranza_thanks:has-text('right away')")

    def invoice_mail():
        """A mail with the invoice has reached the customer."""
        return [one for one in sink.to(address)
                if any(part.get_filename("").endswith(".pdf") for part in one.walk())]

    (mail,) = wait_until(invoice_mail, timeout=60)
    assert number in mail["Subject"] + mail.as_string()


def test_a_customer_who_is_logged_in_finds_his_own(live, office, visit):
    """His list and his page without a token; nobody else's, and no wrong link."""
    told = tell(live, office, name="Bodega Ulla")
    other = tell(live, office, name="Otra Bodega")
    login = f"portal{told.id}"
    users = live.odoo().env["res.users"].with_context(no_reset_password=True)
    users.create([{
        "name": "Ana Ulla", "login": login, "password": f"{login}-secret",
        "company_id": office.company_id, "company_ids": [(6, 0, [office.company_id])],
        "group_ids": [(6, 0, [live.odoo().env.ref("base.group_portal").id])]}])
    (user,) = users.search_read([("login", "=", login)], ["partner_id"])
    office.env["res.partner"].write(user["partner_id"][0], {"parent_id": told.partner_id})

    page = visit(f"{live.url}/web/login?redirect=/my/reminders", DESK, expect="input[name=login]")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", f"{login}-secret")
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_url("**/my/reminders")
    assert page.locator(f"a[href*='/my/reminders/{told.id}']").count() == 1
    assert page.locator(f"a[href*='/my/reminders/{other.id}']").count() == 0
    screenshot(page, "portal-list")
    page.locator(f"a[href*='/my/reminders/{told.id}']").click()
    page.wait_for_selector(".o_cobranza_summary:has-text('1,790.80')")
    page.goto(other.path)
    page.wait_for_url("**/my")

    token = other.url.partition("?")[2]
    wrong = visit(f"{told.path}?{token}", PHONE)
    assert "This link does not work" in wrong.inner_text(".o_cobranza_gone")
    assert fits(wrong)
    screenshot(wrong, "portal-wrong-link")


def sepa_code(page, server, told, amount):
    """The code that a bank's app has to read: EPC069-12, with IBAN, amount and reference."""
    env, books = server.books.env, server.books
    (iban, *_others) = [
        one.get_attribute("data-copy") for one in page.locator("[data-copy^='ES']").all()]
    names = [env["account.move"].read([one], ["payment_reference", "name"])[0]
             for one in told.move_ids]
    reference = ", ".join(one["payment_reference"] or one["name"] for one in names)
    assert reference in page.inner_text("#transfer")
    account = env["res.partner.bank"].search_read(
        [("sanitized_acc_number", "=", iban)], ["bank_bic"])[0]
    company = books.read("res.company", books.company_id, "name")
    value = "\n".join([
        "BCD", "002", "1", "SCT", account["bank_bic"] or "", company, iban, f"EUR{amount}", "", "",
        reference, ""])
    return drawn(value)


def drawn(value):
    """A code with this value as the page draws it; one with another value looks different."""
    drawing = createBarcodeDrawing("QR", value=value, width=148, height=148, barBorder=0)
    return f"data:image/svg+xml;base64,{b64encode(drawing.asString('svg').encode()).decode()}"


def pix_code(key, amount, name, city, reference):
    """What a Brazilian bank's app has to read: EMV QRCPS with the fields of the Pix manual."""
    def field(number, text):
        return f"{number:02}{len(text):02}{text}"

    value = "".join([
        field(0, "01"), field(1, "12"), field(26, field(0, "br.gov.bcb.pix") + field(1, key)),
        field(52, "0000"), field(53, "986"), field(54, amount), field(58, "BR"), field(59, name),
        field(60, city), field(62, field(5, reference)), "6304"])
    return f"{value}{crc_hqx(value.encode(), 0xFFFF):04X}"


def test_a_brazilian_customer_scans_a_pix_code(shop, visit):
    company_id = int(shop.shell(BRAZIL).split("COMPANY")[1])
    books = Books(shop.odoo("bia", "bia"), company_id)
    told = tell(shop, books, amounts=(1210.55,), name="Padaria Aurora", lang="pt_BR")
    page = visit(told.url, PHONE, permissions=["clipboard-read", "clipboard-write"])
    (move,) = books.env["account.move"].read(told.move_ids, ["payment_reference", "name"])
    reference = move["payment_reference"] or move["name"]
    assert reference in page.inner_text("#transfer")
    letters = re.sub("[^A-Za-z0-9]", "", reference)
    code = pix_code(
        "pix@sul.example.com", "1210.55", "COMERCIO DO SUL LTDA", "FLORIANOPOLIS", letters)
    assert page.locator(".o_cobranza_account img").get_attribute("src") == drawn(code)
    page.click(".o_cobranza_account figure button")
    page.wait_for_selector("figure button:has-text('Copiado')")
    assert page.evaluate("navigator.clipboard.readText()") == code
    assert "1.210,55" in page.inner_text(".o_cobranza_summary")
    assert fits(page)
    whole(page, "portal-pix")


def pay_by_card(page):
    """Pay with the form of the provider that says yes."""
    page.locator("label.o_payment_option_label").first.click()
    page.wait_for_selector("#customer_input")
    page.fill("#customer_input", "4242424242424242")
    page.click("button[name=o_payment_submit_button]")


def card_states(page):
    """How the page says that each line or installment stands."""
    return page.locator(".o_cobranza_cards > li[data-state]").evaluate_all(
        "rows => rows.map(row => row.dataset.state)")


def test_an_online_payment_lowers_what_is_open(shop, visit):
    told = tell(shop, shop.books, name="Conservas Deza")
    page = visit(told.url, PHONE)
    assert page.locator(".o_cobranza_account img").get_attribute("src") == sepa_code(
        page, shop, told, "1790.8")
    assert page.locator(".o_cobranza_actions .btn-primary").count() == 1
    page.locator(".o_cobranza_links a:has-text('Pay this one')").first.click()
    page.wait_for_selector("#o_payment_form")
    assert "1,210.00" in page.inner_text(".o_cobranza_total")
    assert fits(page)
    screenshot(page, "portal-pay")
    pay_by_card(page)
    page.wait_for_url("**/my/reminders/**thanks=paid**")
    assert "Thank you" in page.inner_text(".o_cobranza_thanks")
    assert "580.80" in page.inner_text(".o_cobranza_summary")
    states = card_states(page)
    assert states == ["paid", "open", "open"]
    screenshot(page, "portal-paid")


def test_an_installment_is_paid_online(shop, visit):
    env, partner_id = shop.books.env, shop.books.customer(name="Talleres Lérez")
    shop.books.invoice(partner_id, amount=600.0, overdue=20)
    plans = env["cobranza.plan"]
    made = plans.propose(partner_id, {"count": 3, "period": "week"})
    plan_id = made["plan_id"]
    assert plan_id, made["sentences"]
    plans.action_offer([plan_id])
    plans.action_accept([plan_id])
    (plan,) = plans.read([plan_id], ["access_url", "access_token"])
    page = visit(f"{shop.url}{plan['access_url']}?access_token={plan['access_token']}", PHONE)
    assert fits(page)
    whole(page, "portal-plan-pay")
    page.click("a:has-text('Pay online')")
    page.wait_for_selector("#o_payment_form")
    assert "200.00" in page.inner_text(".o_cobranza_total")
    pay_by_card(page)
    page.wait_for_url("**/my/plans/**thanks=paid**")
    assert "Thank you" in page.inner_text(".o_cobranza_thanks")
    states = card_states(page)
    assert states == ["paid", "open", "open"]
