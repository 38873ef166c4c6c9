from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.cobranza_interaction_outcome import CALL_AGAIN, INTENTIONS


class CobranzaCallWizard(models.TransientModel):
    """A call as it is made: what the contact rule says, whom to dial, what to say, what came of it.

    The contact rule is asked when it opens, so it is only opened by the buttons.  One call is one
    interaction: dialling writes it down, its outcome is added to it.
    """

    _name = "cobranza.call.wizard"
    _description = "Call a customer"
    _inherit = ["cobranza.gated.mixin", "cobranza.pay.day.mixin"]
    _date_field = "promise_date"
    _gated_create = True
    _gated_fields = (
        "debtor_id", "reminder_id", "move_id", "contact_check_id", "sentence", "interaction_id",
    )  # fmt: skip

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, readonly=True
    )
    partner_id = fields.Many2one(related="debtor_id.partner_id")
    reminder_id = fields.Many2one("cobranza.reminder", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    contact_check_id = fields.Many2one("cobranza.contact.check", readonly=True)
    answer = fields.Selection(related="contact_check_id.outcome")
    sentence = fields.Char("May I call?", readonly=True)
    interaction_id = fields.Many2one("cobranza.interaction", readonly=True)
    dialled = fields.Char(related="interaction_id.summary")
    direction = fields.Selection(
        [("out", "We call"), ("in", "The customer called")], "Who called", required=True,
        default="out",
    )  # fmt: skip
    contact_id = fields.Many2one("res.partner", "With", required=True)
    phone = fields.Char(compute="_compute_phone")
    may_talk = fields.Boolean(compute="_compute_may_talk")
    company_id = fields.Many2one(related="debtor_id.company_id")
    outcome_id = fields.Many2one("cobranza.outcome", check_company=True)
    leads_to = fields.Selection(related="outcome_id.leads_to")
    currency_ids = fields.Many2many(
        "res.currency", string="Currencies", compute="_compute_currency_ids"
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', currency_ids)]",
    )
    several_currencies = fields.Boolean(compute="_compute_currency_ids")
    promise_amount = fields.Monetary(
        "Promised", compute="_compute_promise_amount", store=True, readonly=False
    )
    promise_date = fields.Date("Pays by")
    may_ask_reason = fields.Boolean(related="debtor_id.may_ask_reason")
    reason_id = fields.Many2one(
        "cobranza.nonpayment.reason", "Why not paid", check_company=True
    )
    intention = fields.Selection(INTENTIONS)
    note = fields.Text("Details")
    next_step = fields.Char()
    next_step_date = fields.Date("Next step on")
    script_id = fields.Many2one("cobranza.script")
    script_html = fields.Html(compute="_compute_script_html", sanitize=False)

    @api.depends("contact_id")
    def _compute_phone(self):
        for wizard in self:
            # whoever works on the account may know the customer's number
            contact_sudo = wizard.contact_id.sudo()
            wizard.phone = contact_sudo._cobranza_reachable("phone").phone_sanitized

    @api.depends("answer", "direction", "interaction_id")
    def _compute_may_talk(self):
        for wizard in self:
            wizard.may_talk = (
                wizard.direction == "in" or wizard.answer == "allow" or wizard.interaction_id
            )

    @api.depends("debtor_id")
    def _compute_currency_ids(self):
        for wizard in self:
            owed = wizard.debtor_id.due_line_ids.filtered(lambda line: line.amount_residual > 0)
            wizard.currency_ids = owed.currency_id
            wizard.several_currencies = len(wizard.currency_ids) > 1

    @api.depends("debtor_id")
    def _compute_currency_id(self):
        """The currency of what is overdue for longest."""
        for wizard in self:
            overdue = wizard.debtor_id._overdue_lines()[:1]
            wizard.currency_id = (overdue or wizard.debtor_id).currency_id

    @api.depends("currency_id")
    def _compute_promise_amount(self):
        """What is overdue in the currency, or open of the call's invoice, and isn't promised."""
        for wizard in self:
            about = wizard.move_id.cobranza_due_line_ids or wizard.debtor_id._overdue_lines()
            overdue = about.filtered(
                lambda line, currency=wizard.currency_id: line.currency_id == currency
            )
            wizard.promise_amount = self.env["cobranza.promise"]._unpromised(overdue)

    @api.depends("script_id", "contact_id")
    @api.depends_context("lang")
    def _compute_script_html(self):
        for wizard in self:
            script = wizard.script_id
            wizard.script_html = script and wizard.debtor_id._describe_script(
                script, wizard.contact_id, wizard.reminder_id
            )

    # --- opening -----------------------------------------------------------------------

    @api.model
    def _open(self, debtor, reminder=None, move=None):
        """Ask the contact rule about a call now, and return the action that opens the dialog.

        reminder, move: what the call is about.  A reminder that waits to be told by phone is, if
        none is given.
        """
        reminder = reminder or debtor._reminder_to_tell("phone")
        answer = debtor._check_contact("phone")
        wizard = self._gated().create(
            {
                "debtor_id": debtor.id,
                "reminder_id": reminder.id,
                "move_id": move.id if move else False,
                "contact_check_id": answer.check.id,
                "sentence": answer.sentence,
                "contact_id": (reminder.recipient_id or debtor._whom_to_call()).id,
                "script_id": debtor._call_script(reminder).id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call %s", debtor.partner_id.name),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # --- the call ----------------------------------------------------------------------

    def action_dial(self):
        """Dial the number of whom the call is with, after everything was checked again.

        The dialog stays.  Raises UserError if there is no number.
        """
        self.ensure_one()
        reminder = self.reminder_id.filtered(lambda one: one._waits_for("phone"))
        if reminder and reminder.recipient_id == self.contact_id:
            action = reminder._contact("phone")
        else:
            action = self.debtor_id._contact("phone", self.contact_id)
        if action["tag"] == "cobranza_open_link":
            self._gated().interaction_id = self.debtor_id._last_call()
            action["params"]["stay"] = True
        return action

    def action_no_answer(self):
        """Nobody answered."""
        return self._save("no_answer")

    def action_message_left(self):
        """A message was left."""
        return self._save("message_left")

    def action_wrong_number(self):
        """It is somebody else's number."""
        return self._save("wrong_number")

    def action_third_party(self):
        """Somebody else answered."""
        return self._save("third_party")

    def action_save(self):
        """Write down what came of the call. Raises UserError without an outcome."""
        if not self.outcome_id:
            raise UserError(self.env._("Say what came of the call: choose its outcome."))
        return self._save(self.outcome_id.id)

    def action_plan(self):
        """Make it an activity to call as soon as the contact rule allows it.

        Raises UserError if it never does.
        """
        self.ensure_one()
        until = self.contact_check_id.until
        if not until:
            raise UserError(self.env._("There is no moment to plan a call for: %s", self.sentence))
        debtor = self.debtor_id
        there = debtor.with_context(tz=debtor.contact_zone)
        debtor.activity_schedule(
            CALL_AGAIN,
            date_deadline=fields.Datetime.context_timestamp(there, until).date(),
            summary=self.sentence,
            user_id=self.env.uid,
        )
        return {"type": "ir.actions.act_window_close"}

    # --- what came of it ---------------------------------------------------------------

    def _save(self, outcome):
        """Write the call down with its outcome, and settle the reminder that it was about.

        outcome: code or id of a cobranza.outcome.  Raises UserError for a call that the contact
        rule doesn't allow and that wasn't made.
        """
        self.ensure_one()
        if not self.may_talk:
            raise UserError(self.sentence)
        outcome = self.env["cobranza.outcome"]._named(outcome)
        reminder = self.reminder_id.filtered(lambda one: one._waits_for("phone"))
        outgoing = self.direction == "out"
        told = reminder._told_by_call() if outgoing and outcome.right_party else reminder.browse()
        call = self._log(outcome)
        following = self._open_agreement(call)
        if told:
            told.action_by_hand_done()
        elif outgoing and not outcome.right_party:
            reminder.action_not_reached()
        elif outgoing and reminder:
            stays = reminder._stay()
            if following:
                stays["params"]["next"] = following
            return stays
        return following or {"type": "ir.actions.act_window_close"}

    def _open_agreement(self, call):
        """Return the action that opens the dialog which this outcome leads to, or None."""
        if call.outcome_id.leads_to == "resend":
            return call.action_resend()
        dialogs = {"dispute": "cobranza.dispute.wizard", "plan": "cobranza.plan.wizard"}
        dialog = dialogs.get(call.outcome_id.leads_to)
        if not dialog:
            return None
        return self.env[dialog]._open(self.debtor_id, self._subject(), call)

    def _subject(self):
        """The due lines that the call is about; none if it is about all of them."""
        return self.move_id.cobranza_due_line_ids or self.reminder_id.line_ids.move_line_id

    def _log(self, outcome):
        """Add the outcome to the call that was dialled, or write a call down; return it."""
        interactions = self.env["cobranza.interaction"].with_company(self.debtor_id.company_id)
        call = interactions.log_contact(
            self.partner_id.id,
            outcome.id,
            direction=self.direction,
            reason=self.reason_id.id,
            intention=self.intention,
            note=self.note,
            next_step=self.next_step,
            next_step_date=self.next_step_date,
            contact_id=self.contact_id.id,
            reminder_id=self.reminder_id.id,
            move_id=self.move_id.id,
            interaction_id=self.interaction_id.id,
        )
        logged = interactions.browse(call["id"])
        if self.direction == "out":
            logged._gated().contact_check_id = self.contact_check_id
        if outcome.leads_to == "promise":
            self._take_promise(logged)
        return logged

    def _take_promise(self, call):
        """Write down what the customer has promised in a call."""
        self.env["cobranza.promise"].promise(
            self.partner_id.id,
            self.promise_amount,
            self.promise_date,
            # what is said of one invoice is promised of that one
            line_ids=self.move_id.cobranza_due_line_ids.filtered(
                lambda line: line.currency_id == self.currency_id
            ).ids or None,
            currency=self.currency_id.id,
            channel="phone",
            origin="call",
            contact_id=self.contact_id.id,
            interaction_id=call.id,
            company_id=self.debtor_id.company_id.id,
        )
