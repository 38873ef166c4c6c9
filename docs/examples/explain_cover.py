#!/usr/bin/env python3
"""Print what of an invoice is insured, why, and until when something must be done.

    ODOO_PASSWORD=... python explain_cover.py --db books --login ana \\
        INV/2026/00042 --date 2026-05-03
"""
import sys

import connection


def main():
    parser = connection.make_parser(__doc__)
    parser.add_argument("number", nargs="+", help="number of an invoice")
    parser.add_argument("--date", help="a day in the past: what was believed then; later: what "
                                       "would hold then; default: today")
    arguments, odoo = connection.log_in(parser)
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
