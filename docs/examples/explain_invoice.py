#!/usr/bin/env python3
"""Print why an invoice is, or is not, reminded of today.

    ODOO_PASSWORD=... python explain_invoice.py --db books --login ana INV/2026/00042
"""
import sys

import connection


def main():
    parser = connection.make_parser(__doc__)
    parser.add_argument("number", nargs="+", help="number of an invoice")
    parser.add_argument("--date", help="the day to explain, as 2026-12-31; default: today")
    parser.add_argument("--lang", help="language of the sentences, as es_ES; default: the user's")
    arguments, odoo = connection.log_in(parser)
    if arguments.lang:
        odoo.env.context["lang"] = arguments.lang

    Move = odoo.env["account.move"]
    missing = False
    for number in arguments.number:
        ids = Move.search([("name", "=", number)])
        if not ids:
            print(f"{number}: there is no such invoice, or you may not see it")
            missing = True
            continue
        # what the nightly run would decide, from the same code: nothing is written
        explained = Move.cobranza_explain(ids, arguments.date or None)
        if not explained:
            print(f"{number}: nothing is open")
        for line in explained:
            print_line(line)
    return int(missing)


def print_line(line):
    """Print one due line: an invoice paid in installments has several."""
    print(f"{line['name']}, due {line['date_due']}: open {line['residual']:,.2f} "
          f"{line['currency']}, to chase {line['amount']:,.2f}")
    print(f"  {line['outcome']} ({line['reason']}): {line['sentence']}")
    if line["policy"]:
        print(f"  policy: {line['policy']} (rule: {line['policy_rule']})")
    for key, label in (("in_process", "payments in process"), ("paused", "paused"),
                       ("credit", "credits")):
        if line[key]:
            print(f"  less {label}: {line[key]:,.2f}")


if __name__ == "__main__":
    sys.exit(main())
