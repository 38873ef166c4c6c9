"""The live server as tests use it: an OdooServer with its mail sink and an RPC client."""
import itertools
import os
import shutil
from contextlib import contextmanager

import odoorpc
import psycopg2

from devenv import live, paths, postgres, templates
from smtpsink import Sink
from support.waiting import wait_until

PREFIX = "cobranza_live_"   # then the process id of the test run, then a number
_numbers = itertools.count(1)

# Odoo's other scheduled actions are no part of any test, nor are the mails of its demo data.
QUIET = """
    UPDATE ir_cron SET active = FALSE WHERE id NOT IN (
        SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND (
            module LIKE 'cobranza%' OR (module, name) = ('mail', 'ir_cron_mail_scheduler_action')));
    DELETE FROM mail_mail;
"""


#: How many scheduled actions are to run now.
DUE = """
    SELECT count(*) FROM ir_cron c
     WHERE c.active AND (c.nextcall <= now() AT TIME ZONE 'UTC' OR EXISTS (
         SELECT 1 FROM ir_cron_trigger t
          WHERE t.cron_id = c.id AND t.call_at <= now() AT TIME ZONE 'UTC'))
"""


# Tests run at any hour of any day: contact rules would keep mails back until Monday. A test that
# is about them chooses one.
ANY_HOUR = """
    UPDATE cobranza_policy SET contact_rule_id = NULL, contact_by_country = FALSE
"""

FORGET = "env.registry.clear_all_caches(); env.registry.signal_changes()"


class Live(live.OdooServer):
    """A running Odoo with a database of its own.

    .url .db .login .password: how to reach it. .sink: the mails it sent (see smtpsink.Sink).
    .odoo(): a logged-in odoorpc client, .new_client(): one of one's own.
    .shell(code): code in `odoo shell` (commit yourself!). .psql(sql): rows from the database.
    .kill() and .launch(): kill -9 and start again. .another(): a second server.
    .wake(): have scheduled actions that are due run now, .make_due(name): those that aren't yet.
    .wait_for_jobs(): until no scheduled action runs.
    """

    sink: Sink

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._clients = {}

    def odoo(self, login=None, password=None):
        """The odoorpc client of admin or of another user, who logs in once and stays so."""
        key = (login or self.login, password or self.password)
        if key not in self._clients:
            self._clients[key] = self.new_client(*key)
        return self._clients[key]

    def new_client(self, login=None, password=None):
        """A client that nobody else has: for a test that changes its context."""
        client = odoorpc.ODOO("127.0.0.1", port=self.port, timeout=300)
        client.login(self.db, login or self.login, password or self.password)
        return client

    def shell(self, code, **options):
        """Like OdooServer.shell; a server that runs already forgets what it had cached."""
        return super().shell(f"{code}\n{FORGET}\n", **options)

    def psql(self, sql):
        """Run SQL in the database; rows as lines, columns split by `|`."""
        return postgres.psql(sql, self.db)

    @contextmanager
    def connect(self):
        """A psycopg2 connection to the database, for what SQL alone can do; closed afterwards."""
        address = postgres.environ()
        connection = psycopg2.connect(dbname=self.db, host=address["PGHOST"],
                                      port=address["PGPORT"], user=address["PGUSER"])
        try:
            yield connection
        finally:
            connection.close()

    def wake(self):
        """Have the server look for due scheduled actions now; by itself it does once a minute."""
        postgres.psql(f"NOTIFY cron_trigger, '{self.db}'")

    def make_due(self, xml_id):
        """Have a scheduled action, named by its external id, run now."""
        module, name = xml_id.split(".")
        self.psql(f"""UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' WHERE id = (
                        SELECT res_id FROM ir_model_data
                         WHERE module = '{module}' AND name = '{name}')""")
        self.wake()

    def wait_for_jobs(self):
        """Wait until each scheduled action that is due has run, and none is running."""
        wait_until(self._nothing_is_due)
        self.psql("SELECT id FROM ir_cron FOR NO KEY UPDATE")    # Odoo locks those that run

    def _nothing_is_due(self):
        """No scheduled action is due; a server that just started has to be woken."""
        if self.psql(DUE).strip() == "0":
            return True
        self.wake()
        return False

    def lock_waits(self):
        """How many sessions of the database wait for somebody else's lock."""
        return int(self.psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                             " AND datname = current_database()"))

    def another(self):
        """A second server process on the same database; the caller stops it."""
        server = Live(self.db, workers=self.workers, crons=0, options=self.options)
        server.log = server.log.with_name(f"server-{self.db}-{server.port}.log")
        server.launch()
        return server


def start(addons=(), assets=False, workers=0, crons=0, options=()):
    """A Live on a fresh database (default: cobranza_dunning) with a sink; `finish` ends it."""
    _drop_leftovers()
    name = f"{PREFIX}{os.getpid()}_{next(_numbers)}"
    sink = Sink(paths.STATE / "test-mail" / name).start()
    templates.new_database(name, addons, assets=assets)
    postgres.psql(QUIET, name)
    if postgres.psql("SELECT to_regclass('cobranza_policy')", name).strip():
        postgres.psql(ANY_HOUR, name)
    server = Live(name, smtp_port=sink.port, workers=workers, crons=crons, options=options)
    server.sink = sink
    try:
        return server.start()
    except BaseException:
        finish(server)
        raise


def finish(server):
    """Stop server and sink, drop the database."""
    server.stop()
    server.sink.stop()
    templates.drop_database(server.db)
    shutil.rmtree(server.sink.folder, ignore_errors=True)


def _drop_leftovers():
    """Drop databases of test runs that were killed before they could."""
    for name in postgres.psql("SELECT datname FROM pg_database").split():
        if name.startswith(PREFIX) and not os.path.exists(f"/proc/{name.split('_')[2]}"):
            templates.drop_database(name)
