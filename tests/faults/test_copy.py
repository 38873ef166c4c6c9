"""A copy of a database with reminders on their way: Odoo neutralises it, and nothing leaves."""
import subprocess

import pytest

from devenv import environment, postgres, templates
from support import live
from support.waiting import wait_until

QUEUE = "mail.ir_cron_mail_scheduler_action"
ACTIONS = """
    SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND (
        module = 'cobranza_dunning' OR (module, name) = ('mail', 'ir_cron_mail_scheduler_action'))
"""


@pytest.fixture
def copy(server):
    """Function that makes the neutralised copy and starts a server on it, with the same sink."""
    name = f"{server.db}_copy"
    copies = []

    def make():
        # PostgreSQL copies only what nobody is connected to
        server.stop()
        templates.drop_database(name)
        postgres.psql(f'CREATE DATABASE "{name}" TEMPLATE "{server.db}" STRATEGY FILE_COPY')
        neutralise = [*environment.odoo_command(), "neutralize", "-d", name]
        subprocess.run(neutralise, env=live.live._variables(), check=True, capture_output=True)
        # somebody gives it a mail server and switches all scheduled actions on
        copied = live.Live(name, smtp_port=server.sink.port, crons=1)
        copied.sink = server.sink
        copies.append(copied)
        postgres.psql(f"UPDATE ir_cron SET active = TRUE WHERE id IN ({ACTIONS})", name)
        return copied.start()

    yield make
    for one in copies:
        one.stop()
    templates.drop_database(name)
    # the other tests find nothing on its way, and an action that works
    server.psql(f"""
        UPDATE cobranza_attempt SET next_try = NULL WHERE next_try IS NOT NULL;
        UPDATE mail_mail SET state = 'cancel' WHERE state = 'outgoing';
        UPDATE cobranza_reminder SET state = 'cancelled' WHERE state IN ('proposed', 'approved');
        UPDATE ir_cron SET active = TRUE WHERE id IN ({ACTIONS})""")


def test_nothing_leaves_a_copy(server, ledger, copy):
    """Queued, refused for now, approved, and proposed: all four stay in the copy."""
    _partners, _moves, reminder_ids = ledger.propose(4)
    refused, queued, approved, _proposed = reminder_ids
    reminders = ledger.env["cobranza.reminder"]
    server.sink.mode = "reject=450"
    reminders.action_approve([refused, queued, approved])
    reminders.action_send([refused])
    wait_until(lambda: results(server, refused) == "refused_temporary")
    server.wait_for_jobs()
    server.psql(f"UPDATE ir_cron SET active = FALSE WHERE id IN ({ACTIONS})")
    reminders.action_send([queued])
    server.psql("UPDATE cobranza_reminder SET automatic = TRUE WHERE state = 'approved'")
    server.psql("UPDATE cobranza_attempt SET next_try = now() AT TIME ZONE 'UTC'"
                " WHERE next_try IS NOT NULL")
    assert results(server, queued) == "pending"
    server.sink.mode = "normal"
    copied = copy()

    for action in ("cobranza_dunning.ir_cron_work", "cobranza_dunning.ir_cron_daily", QUEUE):
        copied.make_due(action)
    copied.wait_for_jobs()
    copied.odoo().env["mail.mail"].process_email_queue()
    assert len(server.sink) == 0
    states = copied.psql("SELECT state, count(*) FROM cobranza_reminder WHERE id IN"
                         f" ({', '.join(map(str, reminder_ids))}) GROUP BY 1 ORDER BY 1").split()
    assert states == ["cancelled|2", "sent|2"]
    assert results(copied, queued) == "cancelled"
    assert copied.psql("SELECT 1 FROM cobranza_attempt WHERE next_try IS NOT NULL") == ""


def results(server, reminder_id):
    """The results of a reminder's attempts."""
    return server.psql("SELECT result FROM cobranza_attempt"
                       f" WHERE reminder_id = {reminder_id} ORDER BY number").strip()
