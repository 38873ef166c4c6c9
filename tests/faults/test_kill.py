"""kill -9 of the server at the worst moments: the work goes on, once, after a restart."""
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from devenv import paths
from support.books import Books
from support.waiting import wait_until

LINES = 60_000      # a background run commits every 20 000


def test_killed_run_goes_on_where_it_stopped(server, ledger, restart, big_ledger):
    """Killed before the first checkpoint and after it: every due line has exactly one decision."""
    env = ledger.env
    run_id = env["cobranza.run"].create({"company_id": ledger.company_id, "mode": "propose"})
    env["cobranza.run"].action_execute([run_id])
    assert ledger.read("cobranza.run", run_id, "state") == "running"

    wait_until(lambda: writing(server, "cobranza_"), 30, pause=0.01)
    server.kill()
    assert decided(server, run_id) < LINES
    restart(lambda: decided(server, run_id), 60)
    server.kill()
    part = decided(server, run_id)
    assert 0 < part < LINES, "killed too late to prove anything"
    assert state(server, run_id) == "running"

    restart(lambda: state(server, run_id) != "running", 90)

    assert state(server, run_id) == "done"
    open_lines = """SELECT l.id FROM account_move_line l JOIN account_account a
                        ON a.id = l.account_id AND a.account_type = 'asset_receivable'
                     WHERE l.company_id = 1 AND l.parent_state = 'posted'
                       AND l.reconciled IS NOT TRUE AND l.amount_residual_currency <> 0"""
    of_run = f"SELECT move_line_id FROM cobranza_run_line WHERE run_id = {run_id}"
    assert server.psql(f"{open_lines} EXCEPT {of_run}") == "", "decisions lost"
    assert server.psql(f"{of_run} GROUP BY 1 HAVING count(*) > 1") == "", "decided twice"
    figures = ledger.read("cobranza.run", run_id, "figures")
    assert figures["lines"] == decided(server, run_id) == int(
        server.psql(f"SELECT count(*) FROM ({open_lines}) x"))
    told = """SELECT rl.move_line_id FROM cobranza_reminder_line rl
                JOIN cobranza_reminder r ON r.id = rl.reminder_id
               WHERE r.state IN ('proposed', 'approved')"""
    assert server.psql(f"{of_run} AND outcome = 'remind' EXCEPT {told}") == "", "not proposed"
    assert server.psql(f"{told} GROUP BY 1 HAVING count(*) > 1") == "", "proposed twice"
    assert figures["created"] == int(server.psql(
        f"SELECT count(DISTINCT debtor_id) FROM cobranza_reminder WHERE run_id = {run_id}"))


def test_killed_while_the_user_waits(server, ledger, restart):
    """A run in the foreground is all or nothing: it is a draft again, and can be executed."""
    partner_ids = ledger.customers(60)
    ledger.invoices(partner_ids)
    debtor_ids = ledger.debtors(partner_ids)
    run_id = ledger.env["cobranza.run"].create({
        "mode": "propose", "debtor_ids": [(6, 0, debtor_ids)]})
    with ThreadPoolExecutor(1) as pool, server.connect() as connection:
        # it stops half way, at a customer's row
        with connection.cursor() as cr:
            cr.execute("SELECT 1 FROM cobranza_debtor WHERE id = %s FOR UPDATE", debtor_ids[:1])
        call = pool.submit(ledger.env["cobranza.run"].action_execute, [run_id])
        wait_until(server.lock_waits)
        server.kill()
        with pytest.raises(OSError):    # the connection broke
            call.result()
    wait_until(lambda: not writing(server, "cobranza"))
    assert (state(server, run_id), decided(server, run_id)) == ("draft", 0)
    assert count(server, partner_ids, "proposed") == 0

    restart(lambda: True)
    again = Books(server.new_client())
    again.env["cobranza.run"].action_execute([run_id])
    assert state(server, run_id) == "done"
    assert count(server, partner_ids, "proposed") == 60


def test_killed_while_handing_over_and_while_mailing(server, ledger, restart, automatic):
    """Killed between two batches and with the queue half sent: one mail for each, none twice."""
    partner_ids = ledger.customers(100)    # two batches
    ledger.invoices(partner_ids)
    addresses = recipients(ledger, partner_ids)

    automatic()
    wait_until(lambda: 0 < count(server, partner_ids, "sent") < 100, 60, pause=0.005)
    server.kill()
    assert 0 < count(server, partner_ids, "sent") < 100, "killed too late to prove anything"
    restart(lambda: len(server.sink) > 10, 60)
    server.kill()
    assert len(server.sink) < 100, "killed too late to prove anything"

    restart(lambda: settled(server, partner_ids, 100), 60)

    assert count(server, partner_ids, "sent") == 100
    mails = Counter(mail["X-Sink-Recipients"] for mail in server.sink)
    assert [address for address in addresses if mails[address] > 1] == [], "sent twice"
    unknown = unconfirmed(ledger, partner_ids)
    # at most the one that was on its way at the second kill
    assert len(unknown) <= 1
    assert {address for address in addresses if not mails[address]} <= unknown, "lost in silence"
    ids = [mail["Message-Id"] for mail in server.sink.messages]
    assert len(ids) == len(set(ids))


