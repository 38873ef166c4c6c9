from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.due import to_places
from .bulk import copy_rows
from .cobranza_policy_level import CHANNELS
from .reason_texts import REASON_SELECTION, explain
from .routing_texts import RULE_SELECTION
from .unchecked import UncheckedMany2one

COLUMNS = (
    "run_id", "move_line_id", "debtor_id", "currency_id", "outcome", "reason", "level_id",
    "next_date", "date_due", "residual", "in_process_amount", "paused_amount", "disputed_amount",
    "planned_amount", "promised_amount", "credit_amount", "amount", "company_amount", "policy_id",
    "policy_rule", "channel", "recipient_ref", "recipient_rule",
)  # fmt: skip


class CobranzaRunLine(models.Model):
    """What a run decided about one open due line, and why."""

    _name = "cobranza.run.line"
    _description = "Decision"
    _log_access = False
    # a run writes them by debtor, oldest due first
    _order = "run_id.id desc, id"
    _rec_name = "move_line_id"
    #: forgotten at once by the scheduled clean-up
    _batch = 100_000

    run_id = fields.Many2one("cobranza.run", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    debtor_id = fields.Many2one("cobranza.debtor", "Customer's account", ondelete="set null")
    partner_id = fields.Many2one(related="debtor_id.partner_id", string="Customer")
    currency_id = UncheckedMany2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="run_id.company_id.currency_id", string="Company currency"
    )
    outcome = fields.Selection(
        [("remind", "Remind"), ("wait", "Wait"), ("skip", "Skip")], required=True
    )
    reason = fields.Selection(REASON_SELECTION, required=True)
    sentence = fields.Char("Why", compute="_compute_sentence")
    level_id = UncheckedMany2one("cobranza.policy.level")
    next_date = fields.Date("When next")
    date_due = fields.Date("Due date")
    residual = fields.Monetary(help="What the ledger says is open.")
    in_process_amount = fields.Monetary("In process", help="Payments without an entry yet.")
    paused_amount = fields.Monetary("Paused", help="By whatever: what follows is part of it.")
    disputed_amount = fields.Monetary("Disputed")
    planned_amount = fields.Monetary("In plan")
    promised_amount = fields.Monetary("Promised")
    credit_amount = fields.Monetary("Credits", help="This line's share of open credits.")
    amount = fields.Monetary("To chase", help="What may be chased on the day, in its currency.")
    company_amount = fields.Monetary(
        "To chase (company currency)", currency_field="company_currency_id"
    )
    policy_id = UncheckedMany2one("cobranza.policy")
    policy_rule = fields.Selection(
        [("invoice", "Chosen on the invoice"), ("debtor", "Chosen for the customer"),
         ("segment", "That of his segment"), ("company", "The company's")],
        "Policy chosen by",
    )  # fmt: skip

    channel = fields.Selection(CHANNELS, help="How it leaves; empty unless it is reminded.")
    recipient_ref = fields.Integer("Recipient's number")
    recipient_id = fields.Many2one("res.partner", "To", compute="_compute_recipient_id")
    recipient_rule = fields.Selection(RULE_SELECTION, "Recipient chosen as")

    _run_idx = models.Index("(run_id DESC, id)")
    _debtor_run_idx = models.Index("(debtor_id, run_id)")

    @api.depends("recipient_ref")
    def _compute_recipient_id(self):
        # no reference: contacts come and go, and decisions are many
        found = self.env["res.partner"].browse(set(self.mapped("recipient_ref")) - {0}).exists()
        by_id = found.grouped("id")
        for line in self:
            line.recipient_id = by_id.get(line.recipient_ref, found.browse())

    @api.depends("reason", "next_date", "level_id", "channel", "recipient_rule")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for line in self:
            line.sentence = explain(
                self.env, line.reason, line.level_id.name, line.next_date, line._amount_parts(),
                line.channel, line.level_id.channel, line.recipient_rule,
            )  # fmt: skip

    def _describe_unreachable(self, user):
        """What is missing so that somebody can be written to, in the language of a user."""
        line = self.with_context(lang=user.lang or self.company_id._cobranza_lang())
        return line.env._("No reminder can be made. %(why)s", why=line.sentence)

    def _amount_parts(self):
        self.ensure_one()
        return {
            "currency": self.currency_id,
            "own": self.company_currency_id,
            "in_process": self.in_process_amount,
            "dispute": self.disputed_amount,
            "plan": self.planned_amount,
            "promise": self.promised_amount,
            "block": self.currency_id.round(
                self.paused_amount
                - self.disputed_amount
                - self.planned_amount
                - self.promised_amount
            ),
            "credit": self.credit_amount,
        }

    def action_open_business_doc(self):
        """Open the invoice; nothing happens if it is gone."""
        self.ensure_one()
        return self.move_id.action_open_business_doc() if self.move_id else False

    @api.model
    def _insert(self, run, assessed):
        """Write the decisions of a chunk at once (COPY: a run has one line per due line).

        assessed: iterable of engine.dunning.Assessed.
        """
        places = run.currency_id.decimal_places
        rows = (self._row(run.id, one, places) for one in assessed)
        copy_rows(self.env.cr, self._table, COLUMNS, rows)
        run.invalidate_recordset(["line_ids"])

    @api.model
    def _row(self, run_id, one, places):
        """The values of COLUMNS for one decision; none of them is text that a user wrote.

        places: decimals of the company currency.
        """
        item, position, decision = one.item, one.position, one.decision
        recipient_id, rule = one.recipient[:2] if one.recipient else (None, None)
        return (
            run_id, item.id, item.debtor_id, item.currency, decision.outcome, decision.reason,
            decision.level.id if decision.level else None, decision.next_date, item.due,
            item.residual, position.in_process, position.paused,
            position.paused_by("dispute") or None, position.paused_by("plan") or None,
            position.paused_by("promise") or None, position.credit,
            one.amount, to_places(one.company_amount, places),
            item.policy.id if item.policy else None, item.policy_rule, decision.channel,
            recipient_id, rule,
        )  # fmt: skip

    @api.model
    def _forget(self, field_name, ids):
        """Empty an unchecked reference to records that are about to be deleted."""
        self.flush_model([field_name])
        self.env.cr.execute(
            SQL(
                "UPDATE cobranza_run_line SET %(field)s = NULL WHERE %(field)s IN %(ids)s",
                field=SQL.identifier(field_name),
                ids=tuple(ids) or (0,),
            )
        )
        self.invalidate_model([field_name])

    @api.autovacuum
    def _gc_old_lines(self):
        """Forget decisions that led to nothing, after each company's number of days.

        Returns how many, and whether more are left.
        """
        done, left = 0, False
        for company in self.env["res.company"].search([("cobranza_keep_days", ">", 0)]):
            limit = fields.Date.subtract(
                company._cobranza_today(), days=company.cobranza_keep_days
            )
            found = self.search(
                [
                    ("run_id.company_id", "=", company.id),
                    ("run_id.date", "<", limit),
                    ("outcome", "!=", "remind"),
                ],
                limit=self._batch,
            )
            found.unlink()
            done += len(found)
            left = left or len(found) == self._batch
        return done, left
