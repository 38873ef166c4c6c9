"""What was agreed on follows from the ledger and from decisions: nobody forges it over RPC."""
from datetime import date, timedelta

import pytest
from odoorpc.error import RPCError

SOON = str(date.today() + timedelta(days=5))
#: model -> what a script may not set of it, in each a value that would do harm.
FORGED = {
    "cobranza.promise": {
        "state": "kept", "paid_amount": 1.0, "pause_until": "2999-01-01", "grace": 999,
        "tolerance": 999.0, "made_on": "2026-01-01", "decided_on": SOON, "origin": "portal",
        "part_ids": [(5, 0, 0)], "partner_id": 1, "company_id": 2,
    },
    "cobranza.dispute": {
        "state": "accepted", "pausing": True, "decided_on": SOON, "decided_by_id": 1,
        "credited_before": 9.0, "lapse_reason": "deleted", "reject_reason": "No",
        "credit_note_id": 1, "origin": "portal", "partner_id": 1, "company_id": 2,
    },
    "cobranza.plan": {
        "state": "fulfilled", "amount": 1.0, "paid_amount": 1.0, "open_amount": 0.0,
        "late_amount": 0.0, "pause_until": "2999-01-01", "accepted_on": SOON, "broken_on": SOON,
        "offered_on": SOON, "signed_by": "Ana", "is_custom": False, "line_ids": [(5, 0, 0)],
        "access_token": "known", "origin": "portal", "partner_id": 1, "company_id": 2,
    },
    "cobranza.plan.installment": {
        "state": "paid", "paid_amount": 1.0, "net_amount": 0.0, "paid_on": SOON,
    },
}
CREATED = {
    "cobranza.promise": {"amount": 1, "date": SOON, "state": "kept"},
    "cobranza.dispute": {"amount": 1, "revisit_date": SOON, "state": "accepted"},
    "cobranza.plan": {"kind": "plan", "date": SOON, "amount": 1, "currency_id": 1},
}


@pytest.fixture(scope="module")
def agreed(books):
    """{model: id} of a promise, a dispute, a plan in force and its first installment."""
    partner_id, second_id = books.customer(), books.customer()
    move_id, second = books.invoice(partner_id, amount=300), books.invoice(second_id, amount=300)
    env = books.env
    (line_id,) = env["account.move.line"].search(
        [("move_id", "=", move_id), ("display_type", "=", "payment_term")])
    made = env["cobranza.plan"].propose(second_id, {"count": 3})
    assert second and made["plan_id"], made
    env["cobranza.plan"].action_accept([made["plan_id"]])
    return {
        "cobranza.promise": env["cobranza.promise"].promise(partner_id, 100, SOON)["id"],
        "cobranza.dispute": env["cobranza.dispute"].raise_dispute(line_id, 50, "price")["id"],
        "cobranza.plan": made["plan_id"],
        "cobranza.plan.installment": books.read(
            "cobranza.plan", made["plan_id"], "installment_ids")[0],
    }


@pytest.mark.parametrize("context", [
    {}, {"cobranza_gate": True}, {"cobranza_gate": "OPEN"},
    {"install_mode": True, "module": "cobranza_dunning", "tracking_disable": True},
])
@pytest.mark.parametrize("model", list(FORGED))
def test_states_and_figures(books, agreed, model, context):
    """One by one, so that no field hides behind another's refusal."""
    record_id, values = agreed[model], FORGED[model]
    before = books.read(model, record_id, *values)
    forged = books.env[model].with_context(**context)
    for name, value in values.items():
        with pytest.raises(RPCError) as caught:
            forged.write([record_id], {name: value})
        assert "by hand" in str(caught.value) or "stays as it is" in str(caught.value), name
    assert books.read(model, record_id, *values) == before


@pytest.mark.parametrize("model", list(CREATED))
def test_none_is_made_in_a_state_of_ones_own(books, agreed, model):
    debtor = books.read(model, agreed[model], "debtor_id")[0]
    before = books.env[model].search_count([])
    with pytest.raises(RPCError) as caught:
        books.env[model].create({"debtor_id": debtor, **CREATED[model]})
    assert "by hand" in str(caught.value)
    assert books.env[model].search_count([]) == before


@pytest.mark.parametrize(("model", "parts"), [
    ("cobranza.promise", "part_ids"),
    ("cobranza.plan", "line_ids"),
])
def test_what_it_covers_stays(books, agreed, model, parts):
    part_ids = books.read(model, agreed[model], parts)
    part_model = {"part_ids": "cobranza.promise.line", "line_ids": "cobranza.plan.line"}[parts]
    before = books.env[part_model].read(part_ids, ["amount"])
    for change in (
        lambda: books.env[part_model].write(part_ids, {"amount": 0.01}),
        lambda: books.env[part_model].unlink(part_ids),
        lambda: books.env[model].write([agreed[model]], {parts: [(2, part_ids[0], 0)]}),
    ):
        with pytest.raises(RPCError):
            change()
    assert books.env[part_model].read(part_ids, ["amount"]) == before


def test_private_methods(odoo, agreed):
    for model, method in (
        ("cobranza.promise", "_gated"), ("cobranza.dispute", "_lapse"), ("cobranza.plan", "_sign"),
        ("cobranza.plan", "_accept"), ("cobranza.plan", "_update_state"),
    ):
        with pytest.raises(RPCError, match="rivate"):
            odoo.execute(model, method, [agreed[model]])
