from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..engine import pauses
from .arguments import to_date
from .reason_texts import REASON_SELECTION, explain

#: Models about a customer's due lines: `debtor_id`, `move_line_id`, `move_id` and `date_due`.
ABOUT_ITEMS = (
    "cobranza.dispute", "cobranza.insurance.notice.line", "cobranza.plan.line",
    "cobranza.promise.line", "cobranza.reminder.line",
)  # fmt: skip


class AccountMoveLine(models.Model):
    """A due line: what collections would do about it today, and why."""

    _inherit = "account.move.line"

    # computed together, by the same code as the nightly run
    cobranza_outcome = fields.Selection(
        [("remind", "Remind"), ("wait", "Wait"), ("skip", "Skip")],
        "Collections",
        compute="_compute_cobranza_decision",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_reason = fields.Selection(
        REASON_SELECTION, "Reason", compute="_compute_cobranza_decision",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_sentence = fields.Char(
        "Why / why not", compute="_compute_cobranza_decision",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_level_id = fields.Many2one(
        "cobranza.policy.level", "Level", compute="_compute_cobranza_decision",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_next_date = fields.Date(
        "When next", compute="_compute_cobranza_decision", groups="cobranza_dunning.group_auditor"
    )
    cobranza_amount = fields.Monetary(
        "To chase",
        compute="_compute_cobranza_decision",
        help="What may be chased today: open, less payments in process, pauses and credits.",
        groups="cobranza_dunning.group_auditor",
    )

    @api.depends_context("lang")
    def _compute_cobranza_decision(self):
        explained = {one["line_id"]: one for one in self.cobranza_explain()}
        for line in self:
            one = explained.get(line.id, {})
            line.cobranza_outcome = one.get("outcome", False)
            line.cobranza_reason = one.get("reason", False)
            line.cobranza_sentence = one.get("sentence", False)
            line.cobranza_level_id = one.get("level_id", False)
            line.cobranza_next_date = one.get("next_date", False)
            line.cobranza_amount = one.get("amount", 0)

    @api.model
    def _cobranza_open_domain(self):
        """Domain of due lines and credits: posted receivable items with an open residual.

        What was booked for an insurance claim is none: the insurer isn't a customer.
        """
        return [
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
            ("reconciled", "=", False),
            ("amount_residual_currency", "!=", 0),
            ("move_id.insurance_claim_id", "=", False),
        ]

    @api.model
    def _cobranza_open_sql(self, company):
        """SQL condition: item `l` on account `a` is a company's and fits `_cobranza_open_domain`.

        For statements on all of the company's items at once; both say the same.
        """
        return SQL(
            """l.company_id = %s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
               AND l.amount_residual_currency <> 0 AND a.account_type = 'asset_receivable'
               AND NOT EXISTS (SELECT FROM account_move booked
                                WHERE booked.id = l.move_id
                                  AND booked.insurance_claim_id IS NOT NULL)""",
            company.id,
        )

    @api.model
    def _cobranza_found_again(self, lost, or_first=False):
        """Return {record: its due line, or none} for records whose due lines were made anew.

        lost: records with `move_id`, `date_due` and `debtor_id`.  An invoice that is reset and
        posted again gets new items: they are found by invoice and due date, as long as it is the
        same customer's.
        or_first: an agreement about an item holds on whatever terms its invoice is posted again:
        where none has that date any more, what is due first takes its place.  Several records may
        get the same.  What was told, or notified, was that item and no other.
        """
        items = self.search(
            [("move_id", "in", lost.move_id.ids), ("account_type", "=", "asset_receivable")],
            order="date_maturity, id",
        ).grouped("move_id")
        found = {}
        for one in lost:
            all_of_it = items.get(one.move_id, self.browse())._cobranza_owed_by(one.debtor_id)
            same = all_of_it.filtered(
                lambda item, day=one.date_due: item._cobranza_due_date() == day
            )
            found[one] = (same or all_of_it if or_first else same)[:1]
        return found

    def _cobranza_owed_by(self, debtor):
        """Those of these items that are a debtor's."""
        return self.filtered(
            lambda item: item.partner_id.commercial_partner_id == debtor.partner_id
        )

    def _cobranza_leave_others(self):
        """Take these items off what other customers were told of, agreed on or were notified with.

        An invoice that was posted to the wrong customer keeps its items when it is posted to the
        right one.  If it comes back, all of that is found again like that of items made anew.
        """
        # whoever posts needn't see what collections knows of customers
        for name in ABOUT_ITEMS:
            about_sudo = self.env[name].sudo().search([("move_line_id", "in", self.ids)])
            others_sudo = about_sudo.filtered(
                lambda one: not one.move_line_id._cobranza_owed_by(one.debtor_id)
            )
            if others_sudo:
                others_sudo._gated().write({"move_line_id": False})
                others_sudo.debtor_id._follow_later()

    def _cobranza_name(self):
        """What a due line is called to the customer: its invoice's number, or its own words."""
        self.ensure_one()
        own = self.name if self.move_id.move_type == "entry" else None
        return own or self.move_id.name

    def cobranza_explain(self, date=None):
        """Explain what a run would decide about these items, and why.

        date: date or ISO string; today in the item's company if left out.
        Returns a list of plain dicts, one per open receivable item among these, with: line_id,
        move_id, name, outcome ("remind", "wait", "skip"), reason (a code), sentence (in the
        user's language), level_id, level, channel (where it is reminded), next_date,
        date_due, residual, in_process, paused, credit and amount (to chase; all in the item's
        currency), pauses (what `paused` is made of: a list of dicts with kind "block", "dispute",
        "plan" or "promise", amount, until and label), currency, policy_id, policy and policy_rule
        ("invoice", "debtor", "segment", "company": which rule chose it), recipient_id, recipient
        and recipient_rule (who gets the level that is ready, and which role chose it, "person" if
        somebody did; a role without recipient_id is one that several have). Items that are not
        due lines are left out.
        """
        self._cobranza_check_reader()
        day = to_date(self.env, date)
        wanted = set(self.ids)
        found = []
        due_lines = self.filtered_domain(self._cobranza_open_domain()) if wanted else self
        # which debtors exist and what policies say is for everybody who may read the invoice
        for company, lines in due_lines.sudo().grouped("company_id").items():
            debtors = lines._cobranza_debtors(company)
            chunks = list(debtors._assess(day).values())
            if lines.filtered(lambda line: not line.partner_id):
                chunks.append(self._cobranza_assess_orphans(company, day))
            found += [one for chunk in chunks for one in chunk if one.item.id in wanted]
        return [self._cobranza_explanation(one) for one in found]

    def _cobranza_check_reader(self):
        """Raise AccessError for others than users of collections who may read these items."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("cobranza_dunning.group_auditor"):
            raise AccessError(
                self.env._(
                    "Only users of Collections may see why an invoice is, or isn't, chased, and "
                    "when it is expected."
                )
            )

    def _cobranza_debtors(self, company):
        """Return the collections accounts that these items belong to; those missing are made."""
        customers = self.partner_id.commercial_partner_id
        debtors_sudo = self.env["cobranza.debtor"].sudo()
        found = debtors_sudo._of_customers(company, customers)
        if len(found) < len(customers):
            debtors_sudo._ensure(company, customers)
            found = debtors_sudo._of_customers(company, customers)
        return found

    def _cobranza_assess_orphans(self, company, date):
        """Decide on the open items without a partner (they are never due from anybody)."""
        day = date or company._cobranza_today()
        facts = self.env["cobranza.facts"].sudo()
        return [
            one
            for chunk in facts._assess_in_chunks(company, day, only_orphans=True)
            for lines in chunk.values()
            for one in lines
        ]

    def _cobranza_explanation(self, one):
        """Turn an engine.dunning.Assessed into the plain dict of `cobranza_explain`."""
        item, position, decision = one.item, one.position, one.decision
        line = self.browse(item.id).with_prefetch(self.ids)
        level = self.env["cobranza.policy.level"].sudo().browse(
            decision.level.id if decision.level else []
        )
        policy = self.env["cobranza.policy"].sudo().browse(item.policy.id if item.policy else [])
        parts = {
            "currency": line.currency_id,
            "own": line.company_currency_id,
            "in_process": float(position.in_process),
            **{kind: float(position.paused_by(kind)) for kind in pauses.KINDS},
            "credit": float(position.credit),
        }
        recipient_id, rule = one.recipient[:2] if one.recipient else (None, None)
        # who may know what is owed may know who is told
        recipient = self.env["res.partner"].sudo().browse(recipient_id or [])
        sentence = explain(
            self.env, decision.reason, level.name, decision.next_date, parts,
            decision.channel, level.channel, rule,
        )  # fmt: skip
        return {
            "line_id": item.id,
            "move_id": item.move_id,
            "name": line.move_id.name,
            "outcome": decision.outcome,
            "reason": decision.reason,
            "sentence": sentence,
            "level_id": level.id,
            "level": level.name,
            "channel": decision.channel or False,
            "next_date": fields.Date.to_string(decision.next_date) if decision.next_date else False,
            "date_due": fields.Date.to_string(item.due),
            "residual": float(item.residual),
            "in_process": parts["in_process"],
            "paused": float(position.paused),
            "pauses": [
                {
                    "kind": pause.kind,
                    "amount": float(taken),
                    "until": fields.Date.to_string(pause.until) if pause.until else False,
                    "label": pause.label,
                }
                for pause, taken in position.applied
            ],
            "credit": parts["credit"],
            "amount": float(one.amount),
            "currency": line.currency_id.name,
            "policy_id": policy.id,
            "policy": policy.name,
            "policy_rule": item.policy_rule or False,
            "recipient_id": recipient.id,
            "recipient": recipient.display_name,
            "recipient_rule": rule or False,
        }
