"""What the insurer pays of a loss, and whose money a recovery is.

All amounts are in the policy's currency and exact to its decimals: what is rounded on one side is
found on the other.
"""

from decimal import Decimal
from typing import NamedTuple

from .due import ZERO, to_places


class Terms(NamedTuple):
    """How a policy indemnifies; None = no limit.

    threshold: below it a loss is not indemnified; at it, it is.
    deductible: the insured party bears so much of each indemnity.
    first_loss: what he bears of all indemnities of an insurance year before anything is paid.
    maximum: the most that is paid in an insurance year.
    covers_costs: costs of recovery and court belong to the loss.
    """

    threshold: Decimal = ZERO
    deductible: Decimal = ZERO
    first_loss: Decimal = ZERO
    maximum: Decimal | None = None
    covers_costs: bool = True
    places: int = 2


class Year(NamedTuple):
    """What the claims of an insurance year have used up before this one."""

    first_loss: Decimal = ZERO
    paid: Decimal = ZERO


#: Neither threshold nor deductible, and no maximum.
PLAIN_TERMS = Terms()
#: An insurance year without claims so far.
NEW_YEAR = Year()


class Indemnity(NamedTuple):
    """How an indemnity comes about: insured = deductible + first_loss + above_maximum + amount.

    loss: covered loss with covered costs.  insured: the insured part of it, nothing below the
    threshold.  first_loss: what of it goes into the year's aggregate first loss.
    amount: what the insurer pays.
    """

    loss: Decimal
    insured: Decimal
    deductible: Decimal
    first_loss: Decimal
    above_maximum: Decimal
    amount: Decimal


class Split(NamedTuple):
    """A recovery by whose it is, after costs; and who bears which part of them."""

    insurer: Decimal
    insured: Decimal
    insurer_costs: Decimal
    insured_costs: Decimal


def indemnity(covered_loss, costs, percentage, terms=PLAIN_TERMS, year=NEW_YEAR):
    """Return the Indemnity of a claim.

    covered_loss: what is covered of the debt, not negative.  costs: their covered part
    (`covered_costs`), not negative; nothing where the policy doesn't cover them.
    percentage: insured per cent.  year: what earlier claims of the insurance year have used up.
    In this order: threshold, insured percentage, deductible, what is left of the first loss, what
    is left of the maximum (DOMAIN: insured % × (loss + costs) − deductible).
    Raises ValueError, with "loss", "costs" or "percentage" as its only argument, where they are
    negative or the percentage is above 100.
    """
    _check(covered_loss >= 0, "loss")
    _check(costs >= 0, "costs")
    _check(0 <= percentage <= 100, "percentage")
    loss = covered_loss + (costs if terms.covers_costs else ZERO)
    if loss < terms.threshold:
        return Indemnity(loss, ZERO, ZERO, ZERO, ZERO, ZERO)
    insured = to_places(loss * percentage / 100, terms.places)
    deductible = min(terms.deductible, insured)
    first_loss = min(max(terms.first_loss - year.first_loss, ZERO), insured - deductible)
    rest = insured - deductible - first_loss
    amount = rest if terms.maximum is None else min(rest, max(terms.maximum - year.paid, ZERO))
    return Indemnity(loss, insured, deductible, first_loss, rest - amount, amount)


def covered_costs(costs, covered, debt, places):
    """Return the part of collection costs that belongs to what is covered of a debt: pro rata.

    Raises ValueError "debt" where it isn't positive, or less than what is covered of it.
    """
    _check(debt > 0 and 0 <= covered <= debt, "debt")
    return _pro_rata(costs, covered, debt, places)


def average_percentage(parts):
    """Return the insured per cent of several covered amounts together; 0 if nothing is covered.

    parts: pairs (covered amount, its insured per cent).  Limits of different kinds may have
    different ones.
    """
    covered = sum((amount for amount, _percentage in parts), ZERO)
    if not covered:
        return ZERO
    return sum((amount * percentage for amount, percentage in parts), ZERO) / covered


def on_account(law, amount, places):
    """Return what a law makes the insurer pay on account of an indemnity, once its day has come."""
    return to_places(amount * law.provisional / 100, places)


# --- recoveries ------------------------------------------------------------------------------


def apply_oldest_first(recovered, debts):
    """Return ({debt: what of it is paid}, excess) for money that was recovered.

    debts: pairs (debt, open amount), oldest first; before the date of loss insured or not.
    Raises ValueError "recovered" where it is negative.
    """
    _check(recovered >= 0, "recovered")
    left, paid = recovered, {}
    for number, amount in debts:
        paid[number] = min(left, amount)
        left -= paid[number]
    return paid, left


def split_after_loss(recovered, loss, paid, places, costs=ZERO, earlier=ZERO):
    """Return the Split of money that came after the date of loss: pro rata to the shares of it.

    loss: the whole debt lost, insured or not, positive.  paid: what the insurer paid of it.
    costs: of this recovery; they come off first, so both bear them as they share the money.
    earlier: what was split before, without its costs: many small recoveries end at the same cent
    as a big one.  What is recovered beyond the loss is the insured party's.
    insurer + insured + insurer_costs + insured_costs is what was recovered.
    Raises ValueError with "loss" (not positive), "paid" (negative, or more than the loss),
    "recovered" (negative, as `earlier`), "costs" (negative, or more than is recovered).
    """
    _check(loss > 0, "loss")
    _check(0 <= paid <= loss, "paid")
    _check(recovered >= 0 and earlier >= 0, "recovered")
    _check(0 <= costs <= recovered, "costs")
    net = recovered - costs
    before, after = (min(amount, loss) for amount in (earlier, earlier + net))
    insurer = _pro_rata(after, paid, loss, places) - _pro_rata(before, paid, loss, places)
    insurer_costs = _pro_rata(costs, paid, loss, places)
    return Split(insurer, net - insurer, insurer_costs, costs - insurer_costs)


def _pro_rata(amount, part, whole, places):
    """Return what of an amount falls to a part of the whole."""
    return to_places(amount * part / whole, places)


def _check(holds, code):
    """Raise ValueError with `code` unless a condition holds."""
    if not holds:
        raise ValueError(code)
