"""Credit insurance: no cent is insured twice, lost in a rounding, or paid above a limit."""

import os
import time
from datetime import timedelta
from decimal import Decimal

from engine import cover, declarations, indemnity, insurance, premium
from engine.insurance import MONTHLY, Deadline
from hypothesis import given, settings
from hypothesis import strategies as st
from insured import PERCENTAGES, YEAR_2026, day, decide, limit, line, policy

# The same examples every time; many others with `EXAMPLES=2000 pytest …`.
EXAMPLES = int(os.environ.get("EXAMPLES", 0))
FEW = settings(max_examples=EXAMPLES or 60, derandomize=not EXAMPLES, deadline=None, database=None)

money = st.integers(0, 200_000).map(lambda cents: Decimal(cents) / 100)
days = st.integers(-60, 200)
dates = st.none() | days.map(day)
#: What came of a document: amounts, and whether by a credit note for tax alone.
settlements = st.lists(st.tuples(money, st.booleans()), max_size=6)
tax_shares = st.sampled_from([Decimal(0), Decimal(21) / Decimal(121), Decimal("0.5"), Decimal(1)])


@st.composite
def lines(draw):
    """A line in any state, with parts of it tax, which was taken back or not, and disputed."""
    amount = draw(money)
    invoiced = draw(st.integers(-50, 120))
    open_part = draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal(0)]))
    return line(
        (amount * open_part).quantize(Decimal("0.01")),
        invoiced,
        due=day(invoiced + draw(st.integers(0, 120))),
        delivered=draw(st.none() | st.integers(0, 40).map(lambda gap: day(invoiced - gap))),
        amount=amount,
        tax=amount * cover.open_tax_share(draw(tax_shares), draw(money), draw(settlements)),
        disputed=draw(money) if draw(st.booleans()) else Decimal(0),
        flagged=draw(st.sampled_from([True, True, True, False])),
        settled_on=draw(dates), declared_on=draw(dates), notified_on=draw(dates),
        claimed_on=draw(dates), extended_to=draw(dates), approved_until=draw(dates),
        activated_on=draw(dates),
    )  # fmt: skip


@st.composite
def decisions(draw):
    """What an insurer may say."""
    return limit(
        draw(money),
        draw(days.map(day)),
        draw(st.sampled_from(insurance.DECISIONS)),
        kind=draw(st.sampled_from([insurance.NAMED, insurance.DISCRETIONARY])),
        until=draw(dates),
        recorded=draw(dates),
    )


POLICIES = (
    policy(),
    policy(covers_tax=True, blind=Decimal(300), discretionary=Decimal(500), mep=60),
    policy(
        attachment="delivery", maximum_delay=30, maximum_term=90, mep=30, declaration=MONTHLY,
        notice=(Deadline("due", 30), Deadline("insolvency", 10)),
        waiting=Deadline("notice", months=6), claim=Deadline("loss", 30), blind=Decimal(700),
    ),
    policy(kind="single_invoice", activation=Deadline("due", 0), blind=Decimal(900)),
)  # fmt: skip

debtors = {
    "terms": st.sampled_from(POLICIES),
    "limits": st.lists(decisions(), max_size=4),
    "open_lines": st.lists(lines(), max_size=8),
    "today": days.map(day),
    "insolvent": dates,
    "claimed": st.lists(days.map(day), max_size=3).map(tuple),
}


@FEW
@given(**debtors)
def test_covered_and_uncovered_are_what_is_open(
    terms, limits, open_lines, today, insolvent, claimed
):
    found = decide(
        *open_lines, terms=terms, limits=limits, today=today, insolvent_on=insolvent,
        claimed=claimed,
    )  # fmt: skip
    for one, debt in zip(found, open_lines, strict=True):
        assert one.covered + one.uncovered == one.residual == debt.residual
        assert one.covered + one.suspended + one.lost == one.used
        assert min(one.covered, one.uncovered, one.suspended, one.lost) >= 0
        assert one.insured_amount <= one.covered
        assert one.reasons and (one.covered > 0 or one.insured_amount == 0)


@FEW
@given(new_lines=st.lists(lines(), min_size=1, max_size=3), **debtors)
def test_nothing_loses_its_cover_that_may_not(
    new_lines, terms, limits, open_lines, today, insolvent, claimed
):
    buyer = insurance.Buyer(insolvent_on=insolvent, claimed=claimed)
    alone = cover.decide(terms, limits, open_lines, today, buyer)
    after = cover.decide(terms, limits, open_lines + new_lines, today, buyer)
    covers = {one.line_id: one for one in after}
    lost = cover.displaced(
        [("A", (), after)],
        {one.id for one in new_lines},
        {one.line_id: one.covered for one in alone},
    )
    assert all(amount > 0 for amount, _taker in lost.values())
    sold = [(one, covers[one.id]) for one in open_lines]
    assert not lost or cover.may_lose(new_lines, sold)


