#!/usr/bin/env python3
"""Decide what waits for a person: disputes, promises, plans, and the segment of a customer.

    ODOO_PASSWORD=... python decide.py --db books --login ana accept-dispute 12 RINV/2026/00007
    ODOO_PASSWORD=... python decide.py --db books --login ana reject-dispute 12 "Signed on 3 May"
    ODOO_PASSWORD=... python decide.py --db books --login ana revisit-dispute 12 2026-12-31
    ODOO_PASSWORD=... python decide.py --db books --login ana take-back-promise 7
    ODOO_PASSWORD=... python decide.py --db books --login ana cancel-plan 4 "He pays at once"
    ODOO_PASSWORD=... python decide.py --db books --login ana segment "Ana Customer" 3 "Key account"
"""
import sys

import connection
import odoorpc

#: What can be decided -> the names of its arguments.
DECISIONS = {
    "accept-dispute": ("id", "credit_note"),
    "reject-dispute": ("id", "reason"),
    "revisit-dispute": ("id", "day"),
    "take-back-promise": ("id",),
    "offer-plan": ("id",),
    "cancel-plan": ("id", "reason"),
    "segment": ("customer", "id", "reason"),
}


def main():
    parser = connection.make_parser(__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    for name, arguments in DECISIONS.items():
        decision = what.add_parser(name)
        for one in arguments:
            decision.add_argument(one, type=int if one == "id" else str)
    arguments, odoo = connection.log_in(parser)
    try:
        print(decide(odoo.env, arguments))
    except odoorpc.error.RPCError as refusal:
        # what can't be done is refused with what to do instead
        print(refusal)
        return 1
    return 0


def decide(env, asked):
    """Do what was asked; returns a sentence about how it stands now."""
    subject, verb = asked.what.rpartition("-")[2], asked.what.rpartition("-")[0]
    if subject == "segment":
        customers = env["res.partner"].search([("name", "=", asked.customer)])
        accounts = env["cobranza.debtor"].search([("partner_id", "in", customers)])
        if not accounts:
            sys.exit(f"{asked.customer}: no customer with a collections account")
        env["cobranza.debtor"].set_segment(accounts, asked.id, asked.reason)
        return f"{asked.customer} is in segment {asked.id} now"
    model = env[f"cobranza.{subject}"]
    if verb == "accept":
        notes = env["account.move"].search([("name", "=", asked.credit_note)])
        if not notes:
            sys.exit(f"{asked.credit_note}: there is no such credit note, or you may not see it")
        model.action_accept([asked.id], notes[0])
    elif verb == "reject":
        model.action_reject([asked.id], asked.reason)
    elif verb == "revisit":
        model.action_revisit([asked.id], asked.day)
    elif verb == "offer":
        model.action_offer([asked.id])
    elif subject == "plan":
        model.action_cancel([asked.id], asked.reason)
    else:
        model.action_cancel([asked.id])
    (now,) = model.read([asked.id], ["display_name", "state"])
    return f"{now['display_name']}: {now['state']}"


if __name__ == "__main__":
    sys.exit(main())
