"""The ten steps, each below, at and above its limit, and that the first that fails decides."""

from datetime import date
from decimal import Decimal

import pytest
from engine import cover
from engine.insurance import (
    AT_RISK,
    CANCELLED,
    CONSEQUENCES,
    LOST,
    MONTHLY,
    REDUCED,
    REFUSED,
    Buyer,
    Deadline,
)
from insured import TODAY, YEAR_2026, day, decide, limit, line, policy, why

D = Decimal
COVERED = ("within_limit",)


# --- steps 0 to 2 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "residual, state", [("0.01", "covered"), ("0", "settled"), ("-5", "settled")]
)
def test_something_must_be_open(residual, state):
    assert decide(line(residual))[0].state == state


def test_nobody_wants_it_insured():
    found = decide(line(60, flagged=False), line(1000, 1))
    assert found[0].reasons == ("not_flagged",)
    assert found[1].covered == 1000  # what isn't insured uses nothing of the limit


@pytest.mark.parametrize(
    "invoiced, reasons",
    [
        (date(2025, 12, 31), ("policy_not_in_force",)),
        (date(2026, 1, 1), COVERED),
        (date(2026, 12, 31), COVERED),
        (date(2027, 1, 1), ("policy_not_in_force",)),
        (date(2027, 2, 1), COVERED),  # the second period
    ],
)
def test_policy_in_force(invoiced, reasons):
    periods = (YEAR_2026, (date(2027, 2, 1), date(2027, 12, 31)))
    one = line(invoiced=invoiced, due=invoiced)
    limits = [limit(effective=date(2025, 1, 1))]
    assert why(one, terms=policy(periods=periods), limits=limits) == reasons


@pytest.mark.parametrize("kind", ["public_body", "consumer", "related_company"])
def test_kinds_of_debtor(kind):
    assert why(line(), kind=kind) == (kind,)
    assert why(line(), kind=kind, terms=policy(excluded_kinds=frozenset())) == COVERED


def test_cash_sales():
    assert why(line(cash=True)) == ("cash_sale",)
    assert why(line(cash=True), terms=policy(excluded_kinds=frozenset({"consumer"}))) == COVERED


@pytest.mark.parametrize(
    "country, reasons",
    [("ES", COVERED), ("PT", ("country_excluded",)), ("FR", ("country_excluded",)),
     (None, ("country_excluded",))],
)  # fmt: skip
def test_countries(country, reasons):
    terms = policy(countries=frozenset({"ES", "PT"}), excluded_countries=frozenset({"PT"}))
    assert why(line(), country=country, terms=terms) == reasons


def test_without_a_list_every_country_is_insured():
    assert why(line(), country=None) == COVERED


@pytest.mark.parametrize("number, reasons", [(7, COVERED), (8, ("other_debtor",))])
def test_a_single_debtor(number, reasons):
    assert why(line(), id=number, terms=policy(kind="single_debtor", debtor_id=7)) == reasons


# --- steps 3 and 4 ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "delivered, reasons",
    [(-29, COVERED), (-30, COVERED), (-31, ("invoiced_late",)), (5, COVERED)],
)
def test_maximum_delay(delivered, reasons):
    assert why(line(delivered=day(delivered)), terms=policy(maximum_delay=30)) == reasons


def test_without_a_day_of_delivery_nothing_is_late():
    assert why(line(), terms=policy(maximum_delay=0)) == COVERED


@pytest.mark.parametrize("due, reasons", [(89, COVERED), (90, COVERED), (91, ("term_too_long",))])
def test_maximum_term(due, reasons):
    assert why(line(due=day(due)), terms=policy(maximum_term=90)) == reasons


# --- step 5, and which step comes first ------------------------------------------------------


def test_no_limit():
    assert why(line(), limits=[]) == ("no_limit",)


def test_the_percentage_is_that_of_the_limit():
    found = decide(line("33.35"), terms=policy(blind=D(100)), limits=[])[0]
    assert (found.percentage, found.insured_amount) == (D(70), D("23.35"))  # 23.345
    assert found.applied.kind == "blind"


