"""Blocks, disputes, plans and promises: what they take, in which order, until when."""

import pytest
from engine import pauses
from factories import TODAY, ahead, chaseable, decide, item, money, pause, payment


def taken(applied):
    """What each kind took."""
    return [(one.kind, amount) for one, amount in applied]


@pytest.mark.parametrize(
    "amount, free", [("99.99", "0.01"), ("100", "0"), ("100.01", "0"), ("0.01", "99.99"), (0, 100)]
)
def test_a_pause_takes_its_own_amount_and_no_more_than_there_is(amount, free):
    rest, applied = pauses.apply(money(100), [pause("dispute", amount)], TODAY)
    assert rest == money(free)
    assert sum(part for _, part in applied) == 100 - money(free)


@pytest.mark.parametrize("kind", pauses.KINDS)
def test_without_an_amount_everything_is_paused(kind):
    assert pauses.apply(money(100), [pause(kind)], TODAY) == (0, ((pause(kind), 100),))


@pytest.mark.parametrize(
    "until, free",
    [
        (ahead(1), 0),  # the last day of the pause
        (TODAY, 100),  # the day it says is the first free one
        (ahead(-1), 100),
        (None, 0),
    ],
)
def test_a_pause_ends_by_itself(until, free):
    assert pauses.apply(money(100), [pause("block", None, until)], TODAY)[0] == free


def test_rule_4_the_order_is_block_dispute_plan_promise():
    """Pauses add up to at most the residual, in that order, each one named."""
    four = [pause("promise", 40), pause("plan", 30), pause("dispute", 20), pause("block", 10)]
    assert taken(pauses.apply(money(70), four, TODAY)[1]) == [
        ("block", 10),
        ("dispute", 20),
        ("plan", 30),
        ("promise", 10),
    ]
    assert taken(pauses.apply(money(60), four, TODAY)[1])[-1] == ("plan", 30)  # none left over


def test_rule_4_a_block_is_everything_and_hides_the_others():
    """A block takes all, what comes after it takes nothing and isn't named."""
    both = [pause("promise", 40), pause("block")]
    assert taken(pauses.apply(money(100), both, TODAY)[1]) == [("block", 100)]


def test_a_pause_that_is_over_makes_room_for_the_next():
    both = [pause("dispute", 80, TODAY), pause("promise", 80)]
    free, applied = pauses.apply(money(100), both, TODAY)
    assert (free, taken(applied)) == (20, [("promise", 80)])


@pytest.mark.parametrize("amount", [0, "-10"])
def test_a_pause_of_nothing_takes_nothing_and_is_not_named(amount):
    """A promise kept in full, say: its end frees nothing either."""
    kept, dispute = pause("promise", amount, ahead(2)), pause("dispute", 60, ahead(5))
    assert pauses.apply(money(100), [kept, dispute], TODAY) == (40, ((dispute, 60),))
    assert pauses.resumes_on(money(100), [kept, dispute], TODAY) == ahead(5)
    assert pauses.resumes_on(money(100), [kept], TODAY) is None


def test_two_pauses_of_one_kind_add_up():
    assert pauses.apply(money(100), [pause("dispute", 30), pause("dispute", 30)], TODAY)[0] == 40


def test_an_unknown_kind_is_an_error_and_not_ignored():
    with pytest.raises(ValueError):
        pauses.apply(money(1), [pause("holiday")], TODAY)


def test_a_pause_takes_from_what_payments_in_process_leave():
    debt = item(100, payments=(payment(40),), pauses=(pause("dispute", 70),))
    assert chaseable(debt) == [0]
    assert chaseable(debt._replace(residual=money(120))) == [10]


@pytest.mark.parametrize(
    "holding, outcome, reason, next_date",
    [
        ([pause("block")], "skip", "paused", None),
        ([pause("block", None, ahead(5))], "wait", "paused_until", ahead(5)),
        # a part is free at the first end …
        (
            [pause("dispute", 60, ahead(9)), pause("promise", 40, ahead(5))],
            "wait",
            "paused_until",
            ahead(5),
        ),
        ([pause("dispute", 60), pause("promise", 40, ahead(5))], "wait", "paused_until", ahead(5)),
        # … unless another pause takes over
        ([pause("block", None, ahead(5)), pause("dispute", 100)], "skip", "paused", None),
        ([pause("block"), pause("promise", 100, ahead(5))], "skip", "paused", None),
        (
            [pause("block", None, ahead(5)), pause("promise", 100, ahead(20))],
            "wait",
            "paused_until",
            ahead(20),
        ),
        (
            [pause("block", None, ahead(5)), pause("promise", 99, ahead(20))],
            "wait",
            "paused_until",
            ahead(5),
        ),
        # what is over says nothing about when
        ([pause("block"), pause("promise", 100, ahead(-5))], "skip", "paused", None),
    ],
)
def test_until_when_an_item_is_paused(holding, outcome, reason, next_date):
    [decision] = decide(item(100, pauses=tuple(holding)))
    assert (decision.outcome, decision.reason, decision.next_date) == (outcome, reason, next_date)


def test_until_when_if_a_credit_covers_the_rest():
    """The date is the one on which a pause lets go, not today because of the credit."""
    debt = item(100, pauses=(pause("dispute", 60, ahead(5)),))
    assert decide(debt, item(-40))[0].next_date == ahead(5)


def test_until_when_if_a_payment_covers_the_rest():
    """What a payment in process takes is not freed by the end of a pause."""
    two = (pause("dispute", 60, ahead(5)), pause("promise", 60, ahead(9)))
    assert decide(item(100, payments=(payment(40),), pauses=two))[0].next_date == ahead(9)
