"""An offer to pay later, held against what the policy accepts at least.

Never push: who can't pay now is offered more time first, a plan afterwards.  Below the floor an
offer is not simply refused: the nearest offers that would be accepted come with the answer.
"""

from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from .due import ZERO

ACCEPT = "accept"
PROPOSE = "propose"
COUNTER = "counter"
REFUSE = "refuse"

#: code -> what it means. Stable: scripts compare them.
REASONS = {
    "acceptable": "the offer is not below the floor",
    "nothing_owed": "there is nothing to pay later",
    "incomplete": "the offer doesn't say how it is paid: a number of installments, or a day",
    "down_payment_too_small": "the down payment is below the policy's minimum",
    "installment_too_small": "an installment is below the policy's minimum",
    "too_long": "the plan takes longer than the policy allows",
    "extension_too_long": "the new day is later than the policy allows",
    "extension_first": "more time comes before a plan",
    "plan_broken_recently": "the last plan was broken recently: a manager decides",
    "beyond_insurance": "later than the insurer allows without asking him",
}


class Offer(NamedTuple):
    """How somebody would pay.

    An extension has `until`: everything on that day.  A plan has `count` installments, one a
    month, after an optional down payment today.
    """

    count: int | None = None
    down_payment: Decimal = ZERO
    until: date | None = None

    @property
    def is_extension(self):
        """Whether everything is paid at once, later."""
        return self.until is not None


class Floor(NamedTuple):
    """The least a policy accepts; None = no limit.

    minimum_installment: in the currency of the debt.  minimum_down_payment: per cent of it.
    automatic: what is not below the floor is accepted at once, not proposed to a person.
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
    cannot_pay_now: he said that he can't pay anything at present.
    had_extension: he has had more time for this debt already.
    broken_on: the day his last plan was broken, or None.
    manager: the offer is entered by a manager.
    insured_until: the last day the insurer allows without asking him, or None.
    """

    amount: Decimal
    places: int
    today: date
    cannot_pay_now: bool = False
    had_extension: bool = False
    broken_on: date | None = None
    manager: bool = False
    insured_until: date | None = None


class Answer(NamedTuple):
    """What to answer.

    decision: "accept", "propose" to a person, "counter" (with `counter_offers`) or "refuse".
    reasons: codes of REASONS.
    """

    decision: str
    reasons: tuple
    counter_offers: tuple = ()


def evaluate(offer, floor, situation):
    """Hold `offer` against `floor`; return the Answer.

    Counter-offers are acceptable themselves, the nearest to the offer first.
    """
    if situation.amount <= 0:
        return Answer(REFUSE, ("nothing_owed",))
    if not offer.is_extension and not offer.count:
        return Answer(REFUSE, ("incomplete",))
    reasons = below(offer, floor, situation)
    if not reasons:
        return Answer(ACCEPT if floor.automatic else PROPOSE, ("acceptable",))
    counters = _counters(offer, floor, situation)
    return Answer(COUNTER if counters else REFUSE, reasons, counters)


def below(offer, floor, situation):
    """Return the codes of what is wrong with an offer; none if it is acceptable."""
    find = _below_extension if offer.is_extension else _below_plan
    reasons = list(find(offer, floor, situation))
    limit = situation.insured_until
    if limit and _last_day(offer, situation.today) > limit:
        reasons.append("beyond_insurance")
    return tuple(reasons)


def _below_extension(offer, floor, situation):
    """Yield what is wrong with paying everything on a later day."""
    latest = _latest_extension(floor, situation)
    if latest and offer.until > latest:
        yield "extension_too_long"


def _below_plan(offer, floor, situation):
    """Yield what is wrong with paying in installments."""
    if _is_quiet(floor, situation):
        yield "plan_broken_recently"
    if floor.extension_first and situation.cannot_pay_now and not situation.had_extension:
        yield "extension_first"
    if offer.down_payment < _least_down_payment(floor, situation):
        yield "down_payment_too_small"
    if _installment(offer, situation) < floor.minimum_installment:
        yield "installment_too_small"
    if floor.maximum_months is not None and offer.count > floor.maximum_months:
        yield "too_long"


def _is_quiet(floor, situation):
    """Whether the last plan broke too recently for anybody but a manager."""
    if situation.manager or not situation.broken_on or not floor.quiet_months:
        return False
    return situation.today < situation.broken_on + relativedelta(months=floor.quiet_months)


def _installment(offer, situation):
    """The regular installment, rounded down to the currency as the split does."""
    unit = Decimal(1).scaleb(-situation.places)
    part = (situation.amount - offer.down_payment) / offer.count
    return part.quantize(unit, rounding=ROUND_FLOOR)


def _least_down_payment(floor, situation):
    """The least down payment, rounded up to the currency."""
    unit = Decimal(1).scaleb(-situation.places)
    share = situation.amount * floor.minimum_down_payment / 100
    return share.quantize(unit, rounding=ROUND_CEILING)


def _latest_extension(floor, situation):
    """The last day that an extension may have; None = any."""
    if floor.maximum_extension is None:
        return None
    return situation.today + timedelta(days=floor.maximum_extension)


def _last_day(offer, today):
    """The day on which the offer is over."""
    return offer.until or today + relativedelta(months=offer.count)


def _counters(offer, floor, situation):
    """The nearest acceptable offers, each once."""
    candidates = [
        _shorter_extension(floor, situation),
        _fewer_months(offer, floor, situation),
        _more_down_payment(offer, floor, situation),
    ]
    if not offer.is_extension:
        # of the same kind first, unless it is time that is needed
        wants_time = "extension_first" in below(offer, floor, situation)
        candidates = candidates if wants_time else [*candidates[1:], candidates[0]]
    found = [one for one in candidates if one and not below(one, floor, situation)]
    return tuple(dict.fromkeys(found))


def _shorter_extension(floor, situation):
    """As much time as is accepted."""
    limits = [_latest_extension(floor, situation), situation.insured_until]
    until = min((day for day in limits if day), default=None)
    return Offer(until=until) if until and until > situation.today else None


def _fewer_months(offer, floor, situation):
    """The same down payment, or the least that is accepted, and as many months as possible."""
    down_payment = max(offer.down_payment, _least_down_payment(floor, situation))
    months = _most_months(situation.amount - down_payment, floor, situation)
    count = min(months, offer.count or months)
    return Offer(count, down_payment) if count >= 1 else None


def _most_months(rest, floor, situation):
    """In how many months `rest` may be paid at most."""
    limits = [floor.maximum_months] if floor.maximum_months is not None else []
    if floor.minimum_installment:
        limits.append(int(rest / floor.minimum_installment))
    if situation.insured_until:
        day = relativedelta(situation.insured_until, situation.today)
        limits.append(day.years * 12 + day.months)
    return max(min(limits, default=12), 0)


def _more_down_payment(offer, floor, situation):
    """Installments as small as offered, in fewer months, and what is missing paid at once."""
    if not offer.count:
        return None
    part = max(_installment(offer, situation), floor.minimum_installment)
    count = min(offer.count, _most_months(situation.amount, floor, situation))
    down_payment = situation.amount - part * count
    possible = count >= 1 and 0 < down_payment < situation.amount
    return Offer(count, down_payment) if possible else None
