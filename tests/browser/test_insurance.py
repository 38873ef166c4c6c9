"""An accountant insures an invoice: what the form says before it is posted, and what follows."""
from datetime import date, timedelta

import pytest

from support.insured import retire

YEAR = date.today().year


@pytest.fixture
def insured(office):
    """A policy in force, and a customer with a limit of 1 000 who owes 600 already."""
    env = office.env
    policy = env["cobranza.insurance.policy"].create(
        {
            "name": "Póliza global", "company_id": office.company_id, "insure_by_default": False,
            "maximum_term": 90, "mep": 60,
            "period_ids": [
                (0, 0, {"date_from": f"{YEAR - 1}-01-01", "date_to": f"{YEAR + 1}-12-31"})
            ],
            "deadline_ids": [(0, 0, {"duty": "notice", "base": "due", "days": 60})],
        }
    )  # fmt: skip
    partner_id = office.customer(name="Conservas Rías, S.L.", lang="es_ES")
    env["cobranza.insurance.limit"].create(
        {
            "policy_id": policy, "partner_id": partner_id, "amount": 1000,
            "effective": f"{YEAR - 1}-01-01", "reference": "CL-1",
        }
    )  # fmt: skip
    older = office.invoice(partner_id, amount=600.0, overdue=5)
    env["account.move"].write([older], {"insured": True})
    yield partner_id
    retire(office, policy)


def draft(office, partner_id, amount, days):
    """An invoice of today that isn't posted yet and is to be insured."""
    today = date.today()
    return office.env["account.move"].create(
        {
            "move_type": "out_invoice", "partner_id": partner_id, "company_id": office.company_id,
            "invoice_date": str(today), "invoice_date_due": str(today + timedelta(days=days)),
            "invoice_payment_term_id": False, "insured": True,
            "invoice_line_ids": [
                (0, 0, {"name": "Conservas", "price_unit": amount, "tax_ids": [(6, 0, [])]})
            ],
        }
    )  # fmt: skip


def test_from_the_warning_to_the_cover(office, insured, web, spanish, mobile):
    """Too much for the limit: the banner says so; posted, all screens say what is covered."""
    move_id = draft(office, insured, 700.0, 30)
    web.open(f"customer-invoices/{move_id}")
    banner = web.page.locator(".o_field_widget[name=insurance_warning]")
    banner.wait_for()
    assert "Older debts leave room" in banner.inner_text()
    assert "300.00" in banner.inner_text()
    web.shot("40_insurance_warning")

    spanish.open(f"customer-invoices/{move_id}")
    spanish.page.locator(".o_field_widget[name=insurance_warning]").wait_for()
    text = spanish.page.locator(".o_form_view").inner_text()
    assert "No todo quedaría asegurado" in text and "Older debts" not in text
    spanish.shot("40_seguro_antes")

    web.button("Confirm")
    badge = web.page.locator(".o_field_widget[name=insurance_state]").first
    badge.wait_for()
    assert badge.inner_text() == "Partly covered"
    assert "400.00" in web.page.locator("button[name=action_cobranza_covers]").inner_text()
    web.shot("41_insurance_posted")
    web.page.locator("button[name=action_cobranza_covers]").click()
    web.settle()
    assert "Older debts leave room" in web.page.locator(".o_action_manager").inner_text()

    web.open("customer-invoices")
    web.page.wait_for_selector(".o_data_row")
    assert "Partly covered" in web.page.locator(".o_list_view").inner_text()
    web.shot("42_insurance_list")
    (debtor_id,) = office.env["cobranza.debtor"].search([("partner_id", "=", insured)])
    web.open(f"debtors/{debtor_id}").tab("Insurance")
    assert "1,000.00" in web.field("insurance_limit").inner_text()
    web.shot("43_insurance_debtor")
    for number, path in enumerate(("covers", "deadlines", "limits", "policies", "approvals"), 44):
        web.open(f"insurance-{path}")
        web.shot(f"{number}_insurance_{path}")

    mobile.open(f"customer-invoices/{move_id}")
    assert mobile.fits()
    mobile.shot("49_insurance_phone")
    mobile.open("insurance-deadlines")
    assert mobile.fits()
    mobile.shot("50_insurance_deadlines_phone")


