from odoo import models
from odoo.exceptions import UserError

from .links import open_link
from .notices import notice


class CobranzaDebtor(models.Model):
    """Call or write to a customer from his account, by phone, SMS or WhatsApp."""

    _name = "cobranza.debtor"
    _inherit = ["cobranza.debtor", "cobranza.by.hand.mixin"]

    def _contact(self, channel, contact=None):
        """Ask the contact rule, log the contact and return what opens the link.

        contact: whom to reach; if left out, whom a reminder that waits to be told this way is
        for, or else the customer himself.  That reminder is told with its own text, and only to
        whom it is for. Raises UserError if there is no number.
        """
        self.ensure_one()
        self.check_access("write")
        waiting = self._reminder_to_tell(channel)
        if waiting and contact in (None, waiting.recipient_id):
            return waiting._contact(channel)
        contact = contact or self.partner_id
        # whoever works on the account may know the customer's number
        number = contact.sudo()._cobranza_reachable("phone").phone_sanitized
        if not number:
            raise UserError(contact._cobranza_lack("phone"))
        refusal = self._contact_refusal(channel)
        if refusal:
            return notice(refusal, reload=True)
        text = self._greeting()
        self._log_contact(channel, number, text, contact)
        return open_link(channel, number, text)

    def _reminder_to_tell(self, channel):
        """Return a reminder to this customer that waits to be told this way; may be none."""
        return self.reminder_ids.filtered(lambda one: one._waits_for(channel))[:1]

    def _greeting(self):
        """How a message begins that a person goes on writing; no amounts: who reads isn't known."""
        lang = self.partner_id.lang or self.company_id._cobranza_lang()
        env = self.with_context(lang=lang).env
        return env._(
            "Hello, this is %(person)s of %(company)s.",
            person=self.env.user.name,
            company=self.company_id.name,
        )

    def _contact_refusal(self, channel):
        """Why the customer may not be contacted this way now, as a sentence; False if he may."""
        answer = self._check_contact(channel)
        return not answer.allowed and answer.sentence

    def _log_contact(self, channel, number, text, contact, reminder=None):
        """The use of a link is an outgoing interaction, whatever comes of it.

        text: what was prepared to be said. contact: the partner. reminder: what it is about.
        """
        summaries = {
            "whatsapp": self.env._("Chat opened with %s", number),
            "sms": self.env._("Text message opened to %s", number),
            "phone": self.env._("Called %s", number),
        }
        self.env["cobranza.interaction"]._log(
            [
                {
                    "debtor_id": self.id,
                    "contact_id": contact.id,
                    "reminder_id": reminder.id if reminder else False,
                    "channel": channel,
                    "direction": "out",
                    "summary": summaries[channel],
                    "note": text,
                }
            ]
        )
