"""The screen where a manager writes what customers read, with the preview beside it."""

def open_text(client, name):
    client.open("action-cobranza_dunning.mail_template_action_texts")
    client.open_row(name)
    client.settle()
    client.page.wait_for_selector(".o_cobranza_preview table")
    return client.page


def test_write_a_text_and_see_what_the_customer_reads(web):
    page = open_text(web, "Collections: reminder")
    editor = page.locator(".odoo-editor-editable")
    # blocks are boxes with a name; what they hold comes from the ledger
    assert editor.locator("[data-cobranza-block='Table of due lines']").count() == 1
    assert "object." not in editor.inner_text()
    editor.locator("p", has_text="This is a summary").click()
    page.keyboard.press("End")
    page.keyboard.type(" It adds up to ")
    page.click(".o_cobranza_blocks button:text-is('Total to pay')")
    page.click("h1 input")
    page.wait_for_selector(".o_cobranza_preview:has-text('It adds up to')")
    web.shot("13_text")
    assert "object." not in page.locator(".o_cobranza_preview").inner_text()
    page.click(".o_form_button_save")
    web.settle()
    page.reload()
    page.wait_for_selector(".o_cobranza_preview:has-text('It adds up to')")
    saved = page.locator(".odoo-editor-editable p", has_text="It adds up to")
    assert saved.locator("[t-out='object.totals']").count() == 1


def test_each_language_has_its_text(spanish):
    page = open_text(spanish, "Cobranza: recordatorio")
    page.wait_for_selector(".o_cobranza_preview:has-text('Si ya ha realizado el pago')")
    page.click(".o_field_cobranza_language button:has-text('English')")
    page.wait_for_selector(".o_cobranza_preview:has-text('If you have already paid')")
    spanish.shot("15_text_spanish")


def test_a_text_on_a_phone(mobile):
    page = open_text(mobile, "Collections: follow-up")
    assert mobile.fits()
    mobile.shot("14_phone_text")
    assert page.locator(".o_cobranza_blocks button").count() > 4
