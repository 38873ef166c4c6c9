"""The score of a customer: each limit, what explains it, and that better never gets less."""

from decimal import Decimal

import pytest
from engine import scoring
from engine.scoring import ANY, NONE, RANGE, Figures, Segment
from hypothesis import given
from hypothesis import strategies as st

#: Somebody of whom nothing bad is known.
GOOD = Figures(
    lines=12, days_known=2000, delay=Decimal(0), purchases=Decimal(1), limit_use=Decimal("0.5")
)


def points(code, figures):
    """The points that one component gets."""
    _score, components = scoring.score(figures)
    (found,) = (one for one in components if one.code == code)
    return found.points


def test_whoever_does_everything_right_has_all_points():
    score, components = scoring.score(GOOD)
    assert score == 100
    assert sum(one.most for one in components) == 100
    assert all(one.points == one.most for one in components)


def test_whoever_does_everything_wrong_has_none():
    bad = Figures(
        lines=3, days_known=90, delay=Decimal(61), late_share=Decimal(1), broken=2, broken_plans=2,
        limit_use=Decimal("1.01"),
    )  # fmt: skip
    assert scoring.score(bad)[0] == 0


@pytest.mark.parametrize("figures, enough", [
    (GOOD._replace(lines=2), False),
    (GOOD._replace(lines=3), True),
    (GOOD._replace(lines=4), True),
    (GOOD._replace(days_known=89), False),
    (GOOD._replace(days_known=90), True),
    (GOOD._replace(days_known=91), True),
    (GOOD._replace(delay=None), False),
    # not even a broken promise makes up for what isn't known
    (Figures(broken=3), False),
])
def test_too_little_history_gives_no_score(figures, enough):
    assert scoring.has_history(figures) == enough
    score, components = scoring.score(figures)
    assert (score is not None, bool(components)) == (enough, enough)


@pytest.mark.parametrize("delay, expected", [
    ("0", 40), ("0.1", 34), ("4.9", 34), ("5", 34), ("5.1", 28), ("10", 28), ("10.1", 20),
    ("20", 20), ("20.1", 12), ("30", 12), ("30.1", 5), ("60", 5), ("60.1", 0), ("4000", 0),
])
def test_days_late(delay, expected):
    assert points("delay", GOOD._replace(delay=Decimal(delay))) == expected


@pytest.mark.parametrize("share, expected", [
    ("0", 15), ("0.05", 15), ("0.0501", 11), ("0.20", 11), ("0.2001", 7), ("0.40", 7),
    ("0.4001", 3), ("0.70", 3), ("0.7001", 0), ("1", 0),
])
def test_share_paid_late(share, expected):
    assert points("late_share", GOOD._replace(late_share=Decimal(share))) == expected


@pytest.mark.parametrize("broken, partly, expected", [
    (0, 0, 15), (0, 1, 11), (1, 0, 7), (1, 1, 3), (0, 3, 3), (0, 4, 0), (1, 2, 0), (2, 0, 0),
    (90, 90, 0),
])
def test_promises(broken, partly, expected):
    assert points("promises", GOOD._replace(broken=broken, partly_kept=partly)) == expected


@pytest.mark.parametrize("broken, expected", [(0, 10), (1, 4), (2, 0), (90, 0)])
def test_plans(broken, expected):
    assert points("plans", GOOD._replace(broken_plans=broken)) == expected


@pytest.mark.parametrize("days, expected", [
    (90, 0), (179, 0), (180, 1), (181, 1), (364, 1), (365, 3), (366, 3), (730, 3), (731, 4),
    (1825, 4), (1826, 5), (1827, 5),
])
def test_how_long_he_is_known(days, expected):
    assert points("known", GOOD._replace(days_known=days)) == expected


@pytest.mark.parametrize("purchases, expected", [
    ("0", 0), ("0.2", 0), ("0.3", 3), ("0.4", 3), ("0.9", 3), ("1", 5), ("1.1", 5), ("30", 5),
])
def test_how_often_he_buys(purchases, expected):
    assert points("purchases", GOOD._replace(purchases=Decimal(purchases))) == expected


@pytest.mark.parametrize("use, expected", [
    (None, 10), ("-1", 10), ("0", 10), ("0.80", 10), ("0.81", 6), ("1", 6), ("1.01", 0),
])
def test_credit_limit(use, expected):
    figures = GOOD._replace(limit_use=None if use is None else Decimal(use))
    assert points("limit", figures) == expected


def test_points_carry_the_figures_they_are_for():
    _score, components = scoring.score(GOOD._replace(broken=1, partly_kept=2, limit_use=None))
    assert {one.code: one.figures for one in components} == {
        "delay": (0,), "late_share": (0,), "promises": (1, 2), "plans": (0,), "known": (2000,),
        "purchases": (1,), "limit": (None,),
    }  # fmt: skip


@pytest.mark.parametrize("amount, amount_days, late, expected", [
    (0, 0, 0, (None, 0)),
    # the worked example of weighted delay: 140 paid 7 days late and 85 paid 55 days late
    (225, 140 * 7 + 85 * 55, 225, ("25.1", 1)),
    (225, 85 * 55, 85, ("20.8", "0.3778")),
    (100, 0, 0, (0, 0)),
    # halves up
    (100, 505, 100, ("5.1", 1)),
    (100, 504, 100, ("5.0", 1)),
])
def test_delay_weighted_by_amount(amount, amount_days, late, expected):
    delay, share = scoring.delay_and_share(*map(Decimal, (amount, amount_days, late)))
    assert delay == (None if expected[0] is None else Decimal(expected[0]))
    assert share == Decimal(expected[1])


