"""Exactly once, wherever the worker dies and however many of them work off the queue."""
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.waiting import wait_until

QUEUE = "mail.ir_cron_mail_scheduler_action"


def test_killed_before_the_hand_over_is_committed(server, ledger, restart):
    """Nothing has happened: still approved, no mail, no attempt; sent once afterwards."""
    (partner_id,), _moves, (reminder_id,) = ledger.propose()
    ledger.env["cobranza.reminder"].action_approve([reminder_id])
    with ThreadPoolExecutor(1) as pool, server.connect() as connection:
        # it stops where it writes the attempt, after the mail
        with connection.cursor() as cr:
            cr.execute("LOCK TABLE cobranza_attempt IN SHARE MODE")
        call = pool.submit(ledger.env["cobranza.reminder"].action_send, [reminder_id])
        wait_until(server.lock_waits)
        server.kill()
        with pytest.raises(OSError):
            call.result()
    wait_until(lambda: not server.lock_waits())
    assert results(server, reminder_id) == []
    assert state(server, reminder_id) == "approved"
    assert server.psql("SELECT 1 FROM mail_mail WHERE state = 'outgoing'") == ""

    restart(lambda: True)
    ledger.env["cobranza.reminder"].action_send([reminder_id])
    wait_until(lambda: results(server, reminder_id) == ["accepted"])
    assert arrived(server, ledger, partner_id) == 1


def test_killed_between_hand_over_and_mail_server(server, ledger, restart):
    """The mail waits in the queue, and leaves once after the restart."""
    (partner_id,), _moves, (reminder_id,) = ledger.propose()
    with queue_stopped(server):
        send(ledger, reminder_id)
        assert results(server, reminder_id) == ["pending"]
        server.kill()
    restart(lambda: results(server, reminder_id) == ["accepted"])
    assert arrived(server, ledger, partner_id) == 1


def test_killed_after_the_answer_before_it_is_written_down(server, ledger, restart):
    """The mail server took it, nobody remembers: not confirmed, and never sent again by itself."""
    (partner_id,), _moves, (reminder_id,) = ledger.propose()
    server.sink.mode = "hold"
    send(ledger, reminder_id)
    wait_until(lambda: len(server.sink) == 1)
    assert results(server, reminder_id) == ["ambiguous"], "committed before the server was asked"
    with server.connect() as connection:
        with connection.cursor() as cr:
            cr.execute("SELECT id FROM mail_mail FOR UPDATE")
        server.sink.mode = "normal"
        wait_until(server.lock_waits)   # it has the answer and writes it
        server.kill()
    restart(lambda: True)
    server.make_due(QUEUE)
    server.make_due("cobranza_dunning.ir_cron_work")
    server.wait_for_jobs()
    assert results(server, reminder_id) == ["ambiguous"]
    assert arrived(server, ledger, partner_id) == 1

    # a person asks the customer: it arrived
    ledger.env["cobranza.reminder"].action_confirm_arrived([reminder_id])
    assert results(server, reminder_id) == ["accepted"]
    assert ledger.read("cobranza.reminder", reminder_id, "delivery") == "delivered"


def test_not_confirmed_is_sent_again_by_a_person(server, ledger):
    """Taken, then the connection drops before the answer: it waits for a person, who decides."""
    (partner_id,), _moves, (reminder_id,) = ledger.propose()
    server.sink.mode = "drop"
    send(ledger, reminder_id)
    wait_until(lambda: len(server.sink) == 1)
    server.wait_for_jobs()
    server.sink.mode = "normal"
    server.make_due(QUEUE)
    server.make_due("cobranza_dunning.ir_cron_work")
    server.wait_for_jobs()
    assert results(server, reminder_id) == ["ambiguous"]
    assert arrived(server, ledger, partner_id) == 1

    ledger.env["cobranza.reminder"].action_send_again([reminder_id])
    wait_until(lambda: results(server, reminder_id) == ["ambiguous", "accepted"])
    assert arrived(server, ledger, partner_id) == 2
    generations = server.psql("SELECT generation FROM cobranza_attempt"
                              f" WHERE reminder_id = {reminder_id} ORDER BY number").split()
    assert generations == ["1", "2"]


