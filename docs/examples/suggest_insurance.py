#!/usr/bin/env python3
"""Print what more could be insured, and which limits to ask for; follow suggestions with --follow.

    ODOO_PASSWORD=... python suggest_insurance.py --db books --login ana --limit 20 --follow
"""
import argparse
import os
import sys

import odoorpc


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="ODOO_PASSWORD: password or API key.")
    parser.add_argument("--limit", type=int, default=10, help="at most so many")
    parser.add_argument("--customer", help="only this customer's")
    parser.add_argument("--follow", action="store_true",
                        help="mark the invoices, and record that limits were asked for")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--db", required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--password", default=os.environ.get("ODOO_PASSWORD"))
    arguments = parser.parse_args()
    if not arguments.password:
        parser.error("set ODOO_PASSWORD to your password or an API key")

    odoo = odoorpc.ODOO(arguments.host, port=arguments.port)
    odoo.login(arguments.db, arguments.login, arguments.password)
    Suggestion = odoo.env["cobranza.insurance.suggestion"]
    # the most important first; making them anew gives them new ids
    found = Suggestion.suggest()
    if arguments.customer:
        found = [one for one in found if one["customer"] == arguments.customer]
    followed = {"insure": Suggestion.action_insure, "ask_limit": Suggestion.action_ask_limit}
    for one in found[:arguments.limit]:
        print(f"{one['kind']}: {one['customer']} {one['invoice'] or ''} "
              f"{one['amount']:,.2f} {one['currency']}, premium {one['premium_amount']:,.2f}")
        print(f"  {one['explanation']}")
        # what stands in a draft's way is a person's to remove
        if arguments.follow and one["kind"] in followed:
            followed[one["kind"]]([one["id"]])
            print("  done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
