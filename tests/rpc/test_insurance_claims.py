"""A script files claims, records recoveries and reads how they stand; nothing can be forged."""
import json
from datetime import date, timedelta

import pytest
from odoorpc.error import RPCError

from support.insured import retire

YEAR = date.today().year
#: What a claim's figures may not be set to from outside.
FORGED = {"state": "paid", "accepted_amount": 1.0, "received_amount": 1.0, "expected_amount": 1.0,
          "filed_on": "2026-01-01", "open_amount": 0.0, "written_off_amount": 1.0}


@pytest.fixture(scope="module")
def policy(books):
    """A policy whose claims are booked on accounts of the company's own."""
    env = books.env
    def account(code, kind):
        return env["account.account"].create(
            {"name": f"Claims {code}", "code": code, "account_type": kind,
             "reconcile": kind in ("asset_receivable", "liability_payable")})
    policy_id = env["cobranza.insurance.policy"].create({
        "name": "Claims by script", "company_id": books.company_id, "insure_by_default": False,
        "law": False, "insurer_id": books.customer(name="Aseguradora Atlántica"),
        "insurer_account_id": account("440900", "asset_receivable"),
        "claim_account_id": account("438900", "asset_current"),
        "insurer_share_account_id": account("410900", "liability_payable"),
        "loss_account_id": account("650900", "expense"),
        "period_ids": [(0, 0, {"date_from": f"{YEAR - 1}-01-01", "date_to": f"{YEAR}-12-31"})]})
    yield policy_id
    retire(books, policy_id)


def insured(books, policy, amount=1000.0):
    """A customer with a limit who owes an insured invoice; (his id, the due line's)."""
    partner = books.customer()
    move = books.invoice(partner, amount=amount, overdue=40)
    books.env["account.move"].write([move], {"insured": True, "insurance_policy_id": policy})
    books.env["cobranza.insurance.limit"].create({
        "policy_id": policy, "partner_id": partner, "amount": 10 * amount,
        "effective": f"{YEAR - 1}-01-01", "recorded": f"{YEAR - 1}-01-01"})
    line, = books.env["account.move.line"].search(
        [("move_id", "=", move), ("account_type", "=", "asset_receivable")])
    return partner, line


def payment(books, partner, amount):
    """The credit item of a customer's payment that is matched with nothing."""
    number = books.env["account.payment"].create({
        "payment_type": "inbound", "partner_type": "customer", "partner_id": partner,
        "amount": amount, "company_id": books.company_id})
    books.env["account.payment"].action_post([number])
    line, = books.env["account.move.line"].search(
        [("payment_id", "=", number), ("account_type", "=", "asset_receivable")])
    return line


def test_file_accept_recover_and_take_back(books, policy):
    """Plain values all the way."""
    claims = books.env["cobranza.insurance.claim"]
    partner, line = insured(books, policy)
    found = claims.file_claim(partner, policy, [line], None, None, 100.0, "S-1")
    json.dumps(found)
    assert (found["state"], found["loss"], found["expected"]) == ("filed", 1000.0, 990.0)
    assert [one["line_id"] for one in found["lines"]] == [line]
    claim = found["id"]
    assert claims.action_accept([claim], 900) is True
    assert claims.as_dict([claim])["open"] == 900.0
    claims.write([claim], {"reference": "S-2"})
    recovered = claims.record_recovery([claim], payment(books, partner, 110.0))
    # 110 × 900 ÷ (1 000 + 100)
    assert (recovered["insurer_amount"], recovered["passed_on"]) == (90.0, "open")
    assert claims.as_dict([claim])["owed"] == 890.0
    moves = claims.as_dict([claim])["move_ids"]
    for row in books.env["account.move"].read(moves, ["state", "amount_total_signed"]):
        assert row["state"] == "posted"
    assert claims.action_cancel([claim], "By mistake") is True
    residual = books.read("account.move.line", line, "amount_residual")
    assert (claims.as_dict([claim])["state"], residual) == ("cancelled", 1000.0)


