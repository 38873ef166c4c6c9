from odoo import models

from .sms_sms import UNANSWERED


class SmsTracker(models.Model):
    """What an operator says of the SMS of a reminder is written to its ledger of attempts, too."""

    _inherit = "sms.tracker"

    def _update_sms_notifications(
        self, notification_status, failure_type=False, failure_reason=False
    ):
        """Update the notifications; tell the reminders whose they are.

        That the operator didn't answer says nothing: it was written down before he was asked.
        """
        messages = self.mail_notification_id.mail_message_id
        ours = self.env["cobranza.reminder"]._by_sms_message(messages)
        if failure_type == UNANSWERED:
            self = self.filtered(
                lambda one: one.mail_notification_id.mail_message_id not in ours
            )
        result = super()._update_sms_notifications(
            notification_status, failure_type=failure_type, failure_reason=failure_reason
        )
        # what Odoo did not take over, such as a late "sent for now", says nothing
        told = self.mail_notification_id.filtered(
            lambda one: one.notification_status == notification_status
        )
        for notification in told.filtered(lambda one: one.mail_message_id in ours):
            reminder_sudo = ours[notification.mail_message_id]
            if notification_status == "process":
                # he answered, and works on it
                notification.failure_type = False
            reminder_sudo._receive_sms_status(
                notification_status,
                failure_type and (failure_reason or notification.format_failure_reason()),
            )
        return result
