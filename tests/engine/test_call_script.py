"""Call scripts: the one that fits, and no sentence about what nobody knows."""

import pytest
from engine import call_script
from engine.call_script import Script, choose, fill, situations
from hypothesis import given
from hypothesis import strategies as st

PLAIN = Script(1, "reminder")
FIRST = Script(2, "reminder", "first_call")
WROTE = Script(3, "reminder", "answer_waiting")
OF_POLICY = Script(4, "reminder", policies=frozenset({7}))
FIRST_OF_POLICY = Script(5, "reminder", "first_call", frozenset({7}))
EARLY = Script(6, "reminder", sequence=-1)
DEMAND = Script(7, "demand")
ANY_KIND = Script(11, None, sequence=-2)
WROTE_ANY_KIND = Script(12, None, "answer_waiting")
OF_SEGMENT = Script(8, "reminder", segments=frozenset({3}))
OF_BOTH = Script(10, "reminder", policies=frozenset({7}), segments=frozenset({3}))


@pytest.mark.parametrize(
    "true, found",
    [
        ({"spoken_with"}, []),
        (set(), ["first_call"]),
        ({"answer_waiting", "spoken_with"}, ["answer_waiting"]),
        ({"promise_broken", "spoken_with"}, ["promise_broken"]),
        (
            {"answer_waiting", "disputed", "promise_broken"},
            ["answer_waiting", "disputed", "promise_broken", "first_call"],
        ),
    ],
)
def test_situations(true, found):
    names = ("answer_waiting", "disputed", "promise_broken", "spoken_with")
    assert situations(**{name: name in true for name in names}) == found


@pytest.mark.parametrize(
    "scripts, kind, found, policy, chosen",
    [
        ([], "reminder", [], 7, None),
        ([PLAIN, DEMAND], "follow_up", [], 7, None),
        ([PLAIN, DEMAND], "demand", [], 7, DEMAND),
        ([PLAIN, FIRST], "reminder", [], 7, PLAIN),
        ([PLAIN, FIRST], "reminder", ["first_call"], 7, FIRST),
        ([FIRST], "reminder", [], 7, None),
        ([FIRST, WROTE], "reminder", ["answer_waiting", "first_call"], 7, WROTE),
        ([PLAIN, OF_POLICY], "reminder", [], 7, OF_POLICY),
        ([PLAIN, OF_POLICY], "reminder", [], 8, PLAIN),
        ([OF_POLICY], "reminder", [], 8, None),
        ([OF_POLICY, FIRST], "reminder", ["first_call"], 7, FIRST),
        ([FIRST, FIRST_OF_POLICY], "reminder", ["first_call"], 7, FIRST_OF_POLICY),
        ([PLAIN, EARLY], "reminder", [], 7, EARLY),
        ([PLAIN._replace(id=9), PLAIN], "reminder", [], 7, PLAIN),
        ([ANY_KIND, PLAIN, DEMAND], "follow_up", [], 7, ANY_KIND),
        ([ANY_KIND, PLAIN], "reminder", [], 7, PLAIN),
        ([ANY_KIND, OF_POLICY], "reminder", [], 7, OF_POLICY),
        ([WROTE_ANY_KIND, PLAIN], "reminder", ["answer_waiting"], 7, WROTE_ANY_KIND),
        ([WROTE_ANY_KIND, WROTE], "reminder", ["answer_waiting"], 7, WROTE),
        ([WROTE_ANY_KIND, DEMAND], "demand", ["first_call"], 7, DEMAND),
    ],
)
def test_choose(scripts, kind, found, policy, chosen):
    assert choose(scripts, kind, found, policy) == chosen


@pytest.mark.parametrize(
    "scripts, found, segment, chosen",
    [
        ([OF_SEGMENT], [], None, None),
        ([OF_SEGMENT], [], 4, None),
        ([OF_SEGMENT], [], 3, OF_SEGMENT),
        # the segment says more than the policy, the situation more than both
        ([PLAIN, OF_POLICY, OF_SEGMENT], [], 3, OF_SEGMENT),
        ([PLAIN, OF_POLICY, OF_SEGMENT], [], 4, OF_POLICY),
        ([OF_SEGMENT, OF_BOTH], [], 3, OF_BOTH),
        ([OF_BOTH, OF_POLICY], [], 4, OF_POLICY),
        ([OF_SEGMENT, FIRST], ["first_call"], 3, FIRST),
    ],
)
def test_choose_by_segment(scripts, found, segment, chosen):
    assert choose(scripts, "reminder", found, 7, segment) == chosen


@pytest.mark.parametrize(
    "text, values, lines",
    [
        (None, {}, []),
        ("", {}, []),
        ("Hello {name}.", {"name": "Ana"}, ["Hello Ana."]),
        ("Hello {name}.\n\n  \nCustomer since {since}.", {"name": "Ana"}, ["Hello Ana."]),
        ("{name}: {amount}", {"name": "Ana", "amount": ""}, []),
        ("No gaps here", {}, ["No gaps here"]),
        ("Since {since}.", {"since": "May 2019"}, ["Since May 2019."]),
    ],
)
def test_a_line_about_something_unknown_is_left_out(text, values, lines):
    assert fill(text, values) == lines


@given(
    st.lists(st.sampled_from([f"Say {{{name}}} now." for name in call_script.PLACEHOLDERS])),
    st.dictionaries(st.sampled_from(call_script.PLACEHOLDERS), st.sampled_from(["", "Ana", "3"])),
)
def test_no_gap_is_ever_read_out(lines, values):
    filled = fill("\n".join(lines), values)
    assert len(filled) <= len(lines)
    assert not any("{" in line or "Say now" in line for line in filled)
