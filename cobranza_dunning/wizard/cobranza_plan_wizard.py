from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.amounts import format_money

#: Counter-offers on one screen; the engine finds no more.
COUNTERS = 3
#: The fields that say what is offered, beside the lines.
TERMS = ("method", "until", "count", "each", "period", "first", "down_payment")


class CobranzaPlanWizard(models.TransientModel):
    """Proposes to pay due lines later: shows at once what it comes to, and what would be accepted.

    What the customer says is held against the policy as on his own page; see
    `cobranza.plan.negotiate`.
    """

    _name = "cobranza.plan.wizard"
    _description = "Propose a payment plan"

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, readonly=True
    )
    partner_id = fields.Many2one(related="debtor_id.partner_id")
    company_id = fields.Many2one(related="debtor_id.company_id")
    open_line_ids = fields.Many2many(
        "account.move.line", compute="_compute_open_line_ids", string="Open due lines"
    )
    line_ids = fields.Many2many(
        "account.move.line",
        string="Due lines",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', open_line_ids)]",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    cannot_pay_now = fields.Boolean(
        "Can't pay anything now", help="The customer says so: more time comes first, then a plan."
    )
    method = fields.Selection(
        [
            ("count", "In so many installments"),
            ("each", "In installments of an amount"),
            ("until", "All at once, later"),
        ],
        "How",
        required=True,
        default="count",
    )
    until = fields.Date("On")
    count = fields.Integer("Installments", default=3)
    each = fields.Monetary("Amount of each")
    period = fields.Selection(
        [("week", "Every week"), ("fortnight", "Every two weeks"), ("month", "Every month")],
        "How often",
        required=True,
        default="month",
    )
    first = fields.Date(
        "First one on", help="Empty: one period from today, or from the day it is due if later."
    )
    down_payment = fields.Monetary("Down payment today")
    note = fields.Text(help="For the office; the customer doesn't see it.")
    decision = fields.Selection(
        [
            ("accept", "Acceptable"),
            ("propose", "Acceptable"),
            ("counter", "Not like this"),
            ("refuse", "Not possible"),
        ],
        compute="_compute_answer",
    )
    verdict = fields.Text(compute="_compute_answer")
    schedule = fields.Html(compute="_compute_answer", sanitize=False)
    counter_offers = fields.Json(compute="_compute_answer")
    counter_0 = fields.Char(compute="_compute_answer")
    counter_1 = fields.Char(compute="_compute_answer")
    counter_2 = fields.Char(compute="_compute_answer")

    @api.model
    def _open(self, debtor, lines=None, call=None):
        """Return the action that opens the dialog for a debtor.

        lines: these of his due lines, as far as they can be paid later; left out: what is due.
        call: the cobranza.interaction in which he asked for it.
        Raises UserError if none of these lines can be paid later; after a call he is asked of
        what is due instead.
        """
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Agree on paying later"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_debtor_id": debtor.id},
        }
        if lines or call:
            values = self._vals_of_call(debtor, call) if call else {"debtor_id": debtor.id}
            wizard = self.create(values)
            wizard._take_lines(lines, required=not call)
            action["res_id"] = wizard.id
        return action

    def _vals_of_call(self, debtor, call):
        """Values of the dialog that follows from what was said in a call."""
        asked = self.env._("Asked for by %s.", (call.contact_id or debtor.partner_id).display_name)
        return {
            "debtor_id": debtor.id,
            "cannot_pay_now": call.intention == "cannot",
            "note": "\n".join(filter(None, (asked, call._said()))),
        }

    def _take_lines(self, lines, required):
        """Take those of these due lines that can be paid later instead of what is due.

        Raises UserError if there are none and they are required.
        """
        chosen = (lines or self.line_ids) & self.open_line_ids
        if chosen:
            self.line_ids = self._of_one_currency(chosen)
        elif required:
            raise UserError(
                self.env._(
                    "Nothing of this can be paid later: it is in a plan already, disputed, being "
                    "paid or claimed."
                )
            )

    def _of_one_currency(self, lines):
        """These due lines, as far as they are in the currency of most of them."""
        return max(lines.grouped("currency_id").values(), key=len, default=lines)

    @api.depends("debtor_id")
    def _compute_open_line_ids(self):
        for wizard in self:
            plans = wizard._plans()
            lines = wizard.env["account.move.line"].union(*plans._free_amounts(wizard.debtor_id))
            wizard.open_line_ids = lines - plans._of_open_plans(lines)

    @api.depends("debtor_id")
    def _compute_line_ids(self):
        """What is due, in the currency that he owes most lines in."""
        for wizard in self:
            today = wizard.debtor_id.company_id._cobranza_today()
            lines = wizard.open_line_ids
            due = lines.browse(
                line.id for line in lines if line._cobranza_due_date() <= today
            )
            wizard.line_ids = wizard._of_one_currency(due or lines)

    @api.depends("line_ids")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard.line_ids.currency_id[:1] or wizard.company_id.currency_id

    # --- the answer --------------------------------------------------------------------

    @api.depends("debtor_id", "line_ids", "cannot_pay_now", *TERMS)
    @api.depends_context("lang")
    def _compute_answer(self):
        for wizard in self:
            try:
                answer = wizard._plans().negotiate(wizard.partner_id.id, wizard._offer())
            except UserError as error:
                answer = {"decision": "refuse", "sentences": [str(error)]}
            wizard.decision = answer["decision"]
            wizard.verdict = "\n".join(answer["sentences"])
            wizard.schedule = wizard._schedule_table(answer)
            counters = answer.get("counter_offers", [])[:COUNTERS]
            wizard.counter_offers = counters
            texts = [one["text"] for one in counters] + [False] * COUNTERS
            wizard.counter_0, wizard.counter_1, wizard.counter_2 = texts[:COUNTERS]

    def _plans(self):
        """The model that negotiates, in the debtor's company."""
        return self.env["cobranza.plan"].with_company(self.company_id)

    def _offer(self):
        """What is offered, as `cobranza.plan.negotiate` takes it."""
        self.ensure_one()
        offer = {"lines": self.line_ids._origin.ids, "cannot_pay_now": self.cannot_pay_now}
        if self.method == "until":
            return {**offer, "until": self.until}
        how = {"count": self.count} if self.method == "count" else {"each": self.each}
        return {
            **offer,
            **how,
            "period": self.period,
            "first": self.first,
            "down_payment": self.down_payment,
        }

    def _schedule_table(self, answer):
        """The days and amounts as a table; nothing for an offer that isn't acceptable."""
        rows = answer.get("installments")
        if not rows:
            return False
        cells = [(format_date(self.env, one["date_due"]), one["amount"]) for one in rows]
        total = [(self.env._("In all"), answer["amount"])]
        if answer["interest"]:
            total.append((self.env._("Interest, by an invoice of its own"), answer["interest"]))
        row = Markup("<tr><td>%s</td><td class='text-end'>%s</td></tr>")
        body = Markup().join(row % (day, self._money(amount)) for day, amount in cells)
        foot = Markup().join(row % (label, self._money(amount)) for label, amount in total)
        return (
            Markup("<table class='table table-sm mb-0'><tbody>%s</tbody><tfoot>%s</tfoot></table>")
        ) % (body, foot)

    def _money(self, amount):
        return format_money(self.env, amount, self.currency_id, self.company_id.currency_id)

    # --- actions -----------------------------------------------------------------------

    def action_take(self, number=None):
        """Take one of the counter-offers over into the dialog.

        number: which, from 0. Raises UserError if there is none with it.
        """
        self.ensure_one()
        counters = self.counter_offers or []
        if number not in range(len(counters)):
            raise UserError(self.env._("Choose one of the offers that are shown."))
        counter = counters[number]
        extension = "until" in counter
        self.write(
            {
                "method": "until" if extension else "count",
                "until": counter.get("until"),
                "count": counter.get("count", self.count),
                "period": counter.get("period", self.period),
                "first": counter.get("first", False),
                "down_payment": counter.get("down_payment", 0),
            }
        )
        return {**self._open(self.debtor_id), "res_id": self.id}

    def action_propose(self):
        """Make the plan and open it. Raises UserError if the offer isn't acceptable."""
        self.ensure_one()
        made = self._plans().propose(self.partner_id.id, self._offer())
        if not made["plan_id"]:
            raise UserError("\n".join(made["sentences"]))
        plan = self.env["cobranza.plan"].browse(made["plan_id"])
        if self.note:
            plan.note = self.note
        return plan._get_records_action()
