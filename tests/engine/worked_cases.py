"""The table of worked cases in docs/insurance.md, and what each of its rules asks the engine.

A case's *given* and *result* are words `key=value`; a key may come several times.
"""

import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

from engine import cover, declarations, indemnity, insurance, insurance_dates, premium

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "insurance.md"
DAY_ONE = date(2026, 3, 1)
#: What is said of a line that only the ledger knows; the engine gets the policy's currency.
LEDGER_FACTS = ("booked", "paid")


class Case(NamedTuple):
    """One row of the table."""

    number: str
    rule: str
    title: str
    given: str
    arithmetic: str
    result: str


def read():
    """The rows of the table."""
    section = DOCUMENT.read_text(encoding="utf-8").split("## Worked cases")[1]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [Case(*(cell.strip().strip("`") for cell in row)) for row in rows[2:]]


def value(text):
    """A date, an amount, a yes or no, or the word itself."""
    if text in ("yes", "no"):
        return text == "yes"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def words(text):
    """The pairs (key, text) of a cell."""
    return [word.split("=", 1) for word in text.split()]


class Given(dict):
    """What a case is given: key -> list of values, by the part before the dot."""

    def __init__(self, text):
        super().__init__()
        self.parts = defaultdict(dict)
        for key, content in words(text):
            owner, _, name = key.rpartition(".")
            if owner:
                self.parts[owner].setdefault(name, []).append(content)
            else:
                self.setdefault(key, []).append(content)

    def one(self, key, default=None):
        """The only value of a key."""
        return value(self[key][0]) if key in self else default

    def many(self, key):
        """All values of a key."""
        return [value(text) for text in self.get(key, ())]

    def some(self, *keys):
        """Those of the keys that are given, as arguments."""
        return {key: self.one(key) for key in keys if key in self}

    def facts(self, owner):
        """What is said of a line or a buyer, as arguments."""
        return {name: value(texts[0]) for name, texts in self.parts[owner].items()}

    def letters(self):
        """The lines' names, oldest first."""
        return [key for key in self if re.fullmatch("[A-Z]", key)]


def deadline(text):
    """A Deadline from "mep+30" or "notice+6m"."""
    base, number = text.split("+")
    if number.endswith("m"):
        return insurance.Deadline(base, months=int(number[:-1]))
    return insurance.Deadline(base, int(number))


POLICY_FACTS = {
    "notice": lambda texts: tuple(map(deadline, texts)),
    "waiting": lambda texts: deadline(texts[0]),
    "claim": lambda texts: deadline(texts[0]),
    "activation": lambda texts: deadline(texts[0]),
    "declaration": lambda texts: insurance.Calendar(*map(int, texts[0].split("+"))),
    "maximum_delay": lambda texts: int(texts[0]),
    "maximum_term": lambda texts: int(texts[0]),
    "mep": lambda texts: int(texts[0]),
}


def policy(given):
    """The case's policy."""
    facts = {
        name: POLICY_FACTS.get(name, lambda texts: value(texts[0]))(texts)
        for name, texts in given.parts["policy"].items()
        if name != "currency"
    }
    percentages = {"named": Decimal(90), "discretionary": Decimal(80), "blind": Decimal(70)}
    found = insurance.Policy(((date(2026, 1, 1), date(2026, 12, 31)),), percentages, **facts)
    insurance.check(found)
    return found


def limit(text):
    """A Limit from "100", or from "decision:amount@day" with or without ",until=day"."""
    if "@" not in text:
        return insurance.Limit(date(2026, 1, 1), insurance.GRANTED, Decimal(text))
    what, _, when = text.partition("@")
    decision, amount = what.split(":")
    day, _, until = when.partition(",until=")
    own = decision == insurance.DISCRETIONARY
    return insurance.Limit(
        value(day),
        insurance.GRANTED if own else decision,
        Decimal(amount),
        insurance.DISCRETIONARY if own else insurance.NAMED,
        value(until) if until else None,
    )


def line(given, number, name):
    """The line with this name, a day after the one before it, due after 30 days."""
    facts = {"invoiced": DAY_ONE + timedelta(days=number), **given.facts(name)}
    for ledgers in LEDGER_FACTS:
        facts.pop(ledgers, None)
    facts.setdefault("due", facts["invoiced"] + timedelta(days=30))
    return insurance.Line(name, given.one(name), **facts)


def money(text):
    """The currency's code and the amount of "MXN:3000"."""
    code, _, amount = text.partition(":")
    return code, Decimal(amount)


def rate(text):
    """The code, the units for a dollar and the first day of "EUR:0.5" or "EUR:0.5@2026-03-02"."""
    what, _, day = text.partition("@")
    return *money(what), value(day or "2000-01-01")


# --- what each rule asks ---------------------------------------------------------------------


def _cover(given):
    """What is covered of each line, and what else is known of it."""
    covers = cover.decide(
        policy(given),
        [limit(text) for text in given.get("limit", ())],
        [line(given, number, name) for number, name in enumerate(given.letters())],
        given.one("today", date(2026, 3, 15)),
        insurance.Buyer(**given.facts("buyer")),
    )
    found = {}
    for one in covers:
        found[one.line_id] = one.covered
        found[f"{one.line_id}.uncovered"] = one.uncovered
        found.update({f"{one.line_id}.{name}": fact for name, fact in one._asdict().items()})
        found[f"{one.line_id}.reasons"] = "+".join(one.reasons)
    return found


