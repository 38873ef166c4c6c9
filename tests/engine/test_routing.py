"""To whom a message goes: roles against kinds of level, and never to a stranger."""

import pytest
from engine import dunning, routing
from engine.grouping import group
from engine.routing import DEFAULT_ROUTES, Recipient, resolve
from factories import TODAY, addressee, ahead, directory, item, level, policy, reasons, told
from hypothesis import given, settings
from hypothesis import strategies as st

CUSTOMER = 7
NOWHERE = frozenset()
USUAL = DEFAULT_ROUTES["reminder"]
#: One contact for each role: 11 the collections address, 12 the clerk, …
EVERYBODY = tuple(
    addressee(number, role) for number, role in enumerate(routing.CONTACT_ROLES, start=11)
)


def found(kind, people, contact=None, roles=None, **options):
    """Whom a message goes to and why: (partner id, rule), or the reason why to nobody."""
    roles = roles or DEFAULT_ROUTES[kind]
    one = resolve(kind, roles, people, contact, **options)
    return one.reason or (one.partner_id, one.rule)


# --- The order of the table -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["reminder", "follow_up"])
@pytest.mark.parametrize(
    "missing, recipient",
    [
        (0, (11, "collections_address")),
        (1, (12, "payments_clerk")),
        (2, (70, "invoice_contact")),
    ],
)
def test_the_usual_order(kind, missing, recipient):
    """With everybody there, then without the first, then without the second."""
    assert found(kind, directory(*EVERYBODY[missing:]), addressee(70)) == recipient


def test_a_demand_goes_to_the_superior_first():
    assert found("demand", directory(*EVERYBODY), addressee(70)) == (14, "superior")
    assert found("demand", directory(*EVERYBODY[:3])) == (11, "collections_address")


@pytest.mark.parametrize("kind", DEFAULT_ROUTES)
def test_without_contacts_it_is_the_customers(kind):
    assert found(kind, directory()) == (CUSTOMER, "customer")


def test_the_contact_on_the_invoice_comes_before_the_contact_for_invoices():
    contact = addressee(13, "invoice_contact")
    assert found("reminder", directory(contact), addressee(70)) == (70, "invoice_contact")
    assert found("reminder", directory(contact)) == (13, "invoice_contact")


def test_a_contact_with_several_roles_is_there_for_each():
    both = directory(addressee(15, "payments_clerk", "superior"))
    assert found("reminder", both) == (15, "payments_clerk")
    assert found("demand", both) == (15, "superior")


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="unknown kind of level: 'threat'"):
        resolve("threat", USUAL, directory())


# --- Nobody, or several ---------------------------------------------------------------------


def test_a_table_that_names_nobody_there_finds_nobody():
    """It is never sent to all contacts instead."""
    assert found("reminder", directory(*EVERYBODY[:3]), roles=("superior",)) == "no_recipient"
    assert found("reminder", None) == "no_recipient"


@pytest.mark.parametrize(
    "first, second, recipient",
    [
        (1, 2, (21, "payments_clerk")),
        (1, 1, "ambiguous_recipient"),
        (2, 1, (22, "payments_clerk")),
    ],
)
def test_two_with_one_role(first, second, recipient):
    """The lower number gets it; with the same one a person has to say who."""
    people = directory(
        addressee(21, "payments_clerk", priority=first),
        addressee(22, "payments_clerk", priority=second),
    )
    assert found("reminder", people) == recipient


def test_an_ambiguous_role_names_itself_and_nobody():
    people = directory(addressee(21, "superior"), addressee(22, "superior"))
    one = resolve("demand", DEFAULT_ROUTES["demand"], people)
    assert one == Recipient(None, "superior", None, "ambiguous_recipient")


def test_one_of_two_without_an_address_leaves_no_doubt():
    people = directory(
        addressee(21, "payments_clerk", reach=NOWHERE), addressee(22, "payments_clerk")
    )
    assert found("reminder", people) == (22, "payments_clerk")


# --- Who can be reached ---------------------------------------------------------------------


def test_whoever_has_no_address_is_passed_over():
    """The invoice's contact without e-mail: the customer gets it, as ever."""
    people = directory(addressee(12, "payments_clerk", reach=NOWHERE))
    assert found("reminder", people, addressee(70, reach=NOWHERE)) == (CUSTOMER, "customer")


def test_the_preferred_channel_decides_before_its_fallback():
    """A clerk with a postal address only gets a letter only if nobody has an e-mail address."""
    clerk = addressee(12, "payments_clerk", reach=frozenset({"address"}))
    ways = {"channels": ("email", "letter")}
    one = resolve("reminder", USUAL, directory(clerk), **ways)
    assert one == Recipient(CUSTOMER, "customer", "email")
    one = resolve("reminder", USUAL, directory(clerk, reach=NOWHERE), **ways)
    assert one == Recipient(12, "payments_clerk", "letter")


