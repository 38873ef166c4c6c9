"""An offer to pay later, held against what the policy accepts at least.

Never push: who can't pay now is offered more time first, a plan afterwards.  Below the floor an
offer is not simply refused: the nearest offers that would be accepted come with the answer.
"""

from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import takewhile
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from . import installments
from .due import ZERO
from .places import Place

ACCEPT = "accept"
PROPOSE = "propose"
COUNTER = "counter"
REFUSE = "refuse"

#: In how many installments at most, where nothing else limits them.
USUAL_COUNT = 12

#: Days that are offered where a policy has no limit for an extension.
USUAL_EXTENSION = 30

#: code -> what it means. Stable: scripts compare them.
REASONS = {
    "acceptable": "the offer is not below the floor",
    "nothing_owed": "there is nothing to pay later",
    "not_reversed": "nothing else is left: the re-booking of a plan that is over is still to be "
    "reversed",
    "in_preparation": "nothing else is left: an agreement is being prepared that the debtor "
    "doesn't know yet",
    "incomplete": "the offer doesn't say how it is paid: a number or amount of installments, "
    "or a day",
    "down_payment_too_large": "the down payment isn't less than the debt",
    "down_payment_too_small": "the down payment is below the policy's minimum",
    "installment_too_small": "an installment is below the policy's minimum",
    "too_long": "the plan takes longer than the policy allows",
    "extension_too_long": "the new day is later than the policy allows",
    "starts_too_late": "the first installment is later than an extension may be, and than a "
    "period from today",
    "extension_first": "more time comes before a plan",
    "plan_broken_recently": "the last plan was broken recently: a manager decides",
    "beyond_insurance": "later than the insurer allows without asking him",
    "unsuitable_day": "a day on which the debtor can't pay: no working day, none of his pay days",
}


class Offer(NamedTuple):
    """How somebody would pay.

    An extension has `until`: everything on that day.  A plan has `count` installments, or as
    many as installments of `each` make (not both), one a `period` (a key of
    installments.PERIODS) from `first` on, after an optional down payment today.
    first: one period from today if left out, or from the day it is due if that is later.
    """

    count: int | None = None
    down_payment: Decimal = ZERO
    until: date | None = None
    period: str = "month"
    first: date | None = None
    each: Decimal | None = None

    @property
    def is_extension(self):
        """Whether everything is paid at once, later."""
        return self.until is not None


class Floor(NamedTuple):
    """The least a policy accepts; None = no limit.

    minimum_installment: in the currency of the debt.  minimum_down_payment: per cent of it.
    automatic: what is not below the floor is accepted at once, not proposed to a person; more time
    a second time always is, and what he offers after he has left an offer unsigned.
    quiet_months: so many months after a broken plan only a manager grants another.
    extension_first: who can't pay now gets more time before a plan is talked about.
    """

    minimum_installment: Decimal = ZERO
    minimum_down_payment: Decimal = ZERO
    maximum_months: int | None = 12
    maximum_extension: int | None = 30
    automatic: bool = False
    quiet_months: int = 0
    extension_first: bool = True


class Situation(NamedTuple):
    """What is known of the debtor on the day of the offer.

    amount: the debt it is about; places: decimals of its currency.
    due: the day on which the earliest of it is due; None = today.
    cannot_pay_now: he said that he can't pay anything at present.
    had_extension: he has had more time for this debt already.
    left_unsigned: the last offer that he made by himself wasn't signed in time.
    broken_on: the day his last plan was broken, or None.
    manager: the offer is entered by a manager.
    insured_until: the last day the insurer allows without asking him, or None.
    nothing_left: why, a code of REASONS, if the amount is zero.
    place, pay_days: where he is and when he pays, as installments.suitable_day takes them;
    None = every day suits.
    """

    amount: Decimal
    places: int
    today: date
    due: date | None = None
    cannot_pay_now: bool = False
    had_extension: bool = False
    left_unsigned: bool = False
    broken_on: date | None = None
    manager: bool = False
    insured_until: date | None = None
    nothing_left: str = "nothing_owed"
    place: Place | None = None
    pay_days: tuple = ()

    @property
    def start(self):
        """The day from which more time counts: nobody asks for what isn't due yet."""
        return max(self.today, self.due or self.today)

    def suitable(self, day):
        """The first day on or after `day` on which he can pay."""
        return installments.suitable_day(day, self.place, self.pay_days) if self.place else day

    def working(self, day):
        """The first working day on or after `day`, where he is."""
        return self.place.next_working_day(day) if self.place else day


