"""Wrong or missing master data, over RPC: each yields a clear sentence and loses nothing."""
from datetime import date, timedelta

import pytest
from odoorpc.error import RPCError


@pytest.fixture
def policy(ledger):
    """A policy of its own for one test: 5 days reminder, 20 days reminder; its id."""
    return make_policy(ledger, [5, 20])


@pytest.fixture
def template(ledger):
    return ledger.env.ref("cobranza_dunning.mail_template_reminder").id


def make_policy(ledger, delays, **values):
    template_id = ledger.env.ref("cobranza_dunning.mail_template_reminder").id
    return ledger.env["cobranza.policy"].create({
        "name": "Policy under test", "company_id": ledger.company_id, "cadence_days": 0,
        "level_ids": [(0, 0, {"name": f"Level {delay}", "delay_days": delay, "gap_days": 0,
                              "template_id": template_id}) for delay in delays],
        **values})


def under(ledger, policy_id, number=1, amounts=(120.5,), **values):
    """New customers with an invoice each, all under this policy: (partner ids, move ids)."""
    partner_ids = ledger.customers(number, **values)
    move_ids = [ledger.invoice(partner_id, amount=amount)
                for partner_id, amount in zip(partner_ids, amounts, strict=True)]
    ledger.env["cobranza.debtor"].write(ledger.debtors(partner_ids), {"policy_id": policy_id})
    return partner_ids, move_ids


def decisions(ledger, partner_ids, mode="propose"):
    """Run for these customers; [(outcome, reason)] of every decision."""
    run_id = ledger.run(mode, partner_ids)
    assert ledger.read("cobranza.run", run_id, "state") == "done"
    rows = ledger.env["cobranza.run.line"].search_read(
        [("run_id", "=", run_id)], ["outcome", "reason"])
    return [(row["outcome"], row["reason"]) for row in rows]


def sentence(ledger, move_id):
    (explained,) = ledger.env["account.move"].cobranza_explain([move_id])
    return explained["sentence"]


def test_policy_without_levels(ledger):
    policy_id = make_policy(ledger, [])
    assert ledger.read("cobranza.policy", policy_id, "without_levels") is True
    partner_ids, (move_id,) = under(ledger, policy_id)
    assert decisions(ledger, partner_ids) == [("skip", "no_levels")]
    expected = "The policy has no levels: add one, or choose another policy."
    assert sentence(ledger, move_id) == expected
    assert ledger.reminders(partner_ids) == []


def test_two_levels_with_the_same_delay(ledger, policy, template):
    with pytest.raises(RPCError, match="same number of days: change one of them"):
        ledger.env["cobranza.policy.level"].create(
            {"policy_id": policy, "name": "Again", "delay_days": 5, "template_id": template})
    assert len(ledger.read("cobranza.policy", policy, "level_ids")) == 2


def test_level_without_template(ledger, policy):
    with pytest.raises(RPCError, match="“Silent” needs a text: choose the template it sends"):
        ledger.env["cobranza.policy.level"].create(
            {"policy_id": policy, "name": "Silent", "delay_days": 30})


def test_level_with_the_text_of_something_else(ledger, policy):
    other = ledger.env["mail.template"].search([("model", "=", "account.move")], limit=1)
    with pytest.raises(RPCError, match="is not a text for reminders"):
        ledger.env["cobranza.policy.level"].create(
            {"policy_id": policy, "name": "Wrong", "delay_days": 30, "template_id": other[0]})


def test_demand_as_first_level(ledger, template):
    with pytest.raises(RPCError, match="would demand without a reminder before it"):
        make_policy(ledger, [], level_ids=[(0, 0, {
            "name": "Pay!", "delay_days": 3, "kind": "demand", "template_id": template})])


def test_archived_template(ledger, template):
    """The lines are skipped with the reason; unarchived, they are reminded of."""
    copy = ledger.env["mail.template"].copy([template])
    copy = copy[0] if isinstance(copy, list) else copy
    policy_id = make_policy(ledger, [5])
    (level_id,) = ledger.read("cobranza.policy", policy_id, "level_ids")
    ledger.env["cobranza.policy.level"].write([level_id], {"template_id": copy})
    partner_ids, (move_id,) = under(ledger, policy_id)
    ledger.env["mail.template"].write([copy], {"active": False})
    assert decisions(ledger, partner_ids) == [("skip", "no_template")]
    assert "text" in sentence(ledger, move_id)
    assert ledger.read("cobranza.policy.level", level_id, "problem") == (
        "Its text is archived: choose another one.")
    ledger.env["mail.template"].write([copy], {"active": True})
    assert decisions(ledger, partner_ids) == [("remind", "level_reached")]


