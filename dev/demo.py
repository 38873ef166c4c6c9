"""`make demo`: a fresh demo company, its dunning run, the mails in a folder, the web client.

Run by the Makefile inside the environment. PORT: of the web client. SERVE=0: stop after the run.
What happens in the company is in demo_story.py; here are the database, the servers, the report.
"""
import datetime
import os
import shutil
import socket
import sys
import time

from devenv import background, live, paths, story, templates
from devenv.ui import SetupError, step
from smtpsink import Sink

DATABASE = "cobranza_demo"
MAIL = paths.STATE / "demo" / "mail"


def main():
    """The whole demo; returns the exit code."""
    port = int(os.environ.get("PORT") or 8069)
    if _serving():
        _check_free(port)
    shutil.rmtree(MAIL, ignore_errors=True)
    sink = Sink(MAIL).start()
    step(f"Making the database {DATABASE} ...")
    templates.new_database(DATABASE, story.ADDONS, assets=_serving())
    server = live.OdooServer(DATABASE, port=port, smtp_port=sink.port, crons=1)
    try:
        server.wire()
        step("Running the story of the demo company (about a minute) ...")
        # before the server runs: its scheduled actions would send the story's mails as well
        story.tell(server, show=True)
        _report(sink)
        if _serving():
            server.launch()
            _serve(server)
    finally:
        server.stop()
        sink.stop()
    return 0


def _serving():
    return os.environ.get("SERVE", "1") != "0"


def _check_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SetupError(f"port {port} is taken: make demo PORT={port + 1}") from None


def _report(sink):
    """Which .eml files the mail server wrote, and where."""
    today = datetime.date.today()
    messages = sink.messages
    of_today = [one for one in messages if one["Date"].datetime.astimezone().date() == today]
    folder = MAIL.relative_to(paths.ROOT)
    print(f"\nFicheros .eml: {len(messages)}, de ellos {len(of_today)} de hoy, en {folder}/")
    for message in of_today:
        print(f"  {message['X-Sink-Recipients']:<48} {message['Subject']}")


def _serve(server):
    """Keep serving until Ctrl-C."""
    print(f"\nAbra {server.url}/odoo\n"
          f"  usuario {server.login}, contraseña {server.password}: administración\n"
          "  usuario carmen, contraseña carmen: responsable de cobros\n"
          "  usuario ivan, contraseña ivan: gestor de cobros\n"
          "  usuario marta, contraseña marta: contable\n"
          "Con Ctrl-C se para; en segundo plano, con make stop.", flush=True)
    try:
        with background.noted("demo.py"):
            while server.process.poll() is None:
                time.sleep(1)
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"ERROR: {error}")
