from base64 import b64encode

from odoo import models
from odoo.tools.image import image_data_uri
from reportlab.graphics.barcode import createBarcodeDrawing

#: A transfer's message has room for so many characters (SEPA).
COMMUNICATION = 140


class CobranzaPortalPage(models.AbstractModel):
    """What a customer's page says about paying by transfer."""

    # a file for each part
    _inherit = "cobranza.portal.page"  # pylint: disable=consider-merging-classes-inherited

    def _portal_transfers(self, lines):
        """How each currency's total is paid by transfer: a list of dicts, the accounts' order.

        account: the res.partner.bank of the invoices, or the company's first. A code to scan
        comes with it where Odoo has one for this account and currency (SEPA: euros only).
        """
        by_account = {}
        for line in lines:
            account = line.move.partner_bank_id or self.company_id.bank_ids[:1]
            if account and line.to_pay > 0 and self._portal_asks(line):
                by_account.setdefault((account, line.currency), []).append(line)
        return [
            self._portal_transfer(account, currency, paid)
            for (account, currency), paid in by_account.items()
        ]

    def _portal_transfer(self, account, currency, lines):
        """One transfer to `account` that pays these lines, as a dict."""
        amount = currency.round(sum(line.to_pay for line in lines))
        communication = self._portal_communication(lines)
        return self._portal_transfer_of(account, currency, amount, communication, lines)

    def _portal_transfer_of(self, account, currency, amount, communication, lines=()):
        """What the page says of one transfer, as a dict; lines: what it pays, if they are told."""
        return {
            "account": account,
            "currency": currency,
            "lines": lines,
            "amount": amount,
            "communication": communication,
            "plain_amount": f"{amount:.{currency.decimal_places}f}",
            **self._portal_qr(account, amount, communication, currency),
        }

    def _portal_qr(self, account, amount, communication, currency):
        """The code to scan, as a dict; empty where Odoo has none.

        qr: the address of its image.  pasted: what is in it, where banks' apps take that as text
        too (Pix): nobody can scan the screen of the telephone that he holds.

        What is in it is Odoo's. It is drawn as SVG, which is sharp on any screen and needs no
        more than reportlab; Odoo's PNG needs a drawing library that not every server has.
        """
        vals = account._build_qr_code_vals(
            amount, communication, communication, currency, self.partner_id
        )
        params = vals and account._get_qr_code_generation_params(**vals)
        if not params or params["barcode_type"] != "QR":
            return {}
        drawing = createBarcodeDrawing(
            "QR", value=params["value"], width=148, height=148, barBorder=0
        )
        return {
            "qr": image_data_uri(b64encode(drawing.asString("svg").encode())),
            "pasted": params["value"] if vals["qr_method"] == "emv_qr" else None,
        }

    def _portal_communication(self, lines):
        """What the customer writes on a transfer of these lines."""
        # an invoice in installments is one all the same
        references = dict.fromkeys(line.move.payment_reference or line.name for line in lines)
        text = ", ".join(references)
        if len(text) <= COMMUNICATION:
            return text
        return self.env._(
            "%(customer)s, %(count)s invoices",
            customer=self.partner_id.ref or self.partner_id.name,
            count=len(references),
        )[:COMMUNICATION]
