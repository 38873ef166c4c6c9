"""The live server as tests use it: an OdooServer with its mail sink and an RPC client."""
import itertools
import os
import shutil

import odoorpc
from devenv import live, paths, postgres, templates
from smtpsink import Sink

_numbers = itertools.count(1)


class Live(live.OdooServer):
    """A running Odoo with a database of its own.

    .url .db .login .password: how to reach it. .sink: the mails it sent (see smtpsink.Sink).
    .odoo(): a logged-in odoorpc client. .shell(code): code in `odoo shell` (commit yourself!).
    .psql(sql): rows from the database. .kill() and .launch(): kill -9 and start again.
    """

    sink: Sink

    def odoo(self, login=None, password=None):
        """An odoorpc client, logged in as admin or as another user."""
        client = odoorpc.ODOO("127.0.0.1", port=self.port, timeout=300)
        client.login(self.db, login or self.login, password or self.password)
        return client

    def psql(self, sql):
        """Run SQL in the database; rows as lines, columns split by `|`."""
        return postgres.psql(sql, self.db)


def start(addons=(), assets=False, workers=0, crons=0, options=()):
    """A Live on a fresh database (default: cobranza_dunning) with a sink; `finish` ends it."""
    name = f"cobranza_live_{os.getpid()}_{next(_numbers)}"
    sink = Sink(paths.STATE / "test-mail" / name).start()
    templates.new_database(name, addons, assets=assets)
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
