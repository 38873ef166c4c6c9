from odoo import api, models

from ..engine import answers

#: Models whose threads customers answer.
ANSWERED = ("cobranza.reminder", "cobranza.debtor")


class MailThread(models.AbstractModel):
    """Incoming mail: what answers a reminder reaches it, and is written down as an answer."""

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Find the record that a mail is for.

        A mail that lost its reference to what it answers finds its reminder by the address it
        was written to, or, written to the address of all answers, by who wrote it.
        """
        if not message_dict.get("is_bounce") and not message_dict.get("parent_id"):
            reminder = self.env["cobranza.reminder"].sudo()._find_answered(message_dict)
            if reminder:
                self._routing_reset_bounce(message, message_dict)
                user = self._mail_find_user_for_gateway(message_dict["email_from"])
                route = (reminder._name, reminder.id, custom_values, user.id or self.env.uid, None)
                return [self._routing_check_route(message, message_dict, route)]
        message_dict = self._cobranza_with_reference(message_dict)
        return super().message_route(message, message_dict, model, thread_id, custom_values)

    @api.model
    def _cobranza_with_reference(self, message_dict):
        """The mail with what it answers among its references, where that is a message of ours.

        Odoo looks for the thread in References alone if there are any; RFC 5322 has programs put
        In-Reply-To there, and some keep only their own.
        """
        answered = self.env["mail.message"].sudo().browse(message_dict.get("parent_id") or [])
        if answered.model not in ANSWERED:
            return message_dict
        references = f"{message_dict['references']} {answered.message_id}"
        return {**message_dict, "references": references}

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Put a mail on the records it is for; on ours it is an answer, or an automatic one."""
        message_id = message_dict["message_id"]
        kind = answers.classify(message.items(), message_dict.get("subject"))
        result = super()._message_route_process(message, message_dict, routes)
        for model, thread_id, *_route in routes or ():
            if model in ANSWERED and thread_id:
                # the gateway's user may be anybody; a customer's answer is written down anyway
                record_sudo = self.env[model].sudo().browse(thread_id)
                posted = record_sudo.message_ids.filtered(lambda one: one.message_id == message_id)
                if posted:
                    record_sudo._receive_answer(posted[:1], kind)
        return result
