"""What holds for every debtor: no money appears, disappears or is asked for twice."""

import os
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from engine import due, dunning, escalation, pauses
from engine.escalation import BY_AGE, SEQUENTIAL, Contact
from engine.grouping import group
from factories import TODAY, ago, item, level, policy, position
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# The same few examples every time; many others with `EXAMPLES=2000 pytest …`.
EXAMPLES = int(os.environ.get("EXAMPLES", 0))
FEW = settings(
    max_examples=EXAMPLES or 30,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def for_all(*strategies):
    """given(), with the settings of this file whatever profile is loaded."""
    return lambda test: FEW(given(*strategies)(test))


RATES = {"MXN": Decimal(1), "USD": Decimal(20), "KWD": Decimal(4000), "COP": Decimal("0.005")}

amounts = st.integers(1, 2_000_000).map(lambda cents: Decimal(cents) / 100)
currencies = st.sampled_from(list(RATES))
days = st.integers(-40, 60)
#: How a recipient can be reached: mostly by e-mail, now and then not at all.
REACHES = [frozenset(reach) for reach in ({"email"}, {"email", "phone", "address"}, {"phone"}, ())]


@st.composite
def levels(draw):
    """Up to five levels with different delays, smallest first, the last perhaps repeated."""
    delays = sorted(draw(st.sets(st.integers(-15, 60), min_size=1, max_size=5)))
    kinds = st.sampled_from(escalation.KINDS)
    gaps = st.integers(0, 20)
    repeat = draw(st.sampled_from([0, 0, 1, 9]))
    return tuple(level(delay, gap=draw(gaps), kind=draw(kinds), repeat=repeat) for delay in delays)


#: Policies that differ in every option, for whole debtors; their levels are the usual ones.
POLICIES = (
    policy(id=1),
    policy(id=2, minimum=Decimal(5000), minimums={"USD": Decimal(300)}, progression=BY_AGE),
    policy(level(-5), level(5, gap=3, repeat=9), id=3, cadence=7, net_credits=False),
    policy(id=4, general_journal=False, require_sent=True),
)

pauses_of_an_item = st.lists(
    st.builds(
        pauses.Pause,
        st.sampled_from(pauses.KINDS),
        st.none() | amounts,
        st.none() | days.map(ago),
    ),
    max_size=4,
).map(tuple)


@st.composite
def payments(draw):
    """A payment in process or a refund."""
    currency = draw(currencies)
    amount = draw(amounts) * draw(st.sampled_from([1, 1, -1]))
    number = draw(st.integers(1, 10**6))
    return due.Payment(number, currency, amount, amount * RATES[currency])


contacts = st.builds(Contact, st.just(0), days, st.integers(0, 40).map(ago))


@st.composite
def debtors(draw, max_size=6, **facts):
    """All open items of one debtor, with some payments shared between them.

    Two items in the same currency are booked at the same rate.
    """
    shared = draw(st.lists(payments(), max_size=3, unique_by=lambda one: one.id))
    items = []
    for number in range(draw(st.integers(0, max_size))):
        currency = draw(currencies)
        residual = draw(amounts) * draw(st.sampled_from([1, 1, 1, -1]))
        contact = draw(st.none() | contacts)
        usual = {
            "id": number,
            "late": draw(days),
            "currency": currency,
            "rate": RATES[currency],
            "recipient_id": draw(st.sampled_from([7, 7, 71])),
            "reach": draw(st.sampled_from(REACHES)),
            "kind": draw(st.sampled_from(["invoice", "invoice", "entry"])),
            "sent": draw(st.booleans()),
            "no_followup": draw(st.sampled_from([False, False, True])),
            "payments": tuple(draw(st.sets(st.sampled_from(shared)))) if shared else (),
            "pauses": draw(st.just(()) | pauses_of_an_item),
            "last": contact,
            "debtor_contacted": contact and contact.date,
            "policy": draw(st.sampled_from([*POLICIES, None])),
        }
        items.append(item(residual, **{**usual, **facts}))
    return items


def assess(items, today=TODAY):
    return dunning.assess(items, today)


def by_currency(pairs):
    """Add up (currency, amount) pairs for each currency."""
    totals = defaultdict(Decimal)
    for currency, amount in pairs:
        totals[currency] += amount
    return totals


# --- Money ----------------------------------------------------------------------------------


@for_all(debtors())
def test_the_parts_of_an_item_are_its_residual(items):
    for one in assess(items):
        in_process, paused, credit, chaseable = parts = one.position[1:5]
        assert min(parts) >= 0
        if one.item.residual > 0:
            assert in_process + paused + credit + chaseable == one.item.residual
            assert sum(amount for _, amount in one.position.applied) == paused
        else:
            assert in_process <= -one.item.residual
            assert (paused, credit, chaseable) == (0, 0, 0)


@for_all(debtors())
def test_credits_are_used_exactly_as_far_as_they_go(items):
    """Per currency: what is chased of the items that credits are set against is what they are
    worth after payments and pauses, less all credits not being refunded; never below nothing.
    """
    free, asked, credits = [], [], []
    for found in due.net(items, TODAY, _takes_part, _nets):
        one, rest = found.item, abs(found.item.residual) - found.in_process
        if one.residual < 0:
            credits.append((one.currency, rest))
        elif _takes_part(one) and _nets(one):
            free.append((one.currency, rest - found.paused))
            asked.append((one.currency, found.chaseable))
        else:
            assert found.credit == 0
    free, asked, credits = by_currency(free), by_currency(asked), by_currency(credits)
    for currency, amount in free.items():
        assert asked[currency] == max(0, amount - credits[currency])


def _takes_part(one):
    return dunning.excluded(one) is None


def _nets(one):
    return one.policy.net_credits


@for_all(debtors(payments=()))
def test_nobody_is_asked_for_more_than_his_balance(items):
    """Per currency, with credits netted: at most the balance of debts taking part and credits."""
    items = [_with_policy(one, net_credits=True) for one in items]
    balance = by_currency(
        (one.currency, one.residual) for one in items if one.residual < 0 or _takes_part(one)
    )
    asked = by_currency(
        (one.item.currency, one.position.chaseable)
        for one in assess(items)
        if _takes_part(one.item)
    )
    for currency, amount in asked.items():
        assert amount <= max(0, balance[currency])


@for_all(st.lists(amounts, min_size=1, max_size=6), amounts)
def test_a_payment_in_process_is_used_once_and_completely(residuals, paid):
    """Over several items of its currency: all of it, or all of them."""
    one = (due.Payment(1, "MXN", paid, paid),)
    positions = due.net([item(residual, payments=one) for residual in residuals], TODAY)
    assert sum(position.in_process for position in positions) == min(paid, sum(residuals))


@for_all(st.lists(st.tuples(amounts, currencies), min_size=1, max_size=6), amounts, currencies)
def test_a_payment_across_currencies_is_used_once(debts, paid, currency):
    """In company currency, within half a cent of the item's currency for each item."""
    one = (due.Payment(1, currency, paid, paid * RATES[currency]),)
    items = [
        item(residual, currency=into, rate=RATES[into], payments=one) for residual, into in debts
    ]
    positions = due.net(items, TODAY)
    used = sum(position.in_process * RATES[position.item.currency] for position in positions)
    owed = sum(one.company_residual for one in items)
    rounding = sum(RATES[into] for _, into in debts) * Decimal("0.005")
    assert abs(used - min(owed, paid * RATES[currency])) <= rounding


@for_all(st.data())
def test_the_order_of_the_input_changes_nothing(data):
    items = data.draw(debtors())
    assert assess(data.draw(st.permutations(items))) == assess(items)


@for_all(debtors())
def test_another_currencys_debts_and_credits_change_nothing(items):
    """Without payments and minimums, which cross currencies, each could be alone."""
    plain = policy(net_credits=True)
    items = [one._replace(payments=(), policy=one.policy and plain) for one in items]
    together = [one[:2] for one in assess(items) if one.item.currency == "USD"]
    assert together == [one[:2] for one in assess([one for one in items if one.currency == "USD"])]


@for_all(debtors(), st.sampled_from([Decimal("0.01"), Decimal(100), Decimal(10**6)]))
def test_a_higher_minimum_never_sends_more(items, minimum):
    lower = [_with_policy(one, minimum=Decimal(0)) for one in items]
    higher = [_with_policy(one, minimum=minimum) for one in items]
    assert _reminded(higher) <= _reminded(lower)


def _with_policy(one, **options):
    """The item under the same policy but for these options; still none if it has none."""
    return one._replace(policy=one.policy and one.policy._replace(**options))


def _reminded(items):
    return {one.item.id for one in assess(items) if one.decision.outcome == "remind"}


# --- Pauses ---------------------------------------------------------------------------------


@for_all(amounts, pauses_of_an_item)
def test_pauses_take_no_more_than_there_is(amount, holding):
    free, applied = pauses.apply(amount, holding, TODAY)
    assert free >= 0
    assert free + sum(taken for _, taken in applied) == amount
    assert all(taken > 0 for _, taken in applied)
    assert all(pause.amount is None or taken <= pause.amount for pause, taken in applied)


@for_all(amounts, pauses_of_an_item)
def test_pauses_resume_on_the_very_day(amount, holding):
    """Checked against trying each of the next days; no end is further away."""
    today, *later = [
        pauses.apply(amount, holding, TODAY + timedelta(days=number))[0] for number in range(45)
    ]
    days_until = next((number for number, free in enumerate(later, 1) if free > today), None)
    expected = days_until and TODAY + timedelta(days=days_until)
    assert pauses.resumes_on(amount, holding, TODAY) == expected


# --- Letters --------------------------------------------------------------------------------


@for_all(debtors(max_size=8))
def test_each_item_to_remind_is_in_exactly_one_letter(items):
    assessed = assess(items)
    letters = group(assessed)
    in_letters = [one for letter in letters for one in letter.lines]
    ready = [one for one in assessed if one.decision.outcome == "remind"]
    assert Counter(one.item.id for one in in_letters) == Counter(one.item.id for one in ready)
    assert len({(letter.debtor_id, letter.recipient_id) for letter in letters}) == len(letters)
    for letter in letters:
        assert {one.recipient.partner_id for one in letter.lines} == {letter.recipient_id}
        assert letter.level.rank == max(one.decision.level.rank for one in letter.lines)


@for_all(debtors(max_size=8))
def test_totals_never_mix_currencies(items):
    for letter in group(assess(items)):
        expected = by_currency((one.item.currency, one.position.chaseable) for one in letter.lines)
        assert letter.totals == expected
        assert all(total > 0 for total in letter.totals.values())


# --- Time -----------------------------------------------------------------------------------

histories = st.none() | st.builds(
    Contact, st.integers(985, 1060), st.integers(-15, 60), days.map(abs).map(ago), st.booleans()
)
progressions = st.sampled_from([SEQUENTIAL, BY_AGE])


@for_all(st.integers(-30, 90), histories, levels(), progressions)
def test_wait_means_until_that_very_day_and_skip_means_for_good(late, history, steps, progression):
    """If nothing happens meanwhile: not a day earlier, not a day later."""
    one = position(late)
    today, *later = [
        escalation.decide(one, history, steps, TODAY + timedelta(days=number), progression)
        for number in range(130)
    ]
    outcomes = [decision.outcome for decision in later]
    if today.outcome == "wait":
        number = (today.next_date - TODAY).days
        assert outcomes.index("remind") == number - 1
        assert later[number - 1].level == today.level
    elif today.outcome == "skip":
        assert set(outcomes) == {"skip"}


@for_all(st.integers(-30, 90), levels(), progressions, st.integers(1, 3))
def test_a_year_of_runs(late, steps, progression, every):
    """Every so many days what is proposed is sent at once.  Whatever the policy: the gap and
    the repeat interval are kept, levels only rise, no demand comes first, no level before
    the due date comes after it, each level but a repeated last one is told once.
    """
    one, history, sent = position(late), None, []
    for number in range(0, 365, every):
        today = TODAY + timedelta(days=number)
        decision = escalation.decide(one, history, steps, today, progression)
        if decision.outcome != "remind":
            continue
        told, before = decision.level, sent[-1] if sent else None
        assert told.delay >= 0 or today <= one.due
        assert today >= one.due + timedelta(days=told.delay)
        if before is None:
            assert told.kind != "demand"
        else:
            least = max(told.gap, told.repeat if decision.reason == "repeat" else 1)
            assert (today - history.date).days >= least
            assert told.delay > before.delay or (decision.reason == "repeat" and told == steps[-1])
        history = Contact(told.id, told.delay, today)
        sent.append(told)
        again = escalation.decide(one, history, steps, today, progression)
        assert again.outcome != "remind"
    if progression == SEQUENTIAL and steps[0].delay >= 0 and steps[0].kind != "demand":
        assert set(sent) == set(steps)  # none is left out


@for_all(debtors(), st.integers(0, 9))
def test_after_sending_nothing_new_comes_before_the_gap(items, later):
    """What was told keeps quiet for the gap of whatever would be told next, at least a day."""
    sent = {one.item.id: one for one in assess(items) if one.decision.outcome == "remind"}
    after = [
        one._replace(last=_contact(sent[one.id]), debtor_contacted=TODAY) if one.id in sent else one
        for one in items
    ]
    day = TODAY + timedelta(days=later)
    for one in assess(after, day):
        if one.item.id in sent and one.decision.outcome == "remind":
            assert later >= max(1, one.decision.level.gap, one.item.policy.cadence)


def _contact(one):
    return Contact(one.decision.level.id, one.decision.level.delay, TODAY)
