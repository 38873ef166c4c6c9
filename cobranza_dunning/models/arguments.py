from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from .amounts import LARGEST

#: Days and moments that are named lie within so far from today.
FURTHEST = timedelta(days=3653)


def to_date(env, value):
    """Return the date that a public method was given: a date, an ISO string or nothing.

    Raises UserError if it is something else.
    """
    try:
        return fields.Date.to_date(value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            env._("“%s” isn't a date: write it as year-month-day, such as 2026-12-31.", value)
        ) from error


def to_day(env, value):
    """Return the date that a public method was given for something to be agreed on, or None.

    Raises UserError if it is no date, or more than ten years away.
    """
    day = to_date(env, value)
    if day and abs(day - fields.Date.today()) > FURTHEST:
        raise UserError(env._("Choose days within ten years."))
    return day


def check_not_endless(env, *days):
    """Raise UserError for a day that is more than ten years ahead: meant as "without end"."""
    if any(day and day - fields.Date.today() > FURTHEST for day in days):
        raise UserError(env._("Choose days within ten years."))


def to_choice(model, name, value):
    """Return the code that a public method was given for a selection field of a model.

    Raises UserError, with the codes that there are, if it is none of them.
    """
    codes = dict(model._fields[name].selection)
    if not isinstance(value, str) or value not in codes:
        raise UserError(
            model.env._(
                "“%(value)s” is no %(field)s: use one of %(codes)s.",
                value=value,
                field=model._fields[name]._description_string(model.env),
                codes=", ".join(codes),
            )
        )
    return value


def to_record(model, value):
    """Return the record of a model with the id that a public method was given.

    It is empty if there is none, or if the value is no id.
    """
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
    return model.browse(value if is_id else ()).exists()


def to_due_lines(env, value):
    """Return the journal items with the ids that a public method was given.

    Raises UserError if it isn't a list of ids, or one of them is none.
    """
    if not isinstance(value, (list, tuple)) or not value:
        raise UserError(env._("Name the due lines by a list of their ids."))
    items = env["account.move.line"]
    found = items.union(*(to_record(items, one) for one in value))
    if len(found) < len(set(map(str, value))):
        raise UserError(env._("Some of the due lines that were named don't exist."))
    return found


def to_text(value):
    """Return the text that a public method was given, as it can be kept; nothing is False."""
    return str(value or "").replace("\0", "").strip() or False


def to_line(value):
    """Return the text that a public method was given, as one line that can be kept."""
    return " ".join(str(value or "").replace("\0", "").split())


def to_amount(env, value, currency):
    """Return the amount that a public method was given, rounded to its currency.

    value: a number, or text such as "1234.50".  Raises UserError if it isn't one, or isn't
    positive, or is more than anybody owes.
    """
    try:
        # a yes is no amount of one
        amount = currency.round(float(str(value) if isinstance(value, bool) else value))
    except (OverflowError, TypeError, ValueError) as error:
        raise UserError(env._("“%s” isn't an amount: write it as 1234.50.", value)) from error
    if amount <= 0:
        raise UserError(env._("The amount must be more than nothing."))
    if amount >= LARGEST:
        raise UserError(env._("“%s” is too large an amount: check its digits.", value))
    return amount


def to_count(env, value):
    """Return the number of records at most that a public method was given; None = all of them.

    Raises UserError if it is no whole number above zero.
    """
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
    if value is not None and not is_count:
        raise UserError(
            env._("“%s” isn't how many: give a whole number above zero, or leave it out.", value)
        )
    return value