def test_killed_before_the_mail_server_answered(server, ledger, restart):
    """The message was taken, nobody heard so: it isn't sent again, and a person is told."""
    partner_ids, _move_ids, reminder_ids = ledger.propose(3)
    server.sink.mode = "hold"
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    ledger.env["cobranza.reminder"].action_send(reminder_ids)
    wait_until(lambda: len(server.sink) == 1)
    server.kill()
    server.sink.mode = "normal"

    restart(lambda: settled(server, partner_ids, 3))

    addresses = recipients(ledger, partner_ids)
    assert [len(server.sink.to(address)) for address in addresses] == [1, 1, 1]
    unknown = unconfirmed(ledger, partner_ids)
    assert len(unknown) == 1
    # it counts as told until somebody knows better: no second letter by itself
    ledger.run("propose", partner_ids)
    assert ledger.reminders(partner_ids, "proposed") == []

    # somebody who knows better sends it again
    again = ledger.env["cobranza.reminder"].search_read(
        [("partner_id", "in", partner_ids), ("delivery", "=", "unconfirmed")], ["mail_ids"])
    ledger.env["mail.mail"].mark_outgoing(again[0]["mail_ids"])
    server.make_due("mail.ir_cron_mail_scheduler_action")
    wait_until(lambda: len(server.sink) == 4)
    wait_until(lambda: not unconfirmed(ledger, partner_ids))
    assert sorted(len(server.sink.to(address)) for address in addresses) == [1, 1, 2]


def test_connection_lost_before_the_mail_server_answered(server, ledger):
    """The same with the other end gone: the mail isn't sent again by itself."""
    partner_ids, _move_ids, reminder_ids = ledger.propose(2)
    server.sink.mode = "drop"
    ledger.env["cobranza.reminder"].action_approve(reminder_ids)
    ledger.env["cobranza.reminder"].action_send(reminder_ids)
    wait_until(lambda: len(server.sink) == 1)
    server.sink.mode = "normal"

    server.wait_for_jobs()
    # what is left of the queue leaves with its next turn
    server.make_due("mail.ir_cron_mail_scheduler_action")
    wait_until(lambda: settled(server, partner_ids, 2))
    addresses = recipients(ledger, partner_ids)
    assert [len(server.sink.to(address)) for address in addresses] == [1, 1]
    assert len(unconfirmed(ledger, partner_ids)) == 1


# --- what they share -----------------------------------------------------------------------


@pytest.fixture
def big_ledger(server):
    """60 000 open lines of 300 customers, written by SQL; the invoices are gone afterwards."""
    sys.path.insert(0, str(paths.ROOT / "benchmarks"))
    from ledger import Ledger, fill

    with server.connect() as connection:
        fill(connection, Ledger(lines=LINES, partners=300, payments=0, blocks=0, history=0))
    yield
    server.psql("""
        DELETE FROM cobranza_reminder WHERE state = 'proposed';
        UPDATE account_move_line SET amount_residual = 0, amount_residual_currency = 0,
               reconciled = TRUE WHERE date_maturity IS NOT NULL""")


@pytest.fixture
def automatic(server, ledger):
    """Function that makes the daily run due now, in a company that sends automatically."""
    env = ledger.env
    policy_id = ledger.read("res.company", ledger.company_id, "cobranza_policy_id")[0]
    level_ids = env["cobranza.policy.level"].search([("policy_id", "=", policy_id)])
    env["cobranza.policy.level"].write(level_ids, {"approval": "auto"})
    env["res.company"].write([ledger.company_id], {"cobranza_run_mode": "auto"})

    yield lambda: server.make_due("cobranza_dunning.ir_cron_daily")
    server.psql("UPDATE res_company SET cobranza_run_mode = 'off';"
                "UPDATE cobranza_policy_level SET approval = 'one'")


def decided(server, run_id):
    return int(server.psql(f"SELECT count(*) FROM cobranza_run_line WHERE run_id = {run_id}"))


def writing(server, what):
    """Whether a session of the database is at a statement with these words in it."""
    return server.psql(f"""SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                               AND query LIKE '%{what}%' AND state <> 'idle'
                               AND pid <> pg_backend_pid()""")


def state(server, run_id):
    return server.psql(f"SELECT state FROM cobranza_run WHERE id = {run_id}").strip()


def count(server, partner_ids, state):
    ids = ", ".join(map(str, partner_ids))
    return int(server.psql(f"SELECT count(*) FROM cobranza_reminder WHERE state = '{state}'"
                           f" AND partner_id IN ({ids})"))


def settled(server, partner_ids, expected):
    """Whether so many reminders were handed over and the mail queue is through with them."""
    if count(server, partner_ids, "sent") != expected or "outgoing" in mail_states(server):
        return False
    server.wait_for_jobs()
    return True


def mail_states(server):
    return server.psql("SELECT state FROM mail_mail").split()


def recipients(ledger, partner_ids):
    rows = ledger.env["res.partner"].read(partner_ids, ["email"])
    return [row["email"] for row in rows]


def unconfirmed(ledger, partner_ids):
    """Addresses of reminders of which nobody knows whether they arrived."""
    rows = ledger.env["cobranza.reminder"].search_read(
        [("partner_id", "in", partner_ids), ("delivery", "=", "unconfirmed")], ["recipient_email"])
    return {row["recipient_email"] for row in rows}
