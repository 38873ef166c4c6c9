"""Which level a due item has reached on a date, and why."""

from datetime import date
from itertools import pairwise
from typing import NamedTuple

from .reasons import REASONS

#: From the mildest to the most formal (recordatorio, gestión, requerimiento).
KINDS = ("reminder", "follow_up", "demand")

SEQUENTIAL = "sequential"
BY_AGE = "by_age"


class Level(NamedTuple):
    """One step of a policy.

    delay: days after the due date; negative = before it.
    gap: the least number of days since the previous message about the same item; whatever it
    says, nobody hears about the same item twice on one day.
    repeat: repeat the policy's last level every so many days; 0 = once.
    deliverable: whether its template exists and is active.
    channels: the ways it may be told (channels.NEEDS), the preferred one first.
    role: whom it goes to before anybody else (routing.ROLES); None: as its kind does.
    """

    id: int
    delay: int
    gap: int = 0
    kind: str = "reminder"
    repeat: int = 0
    deliverable: bool = True
    channels: tuple = ("email",)
    role: str | None = None

    @property
    def rank(self):
        """How formal the level is: by kind, then by delay."""
        return (KINDS.index(self.kind), self.delay)


class Contact(NamedTuple):
    """The last message that told a due item and is not known as undelivered.

    delay: the delay of the level then told.
    same_policy: False when the item has got another policy since: its levels start anew.
    """

    level_id: int
    delay: int
    date: date
    same_policy: bool = True


class Decision(NamedTuple):
    """What to do about one due item today.

    outcome: "remind" now, "wait" until next_date, or "skip" (nothing changes by waiting).
    reason: a code of reasons.REASONS; the ORM layer turns it into a sentence.
    level: the level to tell, or the next one when waiting.
    channel: the way to tell it, where it is told: the level's or its fallback.
    """

    outcome: str
    reason: str
    level: Level | None = None
    next_date: date | None = None
    channel: str | None = None


def because(reason, level=None, next_date=None):
    """Make a Decision from its reason code; the outcome belongs to the code.

    Raises KeyError for a code that is not in reasons.REASONS.
    """
    return Decision(REASONS[reason][0], reason, level, next_date)


def later(day, days):
    """Return the day so many days after `day`, at most the calendar's last (or first)."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def decide(item, history, levels, today, progression=SEQUENTIAL):
    """Return the Decision for `item` on `today`, looking at levels and history only.

    item: anything with `due` and `chaseable` (due.Position).
    history: the last Contact that told this item, or None.
    levels: the active levels of the policy, smallest delay first, no delay twice.
    progression: "sequential": the first level above the one reached; "by_age": the highest
    level whose delay has passed.  In both, a demand is never a first contact, a level before
    the due date applies only up to that date, and the gap since the last contact counts.
    """
    if item.chaseable <= 0:
        return because("nothing_to_chase")
    if not levels:
        return because("no_levels")
    reached = _reached(history, levels)
    above = [level for level in levels if reached is None or level.delay > reached]
    if not above:
        return _repeat(levels[-1], item, history, today)
    possible = [level for level in above if _applies(level, item, history, today)]
    if not possible:
        return because("no_level_left")
    if history is None:
        possible = [level for level in possible if level.kind != "demand"]
        if not possible:
            return because("demand_first")
    choose = _highest if progression == BY_AGE else _first
    return _ready(choose(possible, item, history, today), item, history, today)


def _reached(history, levels):
    """Return the delay of the level last told, or None where the levels begin anew.

    The level counts as it is now: editing its delay doesn't make it the next one again.
    """
    if history is None or not history.same_policy:
        return None
    now = (level.delay for level in levels if level.id == history.level_id)
    return next(now, history.delay)


def _ready_on(level, item, history):
    """Return the first day on which both the delay and the gap of a level have passed."""
    reached_on = later(item.due, level.delay)
    if history is None:
        return reached_on
    return max(reached_on, later(history.date, max(level.gap, 1)))


def _applies(level, item, history, today):
    """A level before the due date (negative delay) applies up to that date, the day included.

    One that its gap would let out only after that date doesn't apply any more either.
    """
    return level.delay >= 0 or max(today, _ready_on(level, item, history)) <= item.due


def _first(levels, item, history, today):
    """Sequential: nothing is skipped, however old the item is."""
    return levels[0]


def _highest(levels, item, history, today):
    """By age: the highest level whose delay has passed once something may be told.

    A level that must wait for its gap gives way to the next if that is reached meanwhile.
    """
    for level, after in pairwise(levels):
        told_on = max(today, _ready_on(level, item, history))
        if told_on < later(item.due, after.delay):
            return level
    return levels[-1]


def _ready(level, item, history, today):
    """Remind at `level` once its delay and the gap since the last contact are over."""
    ready_on = _ready_on(level, item, history)
    if today >= ready_on:
        return because("level_reached", level)
    waits_for_gap = ready_on > later(item.due, level.delay)
    return because("gap" if waits_for_gap else "level_not_reached", level, ready_on)


def _repeat(last, item, history, today):
    """After the last level: repeat it every `repeat` days, or stop.

    A last level before the due date isn't repeated after that date.
    """
    again = later(history.date, max(last.repeat, last.gap))
    if not last.repeat or (last.delay < 0 and max(today, again) > item.due):
        return because("final_level_done")
    if today < again:
        return because("gap", last, again)
    return because("repeat", last)