def test_template_archived_after_the_proposal(ledger, template, server):
    """What was proposed can still be read, approved and sent: nothing is lost."""
    copy = ledger.env["mail.template"].copy([template])
    copy = copy[0] if isinstance(copy, list) else copy
    policy_id = make_policy(ledger, [5])
    (level_id,) = ledger.read("cobranza.policy", policy_id, "level_ids")
    ledger.env["cobranza.policy.level"].write([level_id], {"template_id": copy})
    partner_ids, _moves = under(ledger, policy_id)
    ledger.run("propose", partner_ids)
    (reminder_id,) = ledger.reminders(partner_ids, "proposed")
    ledger.env["mail.template"].write([copy], {"active": False})
    assert "120.50" in ledger.read("cobranza.reminder", reminder_id, "body")
    ledger.env["cobranza.reminder"].action_approve([reminder_id])
    assert ledger.read("cobranza.reminder", reminder_id, "state") == "approved"
    with pytest.raises(RPCError):
        ledger.env["mail.template"].unlink([copy])


def test_template_with_an_error(ledger, template):
    """Refused when it is saved; one that fails for a single customer stops only his approval."""
    copy = ledger.env["mail.template"].copy([template])
    copy = copy[0] if isinstance(copy, list) else copy
    ledger.propose()    # Odoo tries the text with a reminder, if there is one
    with pytest.raises(RPCError, match=r"couldn.*t save your template"):
        ledger.env["mail.template"].write(
            [copy], {"body_html": '<p t-out="object.no_such_field"/>'})
    ledger.env["mail.template"].write(
        [copy], {"body_html": '<p t-out="1 / (object.amount_company - 413)"/>'})
    policy_id = make_policy(ledger, [5])
    (level_id,) = ledger.read("cobranza.policy", policy_id, "level_ids")
    ledger.env["cobranza.policy.level"].write([level_id], {"template_id": copy})
    (bad, good), _moves = under(ledger, policy_id, 2, amounts=[413, 414])
    assert decisions(ledger, [bad, good]) == [("remind", "level_reached")] * 2
    (broken,), (healthy,) = ledger.reminders([bad]), ledger.reminders([good])
    with pytest.raises(RPCError) as caught:
        ledger.env["cobranza.reminder"].action_approve([broken])
    assert "division by zero" in str(caught.value)
    ledger.env["cobranza.reminder"].action_approve([healthy])
    assert ledger.read("cobranza.reminder", broken, "state") == "proposed"
    assert ledger.read("cobranza.reminder", healthy, "state") == "approved"
    # the rest of the list can still be read, and the broken one cancelled
    ledger.env["cobranza.reminder"].action_cancel([broken], "Its text is broken")


def test_partner_without_address(ledger, policy):
    """Skipped with the reason; its account's other lines are decided on all the same."""
    partner_ids, (move_id,) = under(ledger, policy, email=False)
    assert decisions(ledger, partner_ids) == [("skip", "no_email")]
    assert "e-mail address" in sentence(ledger, move_id)
    ledger.env["res.partner"].write(partner_ids, {"email": "found@customers.test"})
    assert decisions(ledger, partner_ids) == [("remind", "level_reached")]


@pytest.mark.parametrize("email", ["nonsense", "a@b@c", "two@customers.test, three@customers.test",
                                   "“Ana” <ana@customers.test>", " spaced @ customers.test "])
def test_partner_with_an_odd_address(ledger, policy, email):
    """Whatever stands in the field: a decision, and a run that comes to its end."""
    partner_ids, _moves = under(ledger, policy, email=email)
    ((outcome, reason),) = decisions(ledger, partner_ids)
    assert (outcome, reason) in (("remind", "level_reached"), ("skip", "no_email"))
    for reminder_id in ledger.reminders(partner_ids, "proposed"):
        ledger.env["cobranza.reminder"].action_approve([reminder_id])
        ledger.env["cobranza.reminder"].action_send([reminder_id])
        values = ledger.read("cobranza.reminder", reminder_id, "state", "problem")
        assert values["state"] == "sent" or values["problem"]


