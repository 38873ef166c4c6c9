"""Two at once about one agreement, and a kill in its middle: each ends in a state that may be."""
import base64
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import uuid4

import pytest
import requests
from odoorpc.error import RPCError

from support.together import at_once
from support.waiting import wait_until

#: a picture of one pixel, which is as much of a signature as a test needs
PICTURE = base64.b64encode(base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg==")).decode()
AMOUNT = 120.5

#: a lock of this file's own, behind which processes wait for each other
START_LOCK = 4712

#: What the nightly look at agreements does; a conflict with the other one is tried again, as a
#: scheduled action is.
EVALUATE = f"""
from psycopg2.errors import SerializationFailure
env.cr.execute("SELECT pg_advisory_lock_shared({START_LOCK})")
env.cr.commit()
for _turn in range(5):
    try:
        env["cobranza.debtor"]._evaluate_agreements(env.company)
        env.cr.commit()
        break
    except SerializationFailure:
        env.cr.rollback()
"""


@pytest.fixture
def rebooked(ledger):
    """The company re-books what it agrees on."""
    companies = ledger.env["res.company"]
    companies.write([ledger.company_id], {"cobranza_plan_rebook": True})
    yield
    companies.write([ledger.company_id], {"cobranza_plan_rebook": False})


def offered(ledger):
    """A plan that waits for its signature: (id, id of its invoice)."""
    partner_id = ledger.customer()
    move_id = ledger.invoice(partner_id)
    plans = ledger.env["cobranza.plan"]
    plan_id = plans.propose(partner_id, {"count": 2})["plan_id"]
    plans.action_offer([plan_id])
    return plan_id, move_id


def sign(server, plan_id, token):
    """The customer signs on his page; what the page is answered."""
    answer = requests.post(
        f"{server.url}/my/plans/{plan_id}/sign", params={"access_token": token}, timeout=120,
        json={"jsonrpc": "2.0", "params": {"name": "Ana Customer", "signature": PICTURE}})
    return answer.json()["result"]


@contextmanager
def holding(server, table, record_id):
    """Hold a row, and yield a function that lets go once so many stand at it."""
    with server.connect() as connection:
        with connection.cursor() as cr:
            cr.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [record_id])

        def let_go(waiting=2):
            wait_until(lambda: server.lock_waits() >= waiting)
            connection.rollback()

        yield let_go


def entries(server, plan_id):
    """How many entries re-book a plan, and how many of them are reversed."""
    name = server.psql(f"SELECT name FROM cobranza_plan WHERE id = {plan_id}").strip()
    rows = server.psql(f"""SELECT count(*), count(r.id) FROM account_move m
                        LEFT JOIN account_move r ON r.reversed_entry_id = m.id
                                                AND r.state = 'posted'
                            WHERE m.ref = '{name}' AND m.state = 'posted'""")
    return tuple(map(int, rows.strip().split("|")))


def test_signed_while_it_is_cancelled(server, other, ledger, rebooked):
    """Whoever comes first: in the end it is cancelled, and the books are as they were."""
    plan_id, move_id = offered(ledger)
    token = server.psql(f"SELECT access_token FROM cobranza_plan WHERE id = {plan_id}").strip()
    plans = other.odoo().env["cobranza.plan"]
    with holding(server, "cobranza_plan", plan_id) as let_go:
        signed, cancelled = at_once(
            lambda: sign(server, plan_id, token),
            lambda: plans.action_cancel([plan_id], "He pays at once"), hold=let_go)
    assert cancelled is True
    plan = ledger.read("cobranza.plan", plan_id, "state", "signed_by", "late_amount")
    assert plan["state"] == "cancelled"
    was_signed = "redirect_url" in signed
    assert was_signed or "can't be signed any more" in signed["error"]
    assert bool(plan["signed_by"]) == was_signed
    assert entries(server, plan_id) == ((1, 1) if was_signed else (0, 0))
    assert ledger.read("account.move", move_id, "amount_residual") == AMOUNT
    (explained,) = ledger.env["account.move"].cobranza_explain([move_id])
    assert (explained["outcome"], explained["amount"]) == ("remind", AMOUNT)


def test_accepted_twice_at_once(server, other, ledger, rebooked):
    """The customer signs and a collector says that he agreed: it is re-booked once."""
    plan_id, _move_id = offered(ledger)
    token = server.psql(f"SELECT access_token FROM cobranza_plan WHERE id = {plan_id}").strip()
    plans = other.odoo().env["cobranza.plan"]
    with holding(server, "cobranza_plan", plan_id) as let_go:
        signed, accepted = at_once(
            lambda: sign(server, plan_id, token), lambda: plans.action_accept([plan_id]),
            hold=let_go)
    assert accepted is True
    assert "redirect_url" in signed or "can't be signed any more" in signed["error"]
    assert ledger.read("cobranza.plan", plan_id, "state") == "active"
    assert entries(server, plan_id) == (1, 0)


def test_two_promises_about_the_same_money(server, other, ledger):
    """What one has promised isn't left for the other."""
    partner_id = ledger.customer()
    ledger.invoice(partner_id)
    (debtor_id,) = ledger.debtors([partner_id])
    day = str(date.today() + timedelta(days=5))
    clients = (server.odoo(), other.odoo())
    with holding(server, "cobranza_debtor", debtor_id) as let_go:
        results = at_once(*(
            lambda client=client: client.env["cobranza.promise"].promise(partner_id, 100, day)
            for client in clients), hold=let_go)
    taken = [one for one in results if isinstance(one, dict)]
    assert len(taken) == 1, results
    assert any("20.50" in str(one) for one in results if isinstance(one, RPCError)), results
    rows = ledger.env["cobranza.promise"].search_read(
        [("partner_id", "=", partner_id)], ["amount", "state"])
    assert [(row["amount"], row["state"]) for row in rows] == [(100, "open")]


