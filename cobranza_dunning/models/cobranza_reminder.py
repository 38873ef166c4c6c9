import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from psycopg2 import OperationalError

from .arguments import to_date, to_line
from .cobranza_policy_level import CHANNELS

_logger = logging.getLogger(__name__)

OPEN_STATES = ("proposed", "approved")


class CobranzaReminder(models.Model):
    """One message to one recipient about what a debtor owes.

    proposed → approved → sent, or cancelled with a reason. While it is proposed its text
    follows its lines; approval freezes the text, hand-over checks the facts again. Delivery
    is not a state: it is read from the mail.

    Its words, its way out of a run, who approves it, what changed since then and its way to
    the customer are in the files `cobranza_reminder_text`, `_proposal`, `_approving`,
    `_preflight` and `_delivery`.
    """

    _name = "cobranza.reminder"
    _description = "Reminder"
    _inherit = ["cobranza.gated.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _gated_fields = (
        "run_id", "debtor_id", "recipient_id", "level_id", "line_ids", "date", "lang", "state",
        "text_subject", "text_body", "words_key", "is_edited", "text_outdated", "approved_by_id",
        "approved_date", "sent_date", "sent_at", "mail_message_id", "amount_company",
        "line_count", "problem", "automatic", "partner_id", "company_id", "kind",
        "channel", "not_before", "waits_for", "recipient_rule", "routed_recipient_id",
        "thanked_date", "thanks_not_before",
        "text_short", "letter_id", "contacted_at", "link_given",
        "proposer_id", "approval_ids", "approval_count", "left_lines",
        "interaction_ids", "attempt_ids",
        "access_token", "short_token", "portal_opened_at",
    )  # fmt: skip
    _gated_create = True
    #: reminders approved or handed over at once by the scheduled action
    _batch = 50

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account",
        required=True, readonly=True, index=True, ondelete="restrict",
    )
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, index=True, string="Customer"
    )
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    run_id = fields.Many2one(
        "cobranza.run", readonly=True, index="btree_not_null", ondelete="set null"
    )
    recipient_id = fields.Many2one("res.partner", required=True, readonly=True, index=True)
    recipient_email = fields.Char(related="recipient_id.email", string="E-mail")
    level_id = fields.Many2one(
        "cobranza.policy.level",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="The highest level of its lines: it sets the tone.",
    )
    kind = fields.Selection(related="level_id.kind", store=True)
    channel = fields.Selection(
        CHANNELS,
        required=True,
        default="email",
        readonly=True,
        help="How it leaves: its level's channel, or that channel's replacement.",
    )
    user_id = fields.Many2one(
        "res.users", "Contact person", tracking=True, domain="[('share', '=', False)]"
    )
    date = fields.Date("Proposed for", required=True, readonly=True)
    lang = fields.Char("Language", readonly=True)
    line_ids = fields.One2many("cobranza.reminder.line", "reminder_id", "Lines", readonly=True)
    line_count = fields.Integer("Due lines", readonly=True)
    amount_company = fields.Monetary(
        "To pay", readonly=True, help="All lines, in company currency at their booked rates."
    )
    state = fields.Selection(
        [
            ("proposed", "To approve"),
            ("approved", "Approved"),
            ("sent", "Sent"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        index=True,
        tracking=True,
    )

    automatic = fields.Boolean(
        readonly=True, help="Approved by an automatic run: it leaves by itself."
    )
    approved_by_id = fields.Many2one("res.users", readonly=True)
    approved_date = fields.Datetime("Approved on", readonly=True)
    cancel_reason = fields.Char(tracking=True)

    _open_unique = models.UniqueIndex(
        "(debtor_id, recipient_id) WHERE state IN ('proposed', 'approved')",
        "Another run has just made a reminder for the same recipient: start the run again.",
    )
    _sent_debtor_idx = models.Index("(debtor_id, sent_date) WHERE state = 'sent'")

    # --- computed ----------------------------------------------------------------------

    @api.depends("partner_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reminder in self:
            day = format_date(self.env, reminder.date)
            reminder.display_name = f"{reminder.partner_id.display_name} {day}"

    # --- CRUD --------------------------------------------------------------------------

    def write(self, vals):
        """Write values; what was sent stays as it was told, what was approved as it was read."""
        states = set(self.mapped("state"))
        if {"user_id", "cancel_reason"} & set(vals) and "sent" in states:
            raise UserError(self.env._("A reminder that was sent can't be changed."))
        if "user_id" in vals and "approved" in states:
            raise UserError(
                self.env._("The text that was approved names its contact person: it stays so.")
            )
        if "user_id" in vals:
            edited = self.filtered(lambda one: one.state == "proposed" and one.is_edited)
            edited._gated().write({"text_outdated": True})
        return super().write(vals)

    def unlink(self):
        """Delete reminders. Raises UserError if one was sent (before its messages are deleted)."""
        if any(reminder.state == "sent" for reminder in self):
            raise UserError(self.env._("A reminder that was sent can't be deleted."))
        return super().unlink()

    # --- life --------------------------------------------------------------------------

    def _update_state(self, target, allowed, **vals):
        """Move to `target` the records that are in one of the `allowed` states; return them.

        The one gate of all state changes; a record in another state is left alone.
        """
        moving = self.filtered(lambda one: one.state in allowed)
        # one note for each, written at once: tracking would take a query or more for each
        quiet = moving.with_context(tracking_disable=True)
        notes = {one.id: one._describe_move(target, vals.get("cancel_reason")) for one in moving}
        quiet._gated().write({"state": target, **vals})
        moving._message_log_batch(notes)
        return moving

    def _describe_move(self, target, reason=None):
        """The note in the chatter about a change of state."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        note = f"{labels[self.state]} → {labels[target]}"
        return f"{note}: {reason}" if reason else note

    def _approve_automatically(self):
        """Approve what needs nobody; one that can't be approved says why and waits."""
        for start in range(0, len(self), self._batch):
            batch = self[start : start + self._batch]
            batch._each_or_note(lambda reminders: reminders._set_approved(automatic=True))

    def _each_or_note(self, act):
        """Do something with all of these at once; if that fails, with each, and note its error.

        act: function of a recordset. What the database refuses is not a reminder's fault: it
        is raised, and the scheduled action tries again.
        """
        try:
            with self.env.cr.savepoint():
                act(self)
        except OperationalError:
            raise
        except Exception as error:
            if len(self) > 1:
                for reminder in self:
                    reminder._each_or_note(act)
                return
            _logger.warning("Reminder %s stays behind", self.id, exc_info=True)
            self._gated().write({"problem": str(error)})

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()

    def action_open_cancel(self):
        """Open the dialog that asks for the reason and the day before which nothing follows."""
        return self.env["cobranza.cancel.wizard"]._open(self)

    def action_cancel(self, cancel_reason=None, not_before=None):
        """Cancel open reminders.

        cancel_reason: text; may be written to the field beforehand instead.
        not_before: date or ISO string; the lines are paused until then. Without it the next
        run may propose them again.
        Raises UserError without a reason, with a day that isn't later than today, or if none of
        them is open.
        """
        self.check_access("write")
        not_before = to_date(self.env, not_before)
        moving = self.filtered(lambda one: one.state in OPEN_STATES)
        if not moving:
            raise UserError(self.env._("Only a reminder that has not been sent can be cancelled."))
        for reminder in moving:
            reason = to_line(cancel_reason or reminder.cancel_reason)
            if not reason:
                raise UserError(self.env._("Say why the reminder is cancelled."))
            if not_before and not_before <= reminder.company_id._cobranza_today():
                raise UserError(
                    self.env._(
                        "Choose a later day than today, or none: then the next run may propose "
                        "it again."
                    )
                )
            reminder._set_cancelled(reason)
            reminder._pause_lines(reason, not_before)
        return True

    def _set_cancelled(self, reason):
        self._update_state("cancelled", allowed=OPEN_STATES, cancel_reason=reason)

    def _pause_lines(self, reason, not_before):
        """Leave the lines alone until a day, or say that the next run may propose again."""
        if not not_before:
            self._message_log(body=self.env._("The next run may propose it again."))
            return
        lost = self.line_ids.filtered(lambda line: line.move_id and not line.move_line_id)
        items = self.env["account.move.line"]._cobranza_found_again(lost)
        # of an invoice that has no such item now all is left alone, unless it is another's by now
        paused = dict.fromkeys(
            (line.move_id, items.get(line, line.move_line_id))
            for line in self.line_ids.filtered("move_id")
            if line.move_id.commercial_partner_id.commercial_partner_id <= self.partner_id
        )
        self.env["cobranza.block"].create(
            [
                {
                    "debtor_id": self.debtor_id.id,
                    "move_id": move.id,
                    "move_line_id": item.id,
                    "reason": reason,
                    "until": not_before,
                }
                for move, item in paused
            ]
        )
