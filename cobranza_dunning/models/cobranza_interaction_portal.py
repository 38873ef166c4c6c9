from odoo import fields, models


class CobranzaInteraction(models.Model):
    """What a customer sent from his reminder's page is written down once."""

    _inherit = "cobranza.interaction"

    portal_nonce = fields.Char(
        readonly=True, copy=False, help="Names the page that was sent, not what was said."
    )

    _portal_nonce_unique = models.UniqueIndex(
        "(portal_nonce) WHERE portal_nonce IS NOT NULL",
        "This message has reached us already.",
    )

    def _guarded(self, names):
        """The nonce is the page's: nobody sets it by hand."""
        return super()._guarded(names) | ({"portal_nonce"} & set(names))
