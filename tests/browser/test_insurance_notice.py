"""An insurance manager sees a deadline, tells the insurer and records his reference."""
from datetime import date, timedelta

import pytest

from support import insured


@pytest.fixture
def owed(office):
    """An insured debt of which the insurer must be told within ten days; one was missed."""
    policy_id = insured.policy(office, name="Póliza de avisos", number="P-77", mep=90)
    partner_id, move_id, _line = insured.debt(office, policy_id)
    late_id, _move, _late = insured.debt(office, policy_id, overdue=75)
    yield partner_id, move_id, late_id
    insured.retire(office, policy_id)


def on_day(web, day):
    """What the calendar shows on a day: in this month, the one before or the next."""
    cell = web.page.locator(f".fc-daygrid-day[data-date='{day}']")
    if not cell.count():
        later = date.fromisoformat(day) > date.today()
        web.page.locator(f".o_calendar_button_{'next' if later else 'prev'}").click()
        web.settle()
    return cell.inner_text()


def test_from_the_deadline_to_the_notice(office, owed, web, spanish, mobile):
    partner_id, move_id, late_id = owed
    customer = office.read("res.partner", partner_id, "name")
    number = office.read("account.move", move_id, "name")
    web.open("insurance-deadlines")
    web.page.wait_for_selector(".o_data_row")
    text = web.page.locator(".o_list_view").inner_text()
    assert "Notify non-payment" in text and "Missed" in text
    web.shot("60_insurance_deadlines")
    web.page.locator(".o_switch_view.o_calendar").click()
    web.settle()
    web.shot("61_insurance_calendar")
    assert customer in on_day(web, insured.last_day())
    late = str(date.today() - timedelta(days=15))
    assert customer not in on_day(web, late)
    assert office.read("res.partner", late_id, "name") in on_day(web, late)
    mobile.open("insurance-deadlines")
    assert mobile.fits()
    mobile.shot("62_insurance_deadlines_phone")
    spanish.open("insurance-deadlines")
    spanish.shot("63_plazos_del_seguro")

    web.open("collections-today")
    web.page.wait_for_selector(".o_data_row")
    rows = web.page.locator(".o_data_row").all_inner_texts()
    [place] = [number for number, row in enumerate(rows) if customer in row]
    duties = web.page.locator(".o_data_row td[name=insurance_due_duty]").all_inner_texts()
    assert all(text.strip() for text in duties[:place + 1]) and not duties[-1].strip()
    web.shot("64_today_insurance_first")

    web.open("insurance-covers")
    web.row(customer).locator(".o_list_record_selector").click()
    web.button("Notify the insurer")
    assert number in web.page.locator(".o_form_view").inner_text()
    web.page.locator(".o_field_widget[name=reference] input").fill("AFP-BROWSER")
    web.shot("65_insurance_notice")
    web.button("It has been given")
    web.settle()
    assert web.state() == "Given"
    web.shot("66_insurance_notice_given")
    (cover,) = office.env["account.move"].cobranza_cover([move_id])
    assert cover["state"] == "covered" and not cover["next_duty"]
    (notice_id,) = office.env["cobranza.insurance.notice"].search(
        [("reference", "=", "AFP-BROWSER")])
    mobile.open(f"insurance-notices/{notice_id}")
    assert mobile.fits()
    mobile.shot("67_insurance_notice_phone")
    spanish.open(f"insurance-notices/{notice_id}")
    spanish.shot("68_aviso")

    (cover_id,) = office.env["cobranza.insurance.cover"].search(
        [("partner_id", "=", late_id), ("date_to", "=", False)])
    web.open(f"insurance-covers/{cover_id}")
    text = web.page.locator(".alert-danger").inner_text()
    assert "not notified in time" in text and "restores the cover" in text
    web.shot("69_insurance_lost")
    (debtor_id,) = office.debtors([late_id])
    web.open(f"debtors/{debtor_id}").tab("Insurance")
    web.shot("70_insurance_debtor_duties")
