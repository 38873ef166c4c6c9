"""Two servers on one database: they work for the same company at the same moment."""
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from odoorpc.error import RPCError

from support.books import Books
from support.waiting import wait_until


@pytest.fixture(scope="module")
def other(server):
    """The second server on the same database."""
    second = server.another()
    yield second
    second.stop()


@pytest.fixture
def both(server, other):
    """The two clients, one for each server."""
    return server.odoo(), other.odoo()


def at_once(*calls):
    """Call all of them at the same moment in threads; each one's result or refusal."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except RPCError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


CLEAR = ("Another run of this company is still working: wait until it is done.",
         "Another run has just made a reminder for the same recipient: start the run again.")


def test_two_runs_of_one_company(both, ledger, server):
    """Nobody gets two letters: the second run finds the first one's work, or says why not."""
    partner_ids = ledger.customers(150)
    ledger.invoices(partner_ids)
    run_ids = [ledger.env["cobranza.run"].create({"mode": "propose"}) for _client in both]
    results = at_once(*(
        lambda client=client, run_id=run_id: client.env["cobranza.run"].action_execute([run_id])
        for client, run_id in zip(both, run_ids, strict=True)))

    assert True in results, results
    for result in results:
        assert result is True or any(sentence in str(result) for sentence in CLEAR), result
    states = [ledger.read("cobranza.run", run_id, "state") for run_id in run_ids]
    assert states == ["done" if result is True else "draft" for result in results]
    assert len(ledger.reminders(partner_ids, "proposed")) == 150
    assert server.psql("""SELECT debtor_id FROM cobranza_reminder WHERE state = 'proposed'
                          GROUP BY 1 HAVING count(*) > 1""") == ""
    assert server.psql("""SELECT rl.move_line_id FROM cobranza_reminder_line rl
                            JOIN cobranza_reminder r ON r.id = rl.reminder_id
                           WHERE r.state = 'proposed' GROUP BY 1 HAVING count(*) > 1""") == ""
    # the refused one can be started again and changes nothing
    for result, run_id in zip(results, run_ids, strict=True):
        if result is not True:
            ledger.env["cobranza.run"].action_execute([run_id])
            assert ledger.read("cobranza.run", run_id, "figures")["created"] == 0


def test_second_run_while_one_works_in_the_background(both, ledger, server):
    """It says so at once, and stays a draft that can be executed later."""
    ledger.invoice()
    set_param = ledger.env["ir.config_parameter"].set_param
    set_param("cobranza_dunning.foreground_lines", "0")
    server.psql("UPDATE ir_cron SET active = FALSE WHERE id = (SELECT res_id FROM ir_model_data"
                " WHERE module = 'cobranza_dunning' AND name = 'ir_cron_work')")
    try:
        first = ledger.run("propose")
        assert ledger.read("cobranza.run", first, "state") == "running"
        second = both[1].env["cobranza.run"].create({"mode": "propose"})
        with pytest.raises(RPCError, match="Another run of this company is still working"):
            both[1].env["cobranza.run"].action_execute([second])
        assert ledger.read("cobranza.run", second, "state") == "draft"
    finally:
        set_param("cobranza_dunning.foreground_lines", False)
        server.psql("UPDATE ir_cron SET active = TRUE WHERE id = (SELECT res_id FROM ir_model_data"
                    " WHERE module = 'cobranza_dunning' AND name = 'ir_cron_work')")
    server.make_due("cobranza_dunning.ir_cron_work")
    wait_until(lambda: ledger.read("cobranza.run", first, "state") == "done", 60, pause=0.2)
    both[1].env["cobranza.run"].action_execute([second])
    assert ledger.read("cobranza.run", second, "state") == "done"


