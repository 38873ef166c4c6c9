"""A month's sales are declared to the insurer: downloaded, noted, and what it costs billed."""
from datetime import date, timedelta

import pytest

from support.insured import retire

LAST_MONTH = date.today().replace(day=1) - timedelta(days=1)


@pytest.fixture
def insured(office):
    """The draft of last month of a policy for one customer: a marked sale, and one that isn't."""
    env, year = office.env, LAST_MONTH.year
    insurer_id = office.customer(name="Seguros de Crédito del Norte, S.A.")
    partner_id = office.customer(name="Bodegas Miño, S.L.")
    (journal_id,) = env["account.journal"].search(
        [("type", "=", "purchase"), ("company_id", "=", office.company_id)], limit=1)
    policy_id = env["cobranza.insurance.policy"].create(
        {
            "name": "Póliza de ventas", "company_id": office.company_id, "declares": True,
            "kind": "single_debtor", "partner_id": partner_id, "insure_by_default": False,
            "declaration_from": str(LAST_MONTH.replace(day=1)),
            "premium_rate": 2.5, "premium_tax": 8, "insurer_id": insurer_id,
            "premium_journal_id": journal_id,
            "period_ids": [(0, 0, {"date_from": f"{year}-01-01", "date_to": f"{year + 1}-12-31"})],
        }
    )  # fmt: skip
    env["cobranza.insurance.limit"].create(
        {"policy_id": policy_id, "partner_id": partner_id, "amount": 50000,
         "effective": f"{year}-01-01"})
    overdue = (date.today() - LAST_MONTH).days - 30
    for amount, mark in ((12500.0, True), (8400.0, False)):
        office.invoice(partner_id, amount=amount, overdue=overdue, insured=mark)
    yield env["cobranza.insurance.declaration"].prepare(policy_id)["id"]
    retire(office, policy_id)


def test_from_the_draft_to_the_bill(office, insured, web, spanish, mobile):
    web.open(f"insurance-declarations/{insured}")
    text = web.page.locator(".o_form_view").inner_text()
    assert "12,500.00" in text and "31.25" in text
    web.shot("60_declaration")
    for kind in ("xlsx", "csv"):
        with web.page.expect_download() as download:
            web.page.locator(f"button[name=action_download_{kind}]").click()
        assert download.value.suggested_filename.endswith(f".{kind}")
    web.open(f"insurance-declarations/{insured}")
    assert "Somebody has downloaded it" in web.page.locator(".o_form_view").inner_text()
    web.shot("61_declaration_downloaded")
    mobile.open(f"insurance-declarations/{insured}")
    assert mobile.fits()
    mobile.shot("62_declaration_phone")

    web.page.locator("button[name=action_declare]").click()
    web.settle()
    web.tab("Documents")
    web.shot("63_declared")
    web.page.locator("button[name=action_bill]").click()
    web.settle()
    web.page.wait_for_selector(".o_field_widget[name=invoice_line_ids]")
    bill = web.page.locator(".o_form_view").inner_text()
    assert "33.75" in bill
    assert "Seguros de Crédito" in web.field("partner_id").locator("input").input_value()
    web.shot("64_premium_bill")
    spanish.open("insurance-declarations")
    spanish.page.wait_for_selector(".o_data_row")
    spanish.shot("65_declaraciones")
    web.open("insurance-premiums")
    web.page.wait_for_selector(".o_pivot")
    web.shot("66_premiums")


def test_a_suggestion_is_followed(office, insured, web, mobile):
    web.open("insurance-suggestions")
    web.button("Look again")
    web.shot("67_suggestions")
    row = web.row("Bodegas Miño")
    row.wait_for()
    assert "would be insured, for a premium of about" in row.inner_text()
    mobile.open("insurance-suggestions")
    assert mobile.fits()
    mobile.shot("68_suggestions_phone")
    row.locator("button[name=action_insure]").click()
    row.wait_for(state="detached")
