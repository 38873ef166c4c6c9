"""The switch that stops all automatic contact: reachable everywhere, and said on every screen."""
import pytest

BAR = ".o_cobranza_stopped"
BUTTON = ".o_cobranza_stop_button button"


@pytest.fixture
def released(office):
    """Whatever a test stops is released in the end."""
    yield
    stops = office.env["cobranza.stop"].search([("released_at", "=", False)])
    office.env["cobranza.stop"].action_release(stops)


def stop(client, reason):
    """Press the button beside the user's menu and say why."""
    client.page.click(BUTTON)
    client.page.wait_for_selector(".modal [name=reason] input")
    client.page.fill(".modal [name=reason] input", reason)
    client.page.click(".modal footer button.btn-danger")
    client.page.wait_for_selector(BAR)
    client.settle()


def test_one_button_stops_everything_and_every_screen_says_so(web, office, worked, released):
    """The bar is on each screen of the app, with who, when and why, and on no other app's."""
    web.app("Collections")
    assert not web.page.locator(BAR).count()
    stop(web, "The bank file was wrong")
    for path in ("debtors", "reminders", "dunning-runs", "contact-stops", "collections-settings"):
        web.open(path)
        web.page.wait_for_selector(BAR)
        text = web.page.locator(BAR).inner_text()
        assert "Carmen Vázquez" in text and "The bank file was wrong" in text, (path, text)
        assert not web.page.locator(BUTTON).count(), "it is stopped already"
    web.open("debtors")
    web.page.wait_for_selector(BAR)
    web.shot("11_stopped")
    (reminder_id,) = office.propose(1, amount=77)[2]
    office.env["cobranza.reminder"].action_approve([reminder_id])
    web.open(f"reminders/{reminder_id}")
    web.button("Send")
    web.page.wait_for_selector(".modal-dialog")
    assert "Nothing may be sent now" in web.dialog()
    web.page.keyboard.press("Escape")
    web.open("customers")
    assert not web.page.locator(BAR).count(), "another app says nothing of it"
    web.open("debtors")
    web.page.locator(BAR).locator("button").click()
    web.page.wait_for_selector(BAR, state="detached")
    web.page.wait_for_selector(BUTTON)


def test_on_the_way(mobile, office, worked, released):
    """It works with a thumb, and nothing sticks out of the screen."""
    mobile.open("debtors")
    mobile.page.wait_for_selector(BUTTON)
    stop(mobile, "Wrong invoices of yesterday")
    assert mobile.fits()
    mobile.shot("12_stopped_phone")