@pytest.mark.parametrize(
    "facts, given, expected",
    [
        ({"cash": True, "due": day(99)}, {}, "cash_sale"),
        ({"invoiced": date(2027, 1, 1), "cash": True}, {}, "policy_not_in_force"),
        ({"due": day(99), "delivered": day(-99)}, {}, "invoiced_late"),
        ({"due": day(99)}, {"limits": []}, "term_too_long"),
        ({}, {"limits": [], "insolvent_on": day(-9)}, "no_limit"),
        ({}, {"insolvent_on": day(-9), "claimed": (day(-9),)}, "insolvent"),
        ({}, {"claimed": (day(-9),), "stops": ((day(-9), None),)}, "claim_filed"),
        ({}, {"stops": ((day(-9), None),)}, "stopped_by_insurer"),
        ({}, {}, "not_activated"),
        ({"residual": 0, "flagged": False}, {}, "settled"),
        ({"flagged": False, "cash": True}, {}, "not_flagged"),
    ],
)
def test_the_first_rule_that_fails_is_the_reason(facts, given, expected):
    terms = policy(kind="single_invoice", maximum_delay=30, maximum_term=90)
    assert why(line(**facts), terms=terms, **given) == (expected,)


# --- step 6 ----------------------------------------------------------------------------------


def second(delivered, first=None, mep=60):
    """The reasons of a sale so many days after 1 March, beside one that is due after 30 days."""
    first = first or line()
    one = line(10, delivered)
    return decide(first, one, terms=policy(mep=mep), today=day(delivered))[1].reasons


@pytest.mark.parametrize(
    "delivered, reasons", [(89, COVERED), (90, COVERED), (91, ("stop_shipment",))]
)
def test_deliveries_stop_the_day_after_the_maximum_extension(delivered, reasons):
    assert second(delivered) == reasons


def test_without_a_maximum_extension_deliveries_never_stop():
    assert second(200, mep=None) == COVERED


def test_what_is_not_insured_stops_deliveries_too():
    assert second(91, line(flagged=False)) == ("stop_shipment",)


def test_approval_of_the_insurer_puts_the_stop_off():
    approved = line(approved_until=day(120))
    assert second(120, approved) == COVERED
    assert second(121, approved) == ("stop_shipment",)


@pytest.mark.parametrize(
    "delivered, reasons", [(99, ("stop_shipment",)), (100, COVERED), (101, COVERED)]
)
def test_what_was_delivered_during_a_stop_stays_out(delivered, reasons):
    assert second(delivered, line(0, settled_on=day(100))) == reasons


@pytest.mark.parametrize("delivered, stopped", [(90, False), (91, True), (92, False)])
def test_a_stop_of_a_single_day(delivered, stopped):
    reasons = ("stop_shipment",) if stopped else COVERED
    assert second(delivered, line(0, settled_on=day(92))) == reasons


@pytest.mark.parametrize("settled", [None, day(90), day(91)])
def test_what_was_paid_in_time_stops_nothing(settled):
    assert second(91, line(0, settled_on=settled)) == COVERED


@pytest.mark.parametrize(
    "delivered, reasons",
    [(91, "stop_shipment"), (99, "stop_shipment"), (105, "stop_shipment"), (119, "stop_shipment"),
     (120, "within_limit"), (140, "within_limit"), (191, "stop_shipment"), (220, "stop_shipment")],
)  # fmt: skip
def test_several_stops(delivered, reasons):
    late = [
        line(0, settled_on=day(100)),
        line(0, 5, settled_on=day(120)),
        line(0, 6, settled_on=day(110)),
        line(50, 100),
    ]
    one = line(10, delivered)
    found = decide(*late, one, terms=policy(mep=60), today=day(delivered))
    assert found[-1].reasons == (reasons,)


