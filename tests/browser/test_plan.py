"""Agreeing on a payment plan: at the desk while the customer calls, and signed on his telephone."""
from datetime import date, timedelta

from support.waiting import wait_until

from .conftest import DESK, PHONE
from .test_portal import fits, visit, whole

__all__ = ["visit"]  # a fixture


def owing(office, **values):
    """A new customer who owes 1 200, which isn't insured, and his account."""
    partner_id = office.customer(**values)
    office.invoice(partner_id, amount=1200.0, overdue=30, insured=False)
    (debtor_id,) = office.env["cobranza.debtor"].search([("partner_id", "=", partner_id)])
    return partner_id, debtor_id


def plan_of(office, partner_id):
    """The plan of a customer: its values."""
    (plan,) = office.env["cobranza.plan"].search_read(
        [("partner_id", "=", partner_id)],
        ["state", "amount", "access_url", "access_token", "signed_by", "installment_ids"])
    return plan


def test_from_a_counter_offer_to_the_signature(live, office, web, visit):
    """Sixty months are too long; the button has what is acceptable, and the customer signs it."""
    partner_id, debtor_id = owing(office, name="Cooperativa do Val", lang="es_ES")
    web.open(f"debtors/{debtor_id}").button("Pay later…")
    dialog = web.page.locator(".modal-dialog").last
    dialog.locator(".o_field_widget[name=count] input").fill("60")
    dialog.locator(".o_field_widget[name=count] input").blur()
    dialog.get_by_text("It takes too long until everything is paid.").first.wait_for()
    assert not dialog.get_by_text("Make the plan").is_visible()
    dialog.locator("button[name=action_take]").first.click()
    web.settle()
    dialog = web.page.locator(".modal-dialog").last
    dialog.get_by_text("This can be agreed on.").first.wait_for()
    assert "In all" in dialog.inner_text()
    web.button("Make the plan")
    web.page.wait_for_selector(".o_statusbar_status")
    web.button("Offer to the customer")
    assert web.state() == "Offered"
    plan = plan_of(office, partner_id)
    assert (plan["state"], plan["amount"], len(plan["installment_ids"])) == ("offered", 1200, 12)

    link = f"{live.url}{plan['access_url']}?access_token={plan['access_token']}"
    page = visit(link, PHONE)
    assert fits(page) and "1.200,00" in page.inner_text(".o_cobranza_summary")
    whole(page, "plan-phone")
    sign(page, "Sabela Rial")
    wait_until(lambda: plan_of(office, partner_id)["state"] == "active")
    page.wait_for_selector(".o_cobranza_thanks")
    assert plan_of(office, partner_id)["signed_by"] == "Sabela Rial"
    assert page.locator(".o_portal_sign_submit").count() == 0


def sign(page, name):
    """Write a name into Odoo's signature form and send it."""
    page.locator(".o_web_sign_name_input").fill(name)
    page.locator(".o_portal_sign_submit").scroll_into_view_if_needed()
    page.wait_for_selector(".o_portal_sign_submit:not([disabled])")
    page.locator(".o_portal_sign_submit").click()


def test_a_plan_on_a_desk_and_without_its_token(live, office, visit):
    partner_id, _debtor_id = owing(office, name="Astilleros do Sur")
    plans = office.env["cobranza.plan"]
    plan_id = plans.propose(partner_id, {"count": 3})["plan_id"]
    plans.action_accept([plan_id])
    plan = plan_of(office, partner_id)
    page = visit(f"{live.url}{plan['access_url']}?access_token={plan['access_token']}", DESK)
    assert "Still to pay" in page.inner_text(".o_cobranza_summary") and fits(page)
    visit(f"{live.url}{plan['access_url']}", DESK, expect=".o_cobranza_gone")


def test_a_sunday_written_by_hand_is_moved(office, web, spanish, mobile):
    """It is named with the day that suits, at the desk, in Spanish and on the way."""
    partner_id, _debtor_id = owing(office, name="Ferrallas Umia")
    plan_id = office.env["cobranza.plan"].propose(partner_id, {"count": 3})["plan_id"]
    (first, *_others) = plan_of(office, partner_id)["installment_ids"]
    day = date.fromisoformat(office.read("cobranza.plan.installment", first, "date_due"))
    sunday = day + timedelta(days=6 - day.weekday())
    office.env["cobranza.plan.installment"].write([first], {"date_due": str(sunday)})
    warning = ".alert:has(.o_field_widget[name=unsuitable_text])"
    for client, name in ((spanish, "56_dias_del_plan"), (mobile, "56_plan_days_phone")):
        client.open(f"payment-plans/{plan_id}")
        assert "→" in client.page.inner_text(warning) and client.fits()
        client.shot(name)
    web.open(f"payment-plans/{plan_id}")
    assert f"{sunday:%m/%d/%Y} →" in web.page.inner_text(warning)
    web.shot("56_plan_days")
    web.page.locator("button[name=action_suit_days]").click()
    web.page.wait_for_selector(warning, state="detached")
    moved = date.fromisoformat(office.read("cobranza.plan.installment", first, "date_due"))
    assert moved > sunday and moved.weekday() < 5


def test_an_unsigned_offer_is_named_before_a_reminder_leaves(office, web):
    """On the reminder, and once more when it is approved."""
    partner_id, _debtor_id = owing(office, name="Talleres Ferro")
    office.run("propose", [partner_id])
    (reminder_id,) = office.reminders([partner_id], "proposed")
    plans = office.env["cobranza.plan"]
    plan_id = plans.propose(partner_id, {"count": 3})["plan_id"]
    plans.action_offer([plan_id])
    name = office.read("cobranza.plan", plan_id, "name")
    web.open(f"reminders/{reminder_id}")
    warning = web.page.locator(".alert:has(.o_field_widget[name=offer_warning]):visible")
    assert f"An offer of 3 installments for 1,200.00 € ({name}) waits" in warning.inner_text(
        ).replace("\xa0", " ")
    web.button("Approve")
    web.page.wait_for_selector(f".o_notification:has-text('{name}')")
    assert web.state() == "Approved"
    web.shot("58_offer_warning")


def test_a_dispute_that_lapsed_says_why(office, web):
    partner_id, _debtor_id = owing(office, name="Almacenes Breogán")
    (move_id,) = office.env["account.move"].search([("partner_id", "=", partner_id)])
    (line,) = office.env["account.move"].cobranza_explain([move_id])
    raised = office.env["cobranza.dispute"].raise_dispute(line["line_id"], 1200, "price")
    office.env["account.move"].button_draft([move_id])
    web.open(f"disputes/{raised['id']}")
    assert web.state() == "Lapsed"
    assert "Its invoice was reset to draft" in web.page.inner_text(".o_form_sheet")
    web.shot("59_dispute_lapsed")
