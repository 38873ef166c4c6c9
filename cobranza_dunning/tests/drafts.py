"""What the tests of drafts that are to be insured share."""

from .common import TODAY
from .insurance import InsuranceCase


class DraftsCase(InsuranceCase):
    """Several drafts at once, and whether what is said of them comes true."""

    def assertAsPosted(self, drafts):
        """Check that posting them makes of them what was said before."""
        said = drafts.cobranza_cover_preview()
        drafts.action_post()
        self.commit()
        done = drafts.cobranza_cover()
        for one in (*said, *done):
            one.pop("name")
        self.assertEqual([{key: one[key] for key in done[0]} for one in said], done)

    def drafts(self, *amounts, day=TODAY, **vals):
        """Drafts of a customer, of a day."""
        made = self.env["account.move"]
        for amount in amounts:
            made |= self.sale(amount, day, post=False, **vals)
        return made
