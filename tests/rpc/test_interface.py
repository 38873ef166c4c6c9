"""The names that outside scripts rely on: plain values over /jsonrpc and over /json/2."""
import json
from datetime import date, timedelta

import pytest

from support.waiting import wait_until

RUN_FIELDS = {"company_id", "date", "mode", "state", "line_ids", "reminder_ids", "figures"}
RUN_LINE_FIELDS = {"move_line_id", "partner_id", "outcome", "reason", "level_id", "next_date",
                   "amount"}
REMINDER_FIELDS = {"partner_id", "recipient_id", "level_id", "state", "line_ids", "body",
                   "subject", "mail_ids", "cancel_reason"}
REMINDER_LINE_FIELDS = {"move_line_id", "level_id", "amount", "currency_id"}
PLAN_FIELDS = {"partner_id", "line_ids", "amount", "installment_ids", "state", "currency_id",
               "kind", "origin", "paid_amount", "open_amount", "late_amount", "next_date"}
ANSWERED = {"decision", "reasons", "sentences", "amount", "currency", "installments", "interest",
            "counter_offers"}
EXPLAINED = {"line_id", "outcome", "reason", "sentence", "level", "level_id", "next_date", "amount",
             "policy", "policy_id", "policy_rule"}


@pytest.mark.parametrize(("model", "names", "selections"), [
    ("cobranza.run", RUN_FIELDS,
     {"mode": {"preview", "propose", "auto"}, "state": {"draft", "done", "failed"}}),
    ("cobranza.run.line", RUN_LINE_FIELDS, {"outcome": {"remind", "wait", "skip"}}),
    ("cobranza.reminder", REMINDER_FIELDS,
     {"state": {"proposed", "approved", "sent", "cancelled"}}),
    ("cobranza.reminder.line", REMINDER_LINE_FIELDS, {}),
    ("cobranza.block", {"debtor_id", "reason", "until"}, {}),
    ("cobranza.plan", PLAN_FIELDS,
     {"state": {"draft", "offered", "active", "fulfilled", "broken", "cancelled"},
      "kind": {"plan", "extension"}, "origin": {"manual", "portal"}}),
    ("cobranza.plan.line", {"move_line_id", "amount"}, {}),
    ("cobranza.plan.installment", {"date_due", "amount", "paid_amount", "state"},
     {"state": {"open", "partial", "late", "paid", "credited"}}),
    ("cobranza.promise", {"partner_id", "line_ids", "amount", "currency_id", "date", "state"},
     {"state": {"open", "kept", "partial", "broken", "cancelled"}}),
    ("cobranza.dispute", {"move_line_id", "amount", "reason_id", "revisit_date", "user_id",
                          "state", "lapse_reason"},
     {"state": {"open", "accepted", "rejected", "lapsed"},
      "lapse_reason": {"deleted", "cancelled", "reset", "credited"}}),
])
def test_fields(odoo, model, names, selections):
    """The stable fields and values are there."""
    fields = odoo.env[model].fields_get(list(names), ["type", "selection"])
    assert names <= set(fields)
    for name, values in selections.items():
        assert values <= {value for value, _label in fields[name]["selection"]}


@pytest.mark.parametrize("model", [
    "cobranza.run", "cobranza.run.line", "cobranza.reminder", "cobranza.reminder.line",
    "cobranza.debtor", "cobranza.policy", "cobranza.policy.level", "cobranza.block",
    "cobranza.plan", "cobranza.plan.line", "cobranza.plan.installment"])
def test_every_field_is_plain_json(odoo, books, model):
    """odoorpc's browse reads every field at once: none of ours may break that."""
    partner_ids, _moves, _reminders = books.propose()
    books.env["cobranza.plan"].propose(partner_ids[0], {"count": 2})
    books.env["cobranza.block"].create(
        {"debtor_id": books.debtors(partner_ids)[0], "reason": "Agreed by telephone"})
    record_id = odoo.env[model].search([], limit=1, order="id desc")
    record = odoo.env[model].browse(record_id[0])
    assert record.id == record_id[0]
    json.dumps(odoo.env[model].read(record_id))


