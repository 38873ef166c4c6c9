from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, is_html_empty

from ..engine import approval
from .amounts import to_decimal
from .notices import notice

#: What an approval is about beside the lines: whoever changes it needs a new one.
COVERED = {"text_subject", "text_body", "user_id", "level_id", "recipient_id", "lang"}


class CobranzaReminder(models.Model):
    """Who has approved a reminder, who still has to, and who may.

    The rules are `engine.approval`'s; the limits are the company's.
    """

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    proposer_id = fields.Many2one(
        "res.users",
        "Proposed by",
        readonly=True,
        help="Who started the run; nobody if it was the daily one.",
    )
    approval_ids = fields.One2many(
        "cobranza.reminder.approval", "reminder_id", "Approvals", readonly=True
    )
    approval_count = fields.Integer("Approvals given", readonly=True)
    approvals_needed = fields.Integer(compute="_compute_approvals")
    approvals_missing = fields.Integer(compute="_compute_approvals")
    approval_text = fields.Char("Approval", compute="_compute_approvals")
    approval_refusal = fields.Char(
        "Why you can't approve", compute="_compute_approval_refusal"
    )

    # --- computed ----------------------------------------------------------------------

    @api.depends(
        "amount_company", "level_id.approval", "approval_count", "approval_ids", "state",
        "company_id.cobranza_limit_one", "company_id.cobranza_limit_two",
    )  # fmt: skip
    @api.depends_context("lang", "tz")
    def _compute_approvals(self):
        for reminder in self:
            needed = approval.people_needed(
                reminder.level_id.approval or "one",
                reminder._decimal_total(),
                reminder.company_id._cobranza_limits(),
            )
            waits = reminder.state == "proposed"
            # a person may approve what needs nobody
            missing = max(max(needed, 1) - reminder.approval_count, 0) if waits else 0
            reminder.approvals_needed = needed
            reminder.approvals_missing = missing
            reminder.approval_text = reminder._describe_approvals(needed, missing)

    def _describe_approvals(self, needed, missing):
        """Who has approved, and how many are missing: “1 of 2 approvals: Ana, 10 March”."""
        given = self.approval_ids.filtered(lambda one: not one.withdrawn_at)
        names = ", ".join(
            # a colleague's name is no secret, though his user may be out of sight
            f"{one.user_id.sudo().name} ({format_date(self.env, one.date)})"
            for one in given
        )
        if not names:
            return self._describe_nobody(needed, missing)
        if not missing:
            return names
        return self.env._(
            "%(given)s of %(needed)s approvals: %(names)s",
            given=len(given),
            needed=needed,
            names=names,
        )

    def _describe_nobody(self, needed, missing):
        if self.automatic:
            return self.env._("Nobody: its level needs no approval")
        if not missing:
            return False
        if needed == 2:
            return self.env._("Two people must approve")
        return self.env._("One person must approve") if needed else self.env._("None needed")

    @api.depends("state", "text_outdated", "approvals_missing", "proposer_id")
    @api.depends_context("uid", "lang")
    def _compute_approval_refusal(self):
        refusals = self._approval_refusals()
        for reminder in self:
            reminder.approval_refusal = refusals.get(reminder.id, False)

    def _decimal_total(self):
        return to_decimal(self.amount_company, self.currency_id)

    def _approval_refusals(self, words=None):
        """Return {id: why this user can't approve it}; one that he may approve is left out.

        words: what `_words` returned, if they have been rendered already.
        """
        texts = {
            "twice": self.env._("You have approved it: a second person has to."),
            "own": self.env._(
                "You proposed it, and it is above the limit for that: somebody else approves it."
            ),
        }
        refused = {}
        for reminder in self:
            if reminder.state != "proposed":
                continue
            if reminder.text_outdated:
                refused[reminder.id] = self.env._(
                    "Lines or amounts changed after the text was edited. Look at the text of: "
                    "%(names)s.",
                    names=reminder.display_name,
                )
                continue
            given = reminder.approval_ids.filtered(lambda one: not one.withdrawn_at)
            why = approval.refusal(
                self.env.uid,
                reminder.proposer_id.id,
                given.user_id.ids,
                reminder._decimal_total(),
                reminder.company_id._cobranza_limits(),
            )
            if why:
                refused[reminder.id] = texts[why]
        return refused

    # --- approving ---------------------------------------------------------------------

    def write(self, vals):
        """Write values; what changes a text withdraws the approvals it has so far."""
        result = super().write(vals)
        if COVERED & vals.keys() or vals.get("state") == "proposed":
            self._withdraw_approvals()
        return result

    def action_approve(self):
        """Approve the proposed reminders; freeze their texts with the first approval.

        Where two people are needed the first one's is kept and it goes on waiting. Others of
        the selection are left as they are, and the message names them and says why. Raises
        UserError if none is waiting or none of them may be approved by this user.
        """
        self.check_access("write")
        waiting = self.filtered(lambda one: one.state == "proposed")
        if not waiting:
            raise UserError(self.env._("None of the reminders waits for approval."))
        words = waiting._words()
        refused = waiting._approval_refusals(words)
        able = waiting.filtered(lambda one: one.id not in refused)
        if not able:
            raise UserError(waiting._name_left(refused))
        able._give_approval(words)
        return waiting._tell_left(refused)

    def _give_approval(self, words):
        """Write down this user's approval; with enough of them the reminders are approved.

        words: what `_words` returned: they were judged just now, and are what is frozen.
        """
        # of two people at once the second waits here; Odoo begins anew, and he finds the approval
        self.env.execute_query(
            SQL(
                "SELECT id FROM cobranza_reminder WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                tuple(self.ids),
            )
        )
        self.filtered(lambda one: not one.approval_count)._freeze_text(words)
        approvals = self.env["cobranza.reminder.approval"]._gated()
        approvals.create(
            [
                {
                    "reminder_id": reminder.id,
                    "user_id": self.env.uid,
                    "amount": reminder.amount_company,
                }
                for reminder in self
            ]
        )
        enough = self.filtered(lambda one: one.approvals_missing <= 1)
        for count, reminders in self.grouped("approval_count").items():
            reminders.with_context(tracking_disable=True)._gated().write(
                {"approval_count": count + 1, "problem": False}
            )
        first = self - enough
        first._message_log_batch({one.id: one.approval_text for one in first})
        enough._set_approved(frozen=True)

    def _set_approved(self, automatic=False, frozen=False):
        """Move to approved, with the very text and amounts of this moment.

        frozen: the text was judged just now and frozen by the first approval.
        """
        if not frozen:
            # what somebody has approved already was frozen then
            self.filtered(lambda one: not one.approval_count)._freeze_text()
        self._check_text()
        self._keep_approved_amounts()
        self._update_state(
            "approved",
            allowed=("proposed",),
            approved_by_id=self.env.uid,
            approved_date=fields.Datetime.now(),
            automatic=automatic,
            left_lines=False,
            problem=False,
            not_before=False,
            waits_for=False,
        )

    def _check_text(self):
        """Raise UserError for one whose subject or text is empty: nothing empty is sent."""
        for reminder in self.filtered(lambda one: not one.is_short):
            if not reminder.text_subject or is_html_empty(reminder.text_body):
                raise UserError(
                    self.env._(
                        "%s has no subject or no text: write them, or those of its level.",
                        reminder.display_name,
                    )
                )

    def _keep_approved_amounts(self):
        """Remember on the lines what is approved (one statement, whatever their number)."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE cobranza_reminder_line SET approved_amount = amount, fell_because = NULL"
                " WHERE reminder_id IN %s",
                tuple(self.ids) or (0,),
            )
        )
        self.line_ids.invalidate_recordset(["approved_amount", "fell_because"])

    def _withdraw_approvals(self):
        """After a change: the approvals of what still waits count no more, with a note."""
        changed = self.filtered(lambda one: one.state == "proposed" and one.approval_count)
        if not changed:
            return
        given = changed.approval_ids.filtered(lambda one: not one.withdrawn_at)
        notes = {
            reminder.id: self.env._(
                "Text or lines changed, so the approval of %(names)s counts no more.",
                names=", ".join((given & reminder.approval_ids).user_id.sudo().mapped("name")),
            )
            for reminder in changed
        }
        given._gated().write({"withdrawn_at": fields.Datetime.now()})
        # the index lets the same person approve anew
        given.flush_recordset(["withdrawn_at"])
        quiet = changed.with_context(tracking_disable=True)._gated()
        quiet.write({"approval_count": 0})
        # what follows its lines again keeps no frozen words
        live = quiet.filtered(lambda one: not one.is_edited)
        live.write({"text_subject": False, "text_body": False})
        changed._message_log_batch(notes)

    def _need_nobody(self):
        """Those that an automatic run may approve: neither level nor amount wants a person."""
        return self.filtered(lambda one: not one.approvals_needed)

    def _check_not_stopped(self):
        """Raise UserError if all automatic contact of one of their companies is stopped."""
        for company in self.company_id:
            stop = company._cobranza_stop()
            if stop:
                raise UserError(
                    self.env._(
                        "Nothing may be sent now. %(stop)s A collections manager can release it.",
                        stop=stop.with_env(self.env).sudo()._describe(),
                    )
                )

    # --- those that were left ----------------------------------------------------------

    def _name_left(self, reasons):
        """Name reminders that were left as they are, reason by reason.

        reasons: {id: sentence}.
        """
        by_reason = {}
        for reminder in self.filtered(lambda one: one.id in reasons):
            by_reason.setdefault(reasons[reminder.id], []).append(reminder.partner_id.display_name)
        if len(self) == 1:
            return next(iter(by_reason))
        return "\n".join(f"{', '.join(names)}: {reason}" for reason, names in by_reason.items())

    def _tell_left(self, reasons):
        """Return what a button returns: the message that names those that were left, or True."""
        if not reasons:
            return True
        title = self.env._("Left as they are: %s", len(reasons))
        return notice(self._name_left(reasons), title)
