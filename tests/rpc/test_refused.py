"""What nobody may do over RPC, with whatever context, and who may do nothing at all."""
import odoorpc
import pytest
from odoorpc.error import RPCError

from support.waiting import wait_until

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
    "partner_id": 1, "company_id": 2, "kind": "demand", "date": "2026-01-01", "line_count": 9,
    "channel": "letter", "automatic": True, "recipient_rule": "person", "routed_recipient_id": 1,
    "not_before": False, "waits_for": "nothing", "thanked_date": "2026-01-01",
    "thanks_not_before": "2030-01-01 00:00:00", "text_short": "Pay!", "letter_id": 1,
    "contacted_at": "2026-01-01 00:00:00", "access_token": "known", "short_token": "known",
    "portal_opened_at": "2026-01-01 00:00:00",
}

#: What a user who may create something of these models would write, to see that he may not.
OUR_MODELS = (
    "cobranza.run", "cobranza.run.line", "cobranza.reminder", "cobranza.reminder.line",
    "cobranza.reminder.approval", "cobranza.attempt", "cobranza.debtor", "cobranza.policy",
    "cobranza.policy.level", "cobranza.policy.minimum", "cobranza.route", "cobranza.block",
    "cobranza.interaction", "cobranza.contact.role", "cobranza.contact.rule",
    "cobranza.contact.window", "cobranza.contact.cap", "cobranza.contact.check",
    "cobranza.stop", "cobranza.tone.term", "cobranza.promise", "cobranza.promise.line",
    "cobranza.dispute", "cobranza.dispute.reason", "cobranza.plan", "cobranza.plan.line",
    "cobranza.plan.installment", "cobranza.outcome", "cobranza.nonpayment.reason",
    "cobranza.script", "cobranza.script.objection", "cobranza.segment",
    "cobranza.insurance.approval", "cobranza.insurance.claim", "cobranza.insurance.claim.line",
    "cobranza.insurance.cover", "cobranza.insurance.deadline", "cobranza.insurance.declaration",
    "cobranza.insurance.declaration.line", "cobranza.insurance.declaration.total",
    "cobranza.insurance.duty", "cobranza.insurance.exposure", "cobranza.insurance.limit",
    "cobranza.insurance.notice", "cobranza.insurance.notice.line",
    "cobranza.insurance.percentage", "cobranza.insurance.period", "cobranza.insurance.policy",
    "cobranza.insurance.recovery", "cobranza.insurance.suggestion", "cobranza.insurance.use",
)


@pytest.fixture(scope="module", params=range(len(FORGED)), ids=lambda n: f"context{n}")
def forged(request, live):
    """An administrator's client with one of the forged contexts."""
    client = live.new_client()
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


def test_ledger_and_delivery_are_not_forged(forged, books, sent):
    """Neither attempts nor the mail in the queue nor what became of it are anybody's to write."""
    env = forged.env

    def has_left():
        """the mail has left: the program writes on the ledger no more"""
        return books.read("cobranza.reminder", sent, "delivery") == "delivered"

    wait_until(has_left)
    values = books.read("cobranza.reminder", sent, "mail_message_id", "attempt_ids")
    message_id, attempts = values["mail_message_id"][0], values["attempt_ids"]
    before = books.env["cobranza.attempt"].read(attempts)
    for function, *arguments in (
        (env["cobranza.attempt"].write, attempts, {"result": "bounced"}),
        (env["cobranza.attempt"].write, attempts, {"next_try": "2020-01-01 00:00:00"}),
        (env["cobranza.attempt"].unlink, attempts),
        (env["cobranza.attempt"].create, {"reminder_id": sent, "number": 9, "generation": 9,
                                          "partner_id": 1, "company_id": 1, "channel": "email",
                                          "key": "x", "result": "accepted"}),
        (env["cobranza.reminder"].write, [sent], {"attempt_ids": [(3, attempts[0], 0)]}),
        (env["cobranza.reminder"].write, [sent], {"attempt_ids": [(2, attempts[0], 0)]}),
        (env["mail.message"].write, [message_id], {"subject": "Pay or else"}),
        (env["mail.message"].write, [message_id], {"reply_to": "spy@evil.test"}),
        (env["mail.message"].unlink, [message_id]),
        (env["cobranza.reminder"].write, [sent],
         {"message_ids": [(1, message_id, {"body": "Pay!"})]}),
        (env["mail.notification"].create, {
            "mail_message_id": message_id, "res_partner_id": 3, "notification_type": "email",
            "notification_status": "bounce"}),
    ):
        assert refused(function, *arguments)
    notifications = env["mail.notification"].search([("mail_message_id", "=", message_id)])
    assert "by hand" in refused(
        env["mail.notification"].write, notifications, {"notification_status": "bounce"})
    assert books.env["cobranza.attempt"].read(attempts) == before


