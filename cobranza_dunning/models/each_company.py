"""Scheduled work that goes through companies: what fails in one doesn't keep others waiting."""

import logging

_logger = logging.getLogger(__name__)


def each_company(companies, *steps):
    """Do each step for each company, and commit after each.

    steps: functions of a company.  What one does is undone and logged if it fails, and the next
    ones go on.
    """
    env = companies.env
    for company in companies:
        for step in steps:
            try:
                step(company)
                env["ir.cron"]._commit_progress()
            except Exception:
                env.cr.rollback()
                _logger.exception("%s of company %s failed", step.__name__, company.id)
