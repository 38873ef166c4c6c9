from odoo import models


class ValidateAccountMove(models.TransientModel):
    """The dialog that posts drafts of other days says what isn't insured of them, too."""

    _inherit = "validate.account.move"

    def validate_move(self):
        """Post the drafts, and say which of them aren't wholly insured."""
        return self.move_ids._tell_uninsured(super().validate_move())
