#!/usr/bin/env python3
"""Record that the insurer was told of a customer who doesn't pay; file a claim about him.

    ODOO_PASSWORD=... python notify_and_claim.py --db books --login ana \\
        notify "Ana Customer" AFP-2210
    ODOO_PASSWORD=... python notify_and_claim.py --db books --login ana \\
        claim "Ana Customer" --costs 250
"""
import sys

import connection
import odoorpc


def main():
    parser = connection.make_parser(__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    notice = what.add_parser("notify")
    notice.add_argument("customer", help="name of the customer")
    notice.add_argument("reference", help="the insurer's")
    claim = what.add_parser("claim")
    claim.add_argument("customer", help="name of the customer")
    claim.add_argument("--reference", help="the insurer's, if it is known already")
    claim.add_argument("--costs", type=float, default=0, help="of collecting it")
    for one in (notice, claim):
        one.add_argument("--day", help="the day it was done, as 2026-12-31; default: today")
    arguments, odoo = connection.log_in(parser)
    customers = odoo.env["res.partner"].search([("name", "=", arguments.customer)])
    if not customers:
        print(f"{arguments.customer}: there is no such customer, or you may not see him")
        return 1
    try:
        tell = notify if arguments.what == "notify" else file_claim
        return tell(odoo, customers[0], arguments)
    except odoorpc.error.RPCError as refusal:
        # what can't be done is refused with what to do instead
        print(refusal)
        return 1


def notify(odoo, customer_id, arguments):
    """Record the notice about all that can be notified; the same reference once more adds none."""
    told = odoo.env["cobranza.insurance.notice"].notify(
        customer_id, None, arguments.reference, arguments.day or None)
    print(f"{told['amount']:,.2f} {told['currency']} notified on {told['notified_on']}, "
          f"{'late' if told['late'] else 'in time'} (deadline {told['deadline'] or 'none'})")
    for line in told["lines"]:
        print(f"  {line['name']}, due {line['date_due']}: {line['amount']:,.2f}")
    return 0


def file_claim(odoo, customer_id, arguments):
    """File the claim about all that is overdue; what the insurer owes is booked."""
    claim = odoo.env["cobranza.insurance.claim"].file_claim(
        customer_id, None, None, arguments.day or None, None, arguments.costs, arguments.reference)
    print(f"{claim['name']} is {claim['state']}: loss {claim['loss']:,.2f} {claim['currency']}, "
          f"covered {claim['covered']:,.2f}, the insurer owes {claim['expected']:,.2f}")
    for line in claim["lines"]:
        print(f"  {line['name']}, due {line['date_due']}: {line['loss']:,.2f}, "
              f"covered {line['covered']:,.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
