"""Insured debts made through RPC, for tests against a live server."""
from datetime import date, timedelta

YEAR = date.today().year


def policy(books, **values):
    """Make an insurance policy that wants notice within 60 days of the due date; return its id."""
    return books.env["cobranza.insurance.policy"].create(
        {
            "name": "Póliza global", "company_id": books.company_id, "insure_by_default": False,
            "period_ids": [
                (0, 0, {"date_from": f"{YEAR - 1}-01-01", "date_to": f"{YEAR + 1}-12-31"})
            ],
            "deadline_ids": [(0, 0, {"duty": "notice", "base": "due", "days": 60})],
            **values,
        }
    )  # fmt: skip


def debt(books, policy_id, overdue=50, amount=600.0):
    """Make a customer with a limit of 1 000 and an insured, overdue invoice.

    Returns (partner id, move id, id of the due line).
    """
    partner_id = books.customer()
    books.env["cobranza.insurance.limit"].create(
        {"policy_id": policy_id, "partner_id": partner_id, "amount": 1000,
         "effective": f"{YEAR - 1}-01-01"}
    )  # fmt: skip
    move_id = books.invoice(
        partner_id, amount=amount, overdue=overdue, insured=True, insurance_policy_id=policy_id
    )
    (line_id,) = books.env["account.move.line"].search(
        [("move_id", "=", move_id), ("account_type", "=", "asset_receivable")]
    )
    return partner_id, move_id, line_id


def last_day(overdue=50):
    """The last day in time for the notice of a debt, as an ISO string."""
    return str(date.today() + timedelta(days=60 - overdue))


def retire(books, policy_id):
    """Archive a policy and put it last: what the next test sells falls under another one."""
    books.env["cobranza.insurance.policy"].write([policy_id], {"active": False, "sequence": 1000})
