#!/usr/bin/env python3
"""A first script: preview today's reminders, propose them, approve, send, and look what became.

    pip install odoorpc
    ODOO_PASSWORD=... python run_and_send.py --url https://books.example.com --db books --login ana

The password, or better an API key made in Odoo under "My Preferences > Security", is read from
the variable ODOO_PASSWORD (or --password). Nothing leaves before you answer "y" (or --yes).
"""
import sys
import time

import connection

DECISION_FIELDS = ["move_id", "partner_id", "date_due", "outcome", "reason", "level_id",
                   "next_date", "amount", "currency_id"]


def main():
    arguments, odoo = connection.log_in(make_parser())
    Reminder = odoo.env["cobranza.reminder"]
    company_id = odoo.env.user.company_id.id

    # 1. A preview decides on every open due line and writes nothing but those decisions.
    preview = execute_run(odoo, company_id, "preview", arguments)
    print_decisions(odoo, preview, arguments.limit)
    if not preview["figures"].get("outcomes", {}).get("remind"):
        print("There is nothing to remind of.")
        return 0
    if not arguments.yes and input("Propose, approve and send? [y/N] ").strip().lower() != "y":
        return 0

    # 2. A propose run decides anew and makes one reminder per customer and recipient.
    run = execute_run(odoo, company_id, "propose", arguments)
    print(f"Run {run['id']}: {run['figures'].get('created', 0)} reminders made, "
          f"{run['figures'].get('refreshed', 0)} brought up to date")
    to_send = Reminder.search([("run_id", "=", run["id"]), ("state", "=", "proposed")])
    if not to_send:
        print("All of it was proposed before and waits for approval: nothing new.")
        return 0

    # 3. Approval freezes the texts; sending checks the ledger again and fills the mail queue.
    Reminder.action_approve(to_send)
    Reminder.action_send(to_send)

    # 4. The state says what was decided, the delivery what became of the mail.
    print_reminders(wait_for_mails(odoo, to_send, arguments.timeout))
    return 0


def make_parser():
    parser = connection.make_parser(__doc__)
    parser.add_argument("--date", help="the day to decide for, as 2026-12-31; default: today")
    parser.add_argument("--yes", action="store_true", help="approve and send without asking")
    parser.add_argument("--limit", type=int, default=100, help="how many decisions are printed")
    parser.add_argument("--timeout", type=int, default=600, help="seconds to wait at most")
    return parser


def execute_run(odoo, company_id, mode, arguments):
    """Create a run, execute it, wait until it is done; return its values."""
    values = {"company_id": company_id, "mode": mode}
    if arguments.date:
        values["date"] = arguments.date    # left out, it is today where the company is
    Run = odoo.env["cobranza.run"]
    run_id = Run.create(values)
    Run.action_execute([run_id])

    # a small run is done now; a large one goes on in the background
    deadline = time.monotonic() + arguments.timeout
    while True:
        run = Run.read([run_id], ["state", "progress", "figures", "error"])[0]
        if run["state"] == "done":
            return run
        if run["state"] == "failed":
            sys.exit(f"Run {run_id} stopped: {run['error']}")
        if time.monotonic() > deadline:
            sys.exit(f"Run {run_id} is at {run['progress']:.0f} %; waited long enough.")
        print(f"Run {run_id}: {run['progress']:.0f} %", flush=True)
        time.sleep(1)


def print_decisions(odoo, run, limit):
    """Print a run's decisions, those to remind of first, and how many there are by reason."""
    RunLine = odoo.env["cobranza.run.line"]
    of_run = [("run_id", "=", run["id"])]
    lines = []
    for outcome in ("remind", "wait", "skip"):
        ids = RunLine.search([*of_run, ("outcome", "=", outcome)], limit=limit - len(lines))
        lines += RunLine.read(ids, DECISION_FIELDS) if ids else []
        if len(lines) >= limit:
            break
    print(f"{'Invoice':<22}{'Customer':<26}{'Due':<12}{'Outcome':<9}{'Reason':<20}"
          f"{'Level':<22}{'Next':<12}{'To chase':>14}")
    for line in lines:
        print(f"{name(line['move_id']):<22}{name(line['partner_id']):<26}"
              f"{line['date_due'] or '':<12}{line['outcome']:<9}{line['reason']:<20}"
              f"{name(line['level_id']):<22}{line['next_date'] or '':<12}"
              f"{line['amount']:>14,.2f} {name(line['currency_id'])}")
    figures = run["figures"]
    if figures.get("lines", 0) > len(lines):
        print(f"... and {figures['lines'] - len(lines)} more")
    for reason, count in sorted(figures.get("reasons", {}).items()):
        print(f"{count:>8}  {reason}")


def wait_for_mails(odoo, reminder_ids, timeout):
    """Wait until none of the mails is in the queue any more; return the reminders as dicts."""
    deadline = time.monotonic() + timeout
    while True:
        reminders = odoo.env["cobranza.reminder"].read(
            reminder_ids, ["partner_id", "recipient_email", "subject", "state", "delivery",
                           "delivery_error", "problem", "cancel_reason"])
        if all(one["delivery"] != "queued" for one in reminders) or time.monotonic() > deadline:
            return reminders
        time.sleep(1)


def print_reminders(reminders):
    for one in reminders:
        note = one["problem"] or one["cancel_reason"] or one["delivery_error"] or ""
        print(f"{name(one['partner_id']):<26}{one['recipient_email'] or '':<32}"
              f"{one['state']:<11}{one['delivery'] or '-':<11}{one['subject'] or ''}  {note}")


def name(value):
    """The name in a many2one as `read` returns it: [id, name], or False when empty."""
    return value[1] if value else ""


if __name__ == "__main__":
    sys.exit(main())
