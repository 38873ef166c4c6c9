"""Declarations, premiums and suggestions as scripts use them: plain values in and out."""
import base64
import json
from datetime import date, timedelta

import pytest

from support.insured import retire

LAST_MONTH = date.today().replace(day=1) - timedelta(days=1)
TOTAL_KEYS = {"partner_id", "customer", "country", "amount", "late_amount", "count"}
FIGURES = {"id", "state", "policy", "date_from", "date_to", "deadline", "currency", "amount",
           "late_amount", "count", "late_count", "premium_net", "premium_minimum", "premium_tax",
           "premium_total", "totals"}
SUGGESTED = {"id", "kind", "partner_id", "customer", "move_id", "invoice", "planned", "policy_id",
             "policy", "currency", "amount", "exposed_amount", "limit_amount", "premium_amount",
             "reason", "days_late", "average_delay", "broken_promise_count", "has_score", "score",
             "risk_points", "priority", "explanation"}


@pytest.fixture
def insured(books):
    """A policy for one customer whose sales are declared each month; (its id, the customer's).

    2.5 ‰ and 8 % tax.  Nobody else falls under it; it is archived afterwards.
    """
    year, partner_id = LAST_MONTH.year, books.customer()
    policy_id = books.env["cobranza.insurance.policy"].create(
        {
            "name": "Whole turnover", "company_id": books.company_id, "declares": True,
            "kind": "single_debtor", "partner_id": partner_id,
            "declaration_from": str(LAST_MONTH.replace(day=1)), "insure_by_default": False,
            "premium_rate": 2.5, "premium_tax": 8,
            "period_ids": [(0, 0, {"date_from": f"{year}-01-01", "date_to": f"{year + 1}-12-31"})],
        }
    )  # fmt: skip
    yield policy_id, partner_id
    retire(books, policy_id)


def sale(books, partner_id, amount, insured=True):
    """Post an invoice of the last day of last month; return its id."""
    overdue = (date.today() - LAST_MONTH).days - 30
    return books.invoice(partner_id, overdue=overdue, amount=amount, insured=insured)


def test_a_month_is_declared(books, insured):
    env, (policy_id, partner_id) = books.env, insured
    sale(books, partner_id, 10000)
    declarations = env["cobranza.insurance.declaration"]
    made = declarations.prepare(policy_id)
    assert made.keys() == FIGURES
    assert (made["state"], made["date_to"]) == ("draft", str(LAST_MONTH))
    assert (made["amount"], made["count"], made["late_amount"]) == (10000, 1, 0)
    assert (made["premium_net"], made["premium_tax"], made["premium_total"]) == (25, 2, 27)
    (total,) = made["totals"]
    assert total.keys() == TOTAL_KEYS
    assert (total["partner_id"], total["amount"]) == (partner_id, 10000)
    sale(books, partner_id, 500)
    assert declarations.prepare(policy_id, str(LAST_MONTH))["id"] == made["id"]

    file = declarations.export([made["id"]], "csv")
    assert file["name"].endswith(".csv")
    header, row, *rest = base64.b64decode(file["content"]).decode("utf-8-sig").splitlines()
    assert "10500.00" in row and rest == [] and header.startswith("Period from")
    book = declarations.export([made["id"]], "xlsx")
    assert base64.b64decode(book["content"])[:2] == b"PK"

    assert declarations.action_declare([made["id"]], "R-7", str(date.today())) is True
    told = declarations.figures([made["id"]])
    assert (told["state"], told["amount"]) == ("declared", 10500)
    json.dumps(declarations.read([made["id"]]))
    (line,) = env["cobranza.insurance.declaration.line"].search_read(
        [("declaration_id", "=", made["id"]), ("declared_amount", "=", 500)], [])
    assert (line["premium_amount"], line["late"], line["kind"]) == (1.25, False, "invoice")
    json.dumps(line)


def test_what_is_refused(books, insured, as_user):
    declarations, policy_id = books.env["cobranza.insurance.declaration"], insured[0]
    made = declarations.prepare(policy_id)
    for act, message in (
        (lambda: declarations.prepare("junk"), "under which insurance policy"),
        (lambda: declarations.prepare(policy_id, "soon"), "isn't a date"),
        (lambda: declarations.export([made["id"]], "pdf"), "use one of"),
        (lambda: declarations.write([made["id"]], {"state": "declared"}), "can't be set by hand"),
        (lambda: declarations.write([made["id"]], {"amount": 5}), "can't be set by hand"),
        (lambda: declarations.action_bill([made["id"]]), "declare it first"),
        (lambda: declarations.action_declare([made["id"]], None, "2999-01-01"), "lie ahead"),
    ):
        with pytest.raises(Exception, match=message):
            act()
    for login in ("collector", "auditor"):
        theirs = as_user(login).env["cobranza.insurance.declaration"]
        assert theirs.figures([made["id"]])["state"] == "draft"
        with pytest.raises(Exception, match="not allowed"):
            theirs.action_declare([made["id"]])
    with pytest.raises(Exception, match="not allowed"):
        as_user("clerk").env["cobranza.insurance.declaration"].figures([made["id"]])


def test_suggestions(books, insured):
    env, (policy_id, partner_id) = books.env, insured
    move_id = sale(books, partner_id, 10000, insured=False)
    suggestions = env["cobranza.insurance.suggestion"]

    def mine():
        return [one for one in suggestions.suggest() if one["partner_id"] == partner_id]

    (asked,) = mine()
    assert asked.keys() == SUGGESTED
    assert (asked["kind"], asked["limit_amount"]) == ("ask_limit", 10000)
    assert suggestions.action_ask_limit([asked["id"]], 12000) is True
    limits = env["cobranza.insurance.limit"]
    (limit,) = limits.search_read([("partner_id", "=", partner_id)], ["decision", "amount"])
    assert (limit["decision"], limit["amount"]) == ("requested", 12000)
    limits.create({"policy_id": policy_id, "partner_id": partner_id, "amount": 20000,
                   "effective": str(LAST_MONTH.replace(day=1))})
    (found,) = mine()
    assert (found["kind"], found["move_id"], found["amount"]) == ("insure", move_id, 10000)
    assert found["premium_amount"] == 25
    suggestions.action_dismiss([found["id"]], "Pays in advance",
                               str(date.today() + timedelta(days=9)))
    assert mine() == []
    suggestions.action_reopen([found["id"]])
    (again,) = mine()
    assert suggestions.action_insure([again["id"]]) is True
    assert books.read("account.move", move_id, "insured", "insured_amount") == {
        "id": move_id, "insured": True, "insured_amount": 10000}
    assert mine() == []