@FEW
@given(**debtors)
def test_never_more_than_the_limit(terms, limits, open_lines, today, insolvent, claimed):
    buyer = insurance.Buyer(insolvent_on=insolvent, claimed=claimed)
    found = cover.decide(terms, limits, open_lines, today, buyer)
    used = Decimal(0)
    for one in found:
        used += one.used
        assert not one.used or used <= one.applied.amount
    most = [item.amount for item in limits] + [terms.blind or Decimal(0)]
    assert used <= max(most)


@FEW
@given(**debtors, order=st.randoms(use_true_random=False))
def test_the_order_of_lines_and_claims_does_not_matter(
    terms, limits, open_lines, today, insolvent, claimed, order
):
    shuffled = order.sample(open_lines, len(open_lines))
    buyer = insurance.Buyer(insolvent_on=insolvent, claimed=claimed)
    found = cover.decide(terms, limits, open_lines, today, buyer)
    again = buyer._replace(claimed=tuple(order.sample(claimed, len(claimed))))
    assert found == cover.decide(terms, limits, shuffled, today, again)


@FEW
@given(**debtors, another=days.map(day))
def test_another_claim_insures_nothing_that_a_claim_has_stopped(
    terms, limits, open_lines, today, insolvent, claimed, another
):
    def stopped(claims):
        """The lines that are not insured because of a claim."""
        buyer = insurance.Buyer(insolvent_on=insolvent, claimed=claims)
        found = cover.decide(terms, limits, open_lines, today, buyer)
        return {one.line_id for one in found if one.reason == "claim_filed"}

    assert stopped(claimed) <= stopped((*claimed, another))


@FEW
@given(share=tax_shares, amount=money, settled=settlements)
def test_tax_is_a_part_of_what_is_open(share, amount, settled):
    """Never more than all of it; what only came by payments leaves its part as it was."""
    assert 0 <= cover.open_tax_share(share, amount, settled) <= 1
    paid = [(one, False) for one, _is_tax in settled]
    left = amount - sum(one for one, _is_tax in paid)
    expected = share if left > 0 else 0
    assert abs(cover.open_tax_share(share, amount, paid) - expected) < Decimal("1e-15")


