from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .amounts import to_decimal


class CobranzaReminderLine(models.Model):
    """A due line as it is, or was, told in a reminder: frozen text and numbers.

    What was told stays even if the invoice's journal item is recreated: then `move_line_id`
    is empty and the history is found by invoice and due date.
    """

    _name = "cobranza.reminder.line"
    _description = "Reminder line"
    _inherit = ["cobranza.gated.mixin"]
    # who and when is the reminder's
    _log_access = False
    _order = "reminder_id, date_due, id"
    _gated_fields = None
    _gated_create = True

    reminder_id = fields.Many2one(
        "cobranza.reminder", required=True, index=True, ondelete="cascade"
    )
    debtor_id = fields.Many2one(related="reminder_id.debtor_id")
    company_id = fields.Many2one(related="reminder_id.company_id")
    state = fields.Selection(related="reminder_id.state")
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one("account.move", "Invoice", ondelete="set null")
    level_id = fields.Many2one(
        "cobranza.policy.level", required=True, index=True, ondelete="restrict"
    )
    name = fields.Char("Number", required=True)
    concept = fields.Char(help="Empty for what is no invoice: its name says what it is.")
    date_invoice = fields.Date("Invoice date")
    date_due = fields.Date("Due date", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="reminder_id.currency_id", string="Company currency"
    )
    total_amount = fields.Monetary("Original amount")
    residual = fields.Monetary("Open", help="What the ledger said was open.")
    amount = fields.Monetary("To pay", required=True, help="What the customer is asked for.")
    approved_amount = fields.Monetary("Approved", help="What was approved; it may fall since.")
    fell_because = fields.Char(readonly=True, help="Code of the reason why it asks for less.")
    company_amount = fields.Monetary(
        "To pay (company currency)", currency_field="company_currency_id"
    )

    _move_due_idx = models.Index("(move_id, date_due)")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_gated(self):
        if not self._gate_is_open():
            raise AccessError(
                self.env._("Lines of a reminder can't be deleted: cancel the reminder instead.")
            )

    def action_open_business_doc(self):
        """Open the invoice; nothing happens if it is gone: what was told stays without it."""
        self.ensure_one()
        return self.move_id.action_open_business_doc() if self.move_id else False

    def _decimal_amount(self):
        """The amount as the exact Decimal of its currency."""
        self.ensure_one()
        return to_decimal(self.amount, self.currency_id)

    def _decimal_residual(self):
        """What was open, as the exact Decimal of its currency."""
        self.ensure_one()
        return to_decimal(self.residual, self.currency_id)

    def _lower_to(self, change, assessed):
        """Ask for less on a line that is not sent yet; nothing left takes the line away.

        change: engine.preflight.Change.
        assessed: engine.dunning.Assessed of the same due line, or None if it isn't open.
        """
        self.ensure_one()
        if change.amount <= 0:
            self._gated().unlink()
            return
        self._gated().write(
            {
                "amount": float(change.amount),
                "residual": float(assessed.item.residual),
                "company_amount": float(assessed.position.company_chaseable),
                "fell_because": change.reason,
            }
        )

    @api.model
    def _insert_from_run(self, run, reminders, letters):
        """Write the lines of `reminders` from what `run` decided (one statement).

        letters: the engine.grouping.Letter of each of the reminders.
        """
        pairs = [
            (reminder_id, one.item.id)
            for reminder_id, letter in zip(reminders.ids, letters, strict=True)
            for one in letter.lines
        ]
        if not pairs:
            return
        self.env.flush_all()
        reminder_ids, move_line_ids = zip(*pairs, strict=True)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO cobranza_reminder_line (
                    reminder_id, move_line_id, move_id, level_id, name, concept, date_invoice,
                    date_due, currency_id, total_amount, residual, amount, company_amount)
                SELECT told.reminder_id, ml.id, m.id, rl.level_id,
                       CASE WHEN m.move_type = 'entry'
                            THEN COALESCE(NULLIF(ml.name, ''), m.name, '/')
                            ELSE COALESCE(m.name, '/') END,
                       -- an entry's reference and lines may be about other customers
                       CASE WHEN m.move_type <> 'entry'
                            THEN COALESCE(NULLIF(m.ref, ''), product.name) END,
                       COALESCE(m.invoice_date, m.date), rl.date_due, rl.currency_id,
                       ml.amount_currency, rl.residual, rl.amount, rl.company_amount
                  FROM unnest(%(reminder_ids)s, %(move_line_ids)s) WITH ORDINALITY
                       AS told (reminder_id, move_line_id, place)
                  JOIN cobranza_reminder r ON r.id = told.reminder_id
                  -- whatever else goes wrong: nobody reads what another customer owes
                  JOIN cobranza_run_line rl ON rl.run_id = %(run)s
                   AND rl.move_line_id = told.move_line_id AND rl.debtor_id = r.debtor_id
                  JOIN account_move_line ml ON ml.id = rl.move_line_id
                  JOIN account_move m ON m.id = ml.move_id
             LEFT JOIN LATERAL (
                       SELECT split_part(pl.name, E'\\n', 1) AS name FROM account_move_line pl
                        WHERE pl.move_id = m.id AND pl.display_type = 'product'
                     ORDER BY pl.sequence, pl.id LIMIT 1) product ON TRUE
                -- ids in the order of the letter, whatever plan the statement gets
              ORDER BY told.place
                """,
                reminder_ids=list(reminder_ids),
                move_line_ids=list(move_line_ids),
                run=run.id,
            )
        )
        self.invalidate_model()
        # and with the lines everything that is computed from them
        reminders.invalidate_recordset()
