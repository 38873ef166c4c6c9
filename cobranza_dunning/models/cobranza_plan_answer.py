from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import installments, negotiation
from .amounts import format_money, to_rate
from .negotiation_texts import MISTAKES, PERIODS, sentences


class CobranzaPlan(models.Model):
    """What is answered to an offer to pay later: days, amounts and counter-offers, in words."""

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    def _say(self, talk):
        """The answer to an offer as plain values; see `negotiate`."""
        offered = {}
        if talk.answer.decision in (negotiation.ACCEPT, negotiation.PROPOSE):
            offered = self._calendar_values(talk, talk.answer.offer)
        return {
            "decision": talk.answer.decision,
            "reasons": list(talk.answer.reasons),
            "sentences": sentences(self.env, talk.answer.reasons, talk.origin == "portal"),
            "amount": float(talk.situation.amount),
            "currency": talk.currency.name,
            "installments": [],
            "interest": 0.0,
            **offered,
            "counter_offers": [
                {
                    **self._offer_values(talk, counter),
                    **self._calendar_values(talk, counter),
                    "text": self._offer_text(talk, counter),
                }
                for counter in talk.answer.counter_offers
            ],
        }

    def _offer_values(self, talk, offer):
        """An offer as `negotiate` takes it, about the same lines."""
        values = {"lines": [line.id for line in talk.amounts]}
        if offer.is_extension:
            return {**values, "until": fields.Date.to_string(offer.until)}
        values |= {"count": offer.count, "period": offer.period}
        if offer.first:
            values["first"] = fields.Date.to_string(offer.first)
        if offer.down_payment:
            values["down_payment"] = float(offer.down_payment)
        return values

    def _calendar_values(self, talk, offer):
        """The days and amounts of an offer, and its interest, as plain values."""
        calendar = self._calendar_of(talk, offer)
        return {
            "installments": [
                {"date_due": fields.Date.to_string(one.due), "amount": float(one.amount)}
                for one in calendar
            ],
            "interest": float(
                installments.financing_interest(
                    calendar,
                    talk.situation.today,
                    to_rate(talk.debtor._plan_terms()["interest_rate"]),
                    talk.currency.decimal_places,
                    [
                        (line.date_maturity or line.date, amount)
                        for line, amount in talk.amounts.items()
                    ],
                )
            ),
        }

    def _calendar_of(self, talk, offer):
        """The Installments of an offer, on days that suit the debtor.

        Raises UserError, with what is to be corrected, for an offer that comes to none.
        """
        try:
            return negotiation.calendar_of(offer, talk.situation)
        except ValueError as error:
            (code,) = error.args
            correction = self.env._(MISTAKES[code])
            raise UserError(correction % {"most": installments.MOST}) from error

    def _offer_text(self, talk, offer):
        """An offer in words, as they stand on its button."""
        calendar = self._calendar_of(talk, offer)

        def money(amount):
            own = talk.debtor.currency_id
            return format_money(self.env, amount, talk.currency, own)

        if offer.is_extension:
            return self.env._(
                "%(amount)s on %(date)s",
                amount=money(talk.situation.amount),
                date=format_date(self.env, calendar[0].due),
            )
        later = calendar[1:] if offer.down_payment else calendar
        if len(later) == 1:
            text = self.env._(
                "%(amount)s on %(date)s",
                amount=money(later[0].amount),
                date=format_date(self.env, later[0].due),
            )
        else:
            several = self.env._(PERIODS[offer.period])
            text = several % {"count": len(later), "amount": money(later[0].amount)}
        if not offer.down_payment:
            return text
        return self.env._(
            "%(amount)s now and %(rest)s", amount=money(offer.down_payment), rest=text
        )
