from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date, plaintext2html

from ..engine import answers
from .crons import WORK, wake

#: The activity that an answer makes, by its kind.
ACTIVITIES = {"call_back": "mail.mail_activity_data_call"}


class CobranzaDebtor(models.Model):
    """What customers say: each answer waits for a person, and reminders wait with it."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    interaction_ids = fields.One2many("cobranza.interaction", "debtor_id", "Interactions")
    interaction_count = fields.Integer(compute="_compute_interaction_count")
    answer_text = fields.Char("What waits", compute="_compute_answer_text")

    @api.depends("interaction_ids")
    def _compute_interaction_count(self):
        counts = dict(
            self.env["cobranza.interaction"]._read_group(
                [("debtor_id", "in", self.ids)], ["debtor_id"], ["__count"]
            )
        )
        for debtor in self:
            debtor.interaction_count = counts.get(debtor, 0)

    @api.depends("answer_waiting")
    @api.depends_context("lang", "tz")
    def _compute_answer_text(self):
        waiting = self.env["cobranza.interaction"].search(
            [("debtor_id", "in", self.ids), ("waiting", "=", True)], order="date, id"
        )
        by_debtor = waiting.grouped("debtor_id")
        for debtor in self:
            found = by_debtor.get(debtor)
            debtor.answer_text = found and debtor._describe_waiting(found)

    def _describe_waiting(self, waiting):
        """Say who wrote first, when, and what it means for reminders."""
        first = waiting[0]
        values = {
            "name": first.contact_id.name or first.sender or self.partner_id.name,
            "date": format_date(self.env, fields.Datetime.context_timestamp(first, first.date)),
            "more": len(waiting) - 1,
        }
        if values["more"]:
            return self.env._(
                "%(name)s wrote on %(date)s, and %(more)s more messages wait: reminders stop until "
                "somebody has handled them.",
                **values,
            )
        return self.env._(
            "%(name)s wrote on %(date)s: reminders stop until somebody has handled it.", **values
        )

    # --- actions -----------------------------------------------------------------------

    def action_view_interactions(self):
        """Open what these customers and we said to each other."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_interaction_action"
        )
        return {
            **action,
            "domain": [("debtor_id", "in", self.ids)],
            "context": {"default_debtor_id": self.id} if len(self) == 1 else {},
        }

    def action_view_waiting(self):
        """Open the answers of these customers that wait; the one itself if it is only one."""
        waiting = self.interaction_ids.filtered("waiting")
        if len(waiting) == 1:
            return waiting._get_records_action()
        return self.action_view_interactions()

    def action_log_contact(self):
        """Open the small form that writes down a call or message with this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_interaction_action_log"
        )
        return {**action, "context": {"default_debtor_id": self.id}}

    # --- answers -----------------------------------------------------------------------

    def _log_answer(
        self, summary, channel="portal", note=None, attachments=(), kind=None, contact=None,
        reminder=None, **vals,
    ):  # fmt: skip
        """Write down what the customer says, and have somebody look after it.

        summary: one line, in the collector's words.
        channel: a code of cobranza_interaction.CHANNELS.
        note: the customer's own words; Markup is HTML, anything else plain text.
        attachments: ir.attachment records, or pairs (file name, bytes).
        kind: a code of cobranza_interaction.KINDS; "other" if left out.
        contact: the res.partner who said it, if known.
        reminder: the cobranza.reminder it answers, if any.
        vals: further values of the interaction.
        Until the interaction is marked as handled no reminder is proposed to this customer or
        sent.  It belongs to the reminder's contact person, else the customer's collector, else
        the company's contact for customers, who gets one activity.  Safe to call for a portal
        visitor: he needs no rights.  Returns the cobranza.interaction (sudo).
        """
        self.ensure_one()
        # a customer has no rights in collections, and what he says is written down all the same
        debtor_sudo = self.sudo()
        reminder_sudo = reminder.sudo() if reminder else debtor_sudo.reminder_ids.browse()
        user_sudo = debtor_sudo._person_in_charge(reminder_sudo)
        kind = kind or "other"
        interaction_sudo = self.env["cobranza.interaction"].sudo()._log(
            [
                {
                    "debtor_id": debtor_sudo.id,
                    "reminder_id": reminder_sudo.id,
                    "direction": "in",
                    "channel": channel,
                    "kind": kind,
                    "summary": summary,
                    "note": note if isinstance(note, Markup) or not note else plaintext2html(note),
                    "contact_id": contact.id if contact else False,
                    "user_id": user_sudo.id,
                    "waiting": True,
                    **vals,
                }
            ]
        )
        interaction_sudo._attach(attachments)
        if channel == "portal" and reminder_sudo:
            # a mail is in the chatter by itself, what was written on the page isn't
            interaction_sudo._note_on_reminder(contact)
        interaction_sudo._schedule(ACTIVITIES.get(kind, "mail.mail_activity_data_todo"))
        debtor_sudo._refresh_now()
        return interaction_sudo

    def _receive_answer(self, message, kind, reminder=None):
        """Write down a mail of this customer that arrived in a chatter.

        message: the mail.message.
        kind: engine.answers.REPLY, or AUTO_REPLY: then it is noted and nothing waits.
        A colleague who writes by mail is no customer.
        """
        self.ensure_one()
        author = message.author_id
        if author.user_ids.filtered(lambda user: user._is_internal()):
            return
        own = author.commercial_partner_id == self.partner_id
        known = own or (reminder and author == reminder.recipient_id)
        sender = message.email_from or author.email_formatted
        subject = (message.subject or "").strip() or self.env._("(no subject)")
        vals = {
            "summary": subject
            if known
            else self.env._("From %(sender)s: %(subject)s", sender=sender, subject=subject),
            "sender": sender,
            "message_id": message.id,
            "contact": author if known else None,
            "reminder": reminder,
        }
        if kind == answers.AUTO_REPLY:
            self._log_auto_reply(**vals)
            return
        self._log_answer(
            channel="email", kind=kind, attachments=message.attachment_ids, **vals
        )

    def _log_auto_reply(self, reminder=None, contact=None, **vals):
        """Note that a program answered: reminders go on."""
        self.env["cobranza.interaction"]._log(
            [
                {
                    "debtor_id": self.id,
                    "reminder_id": reminder.id if reminder else False,
                    "contact_id": contact.id if contact else False,
                    "direction": "in",
                    "channel": "email",
                    "kind": answers.AUTO_REPLY,
                    "user_id": self._person_in_charge(reminder).id,
                    **vals,
                }
            ]
        )

    def _person_in_charge(self, reminder=None):
        """Who looks after what there is to do about this customer; may be nobody.

        The contact person of `reminder`, else the customer's collector, else the company's
        contact for customers.  Who has left is passed over, and so are the program itself and
        whoever isn't one of us.
        """
        self.ensure_one()
        candidates = [self.user_id, self.company_id.cobranza_user_id]
        if reminder:
            candidates.insert(0, reminder.user_id)
        ours = (user for user in candidates if user.active and not user.share)
        return next(ours, self.env["res.users"])

    def _after_answers(self):
        """Let go on what waited for an answer of these customers to be handled."""
        self._refresh_now()
        held = self.reminder_ids.filtered(
            lambda one: one.state == "approved" and one.problem and not one.debtor_id.answer_waiting
        )
        # whatever else keeps them is found again at the next attempt
        held._gated().write({"problem": False})
        if held:
            wake(self.env, WORK)

    def _after_resend(self, moves):
        """What waited because these invoices had not arrived is handled: they were sent again.

        Of several that had not arrived the last one handles it.
        """
        waiting = self.interaction_ids.filtered(
            lambda one: one.waiting
            and one.kind == "not_received"
            and one._concerned_moves() & moves
            and one._is_resent()
        )
        waiting.action_handled()
        self._refresh_after_message()
