"""Thanks and invoices sent again: they leave once, or wait for a person, whatever dies."""
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.waiting import wait_until

QUEUE = "mail.ir_cron_mail_scheduler_action"
WORK = "cobranza_dunning.ir_cron_work"


@pytest.fixture
def thanking(ledger):
    """The company's policy thanks for payments while a test runs."""
    (policy_id, _name) = ledger.read("res.company", ledger.company_id, "cobranza_policy_id")
    ledger.env["cobranza.policy"].write([policy_id], {"thanks_days": 10})
    yield
    ledger.env["cobranza.policy"].write([policy_id], {"thanks_days": 0})


def test_thanks_are_not_sent_twice_by_a_worker_that_dies(server, ledger, restart, thanking):
    """The mail server took them, nobody remembers: they stay, marked, and never leave again."""
    (partner_id,) = paid(server, ledger)
    server.sink.mode = "hold"
    server.make_due(WORK)
    wait_until(lambda: len(arrived(server, ledger, partner_id)) == 1)
    server.kill()
    server.sink.mode = "normal"
    restart(lambda: True)
    work_off(server)
    assert len(arrived(server, ledger, partner_id)) == 1
    assert not_confirmed(server, partner_id) == [("exception", "exception")]


def test_an_invoice_sent_again_does_not_leave_twice(server, ledger, restart):
    """The same for Odoo's own mail with the invoice, however it got to the mail server."""
    partner_id = ledger.customer()
    move_id = ledger.invoice(partner_id)
    server.sink.mode = "hold"
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(ledger.env["account.move"].cobranza_resend, [move_id])
        wait_until(lambda: len(arrived(server, ledger, partner_id)) == 1)
        server.kill()
        with pytest.raises(OSError):
            call.result()
    server.sink.mode = "normal"
    restart(lambda: True)
    work_off(server)
    assert len(arrived(server, ledger, partner_id)) == 1
    assert not_confirmed(server, partner_id) == [("exception", "exception")]
    assert ledger.read("account.move", move_id, "cobranza_resent_date")


def test_thanks_leave_after_a_connection_that_broke_before(server, ledger, thanking):
    """Nothing was given to the mail server: they are offered again, and leave once."""
    (partner_id,) = paid(server, ledger)
    server.sink.mode = "hangup"
    server.make_due(WORK)
    wait_until(lambda: thanked(server, partner_id))
    server.make_due(QUEUE)
    server.wait_for_jobs()
    server.sink.mode = "normal"
    assert arrived(server, ledger, partner_id) == []
    work_off(server)
    wait_until(lambda: len(arrived(server, ledger, partner_id)) == 1)


def test_two_workers_thank_once(server, ledger, thanking):
    """Both work off the same mails at the same moment: each leaves once."""
    partner_ids = paid(server, ledger, 20)
    other = server.another()
    try:
        with server.connect() as connection, ThreadPoolExecutor(2) as pool:
            with connection.cursor() as cr:
                # Odoo's own queue doesn't run
                cr.execute("""SELECT id FROM ir_cron WHERE id = (
                                  SELECT res_id FROM ir_model_data WHERE module = 'mail'
                                     AND name = 'ir_cron_mail_scheduler_action')
                              FOR NO KEY UPDATE""")
            server.make_due(WORK)
            wait_until(lambda: all(thanked(server, one) for one in partner_ids), 60)
            clients = [server.odoo(), other.odoo()]
            calls = [pool.submit(client.env["mail.mail"].process_email_queue)
                     for client in clients]
            [call.result() for call in calls]
    finally:
        other.stop()
    work_off(server)
    found = Counter(mail["X-Sink-Recipients"] for mail in server.sink)
    addresses = [row["email"] for row in ledger.env["res.partner"].read(partner_ids, ["email"])]
    assert found == dict.fromkeys(addresses, 1)


# --- what they share -----------------------------------------------------------------------


def paid(server, ledger, number=1):
    """Customers who had a reminder, which arrived, and have paid it since; the sink is empty."""
    partner_ids, move_ids, reminder_ids = ledger.propose(number)
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    ledger.env["cobranza.reminder"].action_send(reminder_ids)
    wait_until(lambda: len(server.sink) == number)
    server.wait_for_jobs()
    for move_id in move_ids:
        ledger.pay(move_id)
    server.sink.clear()
    return partner_ids


def thanked(server, partner_id):
    return server.psql("SELECT 1 FROM cobranza_reminder WHERE thanked_date IS NOT NULL"
                       f" AND partner_id = {partner_id}").strip()


def work_off(server):
    """Have every scheduled action that might send something run once more."""
    for xml_id in (WORK, QUEUE):
        server.make_due(xml_id)
        server.wait_for_jobs()


def arrived(server, ledger, partner_id):
    """The messages that the customer got."""
    address = server.psql(f"SELECT email FROM res_partner WHERE id = {partner_id}").strip()
    return server.sink.to(address)


def not_confirmed(server, partner_id):
    """(state of the mail, of its notification) of what the mail server didn't confirm."""
    rows = server.psql(f"""
        SELECT m.state, n.notification_status FROM mail_mail m
          JOIN mail_notification n ON n.mail_mail_id = m.id AND n.res_partner_id = {partner_id}
         WHERE m.failure_reason LIKE '%didn''t confirm%'""")
    return [tuple(row.split("|")) for row in rows.split()]
