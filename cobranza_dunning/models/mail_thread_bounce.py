from odoo import api, models
from odoo.tools import html2plaintext

from ..engine import retries


class MailThread(models.AbstractModel):
    """Reports of mail servers about reminders: Odoo takes every one of them for a bounce."""

    # a file for each part
    _inherit = "mail.thread"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Handle a report; about a reminder, only one that says it didn't arrive counts."""
        message = message_dict.get("bounced_message")
        # the gateway reads mails for everybody
        reminders_sudo = self.env["cobranza.reminder"].sudo()
        domain = [("mail_message_id", "in", message.ids if message else [])]
        reminder_sudo = reminders_sudo.search(domain, limit=1)
        kind, action, status, address = _read_report(email_message)
        text = html2plaintext(message_dict.get("body") or "").strip()
        status = status or retries.read_status(text)
        said = retries.judge_report(kind, action, status)
        if not reminder_sudo:
            if message and said == retries.FOR_GOOD and retries.is_about_address(status):
                self.env["cobranza.interaction"]._courtesy_of(message)._address_failed(
                    address, text
                )
            return super()._routing_handle_bounce(email_message, message_dict)
        if said is None:
            return reminder_sudo._receive_report(kind, action, text)
        result = super()._routing_handle_bounce(email_message, message_dict)
        reminder_sudo._receive_bounce(address, text, status, for_good=said == retries.FOR_GOOD)
        return result


def _read_report(email_message):
    """Return (type of the report, action, status, recipient); "" for what it doesn't say."""
    kind = ""
    if email_message.get_content_type() == "multipart/report":
        kind = (email_message.get_param("report-type") or "").lower()
    for part in email_message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        # the first block is about the message, the others about a recipient each
        for block in part.get_payload()[1:]:
            action = (block.get("Action") or "").strip().lower()
            status = retries.read_status(str(block.get("Status") or ""))
            recipient = str(block.get("Final-Recipient") or "").rpartition(";")[2].strip()
            return kind, action, status, recipient
    return kind, "", "", ""