@pytest.mark.parametrize(
    "facts, code",
    [({"insolvent_on": day(5)}, "insolvent"), ({"claimed": (day(5),)}, "claim_filed")],
)
def test_from_the_day_itself_deliveries_are_later(facts, code):
    lines = [line(10, number) for number in (4, 5, 6)]
    found = decide(*lines, **facts)
    assert [one.reasons for one in found] == [COVERED, (code,), (code,)]


@pytest.mark.parametrize(
    "decision, effective, reasons",
    [
        ("granted", 5, ("claim_filed",)),     # on the day of the claim: it was before
        ("granted", 6, COVERED),              # the insurer insures him again
        ("granted", 8, COVERED),
        ("granted", 9, ("claim_filed",)),     # delivered before
        ("reduced", 6, ("claim_filed",)),     # that is less, not anew
        ("refused", 6, ("limit_refused",)),
        ("requested", 6, ("claim_filed",)),
    ],
)  # fmt: skip
def test_a_limit_that_was_granted_after_a_claim(decision, effective, reasons):
    words = [limit(1000), limit(1000, effective=day(effective), decision=decision)]
    assert why(line(10, 8), limits=words, claimed=(day(5),)) == reasons
    free = cover.exposure(policy(), words, [], day(8), Buyer(claimed=(day(5),))).free
    assert free == (1000 if reasons == COVERED else 0)


def test_goods_that_left_during_the_stop_and_were_invoiced_after_it():
    words = [limit(1000), limit(1000, effective=day(7))]
    assert why(line(10, 8, delivered=day(6)), limits=words, claimed=(day(5),)) == ("claim_filed",)


def test_a_second_claim_insures_nothing_that_the_first_one_stopped():
    assert why(line(10, 8), claimed=(day(5), day(12))) == ("claim_filed",)
    words = [limit(1000), limit(1000, effective=day(7))]
    assert why(line(10, 8), limits=words, claimed=(day(5), day(12))) == COVERED
    assert why(line(10, 12), limits=words, claimed=(day(5), day(12))) == ("claim_filed",)


def test_an_own_limit_does_not_end_the_stop_of_a_claim():
    words = [limit(1000, kind="discretionary", effective=day(6))]
    found = why(line(10, 8), terms=policy(discretionary=D(1000)), limits=words, claimed=(day(5),))
    assert found == ("claim_filed",)


def test_a_claim_stops_under_its_own_policy_and_its_renewals():
    buyer = Buyer(claims=((7, day(5)), (7, day(6)), (8, day(9))))
    assert buyer.under(7).claimed == (day(5), day(6))
    assert buyer.under(8, 7).claimed == (day(5), day(6), day(9))
    assert buyer.under(9).claimed == ()


#: 1 210 with 210 of tax; what came, and what of the rest is tax.
@pytest.mark.parametrize(
    "settled, left, tax",
    [
        ([], 1210, 210),
        ([(605, False)], 605, 105),                     # tax and the rest alike
        ([(210, True)], 1000, 0),                       # all that is open is insured
        ([(605, False), (105, True)], 500, 0),
        ([(210, True), (500, False)], 500, 0),
        ([(100, True)], 1110, 110),                     # a part of the tax
        ([(100, True), (555, False)], 555, 55),
        ([(555, False), (100, True)], 555, "13.67769"),
        ([(300, True)], 910, 0),                        # more than there was
        ([(1210, False)], 0, 0),
        ([(1300, False), (10, True)], 0, 0),
    ],
)  # fmt: skip
def test_tax_that_was_taken_back_is_not_taken_off_twice(settled, left, tax):
    share = cover.open_tax_share(D(210) / D(1210), D(1210), [(D(a), t) for a, t in settled])
    assert abs(share * left - D(tax)) < D("0.00001")


def test_delivered_before_and_invoiced_after_an_event():
    assert why(line(10, 6, delivered=day(4)), insolvent_on=day(5)) == COVERED


@pytest.mark.parametrize("number, stopped", [(4, False), (5, True), (8, True), (9, False)])
def test_a_stop_that_the_insurer_asked_for(number, stopped):
    reasons = ("stopped_by_insurer",) if stopped else COVERED
    assert why(line(10, number), stops=((day(5), day(8)),)) == reasons