class Answer(NamedTuple):
    """What to answer.

    decision: "accept", "propose" to a person, "counter" (with `counter_offers`) or "refuse".
    reasons: codes of REASONS.
    offer: what is acceptable, as it was meant; None if nothing is.
    """

    decision: str
    reasons: tuple
    counter_offers: tuple = ()
    offer: Offer | None = None


def _as_meant(offer, situation):
    """Return the offer with its number of installments, where their amount was offered.

    The number follows from the amount, whatever was offered beside it.
    Everything in a single installment, and nothing before it, is an extension.
    """
    if offer.is_extension:
        return offer
    if offer.each and offer.each > 0:
        rest = situation.amount - offer.down_payment
        count = int((rest / offer.each).to_integral_value(ROUND_CEILING))
        # more than a plan may have, however many: no day is that far
        offer = offer._replace(count=min(count, installments.MOST + 1))
    if offer.count == 1 and not offer.down_payment:
        return Offer(until=_first_day(offer, situation))
    return offer


def evaluate(offer, floor, situation):
    """Hold `offer` against `floor`; return the Answer.

    Counter-offers are acceptable themselves, the nearest to the offer first.
    """
    if situation.amount <= 0:
        return Answer(REFUSE, (situation.nothing_left,))
    if not offer.is_extension and offer.down_payment >= situation.amount:
        return Answer(REFUSE, ("down_payment_too_large",))
    offer = _as_meant(offer, situation)
    if not offer.is_extension and not offer.count:
        return Answer(REFUSE, ("incomplete",))
    reasons = below(offer, floor, situation)
    if not reasons:
        # nobody gives himself more time again and again
        again = situation.left_unsigned or (offer.is_extension and situation.had_extension)
        decision = ACCEPT if floor.automatic and not again else PROPOSE
        return Answer(decision, ("acceptable",), offer=offer)
    counters = _counters(offer, floor, situation)
    return Answer(COUNTER if counters else REFUSE, reasons, counters)


def below(offer, floor, situation):
    """Return the codes of what is wrong with an offer, as it was meant; none if it is acceptable.

    What counts are the days on which he would pay: those that suit him.
    """
    last_day = _last_day(offer, situation)
    if offer.is_extension:
        found = _below_extension(last_day, floor, situation)
    else:
        terms = _Terms(
            offer.down_payment,
            _installment(offer, situation),
            situation.suitable(_first_day(offer, situation)),
            last_day,
            offer.period,
        )
        found = _below_terms(terms, floor, situation)
    return _with_insurance(found, last_day, situation)


def _with_insurance(found, last_day, situation):
    """The codes found, and whether the last day is later than the insurer allows."""
    late = situation.insured_until and last_day > situation.insured_until
    return (*found, "beyond_insurance") if late else tuple(found)


def below_calendar(calendar, floor, situation):
    """Return the codes of what is wrong with days and amounts that a person wrote.

    calendar: the Installments, earliest first; what is due up to `situation.today` is the down
    payment.  The last installment may be smaller than the least one, as a remainder is.
    """
    found = tuple(_below_limits(calendar, floor, situation))
    if suited(calendar, situation) != tuple(calendar):
        found += ("unsuitable_day",)
    return _with_insurance(found, calendar[-1].due, situation)


def _below_limits(calendar, floor, situation):
    """What is wrong with the length and the amounts of what a person wrote."""
    if len(calendar) == 1:
        return _below_extension(calendar[0].due, floor, situation)
    down_payment = sum((one.amount for one in calendar if one.due <= situation.today), ZERO)
    later = [one for one in calendar if one.due > situation.today]
    least = min((one.amount for one in later[:-1] or later), default=None)
    # nobody says how far apart they are meant to be
    terms = _Terms(down_payment, least, (later or calendar)[0].due, calendar[-1].due, "month")
    return _below_terms(terms, floor, situation)