def test_who_lacks_the_address_is_named():
    """Nobody can be reached: the first in the table is who needs an address."""
    people = directory(*(one._replace(reach=NOWHERE) for one in EVERYBODY), reach=NOWHERE)
    assert resolve("reminder", USUAL, people) == Recipient(11, "collections_address")


def test_two_without_an_address_are_still_two():
    clerks = (addressee(number, "payments_clerk", reach=NOWHERE) for number in (21, 22))
    assert found("reminder", directory(*clerks, reach=NOWHERE)) == "ambiguous_recipient"


# --- The person of influence ----------------------------------------------------------------


@pytest.mark.parametrize("kind", DEFAULT_ROUTES)
def test_a_person_of_influence_is_not_written_to(kind):
    assert found(kind, directory(EVERYBODY[-1])) == (CUSTOMER, "customer")


def test_unless_a_table_names_the_role_and_never_in_a_demand():
    roles = ("influencer", "customer")
    people = directory(EVERYBODY[-1])
    assert found("follow_up", people, roles=roles) == (15, "influencer")
    assert found("demand", people, roles=roles) == (CUSTOMER, "customer")


def test_no_other_role_brings_a_demand_to_a_person_of_influence():
    both = addressee(15, "influencer", "superior")
    assert found("demand", directory(both)) == (CUSTOMER, "customer")
    on_invoice = addressee(15)
    assert found("demand", directory(EVERYBODY[-1]), on_invoice) == (CUSTOMER, "customer")
    chosen = directory(EVERYBODY[-1], chosen={CUSTOMER: EVERYBODY[-1]})
    assert found("demand", chosen) == (CUSTOMER, "customer")


# --- Chosen by hand -------------------------------------------------------------------------


def test_a_persons_choice_replaces_the_tables():
    people = directory(EVERYBODY[1], chosen={12: addressee(16)})
    assert found("reminder", people) == (16, "person")
    assert found("reminder", people, roles=("customer",)) == (CUSTOMER, "customer")


def test_it_is_applied_once():
    """12's goes to 16, and what 16 would get goes to 12: two messages, crossed over."""
    swapped = directory(
        EVERYBODY[1], addressee(16, "superior"), chosen={12: addressee(16), 16: EVERYBODY[1]}
    )
    assert found("reminder", swapped) == (16, "person")
    assert found("demand", swapped) == (12, "person")


# --- In a debtor's decisions ----------------------------------------------------------------


def decided(*items):
    """(reason, recipient id, rule) for each item, in the order given."""
    by_id = {one.item.id: one for one in dunning.assess(items, TODAY)}
    return [(by_id[one.id].decision.reason, *by_id[one.id].recipient[:2]) for one in items]


def test_the_recipient_follows_the_level():
    people = {"directory": directory(EVERYBODY[1], EVERYBODY[3])}
    due_now = [item(late=6, **people), item(late=41, last=told(15, 20), **people)]
    assert decided(*due_now) == [
        ("level_reached", 12, "payments_clerk"),
        ("level_reached", 14, "superior"),
    ]
    assert [letter.recipient_id for letter in group(dunning.assess(due_now, TODAY))] == [14, 12]


def test_a_level_may_escalate_to_a_superior():
    """Its own role comes first; without anybody in it the policy's table goes on."""
    rules = policy(level(5, role="superior"))
    assert decided(item(policy=rules, directory=directory(*EVERYBODY))) == [
        ("level_reached", 14, "superior")
    ]
    assert decided(item(policy=rules, directory=directory(EVERYBODY[1]))) == [
        ("level_reached", 12, "payments_clerk")
    ]


def test_a_policy_has_its_own_table():
    rules = policy(routes={"reminder": ("superior",)})
    facts = {"policy": rules, "directory": directory(EVERYBODY[1], EVERYBODY[3])}
    assert decided(item(**facts)) == [("level_reached", 14, "superior")]
    # a kind that it doesn't name follows the usual order
    assert decided(item(late=16, last=told(5, 10), **facts)) == [
        ("level_reached", 12, "payments_clerk")
    ]


@pytest.mark.parametrize(
    "people, reason",
    [
        (directory(), "no_recipient"),
        (directory(addressee(1, "superior"), addressee(2, "superior")), "ambiguous_recipient"),
    ],
)
def test_nobody_or_several_is_work_for_a_person(people, reason):
    facts = {"policy": policy(routes={"reminder": ("superior",)}), "directory": people}
    assert reasons(item(**facts)) == [reason]
    assert group(dunning.assess([item(**facts)], TODAY)) == []
    assert reasons(item(late=1, **facts)) == ["level_not_reached"]


def test_what_waits_for_the_cadence_knows_its_recipient():
    waiting = item(debtor_contacted=TODAY, policy=policy(cadence=7))
    assert decided(waiting) == [("cadence", CUSTOMER, "customer")]


# --- Debts that are no invoices -------------------------------------------------------------


def opening(**facts):
    """A debt of the general journal, such as an opening balance."""
    return item(kind="entry", late=9, **facts)


