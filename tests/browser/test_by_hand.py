"""Letters, calls and chats: a collector walks through them on a phone with one thumb."""
from urllib.parse import parse_qs, urlsplit

import pytest

NUMBER = "+34612345678"


@pytest.fixture(scope="module")
def by_hand(office):
    """One approved reminder for each way that needs a person; {channel: (partner, reminder)}."""
    env = office.env
    (level,) = env["cobranza.policy.level"].search_read(
        [("kind", "=", "reminder"), ("company_id", "=", office.company_id)], ["template_id"],
        limit=1)
    template = level["template_id"][0]
    made = {}
    for channel in ("whatsapp", "phone", "letter"):
        # without a contact rule: the hour of the test must not matter
        policy_id = env["cobranza.policy"].create({
            "name": f"By {channel}", "company_id": office.company_id, "cadence_days": 0,
            "contact_rule_id": False,
            "level_ids": [(0, 0, {"name": "Reminder", "delay_days": 3, "gap_days": 0,
                                  "kind": "reminder", "template_id": template,
                                  "channel": channel})]})
        partner_id = office.customer(
            phone="+34 612 34 56 78", street="Calle Real 8", city="Vigo", zip="36202",
            country_id=env.ref("base.es").id)
        office.invoice(partner_id, amount=1234.5)
        env["cobranza.debtor"].write(office.debtors([partner_id]), {"policy_id": policy_id})
        office.run("propose", [partner_id])
        (reminder_id,) = office.reminders([partner_id], "proposed")
        env["cobranza.reminder"].action_approve([reminder_id])
        made[channel] = (office.read("res.partner", partner_id, "name"), reminder_id)
    return made


def state(office, reminder_id):
    """Where a reminder stands."""
    return office.read("cobranza.reminder", reminder_id, "state")


def test_the_list_is_worked_through_with_one_thumb(mobile, by_hand, office):
    mobile.open("reminders-by-hand")
    mobile.page.wait_for_selector(".o_kanban_record:not(.o_kanban_ghost)")
    assert mobile.fits()
    for button in mobile.page.locator(".o_cobranza_thumb .btn:visible").all():
        assert button.bounding_box()["height"] >= 44, "a thumb needs 44 pixels"
    mobile.shot("40_phone_by_hand")

    customer, reminder_id = by_hand["whatsapp"]
    # what the browser asks for is looked at, not opened: there is no network
    asked = []
    mobile.page.context.on("request", lambda request: asked.append(request.url))
    with mobile.page.expect_popup() as popup:
        mobile.row(customer).locator("button:visible:has-text('WhatsApp')").click()
    popup.value.wait_for_timeout(500)
    popup.value.close()
    mobile.settle()
    [url] = [urlsplit(one) for one in asked if "wa.me" in urlsplit(one).netloc]
    assert (url.scheme, url.netloc, url.path) == ("https", "wa.me", "/" + NUMBER.lstrip("+"))
    assert customer in parse_qs(url.query)["text"][0]
    assert state(office, reminder_id) == "approved"
    mobile.row(customer).locator("button:visible:has-text('Done')").wait_for()
    assert mobile.fits()
    mobile.shot("41_phone_by_hand_opened")
    mobile.row(customer).locator("button:visible:has-text('Done')").click()
    mobile.settle()
    assert state(office, reminder_id) == "sent"
    assert mobile.page.locator(f".o_kanban_record:has-text({customer!r})").count() == 0


def test_a_call_that_nobody_answers(mobile, by_hand, office):
    customer, reminder_id = by_hand["phone"]
    mobile.open("reminders-by-hand")
    mobile.pick_up()
    mobile.row(customer).locator("button:visible:has-text('Call')").click()
    mobile.row(customer).locator("button:visible:has-text('Not reached')").click()
    mobile.settle()
    assert mobile.dialled == [f"tel:{NUMBER}"]
    mobile.row(customer).locator("button:visible:has-text('Call')").wait_for()
    assert state(office, reminder_id) == "approved"
    logged = office.env["cobranza.interaction"].search_read(
        [("reminder_id", "=", reminder_id)], ["channel", "direction"])
    assert [(one["channel"], one["direction"]) for one in logged] == [("phone", "out")]


def test_a_letter_is_printed_at_the_desk(web, by_hand, office):
    _customer, reminder_id = by_hand["letter"]
    web.open(f"reminders/{reminder_id}")
    web.page.wait_for_selector(".o_field_widget[name=body]")
    web.shot("42_letter_to_print")
    with web.page.expect_download() as download:
        web.button("Print and mark as sent")
    with open(download.value.path(), "rb") as printed:
        assert printed.read(5) == b"%PDF-"
    assert state(office, reminder_id) == "sent"
    assert office.read("cobranza.reminder", reminder_id, "letter_id")


def test_the_texts_of_a_level_in_spanish(spanish, by_hand, office):
    (policy_id,) = office.env["cobranza.policy"].search([("name", "=", "By phone")])
    (level_id,) = office.env["cobranza.policy.level"].search([("policy_id", "=", policy_id)])
    spanish.open(f"cobranza.policy.level/{level_id}")
    spanish.page.wait_for_selector(".o_field_widget[name=short_example]")
    assert "SMS" in spanish.field("short_size").inner_text()
    spanish.shot("43_short_text_spanish")
    spanish.open("reminders-by-hand")
    spanish.shot("44_by_hand_spanish")
