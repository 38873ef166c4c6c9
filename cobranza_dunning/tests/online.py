"""Online payments in tests: Odoo's own transactions, with a provider that needs nobody else."""

from odoo import Command
from odoo.tools import mute_logger


class OnlineMixin:
    """A company with an online payment provider, and what the payment form of a page asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method = cls.env.ref("payment.payment_method_unknown")
        redirect = cls.env["ir.ui.view"].create(
            {"name": "Redirect", "type": "qweb", "arch": "<form action='there' method='post'/>"}
        )
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Online",
                "code": "none",
                "state": "test",
                "is_published": True,
                "company_id": cls.company.id,
                "journal_id": cls.accounts["journals"]["bank"].id,
                "redirect_form_view_id": redirect.id,
                "payment_method_ids": [Command.set(cls.method.ids)],
            }
        )
        cls.method.active = True
        incoming = cls.accounts["with_entry"]["inbound"]
        incoming.copy({"name": "Online", "payment_provider_id": cls.provider.id})

    def ask(self, record, amount, line=None, currency=None, token=None, **values):
        """Start a payment as the payment form does; returns the server's answer."""
        currency = currency or self.company.currency_id
        part = f"line/{line.id}" if line else f"currency/{currency.id}"
        params = {
            "access_token": record.access_token if token is None else token,
            "amount": amount,
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "flow": "redirect",
            "tokenization_requested": False,
            "landing_route": "https://elsewhere.example.com",
            "is_validation": False,
            **values,
        }
        with mute_logger("odoo.http"):
            return self.url_open(
                f"{record.access_url}/transaction/{part}", json={"params": params}
            ).json()

    def start(self, *args, **kwargs):
        """Start a payment; returns the transaction."""
        answer = self.ask(*args, **kwargs)
        self.assertNotIn("error", answer)
        return self.env["payment.transaction"].sudo().search(
            [("reference", "=", answer["result"]["reference"])]
        )

    def assertNotStarted(self, message, *args, **kwargs):
        before = self.env["payment.transaction"].sudo().search_count([])
        answer = self.ask(*args, **kwargs)
        self.assertIn(message, answer["error"]["data"]["message"])
        self.assertEqual(self.env["payment.transaction"].sudo().search_count([]), before)