@FEW
@given(
    share=tax_shares, amount=money, amounts=st.lists(money, max_size=6), is_tax=st.booleans(),
    order=st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_order_of_what_is_alike_does_not_matter(share, amount, amounts, is_tax, order):
    settled = [(one, is_tax) for one in amounts]
    shuffled = order.sample(settled, len(settled))
    found = cover.open_tax_share(share, amount, settled)
    assert abs(found - cover.open_tax_share(share, amount, shuffled)) < Decimal("1e-15")


@FEW
@given(
    amounts=st.lists(money, min_size=1, max_size=6),
    payments=st.lists(st.tuples(st.integers(0, 5), money), max_size=8),
    most=money,
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_payments_does_not_matter(amounts, payments, most, order):
    """Each payment goes to its line; whatever comes first, the last decision is the same."""

    def after(payments):
        """The cover of each line after all payments, decided anew after each of them."""
        left = list(amounts)
        for number, amount in [(0, Decimal(0)), *payments]:
            number %= len(left)
            left[number] -= min(amount, left[number])
            open_lines = [line(rest, age, id=age) for age, rest in enumerate(left)]
            found = decide(*open_lines, limits=[limit(most)])
        return found

    assert after(payments) == after(order.sample(payments, len(payments)))


@FEW
@given(amounts=st.lists(money, min_size=1, max_size=6), most=money, paid=money)
def test_a_payment_of_the_oldest_never_uncovers_a_later_one(amounts, most, paid):
    before = cover.allocate(amounts, most)
    rest = [max(amounts[0] - paid, Decimal(0)), *amounts[1:]]
    assert all(a <= b for a, b in zip(before[1:], cover.allocate(rest, most)[1:], strict=True))


# --- money -----------------------------------------------------------------------------------

percentages = st.integers(0, 10_000).map(lambda number: Decimal(number) / 100)


@FEW
@given(
    claims=st.lists(st.tuples(money, money, percentages), min_size=1, max_size=6),
    limits=st.tuples(money, money, money, money),
)
def test_an_insurance_year_never_pays_above_its_maximum(claims, limits):
    threshold, deductible, first_loss, maximum = limits
    terms = indemnity.Terms(threshold, deductible, first_loss, maximum)
    year = indemnity.Year()
    for loss, costs, percentage in claims:
        one = indemnity.indemnity(loss, costs, percentage, terms, year)
        assert one.insured == one.deductible + one.first_loss + one.above_maximum + one.amount
        assert 0 <= one.amount <= one.loss and min(one) >= 0
        year = indemnity.Year(year.first_loss + one.first_loss, year.paid + one.amount)
    assert year.paid <= maximum and year.first_loss <= first_loss


@FEW
@given(
    loss=money.filter(bool),
    share=percentages,
    recovered=st.lists(st.tuples(money, percentages), max_size=8),
)
def test_every_cent_recovered_is_somebodys(loss, share, recovered):
    paid = (loss * share / 100).quantize(Decimal("0.01"))
    earlier = insurer = Decimal(0)
    for amount, part in recovered:
        costs = (amount * part / 100).quantize(Decimal("0.01"))
        one = indemnity.split_after_loss(amount, loss, paid, 2, costs, earlier)
        assert sum(one) == amount and min(one) >= 0
        assert one.insurer_costs + one.insured_costs == costs
        earlier += amount - costs
        insurer += one.insurer
    assert insurer <= paid
    assert insurer == indemnity.split_after_loss(earlier, loss, paid, 2).insurer


@FEW
@given(recovered=money, debts=st.lists(money, max_size=6))
def test_every_cent_recovered_before_the_loss_pays_a_debt(recovered, debts):
    paid, excess = indemnity.apply_oldest_first(recovered, list(enumerate(debts)))
    assert sum(paid.values()) + excess == recovered
    assert all(0 <= paid[number] <= amount for number, amount in enumerate(debts))


@FEW
@given(
    basis=st.sampled_from(premium.BASES), rate=percentages, minimum=money,
    regular=st.lists(money, max_size=5), late=st.lists(money, max_size=5),
)  # fmt: skip
def test_a_premium_is_that_of_its_parts(basis, rate, minimum, regular, late):
    tariff = premium.Tariff(basis, rate, minimum=minimum, tax=Decimal(8))
    found = premium.accrue(tariff, regular, late)
    assert found.base == sum(regular) + sum(late)
    assert found.net - found.late == premium.accrue(tariff, regular).net
    assert found.net == premium.accrue(tariff, [*late, *regular]).net


@FEW
@given(sales=st.lists(st.tuples(st.integers(-60, 60), money, st.integers(1, 3)), max_size=10))
def test_every_sale_is_declared_once(sales):
    items = [
        declarations.Item(number, debtor, day(age), amount)
        for number, (age, amount, debtor) in enumerate(sales)
    ]
    first = declarations.declare(declarations.Rules(), items, day(0))
    told = {*first.regular, *first.late}
    rest = [item._replace(declared_on=day(31)) if item.id in told else item for item in items]
    second = declarations.declare(declarations.Rules(), rest, day(70))
    assert not told & {*second.regular, *second.late}
    positive = sum(amount for _age, amount, _debtor in sales)
    assert first.amount + second.amount == positive


# --- speed -----------------------------------------------------------------------------------


def test_a_hundred_thousand_lines_of_five_thousand_debtors():
    """In 10 seconds of this process at most, whatever else the machine does."""
    terms = insurance.Policy(
        (YEAR_2026,), PERCENTAGES, maximum_delay=30, maximum_term=90, mep=60, declaration=MONTHLY,
        notice=(Deadline("mep", 30),), waiting=Deadline("notice", months=6),
        claim=Deadline("loss", 30),
    )  # fmt: skip
    limits = [limit(1000), limit(900, day(40), insurance.REDUCED)]
    open_lines = [
        line("121.37", 9 * number, due=day(9 * number + 60), amount=Decimal(200), tax=Decimal(20))
        for number in range(20)
    ]
    started = time.process_time()
    for _debtor in range(5000):
        found = cover.decide(terms, limits, open_lines, day(120))
    assert time.process_time() - started < 10
    assert len(found) == 20


def test_a_debtor_with_very_many_lines():
    """Settled late ones as well: no line is compared with every other."""
    terms = policy(mep=30)
    open_lines = [line(0, number % 90, settled_on=day(number % 90 + 70)) for number in range(5000)]
    open_lines += [line(1, number % 200) for number in range(5000)]
    started = time.process_time()
    cover.decide(terms, [limit()], open_lines, day(60) + timedelta(days=1))
    assert time.process_time() - started < 2
