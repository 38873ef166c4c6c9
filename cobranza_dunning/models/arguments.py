from odoo import fields
from odoo.exceptions import UserError


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


def to_record(model, value):
    """Return the record of a model with the id that a public method was given.

    It is empty if there is none, or if the value is no id.
    """
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
    return model.browse(value if is_id else ()).exists()


def to_line(value):
    """Return the text that a public method was given, as one line that can be kept."""
    return " ".join(str(value or "").replace("\0", "").split())


def to_amount(env, value, currency):
    """Return the amount that a public method was given, rounded to its currency.

    value: a number, or text such as "1234.50".  Raises UserError if it isn't one, or not positive.
    """
    try:
        amount = currency.round(float(value))
    except (OverflowError, TypeError, ValueError) as error:
        raise UserError(env._("“%s” isn't an amount: write it as 1234.50.", value)) from error
    if amount <= 0:
        raise UserError(env._("The amount must be more than nothing."))
    return amount
