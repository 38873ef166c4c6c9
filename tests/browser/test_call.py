"""A call from the worklist: may he be called, whom to dial, what to say, what came of it."""
import pytest


@pytest.fixture
def customer(office):
    """A customer with something overdue whom any hour may call: (name, partner)."""
    partner_id = office.customer(phone="+34 612 34 56 78")
    office.invoice(partner_id, amount=54321.5)
    office.env["cobranza.debtor"].write(
        office.debtors([partner_id]), {"contact_rule_id": rule(office, name="Any hour")})
    return office.read("res.partner", partner_id, "name"), partner_id


def rule(office, **vals):
    """A contact rule without hours or limits of its own."""
    return office.env["cobranza.contact.rule"].create(
        {"company_id": office.company_id, "skip_holidays": False, **vals})


def calls(office, partner_id):
    """What was written down about a customer, oldest first."""
    return office.env["cobranza.interaction"].search_read(
        [("partner_id", "=", partner_id)],
        ["channel", "outcome_id", "right_party", "reason_id", "next_step_date", "note"],
        order="id")


def worklist(client, name):
    """Open the worklist, in which who owes so much comes first; the customer's row or card."""
    client.open("collections-today")
    return client.row(name)


def test_no_answer_in_three_clicks(web, office, customer):
    name, partner_id = customer
    worklist(web, name).locator("button[name=action_open_call]").click()              # 1
    web.page.wait_for_selector(".modal .o_field_widget[name=script_html] p")
    assert "Any hour" in web.dialog()
    script = web.page.locator(".modal .o_field_widget[name=script_html]").inner_text()
    assert name in script and "54,321.50" in script and "Carmen" in script
    web.shot("50_call")
    web.pick_up()
    web.button("Dial")                                                          # 2
    web.page.wait_for_selector(".modal .o_field_widget[name=dialled]:visible")
    assert "+34612345678" in web.dialog()
    web.button("No answer")                                                     # 3
    assert web.dialled == ["tel:+34612345678"]
    web.page.wait_for_selector(".modal", state="detached")
    [call] = calls(office, partner_id)
    assert (call["channel"], call["outcome_id"][1], call["right_party"]) == (
        "phone", "No answer", False)


def test_a_conversation(web, office, customer):
    name, partner_id = customer
    worklist(web, name).locator("button[name=action_open_call]").click()
    web.page.wait_for_selector(".modal .o_cobranza_call_script details")
    web.page.locator(".modal details:has-text('It has been paid') summary").click()
    assert "from which bank" in web.dialog()
    for chosen in ("Asks for more time", "Short of cash", "Needs time or installments"):
        web.page.locator(f".modal .o_selection_badge:text-is('{chosen}')").click()
    web.page.fill(".modal .o_field_widget[name=note] textarea", "Half of it on Friday")
    web.shot("51_call_conversation")
    web.button("Save")
    # he asks for more time: what he can agree on opens at once, with what he said
    web.page.wait_for_selector(".modal .o_field_widget[name=method]")
    note = web.page.input_value(".modal .o_field_widget[name=note] textarea")
    assert "Short of cash" in note and "Half of it" in note
    web.shot("51b_call_more_time")
    web.button("Discard")
    web.page.wait_for_selector(".modal", state="detached")
    [call] = calls(office, partner_id)
    assert call["right_party"] and call["outcome_id"][1] == "Asks for more time"
    assert call["reason_id"][1] == "Short of cash" and "Half of it" in call["note"]


def test_the_invoice_has_not_arrived(web, office, customer):
    """One outcome: the reason is known, and the dialog that sends the invoice again opens."""
    name, partner_id = customer
    worklist(web, name).locator("button[name=action_open_call]").click()
    web.page.locator(
        ".modal .o_selection_badge:text-is('Has not received the invoice')").click()
    web.button("Save")
    web.page.wait_for_selector(".modal .o_field_widget[name=move_ids] .o_tag, "
                               ".modal .o_field_widget[name=move_ids] .o_data_row")
    web.shot("51c_call_not_received")
    web.button("Discard")
    web.page.wait_for_selector(".modal", state="detached")
    [call] = calls(office, partner_id)
    assert call["right_party"] and call["outcome_id"][1] == "Has not received the invoice"
    assert call["reason_id"][1] == "Invoice not received or lost"


