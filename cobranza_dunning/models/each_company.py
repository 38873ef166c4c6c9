"""Scheduled work that goes through companies: what fails in one doesn't keep others waiting."""

import logging
from functools import partial

from odoo.exceptions import ConcurrencyError
from odoo.service.model import retrying
from psycopg2.errors import UniqueViolation

_logger = logging.getLogger(__name__)


def each_company(companies, *steps):
    """Do each step for each company, and commit after each.

    steps: functions of a company.  What one does is undone and logged if it fails, and the next
    ones go on.  Where somebody else changed the same records meanwhile it is done anew, as often
    as Odoo does a request anew.
    """
    env = companies.env
    for company in companies:
        for step in steps:
            try:
                retrying(partial(_attempt, step, company), env)
                env["ir.cron"]._commit_progress()
            except Exception:
                env.cr.rollback()
                _logger.exception("%s of company %s failed", step.__name__, company.id)


def _attempt(step, company):
    """Do a step.  Raises ConcurrencyError if somebody else has added the same meanwhile."""
    try:
        step(company)
        company.env.cr.flush()
    except UniqueViolation as error:
        raise ConcurrencyError(str(error)) from error
