#!/usr/bin/env python3
"""Say what would be accepted of a customer who wants to pay later; make the plan with --agree.

    ODOO_PASSWORD=... python negotiate_plan.py --db books --login ana "Ana Customer" --count 6
"""
import sys

import connection


def main():
    parser = connection.make_parser(__doc__)
    parser.add_argument("customer", help="name of a customer who owes something")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--count", type=int, help="in so many installments")
    how.add_argument("--each", type=float, help="in installments of this amount")
    how.add_argument("--until", help="all at once on this day")
    parser.add_argument("--period", choices=("week", "fortnight", "month"))
    parser.add_argument("--first", help="day of the first installment, as 2026-12-31")
    parser.add_argument("--down-payment", type=float, help="amount that is paid today")
    parser.add_argument("--currency", help="code, if he owes in several")
    parser.add_argument("--agree", action="store_true", help="put an acceptable offer into force")
    arguments, odoo = connection.log_in(parser)
    customers = odoo.env["res.partner"].search([("name", "=", arguments.customer)])
    if not customers:
        print(f"{arguments.customer}: there is no such customer, or you may not see him")
        return 1
    names = ("count", "each", "period", "first", "down_payment", "until", "currency")
    offer = {name: value for name in names if (value := getattr(arguments, name)) is not None}

    # nothing is written: the same answer as in the dialog and on the customer's page
    Plan = odoo.env["cobranza.plan"]
    answer = Plan.negotiate(customers[0], offer)
    print(f"{answer['amount']:,.2f} {answer['currency']}: {answer['decision']}")
    for sentence in answer["sentences"]:
        print(f"  {sentence}")
    for one in answer["installments"]:
        print(f"  {one['date_due']}  {one['amount']:12,.2f}")
    for counter in answer["counter_offers"]:
        print(f"  acceptable: {counter['text']}")
    if answer["decision"] not in ("accept", "propose"):
        return 1
    if arguments.agree:
        plan_id = Plan.propose(customers[0], offer)["plan_id"]
        Plan.action_accept([plan_id])
        plan = Plan.read([plan_id], ["name", "state", "pause_until"])[0]
        print(f"{plan['name']} is {plan['state']}; it breaks on {plan['pause_until']} unless paid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
