from odoo import http
from odoo.addons.account.controllers.download_docs import _get_headers
from odoo.http import request


class ClaimDossier(http.Controller):
    """The file for the insurer, made for whoever downloads it: it shows what he may read."""

    @http.route("/cobranza/claims/<int:claim_id>/dossier", type="http", auth="user")
    def claim_dossier(self, claim_id, **kwargs):
        """Download the ZIP file of a claim.

        Raises NotFound where there is none, AccessError for who may not read it or its invoices.
        """
        claim = request.env["cobranza.insurance.claim"].browse(claim_id).exists()
        if not claim:
            raise request.not_found()
        name, content = claim._dossier()
        return request.make_response(content, _get_headers(name, "application/zip", content))
