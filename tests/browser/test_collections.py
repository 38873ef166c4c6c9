"""A working day in the web client, on the screens of a desk."""
import re

import pytest

from support.waiting import wait_until


@pytest.fixture
def late(office):
    """A new customer with an overdue invoice: (partner id, move id, customer, invoice number)."""
    partner_id = office.customer()
    move_id = office.invoice(partner_id, overdue=12, amount=432.1)
    return (partner_id, move_id, office.read("res.partner", partner_id, "name"),
            office.read("account.move", move_id, "name"))


def test_today_shows_what_matters_most_first(web, office, worked):
    """The app opens with insurance deadlines, then the larger amounts; Customers has everybody."""
    web.app("Collections")
    assert web.page.locator(".o_breadcrumb").inner_text().startswith("Today")
    amounts = [as_number(text) for text in
               web.page.locator(".o_data_row td[name=overdue_amount]").all_inner_texts()]
    duties = web.page.locator(".o_data_row td[name=insurance_due_duty]").all_inner_texts()
    pressing = [bool(text.strip()) for text in duties]
    assert any(pressing) and not all(pressing)
    assert pressing == sorted(pressing, reverse=True)
    # of amounts of the same size whoever pays worse comes first
    sizes = [len(str(int(one))) for one in amounts[sum(pressing):]]
    assert len(sizes) > 5 and sizes == sorted(sizes, reverse=True)

    web.menu("Customers")
    web.page.wait_for_selector(".o_data_row")
    shown = web.page.locator(".o_data_row").count()
    assert shown == office.env["cobranza.debtor"].search_count(
        [("company_id", "=", office.company_id)])
    web.shot("01_debtors")


def test_debtor_says_why_and_why_not(web, office, worked):
    """Beside each due line stands the same sentence that a script gets."""
    debtor_id, name = busiest_debtor(office)
    web.open("debtors")
    web.open_row(name)
    web.page.wait_for_selector(".o_field_widget[name=due_line_ids] .o_data_row")
    text = web.field("due_line_ids").inner_text()
    line_ids = office.read("cobranza.debtor", debtor_id, "due_line_ids")
    explained = office.env["account.move.line"].cobranza_explain(line_ids)
    assert len(explained) > 3
    for one in explained:
        assert one["name"] in text
        assert one["sentence"] in text
    assert web.field("next_step").inner_text()
    web.shot("02_debtor")
    web.tab("Reminders")
    web.tab("Settings")
    assert "Standard policy" in web.page.locator(".o_notebook").inner_text()


def test_from_preview_to_the_customers_mailbox(web, office, late, sink):
    """Preview, propose, read the text, approve, send: and the mail server gets that very text."""
    partner_id, _move_id, customer, number = late
    web.app("Collections")
    web.menu("Runs", "Preview of tonight")
    web.page.wait_for_selector(".o_form_view")
    assert web.state() == "Done"
    reasons = web.field("reason_rows").inner_text()
    assert "Level reached" in reasons and "Invoice never sent" in reasons
    assert office.reminders([partner_id]) == []
    web.shot("03_preview")

    web.button("Propose this")
    web.page.wait_for_selector(".o_breadcrumb:has-text('Propose')")
    web.button("Look at the reminders")
    web.page.wait_for_selector(f":text('{customer}')")

    web.menu("Reminders", "To approve")
    web.page.wait_for_selector(".o_kanban_record .o_cobranza_letter")
    assert number in web.row(customer).inner_text()
    web.shot("04_reminders_to_approve")
    web.open_row(customer)
    assert web.state() == "To approve"
    letter = web.field("body").locator(".odoo-editor-editable, .o_readonly").first.inner_text()
    assert number in letter and "432.10" in letter and "Dear" in letter
    web.shot("05_reminder")

    web.button("Approve")
    web.page.wait_for_selector("button:visible:has-text('Send')")
    assert web.state() == "Approved"
    web.button("Send")
    web.page.wait_for_selector(".o_arrow_button_current:has-text('Sent')")
    address = office.read("res.partner", partner_id, "email")
    wait_until(lambda: sink.to(address))
    (mail,) = sink.to(address)
    sent = mail.get_body(("html",)).get_content()
    assert number in sent and "432.10" in sent
    web.page.reload()
    delivery = ".o_field_widget[name=delivery]"
    web.page.wait_for_selector(f"{delivery}:has-text('Handed over')")
    web.shot("06_reminder_sent")


