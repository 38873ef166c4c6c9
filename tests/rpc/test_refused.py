"""What nobody may do over RPC, with whatever context, and who may do nothing at all."""
import odoorpc
import pytest
from odoorpc.error import RPCError

#: every context by which somebody might try to pass the gate
FORGED = [
    {},
    {"cobranza_gate": True},
    {"cobranza_gate": "OPEN"},
    {"cobranza_gate": {"__class__": "object"}},
    {"install_mode": True, "module": "cobranza_dunning", "tracking_disable": True},
    {"import_file": True, "mail_notrack": True},
]

REMINDER_VALUES = {
    "state": "sent", "line_ids": [(5, 0, 0)], "text_body": "<p>Pay!</p>", "text_subject": "Pay!",
    "level_id": 1, "recipient_id": 1, "debtor_id": 1, "approved_by_id": 2, "approved_date":
    "2026-01-01 00:00:00", "sent_date": "2026-01-01", "sent_at": "2026-01-01 00:00:00",
    "mail_message_id": 1, "amount_company": 0, "is_edited": True, "text_outdated": False,
    "run_id": False, "lang": "es_ES", "problem": "none",
    "approval_count": 2, "proposer_id": False, "left_lines": [], "approval_ids": [(5, 0, 0)],
}


@pytest.fixture(scope="module", params=range(len(FORGED)), ids=lambda n: f"context{n}")
def forged(request, live):
    """An administrator's client with one of the forged contexts."""
    client = live.odoo()
    client.env.context.update(FORGED[request.param])
    return client


@pytest.fixture(scope="module")
def proposed(books):
    """The id of a proposed reminder; no test may succeed in changing it."""
    reminder_id = books.propose()[2][0]
    before = books.read("cobranza.reminder", reminder_id, *REMINDER_VALUES)
    yield reminder_id
    assert books.read("cobranza.reminder", reminder_id, *REMINDER_VALUES) == before


@pytest.fixture(scope="module")
def sent(books):
    """The id of a sent reminder."""
    reminder_ids = books.propose()[2]
    books.env["cobranza.reminder"].action_approve(reminder_ids)
    books.env["cobranza.reminder"].action_send(reminder_ids)
    return reminder_ids[0]


def refused(function, *arguments):
    """Call, and return the message of the refusal; fails if it isn't refused."""
    with pytest.raises(RPCError) as caught:
        function(*arguments)
    return str(caught.value)


def test_states_and_frozen_fields(forged, books, proposed):
    """One by one, so that no field hides behind another's refusal."""
    reminders = forged.env["cobranza.reminder"]
    for name, value in REMINDER_VALUES.items():
        message = refused(reminders.write, [proposed], {name: value})
        assert "can't be set by hand" in message, (name, message)
    run_id = books.read("cobranza.reminder", proposed, "run_id")[0]
    runs = forged.env["cobranza.run"]
    for name, value in (("state", "draft"), ("figures", {"lines": 0}), ("progress", 1.0)):
        assert "can't be set by hand" in refused(runs.write, [run_id], {name: value})


def test_reminders_and_lines_come_from_runs_only(forged, books, proposed):
    env = forged.env
    values = books.read("cobranza.reminder", proposed, "debtor_id", "recipient_id", "level_id",
                        "line_ids")
    (line_id,) = values["line_ids"]
    line = books.read("cobranza.reminder.line", line_id, "name", "level_id", "currency_id",
                      "date_due", "amount")
    copy = {**{key: value[0] if isinstance(value, list) else value for key, value in line.items()},
            "reminder_id": proposed}
    copy.pop("id")
    refused(env["cobranza.reminder.line"].create, copy)
    refused(env["cobranza.reminder.line"].write, [line_id], {"amount": 0.01})
    refused(env["cobranza.reminder.line"].unlink, [line_id])
    refused(env["cobranza.reminder"].create, {
        "debtor_id": values["debtor_id"][0], "recipient_id": values["recipient_id"][0],
        "level_id": values["level_id"][0], "date": "2026-01-01", "state": "approved"})
    refused(env["cobranza.reminder"].create, {"debtor_id": values["debtor_id"][0]})
    refused(env["cobranza.reminder"].copy, [proposed])
    run_id = books.read("cobranza.reminder", proposed, "run_id")[0]
    refused(env["cobranza.run.line"].create, {
        "run_id": run_id, "currency_id": 1, "outcome": "skip", "reason": "paused"})
    decisions = env["cobranza.run.line"].search([("run_id", "=", run_id)])
    refused(env["cobranza.run.line"].write, decisions, {"outcome": "skip"})
    refused(env["cobranza.run.line"].unlink, decisions)
    assert books.read("cobranza.reminder.line", line_id, "amount") == line["amount"]