def suited(calendar, situation):
    """Return Installments, earliest first, on the next days that suit the debtor, as a tuple.

    What is due up to `situation.today` is paid at once, whatever day it is.
    """
    days = (one.due for one in calendar if one.due > situation.today)
    suiting = installments.moved(days, situation.suitable)
    return tuple(
        one if one.due <= situation.today else one._replace(due=next(suiting)) for one in calendar
    )


def _below_extension(day, floor, situation):
    """Yield what is wrong with paying everything on a later day."""
    latest = _latest_extension(floor, situation)
    if latest and day > latest:
        yield "extension_too_long"


class _Terms(NamedTuple):
    """What of a plan is compared with the floor; `installment` None = there is none.

    first_day, last_day: of the regular installments.
    """

    down_payment: Decimal
    installment: Decimal | None
    first_day: date
    last_day: date
    period: str


def _below_terms(terms, floor, situation):
    """Yield what is wrong with paying in installments."""
    if _is_quiet(floor, situation):
        yield "plan_broken_recently"
    if floor.extension_first and situation.cannot_pay_now and not situation.had_extension:
        yield "extension_first"
    if terms.down_payment < _least_down_payment(floor, situation):
        yield "down_payment_too_small"
    if terms.installment is not None and terms.installment < floor.minimum_installment:
        yield "installment_too_small"
    latest = _latest_first(terms.period, floor, situation)
    if latest and terms.first_day > latest:
        yield "starts_too_late"
    latest = _latest_installment(floor, situation)
    if latest and terms.last_day > latest:
        yield "too_long"


def _is_quiet(floor, situation):
    """Whether the last plan broke too recently for anybody but a manager."""
    if situation.manager or not situation.broken_on or not floor.quiet_months:
        return False
    return situation.today < situation.broken_on + relativedelta(months=floor.quiet_months)


def _installment(offer, situation):
    """The regular installment, rounded down to the currency as the split does."""
    if offer.each:
        return offer.each
    unit = Decimal(1).scaleb(-situation.places)
    part = (situation.amount - offer.down_payment) / offer.count
    return part.quantize(unit, rounding=ROUND_FLOOR)


def _least_down_payment(floor, situation):
    """The least down payment, rounded up to the currency."""
    unit = Decimal(1).scaleb(-situation.places)
    share = situation.amount * floor.minimum_down_payment / 100
    return share.quantize(unit, rounding=ROUND_CEILING)


def _latest_extension(floor, situation):
    """The last day that an extension may have, a working day; None = any."""
    if floor.maximum_extension is None:
        return None
    return situation.working(situation.start + timedelta(days=floor.maximum_extension))


def _latest_first(period, floor, situation):
    """The last day on which the first installment may fall; None = any.

    As late as an extension, else nobody would ask for one; and one period from today at least.
    """
    latest = _latest_extension(floor, situation)
    usual = situation.suitable(_first_day(Offer(period=period), situation))
    return latest and max(latest, usual)


def _latest_installment(floor, situation):
    """The last day that a plan may have, a working day; None = any."""
    if floor.maximum_months is None:
        return None
    return situation.working(situation.start + relativedelta(months=floor.maximum_months))


def _last_day(offer, situation):
    """The day on which the offer is over."""
    if offer.is_extension:
        return situation.suitable(offer.until)
    first = _first_day(offer, situation)
    return installments.calendar(first, offer.count, offer.period, situation.suitable)[-1]


def _first_day(offer, situation):
    """The day of the first installment, whether it suits or not."""
    return offer.first or situation.start + installments.PERIODS[offer.period](1)


def _counters(offer, floor, situation):
    """The nearest acceptable offers, each once."""
    started = _started_in_time(offer, floor, situation)
    candidates = [
        _shorter_extension(floor, situation),
        _fewer_months(started, floor, situation),
        _more_down_payment(started, floor, situation),
    ]
    if not offer.is_extension:
        # of the same kind first, unless it is time that is needed
        wants_time = "extension_first" in below(offer, floor, situation)
        candidates = candidates if wants_time else [*candidates[1:], candidates[0]]
    meant = [_as_meant(one, situation) for one in candidates if one]
    found = [
        one
        for one in meant
        if not below(one, floor, situation) and _comes_to_something(one, situation)
    ]
    return tuple(dict.fromkeys(found))


