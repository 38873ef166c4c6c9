"""An accountant makes a claim on the customer's account, files it, and sees what is booked."""
from datetime import date

import pytest

from support.insured import retire

YEAR = date.today().year


@pytest.fixture
def owed(office):
    """A customer with a limit of 5 000 and an insured invoice that is long overdue."""
    env = office.env

    def account(code, name, kind):
        return env["account.account"].create(
            {"name": name, "code": code, "account_type": kind,
             "reconcile": kind in ("asset_receivable", "liability_payable"),
             "company_ids": [(6, 0, [office.company_id])]}
        )  # fmt: skip

    policy = env["cobranza.insurance.policy"].create(
        {
            "name": "Póliza de siniestros", "company_id": office.company_id,
            "insure_by_default": False, "law": "es",
            "insurer_id": office.customer(name="Crédito y Caución Atlántica"),
            "insurer_account_id": account("440910", "Aseguradora", "asset_receivable"),
            "claim_account_id": account("438910", "Deudas en siniestro", "asset_current"),
            "insurer_share_account_id": account("410910", "Recobros", "liability_payable"),
            "loss_account_id": account("650910", "Créditos incobrables", "expense"),
            "period_ids": [
                (0, 0, {"date_from": f"{YEAR - 1}-01-01", "date_to": f"{YEAR}-12-31"})
            ],
            "deadline_ids": [(0, 0, {"duty": "waiting", "base": "due", "days": 60})],
        }
    )  # fmt: skip
    partner = office.customer(name="Talleres Ondas, S.L.", lang="es_ES")
    env["cobranza.insurance.limit"].create(
        {"policy_id": policy, "partner_id": partner, "amount": 5000,
         "effective": f"{YEAR - 1}-01-01", "recorded": f"{YEAR - 1}-01-01"}
    )  # fmt: skip
    invoice = office.invoice(partner, amount=6000.0, overdue=90)
    env["account.move"].write([invoice], {"insured": True, "insurance_policy_id": policy})
    (debtor,) = office.debtors([partner])
    env["cobranza.debtor"].write([debtor], {"insurance_policy_id": policy})
    yield debtor
    env["cobranza.debtor"].write([debtor], {"insurance_policy_id": False})
    retire(office, policy)


def test_from_the_account_to_what_is_booked(office, owed, web, spanish, mobile):
    """The draft has its figures; filed it has its number, and the entry is a click away."""
    web.open(f"debtors/{owed}")
    web.tab("Insurance")
    web.page.locator("button[name=action_claim_insurance]").click()
    web.settle()
    form = web.page.locator(".o_form_view")
    web.page.locator("button[name=action_file]").wait_for()
    text = form.inner_text()
    assert "6,000.00" in text and "5,000.00" in text and "4,500.00" in text
    web.shot("60_claim_draft")

    web.page.locator("button[name=action_file]").click()
    web.page.locator("button[name=action_ask_accept]").first.wait_for()
    web.settle()
    assert "CLM/" in form.inner_text()
    web.shot("61_claim_filed")

    web.page.locator("button[name=action_ask_accept]").first.click()
    dialog = web.page.locator(".modal")
    dialog.locator(".o_field_widget[name=amount]").wait_for()
    web.shot("62_claim_agreed")
    dialog.locator("button[name=action_do]").click()
    dialog.wait_for(state="detached")
    web.settle()
    web.page.locator(".o_field_widget[name=accepted_amount]").wait_for()

    web.page.locator("button[name=action_view_moves]").click()
    web.settle()

    web.open("insurance-claims")
    web.page.wait_for_selector(".o_data_row")
    web.shot("63_claims")
    spanish.open("insurance-claims")
    spanish.page.wait_for_selector(".o_data_row")
    spanish.shot("63_siniestros")
    spanish.page.locator(".o_data_row").first.click()
    spanish.settle()
    spanish.shot("64_siniestro")
    mobile.open("insurance-claims")
    mobile.page.locator(".o_kanban_record").first.click()
    mobile.page.locator(".o_field_widget[name=expected_amount]").wait_for()
    assert mobile.fits()
    mobile.shot("65_claim_phone")

    web.open("insurance-recoveries")
    web.page.get_by_text("Nothing was recovered yet").wait_for()
