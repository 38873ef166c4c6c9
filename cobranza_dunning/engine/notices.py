"""Which debts the insurer can be told about, and why not about the others."""

#: Why non-payment of a line can't be notified, in the order in which it is asked.
REFUSALS = ("not_insured", "notified", "not_due")


def refusal(line, used, today, insolvent_on=None):
    """Return the code of REFUSALS why a line can't be notified on `today`; None if it can.

    line: an insurance.Line.  used: what it takes up of its limit (cover.Cover.used): a line whose
    cover is lost can be notified all the same, the insurer may excuse that it was late.
    insolvent_on: the day of the debtor's insolvency; from then on what isn't due yet counts too.
    """
    if used <= 0:
        return "not_insured"
    if line.notified_on is not None:
        return "notified"
    is_insolvent = insolvent_on is not None and insolvent_on <= today
    return None if line.due < today or is_insolvent else "not_due"
