from odoo.exceptions import UserError
from odoo.http import request

from .portal_answer import CustomerAnswer

#: Who can't pay now says nothing of installments: what is asked after he has had more time.
THEN = 3


class CustomerAgreement(CustomerAnswer):
    """What a customer agrees on with us on the page of his account.

    Forms become plain values here; whether they can be agreed on is decided behind the models'
    public methods, as for everybody.
    """

    def _take_promise(self, page_sudo, nonce, form, texts):
        """An amount, and the day on which he pays it."""
        page_sudo._portal_promise(
            nonce,
            self._text(form, "amount"),
            self._day(form.get("date")),
            self._number(form, "currency_id"),
        )

    def _take_dispute(self, page_sudo, nonce, form, texts):
        """Which invoice, how much of it, and what is wrong."""
        page_sudo._portal_dispute(
            nonce,
            self._number(form, "line_id"),
            self._text(form, "amount"),
            self._number(form, "reason_id"),
            texts["text"],
            self._files(),
        )

    def _take_pay_later(self, page_sudo, nonce, form, texts):
        """How he would pay: what it comes to is shown, and made a plan once he agrees.

        Returns the answer for the page, or the address of the plan.
        """
        offer = self._offer(page_sudo, form)
        if not form.get("agreed"):
            return self._talk(page_sudo._portal_negotiate(offer), offer)
        plan_sudo, answer = page_sudo._portal_propose(nonce, offer)
        if plan_sudo:
            return self._address(plan_sudo, form.get("access_token"))
        return self._talk(answer, offer) if answer else None

    def _talk(self, answer, offer):
        """What the page shows of an answer to an offer."""
        currency = request.env["cobranza.promise"].sudo()._find_currency(answer["currency"])
        return {"talk": answer, "offer": offer, "talk_currency": currency}

    def _offer(self, page_sudo, form):
        """The offer that a form makes, as `cobranza.plan.negotiate` takes it.

        Raises UserError for what is none.
        """
        currency = page_sudo._portal_chosen(self._number(form, "currency_id"))["currency"]
        offer = {"currency": currency.name}
        how = form.get("how")
        if how == "day":
            day = self._day(form.get("until"))
            if not day:
                raise UserError(request.env._("Choose the day on which you can pay."))
            return {**offer, "until": day.isoformat()}
        if how == "now_nothing":
            return {**offer, "count": THEN, "cannot_pay_now": True}
        if how != "parts":
            raise UserError(request.env._("Choose how you would like to pay."))
        offer |= {
            "count": self._number(form, "count"),
            "period": self._text(form, "period"),
            "down_payment": self._amount(form, "down_payment"),
        }
        if form.get("first"):
            offer["first"] = self._day(form["first"]).isoformat()
        return offer

    def _number(self, form, name):
        """A whole number of the form, None if it is empty. Raises UserError for what is none."""
        text = self._text(form, name)
        if text and not (text.isascii() and text.isdecimal()):
            raise UserError(request.env._("Please reload the page and send the form again."))
        return int(text) if text else None

    def _amount(self, form, name):
        """An amount of the form as a number, None if it is empty. Raises UserError otherwise."""
        text = self._text(form, name)
        try:
            return float(text) if text else None
        except ValueError as error:
            raise UserError(
                request.env._("“%s” isn't an amount: write it as 1234.50.", text)
            ) from error