def test_run_from_draft_to_sent(books, sink):
    """create, action_execute, approve, send, cancel: every step with its state."""
    env = books.env
    first, second = books.customers(2)
    move_ids = books.invoices([first, second], amount=99.95)
    debtor_ids = books.debtors([first, second])
    run_id = env["cobranza.run"].create({
        "company_id": books.company_id, "date": str(date.today()), "mode": "propose",
        "debtor_ids": [(6, 0, debtor_ids)]})
    assert books.read("cobranza.run", run_id, "state") == "draft"
    assert env["cobranza.run"].action_execute([run_id]) is True
    run = books.read("cobranza.run", run_id, *RUN_FIELDS)
    assert run["state"] == "done"
    assert run["figures"]["outcomes"] == {"remind": 2}

    lines = env["cobranza.run.line"].read(run["line_ids"], list(RUN_LINE_FIELDS))
    by_partner = {line["partner_id"][0]: line for line in lines}
    assert by_partner.keys() == {first, second}
    assert by_partner[first]["outcome"] == "remind"
    assert by_partner[first]["reason"] == "level_reached"
    assert by_partner[first]["level_id"][1]
    assert by_partner[first]["next_date"] is False
    assert by_partner[first]["amount"] == 99.95

    reminders = {one["partner_id"][0]: one for one in env["cobranza.reminder"].read(
        run["reminder_ids"], [*REMINDER_FIELDS, "id"])}
    assert reminders.keys() == {first, second}
    told = reminders[first]
    assert (told["state"], told["recipient_id"][0]) == ("proposed", first)
    assert "99.95" in told["body"] and told["subject"]
    line = books.read("cobranza.reminder.line", told["line_ids"][0], *REMINDER_LINE_FIELDS)
    assert line["amount"] == 99.95
    assert line["move_line_id"][0] == by_partner[first]["move_line_id"][0]

    assert env["cobranza.reminder"].action_approve([told["id"]]) is True
    assert books.read("cobranza.reminder", told["id"], "state") == "approved"
    assert env["cobranza.reminder"].action_send([told["id"]]) is True
    assert books.read("cobranza.reminder", told["id"], "state") == "sent"
    (mail_id,) = books.read("cobranza.reminder", told["id"], "mail_ids")
    wait_until(lambda: books.read("mail.mail", mail_id, "state") == "sent")
    assert books.read("cobranza.reminder", told["id"], "delivery", "delivery_error") == {
        "id": told["id"], "delivery": "delivered", "delivery_error": False}
    addresses = [books.read("res.partner", one, "email") for one in (first, second)]
    # the server's own scheduled actions may write to others meanwhile
    assert [len(sink.to(one)) for one in addresses] == [1, 0]

    other = reminders[second]["id"]
    env["cobranza.reminder"].action_cancel([other], "He paid in cash")
    assert books.read("cobranza.reminder", other, "state", "cancel_reason") == {
        "id": other, "state": "cancelled", "cancel_reason": "He paid in cash"}
    assert [len(sink.to(one)) for one in addresses] == [1, 0]
    assert len(move_ids) == 2


def test_cancel_with_the_reason_written_before(books):
    """`cancel_reason` may be a field's value as well as an argument; without one it is refused."""
    _partners, _moves, (reminder_id,) = books.propose()
    reminders = books.env["cobranza.reminder"]
    with pytest.raises(Exception, match="Say why the reminder is cancelled"):
        reminders.action_cancel([reminder_id])
    reminders.write([reminder_id], {"cancel_reason": "Disputed"})
    reminders.action_cancel([reminder_id])
    assert books.read("cobranza.reminder", reminder_id, "state") == "cancelled"


def test_cancel_with_a_day_leaves_a_pause(books):
    (partner_id,), (move_id,), (reminder_id,) = books.propose()
    until = str(date.today() + timedelta(days=20))
    books.env["cobranza.reminder"].action_cancel([reminder_id], "Promised by telephone", until)
    (block,) = books.env["cobranza.block"].search_read(
        [("partner_id", "=", partner_id)], ["reason", "until"])
    assert (block["reason"], block["until"]) == ("Promised by telephone", until)
    (explained,) = books.env["account.move"].cobranza_explain([move_id])
    assert (explained["outcome"], explained["next_date"]) == ("wait", until)


def test_explain(books):
    """Plain dicts with every promised key; a date as ISO string decides for that day."""
    move_id = books.invoice(overdue=2, amount=10)
    (explained,) = books.env["account.move"].cobranza_explain([move_id])
    assert explained.keys() >= EXPLAINED
    assert (explained["outcome"], explained["reason"]) == ("wait", "level_not_reached")
    assert explained["next_date"] == str(date.today() + timedelta(days=3))
    assert explained["next_date"][-2:] in explained["sentence"]
    assert explained["policy_rule"] == "company"

    (later,) = books.env["account.move.line"].cobranza_explain(
        [explained["line_id"]], date=explained["next_date"])
    assert (later["outcome"], later["amount"]) == ("remind", 10)