# --- step 7 ----------------------------------------------------------------------------------

SINGLE = policy(kind="single_invoice", activation=Deadline("invoice", 10))


@pytest.mark.parametrize(
    "activated, reasons",
    [(9, COVERED), (10, COVERED), (11, ("activated_late",)), (15, ("not_activated",)),
     (None, ("not_activated",))],
)  # fmt: skip
def test_activation(activated, reasons):
    one = line(activated_on=None if activated is None else day(activated))
    assert why(one, terms=SINGLE) == reasons  # on day 14


def test_activation_without_a_last_day():
    one = line(activated_on=day(14))
    assert why(one, terms=policy(kind="single_invoice")) == COVERED


# --- step 8 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount, covered, state, reason",
    [
        ("99.99", "99.99", "covered", "within_limit"),
        ("100", "100", "covered", "within_limit"),
        ("100.01", "100", "partial", "limit_partly"),
    ],
)
def test_up_to_the_limit(amount, covered, state, reason):
    found = decide(line(amount), limits=[limit(100)])[0]
    assert (found.covered, found.state, found.reasons) == (D(covered), state, (reason,))
    assert found.covered + found.uncovered == D(amount)


@pytest.mark.parametrize(
    "amounts, limits, expected",
    [
        ((60, 50, 30), D(100), (60, 40, 0)),
        ((0, 50, 30), D(100), (0, 50, 30)),
        ((60, 50), [D(50), D(100)], (50, 50)),
        ((90, 30), [D(100), D(60)], (90, 0)),  # never less than nothing
        ((), D(100), ()),
    ],
)
def test_allocate(amounts, limits, expected):
    assert cover.allocate([D(amount) for amount in amounts], limits) == expected


def test_oldest_sale_first_then_the_due_date_then_the_id():
    young = line(60, 2)
    late = line(50, 1, due=day(60))
    early = line(40, 1, due=day(50), id=10**6)
    twin = line(30, 1, due=day(50), id=10**6 + 1)
    found = decide(young, late, twin, early, limits=[limit(100)])
    assert [one.covered for one in found] == [0, 30, 30, 40]


def test_the_day_of_delivery_decides_the_order_where_it_attaches():
    first, last = line(60, 0), line(60, 5, delivered=day(-5))
    found = decide(first, last, terms=policy(attachment="delivery"), limits=[limit(100)])
    assert [one.covered for one in found] == [40, 60]


def test_the_insured_amount_is_of_what_is_covered():
    found = decide(line(60), line(60, 1), limits=[limit(100)])
    assert [one.insured_amount for one in found] == [54, 36]


def test_what_fails_a_rule_uses_nothing_of_the_limit():
    found = decide(line(60, cash=True), line(100, 1), limits=[limit(100)])
    assert [one.used for one in found] == [0, 100]


def test_what_was_believed_before_the_insurer_wrote():
    reduced = limit(60, day(-5), REDUCED, recorded=day(15))
    for today, covered in ((day(14), 100), (day(15), 60)):
        assert decide(line(), limits=[limit(), reduced], today=today)[0].covered == covered


# --- step 9 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts, covers_tax, expected",
    [
        ({"residual": 121, "tax": D(21)}, False, D(100)),
        ({"residual": 121, "tax": D(21)}, True, D(121)),
        ({"residual": 121}, False, D(121)),
        ({"residual": "60.5", "amount": D(121), "tax": D(21)}, False, D(50)),
        ({"residual": 50, "amount": D(121), "tax": D(21)}, False, D("41.32")),
        ({"residual": 50, "amount": D(0), "tax": D(21)}, False, D(50)),
    ],
)
def test_tax(facts, covers_tax, expected):
    found = decide(line(**facts), terms=policy(covers_tax=covers_tax))[0]
    assert found.covered == found.used == expected
    assert ("tax_not_covered" in found.reasons) is (expected < found.residual)
    assert found.state == "covered"


