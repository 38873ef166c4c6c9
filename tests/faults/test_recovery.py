"""Work that stops in the middle for a reason of its own, and goes on afterwards."""
import pytest

from support.waiting import wait_until


@pytest.fixture
def in_background(server, ledger):
    """Every run goes on in the background."""
    set_param = ledger.env["ir.config_parameter"].set_param
    set_param("cobranza_dunning.foreground_lines", "0")
    yield
    set_param("cobranza_dunning.foreground_lines", False)


def test_background_run_that_stops_can_be_continued(server, ledger, in_background, connection):
    """Its form says why it stopped; nothing of it stays half done; it goes on where it was."""
    partner_ids = ledger.customers(5)
    ledger.invoices(partner_ids)
    # a fact that no rule can read: as if a module had spoilt it
    level = ledger.env["cobranza.policy.level"]
    policy_id = ledger.read("res.company", ledger.company_id, "cobranza_policy_id")[0]
    (level_id,) = level.search([("policy_id", "=", policy_id), ("delay_days", "=", 5)])
    with connection.cursor() as cr:
        cr.execute("UPDATE cobranza_policy_level SET kind = 'nonsense' WHERE id = %s", [level_id])
    connection.commit()
    run_id = ledger.run("propose", partner_ids)
    wait_until(lambda: ledger.read("cobranza.run", run_id, "state") != "running")
    stopped = ledger.read("cobranza.run", run_id, "state", "error", "line_ids")
    assert stopped["state"] == "failed"
    assert stopped["error"]
    assert stopped["line_ids"] == []
    assert ledger.reminders(partner_ids) == []

    with connection.cursor() as cr:
        cr.execute("UPDATE cobranza_policy_level SET kind = 'reminder' WHERE id = %s", [level_id])
    connection.commit()
    ledger.env["cobranza.run"].action_resume([run_id])
    wait_until(lambda: ledger.read("cobranza.run", run_id, "state") == "done")
    assert len(ledger.read("cobranza.run", run_id, "line_ids")) == 5
    assert len(ledger.reminders(partner_ids, "proposed")) == 5


def test_one_broken_text_holds_back_nobody_else(server, ledger):
    """Automatic: the customer whose text can't be made waits with the reason, others are told."""
    env = ledger.env
    template = env["mail.template"].copy([env.ref("cobranza_dunning.mail_template_reminder").id])
    template = template[0] if isinstance(template, list) else template
    env["mail.template"].write(
        [template], {"body_html": '<p t-out="1 / (object.amount_company - 517)"/>'})
    policy_id = env["cobranza.policy"].create({
        "name": "Automatic", "level_ids": [(0, 0, {
            "name": "By itself", "delay_days": 5, "approval": "auto", "template_id": template})]})
    partner_ids = ledger.customers(3)
    for partner_id, amount in zip(partner_ids, (516, 517, 518), strict=True):
        ledger.invoice(partner_id, amount=amount)
    env["cobranza.debtor"].write(ledger.debtors(partner_ids), {"policy_id": policy_id})
    run_id = ledger.run("auto", partner_ids)
    assert ledger.read("cobranza.run", run_id, "state") == "done"

    def told():
        """the two others got their mail"""
        return len(server.sink) == 2

    wait_until(told)
    rows = env["cobranza.reminder"].search_read(
        [("partner_id", "in", partner_ids)], ["partner_id", "state", "problem"])
    found = {row["partner_id"][0]: row for row in rows}
    assert [found[one]["state"] for one in partner_ids] == ["sent", "proposed", "sent"]
    assert found[partner_ids[1]]["problem"]
    assert not found[partner_ids[0]]["problem"]


@pytest.fixture
def connection(server):
    """A session of the database beside Odoo's."""
    with server.connect() as session:
        yield session
