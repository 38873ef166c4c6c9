from math import isfinite
from uuid import uuid4

from odoo import http
from odoo.addons.account_payment.controllers.payment import PaymentPortal as InvoicePayment
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from .portal_page import CustomerPage

#: The beginning of the addresses of whatever a customer pays; see `PAGES`.
ROUTE = '/my/<any("reminders", "account-balance", "plans"):page>/<int:page_id>'


class CustomerPayment(CustomerPage, PortalAccount, InvoicePayment):
    """Paying what is open: Odoo's own payment form.

    It is for one line, for a currency's total, or for the installment of a plan.
    What is paid is decided here again when the payment starts; the page may be hours old.
    """

    @http.route(f"{ROUTE}/pay", type="http", auth="public", website=True)
    def cobranza_page_pay(
        self, page, page_id, currency_id=None, line_id=None, access_token=None, **kwargs
    ):
        """Show Odoo's payment form."""
        currency_id, line_id = self._cast_as_int(currency_id), self._cast_as_int(line_id)
        try:
            page_sudo = self._page_sudo(page, page_id, access_token)
        except (AccessError, MissingError):
            return self._turn_away()
        link = self._link(page_sudo, access_token)
        try:
            moves_sudo, currency, parts = page_sudo._portal_to_pay(currency_id, line_id)
        except UserError:
            return request.redirect(link())
        amount = _total(currency, parts)
        part = f"line/{line_id}" if line_id else f"currency/{currency.id}"
        values = self._get_common_page_view_values(
            {
                "partner": page_sudo.partner_id,
                "company": page_sudo.company_id,
                "total_amount": amount,
                "currency": currency,
                "amount_residual": amount,
                "landing_route": link(),
                "transaction_route": f"{page_sudo.access_url}/transaction/{part}",
            },
            access_token=access_token,
        )
        if not _is_own(page_sudo):
            # whoever has the link isn't the one who saved a card, nor is his card the customer's
            values["tokens_sudo"] = values["tokens_sudo"].browse()
            values["show_tokenize_input_mapping"] = dict.fromkeys(
                values["show_tokenize_input_mapping"], False
            )
        return request.render(
            "cobranza_dunning.portal_reminder_pay",
            {
                **values,
                "record": page_sudo,
                "company": page_sudo.company_id,
                "moves": moves_sudo,
                "amount": amount,
                "link": link,
                "money": page_sudo._format_money,
            },
        )

    @http.route(
        [
            f"{ROUTE}/transaction/line/<int:line_id>",
            f"{ROUTE}/transaction/currency/<int:currency_id>",
        ],
        type="jsonrpc",
        auth="public",
    )
    def cobranza_page_transaction(
        self, page, page_id, access_token=None, currency_id=None, line_id=None, amount=None,
        **kwargs,
    ):  # fmt: skip
        """Start the payment and return what the provider's form needs; see account_payment.

        Raises ValidationError with a wrong token or if another amount is open now than the page
        showed, UserError with nothing to pay.
        """
        try:
            page_sudo = self._page_sudo(page, page_id, access_token)
        except (AccessError, MissingError) as error:
            raise ValidationError(request.env._("The access token is invalid.")) from error
        self._validate_transaction_kwargs(kwargs)
        moves_sudo, currency, parts = page_sudo._portal_to_pay(currency_id, line_id)
        open_amount = _total(currency, parts)
        if currency.compare_amounts(_number(amount), open_amount):
            raise ValidationError(
                request.env._("What is to pay has changed: go back to the overview, please.")
            )
        # whoever pays by a customer's link pays the customer's debt, with no card that is saved
        payer_sudo = page_sudo.partner_id
        if _is_own(page_sudo):
            payer_sudo = request.env.user.partner_id
        elif kwargs.get("flow") == "token":
            raise ValidationError(request.env._("Log in to pay with a saved payment method."))
        else:
            kwargs["tokenization_requested"] = False
        kwargs |= {
            "amount": open_amount,
            "is_validation": False,
            "landing_route": self._link(page_sudo, access_token)(thanks="paid"),
        }
        # a reference of Odoo's own making: the invoices' numbers, cut where there are many
        reference = None if len(moves_sudo) <= 3 else f"{moves_sudo[0].name}-{uuid4().hex[:6]}"
        started = self._process_transaction(
            payer_sudo.id, currency.id, moves_sudo.ids, reference, **kwargs
        )
        transaction_sudo = request.env["payment.transaction"].sudo().search(
            [("reference", "=", started["reference"])]
        )
        transaction_sudo.cobranza_parts = [
            (item.id, amount, item.move_id.id) for item, amount in parts
        ]
        return started


def _is_own(page_sudo):
    """Whether the visitor is logged in, and one of the customer's own people."""
    visitor = request.env.user
    return not visitor._is_public() and (
        visitor.partner_id.commercial_partner_id == page_sudo.partner_id
    )


def _total(currency, parts):
    """What is paid of all due lines together."""
    return currency.round(sum(amount for _item, amount in parts))


def _number(value):
    """The amount that a page sends; 0 for what is none, which is never to be paid."""
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        return 0.0
    return number if isfinite(number) else 0.0
