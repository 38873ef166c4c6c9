"""How a told line stands today, in one word."""
from datetime import date
from decimal import Decimal

import pytest
from engine import due, standing
from engine.due import Position
from engine.pauses import Pause

TOTAL = Decimal("100.00")


def position(residual, in_process=0, paused=0, credit=0):
    """The position of an item of which so much is open."""
    item = due.DueItem(1, 1, "EUR", Decimal(residual), date(2026, 3, 1))
    parts = [Decimal(part) for part in (in_process, paused, credit)]
    left = max(item.residual - sum(parts), Decimal(0))
    return Position(item, *parts, left)


@pytest.mark.parametrize("given, expected", [
    # all of it, or so much as was paid already
    (position("100.00"), "open"),
    (position("99.99"), "partly"),
    (position("0.01"), "partly"),
    # of what is open, one part is taken care of
    (position("100", in_process="0.01"), "partly"),
    (position("100", paused="99.99"), "partly"),
    (position("100", credit="40"), "partly"),
    # or all of it
    (position("100", in_process="100"), "arriving"),
    (position("100", paused="100"), "paused"),
    (position("100", credit="100"), "credited"),
    # several things together: the same one is named as in the explanation of a due line
    (position("100", in_process="60", paused="40"), "paused"),
    (position("100", in_process="60", credit="40"), "credited"),
    (position("100", paused="60", credit="40"), "paused"),
])
def test_open_items(given, expected):
    assert standing.standing(given, TOTAL, settled=True) == expected


@pytest.mark.parametrize("kinds, expected", [
    (["block"], "paused"),
    (["dispute"], "paused"),
    (["plan"], "planned"),
    (["promise"], "promised"),
    # the first one says what it is called
    (["dispute", "promise"], "paused"),
    (["plan", "promise"], "planned"),
])
def test_what_is_agreed_on_has_its_own_name(kinds, expected):
    applied = tuple((Pause(kind), Decimal(1)) for kind in kinds)
    given = position("100", paused="100")._replace(applied=applied)
    assert standing.standing(given, TOTAL, settled=True) == expected


@pytest.mark.parametrize("given", [None, position("0"), position("-5")])
@pytest.mark.parametrize("settled, expected", [(True, "paid"), (False, "withdrawn")])
def test_nothing_open(given, settled, expected):
    assert standing.standing(given, TOTAL, settled) == expected
