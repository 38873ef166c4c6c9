"""Two servers on one database: they work for the same company at the same moment."""
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from odoorpc.error import RPCError

from support.books import Books
from support.together import at_once
from support.waiting import wait_until

#: the lock under which what leaves in a day is counted (models/res_company_limits.py)
CAP_LOCK = 0xC0B7B

#: a lock of this file's own, behind which processes wait for each other
START_LOCK = 4711

#: What a process does with approved reminders; a conflict with the other one is tried again, as
#: a scheduled action is.
HAND_OVER = f"""
from psycopg2.errors import SerializationFailure
env.cr.execute("SELECT pg_advisory_lock_shared({START_LOCK})")
env.cr.commit()
for _turn in range(5):
    try:
        env["cobranza.reminder"]._cron_send()
        env["mail.mail"].process_email_queue()
        env.cr.commit()
    except SerializationFailure:
        env.cr.rollback()
        print("CONFLICT")
"""

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
    client = server.new_client()
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


def test_two_processes_hand_over_and_work_off_the_queue(ledger, server):
    """As if the scheduled action ran twice, and the mail queue with it: each leaves once."""
    partner_ids, _moves, reminder_ids = ledger.propose(110)    # more than two batches
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    with ThreadPoolExecutor(2) as pool, server.connect() as connection:
        with connection.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s)", [START_LOCK])
        calls = [pool.submit(server.shell, HAND_OVER) for _process in range(2)]
        wait_until(lambda: server.lock_waits() == 2, 90)
        server.psql("UPDATE cobranza_reminder SET automatic = TRUE"
                    f" WHERE id IN ({', '.join(map(str, reminder_ids))})")
        connection.rollback()
        with connection.cursor() as cr:
            cr.execute("SELECT pg_advisory_unlock(%s)", [START_LOCK])
        printed = [call.result() for call in calls]
    server.make_due("cobranza_dunning.ir_cron_work")
    server.make_due("mail.ir_cron_mail_scheduler_action")
    wait_until(lambda: len(server.sink) >= 110, 90)
    server.wait_for_jobs()
    assert len(ledger.reminders(partner_ids, "sent")) == 110
    addresses = [row["email"] for row in ledger.env["res.partner"].read(partner_ids, ["email"])]
    mails = Counter(mail["X-Sink-Recipients"] for mail in server.sink)
    assert mails == dict.fromkeys(addresses, 1)
    rows = server.psql("SELECT result, count(*) FROM cobranza_attempt WHERE reminder_id IN"
                       f" ({', '.join(map(str, reminder_ids))}) GROUP BY 1").split()
    assert rows == ["accepted|110"], printed
    server.psql("UPDATE cobranza_reminder SET automatic = FALSE WHERE automatic")


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


def test_two_workers_keep_to_the_limits_of_a_day(both, ledger, server):
    """Both see the same day's room for automatic reminders; together they don't exceed it."""
    partner_ids, _moves, reminder_ids = ledger.propose(20)
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    ids = ", ".join(map(str, reminder_ids))
    server.psql(f"UPDATE cobranza_reminder SET automatic = TRUE WHERE id IN ({ids})")
    left = ledger.env["cobranza.reminder"].search_count(
        [("automatic", "=", True), ("state", "=", "sent")])
    cap = {"cobranza_cap_number": left + 7}
    ledger.env["res.company"].write([ledger.company_id], cap)
    try:
        at_once(*(
            lambda client=client, part=part: client.env["cobranza.reminder"].action_send(part)
            for client, part in zip(both, (reminder_ids[:10], reminder_ids[10:]), strict=True)))
        assert len(ledger.reminders(partner_ids, "sent")) == 7
        assert len(ledger.reminders(partner_ids, "approved")) == 13
    finally:
        ledger.env["res.company"].write([ledger.company_id], dict.fromkeys(cap, 0))
        server.psql("UPDATE cobranza_reminder SET automatic = FALSE WHERE automatic")


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


