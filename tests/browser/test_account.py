"""A customer on the page of his whole account: from “I can't pay now” to a signed agreement."""
import pytest

from support.browser import screenshot
from support.waiting import wait_until

from .conftest import DESK, PHONE
from .test_portal import PDF, fits, tell, visit, whole

__all__ = ["visit"]  # a fixture


@pytest.fixture(scope="module")
def lenient(office):
    """A policy that accepts by itself what isn't below its limits: at most six months, from 100."""
    (policy_id,) = office.env["res.company"].read([office.company_id], ["cobranza_policy_id"])
    return office.env["cobranza.policy"].copy(
        [policy_id["cobranza_policy_id"][0]],
        {"name": "Agrees by itself", "plan_automatic": True, "plan_maximum_months": 6,
         "plan_minimum_installment": 100.0, "promise_max_days": 14})[0]


def owing(live, office, policy_id, **values):
    """A new customer who was reminded of 600: his reminder, with `debtor_id`.

    Not insured: an insurer's maximum extension would leave no room for months.
    """
    told = tell(live, office, amounts=(400.0, 200.0), **values)
    office.env["account.move"].write(told.move_ids, {"insured": False})
    (told.debtor_id,) = office.debtors([told.partner_id])
    office.env["cobranza.debtor"].write([told.debtor_id], {"policy_id": policy_id})
    return told


def sign(page, name):
    """Write a name into Odoo's signature form and send it."""
    page.locator(".o_web_sign_name_input").fill(name)
    page.locator(".o_portal_sign_submit").scroll_into_view_if_needed()
    page.wait_for_selector(".o_portal_sign_submit:not([disabled])")
    page.locator(".o_portal_sign_submit").click()


@pytest.mark.parametrize(("device", "lang", "words"), [
    (PHONE, "es_ES", {
        "account": "Su cuenta completa", "cannot": "Ahora no puedo pagar",
        "first": "Primero se concede más tiempo", "month": "mensuales", "thanks": "firmado",
        "force": "En vigor"}),
    (DESK, "en_US", {
        "account": "Your whole account", "cannot": "I can't pay now",
        "first": "More time comes first", "month": "monthly", "thanks": "is signed",
        "force": "In force"}),
], ids=["phone", "desk"])
def test_from_i_can_not_pay_to_a_signed_agreement(
        live, office, visit, lenient, device, lang, words):
    """Nothing is pushed: more time first, then what is possible instead of too small a part."""
    told = owing(live, office, lenient, name=f"Panadería Lema {lang}", lang=lang)
    page = visit(told.url, device)
    page.click(f"a:has-text(\"{words['account']}\")")
    page.wait_for_url("**/my/account-balance/**")
    assert fits(page)
    whole(page, f"account-{lang}")

    page.click(f"a:has-text(\"{words['cannot']}\")")
    page.wait_for_selector("#pay_later[open]")
    page.click("#pay_later > form button[type=submit]")
    page.wait_for_selector(f"#talk:has-text('{words['first']}')")
    assert fits(page)
    screenshot(page, f"account-more-time-{lang}")

    page.check("#how_parts")
    page.fill("#count", "12")
    page.click("#pay_later > form button[type=submit]")
    page.wait_for_selector(f"#talk button:has-text('{words['month']}')")
    assert fits(page)
    whole(page, f"account-counter-offers-{lang}")
    page.click(f"#talk button:has-text('{words['month']}')")
    page.wait_for_url("**/my/plans/**")
    page.wait_for_selector(".o_web_sign_name_input")
    assert fits(page)
    sign(page, "Sabela Rial")
    page.wait_for_selector(f".o_cobranza_thanks:has-text('{words['thanks']}')")

    def plan():
        """The customer's one plan is in force."""
        found = office.env["cobranza.plan"].search_read(
            [("partner_id", "=", told.partner_id)], ["state", "amount", "signed_by", "origin"])
        return [one for one in found if one["state"] == "active"]

    (agreed,) = wait_until(plan)
    assert (agreed["amount"], agreed["signed_by"], agreed["origin"]) == (
        600, "Sabela Rial", "portal")
    page.click(f"a:has-text(\"{words['account']}\")")
    page.wait_for_selector(f".o_cobranza_agreements:has-text('{words['force']}')")
    assert fits(page)
    whole(page, f"account-agreed-{lang}")


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_a_promise_and_a_dispute(live, office, visit, lenient, device, tmp_path):
    """What he promises and what he doesn't accept is left alone, and he sees it."""
    name = "Frutas Xil" if device is PHONE else "Frutas Xil e Fillos"
    told = owing(live, office, lenient, name=name)
    page = visit(told.url, device)
    page.click("a:has-text('Your whole account')")
    page.wait_for_url("**/my/account-balance/**")

    page.locator("#promise summary").click()
    assert page.input_value("#promise_amount") == "600.00"
    page.fill("#promise_amount", "400")
    page.fill("#promise_date", page.get_attribute("#promise_date", "max"))
    page.click("#promise button[type=submit]")
    page.wait_for_selector(".o_cobranza_thanks:has-text('We have noted it')")
    assert "400.00" in page.inner_text(".o_cobranza_agreements")

    proof = tmp_path / "delivery.pdf"
    proof.write_bytes(PDF)
    page.locator("#dispute summary").click()
    page.select_option("#dispute_line", index=2)
    page.select_option("#dispute_reason", label="Damaged, faulty or wrong goods")
    page.fill("#dispute_amount", "50")
    page.fill("#dispute_text", "One box was open")
    page.set_input_files("#dispute_proof", str(proof))
    assert fits(page)
    screenshot(page, f"account-dispute-{page.viewport_size['width']}")
    page.click("#dispute button[type=submit]")
    page.wait_for_selector(".o_cobranza_thanks:has-text('We look into it')")
    assert "We are looking into it" in page.inner_text(".o_cobranza_agreements")
    assert fits(page)
    whole(page, f"account-promised-{page.viewport_size['width']}")

    debtor = office.read("cobranza.debtor", told.debtor_id, "promised_amount", "disputed_amount")
    assert (debtor["promised_amount"], debtor["disputed_amount"]) == (400, 50)
    (dispute,) = office.env["cobranza.dispute"].search_read(
        [("debtor_id", "=", told.debtor_id)], ["amount", "attachment_ids", "origin"])
    assert (dispute["amount"], len(dispute["attachment_ids"]), dispute["origin"]) == (
        50, 1, "portal")
