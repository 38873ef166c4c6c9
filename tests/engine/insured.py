"""Short ways to say what a test about credit insurance is given.

The policy is in force in 2026 and insures 90 % (named), 80 % (discretionary), 70 % (blind).  A
line is invoiced on 1 March 2026 and due on the 31st; `day(n)` is n days after 1 March.
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from engine import cover, insurance

PERCENTAGES = {"named": Decimal(90), "discretionary": Decimal(80), "blind": Decimal(70)}
YEAR_2026 = (date(2026, 1, 1), date(2026, 12, 31))
_ids = count(1)


def day(number=0):
    """So many days after 1 March 2026."""
    return date(2026, 3, 1) + timedelta(days=number)


TODAY = day(14)


def policy(**facts):
    """A policy without any limit of its own."""
    return insurance.Policy(**{"periods": (YEAR_2026,), "percentages": PERCENTAGES, **facts})


def limit(amount=1000, effective=YEAR_2026[0], decision=insurance.GRANTED, **facts):
    """A limit granted by the insurer since January."""
    return insurance.Limit(effective, decision, Decimal(str(amount)), **facts)


def line(residual=100, number=0, **facts):
    """A line invoiced so many days after 1 March, due 30 days later."""
    usual = {"id": next(_ids), "invoiced": day(number), "due": day(number + 30)}
    return insurance.Line(**{**usual, "residual": Decimal(str(residual)), **facts})


def decide(*lines, terms=None, limits=None, today=TODAY, **buyer):
    """The Covers of the lines in the order given."""
    found = cover.decide(
        terms or policy(), [limit()] if limits is None else limits, lines, today,
        insurance.Buyer(**buyer),
    )  # fmt: skip
    by_id = {one.line_id: one for one in found}
    return [by_id[one.id] for one in lines]


def why(one, **given):
    """The reasons of a single line's cover."""
    return decide(one, **given)[0].reasons
