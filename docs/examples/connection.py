"""What all examples share: where the server is, and who logs in.

The password, or better an API key made in Odoo under "My Preferences > Security", is read from
the variable ODOO_PASSWORD (or --password).
"""
import argparse
import os
from urllib.parse import urlsplit

import odoorpc


def make_parser(documentation):
    """Return the parser of a script's command line; each script adds what it needs itself."""
    parser = argparse.ArgumentParser(
        description=documentation.splitlines()[0], epilog="ODOO_PASSWORD: password or API key.")
    parser.add_argument("--url", help="address of the server, instead of --host and --port")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--db", required=True, help="name of the database")
    parser.add_argument("--login", required=True)
    parser.add_argument("--password", default=os.environ.get("ODOO_PASSWORD"))
    return parser


def log_in(parser):
    """Read the command line and log in; returns (arguments, odoorpc client)."""
    arguments = parser.parse_args()
    if not arguments.password:
        parser.error("set ODOO_PASSWORD to your password or an API key")
    host, port, secure = arguments.host, arguments.port, False
    if arguments.url:
        address = urlsplit(arguments.url)
        secure = address.scheme == "https"
        host, port = address.hostname, address.port or (443 if secure else 80)
    odoo = odoorpc.ODOO(host, protocol="jsonrpc+ssl" if secure else "jsonrpc", port=port)
    odoo.login(arguments.db, arguments.login, arguments.password)
    return arguments, odoo