def test_plan_from_talk_to_its_end(books, call):
    """negotiate, propose, offer, accept, cancel: plain values, and every step with its state."""
    plans, partner_id = books.env["cobranza.plan"], books.customer()
    move_id = books.invoice(partner_id, amount=300)
    answer = plans.negotiate(partner_id, {"count": 3})
    assert answer.keys() == ANSWERED
    assert (answer["decision"], answer["amount"]) == ("propose", 300)
    assert [one.keys() for one in answer["installments"]] == [{"date_due", "amount"}] * 3
    counter = plans.negotiate(partner_id, {"until": str(date.today() + timedelta(days=400))})
    assert counter["decision"] in ("counter", "refuse")
    assert all({"text", "installments", "interest", "lines"} <= one.keys()
               for one in counter["counter_offers"])
    assert plans.search([("partner_id", "=", partner_id)]) == []

    made = plans.propose(partner_id, {"count": 3})
    assert made.keys() == ANSWERED | {"plan_id"}
    plan_id = made["plan_id"]

    def state():
        return books.read("cobranza.plan", plan_id, "state")

    assert state() == "draft"
    assert plans.action_offer([plan_id]) is True
    assert state() == "offered"
    assert plans.action_accept([plan_id]) is True
    assert state() == "active"
    plan = books.read("cobranza.plan", plan_id, *PLAN_FIELDS)
    rows = books.env["cobranza.plan.installment"].read(
        plan["installment_ids"], ["date_due", "amount", "paid_amount", "state"])
    assert [(row["date_due"], row["amount"]) for row in rows] == [
        (one["date_due"], one["amount"]) for one in answer["installments"]]
    books.pay(move_id, 150)
    rows = books.env["cobranza.plan.installment"].read(
        plan["installment_ids"], ["paid_amount", "state"])
    assert [(row["paid_amount"], row["state"]) for row in rows] == [
        (100, "paid"), (50, "partial"), (0, "open")]
    cancelled = call("cobranza.plan", "action_cancel", ids=[plan_id],
                     reason="He pays the rest at once")
    assert cancelled.json() is True
    assert books.read("cobranza.plan", plan_id, "state", "cancel_reason") == {
        "id": plan_id, "state": "cancelled", "cancel_reason": "He pays the rest at once"}


def test_background_run(books):
    """A large run comes back "running" and is done by the server's own thread."""
    partner_ids = books.customers(5)
    books.invoices(partner_ids)
    set_param = books.env["ir.config_parameter"].set_param
    set_param("cobranza_dunning.foreground_lines", "0")
    try:
        run_id = books.run("propose")
        assert books.read("cobranza.run", run_id, "state") == "running"

        def done():
            """the server's thread has done the run"""
            return books.read("cobranza.run", run_id, "state") != "running"

        wait_until(done, 60, pause=0.2)
    finally:
        set_param("cobranza_dunning.foreground_lines", False)
    run = books.read("cobranza.run", run_id, "state", "progress", "figures", "error")
    assert (run["state"], run["progress"], run["error"]) == ("done", 100, False)
    assert len(books.reminders(partner_ids, "proposed")) == 5


# --- /json/2 --------------------------------------------------------------------------------


def test_json2(books, call, sink):
    """The same path over Odoo's new interface, with an API key."""
    partner_id = books.customer()
    books.invoice(partner_id, amount=77)
    created = call("cobranza.run", "create", vals_list=[{
        "mode": "propose", "debtor_ids": [(6, 0, books.debtors([partner_id]))]}])
    assert created.status_code == 200, created.text
    run_ids = created.json()
    assert call("cobranza.run", "action_execute", ids=run_ids).json() is True
    (run,) = call("cobranza.run", "read", ids=run_ids, fields=["state", "reminder_ids"]).json()
    assert run["state"] == "done"
    ids = run["reminder_ids"]
    assert call("cobranza.reminder", "action_approve", ids=ids).json() is True
    assert call("cobranza.reminder", "action_send", ids=ids).json() is True
    (reminder,) = call("cobranza.reminder", "read", ids=ids, fields=["state"]).json()
    assert reminder["state"] == "sent"


def test_json2_explains(books, call):
    move_id = books.invoice()
    answer = call("account.move", "cobranza_explain", key="collector", ids=[move_id],
                  date=str(date.today()))
    assert answer.status_code == 200
    assert answer.json()[0]["outcome"] == "remind"


def test_json2_refusals(books, call):
    """What is refused is a 4xx with the sentence a person would have read."""
    run_id = books.run("preview", [books.customer()])
    twice = call("cobranza.run", "action_execute", ids=[run_id])
    assert twice.status_code == 422
    assert "This run was executed already" in twice.json()["message"]

    _partners, _moves, reminder_ids = books.propose()
    unapproved = call("cobranza.reminder", "action_send", ids=reminder_ids)
    assert unapproved.status_code == 422
    assert "approve them before sending" in unapproved.json()["message"]

    forged = call("cobranza.reminder", "write", ids=reminder_ids, vals={"state": "sent"})
    assert forged.status_code == 403
    assert "can't be set by hand" in forged.json()["message"]

    private = call("cobranza.reminder", "_set_approved", ids=reminder_ids)
    assert private.status_code == 403
    assert call("cobranza.reminder", "action_send", key="wrong").status_code == 401
    assert call("cobranza.nothing", "read").status_code == 404