@pytest.mark.parametrize(
    "facts, given, missing",
    [
        ({"residual": 121, "tax": D(21)}, {}, 0),                          # never insured
        ({"residual": 121, "tax": D(21)}, {"limits": [limit(60)]}, 40),
        ({"residual": 121, "tax": D(21)}, {"limits": []}, 100),
        ({"residual": 100, "disputed": D(30)}, {}, 30),
        ({"residual": 100}, {"terms": policy(covers_tax=True)}, 0),
        ({"residual": 0}, {}, 0),
    ],
)  # fmt: skip
def test_what_is_missing_is_what_could_be_insured(facts, given, missing):
    found = decide(line(**facts), **given)[0]
    assert found.missing == missing
    assert found.missing == found.insurable - found.covered


@pytest.mark.parametrize("most, missing", [(100, 0), (60, 40)])
def test_a_duty_that_is_due_says_nothing_of_what_is_missing(most, missing):
    terms = policy(declaration=MONTHLY)
    found = decide(line(100), terms=terms, limits=[limit(most)], today=day(45))[0]
    assert (found.state, found.missing) == (AT_RISK, missing)


# --- what comes in between -------------------------------------------------------------------


@pytest.mark.parametrize(
    "new, amount",
    [
        (line(50, -1), 30),                        # older: it comes first
        (line(21, -1), 1),
        (line(50, 1), 0),                          # later
        (line(20, -1), 0),                         # there is room for both
        (line(50, -1, flagged=False), 0),          # nobody wants it insured
        (line(5, -200, due=day(-100)), 80),        # long overdue: deliveries were stopped
    ],
)  # fmt: skip
def test_what_a_sale_costs_those_after_it(new, amount):
    terms, sold, limits = policy(mep=60), line(80), [limit(100)]
    (alone,) = decide(sold, terms=terms, limits=limits)
    after = cover.decide(terms, limits, [sold, new], TODAY)
    found = cover.displaced([("A", (), after)], {new.id}, {sold.id: alone.covered})
    assert found == ({sold.id: (amount, new.id)} if amount else {})


def test_of_two_on_a_day_the_one_entered_first_comes_first():
    limits = [limit(100)]
    entered, sold = line(50), line(80)
    (alone,) = decide(sold, limits=limits)
    for new, lost in ((entered, {sold.id: (30, entered.id)}), (line(50), {})):
        after = cover.decide(policy(), limits, [sold, new], TODAY)
        assert cover.displaced([("A", (), after)], {new.id}, {sold.id: alone.covered}) == lost


#: Three policies, each of which renews those before it, and another one; what is covered of their
#: lines with new ones among them.
A, B, C, OTHER = ("A", ()), ("B", ("A",)), ("C", ("B", "A")), ("other", ())


@pytest.mark.parametrize(
    "decided, lost",
    [
        # under the renewal, however many there are between them, and whatever comes first
        ([(B, {1: 50}), (A, {2: 10})], {1: (30, 2)}),
        ([(C, {1: 79}), (B, {}), (A, {2: 10})], {1: (1, 2)}),
        ([(C, {1: 80}), (A, {2: 10})], {}),
        ([(C, {1: 81}), (A, {2: 10})], {}),
        # of several the first, and of the same policy those before it
        ([(B, {2: 10, 1: 50}), (A, {3: 10, 4: 10})], {1: (30, 3)}),
        ([(B, {2: 10, 1: 50, 3: 10}), (A, {})], {1: (30, 2)}),
        ([(C, {1: 50}), (B, {2: 10}), (A, {})], {1: (30, 2)}),
        # not one under another policy, unless nothing else comes in
        ([(OTHER, {2: 10}), (B, {3: 10, 1: 50})], {1: (30, 3)}),
        ([(OTHER, {2: 10}), (B, {1: 50, 3: 10})], {1: (30, 2)}),
        ([(OTHER, {2: 10}), (B, {1: 50})], {1: (30, 2)}),
    ],
)  # fmt: skip
def test_which_sale_costs_it(decided, lost):
    covers = [
        (*key, [cover.Cover(one, D(99), D(amount), "partial", ()) for one, amount in rows.items()])
        for key, rows in decided
    ]
    assert cover.displaced(covers, {2, 3, 4}, {1: D(80)}) == lost


