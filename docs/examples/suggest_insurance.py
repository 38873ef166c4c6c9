#!/usr/bin/env python3
"""Print what more could be insured, and which limits to ask for; follow suggestions with --follow.

    ODOO_PASSWORD=... python suggest_insurance.py --db books --login ana --limit 20 --follow
"""
import sys

import connection


def main():
    parser = connection.make_parser(__doc__)
    parser.add_argument("--limit", type=int, default=10, help="at most so many")
    parser.add_argument("--customer", help="only this customer's")
    parser.add_argument("--follow", action="store_true",
                        help="mark the invoices, and record that limits were asked for")
    arguments, odoo = connection.log_in(parser)
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