def test_answers_pauses_and_checks_are_not_forged(forged, books, sent):
    """Who waits for us, whose mail comes back and who might be contacted the program knows."""
    env = forged.env
    reminder = books.read("cobranza.reminder", sent, "debtor_id", "recipient_id")
    debtor_id, partner_id = reminder["debtor_id"][0], reminder["recipient_id"][0]
    interaction = {"debtor_id": debtor_id, "summary": "Called"}
    for name, value in (
        ("waiting", True), ("handled_by_id", 2), ("handled_at", "2026-01-01 00:00:00"),
        ("automatic", True), ("sender", "ceo@us.test"), ("message_id", 1), ("activity_id", 1),
        ("step_activity_id", 1), ("portal_nonce", "known"), ("company_id", 2), ("partner_id", 1),
    ):
        message = refused(env["cobranza.interaction"].create, {**interaction, name: value})
        assert "can't be set by hand" in message, (name, message)
    for name, value in (("cobranza_bounced_email", "a@b.test"), ("cobranza_bounced_at", False),
                        ("cobranza_bounced_reason", "x")):
        assert "by hand" in refused(env["res.partner"].write, [partner_id], {name: value})
        assert "by hand" in refused(
            env["res.partner"].write, [partner_id],
            {"child_ids": [(0, 0, {"name": "Ana", name: value or "2026-01-01 00:00:00"})]})
    for name, value in (("answer_waiting", False), ("paused", True), ("next_date", False),
                        ("last_contact_date", "2030-01-01"), ("overdue_amount", 0)):
        assert "can't be set by hand" in refused(
            env["cobranza.debtor"].write, [debtor_id], {name: value})
    refused(env["cobranza.contact.check"].create, {
        "debtor_id": debtor_id, "channel": "phone", "date": "2026-01-01 00:00:00",
        "moment": "2026-01-01 00:00:00", "outcome": "allow", "reason": "allowed"})
    stopped = books.env["cobranza.stop"].search([])
    if stopped:
        refused(env["cobranza.stop"].write, stopped, {"released_at": "2026-01-01 00:00:00"})


def test_import_and_the_client_are_no_way_around(forged, books, proposed):
    """What the web client calls, and a spreadsheet."""
    reminders = forged.env["cobranza.reminder"]
    refused(reminders.web_save, [proposed], {"state": "sent"}, {})
    refused(reminders.web_save, [], {"state": "sent"}, {})
    assert not reminders.name_create("Mine")    # a reminder has no name to be made of
    before = books.env["cobranza.reminder"].search_count([])
    for header, row in (
        (["debtor_id/.id", "state"], ["1", "sent"]),
        ([".id", "state"], [str(proposed), "sent"]),
        ([".id", "line_ids/amount"], [str(proposed), "0.01"]),
    ):
        result = reminders.load(header, [row])
        assert not result["ids"] and result["messages"], result
    assert books.env["cobranza.reminder"].search_count([]) == before


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


