"""The same screens on a telephone: readable, and nothing sticks out."""


def test_debtors(mobile, worked):
    mobile.open("debtors")
    mobile.page.wait_for_selector(".o_kanban_record:not(.o_kanban_ghost)")
    assert mobile.fits()
    mobile.shot("10_phone_debtors")


def test_debtor(mobile, worked):
    """Position, next step, and a card per due line with its why."""
    debtor = worked.env["cobranza.debtor"].search_read(
        [("company_id", "=", worked.company_id)], ["partner_id", "due_line_ids"], limit=1,
        order="overdue_amount desc")[0]
    mobile.open("debtors")
    mobile.open_row(debtor["partner_id"][1])
    mobile.page.wait_for_selector(".o_field_widget[name=due_line_ids] .o_kanban_record")
    assert mobile.fits()
    text = mobile.field("due_line_ids").inner_text()
    explained = worked.env["account.move.line"].cobranza_explain(debtor["due_line_ids"])
    assert explained[0]["sentence"] in text
    mobile.shot("11_phone_debtor")


def test_reminder_is_read_and_approved(mobile, worked):
    partner_id = worked.customer()
    move_id = worked.invoice(partner_id, amount=55.5)
    worked.run("propose", [partner_id])
    (reminder_id,) = worked.reminders([partner_id], "proposed")
    mobile.open(f"reminders/{reminder_id}")
    number = worked.read("account.move", move_id, "name")
    mobile.page.wait_for_selector(f".o_field_widget[name=body] :text('{number}')")
    assert mobile.fits()
    mobile.shot("12_phone_reminder")
    mobile.button("Approve")
    mobile.page.wait_for_selector("button:visible:has-text('Send')")
    assert worked.read("cobranza.reminder", reminder_id, "state") == "approved"


def test_amounts_are_read_before_approving(mobile, worked):
    """The card shows the whole table of the text, the amounts too; then the form fits."""
    partner_id = worked.customer()
    worked.invoice(partner_id, amount=77.7)
    worked.run("propose", [partner_id])
    mobile.open("reminders-to-approve")
    letter = mobile.row(worked.read("res.partner", partner_id, "name")).locator(
        ".o_cobranza_letter")
    letter.locator("table").first.wait_for()
    assert letter.evaluate("box => box.scrollWidth <= box.clientWidth")
    (reminder_id,) = worked.reminders([partner_id], "proposed")
    mobile.open(f"reminders/{reminder_id}")
    change = mobile.page.locator("button[name=action_open_recipient]:visible").bounding_box()
    assert change["x"] + change["width"] <= mobile.page.viewport_size["width"]


def test_policies_are_cards(mobile, worked):
    mobile.open("action-cobranza_dunning.cobranza_policy_action")
    mobile.page.wait_for_selector(".o_kanban_record:not(.o_kanban_ghost)")
    assert mobile.fits()
