"""Limits and notices of non-payment as a script records them: plain values over RPC."""
import json
from datetime import date, timedelta

import pytest
from odoorpc.error import RPCError

from support import insured
from support.books import Books


@pytest.fixture(scope="module")
def policy_id(live):
    """A policy that the tests of this module share; it insures nothing by itself."""
    books = Books(live.odoo())
    made = insured.policy(books, number="RPC-1")
    yield made
    insured.retire(books, made)


# --- limits


def test_limits_are_recorded_once(books, policy_id):
    """A list of the insurer, sent twice: the second time nothing changes; then a correction."""
    one, two = books.customers(2)
    rows = [
        {"policy": policy_id, "partner_id": one, "amount": 1000, "effective": "2026-01-01",
         "reference": f"CL-{one}"},
        {"policy": "RPC-1", "partner_id": two, "decision": "refused",
         "reference": f"CL-{two}"},
    ]
    limits = books.env["cobranza.insurance.limit"]
    dry = limits.upsert(rows, dry_run=True)
    assert [(row["status"], row["id"]) for row in dry] == [("created", False)] * 2
    assert not limits.search([("partner_id", "in", [one, two])])

    made = limits.upsert(rows)
    assert [row["status"] for row in made] == ["created"] * 2
    again = limits.upsert(rows)
    assert [(row["status"], row["id"]) for row in again] == [
        ("unchanged", row["id"]) for row in made]
    assert limits.search_count([("partner_id", "in", [one, two])]) == 2

    (fixed,) = limits.upsert([{**rows[0], "amount": 1500}])
    assert fixed["status"] == "corrected"
    assert fixed["differences"] == {"amount": [1000, 1500]}
    assert books.read("cobranza.insurance.limit", fixed["id"], "corrects_id")[0] == made[0]["id"]


def test_a_wrong_row_leaves_the_others_alone(books, policy_id):
    partner_id = books.customer()
    answers = books.env["cobranza.insurance.limit"].upsert([
        {"policy": policy_id, "partner_id": 2**30, "amount": 5},
        {"policy": policy_id, "partner_id": partner_id, "amount": "many"},
        {"policy": policy_id, "partner_id": partner_id, "amount": 5, "colour": "red"},
        {"policy": policy_id, "partner_id": partner_id, "amount": 700},
    ])
    assert [row["status"] for row in answers] == ["error"] * 3 + ["created"]
    assert "There is no customer" in answers[0]["message"]
    assert "isn't an amount" in answers[1]["message"]
    assert "colour" in answers[2]["message"]


def test_limits_are_the_managers(books, as_user, policy_id):
    rows = [{"policy": policy_id, "partner_id": books.customer(), "amount": 5}]
    for login in ("auditor", "collector", "clerk", "customer"):
        with pytest.raises(RPCError):
            as_user(login).env["cobranza.insurance.limit"].upsert(rows)


# --- cover


def test_cover_as_of_a_day(books, as_user, policy_id):
    """Today it is covered; before it was entered nothing was; once notice is missed it is lost."""
    _partner, move_id, line_id = insured.debt(books, policy_id)
    cover = books.env["account.move"].cobranza_cover
    (today,) = cover([move_id], str(date.today()))
    assert (today["line_id"], today["date"], today["covered_amount"]) == (
        line_id, str(date.today()), 600.0)  # fmt: skip
    assert cover([move_id]) == [today]
    assert cover([move_id], str(date.today() - timedelta(days=1))) == []
    missed = date.fromisoformat(insured.last_day()) + timedelta(days=1)
    (later,) = cover([move_id], str(missed))
    assert (later["date"], later["covered_amount"], later["reason"]) == (
        str(missed), 0.0, "notice_missed")  # fmt: skip
    with pytest.raises(RPCError, match="isn't a date"):
        cover([move_id], "yesterday")
    with pytest.raises(RPCError):
        as_user("clerk").env["account.move"].cobranza_cover([move_id], str(date.today()))