def _comes_to_something(offer, situation):
    """Whether an offer can be split: of two cents there are no three installments."""
    try:
        return bool(calendar_of(offer, situation))
    except ValueError:
        return False


def _shorter_extension(floor, situation):
    """As much time as is accepted."""
    usual = situation.working(situation.start + timedelta(days=USUAL_EXTENSION))
    limits = [_latest_extension(floor, situation), situation.insured_until]
    until = _suiting_up_to(min((day for day in limits if day), default=usual), situation)
    return Offer(until=until) if until > situation.start else None


def _suiting_up_to(latest, situation):
    """The last day that comes to one up to `latest`; if there is none, no day after the start."""
    day = latest
    while day > situation.start and situation.suitable(day) > latest:
        day -= timedelta(days=1)
    return day


def _started_in_time(offer, floor, situation):
    """The same offer, its first installment neither before it is due nor later than accepted."""
    if not offer.first:
        return offer
    offer = offer._replace(first=max(offer.first, situation.start))
    latest = _latest_first(offer.period, floor, situation)
    if latest and situation.suitable(offer.first) > latest:
        return offer._replace(first=_suiting_up_to(latest, situation))
    return offer


def _fewer_months(offer, floor, situation):
    """The same down payment, or the least that is accepted, and as many months as possible."""
    down_payment = max(offer.down_payment, _least_down_payment(floor, situation))
    most = _most_installments(offer, situation.amount - down_payment, floor, situation)
    count = min(most, offer.count or most)
    if count < 1:
        return None
    return offer._replace(count=count, down_payment=down_payment, until=None, each=None)


def _most_installments(offer, rest, floor, situation):
    """In how many installments `rest` may be paid at most."""
    limits = []
    if floor.minimum_installment:
        limits.append(min(int(rest / floor.minimum_installment), installments.MOST))
    latest = [_latest_installment(floor, situation), situation.insured_until]
    last_day = min((day for day in latest if day), default=None)
    if last_day:
        limits.append(_fitting(offer, situation, last_day))
    return min(limits, default=USUAL_COUNT)


def _fitting(offer, situation, last_day):
    """How many installments fall due up to a day."""
    first = _first_day(offer, situation)
    days = installments.due_days(first, offer.period, situation.suitable)
    return sum(1 for _day in takewhile(lambda day: day <= last_day, days))


def _more_down_payment(offer, floor, situation):
    """Installments as small as offered, in fewer months, and what is missing paid at once."""
    if not offer.count or situation.start > situation.today:
        return None
    part = max(_installment(offer, situation), floor.minimum_installment)
    most = _most_installments(offer, situation.amount, floor, situation)
    count = min(offer.count, most)
    down_payment = situation.amount - part * count
    possible = count >= 1 and 0 < down_payment < situation.amount
    return offer._replace(count=count, down_payment=down_payment, each=None) if possible else None


def in_currency(least, amount, company_amount, places):
    """Return a least installment of the company's currency in that of a debt, rounded up.

    amount, company_amount: the debt in both, as its lines were booked: the same comparison as
    of each installment in company currency, at no other rate.
    """
    unit = Decimal(1).scaleb(-places)
    return (least * amount / company_amount).quantize(unit, rounding=ROUND_CEILING)


def calendar_of(offer, situation):
    """Return the Installments that an offer comes to, on days that suit the debtor.

    The down payment is due today, whatever day it is.
    Raises ValueError like installments.schedule, and with "day" where something would be due
    before today.
    """
    today = situation.today
    if (offer.until or offer.first or today) < today:
        raise ValueError("day")
    if offer.is_extension:
        return (installments.Installment(situation.suitable(offer.until), situation.amount),)
    return installments.schedule(
        situation.amount,
        situation.places,
        _first_day(offer, situation),
        count=None if offer.each else offer.count,
        each=offer.each,
        down_payment=offer.down_payment,
        down_payment_on=today,
        period=offer.period,
        move=situation.suitable,
    )
