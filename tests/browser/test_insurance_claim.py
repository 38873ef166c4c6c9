"""An accountant makes a claim on the customer's account, files it, and sees what is booked."""
from datetime import date

import pytest

from support.insured import retire

YEAR = date.today().year


@pytest.fixture(scope="module")
def policy(office):
    """A policy with a waiting period of 60 days after the due date, and books for its claims."""
    env = office.env

    def account(code, name, kind):
        return env["account.account"].create(
            {"name": name, "code": code, "account_type": kind,
             "reconcile": kind in ("asset_receivable", "liability_payable"),
             "company_ids": [(6, 0, [office.company_id])]}
        )  # fmt: skip

    made = env["cobranza.insurance.policy"].create(
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
    yield made
    retire(office, made)


@pytest.fixture
def owe(office, policy):
    """Function that makes a customer with a limit of 5 000 and an overdue invoice of 6 000.

    It returns his account.
    """
    env = office.env
    made = []

    def debtor(name, overdue):
        partner = office.customer(name=name, lang="es_ES")
        env["cobranza.insurance.limit"].create(
            {"policy_id": policy, "partner_id": partner, "amount": 5000,
             "effective": f"{YEAR - 1}-01-01", "recorded": f"{YEAR - 1}-01-01"}
        )  # fmt: skip
        invoice = office.invoice(partner, amount=6000.0, overdue=overdue)
        env["account.move"].write([invoice], {"insured": True, "insurance_policy_id": policy})
        made.extend(office.debtors([partner]))
        env["cobranza.debtor"].write(made[-1:], {"insurance_policy_id": policy})
        return made[-1]

    yield debtor
    env["cobranza.debtor"].write(made, {"insurance_policy_id": False})


def claimed(client, debtor):
    """Open the draft of a claim, as somebody makes it on the customer's account."""
    client.open(f"debtors/{debtor}")
    client.tab("Insurance")
    client.page.locator("button[name=action_claim_insurance]").click()
    client.page.locator("button[name=action_file]").wait_for()
    client.settle()


def press(client, name):
    """Press a button of the claim that opens a dialog; return the dialog."""
    client.page.locator(f".o_form_statusbar button[name={name}]:visible").first.click()
    dialog = client.page.locator(".modal")
    dialog.locator("button[name=action_do]").wait_for()
    client.settle()
    return dialog


def record(client, dialog):
    """Do what a dialog asks for."""
    dialog.locator("button[name=action_do]").click()
    dialog.wait_for(state="detached")
    client.settle()


def test_from_the_account_to_what_is_booked(owe, web, spanish, mobile):
    """The draft has its figures; filed it has its number, and the entry is a click away."""
    claimed(web, owe("Talleres Ondas, S.L.", 90))
    form = web.page.locator(".o_form_view")
    text = form.inner_text()
    assert "6,000.00" in text and "5,000.00" in text and "4,500.00" in text
    web.shot("60_claim_draft")

    web.page.locator("button[name=action_file]").click()
    web.page.locator("button[name=action_ask_accept]").first.wait_for()
    web.settle()
    assert "CLM/" in form.inner_text()
    web.shot("61_claim_filed")

    dialog = press(web, "action_ask_accept")
    web.shot("62_claim_agreed")
    record(web, dialog)
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


def test_paid_recovered_and_closed(office, owe, web):
    """All of it with the claim's own buttons: Odoo has none for entries that are no invoices."""
    debtor = owe("Maderas Sil, S.A.", 90)
    claimed(web, debtor)
    web.page.locator("button[name=action_file]").click()
    record(web, press(web, "action_ask_accept"))

    dialog = press(web, "action_ask_payment")
    assert "4,500.00" in dialog.inner_text()
    dialog.locator(".o_field_widget[name=amount] input").fill("2000")
    web.shot("66_claim_payment")
    record(web, dialog)
    assert web.state() == "Agreed"
    record(web, press(web, "action_ask_payment"))
    assert web.state() == "Paid"
    web.shot("67_claim_paid")

    partner = office.read("cobranza.debtor", debtor, "partner_id")[0]
    payment = office.env["account.payment"].create(
        {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner,
         "amount": 1200.0, "company_id": office.company_id})
    office.env["account.payment"].action_post([payment])
    dialog = press(web, "action_ask_recovery")
    choice = dialog.locator(".o_field_widget[name=payment_line_id] input")
    choice.click()
    web.page.locator(".o-autocomplete--dropdown-item a").first.click()
    web.settle()
    left = dialog.locator(".o_field_widget[name=payment_amount] input")
    assert left.input_value() == "1,200.00"
    web.shot("68_claim_recovery")
    record(web, dialog)

    dialog = press(web, "action_ask_payout")
    # 1 200 × 4 500 ÷ 6 000
    assert "900.00" in dialog.inner_text()
    web.shot("69_claim_payout")
    record(web, dialog)
    assert web.page.locator("button[name=action_ask_payout]:visible").count() == 0
    web.page.locator("button[name=action_close]").click()
    web.page.locator(".modal .btn-primary").click()
    web.settle()
    assert web.state() == "Closed"
    web.shot("70_claim_closed")


def test_an_open_payment_is_taken_and_a_day_is_said(office, policy, owe, spanish):
    """The day from which the insurer pays is there before filing; his payment waits already."""
    claimed_text = spanish.page.locator(".o_form_view")
    insurer = office.read("cobranza.insurance.policy", policy, "insurer_id")[0]
    spanish.open(f"debtors/{owe('Vidrios Tambre, S.L.', 30)}")
    spanish.tab("Seguro")
    spanish.page.locator("button[name=action_claim_insurance]").click()
    spanish.page.locator("button[name=action_file]").wait_for()
    spanish.page.locator(".o_field_widget[name=early_sentence]").wait_for()
    spanish.shot("71_siniestro_pronto")
    spanish.page.locator("button[name=action_file]").click()
    spanish.settle()
    payment = office.env["account.payment"].create(
        {"payment_type": "inbound", "partner_type": "customer", "partner_id": insurer,
         "amount": 2250.0, "company_id": office.company_id})
    office.env["account.payment"].action_post([payment])
    dialog = press(spanish, "action_ask_payment")
    assert "2.250,00" in dialog.locator(".o_field_widget[name=amount] input").input_value()
    spanish.shot("72_siniestro_cobro")
    record(spanish, dialog)
    assert "2.250,00" in claimed_text.locator(".o_field_widget[name=open_amount]").inner_text()
