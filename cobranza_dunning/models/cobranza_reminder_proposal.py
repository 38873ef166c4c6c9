from collections import Counter, defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..engine.reasons import REMIND
from .cobranza_reminder import OPEN_STATES


class CobranzaReminder(models.Model):
    """How the decisions of a run become reminders, and how open ones follow later runs."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _propose(self, run, letters, assessed_by_debtor):
        """Make the reminders of a chunk of a run.

        letters: engine.grouping.Letter of the chunk.
        assessed_by_debtor: {debtor id: list of engine.dunning.Assessed} of the same chunk.
        A proposed reminder is refreshed, an approved one only loses what may not be chased any
        more, one that has nothing left is cancelled with the reason.
        Returns a Counter of what was done: created, refreshed, unchanged, reduced, cancelled.
        """
        letters = {(letter.debtor_id, letter.recipient_id): letter for letter in letters}
        debtor_ids = [debtor_id for debtor_id in assessed_by_debtor if debtor_id]
        existing = self.search([("debtor_id", "in", debtor_ids), ("state", "in", OPEN_STATES)])
        by_key = {(one.debtor_id.id, one.recipient_id.id): one for one in existing}
        asked = existing._asked_now()
        done = Counter()
        changed, settled = [], []
        for key, reminder in list(by_key.items()):
            if reminder._is_stuck(letters.get(key)):
                # somebody who can't be reached that way any more gets it another way
                reminder._set_cancelled(reminder._stuck_reason())
                # before the new one: of one recipient there is one open reminder
                reminder.flush_recordset(["state"])
                del by_key[key]
                done["cancelled"] += 1
            elif reminder.state == "approved":
                assessed = assessed_by_debtor[reminder.debtor_id.id]
                elsewhere = {one.item.id for one in assessed if reminder._is_told_elsewhere(one)}
                lost = reminder._reduce(assessed, elsewhere)
                done += lost or Counter(unchanged=1)
            elif key not in letters:
                settled.append(reminder.id)
            elif asked.get(reminder.id) != _asked_by(letters[key]):
                changed.append(reminder.id)
            else:
                done["unchanged"] += 1
        changed, settled = self.browse(changed), self.browse(settled)
        settled._set_cancelled(self._nothing_left())
        refreshed = [letters[one.debtor_id.id, one.recipient_id.id] for one in changed]
        changed._take_letters(run, refreshed)
        created = [letters[key] for key in letters if key not in by_key]
        new = self._create_for(run, created)
        self.env["cobranza.reminder.line"]._insert_from_run(run, changed + new, refreshed + created)
        (changed + new)._refresh_totals()
        done.update(created=len(new), refreshed=len(changed), cancelled=len(settled))
        return done

    def _is_stuck(self, letter):
        """Whether this was approved for a channel that doesn't reach him, and a letter's does."""
        return (
            bool(letter)
            and self.state == "approved"
            and letter.channel != self.channel
            and not self._is_reachable()
        )

    def _stuck_reason(self):
        return self.env._("It doesn't reach %s any more: it is proposed another way.",
                          self.recipient_id.display_name)  # fmt: skip

    @api.model
    def _told_since(self, moment, debtor_ids):
        """Return the ids of those debtors who were sent something since a moment; None = nobody.

        What was decided about them before is no longer so: the next run looks at them.
        """
        if moment is None:
            return set()
        told = self.search([("debtor_id", "in", debtor_ids), ("sent_at", ">=", moment)])
        return set(told.debtor_id.ids)

    def _create_for(self, run, letters, **extra):
        """Create the reminders of new letters, without lines yet; `extra` values win."""
        debtors = self.env["cobranza.debtor"].browse([letter.debtor_id for letter in letters])
        recipients = self.env["res.partner"].browse([letter.recipient_id for letter in letters])
        # the user of Odoo's own jobs is not active: a daily run signs for nobody
        fallback = (run.company_id.cobranza_user_id or self.env.user).filtered("active")
        vals_list = [
            {
                "run_id": run.id,
                "debtor_id": debtor.id,
                # related fields, given so that they needn't be computed one by one
                "partner_id": debtor.partner_id.id,
                "company_id": run.company_id.id,
                "kind": letter.level.kind,
                "recipient_id": recipient.id,
                "recipient_rule": letter.rule,
                "level_id": letter.level.id,
                "channel": letter.channel,
                "date": run.date,
                "proposer_id": run._proposer().id,
                "user_id": (debtor.user_id or fallback).id,
                "lang": self._recipient_lang(recipient, debtor, run.company_id),
                **extra,
            }
            for letter, debtor, recipient in zip(letters, debtors, recipients, strict=True)
        ]
        quiet = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        return quiet._gated().create(vals_list).with_env(self.env)

    def _asked_now(self):
        """Return {id: set of (due line id, level id, Decimal amount)} as these reminders say.

        One statement: through the ORM it would be a query for every thousand lines.
        """
        asked = defaultdict(set)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.reminder_id, l.move_line_id, l.level_id,
                       round(l.amount, c.decimal_places)::text
                  FROM cobranza_reminder_line l JOIN res_currency c ON c.id = l.currency_id
                 WHERE l.reminder_id IN %s
                """,
                tuple(self.ids) or (0,),
            )
        )
        for reminder_id, move_line_id, level_id, amount in rows:
            asked[reminder_id].add((move_line_id, level_id, Decimal(amount)))
        return asked

    def _take_letters(self, run, letters):
        """Follow a new run's decisions; the lines are written for all of them afterwards."""
        self.line_ids._gated().unlink()
        for reminder, letter in zip(self._gated(), letters, strict=True):
            reminder.write(
                {
                    "run_id": run.id,
                    "date": run.date,
                    "level_id": letter.level.id,
                    "channel": letter.channel,
                    "recipient_rule": letter.rule,
                    "proposer_id": run._proposer().id,
                    "text_outdated": reminder.is_edited,
                }
            )
        note = self.env._("A new run changed its lines or amounts.")
        self._message_log_batch(dict.fromkeys(self.ids, note))

    def _is_told_elsewhere(self, one):
        """Whether a run tells a line to another recipient now: it is told once only."""
        return (
            one.decision.outcome == REMIND and one.recipient.partner_id != self.recipient_id.id
        )

    def _reduce(self, assessed, elsewhere=()):
        """Take away what may not be chased any more from an approved reminder, and note why.

        assessed: the decisions on all lines of its debtor.
        elsewhere: ids of due lines that a run tells to another recipient now.
        Amounts fall here and never rise: that would need a new approval.
        Returns a Counter with what happened: reduced or cancelled, or nothing.
        """
        self.ensure_one()
        changes = self._changes(assessed, elsewhere)
        if not changes:
            return Counter()
        self._message_log(body=self._note_changes(changes))
        self._remember_left(changes)
        current = {one.item.id: one for one in assessed}
        for line, change in changes.items():
            line._lower_to(change, current.get(line.move_line_id.id))
        self._refresh_totals()
        if not self.line_ids:
            self._set_cancelled(self._nothing_left())
            return Counter(cancelled=1)
        self._soften()
        if self.state == "approved":
            self._text_follows()
        return Counter(reduced=1)

    def _soften(self):
        """Take the level of what is left: the tone of lines that are gone suits it no more.

        It leaves the way that was approved, whatever the gentler level's channel, and the approval
        holds: who agreed to more, said more firmly, agreed to this.  Only where the gentler level
        wants more people than have approved it waits for them (docs/decisions/0017).
        """
        levels = self.line_ids.level_id
        if self.level_id in levels:
            return
        level = max(levels, key=lambda one: one._to_engine().rank)
        self._gated().write({"level_id": level.id})
        self._message_log(
            body=self.env._("It is written as “%(level)s” now.", level=level.display_name)
        )
        if self.approvals_needed > self.approval_count:
            self._ask_for_approval_again()
            self._message_log(
                body=self.env._("More people have to approve it like this: it waits for them.")
            )

    def _nothing_left(self):
        """The reason of a cancellation that nobody decided."""
        return self.env._("Nothing of it is to be told any more: it is paid, paused or excluded.")

    @api.model
    def _cancel_settled(self, run):
        """Cancel the open reminders of debtors that `run` found nothing open of; return them.

        SQL, because a run may have decided on a hundred thousand debtors.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.id FROM cobranza_reminder r
                 WHERE r.company_id = %(company)s AND r.state IN %(states)s AND %(scope)s
                   AND r.debtor_id NOT IN (SELECT debtor_id FROM cobranza_run_line
                                            WHERE run_id = %(run)s AND debtor_id IS NOT NULL)
                """,
                company=run.company_id.id,
                states=OPEN_STATES,
                scope=SQL("r.debtor_id IN %s", tuple(run.debtor_ids.ids))
                if run.debtor_ids
                else SQL("TRUE"),
                run=run.id,
            )
        )
        settled = self.browse(reminder_id for [reminder_id] in rows)
        settled._set_cancelled(self._nothing_left())
        return settled

    def _refresh_totals(self):
        """Recompute the stored totals from the lines (one statement)."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE cobranza_reminder r
                   SET amount_company = COALESCE(t.amount, 0), line_count = COALESCE(t.lines, 0)
                  FROM cobranza_reminder self
             LEFT JOIN (SELECT reminder_id, sum(company_amount) AS amount, count(*) AS lines
                          FROM cobranza_reminder_line WHERE reminder_id IN %(ids)s
                      GROUP BY reminder_id) t ON t.reminder_id = self.id
                 WHERE r.id = self.id AND r.id IN %(ids)s
                """,
                ids=tuple(self.ids),
            )
        )
        self.invalidate_recordset(["amount_company", "line_count"])


def _asked_by(letter):
    """What an engine.grouping.Letter asks for, as `_asked_now` says it."""
    return {(one.item.id, one.decision.level.id, one.position.chaseable) for one in letter.lines}
