"""What insuring the lines of a customer is estimated to cost: of a cover, and of a suggestion."""

from decimal import Decimal

from odoo.tools import groupby

from ..engine.cover_reasons import COVER_REASONS
from ..engine.due import ZERO
from ..engine.premium import estimates

#: Steps of the cover decision that are about the sale itself: what fails there costs nothing.
OUTSIDE_STEPS = (0, 1, 2)


def premiums(tariff, with_tax, decided):
    """Return {line id: the net premium that insuring all of it is estimated to cost}.

    tariff: the policy's engine.premium.Tariff.  with_tax: it declares sales with their tax.
    decided: [Decided] of one customer under it; the lines of an invoice share its premium.
    """
    found = {}
    for _move, ours in groupby(decided, lambda one: one.fact.move_id):
        parts = estimates(tariff, [_costing(one, with_tax) for one in ours])
        found |= {one.fact.line_id: part for one, part in zip(ours, parts, strict=True)}
    return found


def _costing(one, with_tax):
    """The (amount, invoice date, due date) of a Decided that its premium is of."""
    line = one.line
    # of the sale, whatever was tax of what is open
    amount = line.amount if with_tax else line.amount * (1 - Decimal(one.fact.tax_share))
    outside = COVER_REASONS[one.cover.reasons[0]][0] in OUTSIDE_STEPS
    return (ZERO if outside else max(amount, ZERO), line.invoiced, line.due)
