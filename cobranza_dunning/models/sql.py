"""What statements share: conditions on a company's accounts (ids None = all), and turns."""

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


def take_turn(records):
    """Let whoever does the same about one of these records at this moment come after.

    A row that both write makes the database have the second start again, and see the first.
    """
    records.env.flush_all()
    records.env.cr.execute(
        SQL(
            "UPDATE %s SET write_date = write_date WHERE id = ANY(%s)",
            SQL.identifier(records._table),
            records.ids,
        )
    )
