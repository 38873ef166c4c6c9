"""How a line that was told stands today, in one word for the customer."""

#: Nothing of the line is in the books any more: its invoice was cancelled or reset.
WITHDRAWN = "withdrawn"
PAID = "paid"
OPEN = "open"
#: Part of it is settled, on its way or being looked into; the rest is to pay.
PARTLY = "partly"
#: Nothing is to pay now, because payments are on their way, it is paused, or covered by credits.
ARRIVING = "arriving"
PAUSED = "paused"
CREDITED = "credited"


def standing(position, total, settled):
    """Return one of the words above.

    position: due.Position of the open item, payments that were only just started included;
    None if nothing of it is open.
    total: the item's original amount, in the same currency.
    settled: whether the item without anything open was paid or credited, not withdrawn.
    Where several things leave nothing to pay, the same one is named as in the explanation of a
    due line: pauses before credits before payments (dunning.assess).
    """
    if position is None or position.item.residual <= 0:
        return PAID if settled else WITHDRAWN
    if position.chaseable > 0:
        return OPEN if position.chaseable >= total else PARTLY
    if position.paused > 0:
        return PAUSED
    return CREDITED if position.credit > 0 else ARRIVING
