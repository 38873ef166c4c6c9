from odoo import fields, models

from .amounts import in_words
from .paper import on_paper, plain

LETTER = "cobranza_dunning.cobranza_reminder_report_letter"


class CobranzaReminder(models.Model):
    """The reminder on paper: what it says beside its text, and the very PDF that was sent."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    letter_id = fields.Many2one(
        "ir.attachment",
        "Letter as sent",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The PDF that was printed when the letter was marked as sent.",
    )

    def action_print_letter(self):
        """Print these reminders as letters, in one file; nothing is marked as sent."""
        self.check_access("read")
        return self.env.ref(LETTER).report_action(self, config=False)

    def _letter_body(self):
        """The text for paper, which can't be clicked: also of what was written for a screen."""
        self.ensure_one()
        if self.channel == "letter":
            return self.body
        views = self.with_context(lang=self.lang)
        screen, paper = (
            views._block("reminder_online", {"on_paper": on}) for on in (False, True)
        )
        return on_paper(
            self.body,
            path=self.access_url,
            code=views._block("reminder_portal", {"reminder": views, "on_paper": True}),
            address=self._short_address(),
            words={plain(screen): plain(paper)},
        )

    def _totals_in_words(self):
        """What is to be paid in each currency, as (amount, the same in words), for the letter."""
        self.ensure_one()
        return [
            (self._format_money(total, currency), in_words(total, currency, self.lang))
            for currency, total in self._totals()
        ]

    def _totals(self):
        """(currency, sum) of the lines, in the order of the table."""
        return [
            (currency, sum(lines.mapped("amount")))
            for currency, lines in self.line_ids.grouped("currency_id").items()
        ]

    def _letter_address(self):
        """Whose address stands in the window: the recipient's, or else his company's."""
        self.ensure_one()
        # who gets the letter is decided; any printing user may read where he lives
        recipient_sudo = self.recipient_id.sudo()
        return recipient_sudo._cobranza_reachable("address") or recipient_sudo

    def _letter_date(self):
        """The day on the letter: when it was sent, or today in the company."""
        return self.sent_date or self.company_id._cobranza_today()

    def _letter_name(self):
        """The name of the file with the letter."""
        self.ensure_one()
        letter = self.with_context(lang=self.lang).env._("Letter")
        day = fields.Date.to_string(self._letter_date())
        return f"{letter} {self.partner_id.name} {day}.pdf".replace("/", "-")

    def _deliver_letter(self):
        """Keep the letters as they are printed now; a person puts them into envelopes."""
        pdfs = self._letter_pdfs()
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": reminder._letter_name(),
                    "raw": pdfs[reminder.id],
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": reminder.id,
                }
                for reminder in self
            ]
        )
        for reminder, attachment in zip(self._gated(), attachments, strict=True):
            reminder.letter_id = attachment

    def _letter_pdfs(self):
        """Return {reminder id: PDF} of these letters, made in one go."""
        reports = self.env["ir.actions.report"].with_context(webp_as_jpg=True)
        streams = reports._render_qweb_pdf_prepare_streams(LETTER, {}, res_ids=self.ids)
        return {reminder.id: streams[reminder.id]["stream"].getvalue() for reminder in self}