def test_run_of_one_company_does_not_hold_up_another(both, ledger, server):
    """While a company's run is at work its second one waits; the other company's is done."""
    env = ledger.env
    partner_id = ledger.customer()
    ledger.invoice(partner_id)
    (debtor_id,) = ledger.debtors([partner_id])
    (elsewhere,) = env["res.company"].search([("id", "!=", ledger.company_id)], limit=1)
    env["res.users"].write([env.uid], {"company_ids": [(4, elsewhere)]})
    slow, second = (env["cobranza.run"].create({"mode": "propose"}) for _ in range(2))
    client = server.odoo()
    client.env.context["allowed_company_ids"] = [elsewhere]
    there = Books(client, elsewhere)
    with ThreadPoolExecutor(2) as pool, server.connect() as connection:
        # whatever takes long: here the run waits for a customer's row
        with connection.cursor() as cr:
            cr.execute("SELECT 1 FROM cobranza_debtor WHERE id = %s FOR UPDATE", [debtor_id])
        calls = [pool.submit(execute, both[0], slow)]
        wait_until(lambda: server.lock_waits() == 1)
        calls.append(pool.submit(execute, both[1], second))
        wait_until(lambda: server.lock_waits() == 2)
        assert there.read("cobranza.run", there.run("propose"), "state") == "done"
        assert not any(call.done() for call in calls)
        connection.rollback()
        first, other = (call.result() for call in calls)
    assert first is True, first
    assert other is True or any(sentence in str(other) for sentence in CLEAR), other
    assert len(ledger.reminders([partner_id])) == 1


def execute(client, run_id):
    """Execute a run; True, or the refusal."""
    try:
        return client.env["cobranza.run"].action_execute([run_id])
    except RPCError as error:
        return error


def test_two_people_send_the_same_reminders(both, ledger, server):
    """Each reminder becomes one mail, whoever of them was first."""
    partner_ids, _moves, reminder_ids = ledger.propose(60)
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    results = at_once(*(
        lambda client=client, ids=ids: client.env["cobranza.reminder"].action_send(ids)
        for client, ids in zip(both, (reminder_ids, reminder_ids[::-1]), strict=True)))

    assert True in results, results
    clear = ("Somebody else is sending these reminders right now",
             "None of the reminders is approved")
    for result in results:
        assert result is True or any(sentence in str(result) for sentence in clear), result
    assert len(ledger.reminders(partner_ids, "sent")) == 60
    wait_until(lambda: len(server.sink) >= 60, 60)
    addresses = [row["email"] for row in ledger.env["res.partner"].read(partner_ids, ["email"])]
    server.make_due("mail.ir_cron_mail_scheduler_action")
    wait_until(lambda: "outgoing" not in server.psql("SELECT state FROM mail_mail"))
    mails = Counter(mail["X-Sink-Recipients"] for mail in server.sink)
    assert mails == dict.fromkeys(addresses, 1)
    assert len({mail["Message-Id"] for mail in server.sink}) == 60


def test_sending_while_a_run_refreshes(both, ledger, server):
    """A run and a hand-over at once: what leaves is what was approved, once."""
    partner_ids, _moves, reminder_ids = ledger.propose(40)
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    run_id = ledger.env["cobranza.run"].create({
        "mode": "propose", "debtor_ids": [(6, 0, ledger.debtors(partner_ids))]})
    sending, running = at_once(
        lambda: both[0].env["cobranza.reminder"].action_send(reminder_ids),
        lambda: both[1].env["cobranza.run"].action_execute([run_id]))
    assert sending is True, sending
    assert running is True, running
    assert len(ledger.reminders(partner_ids)) == 40, "the run proposed what was just sent"
    assert len(ledger.reminders(partner_ids, "sent")) == 40
    wait_until(lambda: len(server.sink) == 40, 60)


def test_two_people_approve(both, ledger):
    """The second approval finds nothing to approve and says so."""
    _partners, _moves, reminder_ids = ledger.propose(5)
    results = at_once(*(
        lambda client=client: client.env["cobranza.reminder"].action_approve(reminder_ids)
        for client in both))
    assert True in results
    for result in results:
        assert result is True or "None of the reminders waits for approval" in str(result), result


def test_payment_arrives_before_sending(both, ledger, server):
    """Paid in one session after the approval in another: nothing leaves, and it says why."""
    _partners, (move_id,), reminder_ids = ledger.propose()
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    Books(both[1]).pay(move_id)
    both[0].env["cobranza.reminder"].action_send(reminder_ids)
    values = ledger.read("cobranza.reminder", reminder_ids[0], "state", "cancel_reason")
    assert values["state"] == "cancelled"
    assert "paid" in values["cancel_reason"]
    assert server.sink.messages == []