def test_a_policy_in_spanish(office, insured, spanish, mobile):
    """Its terms are on three pages, none of them too wide for a phone."""
    (policy,) = office.env["cobranza.insurance.limit"].search_read(
        [("partner_id", "=", insured)], ["policy_id"])
    path = f"insurance-policies/{policy['policy_id'][0]}"
    spanish.open(path)
    for number, tab in enumerate(("Qué se asegura", "Qué hay que hacer", "Dinero"), 51):
        spanish.tab(tab)
        spanish.shot(f"{number}_poliza")
    spanish.button("Importar clasificaciones…")
    assert "CSV" in spanish.dialog()
    spanish.shot("54_importar")
    mobile.open(path)
    assert mobile.fits()
    mobile.shot("55_policy_phone")


def post_from_list(client, customer, confirm, actions):
    """Choose the drafts of a customer in the list, and to post them; the dialog opens."""
    client.open("customer-invoices")
    rows = client.page.locator(f".o_data_row:has-text('{customer}'):has(.text-bg-info)")
    rows.first.wait_for()
    for row in rows.all():
        row.locator(".o_list_record_selector input").check()
    client.page.locator(f".o_cp_action_menus button:has-text('{actions}'):visible").click()
    client.page.locator(f".o-dropdown--menu .dropdown-item:has-text('{confirm}')").click()
    client.page.wait_for_selector(".modal-dialog .o_field_widget[name=insurance_warning]")
    client.settle()
    return rows.count()


def test_posting_several(office, insured, web, spanish, mobile):
    """A draft's card says that it is to be insured; before they are posted from the list, a dialog
    names what wouldn't be covered, why, and what helps; the customer's button says what is used of
    his limit."""
    customer = "Conservas Rías"
    move_ids = [draft(office, insured, amount, 30) for amount in (100.0, 700.0, 50.0)]
    mobile.open("customer-invoices")
    card = mobile.page.locator(f".o_kanban_record:has-text('{customer}'):has-text('Draft')").first
    card.wait_for()
    assert "To be insured" in card.inner_text()
    assert mobile.fits()
    mobile.shot("56_insurance_card_phone")

    def states():
        return [office.read("account.move", one, "state") for one in move_ids]

    assert post_from_list(spanish, customer, "Confirmar asientos", "Acciones") == 3
    spanish.shot("57_antes_de_contabilizar")
    spanish.page.locator(".modal-dialog button:has-text('Cancelar'), "
                         ".modal-dialog button:has-text('Descartar')").first.click()

    assert post_from_list(web, customer, "Confirm Entries", "Actions") == 3
    assert states() == ["draft"] * 3
    web.shot("57_insurance_before_posting")
    said = web.dialog().replace("\N{NO-BREAK SPACE}", " ")
    for words in ("Of 850.00 € to be insured, 450.00 € would not be covered", "400.00 € more limit",
                  "50.00 € more limit", "Older debts use up", f"{customer}, S.L. · "):  # fmt: skip
        assert words in said, said
    links = web.page.locator(".modal-dialog .o_field_widget[name=insurance_warning] a")
    assert [one.get_attribute("href").rsplit("/", 1)[1] for one in links.all()] == [
        str(one) for one in move_ids[1:]]
    web.button("Post all but these")
    web.page.wait_for_selector(".modal-dialog", state="detached")
    assert states() == ["posted", "draft", "draft"]

    mobile.open("customer-invoices")
    for one in mobile.page.locator(
            f".o_kanban_record:has-text('{customer}'):has-text('Draft')").all():
        long_press(one)
    mobile.page.locator(".o_cp_action_menus button, .o_control_panel_actions button:has(.fa-cog)"
                        ).first.click()
    mobile.page.locator(".o-dropdown--menu .dropdown-item:has-text('Confirm Entries')").click()
    mobile.page.wait_for_selector(".modal-dialog .o_field_widget[name=insurance_warning]")
    mobile.settle()
    assert mobile.fits()
    mobile.shot("57_insurance_before_posting_phone")
    mobile.button("Post all the same")
    mobile.page.wait_for_selector(".modal-dialog", state="detached")
    assert states() == ["posted"] * 3

    for client, name in ((web, "58_insurance_button"), (spanish, "58_boton_del_seguro"),
                         (mobile, "58_insurance_button_phone")):
        client.open(f"res.partner/{insured}")
        if client is mobile:
            client.page.locator(".o-form-buttonbox .o_button_more, .o_button_more").click()
        button = client.page.locator("button[name=action_cobranza_limits]:visible")
        button.wait_for()
        for figure in ("1.000,00", "0,00") if client is spanish else ("1,000.00", "0.00"):
            assert figure in button.inner_text()
        assert client.fits()
        client.shot(name)


def long_press(card):
    """Choose a card as a finger does."""
    card.dispatch_event("touchstart")
    card.page.wait_for_timeout(600)
    card.dispatch_event("touchend")
