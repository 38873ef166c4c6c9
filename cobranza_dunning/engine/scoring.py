"""How a customer pays: figures → points with their explanation → segment and priority.

The weights are the project's own, data below: no statute or standard says what they are.  They
add up to 100; a higher score is a better payer.  What nobody knows gives no score at all.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

#: What was paid, bought, promised and agreed in so many months counts.
MONTHS = 12

#: Without so many due lines paid or overdue, and so many days since the first invoice, there is
#: not enough history for a score.
LEAST_LINES, LEAST_DAYS = 3, 90

#: Points by (highest figure that still gets them, points), the best first; beyond the last: none.
DELAY = ((0, 40), (5, 34), (10, 28), (20, 20), (30, 12), (60, 5))
LATE_SHARE = (
    (Decimal("0.05"), 15), (Decimal("0.20"), 11), (Decimal("0.40"), 7), (Decimal("0.70"), 3)
)  # fmt: skip
LIMIT_USE = ((Decimal("0.80"), 10), (1, 6))
#: Points by (lowest figure that gets them, points), the best first; below the last: none.
DAYS_KNOWN = ((1826, 5), (731, 4), (365, 3), (180, 1))
PURCHASES = ((1, 5), (Decimal("0.3"), 3))
#: Points to begin with, and what each promise that was broken, or kept only in part, takes away.
PROMISES, BROKEN_PROMISE, PARTLY_KEPT = 15, 8, 4
#: Points to begin with, and what each broken plan takes away.
PLANS, BROKEN_PLAN = 10, 6

#: Which scores a segment takes.
ANY, RANGE, NONE = "any", "range", "none"

#: Where a customer without a score stands in the worklist: in the middle.
UNKNOWN = 50


class Figures(NamedTuple):
    """What is known of how a customer pays in one company, of the last MONTHS.

    lines: how many due lines he paid something of, or are overdue.
    days_known: days since his first invoice.
    delay: average days late, weighted by amount, open overdue ones with their days so far and
    whatever was paid early as on time; None without any.
    late_share: the part of these amounts that was paid late or is late, 0 to 1.
    broken, partly_kept: promises that were not kept, and only in part.  broken_plans: plans.
    purchases: invoices a month.
    limit_use: what he owes ÷ his credit limit; None if he has no limit.
    """

    lines: int = 0
    days_known: int = 0
    delay: Decimal | None = None
    late_share: Decimal = Decimal(0)
    broken: int = 0
    partly_kept: int = 0
    broken_plans: int = 0
    purchases: Decimal = Decimal(0)
    limit_use: Decimal | None = None


class Points(NamedTuple):
    """Points of one component, and the figures they are for.

    code: "delay", "late_share", "promises", "plans", "known", "purchases" or "limit".
    most: what can be had at best.  figures: of Figures, in the order of its docstring.
    """

    code: str
    points: int
    most: int
    figures: tuple


class Segment(NamedTuple):
    """Which debtors are in a segment.

    scores: ANY, RANGE (lowest to highest, both included) or NONE (those without a score).
    narrowed: whether a condition of its own has to hold as well.
    """

    id: int
    scores: str = ANY
    lowest: int = 0
    highest: int = 100
    narrowed: bool = False


def delay_and_share(amount, amount_days, late_amount):
    """Return (average days late to one decimal, share paid late to four), or (None, 0) of nothing.

    amount: what was paid and what is overdue, in one currency.  amount_days: each part of it times
    the days it was late.  late_amount: the parts that were late at all.
    """
    if amount <= 0:
        return None, Decimal(0)
    return _rounded(amount_days / amount, "0.1"), _rounded(late_amount / amount, "0.0001")


def purchases_a_month(invoices, days_known):
    """Return how many invoices a month somebody gets, to one decimal.

    invoices: of the last MONTHS, or of the days he has been known if these are fewer (a month at
    the least).
    """
    months = min(max(Decimal(days_known) * 12 / 365, Decimal(1)), Decimal(MONTHS))
    return _rounded(Decimal(invoices) / months, "0.1")


def _rounded(number, places):
    """A number with as many decimals as `places` has, halves up."""
    return number.quantize(Decimal(places), ROUND_HALF_UP)


def has_history(figures):
    """Whether enough is known of a debtor to give him a score."""
    return (
        figures.lines >= LEAST_LINES
        and figures.days_known >= LEAST_DAYS
        and figures.delay is not None
    )


def score(figures):
    """Return (score 0 to 100, list of Points that add up to it), or (None, []).

    figures: Figures of a debtor.  Nobody gets a score from too little history.
    """
    if not has_history(figures):
        return None, []
    components = [
        Points("delay", *_up_to(DELAY, figures.delay), (figures.delay,)),
        Points("late_share", *_up_to(LATE_SHARE, figures.late_share), (figures.late_share,)),
        Points("promises", *_promises(figures), (figures.broken, figures.partly_kept)),
        Points("plans", *_plans(figures), (figures.broken_plans,)),
        Points("known", *_at_least(DAYS_KNOWN, figures.days_known), (figures.days_known,)),
        Points("purchases", *_at_least(PURCHASES, figures.purchases), (figures.purchases,)),
        Points("limit", *_limit(figures), (figures.limit_use,)),
    ]
    return sum(one.points for one in components), components


def _up_to(table, figure):
    """(points, most) of a table of highest figures."""
    return next((points for highest, points in table if figure <= highest), 0), table[0][1]


def _at_least(table, figure):
    """(points, most) of a table of lowest figures."""
    return next((points for lowest, points in table if figure >= lowest), 0), table[0][1]


def _promises(figures):
    """(points, most) of the promises that weren't kept."""
    lost = BROKEN_PROMISE * figures.broken + PARTLY_KEPT * figures.partly_kept
    return max(PROMISES - lost, 0), PROMISES


def _plans(figures):
    """(points, most) of the plans that were broken."""
    return max(PLANS - BROKEN_PLAN * figures.broken_plans, 0), PLANS


def _limit(figures):
    """Whoever has no limit can't be beyond it."""
    return _up_to(LIMIT_USE, figures.limit_use or 0)


def choose(segments, score, fitting):
    """Return the id of the first segment a debtor belongs to, or None.

    segments: Segments in their order.  score: his, or None.  fitting: ids of those segments
    whose own condition holds for him.
    """
    for one in segments:
        if _takes(one, score) and (not one.narrowed or one.id in fitting):
            return one.id
    return None


def _takes(segment, score):
    """Whether a segment takes debtors with a score (None = without one)."""
    if segment.scores == RANGE:
        return score is not None and segment.lowest <= score <= segment.highest
    return segment.scores == ANY or score is None


def priority(overdue, score, just_broken):
    """Return where a debtor stands in the worklist: the higher the earlier.

    overdue: in company currency.  just_broken: whether a promise was broken in the last days.
    Those come first.  Then the size of what is overdue counts, by its number of digits: of two
    that are equal in it, the one with the lower score comes first.
    """
    size = len(str(int(overdue))) if overdue >= 1 else 0
    risk = 100 - (UNKNOWN if score is None else score)
    return (100_000 if just_broken else 0) + 1_000 * size + risk
