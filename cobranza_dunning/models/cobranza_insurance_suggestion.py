from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import suggestions
from .arguments import to_amount, to_count, to_day, to_line
from .insurance_texts import REASON_SELECTION

#: What is known of how a customer pays, on his account.
PAYER = ("days_late", "average_delay", "broken_promise_count", "has_score", "score")


class CobranzaInsuranceSuggestion(models.Model):
    """What could be insured and isn't: an invoice to mark, a limit to ask for, a draft to change.

    They are made anew each night and whenever somebody asks, with the largest amounts at the
    riskiest customers first.  One that was put aside doesn't come back before its day.
    """

    _name = "cobranza.insurance.suggestion"
    _description = "Suggestion to insure"
    _inherit = ["cobranza.gated.mixin"]
    _order = "priority desc, id"
    _rec_name = "partner_id"
    _gated_fields = None
    _gated_create = True

    kind = fields.Selection(
        [("insure", "Insure the invoice"), ("ask_limit", "Ask for a limit"),
         ("remove_obstacle", "Change the draft")],
        required=True,
    )  # fmt: skip
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("dismissed", "Put aside")],
        required=True, default="open", index=True,
    )  # fmt: skip
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    policy_id = fields.Many2one(
        "cobranza.insurance.policy", "Insurance policy", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="policy_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    debtor_id = fields.Many2one("cobranza.debtor", "Customer's account", ondelete="cascade")
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="cascade"
    )
    planned = fields.Boolean("Not posted yet")
    amount = fields.Monetary(
        "Would be insured", help="Of the invoice; or of the customer, with a limit large enough."
    )
    exposed_amount = fields.Monetary("Uninsured today")
    limit_amount = fields.Monetary(
        "Limit needed",
        help="For all that is open and planned; it counts for sales from its day on.",
    )
    premium_amount = fields.Monetary("Estimated premium", help="Without its tax.")
    count = fields.Integer("Invoices")
    reason = fields.Selection(REASON_SELECTION)
    days_late = fields.Integer(
        "Days late", aggregator="max", help="Of the customer's oldest open debt."
    )
    broken_promise_count = fields.Integer("Promises not kept")
    average_delay = fields.Float(digits=(16, 1), aggregator="avg", help="Days, weighted by amount.")
    has_score = fields.Boolean(help="Enough is known of the customer.")
    score = fields.Integer(aggregator="avg", help="Of the customer; 100 is the best payer.")
    risk_points = fields.Integer(
        "Risk", aggregator="avg",
        help="From 0 to 100: what the customer's score lacks of 100; without one, the days that he "
        "is late, or was on average, and 15 for each promise not kept.",
    )  # fmt: skip
    priority = fields.Float(
        aggregator="max", help="The amount, up to doubled by the risk; in company currency."
    )
    dismissed_until = fields.Date("Not before")
    dismiss_reason = fields.Char("Why not")

    # --- making them -------------------------------------------------------------------

    @api.model
    def _refresh(self, company):
        """Make the suggestions of a company anew; those that were put aside stay so.

        Nothing is written where nothing changes.
        """
        today = company._cobranza_today()
        ours = self.sudo().search([("company_id", "=", company.id)])
        kept = ours.filtered(
            lambda one: one.state == "dismissed"
            and (not one.dismissed_until or one.dismissed_until > today)
        )
        aside = {one._key() for one in kept}
        found = {_vals_key(vals): vals for vals in self._found_vals(company)}
        fresh = {key: vals for key, vals in found.items() if key not in aside}
        known = {one._key(): one for one in ours - kept}
        still = self.union(*(one for key, one in known.items() if key in fresh))
        (ours - kept - still).unlink()
        for one in still:
            one._write_changed(fresh[one._key()])
        self.sudo()._gated().create([vals for key, vals in fresh.items() if key not in known])

    def _found_vals(self, company):
        """Values of all that can be suggested in a company."""
        exposures = self.env["cobranza.insurance.facts"].sudo()._exposures(company)
        payers = self._payers([one.debtor_id for one in exposures])
        policies = self.env["cobranza.insurance.policy"]._of_company(company)
        found = []
        for one in exposures:
            policy = policies.browse(one.policy_id)
            planned = {line.document for line in one.lines if line.planned}
            facts = payers[one.debtor_id]
            points = suggestions.risk(
                max(facts["days_late"], round(facts["average_delay"])),
                facts["broken_promise_count"],
                facts["score"] if facts["has_score"] else None,
            )
            rate = self._rate_to_company(policy, company)
            for suggestion in (
                suggestions.suggest_single(one.lines, points)
                if one.single
                else suggestions.suggest(one.lines, one.limit, one.before, one.lost)
            ):
                found.append({
                    "state": "open",
                    "dismissed_until": False,
                    "dismiss_reason": False,
                    "kind": suggestion.kind,
                    "company_id": company.id,
                    "policy_id": policy.id,
                    "partner_id": one.partner_id,
                    "debtor_id": one.debtor_id or False,
                    "move_id": suggestion.document or False,
                    "planned": suggestion.document in planned,
                    "amount": float(suggestion.amount),
                    "exposed_amount": float(suggestion.exposed),
                    "limit_amount": float(suggestion.limit),
                    "premium_amount": float(suggestion.cost),
                    "count": suggestion.count,
                    "reason": suggestion.reason,
                    **facts,
                    "risk_points": points,
                    "priority": float(suggestions.priority(suggestion.amount, points)) * rate,
                })  # fmt: skip
        return found

    def _rate_to_company(self, policy, company):
        """What one unit of the policy's currency is in company currency today."""
        return policy.currency_id._get_conversion_rate(
            policy.currency_id, company.currency_id, company, company._cobranza_today()
        )

    def _payers(self, debtor_ids):
        """Return {debtor id: values of PAYER}: how customers pay; 0 stands for strangers."""
        debtors = self.env["cobranza.debtor"].sudo().browse({one for one in debtor_ids if one})
        found = {one.id: {name: one[name] for name in PAYER} for one in debtors}
        return {0: dict.fromkeys(PAYER, 0), **found}

    def _key(self):
        """What makes two suggestions the same one."""
        return (self.kind, self.policy_id.id, self.partner_id.id, self.move_id.id)

    # --- what a person does with them --------------------------------------------------

    @api.model
    def suggest(self, limit=None):
        """Make the suggestions of the user's company anew and tell the open ones.

        limit: at most so many.  Returns a list of dicts, the most important first: id, kind
        ("insure", "ask_limit", "remove_obstacle"), partner_id, customer, move_id, invoice, planned,
        policy_id, policy, currency (all amounts are in it), amount, exposed_amount, limit_amount,
        premium_amount, reason, the values of PAYER (score counts only with has_score), risk_points,
        priority (company currency), explanation.
        Raises AccessError for others than managers, UserError for a limit that is no number.
        """
        self.check_access("write")
        most = to_count(self.env, limit)
        self._refresh(self.env.company)
        found = self.search(
            [("company_id", "=", self.env.company.id), ("state", "=", "open")], limit=most
        )
        return [one._plain() for one in found]

    def _plain(self):
        """One suggestion in plain values."""
        names = ("kind", "planned", "amount", "exposed_amount", "limit_amount", "premium_amount",
                 "reason", *PAYER, "risk_points", "priority", "explanation")  # fmt: skip
        return {
            "id": self.id,
            "partner_id": self.partner_id.id,
            "customer": self.partner_id.display_name,
            "move_id": self.move_id.id,
            "invoice": self.move_id.name if self.move_id else False,
            "policy_id": self.policy_id.id,
            "policy": self.policy_id.name,
            "currency": self.currency_id.name,
            **{name: self[name] for name in names},
        }

    def action_refresh(self):
        """Make the suggestions of the user's company anew, whatever is selected."""
        self.check_access("write")
        self._refresh(self.env.company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_insure(self):
        """Mark the invoices of these suggestions as to be insured; of a re-booked debt its own.

        Raises UserError if one of them is about something else, or isn't open.
        """
        self._check_open(suggestions.INSURE)
        for policy, ours in self.grouped("policy_id").items():
            vals = {"insured": True}
            if policy.kind == "single_invoice":
                vals["insurance_policy_id"] = policy.id
            # what is insured is a manager's to decide; he needn't be allowed to change invoices
            ours.move_id.sudo()._cobranza_rebooked_from().write(vals)
        self._gated().write({"state": "done"})
        return True

    def action_ask_limit(self, amount=None):
        """Record that the insurer was asked for the limits that these suggestions are about.

        amount: in the policy's currency; what is needed for all that is open and planned if left
        out.  Raises UserError if one of them is about something else, or isn't open.
        """
        self._check_open(suggestions.ASK_LIMIT)
        self.env["cobranza.insurance.limit"].create(
            [
                {
                    "policy_id": one.policy_id.id,
                    "partner_id": one.partner_id.id,
                    "decision": "requested",
                    "amount": to_amount(self.env, amount or one.limit_amount, one.currency_id),
                    "effective": one.company_id._cobranza_today(),
                    "note": one.explanation,
                }
                for one in self
            ]
        )
        self._gated().write({"state": "done"})
        return True

    def action_dismiss(self, reason, until=None):
        """Put these suggestions aside until a day; None = for good.

        Raises UserError without a reason, or for a day that isn't after today.
        """
        self.check_access("write")
        text = to_line(reason)
        if not text:
            raise UserError(self.env._("Say why it is put aside."))
        day = to_day(self.env, until)
        if day and any(day <= one.company_id._cobranza_today() for one in self):
            raise UserError(self.env._("Put it aside until a day after today."))
        self._gated().write(
            {"state": "dismissed", "dismiss_reason": text, "dismissed_until": day or False}
        )
        return True

    def action_reopen(self):
        """Take back that these were put aside."""
        self.check_access("write")
        self.filtered(lambda one: one.state == "dismissed")._gated().write(
            {"state": "open", "dismiss_reason": False, "dismissed_until": False}
        )
        return True

    def action_open_dismiss(self):
        """Open the dialog that asks why, and until when."""
        return self.env["cobranza.insurance.dismiss.wizard"]._open(self)

    def action_view_subject(self):
        """Open what it is about: the invoice, or the customer's account."""
        self.ensure_one()
        subject = self.move_id or self.debtor_id or self.partner_id
        return subject._get_records_action()

    def _check_open(self, kind):
        """Raise UserError unless all of these are open and of a kind."""
        self.check_access("write")
        if not self or any(one.state != "open" or one.kind != kind for one in self):
            raise UserError(
                self.env._("Choose open suggestions of the kind “%s”.", dict(
                    self._fields["kind"]._description_selection(self.env))[kind])
            )  # fmt: skip


def _vals_key(vals):
    """The `_key` of a suggestion with these values."""
    return (vals["kind"], vals["policy_id"], vals["partner_id"], vals["move_id"])
