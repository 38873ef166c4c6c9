#!/usr/bin/env python3
"""Prepare the declaration of a period's sales, save its file, and mark it as declared.

    ODOO_PASSWORD=... python declare_sales.py --db books --login ana P-1 --declare R-2026-05
"""
import base64
import os
import sys

import connection


def main():
    parser = connection.make_parser(__doc__)
    parser.add_argument("policy", help="number or name of the insurance policy")
    parser.add_argument("--date", help="a day of the period; default: the last one that is over")
    parser.add_argument("--format", choices=("csv", "csv_documents", "xlsx"), default="xlsx")
    parser.add_argument("--folder", default=".", help="where the file is saved")
    parser.add_argument("--declare", metavar="REFERENCE", help="it was sent: the insurer's answer")
    arguments, odoo = connection.log_in(parser)
    policies = odoo.env["cobranza.insurance.policy"].search(
        ["|", ("number", "=", arguments.policy), ("name", "=", arguments.policy)])
    if len(policies) != 1:
        print(f"{arguments.policy}: {len(policies)} policies have this number or name")
        return 1
    Declaration = odoo.env["cobranza.insurance.declaration"]
    # a draft is made anew each time; what was declared stays as it was sent
    made = Declaration.prepare(policies[0], arguments.date or None)
    print(f"{made['date_from']} to {made['date_to']}, by {made['deadline']}: "
          f"{made['amount']:,.2f} {made['currency']} in {made['count']} documents, "
          f"{made['late_amount']:,.2f} of it late; premium {made['premium_total']:,.2f}")
    for total in made["totals"]:
        print(f"  {total['customer'] or total['country'] or ''}: {total['amount']:,.2f}")
    file = Declaration.export([made["id"]], arguments.format)
    path = os.path.join(arguments.folder, os.path.basename(file["name"]))
    with open(path, "wb") as saved:
        saved.write(base64.b64decode(file["content"]))
    print(f"saved as {path}")
    if arguments.declare:
        Declaration.action_declare([made["id"]], arguments.declare)
        print(f"declared, {arguments.declare}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
