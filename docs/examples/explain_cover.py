#!/usr/bin/env python3
"""Print what of an invoice is insured, why, and until when something must be done.

    ODOO_PASSWORD=... python explain_cover.py --db books --login ana \\
        INV/2026/00042 --date 2026-05-03
"""
import argparse
import os
import sys

import odoorpc


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="ODOO_PASSWORD: password or API key.")
    parser.add_argument("number", nargs="+", help="number of an invoice")
    parser.add_argument("--date", help="a day in the past: what was believed then; later: what "
                                       "would hold then; default: today")
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
    Move = odoo.env["account.move"]
    missing = False
    for number in arguments.number:
        ids = Move.search([("name", "=", number)])
        if not ids:
            print(f"{number}: there is no such invoice, or you may not see it")
            missing = True
            continue
        covers = Move.cobranza_cover(ids, arguments.date or None)
        if not covers:
            print(f"{number}: nothing of it is to be insured")
        for cover in covers:
            print_cover(cover)
    return int(missing)


def print_cover(cover):
    """Print the cover of one due line; amounts are in the policy's currency."""
    print(f"{cover['name']}, due {cover['date_due']}: {cover['covered_amount']:,.2f} of "
          f"{cover['residual']:,.2f} {cover['currency']} covered at {cover['percentage']:g} %, "
          f"the insurer would pay {cover['insured_amount']:,.2f}")
    print(f"  {cover['state']} ({', '.join(cover['reasons'])}): {cover['sentence']}")
    if cover["next_duty"]:
        print(f"  {cover['next_duty']} by {cover['next_date']}")


if __name__ == "__main__":
    sys.exit(main())
