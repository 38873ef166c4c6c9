from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.mail import plaintext2html

from .arguments import to_amount
from .sql import take_turn


class CobranzaDebtor(models.Model):
    """What the customer agrees on with us on the page of his account.

    The same public methods as for everybody check and write it.  Each comes once from one page,
    is noted as an interaction, and is about nothing but what the page shows as his.
    """

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    # --- a promise ---------------------------------------------------------------------

    def _portal_promise(self, nonce, amount, date, currency_id):
        """Take the customer's word that he pays an amount by a day.

        amount: as he wrote it, in the currency with this id.  date: a day.
        Returns the cobranza.interaction.  Raises UserError, with what to do instead.
        """
        one = self._portal_chosen(currency_id)
        currency = one["currency"]
        amount = to_amount(self.env, amount, currency)
        office = self._portal_office()
        summary = office.env._(
            "Promises %(amount)s by %(date)s",
            amount=office._format_money(amount, currency),
            date=format_date(office.env, date) if date else "",
        )

        def write():
            interaction = self._portal_note(nonce, "promise", summary)
            self.env["cobranza.promise"].promise(
                self.partner_id.id,
                amount,
                date,
                line_ids=[line.item.id for line in one["lines"]],
                channel="portal",
                origin="portal",
                interaction_id=interaction.id,
                company_id=self.company_id.id,
            )
            return interaction

        return self._portal_once(nonce, "promise", summary, write)

    def _portal_chosen(self, currency_id):
        """What is payable in the currency that he chose; in the only one if he chose none."""
        payable = self._portal_payable(self._portal_lines())
        found = [one for one in payable if one["currency"].id == currency_id]
        if currency_id is None and len(payable) == 1:
            found = payable
        if not found:
            raise UserError(self._portal_nothing_to_pay())
        return found[0]

    # --- a dispute ---------------------------------------------------------------------

    def _portal_dispute(self, nonce, line_id, amount, reason_id, text, files):
        """Take down what the customer doesn't accept.

        line_id: of the page.  amount: as he wrote it; all that isn't disputed yet if left out.
        reason_id: a cobranza.dispute.reason.  text: his own words.  files: pairs (name, bytes).
        Returns the cobranza.interaction.  Raises UserError, with what to do instead.
        """
        line = next((one for one in self._portal_lines() if one.id == line_id), None)
        if not line or line.open_amount <= 0:
            raise UserError(self.env._("Choose the invoice that it is about."))
        reason = self._portal_reasons().filtered(lambda one: one.id == reason_id)
        if not reason:
            raise UserError(self.env._("Choose what is wrong."))
        if not amount:
            amount = line.currency.round(line.open_amount - line.disputed)
        amount = to_amount(self.env, amount, line.currency)
        office = self._portal_office()
        summary = office.env._(
            "Disputes %(amount)s of %(document)s: %(reason)s",
            amount=office._format_money(amount, line.currency),
            document=line.name,
            reason=reason.with_env(office.env).name,
        )

        def write():
            interaction = self._portal_note(
                nonce, "dispute", summary, plaintext2html(text) if text else None, move=line.move
            )
            self.env["cobranza.dispute"].raise_dispute(
                line.item.id,
                amount,
                reason.id,
                description=text,
                attachment_ids=files,
                origin="portal",
            )
            interaction._schedule("mail.mail_activity_data_todo")
            return interaction

        return self._portal_once(nonce, "dispute", summary, write)

    # --- more time, or installments ----------------------------------------------------

    def _portal_negotiate(self, offer):
        """Say what becomes of an offer to pay later; see `cobranza.plan.negotiate`."""
        plans = self.env["cobranza.plan"].with_company(self.company_id)
        return plans.negotiate(self.partner_id.id, offer, origin="portal")

    def _portal_propose(self, nonce, offer):
        """Make the plan of an offer that the customer has seen and agrees to.

        Returns (plan, answer): the cobranza.plan, and what `negotiate` says.  The plan is empty
        if the offer isn't acceptable any more; both are if this page was sent before.
        Raises UserError as `propose` does.
        """
        plans = self.env["cobranza.plan"].with_company(self.company_id)
        if self._portal_sent(nonce):
            return plans, None
        answer = self._portal_negotiate(offer)
        if answer["decision"] not in ("accept", "propose"):
            return plans, answer
        currency = self.env["cobranza.promise"]._find_currency(answer["currency"])
        office = self._portal_office()
        summary = office.env._(
            "Proposes to pay %s later",
            office._format_money(answer["amount"], currency),
        )
        made = []

        def write():
            interaction = self._portal_note(nonce, "pay_later", summary)
            proposed = plans.propose(self.partner_id.id, offer, origin="portal")
            made.append(proposed["plan_id"])
            return interaction

        self._portal_once(nonce, "pay_later", summary, write)
        return plans.browse(made), answer

    # --- once --------------------------------------------------------------------------

    def _portal_once(self, nonce, kind, summary, write):
        """As for every page; two at the same moment come one after the other.

        What may be agreed on depends on what was agreed on before.
        """
        take_turn(self)
        return super()._portal_once(nonce, kind, summary, write)

    def _portal_note(self, nonce, kind, summary, note=None, move=None):
        """Note what the customer did on his page; nothing waits for it to be handled."""
        return self.env["cobranza.interaction"]._log(
            [
                {
                    "debtor_id": self.id,
                    "direction": "in",
                    "channel": "portal",
                    "kind": kind,
                    "summary": summary,
                    "note": note,
                    "move_id": move.id if move else False,
                    "user_id": self._person_in_charge().id,
                    "portal_nonce": nonce,
                }
            ]
        )