def test_approvals_are_not_forged(forged, books, proposed):
    """Neither by a record of one's own nor by a colleague's."""
    approvals = forged.env["cobranza.reminder.approval"]
    refused(approvals.create, {"reminder_id": proposed, "user_id": 2, "amount": 1})
    refused(forged.env["cobranza.stop"].create, {"company_id": 1, "user_id": 2, "reason": "x"})
    reminder_id = books.propose()[2][0]
    books.env["cobranza.reminder"].action_approve([reminder_id])
    (given,) = approvals.search([("reminder_id", "=", reminder_id)])
    refused(approvals.write, [given], {"user_id": 1})
    refused(approvals.write, [given], {"withdrawn_at": "2026-01-01 00:00:00"})
    refused(approvals.unlink, [given])


def test_lines_can_not_be_reached_through_their_parent(forged, books, proposed):
    """Commands on one2many fields of debtor, run and reminder are no way around."""
    env = forged.env
    values = books.read("cobranza.reminder", proposed, "debtor_id", "run_id", "line_ids")
    (line_id,) = values["line_ids"]
    for command in ((1, line_id, {"amount": 1}), (2, line_id, 0), (3, line_id, 0), (5, 0, 0)):
        refused(env["cobranza.reminder"].write, [proposed], {"line_ids": [command]})
    for model, record_id, name in (
        ("cobranza.debtor", values["debtor_id"][0], "reminder_ids"),
        ("cobranza.run", values["run_id"][0], "reminder_ids"),
    ):
        for command in ((1, proposed, {"state": "sent"}), (0, 0, {"state": "sent"})):
            refused(env[model].write, [record_id], {name: [command]})
    assert books.read("cobranza.reminder", proposed, "state") == "proposed"


def test_what_left_stays(forged, books, sent):
    """A sent reminder can be neither edited nor deleted, nor can what it told."""
    names = ["subject", "body", "line_ids", "user_id", "level_id", "state"]
    before = books.read("cobranza.reminder", sent, *names)
    reminders = forged.env["cobranza.reminder"]
    for values in ({"subject": "x"}, {"body": "<p>x</p>"}, {"user_id": 2},
                   {"cancel_reason": "x"}, {"state": "cancelled"}):
        refused(reminders.write, [sent], values)
    refused(reminders.unlink, [sent])
    refused(reminders.action_cancel, [sent], "Changed my mind")
    refused(forged.env["cobranza.reminder.line"].unlink, before["line_ids"])
    assert books.read("cobranza.reminder", sent, *names) == before


@pytest.mark.parametrize(("model", "method"), [
    ("cobranza.reminder", "_set_approved"), ("cobranza.reminder", "_hand_over"),
    ("cobranza.reminder", "_deliver_email"), ("cobranza.reminder", "_update_state"),
    ("cobranza.reminder", "_gated"), ("cobranza.run", "_gated"), ("cobranza.run", "_work"),
    ("cobranza.run", "_cron_work"), ("cobranza.run.line", "_insert"),
    ("cobranza.reminder.line", "_insert_from_run"), ("cobranza.debtor", "_ensure"),
    ("cobranza.debtor", "_refresh_figures"), ("cobranza.facts", "_assess_in_chunks"),
])
def test_private_methods(odoo, proposed, model, method):
    assert "rivate" in refused(odoo.execute, model, method, [proposed])


