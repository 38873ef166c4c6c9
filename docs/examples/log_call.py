#!/usr/bin/env python3
"""Ask whether a customer may be called now, and write down what came of the call.

    ODOO_PASSWORD=... python log_call.py --db books --login ana "Talleres Ría" no_answer
"""
import sys

import connection
import odoorpc


def main():
    parser = connection.make_parser(__doc__)
    parser.add_argument("customer", help="name of the customer, or his number in Odoo (ref)")
    parser.add_argument("outcome", nargs="?", help="code of an outcome; without one only ask")
    parser.add_argument("--reason", help="code of a reason for not paying")
    parser.add_argument("--note", help="what was said")
    parser.add_argument("--next-step", help="what is to be done next")
    parser.add_argument("--next-step-date", help="its day, as 2026-12-31: makes an activity")
    arguments, odoo = connection.log_in(parser)
    Debtor = odoo.env["cobranza.debtor"]
    found = Debtor.search_read(
        ["|", ("partner_id.name", "=", arguments.customer),
         ("partner_id.ref", "=", arguments.customer)], ["partner_id"])
    if len(found) != 1:
        print(f"{arguments.customer}: {len(found)} customers with a collections account")
        return 1
    (debtor,) = found
    # the answer is kept in the register of contact checks, whatever it is
    answer = Debtor.cobranza_may_contact([debtor["id"]], "phone")
    print(answer["sentence"])
    if not arguments.outcome:
        return 0
    try:
        call = odoo.env["cobranza.interaction"].log_contact(
            debtor["partner_id"][0], arguments.outcome, reason=arguments.reason,
            note=arguments.note, next_step=arguments.next_step,
            next_step_date=arguments.next_step_date)
    except odoorpc.error.RPCError as refused:
        # such as an outcome that isn't in the list, or a reason that may not be asked
        print(refused)
        return 1
    print(f"Written down as {call['id']}: {call['summary']}"
          f"{', the right person' if call['right_party'] else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