def test_what_the_insurer_pays_and_is_paid(books, policy):
    """Payments are registered, or taken from the books; cancelled, they are owed again."""
    claims, recoveries = (
        books.env[f"cobranza.insurance.{name}"] for name in ("claim", "recovery")
    )
    partner, _line = insured(books, policy)
    claim = claims.file_claim(partner, policy)["id"]
    claims.action_accept([claim])
    paid = claims.register_payment([claim], 400.0, None, None, "On account")
    json.dumps(paid)
    assert (paid["amount"], paid["open"]) == (400.0, 500.0)
    assert books.read("account.payment", paid["payment_id"], "memo") == "On account"
    insurer = books.read("cobranza.insurance.policy", policy, "insurer_id")[0]
    theirs = payment(books, insurer, 600.0)
    taken = claims.register_payment([claim], None, None, None, None, theirs)
    assert (taken["payment_line_id"], taken["amount"], taken["open"]) == (theirs, 500.0, 0.0)
    assert claims.as_dict([claim])["state"] == "paid"
    with pytest.raises(RPCError, match="Nothing is open here"):
        claims.register_payment([claim])
    books.env["account.payment"].action_draft([paid["payment_id"]])
    books.env["account.payment"].action_cancel([paid["payment_id"]])
    told = claims.as_dict([claim])
    assert (told["state"], told["open"]) == ("accepted", 400.0)
    claims.register_payment([claim])

    recovery = claims.record_recovery([claim], payment(books, partner, 100.0))
    passed = recoveries.register_payment([recovery["id"]])
    assert (passed["amount"], passed["open"]) == (90.0, 0.0)
    assert books.read("cobranza.insurance.recovery", recovery["id"], "passed_on") == "done"
    assert claims.action_close([claim]) is True


def test_what_cannot_be_filed_leaves_nothing(books, policy):
    claims = books.env["cobranza.insurance.claim"]
    partner, _line = insured(books, policy)
    before = claims.search_count([])
    his = (partner, policy)
    for arguments in ((0,), ("x",), (partner, 10**9), (*his, []), (*his, ["x"]),
                      (*his, None, "tomorrow"), (*his, None, "2999-01-01"),
                      (*his, None, None, "x"), (*his, None, None, None, -1)):
        with pytest.raises(RPCError) as error:
            claims.file_claim(*arguments)
        assert error.value.info["data"]["name"] == "odoo.exceptions.UserError", arguments
    assert claims.search_count([]) == before


@pytest.mark.parametrize("context", [{}, {"cobranza_gate": True}, {"cobranza_gate": "OPEN"}])
def test_nothing_is_forged(books, policy, context):
    claims = books.env["cobranza.insurance.claim"].with_context(**context)
    partner, line = insured(books, policy)
    claim = claims.file_claim(partner, policy)["id"]
    for name, value in FORGED.items():
        with pytest.raises(RPCError):
            claims.write([claim], {name: value})
    with pytest.raises(RPCError):
        claims.create({"debtor_id": books.debtors([partner])[0], "policy_id": policy,
                       "state": "paid"})
    recoveries = books.env["cobranza.insurance.recovery"].with_context(**context)
    with pytest.raises(RPCError):
        recoveries.create({"claim_id": claim, "date": str(date.today() - timedelta(days=1)),
                           "payment_line_id": line, "amount": 1})
    assert claims.as_dict([claim])["state"] == "filed"


def test_collectors_read_only(books, policy, as_user):
    partner, _line = insured(books, policy)
    claim = books.env["cobranza.insurance.claim"].file_claim(partner, policy)["id"]
    theirs = as_user("collector").env["cobranza.insurance.claim"]
    assert theirs.as_dict([claim])["expected"] == 900.0
    for call in (lambda: theirs.file_claim(partner, policy), lambda: theirs.action_accept([claim]),
                 lambda: theirs.action_cancel([claim])):
        with pytest.raises(RPCError):
            call()
    with pytest.raises(RPCError, match="register payments, or manages collections"):
        as_user("auditor").env["cobranza.insurance.claim"].register_payment([claim])
    # this collector is a bookkeeper, and registers payments
    assert theirs.register_payment([claim], 100.0)["open"] == 800.0