def test_text_can_be_edited_and_comes_back(web, office, late):
    """A person's own words are kept, and given up again on request."""
    partner_id, _move_id, _customer, number = late
    office.run("propose", [partner_id])
    (reminder_id,) = office.reminders([partner_id], "proposed")
    web.open(f"reminders/{reminder_id}")
    web.field("subject").locator("input").fill("A word about your account")
    web.page.click(".o_form_button_save")
    web.settle()
    values = office.read("cobranza.reminder", reminder_id, "subject", "body", "is_edited")
    assert (values["subject"], values["is_edited"]) == ("A word about your account", True)
    assert number in values["body"]
    web.button("Back to the policy's text")
    web.page.wait_for_selector(":text('It follows the due lines until it is approved')")
    subject = office.read("cobranza.reminder", reminder_id, "subject")
    assert "summary of your open invoices" in subject


def test_cancelling_asks_why(web, office, late):
    """The dialog wants a reason; what was cancelled stays with it."""
    partner_id, *_rest = late
    office.run("propose", [partner_id])
    (reminder_id,) = office.reminders([partner_id], "proposed")
    web.open(f"reminders/{reminder_id}")
    web.button("Cancel…")
    web.page.wait_for_selector(".modal-dialog")
    web.page.locator(".modal-dialog .o_field_widget[name=cancel_reason] input").fill(
        "He telephoned: paid tomorrow")
    web.page.locator(".modal-dialog footer button.btn-primary").first.click()
    web.page.wait_for_selector(".o_form_view :text('He telephoned: paid tomorrow')")
    assert office.read("cobranza.reminder", reminder_id, "state") == "cancelled"


def test_what_did_not_arrive_is_shown(web, office, sink):
    """Refused by the mail server: under "With problems", with the server's own words."""
    partner_id = office.customer(email="nobody@reject.test")
    office.invoice(partner_id)
    office.run("propose", [partner_id])
    reminder_ids = office.reminders([partner_id], "proposed")
    office.env["cobranza.reminder"].action_approve(reminder_ids)
    office.env["cobranza.reminder"].action_send(reminder_ids)
    wait_until(
        lambda: office.read("cobranza.reminder", reminder_ids[0], "delivery") == "failed")
    web.app("Collections")
    web.menu("Reminders", "With problems")
    web.open_row(office.read("res.partner", partner_id, "name"))
    alert = web.page.locator(".alert-danger:visible").inner_text()
    assert "The message did not arrive" in alert and "550" in alert


def test_a_refusal_is_a_sentence(web, office, late):
    """Somebody else was faster: the button's refusal is a dialog that says so."""
    office.run("propose", [late[0]])
    (reminder_id,) = office.reminders([late[0]], "proposed")
    web.open(f"reminders/{reminder_id}")
    office.env["cobranza.reminder"].action_approve([reminder_id])
    web.button("Approve")
    assert "None of the reminders waits for approval" in web.dialog()
    assert not web.page.locator(".o_error_detail").count()


def test_invoice_page(web, office, worked, late):
    """The invoice explains itself, and can be left alone for a while."""
    _partner_id, move_id, _customer, number = late
    web.open(f"customer-invoices/{move_id}")
    web.tab("Collections")
    page = web.page.locator(".o_notebook .tab-pane.active")
    (explained,) = office.env["account.move"].cobranza_explain([move_id])
    assert explained["sentence"] in page.inner_text()
    assert number in web.page.locator(".o_form_view").inner_text()
    web.shot("07_invoice")
    web.button("Pause")
    web.page.wait_for_selector(".modal-dialog")
    web.page.locator(".modal-dialog .o_field_widget[name=reason] input").fill("Goods came back")
    web.page.locator(".modal-dialog footer button.btn-primary").first.click()
    web.settle()
    (explained,) = office.env["account.move"].cobranza_explain([move_id])
    assert explained["reason"] == "paused"
    assert "Goods came back" in page.inner_text()


