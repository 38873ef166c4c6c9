from odoo import models
from odoo.exceptions import UserError

from .links import open_link
from .notices import notice


class CobranzaDebtor(models.Model):
    """Call or write to a customer from his account, by phone, SMS or WhatsApp."""

    _name = "cobranza.debtor"
    _inherit = ["cobranza.debtor", "cobranza.by.hand.mixin"]

    def _contact(self, channel):
        """Ask the contact rule, log the contact and return what opens the link.

        A reminder that waits to be told this way is told, with its own text. Raises UserError
        if the customer has no number.
        """
        self.ensure_one()
        self.check_access("write")
        waiting = self.reminder_ids.filtered(
            lambda one: one.state == "approved" and one.channel == channel
        )
        if waiting:
            return waiting[0]._contact(channel)
        # whoever works on the account may know the customer's number
        number = self.partner_id.sudo()._cobranza_reachable("phone").phone_sanitized
        if not number:
            raise UserError(self.partner_id._cobranza_lack("phone"))
        refusal = self._contact_refusal(channel)
        if refusal:
            return notice(refusal, reload=True)
        text = self._greeting()
        self._log_contact(channel, number, text, self.partner_id)
        return open_link(channel, number, text)

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