def test_two_people_approve_what_needs_two(both, server, ledger):
    """At the same moment: both approvals count, each once, and it is approved."""
    ledger.env["res.company"].write([ledger.company_id], {"cobranza_limit_two": 1})
    second = ledger.env["res.users"].create({
        "name": "Second", "login": "second", "password": "second-secret",
        "group_ids": [(6, 0, [ledger.env.ref("cobranza_dunning.group_manager").id])]})
    try:
        _partners, _moves, reminder_ids = ledger.propose(3)
        clients = both[0], server.odoo("second", "second-secret")
        models = [client.env["cobranza.reminder"] for client in clients]
        results = at_once(*(
            lambda model=model: model.action_approve(reminder_ids) for model in models))
        assert results == [True, True]
        rows = ledger.env["cobranza.reminder"].read(reminder_ids, ["state", "approval_count"])
        assert [(row["state"], row["approval_count"]) for row in rows] == [("approved", 2)] * 3
        given = ledger.env["cobranza.reminder.approval"].search_read(
            [("reminder_id", "in", reminder_ids)], ["user_id"])
        assert sorted(Counter(one["user_id"][0] for one in given).values()) == [3, 3]
        assert second in {one["user_id"][0] for one in given}
    finally:
        ledger.env["res.company"].write([ledger.company_id], {"cobranza_limit_two": 0})


def test_one_sends_while_the_other_cancels(both, ledger, server):
    """Sent or cancelled, never both: what was cancelled has no mail."""
    _partners, _moves, reminder_ids = ledger.propose(10)
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    results = at_once(
        lambda: both[0].env["cobranza.reminder"].action_send(reminder_ids),
        lambda: both[1].env["cobranza.reminder"].action_cancel(reminder_ids, "Agreed by phone"))
    rows = ledger.env["cobranza.reminder"].read(reminder_ids, ["state", "mail_ids"])
    states = {row["state"] for row in rows}
    assert len(states) == 1 and states <= {"sent", "cancelled"}, (states, results)
    assert all(bool(row["mail_ids"]) == (row["state"] == "sent") for row in rows)
    for result in results:
        if result is not True and not isinstance(result, dict):
            assert any(words in str(result) for words in (
                "has not been sent can be cancelled", "None of the reminders is approved",
                "Somebody else is sending")), result


def test_a_run_while_somebody_approves(both, ledger):
    """The approved text and the lines tell the same, whoever was first."""
    partner_ids, _moves, reminder_ids = ledger.propose(10)
    ledger.invoices(partner_ids)
    run_id = ledger.env["cobranza.run"].create({
        "mode": "propose", "debtor_ids": [(6, 0, ledger.debtors(partner_ids))]})
    results = at_once(
        lambda: both[0].env["cobranza.run"].action_execute([run_id]),
        lambda: both[1].env["cobranza.reminder"].action_approve(reminder_ids))
    assert True in results, results
    for row in ledger.env["cobranza.reminder"].read(
            reminder_ids, ["state", "line_count", "line_ids", "amount_company", "body"]):
        assert row["line_count"] == len(row["line_ids"])
        lines = ledger.env["cobranza.reminder.line"].read(row["line_ids"], ["name", "amount"])
        assert round(sum(line["amount"] for line in lines), 2) == row["amount_company"]
        assert all(line["name"] in row["body"] for line in lines), row["state"]


def test_stopped_while_sending(both, ledger, server):
    """What had not left when the stop was written waits in the queue; releasing lets it go."""
    _partners, _moves, reminder_ids = ledger.propose(20)
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    wizard = both[1].env["cobranza.stop.wizard"]
    at_once(
        lambda: both[0].env["cobranza.reminder"].action_send(reminder_ids),
        lambda: wizard.action_stop([wizard.create({"reason": "Wrong bank account"})]))
    # one for each company of the user
    stop_ids = ledger.env["cobranza.stop"].search([("released_at", "=", False)])
    assert stop_ids
    try:
        server.wait_for_jobs()
        told = len(server.sink.messages)
        server.wake()
        server.wait_for_jobs()
        assert len(server.sink.messages) == told
    finally:
        ledger.env["cobranza.stop"].action_release(stop_ids)
    rows = ledger.env["cobranza.reminder"].read(reminder_ids, ["state"])
    if {row["state"] for row in rows} == {"sent"}:
        wait_until(lambda: len(server.sink.messages) == len(reminder_ids))
    else:
        assert {row["state"] for row in rows} == {"approved"}
        assert server.sink.messages == []


