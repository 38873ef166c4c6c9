from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Types of the journals in which money comes and goes.
MONEY_JOURNALS = ("bank", "cash", "credit")


class Settlement(NamedTuple):
    """What one reconciliation took of a due line.

    day: the date of the item it was reconciled with.
    amount: in the line's currency, positive.
    is_credit_note: it is a credit note or a write-off, and nobody paid anything.
    """

    day: date
    amount: Decimal
    is_credit_note: bool


class AccountMoveLine(models.Model):
    """What was paid of a due line, and when: agreements are followed by it."""

    # a file for each part
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cobranza_money_domain(self):
        """Domain of the items that are payments, or what a bank took back of one.

        What was registered as a payment, comes from a statement, or was written by hand into a
        journal of money.  Credit notes, write-offs and other entries by hand are none.
        """
        return (
            Domain("payment_id", "!=", False)
            | Domain("statement_line_id", "!=", False)
            | Domain("journal_id.type", "in", MONEY_JOURNALS)
        )

    @api.model
    def _cobranza_money_sql(self, line, journal):
        """SQL condition: the item `line` of `journal` fits `_cobranza_money_domain`.

        line, journal: aliases of account_move_line and of its account_journal.
        """
        return SQL(
            "(%s IS NOT NULL OR %s IS NOT NULL OR %s IN %s)",
            SQL.identifier(line, "payment_id"),
            SQL.identifier(line, "statement_line_id"),
            SQL.identifier(journal, "type"),
            MONEY_JOURNALS,
        )

    def _cobranza_payments(self):
        """Return {line id: list of Settlement} of receivable items, earliest first.

        Lines of which nothing is reconciled are missing.  Differences of exchange are left out:
        they settle nothing in the line's currency; re-bookings of payment plans: what they take is
        owed elsewhere; and what insurance claims have written off: he owes it by law.  One
        statement, whatever the number of lines: reading partial reconciliations takes the right of
        an accountant, and the ORM a query for each side.
        """
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.line_id, o.date, t.amount::text, NOT %(money)s
                  FROM (SELECT debit_move_id AS line_id, credit_move_id AS other_id,
                               debit_amount_currency AS amount
                          FROM account_partial_reconcile WHERE debit_move_id IN %(ids)s
                     UNION ALL
                        SELECT credit_move_id, debit_move_id, credit_amount_currency
                          FROM account_partial_reconcile WHERE credit_move_id IN %(ids)s) t
                  JOIN account_move_line o ON o.id = t.other_id
                  JOIN account_journal j ON j.id = o.journal_id
                  JOIN account_move m ON m.id = o.move_id AND m.insurance_claim_id IS NULL
                 WHERE t.amount <> 0
                   AND NOT EXISTS (SELECT 1 FROM cobranza_plan p
                                    WHERE o.move_id IN (p.rebook_move_id, p.rebook_reversal_id))
              ORDER BY o.date, o.id
                """,
                ids=tuple(self.ids),
                money=self._cobranza_money_sql("o", "j"),
            )
        )
        found = {}
        for line_id, day, amount, is_credit_note in rows:
            settled = Settlement(day, Decimal(amount), is_credit_note)
            found.setdefault(line_id, []).append(settled)
        return found
