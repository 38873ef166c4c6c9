#!/usr/bin/env python3
"""Record an insurer's decisions about limits from a CSV file; the same once more changes nothing.

    ODOO_PASSWORD=... python record_limits.py --db books --login ana limits.csv --yes
"""
import argparse
import csv
import os
import sys

import odoorpc


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="ODOO_PASSWORD: password or API key.")
    parser.add_argument("file", help="columns: vat, ref or insurer_number, amount, reference, …")
    parser.add_argument("--policy", help="number or name, if the company has several")
    parser.add_argument("--yes", action="store_true", help="record it; only shown without")
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
    with open(arguments.file, newline="", encoding="utf-8") as file:
        rows = [{key: text for key, text in row.items() if text} for row in csv.DictReader(file)]
    if arguments.policy:
        rows = [{"policy": arguments.policy, **row} for row in rows]
    # a row that is wrong leaves the others alone; a known reference is corrected, or from a later
    # day on the insurer's next decision
    answers = odoo.env["cobranza.insurance.limit"].upsert(rows, dry_run=not arguments.yes)
    for number, answer in enumerate(answers, 2):
        said = answer["message"] or (
            f"{answer['customer']}: {answer['before']:,.2f} -> {answer['after']:,.2f}")
        print(f"line {number}: {answer['status']}  {said}")
    if not arguments.yes:
        print("Nothing was recorded: say --yes.")
    return int(any(answer["status"] == "error" for answer in answers))


if __name__ == "__main__":
    sys.exit(main())
