"""Who lets a reminder leave: one person, two above a limit, nobody while its words are wrong."""
import pytest

LIMIT = 5000


@pytest.fixture
def limit(office):
    """Above this amount two people approve, as the company's settings say; then no more."""
    def above(amount):
        settings = office.env["cobranza.settings"]
        settings.action_save([settings.create({"cobranza_limit_two": amount})])

    above(LIMIT)
    yield LIMIT
    above(0)


def open_reminder(client, reminder_id):
    """Open the form of a reminder and wait for its text."""
    client.open(f"reminders/{reminder_id}")
    client.page.wait_for_selector(".o_field_widget[name=body] table")


def approves(client):
    """The button that approves, if this person is offered it."""
    return client.page.locator("button[name=action_approve]:visible")


def test_one_person_reads_the_text_and_approves(web, office):
    """The card has the very text; one press and it waits to be sent, with the name beside it."""
    (partner_id,), (move_id,), (reminder_id,) = office.propose(1, amount=310.4)
    customer = office.read("res.partner", partner_id, "name")
    web.open("reminders-to-approve")
    card = web.row(customer)
    card.locator(".o_cobranza_letter table").first.wait_for()
    assert office.read("account.move", move_id, "name") in card.inner_text()
    web.shot("20_to_approve")
    card.locator("button:has-text('Approve')").click()
    web.settle()
    assert not web.page.locator(f".o_kanban_record:has-text({customer!r})").count()
    assert office.read("cobranza.reminder", reminder_id, "state") == "approved"
    open_reminder(web, reminder_id)
    assert web.state() == "Approved"
    web.tab("Approvals")
    assert "Carmen Vázquez" in web.field("approval_ids").inner_text()
    web.shot("21_approved_by_one")


def test_two_people_above_the_limit(web, spanish, office, limit):
    """Carmen's approval isn't enough and can't be given twice; Lucía's, in Spanish, is."""
    _partners, _moves, (reminder_id,) = office.propose(1, amount=limit + 1)
    open_reminder(web, reminder_id)
    assert web.field("approval_text").inner_text() == "Two people must approve"
    approves(web).click()
    web.page.wait_for_selector(".alert-info:has-text('a second person has to')")
    assert web.state() == "To approve"
    assert not approves(web).count(), "the same person can't be the second"
    assert "1 of 2" in web.field("approval_text").inner_text()
    web.shot("22_first_of_two")

    open_reminder(spanish, reminder_id)
    assert "Carmen Vázquez" in spanish.field("approval_text").inner_text()
    approves(spanish).click()
    spanish.page.wait_for_selector("button[name=action_send]:visible")
    assert spanish.state() == "Aprobado"
    spanish.tab("Aprobaciones")
    given = spanish.field("approval_ids").inner_text()
    assert "Carmen Vázquez" in given and "Lucía Otero" in given
    spanish.shot("23_second_of_two_spanish")


def test_the_first_of_two_on_a_phone(mobile, office, limit):
    """The card says that two are needed, and afterwards that a second person has to."""
    (partner_id,), _moves, (reminder_id,) = office.propose(1, amount=limit * 2)
    customer = office.read("res.partner", partner_id, "name")
    mobile.open(f"reminders/{reminder_id}")
    mobile.page.wait_for_selector(".o_field_widget[name=body] table")
    assert mobile.fits()
    mobile.button("Approve")
    mobile.page.wait_for_selector(".alert-info:has-text('a second person has to')")
    assert mobile.fits()
    mobile.shot("24_phone_first_of_two")
    assert customer in mobile.page.locator(".o_form_view").inner_text()
    assert office.read("cobranza.reminder", reminder_id, "state") == "proposed"


def test_words_that_must_not_leave(web, office):
    """An edited text that threatens can't be approved; it says why, and one press mends it."""
    _partners, _moves, (reminder_id,) = office.propose(1, amount=88)
    office.env["cobranza.reminder"].write(
        [reminder_id], {"subject": "LAST WARNING: we will take legal action against you"})
    web.open(f"reminders/{reminder_id}")
    web.page.wait_for_selector(".alert-info:has-text('The text can')")
    assert "legal action" in web.page.locator(".alert-info:visible").first.inner_text()
    assert not approves(web).count()
    web.page.locator("mark.o_cobranza_tone_error").first.wait_for()
    web.shot("25_words_that_must_not_leave")
    web.button("Back to the policy's text")
    web.page.wait_for_selector("button[name=action_approve]:visible")
    approves(web).click()
    web.page.wait_for_selector("button[name=action_send]:visible")
    assert office.read("cobranza.reminder", reminder_id, "state") == "approved"


def test_the_table_cannot_be_typed_over(web, office):
    """Words are edited, what code has made isn't; an amount that a script changes is pointed at."""
    _partners, _moves, (reminder_id,) = office.propose(1, amount=731.25)
    open_reminder(web, reminder_id)
    page, body = web.page, web.page.locator(".o_field_widget[name=body] .odoo-editor-editable")
    closed = body.locator(".o-contenteditable-false")
    assert closed.count() == 4, "table, ways to pay, button, contact person"
    assert closed.evaluate_all("all => all.every(one => !one.isContentEditable)")
    body.locator("td:has-text('731.25')").first.click()
    page.keyboard.type("1.00")
    body.locator("p", has_text="This is a summary").click()
    page.keyboard.press("End")
    page.keyboard.type(" Kind regards from Vigo.")
    web.page.click(".o_form_button_save")
    web.settle()
    text = office.read("cobranza.reminder", reminder_id, "body")
    assert "Kind regards from Vigo." in text and "731.25" in text and "1.00" not in text
    assert text.count("o-contenteditable-false") == 4 and "contenteditable=" not in text
    assert office.read("cobranza.reminder", reminder_id, "tone") == "none"
    office.env["cobranza.reminder"].write(
        [reminder_id], {"body": text.replace("731.25", "31.25")})
    page.reload()
    page.wait_for_selector("mark.o_cobranza_tone_warning:has-text('31.25')")
    assert "isn't one of the due lines" in web.field("tone_html").inner_text()
    page.locator(".o_cobranza_tone").scroll_into_view_if_needed()
    web.shot("26_an_amount_that_was_changed")
    web.open("reminders-to-approve")
    customer = office.read("cobranza.reminder", reminder_id, "partner_id")
    card = web.row(customer[1] if isinstance(customer, list) else customer)
    assert "something is to be looked at" in card.inner_text()
    web.shot("26b_to_be_looked_at")
