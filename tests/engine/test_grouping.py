"""Decisions of a run become one reminder per debtor and recipient."""

from engine.dunning import assess
from engine.grouping import group
from factories import LEVELS, TODAY, ago, item, level, pause, policy, told


def letters(*items):
    """The letters for one debtor's items."""
    return group(assess(items, TODAY))


def ids(letter):
    """The items of a letter, in order."""
    return [one.item.id for one in letter.lines]


def test_rule_7_one_reminder_from_all_that_is_ready():
    """One per debtor and recipient from all lines that say remind."""
    new, old, future = item(50, late=9), item(30, late=20), item(99, late=1)
    [letter] = letters(new, old, future, item(-10, late=3))
    assert (letter.debtor_id, letter.recipient_id) == (7, 7)
    assert ids(letter) == [old.id, new.id]  # oldest due first
    assert letter.totals == {"MXN": 70}  # the credit of 10 is netted


def test_rule_7_its_tone_is_the_highest_levels():
    """The highest by kind, then by delay, sets the tone."""
    first = item(late=12)
    second = item(late=16, last=told(5, 9))
    third = item(late=41, last=told(15, 20))
    assert letters(first)[0].level == LEVELS[0]
    assert letters(first, second)[0].level == LEVELS[1]
    assert letters(third, second, first)[0].level == LEVELS[2]


def test_a_demand_outranks_a_later_reminder():
    """Two policies for one debtor: the kind counts before the delay."""
    mild = policy(level(90), id=2)
    demanded = item(late=41, last=told(15, 20))
    [letter] = letters(item(late=95, policy=mild), demanded)
    assert letter.level == LEVELS[2]


def test_rule_7_one_reminder_for_each_recipient():
    """A contact chosen on the invoice gets his own."""
    a, b, c = item(1, late=9), item(2, late=8, recipient_id=71), item(4, late=7)
    found = [(one.recipient_id, ids(one), one.totals["MXN"]) for one in letters(a, b, c)]
    assert found == [(7, [a.id, c.id], 5), (71, [b.id], 2)]


def test_debtors_are_never_mixed():
    """Also when one person receives the messages of both."""
    ours, theirs = item(debtor_id=1, recipient_id=9), item(debtor_id=2, recipient_id=9)
    found = group(assess([ours], TODAY) + assess([theirs], TODAY))
    assert [(one.debtor_id, ids(one)) for one in found] == [(1, [ours.id]), (2, [theirs.id])]


def test_rule_7_currencies_have_their_own_subtotals():
    """One message, and nothing added up across currencies."""
    dollars = {"currency": "USD", "rate": 20}
    [letter] = letters(item(100), item(30, **dollars), item(5, late=8, **dollars), item(7, late=6))
    assert letter.totals == {"MXN": 107, "USD": 35}


def test_totals_are_what_may_be_chased():
    [letter] = letters(item(100, pauses=(pause("dispute", 40),)), item(10))
    assert letter.totals == {"MXN": 70}


def test_nothing_ready_makes_no_letter():
    assert letters(item(late=1), item(-5), item(no_followup=True)) == []
    assert letters() == []


def test_lines_are_ordered_whatever_order_they_come_in():
    assessed = assess([item(late=late, id=late) for late in (30, 20, 10)], TODAY)
    assessed += assess([item(late=20, id=19)], TODAY)
    for order in (assessed, assessed[::-1]):
        assert [ids(letter) for letter in group(order)] == [[30, 19, 20, 10]]


def test_installments_of_one_invoice_in_one_letter():
    """Each says its own level; the tone is that of the oldest."""
    old = item(late=30, move_id=1, last=told(5, 20))
    new = item(late=6, move_id=1)
    [letter] = letters(old, new)
    assert [one.decision.level.delay for one in letter.lines] == [15, 5]
    assert letter.level.delay == 15


def test_within_the_cadence_nothing_is_grouped():
    assert letters(item(debtor_contacted=ago(1), policy=policy(cadence=7))) == []
