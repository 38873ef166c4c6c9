from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .arguments import check_not_endless


class CobranzaInsuranceClaim(models.Model):
    """What speaks against filing a claim, or reading it again, and what can be done about it."""

    # a file for each part
    _inherit = "cobranza.insurance.claim"  # pylint: disable=consider-merging-classes-inherited

    early_sentence = fields.Char("Waiting period", compute="_compute_early_sentence")

    @api.depends("state", "loss_date", "policy_id", "company_id")
    @api.depends_context("lang")
    def _compute_early_sentence(self):
        """Say of drafts that the waiting period isn't over; they can be filed all the same."""
        for claim in self:
            claim.early_sentence = claim.state == "draft" and claim._say_early()

    def _say_early(self):
        """From when on the insurer pays, if that is still to come; False if it isn't."""
        if self.loss_date:
            today = (self.company_id or self.env.company)._cobranza_today()
            return self.loss_date > today and self.env._(
                "The waiting period isn't over: the insurer pays from %s at the earliest, except "
                "on account. Most policies let you file the claim before.",
                format_date(self.env, self.loss_date),
            )
        # terms are no secret of who keeps claims
        waits = "waiting" in self.policy_id.sudo().deadline_ids.mapped("duty")
        return waits and self.env._(
            "The waiting period isn't over, and it isn't known yet when it will be: the insurer "
            "pays after that. Most policies let you file the claim before."
        )

    @api.constrains("loss_date")
    def _check_loss_date_is_near(self):
        check_not_endless(self.env, *self.mapped("loss_date"))

    def _check_loss_date(self, lines, buyer):
        """Raise UserError if nothing was sold yet on the date of loss that somebody has entered.

        lines: what is claimed, as the engine's Lines.  buyer: whose debts they are, its Buyer:
        what is delivered after his insolvency is lost from then on.
        """
        sold = [min(one.invoiced, one.delivered or one.invoiced) for one in lines]
        first = min([*sold, *filter(None, (buyer.insolvent_on,))])
        if self.loss_date and self.loss_date < first:
            raise UserError(
                self.env._(
                    "Nothing was lost before %s: correct the date of loss, or leave it empty.",
                    format_date(self.env, first),
                )
            )

    def _check_insured(self, decided):
        """Raise UserError if an open line of the claim falls under its policy no more.

        decided: what the ledger says, by id of the due line.  A draft leaves such lines out; what
        was filed about them isn't settled, and nobody takes it back in silence.
        """
        self._refuse_lines(
            self.line_ids.filtered(
                lambda one: one.move_line_id.id not in decided
                # managers of collections needn't keep books
                and one.sudo().move_line_id.amount_residual_currency > 0
            ),
            self.env._(
                "It isn't insured under this policy any more, so that its cover can't be read. "
                "Put the policy, or “To be insured”, back as it was, or cancel the claim."
            ),
        )

    def _check_named(self, items):
        """Raise UserError unless the draft is about each of these due lines."""
        missing = items - self.line_ids.move_line_id
        if missing:
            raise UserError(
                self.env._(
                    "%(documents)s: not an open due line of %(customer)s that is to be insured "
                    "under the policy “%(policy)s”. Leave it out, or look at “To be insured”.",
                    documents=", ".join(missing.move_id.mapped("display_name")),
                    customer=self.partner_id.display_name,
                    policy=self.policy_id.name,
                )
            )

    # --- filing ------------------------------------------------------------------------

    def _check_fileable(self, day):
        """Raise UserError if this can't have been filed on a day, and say what to do."""
        if day > self.company_id._cobranza_today():
            raise UserError(self.env._("A claim can't be filed later than today."))
        self.policy_id.sudo()._check_books()
        lines = self.line_ids.filtered("loss_amount")
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing of %s is overdue and to be insured under this policy: there is "
                    "nothing to claim.",
                    self.partner_id.display_name,
                )
            )
        self._refuse_lines(
            lines.filtered(lambda one: not self._is_overdue(one.date_due)),
            self.env._("It isn't overdue yet: take it out of the claim until it is."),
        )
        self._refuse_lines(
            lines.filtered(lambda one: not self._is_overdue(one.date_due, day)),
            self.env._(
                "It wasn't overdue on %s: correct the day of filing.", format_date(self.env, day)
            ),
        )
        elsewhere = self._claimed_elsewhere(lines.move_line_id.ids)
        self._refuse_lines(
            lines.filtered(lambda one: one.move_line_id.id in elsewhere),
            self.env._("Another claim is about it already: take it out of this one."),
        )
        self._refuse_lines(
            lines.filtered("lost_amount"),
            self.env._(
                "Its cover is lost. If the insurer excuses that, record it under "
                "“Insurer's approvals”; else take it out of the claim."
            ),
        )
        self._refuse_lines(
            lines.filtered("notice_missing"),
            self.env._(
                "The policy wants a notice of non-payment first: give it. If the insurer excuses "
                "it, record that under “Insurer's approvals”."
            ),
        )

    def _refuse_lines(self, lines, sentence):
        """Raise UserError, naming these lines, if there are any."""
        if lines:
            raise UserError(
                self.env._(
                    "%(documents)s of %(customer)s: %(sentence)s",
                    documents=", ".join(lines.mapped("name")),
                    customer=self.partner_id.display_name,
                    sentence=sentence,
                )
            )

    def _check_worth(self):
        """Raise UserError if by the policy's terms the insurer pays nothing."""
        if self.currency_id.is_zero(self.expected_amount):
            raise UserError(
                self.env._(
                    "By the terms of the policy the insurer pays nothing of it: look at what is "
                    "covered, the threshold, the first loss and the year's maximum."
                )
            )