def test_cover_before_posting(books, as_user, policy_id):
    """Drafts share the limit with what is owed, and the older one takes the place of the later."""
    partner_id, sold_id, sold_line_id = insured.debt(books, policy_id)    # 600 of 1 000
    older, later = (
        books.drafts([partner_id], overdue, amount, insured=True, insurance_policy_id=policy_id)[0]
        for overdue, amount in ((60, 500.0), (40, 200.0))
    )
    ask = books.env["account.move"].cobranza_cover_preview
    said = {one["move_id"]: one for one in ask([sold_id, later, older])}
    json.dumps(list(said.values()))
    assert set(said) == {older, later}
    assert (said[older]["covered_amount"], said[older]["missing_amount"]) == (500.0, 0.0)
    (displaced,) = said[older]["displaced"]
    assert (displaced["line_id"], displaced["move_id"], displaced["amount"]) == (
        sold_line_id, sold_id, 100.0)
    assert (said[later]["state"], said[later]["reason"]) == ("not_covered", "limit_full")
    assert said[later]["sentence"] == "Older debts use up the customer's limit."
    assert "200.00" in said[later]["advice"] and "more limit" in said[later]["advice"]
    assert said[later]["displaced"] == []
    (alone,) = ask([later])
    assert alone["covered_amount"] == 200.0
    assert books.read("account.move", older, "state") == "draft"
    with pytest.raises(RPCError):
        as_user("clerk").env["account.move"].cobranza_cover_preview([later])
    books.env["account.move"].action_post([older, later])
    done = {one["move_id"]: one for one in books.env["account.move"].cobranza_cover([older, later])}
    for move_id, one in said.items():
        assert {key: one[key] for key in done[move_id] if key != "name"} == {
            key: value for key, value in done[move_id].items() if key != "name"}


# --- notices


def test_a_notice_is_given_once(books, call, policy_id):
    """Over /jsonrpc and /json/2: the same reference once more gives the same answer."""
    partner_id, move_id, line_id = insured.debt(books, policy_id)
    told = books.env["cobranza.insurance.notice"].notify(partner_id, [line_id], f"AFP-{move_id}")
    assert told["state"] == "notified"
    assert told["notified_on"] == str(date.today())
    assert (told["deadline"], told["late"]) == (insured.last_day(), False)
    assert (told["amount"], told["covered_amount"]) == (600.0, 600.0)
    (line,) = told["lines"]
    assert (line["line_id"], line["move_id"], line["amount"]) == (line_id, move_id, 600.0)

    response = call(
        "cobranza.insurance.notice", "notify", partner_id=partner_id, line_ids=[line_id],
        reference=f"AFP-{move_id}",
    )  # fmt: skip
    assert response.status_code == 200, response.text
    assert response.json() == told
    json.dumps(books.env["cobranza.insurance.notice"].read([told["id"]]))
    (cover,) = books.env["account.move"].cobranza_cover([move_id])
    assert (cover["state"], cover["next_duty"]) == ("covered", False)


def test_what_is_refused_says_why(books, as_user, policy_id):
    partner_id, _move_id, line_id = insured.debt(books, policy_id)
    stranger_id, _move, _line = insured.debt(books, policy_id)
    notices = books.env["cobranza.insurance.notice"]
    for partner, lines, sentence in (
        (stranger_id, [line_id], "isn't a debt of"),
        (partner_id, [], "list of their ids"),
        (partner_id, ["x"], "don't exist"),
        (partner_id, [2**30], "don't exist"),
        ("nobody", [line_id], "there is no contact"),
    ):
        with pytest.raises(RPCError, match=sentence):
            notices.notify(partner, lines, "AFP-X")
    with pytest.raises(RPCError, match="isn't a date"):
        notices.notify(partner_id, [line_id], "AFP-X", "tomorrow")
    assert not notices.search([("partner_id", "in", [partner_id, stranger_id])])
    for login in ("auditor", "collector", "clerk", "customer"):
        with pytest.raises(RPCError):
            as_user(login).env["cobranza.insurance.notice"].notify(partner_id, [line_id], "AFP-X")
    told = notices.notify(partner_id)
    assert told["state"] == "draft"
    for values in ({"state": "notified"}, {"deadline": "2030-01-01"}, {"limit_amount": 9}):
        with pytest.raises(RPCError, match="can't be set by hand"):
            notices.write([told["id"]], values)
    with pytest.raises(RPCError, match="insurer's reference first"):
        notices.action_notify([told["id"]])
    assert books.read("cobranza.insurance.notice", told["id"], "state") == "draft"