def test_the_rule_says_no(web, office, customer):
    """The reason isn't asked where it may not be, and nothing is dialled where it may not."""
    _name, partner_id = customer
    debtors, (debtor_id,) = office.env["cobranza.debtor"], office.debtors([partner_id])
    debtors.write([debtor_id], {"contact_rule_id": rule(
        office, name="Don't ask", may_ask_reason=False)})
    web.open(f"debtors/{debtor_id}")
    web.button("Call")
    web.page.wait_for_selector(".modal .o_field_widget[name=outcome_id]")
    assert web.page.locator(".modal .o_field_widget[name=reason_id]:visible").count() == 0
    assert "What it waits for" not in web.dialog()
    web.button("Discard")
    debtors.write([debtor_id], {"contact_rule_id": rule(
        office, name="No calls", forbid_phone=True)})
    web.button("Call")
    web.page.wait_for_selector(".modal .alert-danger:visible")
    assert "“No calls” forbids this" in web.dialog()
    for label in ("Dial", "No answer", "Save"):
        assert web.page.locator(f".modal button:visible:text-is('{label}')").count() == 0
    web.shot("52_call_refused")
    web.page.locator(".modal label:has-text('The customer called')").click()
    web.page.wait_for_selector(".modal .o_field_widget[name=outcome_id]")
    web.button("Discard")
    assert calls(office, partner_id) == []


def test_a_call_on_the_way(mobile, office, customer):
    name, partner_id = customer
    card = worklist(mobile, name)
    assert mobile.fits()
    card.locator("button:visible:has-text('Call')").click()
    mobile.page.wait_for_selector(".modal .o_field_widget[name=outcome_id]")
    assert mobile.fits()
    for button in mobile.page.locator(".modal .o_cobranza_reach .btn:visible").all():
        assert button.bounding_box()["height"] >= 44, "a thumb needs 44 pixels"
    mobile.shot("53_phone_call")
    mobile.pick_up()
    mobile.button("Dial")
    mobile.page.wait_for_selector(".modal .o_field_widget[name=dialled]:visible")
    mobile.button("Message left")
    mobile.page.wait_for_selector(".modal", state="detached")
    assert [one["outcome_id"][1] for one in calls(office, partner_id)] == ["Message left"]


def test_a_promise_needs_its_day(web, office, customer):
    """The missing day can't be overlooked, and his next pay day is one click away."""
    name, partner_id = customer
    debtor_ids = office.debtors([partner_id])
    office.env["cobranza.debtor"].write(debtor_ids, {"pay_days": "5, 20"})
    worklist(web, name).locator("button[name=action_open_call]").click()
    web.page.locator(".modal .o_selection_badge:text-is('Promises to pay')").click()
    web.page.wait_for_selector(".modal :text('Ask by which day he pays'):visible")
    web.shot("56_call_promise")
    web.button("Save")
    web.page.wait_for_selector(".modal :text('Say by which day it will be paid.')")
    web.page.locator(".modal:has-text('Say by which day') .modal-footer button").first.click()
    web.page.locator(".modal .o_field_widget[name=on_pay_day] input").click()
    web.page.wait_for_selector(".modal :text('Ask by which day he pays')", state="hidden")
    web.button("Save")
    web.page.wait_for_selector(".modal", state="detached")
    [promise] = office.env["cobranza.promise"].search_read(
        [("partner_id", "=", partner_id)], ["date", "origin"])
    assert promise["origin"] == "call"
    assert int(promise["date"][-2:]) in range(5, 29)


def test_a_dispute_on_the_way(mobile, office, customer):
    """From the phone too: its dialog follows the call, filled in."""
    name, partner_id = customer
    worklist(mobile, name).locator("button:visible:has-text('Call')").click()
    mobile.page.locator(".modal .o_selection_badge:text-is('Disputes the debt')").click()
    mobile.page.fill(".modal .o_field_widget[name=note] textarea", "Two boxes were missing")
    mobile.button("Save")
    mobile.page.wait_for_selector(".modal .o_field_widget[name=move_line_id]")
    assert mobile.fits()
    said = mobile.page.input_value(".modal .o_field_widget[name=description] textarea")
    assert said == "Two boxes were missing"
    mobile.shot("57_phone_dispute")
    mobile.page.locator(".modal .o_field_widget[name=reason_id] input").click()
    mobile.page.locator(":text-is('Less was delivered than invoiced'):visible").first.click()
    mobile.button("Save dispute")
    mobile.page.wait_for_selector(".modal", state="detached")
    [dispute] = office.env["cobranza.dispute"].search_read(
        [("partner_id", "=", partner_id)], ["origin", "interaction_id", "contact_id"])
    assert dispute["origin"] == "call"
    assert dispute["interaction_id"][0] == calls(office, partner_id)[0]["id"]
    assert dispute["contact_id"][0] == partner_id


def test_in_spanish(spanish, office, customer):
    name, partner_id = customer
    office.env["res.partner"].write([partner_id], {"lang": "es_ES"})
    spanish.open(f"debtors/{office.debtors([partner_id])[0]}")
    spanish.button("Llamar")
    spanish.page.wait_for_selector(".modal .o_field_widget[name=script_html] p")
    assert f"¿Hablo con {name}?" in spanish.dialog()
    spanish.shot("54_llamada")
    spanish.button("Descartar")
    spanish.open("collections-scripts")
    spanish.row("Llamada amistosa").locator("td[name=name]").click()
    spanish.page.wait_for_selector(".o_form_view .o_field_widget[name=opening]")
    spanish.shot("55_guion")