@pytest.mark.parametrize(
    "sold, most, expected",
    [
        # 60 sold, 50 come in on day 0, which were delivered 10 days before and are due after 30
        ({"number": 1}, 110, False),                  # both are covered
        ({"number": 1}, 109, True),
        ({"number": -10}, 59, True),                  # as early as they were delivered
        ({"number": -11}, 59, False),                 # before: it comes first
        ({"number": -11, "delivered": day(-10)}, 59, True),
        ({"number": -11, "flagged": False}, 0, False),
        ({"number": 1, "flagged": False}, 0, False),
    ],
)  # fmt: skip
def test_what_may_lose_its_cover(sold, most, expected):
    new, one = line(50, delivered=day(-10)), line(60, **sold)
    _new, found = decide(new, one, limits=[limit(most)])
    assert cover.may_lose([new], [(one, found)]) is expected
    assert cover.may_lose([], [(one, found)]) is False


@pytest.mark.parametrize("delivered, expected", [(-21, False), (-20, True), (-19, True)])
def test_what_is_long_overdue_may_stop_earlier_deliveries(delivered, expected):
    """An old debt that is invoiced anew keeps its original due date."""
    new, one = line(50, due=day(-20)), line(60, delivered)
    _new, found = decide(new, one, limits=[limit(59)])
    assert cover.may_lose([new], [(one, found)]) is expected


def test_tax_in_a_currency_without_decimals():
    one = line(1000, amount=D(1210), tax=D(210))
    assert decide(one, terms=policy(places=0))[0].covered == 826  # 1000 − 173.55


@pytest.mark.parametrize(
    "disputed, covered, suspended, state",
    [(0, 100, 0, "covered"), (30, 70, 30, "partial"), (100, 0, 100, "suspended"),
     (120, 0, 100, "suspended")],
)  # fmt: skip
def test_disputes(disputed, covered, suspended, state):
    found = decide(line(disputed=D(disputed)))[0]
    assert (found.covered, found.suspended, found.state) == (covered, suspended, state)
    assert ("disputed" in found.reasons) is bool(suspended)


def test_a_dispute_about_an_amount_with_tax():
    found = decide(line(121, tax=D(21), disputed=D("60.5")))[0]
    assert (found.covered, found.suspended, found.uncovered) == (50, 50, 71)


# --- step 10 ---------------------------------------------------------------------------------

NOTICE = policy(notice=(Deadline("due", 30),))


@pytest.mark.parametrize(
    "today, state, covered, lost",
    [
        (45, "covered", 100, 0),
        (46, "at_risk", 100, 0),
        (60, "at_risk", 100, 0),
        (61, "lost", 0, 100),
    ],
)
def test_a_notice_that_is_not_given(today, state, covered, lost):
    found = decide(line(), terms=NOTICE, today=day(today))[0]
    assert (found.state, found.covered, found.lost) == (state, covered, lost)
    assert found.covered + found.uncovered == 100


def test_a_partial_cover_is_lost_or_at_risk_as_well():
    for today, state in ((46, "at_risk"), (61, "lost")):
        found = decide(line(), terms=NOTICE, limits=[limit(40)], today=day(today))[0]
        assert (found.state, found.covered + found.lost) == (state, 40)


def test_a_suspended_cover_is_lost_too():
    found = decide(line(disputed=D(30)), terms=NOTICE, today=day(61))[0]
    assert (found.state, found.suspended, found.lost) == ("lost", 0, 100)


def test_a_lost_cover_goes_on_using_the_limit():
    found = decide(line(60), line(60, 50), terms=NOTICE, limits=[limit(100)], today=day(61))
    assert [one.covered for one in found] == [0, 40]


