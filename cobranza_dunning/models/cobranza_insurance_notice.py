from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .arguments import to_day, to_line
from .sql import take_turn

#: What may be written on a notice that was given.
OPEN_FIELDS = {"note", "attachment_ids", "withdraw_reason"}


class CobranzaInsuranceNotice(models.Model):
    """A notice of non-payment: tells the insurer which debts of a customer are unpaid.

    What it says is read when it is drawn up, and once more when it is given; then it stays.  One
    that was given may be withdrawn, with a reason, and counts for nothing from then on.  How it is
    drawn up is in `cobranza_insurance_notice_making`.
    """

    _name = "cobranza.insurance.notice"
    _description = "Notice of non-payment"
    _inherit = ["cobranza.gated.mixin", "cobranza.evidence.mixin", "mail.thread"]
    _order = "notified_on desc, id desc"
    _check_company_auto = True
    _gated_fields = (
        "debtor_id", "policy_id", "limit_amount", "state", "user_id", "withdrawn_on", "partner_id",
        "company_id", "deadline", "late", "amount", "covered_amount",
    )  # fmt: skip
    _gated_create = True

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, index=True, readonly=True,
        ondelete="restrict", check_company=True,
    )  # fmt: skip
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, index=True, string="Customer"
    )
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    policy_id = fields.Many2one(
        "cobranza.insurance.policy", "Insurance policy", required=True, index=True, readonly=True,
        ondelete="restrict", check_company=True,
    )  # fmt: skip
    insurer_id = fields.Many2one(related="policy_id.insurer_id")
    currency_id = fields.Many2one(related="policy_id.currency_id")
    line_ids = fields.One2many("cobranza.insurance.notice.line", "notice_id", "Due lines")
    limit_amount = fields.Monetary("Limit", readonly=True, help="Under which they were sold.")
    amount = fields.Monetary("Unpaid", compute="_compute_amounts", store=True)
    covered_amount = fields.Monetary(
        "Covered", compute="_compute_amounts", store=True, help="Of it, when this was read."
    )
    deadline = fields.Date(
        compute="_compute_amounts", store=True,
        help="The last day in time for the first of these due lines.",
    )  # fmt: skip
    state = fields.Selection(
        [("draft", "To be given"), ("notified", "Given"), ("withdrawn", "Withdrawn")],
        required=True, default="draft", readonly=True, index=True, copy=False, tracking=True,
    )  # fmt: skip
    notified_on = fields.Date(
        "Given on", copy=False, tracking=True, help="Empty: the day on which you record it."
    )
    late = fields.Boolean(
        "Too late", compute="_compute_late", store=True, help="Given after its deadline."
    )
    reference = fields.Char(
        "Insurer's reference", copy=False, tracking=True,
        help="Number or receipt with which the insurer confirms it.",
    )  # fmt: skip
    reason_id = fields.Many2one(
        "cobranza.nonpayment.reason", "Reason for non-payment", ondelete="restrict", tracking=True,
        check_company=True,
    )  # fmt: skip
    note = fields.Text("For the insurer", help="Printed on the notice.")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence", copy=False)
    user_id = fields.Many2one("res.users", "Recorded by", readonly=True, copy=False)
    withdrawn_on = fields.Date(readonly=True, copy=False)
    withdraw_reason = fields.Char("Why it is withdrawn", copy=False, tracking=True)

    _given_with_evidence = models.Constraint(
        "CHECK (state = 'draft' OR (reference IS NOT NULL AND notified_on IS NOT NULL))",
        "A notice that was given has a day and the insurer's reference.",
    )
    _reference_unique = models.UniqueIndex(
        "(policy_id, reference) WHERE state = 'notified'",
        "Another notice under this policy has this reference already: look at it first.",
    )

    @api.depends("line_ids.policy_amount", "line_ids.covered_amount", "line_ids.deadline")
    def _compute_amounts(self):
        for notice in self:
            notice.amount = sum(notice.line_ids.mapped("policy_amount"))
            notice.covered_amount = sum(notice.line_ids.mapped("covered_amount"))
            notice.deadline = min(filter(None, notice.line_ids.mapped("deadline")), default=False)

    @api.depends("deadline", "notified_on", "state")
    def _compute_late(self):
        for notice in self:
            given = notice.notified_on if notice.state != "draft" else False
            notice.late = bool(given and notice.deadline and given > notice.deadline)

    @api.depends("partner_id", "reference")
    def _compute_display_name(self):
        for notice in self:
            parts = filter(None, (notice.partner_id.display_name, notice.reference))
            notice.display_name = " · ".join(parts)

    # --- CRUD --------------------------------------------------------------------------

    def write(self, vals):
        """Write values; raise UserError for what a notice that was given says."""
        if not self._gate_is_open():
            given = self.filtered(lambda one: one.state != "draft")
            if given and set(vals) - OPEN_FIELDS:
                raise UserError(
                    self.env._(
                        "A notice that was given stays as it is: withdraw it, and give another."
                    )
                )
            if "reference" in vals:
                vals = {**vals, "reference": to_line(vals["reference"]) or False}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_given(self):
        if any(one.state != "draft" for one in self):
            raise UserError(self.env._("A notice that was given stays on record: withdraw it."))

    # --- its life ------------------------------------------------------------------------

    def action_notify(self):
        """Record that the insurer has been told; what is covered follows at once.

        What is unpaid is read once more.  Raises UserError without the insurer's reference, for a
        day to come, and if something of it can't be notified any more.
        """
        self.check_access("write")
        for notice in self:
            notice._notify()
        return True

    def _notify(self):
        self._check_state("draft")
        if not self.reference:
            raise UserError(
                self.env._("Enter the insurer's reference first: it shows that he has been told.")
            )
        take_turn(self.debtor_id)
        today = self.company_id._cobranza_today()
        day = to_day(self.env, self.notified_on) or today
        if day > today:
            raise UserError(
                self.env._(
                    "A notice of %(day)s hasn't been given yet: record it on that day.",
                    day=format_date(self.env, day),
                )
            )
        self._check_reference()
        self._read_again()
        self._check_sold_by(day)
        self._gated().write({"state": "notified", "notified_on": day, "user_id": self.env.uid})
        self.debtor_id._message_log(body=self._describe_given())
        self.debtor_id._refresh_now()

    def _check_sold_by(self, day):
        """Raise UserError if something of it didn't exist yet on a day."""
        newer = self.line_ids.filtered(lambda one: one.invoice_date > day)[:1]
        if newer:
            raise UserError(
                self.env._(
                    "%(document)s is of %(date)s: the insurer can't have been told before. Correct "
                    "the day of the notice.",
                    document=newer.name,
                    date=format_date(self.env, newer.invoice_date),
                )
            )

    def _describe_given(self):
        """What the customer's account notes of it, in the company's language."""
        env = self.with_context(lang=self.company_id._cobranza_lang()).env
        return env._(
            "The insurer was told on %(day)s that %(numbers)s is unpaid; his reference: "
            "%(reference)s.",
            day=format_date(env, self.notified_on),
            numbers=", ".join(self.line_ids.mapped("name")),
            reference=self.reference,
        )

    def _check_state(self, *allowed):
        """Raise UserError unless the notice is in one of these states."""
        if self.state not in allowed:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The notice “%(name)s” is in the state “%(state)s”: nothing to do here.",
                    name=self.display_name,
                    state=labels[self.state],
                )
            )

    def _check_reference(self):
        """Raise UserError if another notice under the policy has this reference."""
        other = self.search(
            [("policy_id", "=", self.policy_id.id), ("reference", "=", self.reference),
             ("state", "=", "notified")], limit=1,
        )  # fmt: skip
        if other:
            raise UserError(
                self.env._(
                    "The reference %(reference)s is that of another notice: %(name)s.",
                    reference=self.reference,
                    name=other.display_name,
                )
            )

    def action_withdraw(self, reason=None):
        """Take back notices that were given, such as by mistake; they count for nothing then.

        reason: text; left out: what the form says.  Raises UserError without one, or if one of
        them wasn't given.
        """
        self.check_access("write")
        for notice in self:
            notice._check_state("notified")
            why = to_line(reason) or to_line(notice.withdraw_reason)
            if not why:
                raise UserError(self.env._("Say why the notice is withdrawn."))
            take_turn(notice.debtor_id)
            notice._gated().write(
                {
                    "state": "withdrawn",
                    "withdrawn_on": notice.company_id._cobranza_today(),
                    "withdraw_reason": why,
                }
            )
            notice.debtor_id._refresh_now()
        return True

    # --- screens -----------------------------------------------------------------------

    def action_write_to_insurer(self):
        """Open Odoo's mail composer with the printed notice, to the insurer.

        Raises UserError if the policy names no insurer with an address.
        """
        self.ensure_one()
        self.check_access("write")
        if not self.insurer_id.email:
            raise UserError(
                self.env._("Enter the insurer and his e-mail address on the policy first.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the insurer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": self.env.ref(
                    "cobranza_dunning.mail_template_insurance_notice"
                ).id,
                "default_composition_mode": "comment",
                "force_email": True,
            },
        }

    # --- as it is printed --------------------------------------------------------------

    def _lang(self):
        """The language that the insurer reads."""
        return self.insurer_id.lang or self.company_id._cobranza_lang()

    def _print_name(self):
        """The name of the printed notice's file, without its ending."""
        return self.env._("Notice of non-payment %s", self.display_name).replace("/", "-")

    def _reminders_told(self):
        """Return {notice line: [cobranza.reminder.line]} of the reminders sent about it."""
        told = self.env["cobranza.reminder.line"].search(
            [("move_id", "in", self.line_ids.move_id.ids), ("reminder_id.state", "=", "sent")]
        )
        return {
            line: told.filtered(
                lambda one, line=line: one.move_id == line.move_id and one.date_due == line.date_due
            )
            for line in self.line_ids
        }

    def _open(self):
        """Return the action that opens these notices; raises UserError if there are none."""
        if not self:
            raise UserError(self.env._("Choose due lines that are insured and overdue."))
        return self._get_records_action()

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()
