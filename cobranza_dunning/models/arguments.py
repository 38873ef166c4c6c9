from odoo import fields
from odoo.exceptions import UserError


def to_date(env, value):
    """Return the date that a public method was given: a date, an ISO string or nothing.

    Raises UserError if it is something else.
    """
    try:
        return fields.Date.to_date(value)
    except (TypeError, ValueError) as error:
        raise UserError(
            env._("“%s” isn't a date: write it as year-month-day, such as 2026-12-31.", value)
        ) from error
