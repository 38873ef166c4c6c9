import operator as op

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .arguments import to_record

CALL_AGAIN = "cobranza_dunning.mail_activity_type_call_again"
#: What the day of the next call can be held against others by.
OPERATORS = {
    "<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge, "in": lambda day, days: day in days,
}  # fmt: skip


class CobranzaDebtor(models.Model):
    """Calls to a customer: what may be asked, and how what was said is written down."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    may_ask_reason = fields.Boolean(
        compute="_compute_may_ask_reason",
        help="Whether the contact rule allows asking why the customer has not paid.",
    )

    call_again_date = fields.Date(
        "Call again on",
        compute="_compute_call_again_date",
        search="_search_call_again_date",
        help="The day of the next attempt, after a call whose outcome asks for one. Until then he "
        "isn't in the list of today.",
    )

    @api.depends("activity_ids.activity_type_id", "activity_ids.date_deadline")
    def _compute_call_again_date(self):
        days = self._days_to_call_again([("res_id", "in", self.ids)])
        for debtor in self:
            debtor.call_again_date = days.get(debtor.id, False)

    def _search_call_again_date(self, operator, value):
        if operator not in OPERATORS:
            return NotImplemented  # Odoo asks for the contrary
        days = self._days_to_call_again([])
        is_it = OPERATORS[operator]
        found = Domain("id", "in", [one for one, day in days.items() if is_it(day, value)])
        without = operator == "in" and False in value
        return found | Domain("id", "not in", list(days)) if without else found

    @api.model
    def _days_to_call_again(self, domain):
        """Return {debtor id: first day}; a call counts whosever activity it is."""
        return dict(self.env["mail.activity"].sudo()._read_group(
            [*self._calls_again_domain(), *domain], ["res_id"], ["date_deadline:min"]
        ))  # fmt: skip

    @api.model
    def _calls_again_domain(self):
        """Domain of the open activities of calling a customer again."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(CALL_AGAIN)
        return [("res_model", "=", self._name), ("activity_type_id", "=", type_id)]

    def _calls_again_sudo(self):
        """The open activities of calling these customers again, whosever they are."""
        # whoever called has done the work, also that of a colleague
        return self.env["mail.activity"].sudo().search(
            [*self._calls_again_domain(), ("res_id", "in", self.ids)]
        )

    @api.depends("effective_contact_rule_id")
    def _compute_may_ask_reason(self):
        for debtor in self:
            rule = debtor.effective_contact_rule_id
            debtor.may_ask_reason = rule.may_ask_reason if rule else True

    def action_open_call(self):
        """Ask whether this customer may be called now, and open the call."""
        self.ensure_one()
        return self._open_call()

    def _open_call(self, reminder=None, move=None):
        """Open a call to this customer, about a reminder or an invoice; see the wizard."""
        self.check_access("write")
        return self.env["cobranza.call.wizard"]._open(self, reminder, move)

    def _whom_to_call(self):
        """Return the contact that a call goes to: a payments clerk who is there, else himself."""
        clerks = self.contact_ids.filtered(
            lambda one: one.role == "payments_clerk" and one.partner_id.active
        )
        return clerks.sorted("priority")[:1].partner_id or self.partner_id

    def _overdue_lines(self):
        """The due lines of this customer that should have been paid by now."""
        today = self.company_id._cobranza_today()
        return self.due_line_ids.filtered(
            lambda line: line.amount_residual > 0 and line._cobranza_due_date() < today
        )

    def _overdue_by_currency(self):
        """Return {currency: what is overdue in it}, the oldest due first."""
        return {
            currency: sum(lines.mapped("amount_residual_currency"))
            for currency, lines in self._overdue_lines().grouped("currency_id").items()
        }

    def _last_call(self):
        """Return the interaction of the call that this user has dialled last."""
        return self.env["cobranza.interaction"].search(
            [
                ("debtor_id", "=", self.id),
                ("user_id", "=", self.env.uid),
                ("automatic", "=", True),
                ("channel", "=", "phone"),
                ("direction", "=", "out"),
            ],
            order="id desc",
            limit=1,
        )

    def _owns(self, record):
        """Whether a contact, invoice, reminder or interaction is this customer's."""
        self.ensure_one()
        # whose it is, and no more: a collector need not be an accountant
        record_sudo = record.sudo()
        if "debtor_id" in record_sudo:
            return record_sudo.debtor_id == self
        return record_sudo.commercial_partner_id == self.partner_id

    def _own_record(self, model, value):
        """Return the record of this customer that a public method names; nothing for nothing.

        model: of contacts, invoices, reminders or interactions.  value: its id.
        Raises UserError if it is none, or another customer's.
        """
        self.ensure_one()
        record = to_record(self.env[model], value)
        if value and not self._owns(record):
            raise UserError(
                self.env._(
                    "“%(value)s” belongs to another customer than %(customer)s, or isn't there.",
                    value=value,
                    customer=self.partner_id.name,
                )
            )
        return record
