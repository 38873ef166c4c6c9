"""Which level comes next: delays, gaps, demands, levels before the due date, repeats."""

from datetime import date

import pytest
from engine import escalation
from engine.escalation import BY_AGE, SEQUENTIAL, because, later
from factories import LEVELS, TODAY, ago, ahead, level, position, told

BOTH = pytest.mark.parametrize("progression", [SEQUENTIAL, BY_AGE])


def decide(late, history=None, levels=LEVELS, progression=SEQUENTIAL):
    """The decision about an item so many days late, as (outcome, reason, delay, next date)."""
    one = escalation.decide(position(late), history, levels, TODAY, progression)
    return (one.outcome, one.reason, one.level and one.level.delay, one.next_date)


def reminds(delay):
    """What decide() returns when the level with this delay is due today."""
    return ("remind", "level_reached", delay, None)


# --- Delay and gap --------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "late, expected",
    [
        (-10, ("wait", "level_not_reached", 5, ahead(15))),
        (4, ("wait", "level_not_reached", 5, ahead(1))),  # the day before
        (5, reminds(5)),  # the day
        (6, reminds(5)),  # a day missed is caught up
    ],
)
def test_rule_6_the_first_level_is_ready_when_its_delay_has_passed(late, expected, progression):
    """Ready when due date + delay <= today."""
    assert decide(late, progression=progression) == expected


@BOTH
@pytest.mark.parametrize(
    "late, days_since, expected",
    [
        (14, 9, ("wait", "level_not_reached", 15, ahead(1))),
        (15, 9, reminds(15)),
        (20, 6, ("wait", "gap", 15, ahead(1))),
        (20, 7, reminds(15)),
        (20, 8, reminds(15)),
        (10, 1, ("wait", "gap", 15, ahead(6))),  # the gap ends after the delay
        (9, 1, ("wait", "level_not_reached", 15, ahead(6))),  # on the same day
        (8, 1, ("wait", "level_not_reached", 15, ahead(7))),  # before it
    ],
)
def test_rule_6_the_next_level_waits_for_delay_and_gap(late, days_since, expected, progression):
    """Ready when last contact + minimum gap <= today as well."""
    assert decide(late, told(5, days_since), progression=progression) == expected


@BOTH
def test_the_gap_asked_for_is_that_of_the_level_to_come(progression):
    levels = (level(0, gap=30), level(10, gap=3), level(60, gap=90))
    assert decide(20, told(0, 3), levels, progression) == reminds(10)


@BOTH
@pytest.mark.parametrize("gap", [0, 1])
def test_nobody_hears_about_an_item_twice_on_one_day(gap, progression):
    """A run repeated after sending proposes nothing new, also without a gap."""
    levels = (level(0), level(10, gap=gap))
    assert decide(50, told(0, 0), levels, progression) == ("wait", "gap", 10, ahead(1))
    assert decide(50, told(0, 1), levels, progression) == reminds(10)


@BOTH
@pytest.mark.parametrize("late", [0, 5, 200])
@pytest.mark.parametrize("amount", ["0", "-0.01"])
def test_nothing_to_chase_comes_first(amount, late, progression):
    one = escalation.decide(position(late, amount), None, LEVELS, TODAY, progression)
    assert one == because("nothing_to_chase")


@BOTH
def test_without_levels_there_is_nothing_to_tell(progression):
    assert decide(50, None, (), progression) == ("skip", "no_levels", None, None)
    assert decide(50, told(5, 9), (), progression) == ("skip", "no_levels", None, None)


# --- Old debts ------------------------------------------------------------------------------


def test_a_debt_of_200_days_sequentially_goes_through_every_level():
    """Peers' defect: a 200-day-old debt entered at level 1 with no way to choose.  Here one
    chooses; sequential is the progression in which it does."""
    assert decide(200) == reminds(5)
    assert decide(200, told(5, 7)) == reminds(15)
    assert decide(200, told(15, 10)) == reminds(40)


@pytest.mark.parametrize(
    "late, expected",
    [
        (14, reminds(5)),
        (15, reminds(15)),
        (39, reminds(15)),
        (40, reminds(15)),  # a demand is never the first contact
        (200, reminds(15)),
    ],
)
def test_rule_6_by_age_starts_at_the_highest_level_passed(late, expected):
    """By age, the highest level whose delay has passed."""
    assert decide(late, progression=BY_AGE) == expected


