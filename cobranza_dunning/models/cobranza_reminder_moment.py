from odoo import models

from ..engine import contact
from .cobranza_debtor_contact import Ask
from .cobranza_reminder_handover import Obstacle


class CobranzaReminder(models.Model):
    """Whether this is a moment at which the customer may be written to."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    def _moment_again_obstacles(self):
        """The same for messages that are offered once more: they count as one contact."""
        return self._moment_obstacles(again=True)

    def _moment_obstacles(self, again=False, channel=None):
        """Reminders whose contact rule says "later" or "never"; every answer is registered.

        channel: what is asked about; each reminder's own if left out.
        """
        asks = [
            Ask(one.debtor_id, channel or one.channel, one.level_id.policy_id, one) for one in self
        ]
        answers = self.env["cobranza.debtor"]._check_contacts(asks, again=again)
        return {
            reminder.id: Obstacle(answer.sentence, answer.until)
            for reminder, answer in zip(self, answers, strict=True)
            if answer.outcome != contact.ALLOW
        }