@pytest.mark.parametrize("consequence, state", [(AT_RISK, "at_risk"), (LOST, "lost")])
@pytest.mark.parametrize(
    "duty, facts, terms",
    [
        ("declaration", {}, {"declaration": MONTHLY}),
        ("notice", {}, {"notice": (Deadline("due", 1),)}),
        ("claim", {"notified_on": day(10)}, {"claim": Deadline("notice", 1)}),
        ("extension", {"extended_to": day(91)}, {"mep": 60}),
    ],
)
def test_what_a_missed_duty_means_is_the_policys(duty, facts, terms, consequence, state):
    terms = policy(consequences={**CONSEQUENCES, duty: consequence}, **terms)
    found = decide(line(**facts), terms=terms, today=day(50))[0]
    assert (found.state, found.reasons) == (state, ("within_limit", f"{duty}_missed"))


def test_the_worst_decides_and_all_are_named():
    terms = policy(notice=(Deadline("due", 30),), declaration=MONTHLY)
    found = decide(line(), terms=terms, today=day(61))[0]
    assert found.reasons == ("within_limit", "declaration_missed", "notice_missed")
    assert found.state == "lost"


def test_what_is_not_covered_has_no_duties():
    found = decide(line(cash=True), line(), terms=NOTICE, limits=[limit(100)], today=day(61))
    assert found[0].duties == () and found[0].next_duty is None
    full = decide(line(100), line(50, 1), terms=NOTICE, limits=[limit(100)], today=day(61))[1]
    assert (full.state, full.reasons, full.duties) == ("not_covered", ("limit_full",), ())


def test_the_next_duty():
    terms = policy(notice=(Deadline("due", 30),), declaration=MONTHLY, claim=Deadline("due", 90))
    one = line(declared_on=day(10))
    found = [decide(one, terms=terms, today=day(today))[0].next_duty for today in (20, 61)]
    assert [(duty.code, duty.deadline) for duty in found] == [
        ("notice", day(60)),
        ("claim", day(120)),
    ]
    assert decide(one, today=day(20))[0].next_duty is None


# --- a debtor's position ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits, expected, stopped",
    [
        ([limit(100)], (100, 100, 0, 130, 100, 30), "limit_full"),
        ([limit(200)], (200, 130, 70, 130, 130, 0), None),
        ([limit(200), limit(80, day(10), REDUCED)], (80, 130, 0, 130, 130, 0), "limit_full"),
        ([limit(200), limit(0, day(10), CANCELLED)], (0, 130, 0, 130, 130, 0), "limit_cancelled"),
        ([limit(0, decision=REFUSED)], (0, 0, 0, 130, 0, 130), "limit_refused"),
    ],
)
def test_exposure(limits, expected, stopped):
    """What is free is limit minus use, or nothing and why."""
    covers = decide(line(60), line(70, 1), limits=limits)
    found = cover.exposure(policy(), limits, covers, TODAY)
    assert (found[:6], found.stopped) == (expected, stopped)


@pytest.mark.parametrize(
    "terms, buyer, stopped",
    [
        ({}, Buyer(insolvent_on=TODAY), "insolvent"),
        ({}, Buyer(claimed=(TODAY,)), "claim_filed"),
        ({}, Buyer(stops=((TODAY, None),)), "stopped_by_insurer"),
        ({"periods": ((date(2025, 1, 1), date(2025, 12, 31)),)}, Buyer(), "policy_not_in_force"),
        ({"excluded_kinds": frozenset({"consumer"})}, Buyer(kind="consumer"), "consumer"),
        ({"mep": 30}, Buyer(), "stop_shipment"),  # by the first line
    ],
)
def test_nothing_is_free_while_no_sale_would_be_insured(terms, buyer, stopped):
    lines = [line(60, -60), line(70, 1)]
    found = cover.exposure(policy(**terms), [limit(200)], [], day(32), buyer, lines)
    assert (found.limit, found.free, found.stopped) == (200, 0, stopped)
    assert cover.exposure(policy(), [limit(200)], [], TODAY, Buyer(), lines).free == 200


