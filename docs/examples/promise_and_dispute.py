#!/usr/bin/env python3
"""Write down that a customer pays an amount by a day, or doesn't accept one of an invoice.

    ODOO_PASSWORD=... python promise_and_dispute.py --db books --login ana \\
        promise "Ana Customer" 300 2026-12-18
    ODOO_PASSWORD=... python promise_and_dispute.py --db books --login ana \\
        dispute INV/2026/00042 25.50 price --until 2026-12-31
"""
import sys

import connection
import odoorpc


def main():
    parser = connection.make_parser(__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    promise = what.add_parser("promise")
    promise.add_argument("customer", help="name of the customer")
    promise.add_argument("amount", help="in the currency of what he owes")
    promise.add_argument("day", help="the day by which he pays, as 2026-12-31")
    dispute = what.add_parser("dispute")
    dispute.add_argument("number", help="number of the invoice")
    dispute.add_argument("amount", help="in the currency of the invoice")
    dispute.add_argument("reason", help="code of the reason: price, quantity, quality, …")
    dispute.add_argument("--until", help="the day to look again; default: as the policy says")
    arguments, odoo = connection.log_in(parser)
    try:
        return write_promise(odoo, arguments) if arguments.what == "promise" else write_dispute(
            odoo, arguments)
    except odoorpc.error.RPCError as refusal:
        # what can't be taken is refused with what to do instead
        print(refusal)
        return 1


def write_promise(odoo, arguments):
    """Write a promise down and print what rests, and until when."""
    customers = odoo.env["res.partner"].search([("name", "=", arguments.customer)])
    taken = odoo.env["cobranza.promise"].promise(
        customers[0] if customers else None, arguments.amount, arguments.day)
    print(f"{taken['amount']:,.2f} {taken['currency']} by {taken['date']}; "
          f"chased again from {taken['pause_until']}")
    for line in taken["lines"]:
        print(f"  {line['name']}, due {line['date_due']}: {line['amount']:,.2f}")
    return 0


def write_dispute(odoo, arguments):
    """Write a dispute of an invoice's oldest open due line down and print it."""
    lines = odoo.env["account.move.line"].search(
        [("move_id.name", "=", arguments.number), ("account_type", "=", "asset_receivable"),
         ("amount_residual_currency", ">", 0)], order="date_maturity", limit=1)
    raised = odoo.env["cobranza.dispute"].raise_dispute(
        lines[0] if lines else None, arguments.amount, arguments.reason, None, arguments.until)
    print(f"{raised['amount']:,.2f} {raised['currency']} disputed ({raised['reason_name']}); "
          f"looked at again on {raised['revisit_date']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