def test_receivable_without_partner(ledger):
    """A journal entry's receivable nobody is named on: reported by the run, never dropped."""
    env = ledger.env
    company = [("company_ids", "in", [ledger.company_id])]
    (receivable,) = env["account.account"].search(
        [("account_type", "=", "asset_receivable"), *company], limit=1)
    (income,) = env["account.account"].search([("account_type", "=", "income"), *company], limit=1)
    (journal,) = env["account.journal"].search(
        [("type", "=", "general"), ("company_id", "=", ledger.company_id)], limit=1)
    due = str(date.today() - timedelta(days=30))
    move_id = env["account.move"].create({
        "move_type": "entry", "journal_id": journal, "date": due, "line_ids": [
            (0, 0, {"account_id": receivable, "debit": 55.0, "date_maturity": due}),
            (0, 0, {"account_id": income, "credit": 55.0})]})
    env["account.move"].action_post([move_id])
    run_id = ledger.run("propose")
    (line,) = env["cobranza.run.line"].search_read(
        [("run_id", "=", run_id), ("move_id", "=", move_id)],
        ["outcome", "reason", "residual", "sentence"])
    assert (line["outcome"], line["reason"], line["residual"]) == ("skip", "no_partner", 55)
    expected = "The journal item has no customer: set one, so that it can be chased."
    assert line["sentence"] == expected
    assert sentence(ledger, move_id) == line["sentence"]
    assert ledger.read("cobranza.run", run_id, "figures")["reasons"]["no_partner"] >= 1


def test_company_without_policy(ledger, server):
    """Every line says that there is none; a policy on the customer is enough."""
    partner_ids = ledger.customers(2)
    move_ids = ledger.invoices(partner_ids)
    own = make_policy(ledger, [5])
    ledger.env["cobranza.debtor"].write(ledger.debtors(partner_ids[1:]), {"policy_id": own})
    (policy_id, _name) = ledger.read("res.company", ledger.company_id, "cobranza_policy_id")
    ledger.env["res.company"].write([ledger.company_id], {"cobranza_policy_id": False})
    try:
        found = decisions(ledger, partner_ids)
        why = sentence(ledger, move_ids[0])
    finally:
        ledger.env["res.company"].write([ledger.company_id], {"cobranza_policy_id": policy_id})
    assert sorted(found) == [("remind", "level_reached"), ("skip", "no_policy")]
    assert why == "There is no policy: choose one in the settings or for the customer."


def test_policy_of_another_company(ledger):
    """It can't be chosen."""
    other = ledger.env["res.company"].search([("id", "!=", ledger.company_id)], limit=1)
    policy_id = make_policy(ledger, [], company_id=other[0])
    partner_id = ledger.customer()
    move_id = ledger.invoice(partner_id)
    for model, record_id, name in (
        ("cobranza.debtor", ledger.debtors([partner_id])[0], "policy_id"),
        ("account.move", move_id, "cobranza_policy_id"),
    ):
        with pytest.raises(RPCError, match=r"(?i)compan"):
            ledger.env[model].write([record_id], {name: policy_id})


def test_policy_in_use_can_not_be_deleted(ledger, policy):
    """Neither the company's, nor one whose levels were told, nor such a level."""
    (default, _name) = ledger.read("res.company", ledger.company_id, "cobranza_policy_id")
    ledger.env["cobranza.policy"].action_set_default([policy])
    try:
        with pytest.raises(RPCError, match="uses this policy: choose another one"):
            ledger.env["cobranza.policy"].unlink([policy])
    finally:
        ledger.env["cobranza.policy"].action_set_default([default])
    partner_ids, _moves = under(ledger, policy)
    ledger.run("propose", partner_ids)
    level_id = ledger.read("cobranza.policy", policy, "level_ids")[0]
    with pytest.raises(RPCError, match="archive it instead of deleting it"):
        ledger.env["cobranza.policy.level"].unlink([level_id])
    with pytest.raises(RPCError):
        ledger.env["cobranza.policy"].unlink([policy])


def test_nonsense_numbers(ledger):
    """Negative days and amounts are refused with a sentence each."""
    for values, words in (
        ({"cadence_days": -1}, "can't be negative"),
        ({"minimum_amount": -5}, "can't be negative"),
    ):
        with pytest.raises(RPCError, match=words):
            make_policy(ledger, [], **values)


def test_nonsense_runs(ledger):
    """A run for a day that isn't one, of nobody, in a mode that doesn't exist."""
    runs = ledger.env["cobranza.run"]
    with pytest.raises(RPCError):
        runs.create({"mode": "sideways"})
    with pytest.raises(RPCError):
        runs.create({"date": "31/12/2026"})
    with pytest.raises(RPCError, match="An automatic run sends today"):
        runs.action_execute([runs.create({"mode": "auto", "date": "2020-01-01"})])
    nobody = ledger.customer()
    assert ledger.debtors([nobody]) == []
    with pytest.raises(RPCError):
        runs.action_execute([999_999_999])
    with pytest.raises(RPCError):
        ledger.env["account.move"].cobranza_explain([ledger.invoice()], "yesterday")