def test_auditor_writes_no_model_of_ours(as_user, odoo):
    """Whatever there is a record of: neither written, nor deleted, nor made, nor imported."""
    env = as_user("auditor").env
    for model in OUR_MODELS:
        assert not env[model].has_access([], "create"), model
        for record_id in odoo.env[model].search([], limit=1):
            refused(env[model].write, [record_id], {"create_uid": 1})
            refused(env[model].unlink, [record_id])


def test_auditor_decides_nothing(as_user, books, sent):
    """Every button of the new screens."""
    env = as_user("auditor").env
    values = books.read("cobranza.reminder", sent, "debtor_id", "recipient_id")
    debtor_id = values["debtor_id"][0]
    interaction = books.env["cobranza.interaction"].create(
        {"debtor_id": debtor_id, "summary": "Called"})
    for function, *arguments in (
        (env["cobranza.reminder"].action_set_recipient, [sent], values["recipient_id"][0]),
        (env["cobranza.reminder"].action_send_again, [sent]),
        (env["cobranza.reminder"].action_confirm_arrived, [sent]),
        (env["cobranza.reminder"].action_by_hand_done, [sent]),
        (env["cobranza.reminder"].action_not_reached, [sent]),
        (env["cobranza.reminder"].action_print_and_send, [sent]),
        (env["cobranza.reminder"].action_whatsapp, [sent]),
        (env["cobranza.reminder"].action_text_checked, [sent]),
        (env["cobranza.reminder"].action_reset_text, [sent]),
        (env["cobranza.reminder"].message_post, [sent]),
        (env["cobranza.debtor"].action_call, [debtor_id]),
        (env["cobranza.debtor"].cobranza_may_contact, [debtor_id], "phone"),
        (env["cobranza.interaction"].action_handled, [interaction]),
        (env["cobranza.stop.wizard"].create, {"reason": "x"}),
        (env["cobranza.settings"].create, {}),
        (env["cobranza.recipient.wizard"].create, {"reminder_id": sent, "recipient_id": 1}),
        (env["cobranza.resend.wizard"].create, {"interaction_id": interaction}),
        (env["account.move"].cobranza_resend, [books.invoice()]),
        (env["res.partner"].action_cobranza_resume_email, [values["recipient_id"][0]]),
    ):
        message = refused(function, *arguments)
        words = ("allowed", "access", "only collect", "security")
        assert any(one in message.lower() for one in words), message


def test_collector_decides_nothing_of_the_managers(as_user, books, sent):
    """Stops, limits, rules, tone and paused addresses."""
    env = as_user("collector").env
    recipient_id = books.read("cobranza.reminder", sent, "recipient_id")[0]
    for function, *arguments in (
        (env["cobranza.stop.wizard"].create, {"reason": "x"}),
        (env["cobranza.settings"].create, {"cobranza_limit_own": 0}),
        (env["cobranza.contact.rule"].create, {"name": "Always"}),
        (env["cobranza.tone.term"].create, {"phrase": "x", "family": "guilt"}),
        (env["res.partner"].action_cobranza_resume_email, [recipient_id]),
        (env["res.company"].write, [books.company_id], {"cobranza_limit_own": 0}),
    ):
        refused(function, *arguments)


@pytest.mark.parametrize("login", ["clerk", "customer"])
def test_outsiders_reach_no_model(as_user, odoo, login):
    """No model of ours is read, made, written or deleted, and no message of a reminder read."""
    env = as_user(login).env
    for model in OUR_MODELS:
        refused(env[model].search_read, [], ["id"])
        assert not env[model].has_access([], "create"), model
        for record_id in odoo.env[model].search([], limit=1):
            refused(env[model].read, [record_id], ["id"])
            refused(env[model].write, [record_id], {"create_uid": 1})
            refused(env[model].unlink, [record_id])
    assert env["mail.message"].search([("model", "like", "cobranza.")]) == []
    assert env["ir.attachment"].search([("res_model", "like", "cobranza.")]) == []


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
