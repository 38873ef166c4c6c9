from odoo import api, models
from odoo.exceptions import UserError

from ..engine import dunning, grouping, routing
from ..engine.escalation import because


class CobranzaReminder(models.Model):
    """A reminder to look at: what a customer would read, whether or not it is time for it."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _sample(self, debtor, level, lang):
        """Make a cancelled reminder of all that is open of a debtor; the caller rolls back.

        level: the cobranza.policy.level whose words are tried out.
        lang: code of the language it is rendered in.
        Raises UserError if nothing is open, or all of it is paused or covered by credits.
        """
        ready = because("level_reached", level._to_engine())._replace(channel=level.channel)
        assessed = debtor._assess().get(debtor.id, [])
        found = [one for one in dunning.recipients(assessed, level.kind) if one.partner_id]
        # nobody is decided for what isn't ready: then whom its kind goes to, or the customer
        usual = found[0] if found else routing.Recipient(debtor.partner_id.id, None)
        lines = [_as_if_sent(one, ready, usual) for one in assessed if one.position.chaseable > 0]
        letters = grouping.group(lines)[:1]
        if not letters:
            raise UserError(
                self.env._("There is nothing to ask this customer for: choose another one.")
            )
        run = self.env["cobranza.run"].create(
            {"company_id": debtor.company_id.id, "debtor_ids": debtor.ids}
        )
        self.env["cobranza.run.line"]._insert(run, lines)
        # not open: the customer may have an open one already
        sample = self._create_for(run, letters, state="cancelled", lang=lang)
        self.env["cobranza.reminder.line"]._insert_from_run(run, sample, letters)
        sample._refresh_totals()
        return sample


def _as_if_sent(one, decision, usual):
    """The Assessed with another decision; an invoice that nobody sent yet serves as well.

    usual: the routing.Recipient where none is decided.
    """
    item = one.item._replace(sent=True, no_followup=False)
    recipient = one.recipient if one.recipient and one.recipient.partner_id else usual
    position = one.position._replace(item=item)
    return one._replace(position=position, decision=decision, recipient=recipient)