@pytest.mark.parametrize(
    "late, delay", [(19, 10), (20, 20), (29, 20), (30, 30), (31, 30), (59, 30), (60, 60), (99, 60)]
)
def test_by_age_skips_what_it_has_passed(late, delay):
    levels = tuple(level(delay) for delay in (0, 10, 20, 30, 60))
    assert decide(late, told(0, 9), levels, BY_AGE) == reminds(delay)
    assert decide(late, told(0, 9), levels, SEQUENTIAL) == reminds(10)


def test_by_age_never_goes_back():
    assert decide(200, told(15, 10), progression=BY_AGE) == reminds(40)
    assert decide(20, told(15, 10), progression=BY_AGE)[1:3] == ("level_not_reached", 40)


@pytest.mark.parametrize(
    "next_delay, expected",
    [
        (24, ("wait", "level_not_reached", 24, ahead(4))),  # passed before the gap of 10 is over
        (25, ("wait", "gap", 25, ahead(6))),  # on the day on which it is: the higher one
        (26, ("wait", "gap", 10, ahead(5))),
    ],
)
def test_by_age_a_level_waiting_for_its_gap_gives_way_to_the_next(next_delay, expected):
    """Told 5 days ago; the level of 10 days asks for a gap of 10."""
    levels = (level(0), level(10, gap=10), level(next_delay, gap=0 if next_delay == 24 else 11))
    assert decide(20, told(0, 5), levels, BY_AGE) == expected


# --- Demands --------------------------------------------------------------------------------


@BOTH
def test_rule_6_a_demand_is_never_a_first_contact(progression):
    """Either way the milder level comes first, however old the debt is."""
    levels = (level(0), level(5, kind="follow_up"), level(10, kind="demand"))
    first = decide(300, None, levels, progression)
    assert first == reminds(0 if progression == SEQUENTIAL else 5)
    assert decide(300, told(5, 9), levels, progression) == reminds(10)


@BOTH
def test_with_only_a_demand_left_nothing_is_sent(progression):
    only = ("skip", "demand_first", None, None)
    assert decide(99, None, (level(10, kind="demand"),), progression) == only
    before_due = (level(-3), level(10, kind="demand"))
    assert decide(1, None, before_due, progression) == only
    assert decide(0, None, before_due, progression) == reminds(-3)


@BOTH
def test_a_demand_in_the_middle_is_passed_over_by_a_first_contact(progression):
    levels = (level(5, kind="demand"), level(10))
    assert decide(7, None, levels, progression) == ("wait", "level_not_reached", 10, ahead(3))
    assert decide(10, None, levels, progression) == reminds(10)


# --- Before the due date --------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "late, expected",
    [
        (-4, ("wait", "level_not_reached", -3, ahead(1))),
        (-3, reminds(-3)),
        (-1, reminds(-3)),
        (0, reminds(-3)),  # the due date itself
        (1, ("wait", "level_not_reached", 5, ahead(4))),  # too late for it
        (5, reminds(5)),
    ],
)
def test_rule_6_levels_before_the_due_date_only_up_to_it(late, expected, progression):
    """Levels before the due date apply only until that date."""
    assert decide(late, None, (level(-3), *LEVELS), progression) == expected


@BOTH
@pytest.mark.parametrize(
    "days_since, expected",
    [
        (8, ("wait", "gap", -3, ahead(2))),  # free the day before the due date
        (7, ("wait", "gap", -3, ahead(3))),  # on the due date
        (6, ("wait", "level_not_reached", 5, ahead(8))),  # after it: the level is passed over
    ],
)
def test_a_level_that_its_gap_lets_out_after_the_due_date_is_passed_over(
    days_since, expected, progression
):
    history = told(-5, days_since, same_policy=False)
    levels = (level(-3, gap=10), level(5))
    assert decide(-3, history, levels, progression) == expected


@BOTH
@pytest.mark.parametrize("history", [None, told(-9, 20)])
def test_when_all_levels_are_before_the_due_date_nothing_is_left_after_it(history, progression):
    assert decide(1, history, (level(-9), level(-3)), progression)[:2] == ("skip", "no_level_left")


# --- The last level -------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "repeat, gap, days_since, expected",
    [
        (0, 0, 900, ("skip", "final_level_done", None, None)),
        (30, 0, 29, ("wait", "gap", 40, ahead(1))),
        (30, 0, 30, ("remind", "repeat", 40, None)),
        (30, 0, 31, ("remind", "repeat", 40, None)),
        (30, 45, 44, ("wait", "gap", 40, ahead(1))),  # a longer gap counts
        (30, 45, 45, ("remind", "repeat", 40, None)),
    ],
)
def test_rule_6_the_last_level_may_repeat(repeat, gap, days_since, expected, progression):
    """The last level may repeat every N days."""
    levels = (level(5), level(40, kind="demand", repeat=repeat, gap=gap))
    assert decide(900, told(40, days_since), levels, progression) == expected


