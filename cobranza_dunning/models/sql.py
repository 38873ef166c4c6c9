"""Conditions that statements on a company's accounts share; ids None = all of them."""

from odoo.tools import SQL


def only(column, ids):
    """SQL condition: a column (its name, or SQL) is one of these ids; None = any."""
    return SQL("TRUE") if ids is None else SQL("%s IN %s", SQL(column), tuple(ids) or (0,))


def only_customers(column, debtor_ids):
    """SQL condition: a column is the customer of one of these debtors; None = any."""
    if debtor_ids is None:
        return SQL("TRUE")
    return SQL(
        "%s IN (SELECT partner_id FROM cobranza_debtor WHERE %s)",
        SQL(column),
        only("id", debtor_ids),
    )
