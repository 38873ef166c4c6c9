"""Whether anything is left to decide about a dispute, and what a credit note takes off it."""

from decimal import Decimal
from typing import NamedTuple

from .due import ZERO


class Disputed(NamedTuple):
    """What the ledger says of a due line whose amount is disputed.

    amount: what is disputed, in the line's currency.
    document: "posted", "draft" or "cancel"; "other" if it is another customer's now; None if it was
    deleted.
    open_amount: what is open of the line.
    credited: what credit notes and write-offs took off it since it was disputed.
    """

    amount: Decimal
    document: str | None
    open_amount: Decimal
    credited: Decimal


def lapses(disputed):
    """Return why nothing is left to decide, or None.

    "deleted", "cancelled" or "reset": so is the document; "moved": to another customer; "credited".
    An invoice that is paid in full doesn't end a dispute: the customer may want his money back.
    One of which something is open doesn't either, whatever was credited: a person knows whether
    that was for this dispute.
    """
    if disputed.document is None:
        return "deleted"
    if disputed.document == "cancel":
        return "cancelled"
    if disputed.document == "other":
        return "moved"
    if disputed.document != "posted":
        return "reset"
    if disputed.open_amount <= 0 and disputed.credited >= disputed.amount:
        return "credited"
    return None


def credited_by(total, matched, disputed):
    """Return what a credit note takes off each dispute that it settles.

    total: of the credit note.  matched: {document: what of it is reconciled with that one's debt}.
    disputed: pairs (documents where it may have been credited, amount), the first decided first.
    What is reconciled with a document is for its disputes only, what is with none for any of them;
    nothing counts twice.
    """
    left, free, result = dict(matched), total - sum(matched.values()), []
    for documents, amount in disputed:
        own = ZERO
        for document in documents:
            part = min(amount - own, left.get(document, ZERO))
            left[document] = left.get(document, ZERO) - part
            own += part
        more = min(amount - own, free)
        free -= more
        result.append(own + more)
    return result