@pytest.mark.parametrize("invoices, days, expected", [
    (0, 0, "0"), (3, 0, "3"), (3, 30, "3"), (3, 61, "1.5"), (12, 364, "1"), (12, 365, "1"),
    (12, 4000, "1"), (1, 4000, "0.1"),
])
def test_purchases_a_month(invoices, days, expected):
    assert scoring.purchases_a_month(invoices, days) == Decimal(expected)


# --- better never gets less

shares = st.decimals(min_value=0, max_value=1, places=4)
figures_of_somebody = st.builds(
    Figures,
    lines=st.integers(3, 50),
    days_known=st.integers(90, 9000),
    delay=st.decimals(min_value=0, max_value=400, places=2),
    late_share=shares,
    broken=st.integers(0, 5),
    partly_kept=st.integers(0, 5),
    broken_plans=st.integers(0, 4),
    purchases=st.decimals(min_value=0, max_value=40, places=2),
    limit_use=st.none() | st.decimals(min_value=-1, max_value=5, places=2),
)
more_of = {
    "delay": st.decimals(min_value=0, max_value=100, places=2),
    "late_share": shares,
    "broken": st.integers(0, 3),
    "partly_kept": st.integers(0, 3),
    "broken_plans": st.integers(0, 3),
}


@given(figures_of_somebody)
def test_the_score_is_the_sum_of_what_explains_it(figures):
    score, components = scoring.score(figures)
    assert score == sum(one.points for one in components)
    assert 0 <= score <= 100
    assert all(0 <= one.points <= one.most for one in components)


@given(figures_of_somebody, st.fixed_dictionaries(more_of))
def test_paying_later_or_breaking_more_never_raises_the_score(figures, more):
    worse = figures._replace(
        **{name: getattr(figures, name) + extra for name, extra in more.items()}
    )
    assert scoring.score(worse)[0] <= scoring.score(figures)[0]


@given(figures_of_somebody, st.decimals(min_value=0, max_value=400, places=2), shares)
def test_paying_earlier_never_lowers_the_score(figures, delay, share):
    better = figures._replace(
        delay=min(delay, figures.delay), late_share=min(share, figures.late_share)
    )
    assert scoring.score(better)[0] >= scoring.score(figures)[0]


@given(figures_of_somebody, st.decimals(min_value=0, max_value=5, places=2))
def test_owing_more_of_a_limit_never_raises_the_score(figures, more):
    used = figures.limit_use or Decimal(0)
    less, greater = figures._replace(limit_use=used), figures._replace(limit_use=used + more)
    assert scoring.score(greater)[0] <= scoring.score(less)[0]


# --- segments

GOOD_ONES, SLOW = Segment(1, RANGE, 70, 100), Segment(2, RANGE, 40, 69)
RISKY = Segment(3, RANGE, 0, 39)
NEW = Segment(4, NONE)
PUBLIC = Segment(5, narrowed=True)
STANDARD = (GOOD_ONES, SLOW, RISKY, NEW)


@pytest.mark.parametrize("score, segment", [
    (0, 3), (1, 3), (39, 3), (40, 2), (41, 2), (69, 2), (70, 1), (71, 1), (100, 1), (None, 4),
])
def test_the_segment_of_a_score(score, segment):
    assert scoring.choose(STANDARD, score, ()) == segment


@pytest.mark.parametrize("segments, score, fitting, segment", [
    # the first that fits
    ((PUBLIC, *STANDARD), 90, (), 1),
    ((PUBLIC, *STANDARD), 90, (5,), 5),
    ((PUBLIC, *STANDARD), None, (5,), 5),
    ((*STANDARD, PUBLIC), 90, (5,), 1),
    # both its score and its condition
    ((GOOD_ONES._replace(narrowed=True), SLOW), 90, (), None),
    ((GOOD_ONES._replace(narrowed=True), SLOW), 90, (1,), 1),
    ((GOOD_ONES._replace(narrowed=True), SLOW), 50, (1,), 2),
    # a condition of one that has none doesn't matter
    (STANDARD, 90, (2,), 1),
    # none fits
    ((NEW,), 90, (), None),
    ((GOOD_ONES,), None, (), None),
    ((), 90, (), None),
    ((Segment(6, ANY),), None, (), 6),
])
def test_the_first_segment_that_fits(segments, score, fitting, segment):
    assert scoring.choose(segments, score, fitting) == segment


# --- worklist


@pytest.mark.parametrize("earlier, later", [
    # a promise that was broken just now comes before all others
    ((Decimal(5), 90, True), (Decimal(900_000), 0, False)),
    # then what is overdue, by its size
    ((Decimal(1000), 100, False), (Decimal("999.99"), 0, False)),
    ((Decimal(1), 100, False), (Decimal("0.99"), 0, False)),
    # of two that are equal in it the riskier one
    ((Decimal(1000), 10, False), (Decimal(9999), 11, False)),
    ((Decimal(1000), 49, False), (Decimal(1000), None, False)),
    ((Decimal(1000), None, False), (Decimal(1000), 51, False)),
    ((Decimal(10), 20, True), (Decimal(10), 30, True)),
])
def test_who_comes_first(earlier, later):
    assert scoring.priority(*earlier) > scoring.priority(*later)
