import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq, email_normalize, email_split, hmac
from odoo.tools.mail import email_split_tuples, formataddr

from .cobranza_reminder_handover import Obstacle

#: What an answer address of its own carries behind the plus sign: reminder and proof.
TOKEN = re.compile(r"\+cr(\d{1,9})-([0-9a-f]{16})$")

#: Days in which a mail without any reference is taken for an answer to the last reminder.
RECENT = 90


class CobranzaReminder(models.Model):
    """Answers to a reminder: how they find it, and that they hold back what would follow."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    interaction_ids = fields.One2many("cobranza.interaction", "reminder_id", "Interactions")
    answer_waiting = fields.Boolean(related="debtor_id.answer_waiting")
    answer_text = fields.Char(related="debtor_id.answer_text")

    # --- how an answer finds its reminder ------------------------------------------------

    def _reply_addresses(self):
        """Return {reminder id: address for answers}: one of its own where the company wants it."""
        addresses = super()._reply_addresses()
        for reminder in self:
            domain = reminder.company_id.alias_domain_id
            name, address = (email_split_tuples(addresses[reminder.id] or "") or [("", "")])[0]
            if reminder.company_id.cobranza_reply_token and address == domain.catchall_email:
                own = reminder._own_address(domain.catchall_alias, domain.name)
                addresses[reminder.id] = formataddr((name, own))
        return addresses

    def _own_address(self, local, domain):
        return f"{local}+cr{self.id}-{self._reply_token()}@{domain}"

    def _reply_token(self):
        """Proof that an address was made here: nobody writes to a reminder by counting."""
        return hmac(self.env(su=True), "cobranza_dunning-reply", self.id)[:16]

    @api.model
    def _find_answered(self, message_dict):
        """The sent reminder that a mail without a known reference answers; empty if none.

        message_dict: as Odoo's mail gateway parsed the mail.
        """
        for address in email_split(message_dict["recipients"]):
            found = TOKEN.search(address.lower().partition("@")[0])
            if found:
                reminder = self.browse(int(found[1])).exists()
                if reminder and consteq(reminder._reply_token(), found[2]):
                    return reminder
        if self._detect_write_to_catchall(message_dict):
            return self._last_sent_to(message_dict["email_from"], message_dict["to"])
        return self.browse()

    @api.model
    def _last_sent_to(self, email, to):
        """The last recent reminder that was sent to an address; empty if none.

        to: where the answer goes: what is written to one company is no other's business.
        """
        address = email_normalize(email)
        recipients = self.env["res.partner"].search([("email_normalized", "=", address or "?")])
        since = fields.Date.today() - timedelta(days=RECENT)
        written_to = {email_normalize(one) for one in email_split(to)}
        domains = self.env["mail.alias.domain"].search([])
        domains = domains.filtered(lambda one: one.catchall_email in written_to)
        return self.search(
            [
                ("recipient_id", "in", recipients.ids),
                ("state", "=", "sent"),
                ("sent_date", ">=", since),
                ("company_id.alias_domain_id", "in", domains.ids),
            ],
            order="sent_at desc, id desc",
            limit=1,
        )

    def action_view_waiting(self):
        """Open the answers of the customer that wait."""
        return self.debtor_id.action_view_waiting()

    # --- what it does ----------------------------------------------------------------------

    def _receive_answer(self, message, kind):
        """Write down a mail that arrived; see cobranza.debtor._receive_answer."""
        self.ensure_one()
        self.debtor_id._receive_answer(message, kind, reminder=self)

    def _log_answer(
        self, summary, channel="email", note=None, attachments=(), kind=None, contact=None, **vals
    ):
        """Write down an answer to this reminder; see cobranza.debtor._log_answer."""
        self.ensure_one()
        debtor_sudo = self.debtor_id.sudo()
        return debtor_sudo._log_answer(
            summary, channel, note, attachments, kind, contact, reminder=self, **vals
        )

    def _person_in_charge(self):
        """Who looks after what there is to do about this reminder; may be nobody."""
        return self.debtor_id._person_in_charge(self)

    def _answer_obstacles(self):
        """Reminders to customers who wrote and whom nobody has looked after yet."""
        return {
            # not the reminder's own fields: a refresh in SQL doesn't empty their cache
            reminder.id: Obstacle(reminder.debtor_id.answer_text)
            for reminder in self
            if reminder.debtor_id.answer_waiting
        }
