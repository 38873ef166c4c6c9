"""Whether a customer may be contacted at a moment, and if not, when.

Moments are UTC without zone, as Odoo keeps them; hours, days and holidays are those of the
customer's place. Days count on the calendar there: "1 in 7 days" leaves the seventh day after a
contact free again. Sources of the presets: the rules of each country (data of the addon).
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from .places import Place

ALLOW = "allow"
RESCHEDULE = "reschedule"
REFUSE = "refuse"

#: What counts together: a channel belongs to one group.
GROUPS = {
    "email": "message",
    "sms": "message",
    "whatsapp": "message",
    "letter": "message",
    "phone": "call",
    "visit": "visit",
    "meeting": "visit",
}
#: What a cap can be about -> the groups it counts.
CAP_GROUPS = {
    "message": {"message"},
    "call": {"call"},
    "visit": {"visit"},
    "call_visit": {"call", "visit"},
    "any": {"message", "call", "visit"},
}
#: The post decides when a letter arrives: hours and holidays don't concern it, caps do.
TIMELESS = {"letter"}

#: A moment further away than this is as good as never.
HORIZON_DAYS = 366

#: code -> (outcome it comes with, what it means). Stable: scripts compare them.
REASONS = {
    "no_limits": (ALLOW, "no contact rule applies"),
    "within_rule": (ALLOW, "the contact rule allows it"),
    "outside_hours": (RESCHEDULE, "outside the hours of that weekday"),
    "closed_day": (RESCHEDULE, "a weekday without contacts"),
    "holiday": (RESCHEDULE, "a public holiday where the customer is"),
    "avoided": (RESCHEDULE, "a time of the week that is avoided"),
    "cap": (RESCHEDULE, "as many contacts as allowed in so many days"),
    "gap": (RESCHEDULE, "too soon after the last contact of this kind"),
    "quiet": (RESCHEDULE, "quiet days after a conversation"),
    "other_channel": (RESCHEDULE, "contacted through another channel these days"),
    "forbidden_channel": (REFUSE, "the rule forbids this channel"),
    "no_moment": (REFUSE, "no allowed moment within a year"),
}


class Window(NamedTuple):
    """Part of a weekday, half-open: `start` belongs to it, `end` doesn't.

    weekday: 0 = Monday.  start, end: minutes after midnight, at most 1440.
    """

    weekday: int
    start: int
    end: int


class Cap(NamedTuple):
    """At most `limit` contacts in `days` days, `gap` days or more between two.

    group: a key of CAP_GROUPS; the cap holds for its channels and counts their contacts.
    conversations: only contacts in which the customer was spoken with count.
    """

    group: str
    limit: int
    days: int
    gap: int = 0
    conversations: bool = False


class Rule(NamedTuple):
    """When and how often a customer may be contacted.

    windows: when he may be; none = at any hour of any day.  avoid: when not, even so.
    skip_holidays: not on public holidays where he is.
    single_channel_days: after a contact, no other channel for so many days; 0 = no limit.
    attempts_count: whether what didn't reach him counts for caps.
    forbidden: channels that may not be used at all.
    """

    id: int
    windows: tuple = ()
    avoid: tuple = ()
    skip_holidays: bool = False
    caps: tuple = ()
    single_channel_days: int = 0
    attempts_count: bool = True
    forbidden: frozenset = frozenset()

    @property
    def lookback(self):
        """So many days back a contact can still matter."""
        spans = [max(cap.days, cap.gap) for cap in self.caps]
        return max([*spans, self.single_channel_days], default=0)


class Contact(NamedTuple):
    """One contact that may matter for the next one.

    moment: UTC without zone.  channel: as in GROUPS; others never count.
    conversation: the customer was spoken with.  attempt: it didn't reach him.
    incoming: the customer began it; then it only matters as a conversation.
    """

    moment: datetime
    channel: str
    conversation: bool = False
    attempt: bool = False
    incoming: bool = False


class Answer(NamedTuple):
    """Whether a contact is allowed.

    outcome: "allow", "reschedule" to `until`, or "refuse".
    reason: a code of REASONS.
    until: the first moment that is allowed (UTC without zone); only with "reschedule".
    """

    outcome: str
    reason: str
    until: datetime | None = None


def check(rule, channel, when, history=(), place=None):
    """Return the Answer to "may the customer be contacted through `channel` at `when`?".

    rule: the Rule that applies, or None: no limits.
    channel: one of GROUPS (KeyError otherwise).
    when: UTC without zone.
    history: the Contacts of the last `rule.lookback` days and one more, in any order.
    place: where the customer is (places.Place); UTC without holidays if left out.
    The moment of a "reschedule" is never before `when`, is allowed itself, and is at most
    HORIZON_DAYS later; where there is none the answer is "refuse".
    """
    group = GROUPS[channel]
    if rule is None:
        return because("no_limits")
    if channel in rule.forbidden:
        return because("forbidden_channel")
    asked = _Question(rule, channel, group, place or Place())
    past = asked.past(history)
    reason = asked.obstacle(when, past)
    if reason is None:
        return because("within_rule")
    until = asked.next_moment(when, past)
    return because(reason, until) if until else because("no_moment")


def because(reason, until=None):
    """Make an Answer from its reason code; the outcome belongs to the code."""
    return Answer(REASONS[reason][0], reason, until)


class _Question(NamedTuple):
    """One rule, channel and place: what is asked about many moments."""

    rule: Rule
    channel: str
    group: str
    place: Place

    def past(self, history):
        """The contacts that count, as (day where the customer is, contact), oldest first."""
        counted = [
            (self.place.local(one.moment).date(), one)
            for one in history
            if one.channel in GROUPS and (self.rule.attempts_count or not one.attempt)
        ]
        return sorted(counted, key=lambda pair: pair[1].moment)

    def obstacle(self, moment, past):
        """Return the reason that stands against a moment, or None; limits come first."""
        local = self.place.local(moment)
        limit = self.limit(local.date(), past)
        return limit[0] if limit else self.closed(local)

    # --- hours -------------------------------------------------------------------------

    def closed(self, local):
        """Return the reason why a local moment is outside the hours, or None."""
        if self.channel in TIMELESS:
            return None
        rule, weekday = self.rule, local.weekday()
        if rule.skip_holidays and self.place.is_holiday(local.date()):
            return "holiday"
        minute = local.hour * 60 + local.minute
        if rule.windows and not _covers(rule.windows, weekday, minute):
            works = any(window.weekday == weekday for window in rule.windows)
            return "outside_hours" if works else "closed_day"
        return "avoided" if _covers(rule.avoid, weekday, minute) else None

    def first_open(self, day, moment):
        """Return the first open moment of a local day at or after `moment`, or None."""
        starts = {0} if self.channel in TIMELESS or not self.rule.windows else set()
        starts |= {one.start for one in self.rule.windows if one.weekday == day.weekday()}
        starts |= {one.end for one in self.rule.avoid if one.weekday == day.weekday()}
        # an hour that a clock change repeats begins twice
        begins = {self.place.utc(day, start, fold) for start in starts for fold in (0, 1)}
        open_ones = [
            one
            for one in begins | {moment}
            if one >= moment
            and (local := self.place.local(one)).date() == day
            and self.closed(local) is None
        ]
        return min(open_ones, default=None)

    def next_moment(self, when, past):
        """Return the first allowed moment at or after `when`, or None within the horizon."""
        moment, last = when, when + timedelta(days=HORIZON_DAYS)
        while moment <= last:
            day = self.place.local(moment).date()
            free = self.free_day(day, past)
            if free == day:
                found = self.first_open(day, moment)
                if found is not None:
                    return found if found <= last else None
                free = day + timedelta(days=1)
            moment = max(moment, self.place.day_start(free))
        return None

    # --- limits ------------------------------------------------------------------------

    def limit(self, day, past):
        """Return (reason, first day that is free of it) of what limits a day, or None."""
        before = [(told, one) for told, one in past if told <= day]
        found = [self.single_channel(day, before)]
        for cap in self.rule.caps:
            if self.group in CAP_GROUPS[cap.group]:
                found.append(_capped(cap, day, before))
        return max(filter(None, found), key=lambda pair: pair[1], default=None)

    def free_day(self, day, past):
        """Return the first day at or after `day` that no limit holds back."""
        while limit := self.limit(day, past):
            day = limit[1]
        return day

    def single_channel(self, day, before):
        """After a contact through another channel this one rests."""
        days = self.rule.single_channel_days
        others = [told for told, one in before if one.channel != self.channel and not one.incoming]
        if not days or not others:
            return None
        return _until("other_channel", day, others[-1], days)


def _covers(windows, weekday, minute):
    """Tell whether one of the windows holds a minute of a weekday."""
    return any(one.weekday == weekday and one.start <= minute < one.end for one in windows)


def _capped(cap, day, before):
    """Return (reason, free day) if a cap or its gap holds a day back, or None."""
    days = [
        told
        for told, one in before
        if GROUPS[one.channel] in CAP_GROUPS[cap.group]
        and (one.conversation if cap.conversations else not one.incoming)
    ]
    if not days:
        return None
    gap = _until("gap", day, days[-1], cap.gap)
    full = None
    if len(days) >= cap.limit:
        # once the oldest of the last `limit` contacts is `days` old there is room again
        full = _until("quiet" if cap.conversations else "cap", day, days[-cap.limit], cap.days)
    return max(filter(None, (full, gap)), key=lambda pair: pair[1], default=None)


def _until(reason, day, told, days):
    """Return (reason, told + days) while `day` is before that, else None."""
    free = date.fromordinal(told.toordinal() + days)
    return (reason, free) if day < free else None
