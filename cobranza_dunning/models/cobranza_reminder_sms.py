from odoo import api, models
from odoo.fields import Command, Domain

from .cobranza_reminder_handover import Obstacle

#: Odoo's notification statuses for an SMS, where they mean something else than for an e-mail:
#: "pending" was taken by the operator, "process" is on its way to him.  "process" with a failure
#: is what he was asked about and didn't answer: not confirmed, as for an e-mail.
SMS_DELIVERY = {"pending": "delivered", "process": "queued"}

#: What the operator's word means in the ledger of attempts; the others say nothing new.
SMS_RESULT = {
    "process": "accepted",
    "pending": "accepted",
    "sent": "accepted",
    "bounce": "bounced",
    "exception": "refused",
    "canceled": "cancelled",
}


class CobranzaReminder(models.Model):
    """Reminders by SMS, through Odoo's own queue; what became of them is read back from it."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    def _deliver_sms(self):
        """Put one SMS per reminder into Odoo's queue."""
        # the queue is the system's; what this user may send is decided by the reminder's state
        messages_sudo = self.env["mail.message"].sudo().create(
            [one._sms_message_vals() for one in self]
        )
        sms_sudo = self.env["sms.sms"].sudo().create(
            [
                reminder._sms_vals(message)
                for reminder, message in zip(self, messages_sudo, strict=True)
            ]
        )
        self.env["mail.notification"].sudo().create(
            [
                {
                    "author_id": sms.mail_message_id.author_id.id,
                    "mail_message_id": sms.mail_message_id.id,
                    "res_partner_id": sms.partner_id.id,
                    "notification_type": "sms",
                    "notification_status": "ready",
                    "sms_number": sms.number,
                    "sms_id_int": sms.id,
                    "sms_tracker_ids": [Command.create({"sms_uuid": sms.uuid})],
                    "is_read": True,
                }
                for sms in sms_sudo
            ]
        )
        quiet = self.with_context(tracking_disable=True)._gated()
        for reminder, message in zip(quiet, messages_sudo, strict=True):
            reminder.write({"mail_message_id": message.id})

    @api.model
    def _by_sms_message(self, messages):
        """Return {message: the reminder (sudo) whose own SMS it is} of those that are one's.

        Another SMS about a reminder is none of them.
        """
        # queue and reports are the system's: whoever works them off need not see the reminders
        reminders_sudo = self.sudo().search(
            [("mail_message_id", "in", messages.ids), ("channel", "=", "sms")]
        )
        return reminders_sudo.grouped("mail_message_id")

    def _send_sms_again(self):
        """Put these SMS into the queue once more, with a new attempt each."""
        # the queue, what is told of it and the ledger are the system's
        queue_sudo = self.env["sms.sms"].sudo()
        messages_sudo = self.mail_message_id.sudo()
        found = queue_sudo.search([("mail_message_id", "in", messages_sudo.ids)])
        by_message = found.grouped("mail_message_id")
        for reminder in self:
            sms_sudo = by_message.get(reminder.mail_message_id, queue_sudo)[:1]
            sms_sudo = sms_sudo or reminder._new_sms()
            sms_sudo.write(
                {
                    "number": reminder.phone_number,
                    "state": "outgoing",
                    "failure_type": False,
                    "to_delete": False,
                    "cobranza_not_before": False,
                }
            )
            reminder.mail_message_id.sudo().notification_ids.sms_number = reminder.phone_number
        messages_sudo.notification_ids.write(
            {"notification_status": "ready", "failure_type": False, "failure_reason": False}
        )
        self.sudo()._set_leaving()
        self.env["cobranza.attempt"].sudo()._record(self.sudo(), again=True)

    def _new_sms(self):
        """An SMS of the message whose SMS somebody deleted; the message itself can't be."""
        message_sudo = self.mail_message_id.sudo()
        sms_sudo = self.env["sms.sms"].sudo().create(self._sms_vals(message_sudo))
        message_sudo.notification_ids.write(
            {
                "sms_id_int": sms_sudo.id,
                "sms_tracker_ids": [Command.create({"sms_uuid": sms_sudo.uuid})],
            }
        )
        return sms_sudo

    def _sms_vals(self, message):
        self.ensure_one()
        return {
            "number": self.phone_number,
            "body": self.text_short,
            "partner_id": self.recipient_id.id,
            "mail_message_id": message.id,
        }

    def _sms_message_vals(self):
        self.ensure_one()
        return {
            "body": self.text_short,
            "author_id": self._signer_sudo().id,
            "model": self._name,
            "res_id": self.id,
            # whose operator it leaves through
            "record_company_id": self.company_id.id,
            "record_name": self.partner_id.display_name,
            "message_type": "sms",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
        }

    def _receive_sms_status(self, status, answer):
        """Write down what the operator says of these SMS; what fails is work for a person.

        status: a code of Odoo's notifications. answer: its words, if any.
        """
        result = SMS_RESULT.get(status)
        last = self._last_attempts().filtered(lambda one: one.result != result)
        if not result or not last:
            return
        last._set_result(result, answer)
        reminders = last.reminder_id.with_env(self.env)
        if result in ("bounced", "refused"):
            reminders._undelivered(answer, about_address=result == "bounced")
        reminders.debtor_id._refresh_now()

    def _number_obstacles(self):
        """SMS to numbers at which the last one could not arrive: a person looks at them first."""
        by_sms = self.filtered(lambda one: one.channel == "sms" and one.phone_number)
        if not by_sms:
            return {}
        # the ledger is the program's; what it says of a number holds for whoever sends
        attempts_sudo = self.env["cobranza.attempt"].sudo().search(
            [
                ("channel", "=", "sms"),
                ("address", "in", by_sms.mapped("phone_number")),
                ("result", "in", ("accepted", "bounced")),
            ],
            order="id",
        )
        last = {one.address: one.result for one in attempts_sudo}
        return {
            reminder.id: Obstacle(
                self.env._(
                    "SMS to %(number)s don't arrive: write the right number on %(contact)s, or "
                    "call.",
                    number=reminder.phone_number,
                    contact=reminder.recipient_id.display_name,
                )
            )
            for reminder in by_sms
            if last.get(reminder.phone_number) == "bounced"
        }

    def _compute_delivery(self):
        """Read what became of the messages; an SMS's statuses have meanings of their own."""
        super()._compute_delivery()
        by_sms = self.filtered(lambda one: one.channel == "sms" and one.mail_message_id)
        if not by_sms:
            return
        notifications_sudo = self.env["mail.notification"].sudo().search(
            [("mail_message_id", "in", by_sms.mail_message_id.ids)]
        )
        by_message = notifications_sudo.grouped("mail_message_id")
        for reminder in by_sms:
            found = by_message.get(reminder.mail_message_id, notifications_sudo.browse())[:1]
            status = found.notification_status
            if status == "process" and found.failure_type:
                reminder.delivery_error = self.env._(
                    "The operator didn't confirm it: it may have arrived or not. Ask the customer "
                    "before you write again."
                )
            elif status in SMS_DELIVERY:
                reminder.delivery = SMS_DELIVERY[status]
                reminder.delivery_error = False

    @api.model
    def _search_delivery(self, operator, value):
        """Search as `_compute_delivery` reads."""
        found = super()._search_delivery(operator, value)
        if found is NotImplemented:
            return found
        wanted = [status for status, name in SMS_DELIVERY.items() if name in value]
        different, by_sms = self._with_sms_status(SMS_DELIVERY), self._with_sms_status(wanted)
        return (found & ~different) | by_sms

    def _with_sms_status(self, statuses):
        """Domain of reminders by SMS with one of these statuses that has its own meaning."""
        answered = Domain("notification_status", "!=", "process") | Domain(
            "failure_type", "=", False
        )
        return Domain("channel", "=", "sms") & self._with_notification(
            Domain("notification_status", "in", list(statuses)) & answered
        )

    def _sms_arrived(self, answer):
        """A person says that these SMS arrived."""
        # the queue and what is told of it are the system's
        by_sms_sudo = self.filtered(lambda one: one.channel == "sms").sudo()
        messages_sudo = by_sms_sudo.mail_message_id
        messages_sudo.notification_ids.write(
            {"notification_status": "sent", "failure_type": False, "failure_reason": False}
        )
        sms_sudo = self.env["sms.sms"].sudo().search([("mail_message_id", "in", messages_sudo.ids)])
        sms_sudo.write({"state": "sent"})
        by_sms_sudo._receive_sms_status("sent", answer)