def dispute_on_his_page(server, debtor_id, token, line_id, reason_id):
    """The customer disputes a due line on the page of his account; the answer of the page."""
    page = f"{server.url}/my/account-balance/{debtor_id}"
    with requests.Session() as browser:
        form = browser.get(page, params={"access_token": token}, timeout=120).text
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', form).group(1)
        return browser.post(f"{page}/answer", timeout=120, allow_redirects=False, data={
            "access_token": token, "csrf_token": csrf, "nonce": str(uuid4()), "kind": "dispute",
            "line_id": line_id, "reason_id": reason_id, "text": "Nothing came"})


def test_disputed_while_it_is_credited(server, other, ledger):
    """A dispute about what is credited is refused, or ends by itself: nobody has to close it."""
    partner_id = ledger.customer()
    move_id = ledger.invoice(partner_id)
    (debtor_id,) = ledger.debtors([partner_id])
    # as his first link would have made it
    token = str(uuid4())
    server.psql(f"UPDATE cobranza_debtor SET access_token = '{token}' WHERE id = {debtor_id}")
    (line,) = ledger.env["account.move"].cobranza_explain([move_id])
    (reason_id,) = ledger.env["cobranza.dispute.reason"].search([("code", "=", "delivery")])
    env = other.odoo().env
    context = {"active_model": "account.move", "active_ids": [move_id]}
    reversals = env["account.move.reversal"].with_context(**context)
    journal_id = ledger.read("account.move", move_id, "journal_id")[0]
    wizard_id = reversals.create({"reason": "Nothing came", "journal_id": journal_id})
    reversals.refund_moves([wizard_id])
    (note_id,) = env["account.move"].search([("reversed_entry_id", "=", move_id)])
    with holding(server, "cobranza_debtor", debtor_id) as let_go:
        answer, posted = at_once(
            lambda: dispute_on_his_page(
                server, debtor_id, token, line["line_id"], reason_id),
            lambda: env["account.move"].action_post([note_id]), hold=let_go)
    assert not isinstance(posted, RPCError), posted
    assert ledger.read("account.move", move_id, "payment_state") == "reversed"
    disputes = ledger.env["cobranza.dispute"].search_read(
        [("partner_id", "=", partner_id)], ["state", "lapse_reason", "pausing"])
    assert answer.status_code == (303 if disputes else 422), answer.text
    assert len(disputes) <= 1
    for dispute in disputes:
        assert (dispute["state"], dispute["lapse_reason"]) == ("lapsed", "credited")
    assert ledger.env["mail.activity"].search_count(
        [("res_model", "=", "cobranza.dispute"),
         ("res_id", "in", [dispute["id"] for dispute in disputes])]) == 0


def test_two_evaluations_at_once(server, ledger):
    """A late installment and a broken promise are work for one person each, once."""
    plan_id, _move_id = offered(ledger)
    plans = ledger.env["cobranza.plan"]
    plans.action_accept([plan_id])
    partner_id = ledger.customer()
    ledger.invoice(partner_id)
    promise = ledger.env["cobranza.promise"].promise(partner_id, 100, str(date.today()))
    # a month and some days pass
    server.psql(f"""UPDATE cobranza_plan_installment SET date_due = date_due - 33
                     WHERE plan_id = {plan_id}""")
    server.psql(f"""UPDATE cobranza_promise SET date = date - 33, made_on = made_on - 40,
                           pause_until = pause_until - 33 WHERE id = {promise["id"]}""")
    with ThreadPoolExecutor(2) as pool, server.connect() as connection:
        with connection.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s)", [START_LOCK])
        evaluations = [pool.submit(server.shell, EVALUATE) for _process in range(2)]
        wait_until(lambda: server.lock_waits() == 2, 120)
        with connection.cursor() as cr:
            cr.execute("SELECT pg_advisory_unlock_all()")
        for one in evaluations:
            one.result()
    assert ledger.read("cobranza.promise", promise["id"], "state") == "broken"
    assert ledger.read("cobranza.plan", plan_id, "state") == "active"
    for debtor_id in (
        ledger.read("cobranza.plan", plan_id, "debtor_id")[0], *ledger.debtors([partner_id])
    ):
        assert ledger.env["mail.activity"].search_count(
            [("res_model", "=", "cobranza.debtor"), ("res_id", "=", debtor_id)]) == 1


def test_killed_between_acceptance_and_re_booking(server, ledger, rebooked, restart):
    """Both or neither: it is offered as before, and can be accepted, once."""
    plan_id, move_id = offered(ledger)
    (line,) = ledger.env["account.move"].cobranza_explain([move_id])
    with holding(server, "account_move_line", line["line_id"]), ThreadPoolExecutor(1) as pool:
        call = pool.submit(ledger.env["cobranza.plan"].action_accept, [plan_id])
        wait_until(server.lock_waits)
        server.kill()
        with pytest.raises(OSError):    # the connection broke
            call.result()
    assert entries(server, plan_id) == (0, 0)
    state = f"SELECT state FROM cobranza_plan WHERE id = {plan_id}"
    assert server.psql(state).strip() == "offered"

    restart(lambda: True)
    plans = server.new_client().env["cobranza.plan"]
    plans.action_accept([plan_id])
    plans.action_accept([plan_id])
    assert server.psql(state).strip() == "active"
    assert entries(server, plan_id) == (1, 0)
