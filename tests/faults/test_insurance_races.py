"""Two people tell, or write down, the same thing about credit insurance at the same moment."""
from datetime import date, timedelta

import pytest
from odoorpc.error import RPCError

from support import insured
from support.together import at_once


@pytest.fixture
def policy_id(ledger):
    made = insured.policy(ledger)
    yield made
    insured.retire(ledger, made)


def test_two_people_notify_the_same_invoice(both, ledger, server, policy_id):
    """One notice is given; whoever comes second reads that the insurer has been told."""
    for turn in range(4):
        partner_id, _move_id, line_id = insured.debt(ledger, policy_id)
        results = at_once(*(
            lambda client=client, name=name, partner_id=partner_id, line_id=line_id:
                client.env["cobranza.insurance.notice"].notify(partner_id, [line_id], name)
            for client, name in zip(both, (f"A-{turn}", f"B-{turn}"), strict=True)))
        given = [one for one in results if isinstance(one, dict)]
        refused = [str(one) for one in results if isinstance(one, RPCError)]
        assert len(given) == 1, results
        assert "has been told about" in refused[0] or "has just been told" in refused[0]
        lines = server.psql(f"""SELECT count(*) FROM cobranza_insurance_notice_line
                                 WHERE move_line_id = {line_id} AND state = 'notified'""")
        assert lines.strip() == "1"


def test_the_same_notice_twice(both, ledger, server, policy_id):
    """A script that is impatient: both calls hear of the one notice."""
    partner_id, _move_id, line_id = insured.debt(ledger, policy_id)
    first, second = at_once(*(
        lambda client=client: client.env["cobranza.insurance.notice"].notify(
            partner_id, [line_id], "SAME")
        for client in both))
    assert first == second
    assert server.psql("SELECT count(*) FROM cobranza_insurance_notice"
                       " WHERE reference = 'SAME'").strip() == "1"


def test_two_upserts_of_the_same_reference(both, ledger, server, policy_id):
    """One decision is recorded; the other call hears that it is, or finds nothing to do."""
    partner_id = ledger.customer()
    row = {"policy": policy_id, "partner_id": partner_id, "amount": 900, "reference": "CL-RACE"}
    results = at_once(*(
        lambda client=client: client.env["cobranza.insurance.limit"].upsert([row])
        for client in both))
    statuses = [one[0]["status"] for one in results if isinstance(one, list)]
    refused = [str(one) for one in results if isinstance(one, RPCError)]
    assert "created" in statuses, results
    assert set(statuses) <= {"created", "unchanged"}
    assert all("was recorded a moment ago" in one for one in refused), refused
    assert server.psql("SELECT count(*) FROM cobranza_insurance_limit"
                       " WHERE reference = 'CL-RACE'").strip() == "1"
    (again,) = ledger.env["cobranza.insurance.limit"].upsert([row])
    assert again["status"] == "unchanged"


def test_payment_and_notice_at_once(both, ledger, policy_id):
    """A notice keeps what was open when it was given; the debt that was paid asks for nothing."""
    partner_id, move_id, line_id = insured.debt(ledger, policy_id)
    results = at_once(
        lambda: both[0].env["cobranza.insurance.notice"].notify(partner_id, [line_id], "PAID"),
        lambda: ledger.__class__(both[1]).pay(move_id),
    )
    assert ledger.read("account.move", move_id, "amount_residual") == 0
    if isinstance(results[0], dict):
        assert results[0]["amount"] == 600.0
    else:
        assert "isn't insured" in str(results[0])
    assert not ledger.env["cobranza.insurance.duty"].search([("partner_id", "=", partner_id)])


def test_two_people_bill_the_same_declaration(both, ledger, server):
    """One bill is made; whoever comes second waits for it, and reads that it is there."""
    last_month = date.today().replace(day=1) - timedelta(days=1)
    insurer_id, partner_id = ledger.customers(2)
    policy_id = insured.policy(
        ledger, kind="single_debtor", partner_id=partner_id, insurer_id=insurer_id,
        declares=True, declaration_from=str(last_month.replace(day=1)), premium_rate=2.5,
    )  # fmt: skip
    overdue = (date.today() - last_month).days - 30
    ledger.invoice(partner_id, overdue=overdue, amount=10000, insured=True)
    declarations = ledger.env["cobranza.insurance.declaration"]
    made = declarations.prepare(policy_id)["id"]
    declarations.action_declare([made])
    results = at_once(*(
        lambda client=client: client.env["cobranza.insurance.declaration"].action_bill([made])
        for client in both))
    insured.retire(ledger, policy_id)
    (refused,) = [str(one) for one in results if isinstance(one, RPCError)]
    assert "Already billed" in refused
    bills = server.psql(f"SELECT count(*) FROM account_move WHERE partner_id = {insurer_id}")
    assert bills.strip() == "1"


def test_two_people_renew_the_same_policy(both, ledger, server, policy_id):
    """There is one renewal, with the limits once; whoever comes second reads its name."""
    results = at_once(*(
        lambda client=client: client.env["cobranza.insurance.policy"].action_renew([policy_id])
        for client in both))
    (refused,) = [str(one) for one in results if isinstance(one, RPCError)]
    assert "There is “" in refused
    renewals = ledger.env["cobranza.insurance.policy"].search([("renews_id", "=", policy_id)])
    assert len(renewals) == 1
    insured.retire(ledger, renewals[0])
