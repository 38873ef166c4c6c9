from odoo import api, fields, models
from odoo.exceptions import UserError

from .arguments import to_record


class CobranzaDebtor(models.Model):
    """Calls to a customer: what may be asked, and how what was said is written down."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    may_ask_reason = fields.Boolean(
        compute="_compute_may_ask_reason",
        help="Whether the contact rule allows asking why the customer has not paid.",
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
            lambda line: line.amount_residual > 0 and (line.date_maturity or line.date) < today
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
