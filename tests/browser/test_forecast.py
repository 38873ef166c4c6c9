"""When the money comes: from the menu to an invoice, one customer's part, and the provision."""
from datetime import date, timedelta

import pytest


@pytest.fixture
def owing(office):
    """A customer who is a hundred days late with one invoice, and has promised the other one."""
    partner_id = office.customer(name="Granitos Budiño, S.L.")
    office.invoice(partner_id, amount=4000.0, overdue=100)
    office.invoice(partner_id, amount=600.0, overdue=5)
    (account,) = office.env["cobranza.debtor"].search_read(
        [("partner_id", "=", partner_id)], ["due_line_ids"])
    due = office.env["account.move.line"].search(
        [("id", "in", account["due_line_ids"]), ("amount_residual", "=", 600)])
    office.env["cobranza.promise"].promise(
        partner_id, 600, str(date.today() + timedelta(days=3)), line_ids=due)
    return account["id"]


def test_from_the_forecast_to_an_invoice(web, mobile, owing):
    web.app("Collections")
    web.menu("Forecast")
    assert web.page.locator(".o_group_header").count() >= 2
    web.shot("80_forecast")
    web.page.locator(".o_cp_switch_buttons .o_graph").click()
    web.page.wait_for_selector(".o_graph_renderer canvas")
    web.shot("81_forecast_graph")

    web.open(f"debtors/{owing}")
    web.page.locator("button[name=action_view_expected]").click()
    web.settle()
    for group in web.page.locator(".o_group_header").all():
        group.click()
        web.settle()
    rows = " ".join(web.page.locator(".o_data_row").all_inner_texts())
    assert "Promised" in rows and "As late as usual" in rows
    assert "424.00" in rows        # 10.6 % of 4 000
    web.shot("82_forecast_customer")
    web.row("Promised").locator("td[name=amount]").click()
    web.page.wait_for_selector(".o_form_view .o_field_widget[name=invoice_line_ids]")
    web.tab("Collections")
    assert "Expected" in web.page.locator(".tab-pane.active thead").first.inner_text()
    web.shot("83_forecast_invoice")

    mobile.open("collections-forecast")
    assert mobile.page.locator(".o_kanban_record").count() >= 2
    assert mobile.fits()
    mobile.shot("84_forecast_phone")


def test_the_provision_in_spanish(spanish, office, owing):
    """Without accounts it says which lack and where they are chosen; with them there is a draft."""
    env, company_id = office.env, office.company_id
    spanish.open("collections-forecast")
    spanish.button("Contabilizar el deterioro")
    said = spanish.dialog()
    assert "Pérdidas por deterioro" in said and "Ajustes" in said
    spanish.shot("85_provision_refused")
    spanish.page.locator(".modal footer button").first.click()

    accounts = {
        field: env["account.account"].create(
            {"code": code, "name": name, "account_type": kind,
             "company_ids": [(6, 0, [company_id])]})
        for field, code, name, kind in (
            ("cobranza_provision_account_id", "490900", "Deterioro", "asset_current"),
            ("cobranza_provision_expense_id", "694900", "Pérdidas", "expense"))}
    env["cobranza.settings"].create(accounts)
    spanish.button("Contabilizar el deterioro")
    spanish.page.wait_for_selector(".o_form_view")
    assert "Deterioro de créditos" in spanish.page.locator(".o_form_view").inner_text()
    spanish.shot("86_provision")
    (move,) = env["account.move"].search_read(
        [("line_ids.account_id", "=", accounts["cobranza_provision_account_id"])],
        ["state", "line_ids"])
    assert move["state"] == "draft"
    items = env["account.move.line"].read(move["line_ids"], ["balance", "partner_id"])
    assert round(sum(one["balance"] for one in items), 2) == 0
    assert any(one["partner_id"] and "Budiño" in one["partner_id"][1] for one in items)
    env["account.move"].unlink([move["id"]])
    env["cobranza.settings"].create(dict.fromkeys(accounts, False))
