"""How a line that was told stands today, in one word for the customer."""

#: Nothing of the line is in the books any more: its invoice was cancelled or reset.
WITHDRAWN = "withdrawn"
PAID = "paid"
OPEN = "open"
#: Part of it is settled, on its way or being looked into; the rest is to pay.
PARTLY = "partly"
#: Nothing is to pay now, because payments are on their way, it is covered by credits, or it is left
#: alone: somebody looks into it, a plan covers it, or it is promised.
ARRIVING = "arriving"
CREDITED = "credited"
PAUSED = "paused"
PLANNED = "planned"
PROMISED = "promised"

#: Kinds of pauses (pauses.KINDS) that the customer calls by another name.
_AGREED = {"plan": PLANNED, "promise": PROMISED}


def standing(position, total, settled):
    """Return one of the words above.

    position: due.Position of the open item, payments that were only just started included;
    None if nothing of it is open.
    total: the item's original amount, in the same currency.
    settled: whether the item without anything open was paid or credited, not withdrawn.
    Where several things leave nothing to pay, the same one is named as in the explanation of a
    due line: pauses before credits before payments (dunning.assess); of several pauses the first.
    """
    if position is None or position.item.residual <= 0:
        return PAID if settled else WITHDRAWN
    if position.chaseable > 0:
        return OPEN if position.chaseable >= total else PARTLY
    if position.paused > 0:
        first = position.applied[0][0].kind if position.applied else None
        return _AGREED.get(first, PAUSED)
    return CREDITED if position.credit > 0 else ARRIVING