@BOTH
def test_a_last_level_on_the_due_date_is_repeated_after_it(progression):
    assert decide(9, told(0, 9), (level(0, repeat=9),), progression)[:2] == ("remind", "repeat")


@BOTH
def test_only_the_last_level_repeats(progression):
    levels = (level(5, repeat=2), level(40))
    assert decide(30, told(5, 20), levels, progression)[:3] == ("wait", "level_not_reached", 40)


@BOTH
@pytest.mark.parametrize(
    "late, days_since, expected",
    [
        (-2, 2, ("wait", "gap", -9, ahead(1))),
        (-2, 3, ("remind", "repeat", -9, None)),
        (0, 3, ("remind", "repeat", -9, None)),
        (0, 2, ("skip", "final_level_done", None, None)),  # free on the day after
        (1, 9, ("skip", "final_level_done", None, None)),
    ],
)
def test_a_last_level_before_the_due_date_is_not_repeated_after_it(
    late, days_since, expected, progression
):
    assert decide(late, told(-9, days_since), (level(-9, repeat=3),), progression) == expected


# --- History and changes of the policy ------------------------------------------------------


@BOTH
def test_rule_5_the_level_reached_is_that_of_the_last_contact(progression):
    """The level is read from what was sent, never counted."""
    assert decide(39, told(15, 12), progression=progression)[1:3] == ("level_not_reached", 40)
    assert decide(39, told(5, 12), progression=progression) == reminds(15)
    assert decide(39, None, progression=progression) == reminds(
        5 if progression == SEQUENTIAL else 15
    )


@BOTH
@pytest.mark.parametrize(
    "days_since, expected",
    [(4, ("wait", "gap", 5, ahead(1))), (5, reminds(5)), (6, reminds(5))],
)
def test_rule_6_a_new_policy_resets_the_level_but_the_gap_counts(days_since, expected, progression):
    """Nothing resets a level except a new policy; who heard yesterday, heard."""
    history = told(40, days_since, same_policy=False)
    assert decide(10, history, progression=progression) == expected


def test_under_a_new_policy_a_demand_is_not_a_first_contact():
    """The debtor has been told before, so by age the demand is next."""
    history = told(5, 20, same_policy=False)
    assert decide(60, history, progression=BY_AGE) == reminds(40)


@BOTH
def test_a_new_policy_on_the_day_of_a_contact_waits_a_day(progression):
    history = told(5, 0, same_policy=False)
    assert decide(9, history, (level(0),), progression) == ("wait", "gap", 0, ahead(1))


@BOTH
def test_an_edited_delay_does_not_tell_the_same_level_again(progression):
    """The level told as of 5 days is now one of 8: the next one is still the next."""
    edited = (level(8, id=1005), *LEVELS[1:])
    assert decide(14, told(5, 9), edited, progression)[1:3] == ("level_not_reached", 15)
    assert decide(15, told(5, 9), edited, progression) == reminds(15)


@BOTH
def test_after_a_level_was_removed_its_delay_still_counts(progression):
    """Told at 15 days, and that level is gone: not back to 5, on to 40."""
    levels = (LEVELS[0], LEVELS[2])
    assert decide(39, told(15, 20), levels, progression)[1:3] == ("level_not_reached", 40)
    assert decide(99, told(60, 20), levels, progression)[1] == "final_level_done"


@BOTH
@pytest.mark.parametrize("days", [10**9, -(10**9)])
def test_a_day_beyond_the_calendar_is_its_last_or_first(days, progression):
    """One absurd number must not stop a company's run."""
    assert later(TODAY, days) == (date.max if days > 0 else date.min)
    decide(39, told(5, 9), (level(5), level(days, gap=abs(days))), progression)
    decide(39, told(5, 9), (level(5, repeat=abs(days)),), progression)


# --- Ranks and reasons ----------------------------------------------------------------------


def test_rank_is_the_kind_first_and_then_the_delay():
    by_delay = [
        level(1, kind="demand"),
        level(10, kind="follow_up"),
        level(90),
        level(91),
        level(95, kind="demand"),
    ]
    ranked = sorted(by_delay, key=lambda one: one.rank)
    assert [one.delay for one in ranked] == [90, 91, 10, 1, 95]


def test_the_outcome_belongs_to_the_reason():
    assert because("cadence", LEVELS[0], ago(-1))[:4] == ("wait", "cadence", LEVELS[0], ahead(1))
    with pytest.raises(KeyError):
        because("bad_mood")
