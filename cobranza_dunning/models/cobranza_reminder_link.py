import secrets
import string
from base64 import b64encode
from io import BytesIO

import qrcode
from odoo import api, fields, models
from odoo.tools.image import image_data_uri

#: Letters and digits only: no program that looks for addresses in a text cuts them short.
ALPHABET = string.ascii_letters + string.digits
#: So many of them make 101 random bits: nobody guesses one.
LENGTH = 17


class CobranzaReminder(models.Model):
    """A short address of the customer's page, for where there is little room: SMS and paper."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    short_token = fields.Char(readonly=True, copy=False)

    _short_token_unique = models.UniqueIndex("(short_token) WHERE short_token IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        """Create reminders; each has its short address at once."""
        for vals in vals_list:
            vals["short_token"] = new_token()
        return super().create(vals_list)

    def _short_address(self):
        """The short address of the page; none before the reminder is saved."""
        self.ensure_one()
        if not self.id:
            return ""
        if not self.short_token:
            # its links were renewed; guarded, or somebody could choose one he knows
            self.sudo()._gated().write({"short_token": new_token()})
        return f"{self.get_base_url()}/o/{self.short_token}"

    def _page_code(self):
        """The short address as a code to scan: a PNG as the address of an image.

        Not SVG: Odoo takes that out of any text that a person edits.
        """
        image = BytesIO()
        qrcode.make(self._short_address(), border=0, box_size=8).save(image, "PNG")
        return image_data_uri(b64encode(image.getvalue()))


def new_token():
    """Return a new short token, random and good in any address."""
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
