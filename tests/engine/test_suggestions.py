"""What could be insured and isn't."""

from datetime import date
from decimal import Decimal

import pytest
from engine import cover, insurance, suggestions
from engine.suggestions import Exposed, risk, suggest
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
TODAY = date(2026, 3, 15)
POLICY = insurance.Policy(
    ((date(2026, 1, 1), date(2026, 12, 31)),), {"named": D(90)}, maximum_term=90
)


def line(number, amount, **facts):
    """A line invoiced on that day of March, due after 30 days."""
    invoiced = date(2026, 3, number)
    facts = {"due": date(2026, 4, number), "invoiced": invoiced, **facts}
    return insurance.Line(number, D(amount), **facts)


def exposed(lines, limit=None, planned=(), cost=1, decision="granted", before=(0, 0)):
    """The lines as the caller decides them: as they are, and all to be insured.

    before: what is used of the limit under a policy that this one renews, now and then.
    """
    limits = [insurance.Limit(date(2026, 1, 1), decision, D(limit))] if limit is not None else []
    rest = TODAY, insurance.PLAIN_BUYER
    now = {one.line_id: one for one in cover.decide(POLICY, limits, lines, *rest, D(before[0]))}
    marked = [one._replace(flagged=True) for one in lines]
    then = cover.decide(POLICY, limits, marked, *rest, D(before[1]))
    flagged = {one.id: one.flagged for one in lines}
    return [
        Exposed(f"I{one.line_id}", now[one.line_id], one, flagged[one.line_id],
                one.line_id in planned, D(cost))
        for one in then
    ]  # fmt: skip


def told(found):
    """(kind, document, amount, reason) of each."""
    return [(one.kind, one.document, one.amount, one.reason) for one in found]


def test_an_invoice_that_would_be_covered():
    found = suggest(exposed([line(1, 100, flagged=False)], limit=500))
    assert told(found) == [("insure", "I1", 100, "within_limit")]
    assert (found[0].exposed, found[0].cost) == (100, 1)


def test_nothing_to_say_of_what_is_insured():
    assert suggest(exposed([line(1, 100)], limit=500)) == []
    assert suggest([]) == []


@pytest.mark.parametrize(
    "limit, gain", [(100, 0), (101, 1), (149, 49), (150, 50), (160, 50)]
)
def test_the_gain_is_the_debtors(limit, gain):
    """An older one would take the place of the one that is insured already."""
    found = suggest(exposed([line(1, 50, flagged=False), line(2, 100)], limit=limit))
    insured = [one.amount for one in found if one.kind == "insure"]
    assert insured == ([gain] if gain else [])


def test_a_limit_to_ask_for():
    found = suggest(exposed([line(1, 100), line(2, 50, flagged=False)], limit=60))
    assert told(found) == [("ask_limit", None, 90, "limit_partly")]
    assert (found[0].limit, found[0].count) == (150, 2)


@pytest.mark.parametrize(
    "limit, decision, reason",
    [(None, "", "no_limit"), (0, "refused", "limit_refused"), (0, "cancelled", "limit_cancelled")],
)
def test_no_limit_at_all(limit, decision, reason):
    found = suggest(exposed([line(1, 100, flagged=False)], limit=limit, decision=decision))
    assert told(found) == [("ask_limit", None, 100, reason)]


def test_who_asked_already_waits():
    assert suggest(exposed([line(1, 100)], limit=100, decision="requested")) == []


@pytest.mark.parametrize("asked, expected", [(149, ["ask_limit"]), (150, []), (151, [])])
def test_who_has_enough_or_asked_for_it_waits(asked, expected):
    lines = exposed([line(1, 100), line(2, 50)], limit=60)
    assert [one.kind for one in suggest(lines, D(asked))] == expected