@pytest.mark.parametrize(
    "contacts, recipient",
    [
        ((71, 71), (71, "invoice_contact")),
        ((71, 72), (CUSTOMER, "customer")),  # no way to tell which of the two
        ((71, CUSTOMER), (CUSTOMER, "customer")),  # who gets a letter anyway
        ((CUSTOMER,), (CUSTOMER, "customer")),
        ((), (CUSTOMER, "customer")),
    ],
)
def test_an_opening_balance_goes_along_with_the_invoices(contacts, recipient):
    """Peers' defect: two letters to one customer, because one debt is no invoice."""
    invoices = [item(recipient_id=contact) for contact in contacts]
    assert decided(opening(), *invoices)[0] == ("level_reached", *recipient)


def test_it_does_not_go_along_with_what_takes_no_part():
    left_out = item(recipient_id=71, no_followup=True)
    paid = item(-5, recipient_id=72)
    [letter] = group(dunning.assess([opening(), left_out, paid], TODAY))
    assert letter.recipient_id == CUSTOMER


def test_one_letter_for_opening_balance_and_invoices():
    both = [opening(), item(recipient_id=71)]
    [letter] = group(dunning.assess(both, TODAY))
    assert (letter.recipient_id, letter.rule, len(letter.lines)) == (71, "invoice_contact", 2)


# --- Whom each kind would go to -------------------------------------------------------------


def test_recipients_by_kind():
    people = {"directory": directory(EVERYBODY[3])}
    items = [item(recipient_id=71, **people), item(recipient_id=72, **people), item(**people)]
    assessed = dunning.assess([*items, item(-1, **people), item(no_followup=True)], TODAY)
    assert [one.partner_id for one in dunning.recipients(assessed, "reminder")] == [71, 72, 7]
    assert [one.partner_id for one in dunning.recipients(assessed, "demand")] == [14]
    assert dunning.recipients([], "reminder") == []


# --- Never to a stranger --------------------------------------------------------------------

roles = st.sets(st.sampled_from(routing.CONTACT_ROLES), max_size=3)
ways = st.sampled_from([frozenset(), frozenset({"email"}), frozenset({"email", "phone"})])
tables = st.fixed_dictionaries(
    {
        kind: st.lists(st.sampled_from(routing.ROLES), max_size=5, unique=True).map(tuple)
        for kind in DEFAULT_ROUTES
    }
)


@st.composite
def debtors(draw, number):
    """A debtor, his people — numbered after him — and his open items."""
    base = 100 * number
    has = st.tuples(roles, st.integers(1, 2)).map(lambda drawn: dict.fromkeys(*drawn))
    people = [
        routing.Addressee(base + one, draw(ways), draw(has))
        for one in range(1, draw(st.integers(1, 5)))
    ]
    own = st.sampled_from(people) if people else st.none()
    known = routing.Directory(
        routing.Addressee(base, draw(ways)),
        tuple(one for one in people if one.roles),
        {base + draw(st.integers(0, 4)): draw(own)} if people and draw(st.booleans()) else {},
    )
    rules = policy(
        level(5), level(15, kind="follow_up"), level(40, kind="demand"), routes=draw(tables)
    )
    return [
        item(
            late=draw(st.integers(0, 60)),
            last=draw(st.sampled_from([None, told(5, 20), told(15, 20)])),
            kind=draw(st.sampled_from(["invoice", "invoice", "entry"])),
            debtor_id=base,
            policy=rules,
            directory=known,
            invoice_contact=draw(st.none() | own),
        )
        for _ in range(draw(st.integers(0, 5)))
    ]


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_no_line_gets_into_a_letter_of_another_debtor(data):
    """Each line to remind is in exactly one letter, of its own debtor, to one of his people."""
    all_items = [data.draw(debtors(number)) for number in range(1, data.draw(st.integers(2, 4)))]
    assessed = [one for items in all_items for one in dunning.assess(items, TODAY)]
    letters = group(data.draw(st.permutations(assessed)))
    in_letters = [one for letter in letters for one in letter.lines]
    ready = [one.item.id for one in assessed if one.decision.outcome == "remind"]
    assert sorted(one.item.id for one in in_letters) == sorted(ready)
    for letter in letters:
        assert {one.item.debtor_id for one in letter.lines} == {letter.debtor_id}
        assert letter.recipient_id // 100 * 100 == letter.debtor_id
        assert letter.rule in routing.RULES
        people = letter.lines[0].item.directory
        influencers = {one.id for one in people.contacts if "influencer" in one.roles}
        if any(one.decision.level.kind == "demand" for one in letter.lines):
            assert letter.recipient_id not in influencers


def test_the_day_does_not_change_the_recipient():
    """Nothing but roles, table and choice does: tomorrow's letter goes where today's went."""
    people = directory(*EVERYBODY)
    today, tomorrow = (
        dunning.assess([item(directory=people, id=1)], day) for day in (TODAY, ahead(1))
    )
    assert [one.recipient for one in today] == [one.recipient for one in tomorrow]