def test_auditor_reads_and_changes_nothing(as_user, books, proposed):
    env = as_user("auditor").env
    (reminder,) = env["cobranza.reminder"].read([proposed], ["state", "subject", "body"])
    assert reminder["state"] == "proposed" and reminder["body"]
    move_id = books.invoice()
    assert env["account.move"].cobranza_explain([move_id])[0]["outcome"] == "remind"
    run_id = books.read("cobranza.reminder", proposed, "run_id")[0]
    draft = books.env["cobranza.run"].create({"mode": "propose"})
    (debtor_id,) = books.debtors([books.read("cobranza.reminder", proposed, "partner_id")[0]])
    for function, *arguments in (
        (env["cobranza.run"].create, {"mode": "preview"}),
        (env["cobranza.run"].action_execute, [draft]),
        (env["cobranza.run"].action_propose, [run_id]),
        (env["cobranza.run"].unlink, [run_id]),
        (env["cobranza.reminder"].action_approve, [proposed]),
        (env["cobranza.reminder"].action_send, [proposed]),
        (env["cobranza.reminder"].action_cancel, [proposed], "no"),
        (env["cobranza.reminder"].write, [proposed], {"subject": "x"}),
        (env["cobranza.reminder"].write, [proposed], {"user_id": 2}),
        (env["cobranza.debtor"].action_propose, [debtor_id]),
        (env["cobranza.debtor"].write, [debtor_id], {"user_id": 2}),
        (env["cobranza.block"].create, {"debtor_id": debtor_id, "reason": "no"}),
        (env["cobranza.policy"].create, {"name": "Mine"}),
    ):
        message = refused(function, *arguments)
        assert "not allowed" in message or "access" in message.lower(), message
    assert books.read("cobranza.run", draft, "state") == "draft"
    assert books.read("cobranza.reminder", proposed, "state") == "proposed"


@pytest.mark.parametrize("login", ["clerk", "customer"])
def test_outsiders_see_nothing(as_user, books, proposed, login):
    """Neither an internal user outside the groups nor a portal user."""
    env = as_user(login).env
    run_id = books.read("cobranza.reminder", proposed, "run_id")[0]
    for model in ("cobranza.run", "cobranza.run.line", "cobranza.reminder",
                  "cobranza.reminder.line", "cobranza.debtor", "cobranza.policy", "cobranza.block"):
        refused(env[model].search_read, [])
    refused(env["cobranza.run"].create, {"mode": "preview"})
    refused(env["cobranza.run"].action_execute, [run_id])
    refused(env["cobranza.reminder"].action_approve, [proposed])
    refused(env["cobranza.reminder"].action_send, [proposed])
    refused(env["account.move"].cobranza_explain, [books.invoice()])


def test_collector_works_but_decides_no_policy(as_user, books):
    """The collector runs and approves; policies are the manager's."""
    env = as_user("collector").env
    partner_ids, _moves, (reminder_id,) = books.propose()
    env["cobranza.reminder"].action_approve([reminder_id])
    assert books.read("cobranza.reminder", reminder_id, "state") == "approved"
    policy_id = books.read("res.company", books.company_id, "cobranza_policy_id")[0]
    refused(env["cobranza.policy"].write, [policy_id], {"cadence_days": 0})
    refused(env["cobranza.policy"].action_set_default, [policy_id])
    refused(env["cobranza.run"].write,
            [books.read("cobranza.reminder", reminder_id, "run_id")[0]], {"state": "draft"})
    assert partner_ids


def test_nobody_without_a_login(live):
    client = odoorpc.ODOO("127.0.0.1", port=live.port)
    with pytest.raises(RPCError):
        client.login(live.db, "admin", "wrong")
