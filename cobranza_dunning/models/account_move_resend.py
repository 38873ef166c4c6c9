from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .arguments import to_record
from .gate import KEY, OPEN


class AccountMove(models.Model):
    """An invoice that didn't reach the customer is sent again, and gets its time to be read."""

    # a file for each part of its life
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Create moves; when one was sent again isn't set by hand."""
        for vals in vals_list:
            self._cobranza_check_resent(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write values; when an invoice was sent again isn't set by hand."""
        self._cobranza_check_resent(vals)
        return super().write(vals)

    def _cobranza_check_resent(self, vals):
        if "cobranza_resent_date" in vals and self.env.context.get(KEY) is not OPEN:
            raise AccessError(
                self.env._("When an invoice was sent again can't be set by hand: send it again.")
            )

    def cobranza_resend(self, recipient_id=None):
        """Send these invoices again, with their PDF, because they had not arrived.

        recipient_id: id of a contact of the customer; left out: whoever got the last reminder
        about the invoice, else the invoice's own contact.
        Their due lines are left alone for the time that the policy gives, and what waited
        because they had not arrived counts as handled.  A portal visitor (through sudo) gets
        each invoice once a day.  Returns True.
        Raises UserError for what isn't a posted invoice, for a stranger, and for somebody
        without an e-mail address; AccessError for users who aren't collectors.
        """
        self._cobranza_check_resend()
        # a collector need not be an accountant: what he may do is decided above
        moves_sudo = leaving_sudo = self.sudo()
        if self.env.user.share:
            leaving_sudo = moves_sudo.filtered(lambda move: not move._cobranza_resent_today())
        for move_sudo in leaving_sudo:
            move_sudo._cobranza_send_again(move_sudo._cobranza_recipient(recipient_id))
        for debtor_sudo, moves in moves_sudo.grouped("cobranza_debtor_id").items():
            debtor_sudo._after_resend(moves)
        return True

    def _cobranza_resent_today(self):
        return self.cobranza_resent_date == self.company_id._cobranza_today()

    def _cobranza_check_resend(self):
        """Check that the user may send these invoices again and that they are invoices."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("cobranza_dunning.group_collector"):
            raise AccessError(self.env._("Only collectors may send an invoice again."))
        for move in self:
            if move.state != "posted" or not move.is_sale_document(include_receipts=True):
                raise UserError(
                    self.env._(
                        "%(document)s isn't a posted invoice: choose one that is.",
                        document=move.display_name,
                    )
                )

    def _cobranza_recipient(self, recipient_id):
        """The contact an invoice is sent to again; it is the customer's or a reminder's."""
        told = self.env["cobranza.reminder.line"].search(
            [("move_id", "=", self.id), ("reminder_id.state", "=", "sent")], order="id desc"
        )
        # invoice and recipient may have been another customer's when it was told
        told = told.reminder_id.filtered(
            lambda one: one.partner_id == self.commercial_partner_id
        ).recipient_id.filtered(
            lambda one: one.active and one.commercial_partner_id == self.commercial_partner_id
        )
        recipient = told[:1] or self.partner_id
        if recipient_id:
            recipient = to_record(self.env["res.partner"], recipient_id)
            if recipient.commercial_partner_id != self.commercial_partner_id:
                raise UserError(
                    self.env._(
                        "Choose a contact of %s: an invoice isn't sent to anybody else.",
                        self.commercial_partner_id.name,
                    )
                )
        if not recipient._cobranza_has_email():
            raise UserError(
                self.env._(
                    "%s has no e-mail address: add one to the contact and send again.",
                    recipient.display_name,
                )
            )
        return recipient

    def _cobranza_send_again(self, recipient):
        """Send one invoice by Odoo's own means and write down that it was."""
        before = self.message_ids
        self.env["account.move.send"]._generate_and_send_invoices(
            self, sending_methods=["email"], mail_partner_ids=recipient.ids
        )
        today = self.company_id._cobranza_today()
        self.with_context(**{KEY: OPEN}).write(
            {"cobranza_resent_date": today, "is_move_sent": True}
        )
        if not self.cobranza_debtor_id:
            return
        self.env["cobranza.interaction"]._log(
            [
                {
                    "debtor_id": self.cobranza_debtor_id.id,
                    "move_id": self.id,
                    "contact_id": recipient.id,
                    "direction": "out",
                    "channel": "email",
                    "kind": "invoice_resent",
                    "summary": self.env._("%(invoice)s was sent again", invoice=self.name),
                    # by this its mail is known: it leaves once, whatever dies
                    "message_id": self._cobranza_posted(before).id,
                }
            ]
        )

    def _cobranza_posted(self, before):
        """The message with the invoice: the one to somebody that was not there before."""
        return (self.message_ids - before).filtered("partner_ids")[:1]
