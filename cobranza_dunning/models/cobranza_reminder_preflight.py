from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import groupby
from odoo.tools.translate import LazyTranslate

from ..engine import approval, preflight
from .cobranza_reminder import OPEN_STATES
from .cobranza_reminder_handover import Obstacle
from .reason_texts import REASON_SELECTION

_lt = LazyTranslate(__name__)

#: Why an approved line left or fell, in words; other codes have the label of a decision's reason.
CHANGE_TEXTS = {
    "paid": _lt("paid or credited"),
    "paused": _lt("paused"),
    "payment_in_process": _lt("a payment is on its way"),
    "covered_by_credit": _lt("covered by an open credit"),
    "not_due": _lt("not due yet: its due date was moved"),
    "no_level_left": _lt("its due date has passed"),
    "told_elsewhere": _lt("told to another recipient"),
}


class CobranzaReminder(models.Model):
    """What changed since a reminder was approved, and what is checked before it leaves."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    left_lines = fields.Json(
        "Lines that left", readonly=True, help="Since the approval: number, amount, reason."
    )
    changes_table = fields.Html(
        "Changes since approval", compute="_compute_changes_table", sanitize=False
    )
    bank_warning = fields.Char(compute="_compute_bank_warning")

    # --- what changed ------------------------------------------------------------------

    @api.depends("state", "left_lines", "line_ids.amount", "line_ids.approved_amount")
    @api.depends_context("lang")
    def _compute_changes_table(self):
        """Approved against now; before it is sent the ledger is read for it."""
        approved = self.filtered(lambda one: one.state == "approved")
        assessed = approved.debtor_id._assess() if approved else {}
        for reminder in self:
            rows = []
            if reminder.state in ("approved", "sent"):
                pending = reminder in approved and reminder._changes(
                    assessed.get(reminder.debtor_id.id, [])
                )
                rows = reminder._change_rows(pending or {})
            note = reminder in approved and reminder._offered_since_approval()
            reminder.changes_table = (rows or note) and self.env["ir.qweb"]._render(
                "cobranza_dunning.reminder_changes",
                {"rows": rows, "note": note},
                minimal_qcontext=True,
            )

    def _change_rows(self, pending):
        """Rows {name, approved, now, why} of all lines that are not as they were approved.

        pending: {line: preflight.Change} that the ledger says now and nobody has noted yet.
        """
        self.ensure_one()
        rows = []
        for line in self.line_ids:
            change = pending.get(line)
            now = float(change.amount) if change else line.amount
            if line.currency_id.compare_amounts(now, line.approved_amount) < 0:
                why = change.reason if change else line.fell_because
                rows.append(self._change_row(line, line.approved_amount, now, why))
        for left in self.left_lines or []:
            currency = self.env["res.currency"].browse(left["currency_id"])
            rows.append(
                {
                    "name": left["name"],
                    "approved": self._format_money(left["amount"], currency),
                    "now": False,
                    "why": self._change_text(left["reason"]),
                }
            )
        return rows

    def _change_row(self, line, approved, now, reason):
        return {
            "name": line.name,
            "approved": self._format_money(approved, line.currency_id),
            "now": now and self._format_money(now, line.currency_id),
            "why": self._change_text(reason),
        }

    def _change_text(self, reason):
        """A reason in words."""
        if reason in CHANGE_TEXTS:
            return self.env._(CHANGE_TEXTS[reason])
        labels = self.env["cobranza.run.line"]._fields["reason"]._description_selection(self.env)
        return dict(labels).get(reason, dict(REASON_SELECTION).get(reason, reason or ""))

    def _changes(self, assessed, elsewhere=()):
        """Return {line: engine.preflight.Change} of the lines that may not leave as approved.

        assessed: the decisions on all lines of its debtor, read just now.
        elsewhere: ids of due lines that a run tells to another recipient.
        """
        self.ensure_one()
        today = self.company_id._cobranza_today()
        current = {one.item.id: one for one in assessed}
        changes = {}
        for line in self.line_ids:
            item_id = line.move_line_id.id
            change = (
                preflight.Change(0, "told_elsewhere")
                if item_id in elsewhere
                else preflight.check(
                    line._decimal_amount(),
                    line._decimal_residual(),
                    line.level_id.delay_days,
                    current.get(item_id),
                    today,
                )
            )
            if change:
                changes[line] = change
        return changes

    def _note_changes(self, changes):
        """The note in the chatter: each line that left or fell, with its reason."""
        rows = [
            self._change_row(line, line.amount, float(change.amount), change.reason)
            for line, change in changes.items()
        ]
        leaves = self.env._("leaves")
        items = Markup().join(
            Markup("<li>%s: %s → %s (%s)</li>")
            % (row["name"], row["approved"], row["now"] or leaves, row["why"])
            for row in rows
        )
        title = self.env._("Changed since it was approved:")
        return Markup("<p>%s</p><ul>%s</ul>") % (title, items)

    def _remember_left(self, changes):
        """Keep what the lines said that leave now: they are taken off the message."""
        left = [
            {
                "name": line.name,
                "amount": line.approved_amount or line.amount,
                "currency_id": line.currency_id.id,
                "reason": change.reason,
            }
            for line, change in changes.items()
            if not change.amount
        ]
        if left:
            self._gated().write({"left_lines": (self.left_lines or []) + left})

    # --- checking again ----------------------------------------------------------------

    def action_check(self):
        """Make the very check of the hand-over, without sending.

        What changed is taken out and noted, what keeps a reminder from leaving is written down.
        Raises UserError if none of them is approved.
        """
        self.check_access("write")
        approved = self.filtered(lambda one: one.state == "approved")
        if not approved:
            raise UserError(self.env._("Only an approved reminder is checked: approve it first."))
        checked = approved._check_facts()
        obstacles = checked._find_obstacles()
        for reminder in checked:
            obstacle = obstacles.get(reminder.id)
            # what only waits for its moment isn't promised to leave then: nobody has sent it
            lasting = obstacle and not obstacle.until and obstacle.text
            reminder._gated().write({"problem": lasting or False})
        back = approved.filtered(lambda one: one.state == "proposed")
        reasons = {one.id: one.problem_text for one in back}
        reasons.update({key: obstacle.text for key, obstacle in obstacles.items()})
        return approved._tell_left(reasons)

    # --- obstacles ---------------------------------------------------------------------

    def _bank_obstacles(self):
        """Reminders that wait because the bank's data is too old to say who has not paid."""
        until = fields.Datetime.now() + timedelta(hours=1)
        return {
            reminder.id: Obstacle(sentence, until)
            for reminder, sentence in self._stale_bank("hold").items()
        }

    @api.depends("state", "level_id")
    @api.depends_context("lang")
    def _compute_bank_warning(self):
        waiting = self.filtered(lambda one: one.state in OPEN_STATES)
        stale = waiting._stale_bank("warn", "hold")
        for reminder in self:
            reminder.bank_warning = stale.get(reminder, False)

    def _stale_bank(self, *actions):
        """Return {reminder: sentence} of those whose policy does one of these about old data."""
        sentences = {}
        for (company, policy), found in groupby(
            self, key=lambda one: (one.company_id, one.level_id.policy_id)
        ):
            if policy.statement_action in actions:
                sentence = company._cobranza_stale_bank(policy.statement_days)
                if sentence:
                    sentences.update(dict.fromkeys(found, sentence))
        return sentences

    def _cap_obstacles(self):
        """Reminders that don't fit into today any more: they leave tomorrow.

        One that fits into no day is work for a person.
        """
        held = {}
        for company, reminders in self.grouped("company_id").items():
            texts = {
                "number": self.env._(
                    "Today's %(number)s automatic reminders have left.",
                    number=company.cobranza_cap_number,
                ),
                "amount": self.env._(
                    "It would exceed the amount of automatic reminders for one day, %(amount)s.",
                    amount=company.currency_id.format(company.cobranza_cap_amount),
                ),
                "large": self.env._(
                    "It is larger than all that may leave by itself in one day, %(amount)s: read "
                    "it and press Send, or raise that amount in the settings.",
                    amount=company.currency_id.format(company.cobranza_cap_amount),
                ),
                "debtor": self.env._(
                    "The customer had %(number)s message(s) today.",
                    number=company.cobranza_cap_debtor,
                ),
            }
            over = company._cobranza_over_cap(reminders)
            until = company._cobranza_opening_tomorrow() if over else None
            held.update(
                {
                    key: Obstacle(texts[why], None if why == "large" else until)
                    for key, why in over.items()
                }
            )
        return held

    def _take_over_large(self):
        """A person sends these: what is too large to leave by itself is his decision from now on.

        It counts no more among what leaves by itself.
        """
        large = self.filtered(
            lambda one: one.automatic
            and approval.fits_no_day(one._decimal_total(), one.company_id._cobranza_caps())
        )
        if large:
            large._gated().write({"automatic": False})
            note = self.env._(
                "%(user)s sends it: it is too large to leave by itself.", user=self.env.user.name
            )
            large._message_log_batch(dict.fromkeys(large.ids, note))
