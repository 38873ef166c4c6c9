import re

from markupsafe import Markup
from odoo import models
from odoo.tools import html2plaintext


class CobranzaDebtor(models.Model):
    """Work for the collector when messages don't reach the customer."""

    # a file for each part
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    def _ask_for_address(self, reminder, addresses, answer, about_address):
        """Open an activity for the collector in charge, one however many messages failed.

        addresses: where they went. answer: what the mail server, or the operator, said.
        about_address: whether the addresses are of no use.
        """
        self.ensure_one()
        company = self.company_id
        debtor = self.with_context(lang=company._cobranza_lang())
        # the program calls for a person, whoever works off the queue
        debtor = debtor.sudo()
        kind = self.env.ref("cobranza_dunning.activity_type_undelivered")
        names = ", ".join(addresses)
        text = debtor._describe_failed(reminder.channel, names, answer, about_address)
        waiting = debtor.activity_ids.filtered(lambda one: one.activity_type_id == kind)
        if waiting:
            told = html2plaintext(waiting[0].note or "")
            if not all(_is_named(address, told) for address in addresses):
                waiting[0].note = (waiting[0].note or Markup()) + text
            return
        user = debtor._person_in_charge(reminder)
        debtor.activity_schedule(
            activity_type_id=kind.id,
            summary=debtor.env._("Messages don't arrive: %s", names),
            note=text,
            user_id=user.id or self.env.uid,
        )

    def _describe_failed(self, channel, addresses, answer, about_address):
        """What happened and what to do, as HTML."""
        if channel == "sms":
            advice = self.env._(
                "An SMS to %(numbers)s did not arrive. Check the number on the contact, or call "
                "the customer: the next run proposes the reminder again.",
                numbers=addresses,
            )
        elif about_address:
            advice = self.env._(
                "Mail to %(addresses)s comes back. Ask the customer for the right address and "
                "write it on the contact: reminders go there again. Until then they leave by the "
                "level's other channel, if it has one.",
                addresses=addresses,
            )
        else:
            advice = self.env._(
                "A reminder to %(addresses)s could not be sent. Look at what the mail server says, "
                "then send it again from the reminder, or call the customer.",
                addresses=addresses,
            )
        return Markup("<p>%s</p><p>%s</p>") % (advice, answer or "")


def _is_named(address, text):
    """Whether a text names this address or number, not only a longer one that contains it."""
    return re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w@-]|\.\w)", text)
