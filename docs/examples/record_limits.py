#!/usr/bin/env python3
"""Record an insurer's decisions about limits from a CSV file; the same once more changes nothing.

    ODOO_PASSWORD=... python record_limits.py --db books --login ana limits.csv --yes
"""
import csv
import sys

import connection


def main():
    parser = connection.make_parser(__doc__)
    parser.add_argument("file", help="columns: vat, ref or insurer_number, amount, reference, …")
    parser.add_argument("--policy", help="number or name, if the company has several")
    parser.add_argument("--yes", action="store_true", help="record it; only shown without")
    arguments, odoo = connection.log_in(parser)
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
