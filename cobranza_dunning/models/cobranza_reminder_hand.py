from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import channels
from .cobranza_reminder_letter import LETTER
from .links import open_link
from .notices import notice
from .reason_texts import explain_channel

ACTIVITY = "cobranza_dunning.mail_activity_type_by_hand"


class CobranzaReminder(models.Model):
    """Letters, chats and calls: a person makes the contact, and says that it was made.

    They never leave with the others.  Once approved, each is one activity for its collector and
    waits under “By hand”.  A link opens after the same checks as a hand-over, and its use is an
    outgoing interaction; the reminder is sent when the person says so.
    """

    # a file for each part of its life
    _name = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited
    _inherit = ["cobranza.reminder", "cobranza.by.hand.mixin"]

    is_by_hand = fields.Boolean(compute="_compute_is_by_hand")
    link_given = fields.Boolean(
        readonly=True, copy=False,
        help="The customer has its link from a chat or message, whether it counts as sent or not.",
    )  # fmt: skip
    contacted_at = fields.Datetime(
        "Opened on", readonly=True, copy=False, help="When somebody opened the chat or the call."
    )
    channel_note = fields.Char("Why this way", compute="_compute_channel_note")

    @api.depends("channel")
    def _compute_is_by_hand(self):
        for reminder in self:
            reminder.is_by_hand = reminder.channel in channels.BY_HAND

    @api.depends("channel", "level_id.channel")
    @api.depends_context("lang")
    def _compute_channel_note(self):
        for reminder in self:
            wanted = reminder.level_id.channel
            reminder.channel_note = explain_channel(self.env, reminder.channel, wanted)

    # --- approval makes work -----------------------------------------------------------

    def _update_state(self, target, allowed, **vals):
        """Move to `target`; what is approved and by hand is work for somebody, until it is done."""
        moved = super()._update_state(target, allowed, **vals)
        by_hand = moved.filtered("is_by_hand")
        if by_hand and target == "approved":
            by_hand._plan_by_hand()
        elif by_hand:
            by_hand._end_by_hand()
        return moved

    def _plan_by_hand(self):
        """One activity each, for the person whom the reminder names."""
        labels = dict(self._fields["channel"]._description_selection(self.env))
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": reminder.id,
                    "activity_type_id": self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY),
                    "summary": f"{labels[reminder.channel]}: {reminder.partner_id.name}",
                    "user_id": (reminder._person_in_charge() or self.env.user).id,
                    "date_deadline": reminder.company_id._cobranza_today(),
                    "automated": True,
                }
                for reminder in self
            ]
        )

    def _end_by_hand(self):
        """Take the work away: it is done, or no longer wanted."""
        # whoever does the work ends it, also for a colleague who has the activity
        self.env["mail.activity"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)),
            ]
        ).unlink()

    # --- letters -----------------------------------------------------------------------

    def action_send(self):
        """Hand over what leaves by itself; letters, chats and calls of the selection stay.

        Raises UserError if there is nothing else among them.
        """
        by_hand = self.filtered(lambda one: one.state == "approved" and one.is_by_hand)
        rest = self - by_hand
        if by_hand and "approved" not in rest.mapped("state"):
            raise UserError(
                self.env._(
                    "These leave by hand: print the letters, make the calls and write the chats "
                    "under Reminders, By hand."
                )
            )
        return super(CobranzaReminder, rest).action_send()

    def action_print_and_send(self):
        """Print the approved letters of the selection in one file and mark them as sent.

        The facts are read again first: what was paid leaves the letter. Raises UserError if
        none of them is an approved letter.
        """
        self.check_access("write")
        letters = self.filtered(lambda one: one.state == "approved" and one.channel == "letter")
        if not letters:
            raise UserError(
                self.env._("None of these is an approved letter: approve letters before printing.")
            )
        letters._take_over_large()
        letters._hand_over()
        sent = letters.filtered(lambda one: one.state == "sent")
        return self.env.ref(LETTER).report_action(sent, config=False) if sent else letters._stay()

    # --- chats and calls ---------------------------------------------------------------

    def _contact(self, channel):
        """Check everything a hand-over checks, log the contact and return what opens the link.

        Raises UserError where the reminder isn't approved or has no number; what else is in the
        way is noted on it and shown.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("approved", "sent"):
            raise UserError(self.env._("Approve the reminder first: then its text is fixed."))
        if not self.phone_number:
            raise UserError(self.recipient_id._cobranza_lack("phone"))
        own = self.state == "approved" and channel == self.channel
        if own:
            self._take_over_large()
        if own and not self._ready_to_leave():
            return self._stay()
        refusal = not own and self._other_channel_refusal(channel)
        if refusal:
            return notice(refusal, reload=True)
        self.debtor_id._log_contact(
            channel, self.phone_number, self.short_text, self.recipient_id, self
        )
        given = {"link_given": True} if channel in ("whatsapp", "sms") else {}
        if own:
            given["contacted_at"] = fields.Datetime.now()
        self._gated().write(given)
        return open_link(channel, self.phone_number, self.short_text)

    def _other_channel_refusal(self, channel):
        """Why this may not be told by a channel that isn't its own; None if nothing is in the way.

        What the program writes has to be right as it leaves, whatever was told before and how:
        a person who calls can look for himself.  Raises UserError while contact is stopped.
        """
        if channel != "phone":
            self._check_not_stopped()
            for found in (self._stranger_obstacles(), self._answer_obstacles()):
                if self.id in found:
                    return found[self.id].text
            assessed = self.debtor_id._assess().get(self.debtor_id.id, [])
            if self._changes(assessed):
                return self.env._(
                    "What is owed isn't what this text says any more: look at the account. The "
                    "next run proposes what is still open."
                )
        return self.debtor_id._contact_refusal(channel)

    def _waits_for(self, channel):
        """Whether this reminder is approved and waits to be told this way."""
        self.ensure_one()
        return self.state == "approved" and self.channel == channel

    def action_open_call(self):
        """Ask whether this customer may be called now, and open the call about this reminder."""
        self.ensure_one()
        return self.debtor_id._open_call(reminder=self)

    def _told_by_call(self):
        """Return those of these reminders that a conversation by phone has told.

        Whoever called without dialling from here has checked nothing yet: what keeps a reminder
        from being told is noted on it.
        """
        undialled = self.filtered(lambda one: not one.contacted_at)
        undialled._take_over_large()
        ready = undialled._ready_to_leave() if undialled else undialled
        ready._gated().write({"contacted_at": fields.Datetime.now()})
        return ready | (self - undialled)

    def action_by_hand_done(self):
        """Say that these were told: by the chat or call that was opened from them.

        Raises UserError for one whose link nobody has opened yet, or if somebody else is working
        on all of them.
        """
        self.check_access("write")
        told = self.filtered(lambda one: one.state == "approved" and one.is_by_hand)
        if not told or not all(told.mapped("contacted_at")):
            raise UserError(
                self.env._("Open the chat or the call first, then say that it is done.")
            )
        locked = told.try_lock_for_update().filtered_domain([("state", "=", "approved")])
        if not locked:
            raise UserError(self._busy())
        locked._deliver()
        self.env["cobranza.interaction"]._conclude_calls(locked, "right_party")
        locked.debtor_id._refresh_after_message()
        return True

    def action_not_reached(self):
        """Say that nobody answered: the reminder stays in the list for another try."""
        self.check_access("write")
        tried = self.filtered(lambda one: one.state == "approved" and one.contacted_at)
        tried._gated().write({"contacted_at": False})
        self.env["cobranza.interaction"]._conclude_calls(tried, "no_answer")
        tried._message_log_batch(
            dict.fromkeys(tried.ids, self.env._("Not reached: it waits for another try."))
        )
        return True

    def _deliver_whatsapp(self):
        """Nothing leaves: the chat was opened, and logged, by the person who confirms it."""

    def _deliver_phone(self):
        """Nothing leaves: the call was made, and logged, by the person who confirms it."""

    # --- what the person sees ----------------------------------------------------------

    def _stay(self):
        """Show why the first of these stays, or that nothing of it is left."""
        first = self[:1]
        text = first.waits_for or first.problem or first.cancel_reason
        text = text or self.env._("Its text has changed: look at it again.")
        return notice(text, reload=True)