@pytest.mark.parametrize("asked, expected", [(129, [130]), (130, []), (131, [])])
def test_what_is_used_under_a_renewed_policy_is_needed_too(asked, expected):
    """Of 100 the old one's sales use 50: 80 of this one's need 130."""
    found = suggest(exposed([line(1, 80)], limit=100, before=(50, 50)), D(asked), before=D(50))
    assert [(one.amount, one.limit) for one in found] == [(30, each) for each in expected]


@pytest.mark.parametrize("old, gain", [(19, 19), (20, 20), (21, 20), (90, 20), (100, 20)])
def test_insuring_under_the_renewed_policy_takes_cover_of_the_renewal(old, gain):
    """100 for both, of which 80 are used by what was sold under the renewal."""
    renewal = exposed([line(2, 80)], limit=100, before=(0, old))
    lost = -suggestions.gained(renewal)
    found = suggest(exposed([line(1, old, flagged=False)], limit=100), D(100), lost=lost)
    assert [one.amount for one in found] == [gain]
    asked = suggest(renewal, D(100), before=D(old))
    assert [one.limit for one in asked] == ([80 + old] if old > 20 else [])


def test_nothing_is_suggested_that_brings_nothing():
    renewal = exposed([line(2, 100)], limit=100, before=(0, 90))
    old = exposed([line(1, 90, flagged=False)], limit=100)
    assert suggest(old, D(100), lost=-suggestions.gained(renewal)) == []


@pytest.mark.parametrize("planned, expected", [((1,), ["remove_obstacle"]), ((), [])])
def test_only_of_a_draft_an_obstacle_can_be_removed(planned, expected):
    late = line(1, 100, due=date(2026, 6, 1))
    found = suggest(exposed([late], limit=500, planned=planned))
    assert [one.kind for one in found] == expected
    assert [one.reason for one in found] == ["term_too_long"] * len(expected)


def test_installments_are_one_invoice():
    both = exposed([line(1, 60, flagged=False), line(2, 40, flagged=False)], limit=80)
    same = [one._replace(document="I") for one in both]
    insure, ask = suggest(same)
    assert (insure.amount, insure.cost, insure.reason) == (80, 2, "within_limit")
    assert (ask.amount, ask.limit, ask.count) == (20, 100, 1)


@pytest.mark.parametrize(
    "days, broken, score, expected",
    [(0, 0, None, 0), (-3, 0, None, 0), (12, 1, None, 27), (99, 0, None, 99), (100, 0, None, 100),
     (85, 1, None, 100), (86, 1, None, 100), (50, 5, 100, 0), (0, 0, 30, 70), (0, 0, 120, 0)],
)  # fmt: skip
def test_points_of_risk(days, broken, score, expected):
    assert risk(days, broken, score) == expected


@pytest.mark.parametrize("points, expected", [(0, 1000), (50, 1500), (100, 2000)])
def test_risk_doubles_an_amount_at_most(points, expected):
    assert suggestions.priority(D(1000), points) == expected


@pytest.mark.parametrize("points, expected", [(0, []), (29, []), (30, ["I1"]), (100, ["I1"])])
def test_single_invoices_of_who_may_not_pay(points, expected):
    """Neither a limit is asked for nor a draft changed: one insures what can be insured."""
    lines = [line(1, 100, flagged=False), line(2, 50, flagged=False, due=date(2026, 6, 30))]
    found = suggestions.suggest_single(exposed(lines, limit=60, planned=(2,)), points)
    assert [one.document for one in found] == expected


@given(
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 10**4), st.booleans()), max_size=8,
             unique_by=lambda one: one[0]),
    st.integers(0, 3 * 10**4),
)  # fmt: skip
def test_suggestions_promise_no_more_than_there_is(rows, limit):
    lines = [line(number, amount, flagged=flagged) for number, amount, flagged in rows]
    facts = exposed(lines, limit=limit or None)
    gain = sum(one.then.covered - one.now.covered for one in facts)
    found = suggest(facts)
    assert sum(one.amount for one in found if one.kind == "insure") <= max(gain, 0)
    assert all(one.amount > 0 and one.amount <= one.exposed for one in found)