@pytest.mark.parametrize(("cap", "limit"), [("number", 7), ("amount", 7 * 120.5)])
def test_two_workers_keep_to_the_days_caps(both, ledger, server, cap, limit):
    """What the other one hands over at the same moment counts: seven leave, not fourteen."""
    partner_ids, _moves, reminder_ids = ledger.propose(20)
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    # as an automatic run approves them; what other tests sent today isn't
    server.psql("UPDATE cobranza_reminder SET automatic = TRUE"
                f" WHERE id IN ({', '.join(map(str, reminder_ids))})")
    ledger.env["res.company"].write([ledger.company_id], {f"cobranza_cap_{cap}": limit})
    halves = (reminder_ids[::2], reminder_ids[1::2])
    try:
        with ThreadPoolExecutor(2) as pool, server.connect() as connection:
            # both stop where they count, each with its own view of the database by then
            with connection.cursor() as cr:
                cr.execute("SELECT pg_advisory_xact_lock(%s, %s)",
                           [CAP_LOCK, ledger.company_id])
            calls = [pool.submit(client.env["cobranza.reminder"].action_send, ids)
                     for client, ids in zip(both, halves, strict=True)]
            wait_until(lambda: server.lock_waits() == 2)
            connection.rollback()
            [call.result() for call in calls]
        assert len(ledger.reminders(partner_ids, "sent")) == 7
        waiting = ledger.reminders(partner_ids, "approved")
        assert len(waiting) == 13
        rows = ledger.env["cobranza.reminder"].read(waiting, ["not_before", "waits_for"])
        assert all(row["not_before"] and row["waits_for"] for row in rows), rows
        wait_until(lambda: len(server.sink) == 7)
    finally:
        ledger.env["res.company"].write([ledger.company_id], {f"cobranza_cap_{cap}": 0})
        server.psql("UPDATE cobranza_reminder SET automatic = FALSE WHERE automatic")


def test_two_people_agree_with_one_customer(both, ledger, server):
    """A due line is in one plan: the second proposal finds the first one's."""
    (partner_id,) = ledger.customers(1)
    ledger.invoices([partner_id])
    for client in both:  # nothing is made twice because nothing was there yet
        client.env["cobranza.plan"].negotiate(partner_id, {"count": 2})
    results = at_once(*(
        lambda client=client: client.env["cobranza.plan"].propose(partner_id, {"count": 2})
        for client in both))
    # the second hears that it is part of a plan, or finds that nothing is left to agree on
    made = [one for one in results if isinstance(one, dict) and one["decision"] != "refuse"]
    assert len(made) == 1, results
    assert any("is part of" in str(one) or "nothing_owed" in str(one) for one in results), results
    plans = ledger.env["cobranza.plan"].search_count([("partner_id", "=", partner_id)])
    assert plans == 1


def test_two_people_open_the_forecast(both, ledger, server):
    """Nothing is there twice, whoever is first; the sums are those of the books."""
    partner_ids = ledger.customers(40)
    ledger.invoices(partner_ids, amount=100)
    for _turn in range(3):
        server.psql("DELETE FROM cobranza_expectation")
        told = at_once(*(
            lambda client=client: client.env["cobranza.expectation"].forecast()
            for client in both))
        assert all(isinstance(one, list) for one in told), told
        assert server.psql("""SELECT move_line_id FROM cobranza_expectation
                              GROUP BY move_line_id, basis, expected_date
                              HAVING count(*) > 1""") == ""
        owed = [sum(one["amount"] for one in days) for days in told]
        assert owed[0] == owed[1]


def test_two_people_book_the_provision(both, ledger, server):
    """One of them gets the draft, the other is told of it."""
    partner_ids = ledger.customers(3)
    ledger.invoices(partner_ids, amount=100)
    env = ledger.env
    accounts = {
        field: env["account.account"].create(
            {"code": code, "name": field, "account_type": kind,
             "company_ids": [(6, 0, [ledger.company_id])]})
        for field, code, kind in (
            ("cobranza_provision_account_id", "490901", "asset_current"),
            ("cobranza_provision_expense_id", "694901", "expense"))}
    env["res.company"].write([ledger.company_id], accounts)
    results = at_once(*(
        lambda client=client: client.env["cobranza.expectation"].action_provision([])
        for client in both))
    moves = env["account.move"].search(
        [("line_ids.account_id", "=", accounts["cobranza_provision_account_id"])])
    assert len(moves) == 1, results
    assert sum(isinstance(one, dict) for one in results) == 1, results
    assert any("still a draft" in str(one) for one in results), results
    env["account.move"].unlink(moves)
    env["res.company"].write([ledger.company_id], dict.fromkeys(accounts, False))