@pytest.mark.parametrize("mode", ["reject=450", "hangup"])
def test_refused_for_now_is_tried_again(server, ledger, mode):
    """Nothing was given to the mail server: the next try is by itself, and says when."""
    (partner_id,), _moves, (reminder_id,) = ledger.propose()
    server.sink.mode = mode
    send(ledger, reminder_id)
    wait_until(lambda: results(server, reminder_id) == ["refused_temporary"])
    server.wait_for_jobs()
    server.sink.mode = "normal"
    assert arrived(server, ledger, partner_id) == 0
    server.psql("UPDATE cobranza_attempt SET next_try = now() AT TIME ZONE 'UTC'"
                " WHERE next_try IS NOT NULL")
    server.make_due("cobranza_dunning.ir_cron_work")
    wait_until(lambda: results(server, reminder_id) == ["refused_temporary", "accepted"])
    assert arrived(server, ledger, partner_id) == 1


def test_paid_before_the_next_try(server, ledger):
    """The facts are read again: what is paid is not asked for, and it says so."""
    (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
    server.sink.mode = "reject=450"
    send(ledger, reminder_id)
    wait_until(lambda: results(server, reminder_id) == ["refused_temporary"])
    server.wait_for_jobs()
    server.sink.mode = "normal"
    ledger.pay(move_id)
    server.psql("UPDATE cobranza_attempt SET next_try = now() AT TIME ZONE 'UTC'"
                " WHERE next_try IS NOT NULL")
    server.make_due("cobranza_dunning.ir_cron_work")
    wait_until(lambda: results(server, reminder_id) == ["refused_temporary", "cancelled"])
    assert arrived(server, ledger, partner_id) == 0
    told = ledger.read("cobranza.reminder", reminder_id, "delivery", "delivery_error")
    assert told["delivery"] == "failed" and "Nothing of it is owed" in told["delivery_error"]


def test_two_workers_on_one_queue(server, ledger):
    """Both work off the same mails at the same moment: each leaves once."""
    partner_ids, _moves, reminder_ids = ledger.propose(40)
    other = server.another()
    try:
        with queue_stopped(server), ThreadPoolExecutor(2) as pool:
            send(ledger, *reminder_ids)
            clients = [server.odoo(), other.odoo()]
            calls = [pool.submit(client.env["mail.mail"].process_email_queue)
                     for client in clients]
            [call.result() for call in calls]
    finally:
        other.stop()
    server.make_due(QUEUE)
    # of these only: what other tests left in the queue may wait for something
    own = f"reminder_id IN ({', '.join(map(str, reminder_ids))})"
    wait_until(lambda: server.psql("SELECT count(*) FROM cobranza_attempt"
                                   f" WHERE result = 'pending' AND {own}").strip() == "0")
    addresses = [row["email"] for row in ledger.env["res.partner"].read(partner_ids, ["email"])]
    mails = Counter(mail["X-Sink-Recipients"] for mail in server.sink)
    assert {address: mails[address] for address in addresses} == dict.fromkeys(addresses, 1)
    rows = server.psql(
        f"SELECT result, count(*) FROM cobranza_attempt WHERE {own} GROUP BY 1").split()
    assert rows == ["accepted|40"]


# --- what they share -----------------------------------------------------------------------


def send(ledger, *reminder_ids):
    ledger.env["cobranza.reminder"].action_approve(list(reminder_ids))
    ledger.env["cobranza.reminder"].action_send(list(reminder_ids))


class queue_stopped:
    """While it lasts Odoo's own mail queue doesn't run: somebody else seems to work it off."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.context = self.server.connect()
        with (self.context.__enter__()).cursor() as cr:
            cr.execute("""SELECT id FROM ir_cron WHERE id = (SELECT res_id FROM ir_model_data
                           WHERE module = 'mail' AND name = 'ir_cron_mail_scheduler_action')
                          FOR NO KEY UPDATE""")

    def __exit__(self, *exception):
        return self.context.__exit__(*exception)


def results(server, reminder_id):
    return server.psql("SELECT result FROM cobranza_attempt"
                       f" WHERE reminder_id = {reminder_id} ORDER BY number").split()


def state(server, reminder_id):
    return server.psql(f"SELECT state FROM cobranza_reminder WHERE id = {reminder_id}").strip()


def arrived(server, ledger, partner_id):
    """How many messages the customer got."""
    address = server.psql(f"SELECT email FROM res_partner WHERE id = {partner_id}").strip()
    return len(server.sink.to(address))
