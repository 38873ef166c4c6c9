from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext, plaintext2html

from .arguments import to_choice, to_date, to_line, to_text
from .cobranza_debtor_call import CALL_AGAIN

#: What a customer may mean to do: stable codes, scripts may name them.
INTENTIONS = [
    ("pays_all", "Pays everything"),
    ("pays_part", "Pays a part"),
    ("needs_time", "Needs time or installments"),
    ("cannot", "Can't pay now"),
    ("wont", "Won't pay"),
]

#: Code of the reason why nobody pays an invoice that has not arrived.
LOST = "invoice_lost"


class CobranzaInteraction(models.Model):
    """What came of a contact: whom we spoke with, why he has not paid, what he means to do."""

    # a file for each part of its life
    _inherit = "cobranza.interaction"  # pylint: disable=consider-merging-classes-inherited

    outcome_id = fields.Many2one(
        "cobranza.outcome", index="btree_not_null", ondelete="restrict", check_company=True
    )
    leads_to = fields.Selection(related="outcome_id.leads_to")
    right_party = fields.Boolean(
        "Right person reached",
        compute="_compute_right_party",
        store=True,
        readonly=False,
        help="Whether there was a conversation with somebody who can decide on the payment: some "
        "contact rules ask for quiet days after it.",
    )
    reason_id = fields.Many2one(
        "cobranza.nonpayment.reason",
        "Why not paid",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="As the customer says. Some contact rules forbid asking for it.",
    )
    may_ask_reason = fields.Boolean(related="debtor_id.may_ask_reason")
    intention = fields.Selection(INTENTIONS, help="What the customer means to do.")
    contact_check_id = fields.Many2one(
        "cobranza.contact.check",
        "Contact rule's answer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What the contact rule said before the call was made.",
    )

    @api.depends("outcome_id")
    def _compute_right_party(self):
        for one in self:
            outcome = one.outcome_id
            one.right_party = outcome.right_party if outcome else one.right_party

    @api.constrains("debtor_id", "reason_id")
    def _check_reason_id(self):
        """Refuse the reason where the customer's contact rule forbids asking for it."""
        for one in self.filtered("reason_id"):
            if not one.may_ask_reason:
                raise ValidationError(
                    self.env._(
                        "The contact rule “%(rule)s” of %(customer)s forbids asking why he has "
                        "not paid: leave the reason empty.",
                        rule=one.debtor_id.effective_contact_rule_id.name,
                        customer=one.partner_id.name,
                    )
                )

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create interactions; an outcome may ask for another call, or end that."""
        interactions = super().create(vals_list)
        interactions._after_outcome()
        interactions._note_not_received()
        return interactions

    def write(self, vals):
        """Write values; an outcome may ask for another call, or end that."""
        result = super().write(vals)
        if vals.get("outcome_id"):
            self._after_outcome()
        if vals.get("outcome_id") or vals.get("kind") == "not_received":
            self._note_not_received()
        return result

    def _guarded(self, names):
        """What the contact rule said is the program's to write down."""
        return super()._guarded(names) | ({"contact_check_id"} & set(names))

    # --- life --------------------------------------------------------------------------

    @api.model
    def log_contact(
        self, partner_id, outcome=None, channel="phone", direction="out", reason=None,
        intention=None, summary=None, note=None, next_step=None, next_step_date=None,
        contact_id=None, reminder_id=None, move_id=None, date=None, interaction_id=None,
    ):  # fmt: skip
        """Write down a contact with a customer in the current company; return plain values.

        partner_id: id of the customer or of one of his contacts.
        outcome: code or id of a cobranza.outcome, such as "no_answer".
        channel, direction: codes of the fields; an outgoing call if left out.
        reason: code or id of a cobranza.nonpayment.reason, such as "cash_shortage".
        intention: "pays_all", "pays_part", "needs_time", "cannot" or "wont".
        summary: one line; the outcome's name if left out.  note: plain text.
        next_step, next_step_date: what is to be done, and its day (ISO): then it is an activity.
        contact_id: whom we spoke with.  reminder_id, move_id: what it was about.
        date: when it took place (UTC, ISO); now if left out.
        interaction_id: what came of a contact that was written down already, such as a call that
        was dialled: outcome, reason, intention, note and next step are added to it.  What the
        program wrote down itself stays: there the note is the field `comment`.
        Returns {"id", "summary", "outcome" (code or False), "right_party", "date"}.
        What took place is written down whatever the contact rule says about its hour: ask
        `cobranza_may_contact` before.  Raises UserError for a customer without an account and for
        values that aren't in their lists, ValidationError for a reason that may not be asked,
        AccessError if the user may not write interactions.
        """
        self.check_access("create")
        debtor = self.env["cobranza.debtor"]._of_partner(partner_id, self.env.company)
        outcome = self.env["cobranza.outcome"]._named(outcome)
        logged = debtor._own_record("cobranza.interaction", interaction_id)
        added = {
            "comment" if logged.automatic else "note": (
                plaintext2html(text) if (text := to_text(note)) else False
            ),
            "outcome_id": outcome.id,
            "reason_id": self.env["cobranza.nonpayment.reason"]._named(reason).id,
            "intention": to_choice(self, "intention", intention) if intention else False,
            "next_step": to_line(next_step) or False,
            "next_step_date": to_date(self.env, next_step_date),
        }
        if logged:
            logged.write({name: value for name, value in added.items() if value})
        else:
            logged = self.create(
                {
                    **added,
                    "debtor_id": debtor.id,
                    "channel": to_choice(self, "channel", channel),
                    "direction": to_choice(self, "direction", direction),
                    "kind": "message",
                    "summary": to_line(summary) or outcome.name or self.env._("Contact"),
                    "contact_id": debtor._own_record("res.partner", contact_id).id,
                    "reminder_id": debtor._own_record("cobranza.reminder", reminder_id).id,
                    "move_id": debtor._own_record("account.move", move_id).id,
                    "date": debtor._to_moment(date),
                }
            )
        return logged._plain_values()

    def _plain_values(self):
        """What `log_contact` answers."""
        self.ensure_one()
        return {
            "id": self.id,
            "summary": self.summary,
            "outcome": self.outcome_id.code or False,
            "right_party": self.right_party,
            "date": fields.Datetime.to_string(self.date),
        }

    def _said(self):
        """Why the customer has not paid and what we wrote down, as plain text; False for nothing.

        The text that was prepared for a call was not said by him.
        """
        self.ensure_one()
        words = self.comment if self.automatic else self.note
        parts = (self.reason_id.name, html2plaintext(words or "").strip())
        return "\n".join(filter(None, parts)) or False

    def _after_outcome(self):
        """Plan another call where the outcome asks for one; a call that was made ends that."""
        told = self.filtered("outcome_id")
        calls = told.filtered(lambda one: one.channel == "phone" and one.direction == "out")
        (calls | told.filtered("right_party"))._end_call_again()
        steps = [
            (one, one._call_again_day(), one.outcome_id.name)
            for one in calls
            # one that waits to be told by phone is in the list “By hand” as it is
            if one.reminder_id.state != "approved"
        ]
        self._plan(CALL_AGAIN, [step for step in steps if step[1]])

    def _note_not_received(self):
        """An invoice that did not arrive is told in one way, and it is why it isn't paid.

        Whether an outcome says so or what the contact was about: from then on the invoice can be
        sent again from it.
        """
        told = self.filtered(lambda one: one.outcome_id.leads_to == "resend")
        told.filtered(lambda one: one.kind != "not_received")._gated().kind = "not_received"
        silent = self.filtered(
            lambda one: one.kind == "not_received" and not one.reason_id and one.may_ask_reason
        )
        if silent:
            # somebody may have kept the reason for one company, out of the others' sight
            reason_sudo = self.env["cobranza.nonpayment.reason"].sudo()._named(LOST)
            whose = reason_sudo.company_id or silent.company_id
            silent.filtered(lambda one: one.company_id in whose).reason_id = reason_sudo.id

    def _call_again_day(self):
        """The day of another call, a working day of the customer's.

        None if none is asked for, or that day has passed.
        """
        self.ensure_one()
        days = self.outcome_id.call_again_days
        if not days or self.next_step_date:
            return None
        day = fields.Datetime.context_timestamp(
            self.with_context(tz=self.debtor_id.contact_zone), self.date
        ).date() + timedelta(days=days)
        day = self.debtor_id._contact_place().next_working_day(day)
        return day if day >= self.company_id._cobranza_today() else None

    @api.model
    def _conclude_calls(self, reminders, outcome):
        """Give an outcome to the last call about each of these reminders, if it has none yet.

        outcome: code of a cobranza.outcome.
        """
        calls = self.search(
            [
                ("reminder_id", "in", reminders.ids),
                ("channel", "=", "phone"),
                ("direction", "=", "out"),
            ]
        )
        last = self.union(*(of_one[0] for of_one in calls.grouped("reminder_id").values()))
        last.filtered(lambda one: not one.outcome_id).write(
            {"outcome_id": self.env["cobranza.outcome"]._named(outcome).id}
        )

    def _end_call_again(self):
        """End the work of calling these customers again: they were called."""
        activities_sudo = self.debtor_id._calls_again_sudo()
        if activities_sudo:
            activities_sudo.action_feedback(feedback=self[:1].outcome_id.name)