def test_single_invoices_are_free_before_they_are_activated():
    terms = policy(kind="single_invoice", activation=Deadline("invoice", 10))
    assert cover.exposure(terms, [limit(200)], [], TODAY).free == 200


def test_a_duty_done_late():
    """Nothing more is to be done, and its reason stays that it was missed, until it is excused."""
    terms = policy(declaration=MONTHLY, notice=(Deadline("due", 30),))
    late = line(declared_on=day(50), notified_on=day(61))
    [one] = decide(late, terms=terms, today=day(62))
    missed = ("declaration_missed", "notice_missed")
    assert (one.state, one.reasons) == ("lost", ("within_limit", *missed))
    assert [duty.state for duty in one.duties] == ["late", "late"]
    assert one.missed_on == date(2026, 4, 15)
    assert one.next_duty is None
    late = line(declared_on=day(50))
    [one] = decide(late, terms=policy(declaration=MONTHLY), today=day(50))
    assert (one.state, one.reasons) == ("at_risk", ("within_limit", "declaration_missed"))
    excused = late._replace(excused=frozenset({"declaration"}))
    [one] = decide(excused, terms=policy(declaration=MONTHLY), today=day(50))
    assert (one.state, one.reasons) == ("covered", ("within_limit",))


@pytest.mark.parametrize(
    "limits, kind, share",
    [
        ([limit(130)], "named", 100),
        ([limit(131)], "named", Decimal("99.2")),
        ([limit(260)], "named", 50),
        ([limit(200), limit(80, day(10), REDUCED)], "named", Decimal("162.5")),
        # what was delivered before goes on using what isn't there any more
        ([limit(200), limit(0, day(10), CANCELLED)], None, 100),
        ([limit(0, decision=REFUSED)], None, 0),
    ],
)
def test_share_of_a_limit_that_is_used(limits, kind, share):
    covers = decide(line(60), line(70, 1), limits=limits)
    found = cover.exposure(policy(), limits, covers, TODAY)
    assert found.share == share
    assert (found.applied.kind if found.applied else None) == kind


def test_nothing_to_decide():
    assert cover.decide(policy(), [], [], TODAY) == []


# --- the reason that says most ---------------------------------------------------------------


@pytest.mark.parametrize(
    "facts, terms, today, state, reason",
    [
        ({}, {}, 14, "covered", "within_limit"),
        ({"flagged": False}, {}, 14, "not_covered", "not_flagged"),
        ({"disputed": Decimal(10)}, {}, 14, "partial", "within_limit"),
        ({"disputed": Decimal(100)}, {}, 14, "suspended", "disputed"),
        ({}, {"notice": (Deadline("due", 30),)}, 50, "at_risk", "notice_due"),
        ({}, {"notice": (Deadline("due", 30),)}, 61, "lost", "notice_missed"),
        # the declaration is missed as well, and can be made up for
        ({}, {"notice": (Deadline("due", 30),), "declaration": MONTHLY}, 61, "lost",
         "notice_missed"),
        ({}, {"notice": (Deadline("due", 30),), "declaration": MONTHLY}, 50, "at_risk",
         "declaration_missed"),
    ],
)  # fmt: skip
def test_the_reason_that_says_most(facts, terms, today, state, reason):
    (one,) = decide(line(**facts), terms=policy(**terms), today=day(today))
    assert (one.state, one.reason) == (state, reason)


@pytest.mark.parametrize(
    "before, covered, free",
    [(0, [60, 40], 0), (30, [60, 10], 0), (40, [60, 0], 0), (100, [0, 0], 0), (101, [0, 0], 0)],
)
def test_what_the_policy_before_uses_of_the_limit(before, covered, free):
    lines, limits = [line(60, -1), line(50)], [limit(100)]
    found = cover.decide(policy(), limits, lines, TODAY, before=D(before))
    assert [one.covered for one in found] == covered
    exposure = cover.exposure(policy(), limits, found, TODAY, before=D(before))
    assert (exposure.used, exposure.free) == (before + sum(covered), free)
