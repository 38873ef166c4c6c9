#!/usr/bin/env python3
"""Print when money can be expected, week by week, and how much of it may be lost.

    ODOO_PASSWORD=... python forecast.py --db books --login ana
    ODOO_PASSWORD=... python forecast.py --db books --login ana --invoice INV/2026/00042
"""
import sys
from collections import defaultdict
from datetime import date, timedelta

import connection


def main():
    parser = connection.make_parser(__doc__)
    parser.add_argument("--invoice", help="when the money of this one is expected, and why")
    arguments, odoo = connection.log_in(parser)
    if arguments.invoice:
        return print_invoice(odoo, arguments.invoice)
    weeks = defaultdict(lambda: [0, 0])
    days = odoo.env["cobranza.expectation"].forecast()
    for one in days:
        week = weeks[monday(one["date"])]
        week[0] += one["amount"]
        week[1] += one["expected_amount"]
    # disputes, and what is with the insurer, have no day: they come last
    for day in sorted(weeks, key=lambda day: day or date.max):
        amount, coming = weeks[day]
        print(f"{day or 'no day':<12} open {amount:>14,.2f}  expected {coming:>14,.2f}")
    if days:
        print(f"{'all':<12} open {sum(one['amount'] for one in days):>14,.2f}  "
              f"may be lost {sum(one['provision_amount'] for one in days):,.2f} "
              f"{days[0]['currency']}")
    return 0


def monday(day):
    """The first day of a week; None for what has no day."""
    if not day:
        return None
    day = date.fromisoformat(day)
    return day - timedelta(days=day.weekday())


def print_invoice(odoo, number):
    """Print the parts of an invoice, each with its day and why that one."""
    Line = odoo.env["account.move.line"]
    ids = Line.search([("move_id.name", "=", number), ("account_type", "=", "asset_receivable")])
    if not ids:
        print(f"{number}: there is no such invoice, or you may not see it")
        return 1
    for part in Line.cobranza_expected(ids):
        print(f"{part['date'] or 'no day':<12} {part['amount']:>12,.2f} {part['currency']}  "
              f"{part['sentence']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
