import io

from odoo import api, fields, models

from .reason_texts import REASON_SELECTION, explain

COLUMNS = (
    "run_id", "move_line_id", "move_id", "debtor_id", "partner_id", "recipient_id",
    "currency_id", "outcome", "reason", "level_id", "next_date", "date_due", "residual",
    "in_process_amount", "paused_amount", "credit_amount", "amount", "company_amount",
    "policy_id", "policy_rule",
)  # fmt: skip


class CobranzaRunLine(models.Model):
    """What a run decided about one open due line, and why."""

    _name = "cobranza.run.line"
    _description = "Decision"
    _log_access = False
    _order = "run_id desc, debtor_id, date_due, id"
    _rec_name = "move_line_id"

    run_id = fields.Many2one("cobranza.run", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null"
    )
    debtor_id = fields.Many2one("cobranza.debtor", index="btree_not_null", ondelete="set null")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="set null")
    recipient_id = fields.Many2one("res.partner", ondelete="set null")
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="run_id.company_id.currency_id", string="Company currency"
    )
    outcome = fields.Selection(
        [("remind", "Remind"), ("wait", "Wait"), ("skip", "Skip")], required=True
    )
    reason = fields.Selection(REASON_SELECTION, required=True)
    sentence = fields.Char("Why", compute="_compute_sentence")
    level_id = fields.Many2one("cobranza.policy.level", ondelete="set null")
    next_date = fields.Date("When next")
    date_due = fields.Date("Due date")
    residual = fields.Monetary(help="What the ledger says is open.")
    in_process_amount = fields.Monetary("In process", help="Payments without an entry yet.")
    paused_amount = fields.Monetary("Paused")
    credit_amount = fields.Monetary("Credits", help="This line's share of open credits.")
    amount = fields.Monetary("To chase", help="What may be chased on the day, in its currency.")
    company_amount = fields.Monetary(
        "To chase (company currency)", currency_field="company_currency_id"
    )
    policy_id = fields.Many2one("cobranza.policy", ondelete="set null")
    policy_rule = fields.Selection(
        [("invoice", "Chosen on the invoice"), ("debtor", "Chosen for the customer"),
         ("company", "The company's")],
        "Policy chosen by",
    )  # fmt: skip

    @api.depends("reason", "next_date", "level_id")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for line in self:
            line.sentence = explain(
                self.env, line.reason, line.level_id.name, line.next_date, line._amount_parts()
            )

    def _amount_parts(self):
        self.ensure_one()
        return {
            "currency": self.currency_id,
            "in_process": self.in_process_amount,
            "paused": self.paused_amount,
            "credit": self.credit_amount,
        }

    def action_open_business_doc(self):
        """Open the invoice; nothing happens if it is gone."""
        self.ensure_one()
        return self.move_id.action_open_business_doc() if self.move_id else False

    @api.model
    def _insert(self, run, assessed, partner_by_debtor):
        """Write the decisions of a chunk at once (COPY: a run has one line per due line).

        assessed: iterable of engine.dunning.Assessed.
        partner_by_debtor: {debtor id: commercial partner id}.
        """
        buffer = io.StringIO()
        for one in assessed:
            values = self._row(run.id, one, partner_by_debtor.get(one.item.debtor_id))
            buffer.write("\t".join(r"\N" if v is None else str(v) for v in values) + "\n")
        buffer.seek(0)
        columns = ", ".join(COLUMNS)
        self.env.cr.copy_expert(f"COPY {self._table} ({columns}) FROM STDIN", buffer)
        run.invalidate_recordset(["line_ids"])

    @api.model
    def _row(self, run_id, one, partner_id):
        """The values of COLUMNS for one decision; none of them is text that a user wrote."""
        item, position, decision = one.item, one.position, one.decision
        return (
            run_id, item.id, item.move_id, item.debtor_id, partner_id, item.recipient_id,
            item.currency, decision.outcome, decision.reason,
            decision.level.id if decision.level else None, decision.next_date, item.due,
            item.residual, position.in_process, position.paused, position.credit,
            one.amount, one.company_amount,
            item.policy.id if item.policy else None, item.policy_rule,
        )  # fmt: skip

    @api.autovacuum
    def _gc_old_lines(self):
        """Forget decisions that led to nothing, after each company's number of days."""
        for company in self.env["res.company"].search([("cobranza_keep_days", ">", 0)]):
            limit = fields.Date.subtract(
                company._cobranza_today(), days=company.cobranza_keep_days
            )
            self.search(
                [
                    ("run_id.company_id", "=", company.id),
                    ("run_id.date", "<", limit),
                    ("outcome", "!=", "remind"),
                ],
                limit=100_000,
            ).unlink()


