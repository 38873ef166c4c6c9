from odoo import models


class ByHandMixin(models.AbstractModel):
    """What a person opens by a button: a chat, a call, a text message."""

    _name = "cobranza.by.hand.mixin"
    _description = "Contact by hand"

    def action_whatsapp(self):
        """Open the chat with the prepared text; returns the action for the browser."""
        return self._contact("whatsapp")

    def action_call(self):
        """Dial the number; returns the action for the phone."""
        return self._contact("phone")

    def action_text_message(self):
        """Open the phone's own app for SMS with the prepared text."""
        return self._contact("sms")

    def _contact(self, channel):
        """Check whether this contact may be made now, log it, return the action that opens it.

        channel: "whatsapp", "phone" or "sms".
        """
        raise NotImplementedError
