from odoo import models


class MailActivity(models.Model):
    """Whoever ticks off the work that an answer made has handled the answer."""

    _inherit = "mail.activity"

    def _action_done(self, *args, **kwargs):
        """Mark as done, and with it the answers of customers that these activities are about.

        An activity that is only cancelled, or done by somebody who may not handle answers, leaves
        them waiting.
        """
        interactions = self.env["cobranza.interaction"]
        if not interactions.has_access("write"):
            return super()._action_done(*args, **kwargs)
        answers = interactions.search([("activity_id", "in", self.ids), ("waiting", "=", True)])
        result = super()._action_done(*args, **kwargs)
        if answers:
            answers.action_handled()
        return result
