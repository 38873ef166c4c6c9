from markupsafe import Markup
from odoo import fields, models
from odoo.tools import plaintext2html

#: The activity that an answer makes, by its kind.
ACTIVITIES = {"call_back": "mail.mail_activity_data_call"}


class CobranzaDebtor(models.Model):
    """What customers say: each answer waits for a person, and reminders wait with it."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    interaction_ids = fields.One2many("cobranza.interaction", "debtor_id", "Interactions")

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
        user_sudo = debtor_sudo._answerable_user(reminder_sudo)
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
        interaction_sudo._schedule(ACTIVITIES.get(kind, "mail.mail_activity_data_todo"))
        debtor_sudo._refresh_now()
        return interaction_sudo

    def _answerable_user(self, reminder):
        """Who looks after an answer of this customer; may be nobody."""
        return reminder.user_id or self.user_id or self.company_id.cobranza_user_id