def _dates(given):
    """Every day that is known of a line."""
    facts = given.some("due", "notified_on", "approved_until")
    buyer = insurance.Buyer(**given.some("insolvent_on"))
    one = insurance.Line("A", Decimal(100), DAY_ONE, **facts)
    return insurance_dates.dates(policy(given), one, buyer)


def _indemnity(given):
    """How an indemnity comes about."""
    names = ("threshold", "deductible", "first_loss", "maximum", "covers_costs")
    year = indemnity.Year(given.one("first_loss_used", Decimal(0)), given.one("paid", Decimal(0)))
    return cover.indemnity(
        given.one("loss"), given.one("costs", Decimal(0)), given.one("percentage"),
        indemnity.Terms(**given.some(*names)), year,
    )._asdict()  # fmt: skip


def _costs(given):
    """The covered part of costs."""
    return {"amount": indemnity.covered_costs(*map(given.one, ("costs", "covered", "debt")), 2)}


def _provisional(given):
    """What Spain's law makes the insurer pay on account, and from which day on."""
    spanish = policy(given)._replace(law=insurance.LAW_ES)
    one = insurance.Line("A", Decimal(1), DAY_ONE, DAY_ONE, notified_on=given.one("notified"))
    return {
        "day": insurance_dates.provisional_day(spanish, one),
        "amount": indemnity.on_account(spanish.law, given.one("amount"), 2),
    }


def _recovery_before(given):
    """Which debts a recovery before the date of loss pays."""
    debts = [(name, given.one(name)) for name in given.letters()]
    paid, excess = indemnity.apply_oldest_first(given.one("recovered"), debts)
    return {**paid, "excess": excess}


def _recovery_after(given):
    """Whose a recovery after the date of loss is."""
    return indemnity.split_after_loss(
        *map(given.one, ("recovered", "loss", "paid")), 2, **given.some("costs", "earlier")
    )._asdict()


def _tariff(given):
    """The case's tariff."""
    found = premium.Tariff(**given.some("basis", "rate", "unit", "minimum", "tax"))
    premium.check(found)
    return found


def _premium(given):
    """The premium of a period."""
    found = premium.accrue(_tariff(given), given.many("amount"), given.many("late"))
    return {**found._asdict(), "total": found.total}


def _sale(given, name):
    """A sale of a declaration."""
    return premium.Sale(given.one(name), **given.facts(name))


def _sales(given):
    """The premium of a declaration, and what of it falls on each sale."""
    sales = [_sale(given, name) for name in given.letters()]
    late = sum((one.amount for one in sales if one.late), Decimal(0))
    amount = sum((one.amount for one in sales), Decimal(0))
    whole, parts = premium.of_sales(_tariff(given), sales, amount, late)
    return {**whole._asdict(), **dict(zip(given.letters(), parts, strict=True))}


def _estimate(given):
    """What insuring a sale would cost."""
    return {"net": premium.estimate(_tariff(given), *map(given.one, ("amount", "from", "to")))}


def _year_end(given):
    """What is missing of the year's minimum."""
    return premium.year_end(
        _tariff(given), given.one("accrued"), **given.some("charged")
    )._asdict()


def _declared_item(given, name):
    """A sale of the case; told=1000 is what was declared of it before, without tax."""
    facts = given.facts(name)
    told = facts.pop("told", None)
    return declarations.Item(
        name, 7, amount=given.one(name), told=None if told is None else (told, Decimal(0)), **facts
    )


def _declare(given):
    """What is declared of a period."""
    items = [_declared_item(given, name) for name in given.letters()]
    found = declarations.declare(declarations.Rules(), items, given.one("day"))
    return {"amount": found.amount, "late_amount": found.late_amount, "late": "+".join(found.late)}


RULES = {
    "cover": _cover,
    "dates": _dates,
    "indemnity": _indemnity,
    "costs": _costs,
    "provisional": _provisional,
    "recovery_before": _recovery_before,
    "recovery_after": _recovery_after,
    "premium": _premium,
    "sales": _sales,
    "estimate": _estimate,
    "year_end": _year_end,
    "declare": _declare,
}


def expected(case):
    """{key: value} of a case's result."""
    return {key: value(text) for key, text in words(case.result)}


def answer(case):
    """{key: value} of what the engine says about a case."""
    return RULES[case.rule](Given(case.given))


# --- the arithmetic that is shown ------------------------------------------------------------

_SIGNS = {"×": "*", "÷": "/", "−": "-", "≤": "<=", "≥": ">=", "%": "/D('100')", "‰": "/D('1000')"}
_TOKENS = re.compile(r"(\d{4}-\d\d-\d\d)|(\d+) d\b|(\d+(?: \d{3})*(?:\.\d+)?)|([×÷−≤≥%‰])")


def _python(text):
    """A term of the table as Python."""

    def translate(match):
        day, days, number, sign = match.groups()
        if day:
            return f"day('{day}')"
        if days:
            return f"timedelta(days={days})"
        return _SIGNS[sign] if sign else f"D('{number.replace(' ', '')}')"

    return _TOKENS.sub(translate, text)


def holds(statement):
    """Whether a statement of the arithmetic, such as "60 − 20 = 40", is true."""
    left, relation, right = re.split(r"\s*([=≈<>])\s*", statement.strip())
    names = {"D": Decimal, "day": date.fromisoformat, "timedelta": timedelta}
    left, right = (eval(_python(term), {**names, "min": min, "max": max}) for term in (left, right))
    if relation == "≈":
        left = left.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {"<": left < right, ">": left > right}.get(relation, left == right)