def test_customer_page(web, late):
    """The contact has a Collections page and leads to its account."""
    partner_id, _move_id, customer, number = late
    web.open(f"res.partner/{partner_id}")
    web.tab("Collections")
    assert number in web.page.locator(".o_notebook .tab-pane.active").inner_text()
    assert customer in web.page.locator(".o_form_view").inner_text()


def test_policy(web, office):
    """The levels of the policy, in the order of their days."""
    web.app("Collections")
    web.menu("Configuration", "Policies")
    web.open_row("Standard policy")
    web.page.wait_for_selector(".o_field_widget[name=level_ids] .o_data_row")
    assert web.page.locator(".o_field_widget[name=level_ids] .o_data_row").count() >= 4
    web.shot("08_policy")


def test_settings(web, office):
    """The daily run is off until somebody turns it on."""
    web.app("Collections")
    web.menu("Configuration", "Settings")
    web.page.wait_for_selector(".o_form_view .o_field_widget[name=cobranza_run_mode]")
    policy = web.page.locator(".o_field_widget[name=cobranza_policy_id] input")
    assert policy.input_value() == "Standard policy"
    web.shot("09_settings")
    assert office.read("res.company", office.company_id, "cobranza_run_mode") == "off"


def test_settings_saved_by_the_cloud(web, office):
    """Odoo's own sign for saving saves them, like the button."""
    before = office.read("res.company", office.company_id, "cobranza_keep_days")
    web.app("Collections")
    web.menu("Configuration", "Settings")
    web.page.fill(".o_field_widget[name=cobranza_keep_days] input", str(before + 1))
    web.page.click(".o_form_button_save")
    web.page.wait_for_selector(".o_form_button_save", state="hidden")
    assert office.read("res.company", office.company_id, "cobranza_keep_days") == before + 1
    office.env["res.company"].write([office.company_id], {"cobranza_keep_days": before})


def test_odoos_settings_lead_to_ours(spanish):
    """Whoever looks for them among Odoo's own finds them."""
    spanish.open("settings#cobranza_dunning")
    spanish.page.click(".settings_tab [data-key=cobranza_dunning]")
    spanish.shot("09_settings_sign")
    spanish.page.click("#cobranza_settings button")
    spanish.page.wait_for_selector(".o_form_view .o_field_widget[name=cobranza_run_mode]")


def test_every_menu_opens(web, worked):
    """No menu of the app leads to an error."""
    env = worked.env
    root = env.ref("cobranza_dunning.cobranza_menu").id
    menus = env["ir.ui.menu"].search_read([("id", "child_of", root), ("action", "!=", False)],
                                          ["complete_name"])
    assert len(menus) >= 9
    web.app("Collections")
    for menu in menus:
        names = menu["complete_name"].split("/")[1:]
        web.menu(*names)
        if names[-1].endswith("…"):    # asks before it does something
            web.page.click(".modal-dialog .btn-close")
            web.page.wait_for_selector(".modal-dialog", state="detached")
            continue
        assert not web.page.locator(".modal-dialog").count(), names
        web.page.wait_for_selector(".o_action_manager .o_view_controller")    # some load more first
        assert web.page.locator(".o_main_navbar .o_menu_brand").inner_text() == "Collections", names


# --- what they share -----------------------------------------------------------------------


def busiest_debtor(office):
    """Of the customers with the largest overdue amounts the one with most due lines: (id, name)."""
    debtors = office.env["cobranza.debtor"].search_read(
        [("company_id", "=", office.company_id)], ["partner_id", "due_line_ids"], limit=20,
        order="overdue_amount desc")
    debtor = max(debtors, key=lambda one: len(one["due_line_ids"]))
    return debtor["id"], debtor["partner_id"][1]


def as_number(text):
    return float(re.sub(r"[^\d.]", "", text))
