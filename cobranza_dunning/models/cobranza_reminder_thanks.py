import logging

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from psycopg2 import OperationalError

from ..engine.headers import header_line
from .cobranza_reminder_handover import Obstacle
from .cobranza_tone_term import ERROR
from .tone_texts import describe

_logger = logging.getLogger(__name__)

#: A payment is thanked for while it is fresh: booked so many days late, it stays without.
FRESH_DAYS = 7


class CobranzaReminder(models.Model):
    """A thank-you once everything that a reminder asked for is paid, if the policy wants it."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    #: what may keep a thank-you from leaving now, as `_obstacles`; nobody reads why: until when
    #: is all that counts, so that what is asked for thank-yous alone has no text
    _thanks_obstacles = (
        "_answer_obstacles",
        "_stranger_obstacles",
        "_thanks_address_obstacles",
        "_thanks_cap_obstacles",
        "_thanks_moment_obstacles",
    )

    thanked_date = fields.Date("Thanked on", readonly=True)
    thanks_not_before = fields.Datetime(readonly=True, help="When its thank-you is tried again.")

    @api.model
    def _cron_thank(self):
        """Thank the customers who have just paid what a reminder asked for; commit each batch."""
        for company in self._thanking_companies():
            today = company._cobranza_today()
            # a later attempt finds nothing that a former one has thanked for
            found = self._find_to_thank(company, today)
            for start in range(0, len(found), self._batch):
                part = found[start : start + self._batch]
                batch = self.browse(one for ids in part for one in ids)
                batch = batch.try_lock_for_update().filtered_domain([("thanked_date", "=", False)])
                batch.with_context(lang=company._cobranza_lang())._thank_each(today)
                if not self.env["ir.cron"]._commit_progress(len(batch)):
                    return

    def _thanking_companies(self):
        """Companies with a policy that thanks, and whose automatic contact isn't stopped."""
        policies = self.env["cobranza.policy"].with_context(active_test=False)
        found = policies.search([("thanks_days", ">", 0), ("thanks_template_id", "!=", False)])
        return found.company_id - self.env["cobranza.stop"]._stopped_companies()

    def _find_to_thank(self, company, today):
        """Return lists of ids, one per customer, of reminders to thank for, newest first.

        In SQL: one statement for the company, whatever it has sent.  Paid is a line whose item
        is reconciled, with money only: a credit note, a write-off or an entry by hand takes the
        whole reminder out, and so does one line that is still open.  The last payment must be
        dated from the day the reminder was sent up to the policy's days after it.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH candidate AS (
                    SELECT r.id, r.debtor_id, r.sent_date, p.thanks_days
                      FROM cobranza_reminder r
                      JOIN cobranza_policy_level v ON v.id = r.level_id
                      JOIN cobranza_policy p ON p.id = v.policy_id
                     WHERE r.company_id = %(company)s AND r.state = 'sent'
                       AND r.thanked_date IS NULL AND p.thanks_days > 0
                       AND (r.thanks_not_before IS NULL OR r.thanks_not_before <= %(now)s)
                       AND p.thanks_template_id IS NOT NULL
                       AND r.sent_date >= %(today)s - p.thanks_days - %(fresh)s
                       AND %(delivered)s
                       AND NOT EXISTS (
                           SELECT 1 FROM cobranza_reminder_line rl
                        LEFT JOIN account_move_line l ON l.id = rl.move_line_id
                            WHERE rl.reminder_id = r.id AND l.reconciled IS NOT TRUE)),
                     settled AS (
                    SELECT c.id, c.debtor_id, c.sent_date, c.thanks_days, max(cm.date) AS paid_on,
                           bool_and(%(money)s) AS by_money
                      FROM candidate c
                      JOIN cobranza_reminder_line rl ON rl.reminder_id = c.id
                      JOIN account_partial_reconcile pr ON pr.debit_move_id = rl.move_line_id
                      JOIN account_move_line cl ON cl.id = pr.credit_move_id
                      JOIN account_move cm ON cm.id = cl.move_id
                      JOIN account_journal j ON j.id = cm.journal_id
                     WHERE cm.date >= c.sent_date
                       AND NOT EXISTS (SELECT 1 FROM account_partial_reconcile x
                                        WHERE x.exchange_move_id = cm.id)
                  GROUP BY c.id, c.debtor_id, c.sent_date, c.thanks_days)
                SELECT array_agg(s.id ORDER BY s.sent_date DESC, s.id DESC) FROM settled s
                 WHERE s.by_money AND s.paid_on <= s.sent_date + s.thanks_days
                   AND s.paid_on >= %(today)s - %(fresh)s
              GROUP BY s.debtor_id
              ORDER BY s.debtor_id
                """,
                company=company.id,
                today=today,
                now=fields.Datetime.now(),
                fresh=FRESH_DAYS,
                delivered=self._sql_delivered("r"),
                money=self._sql_money(),
            )
        )
        return [ids for [ids] in rows]

    def _sql_money(self):
        """SQL condition: the item `cl` of journal `j` is a payment that writes nothing off."""
        return SQL(
            """%s AND NOT EXISTS (
                   SELECT 1 FROM account_move_line wl JOIN account_account wa
                       ON wa.id = wl.account_id
                    WHERE wl.move_id = cl.move_id
                      AND split_part(wa.account_type, '_', 1) IN ('income', 'expense'))""",
            self.env["account.move.line"]._cobranza_money_sql("cl", "j"),
        )

    # --- what may keep it from leaving: it is a mail, however the reminder left --------------

    def _thanks_address_obstacles(self):
        """Thank-yous to somebody whom no mail reaches; it is tried again."""
        return {
            reminder.id: Obstacle("")
            for reminder in self
            if not reminder.recipient_id._cobranza_has_email()
        }

    def _thanks_cap_obstacles(self):
        """Thank-yous to customers who had as many messages today as they may have in a day."""
        held = {}
        for company, reminders in self.grouped("company_id").items():
            until = company._cobranza_opening_tomorrow()
            for debtor in company._cobranza_debtors_full_today(reminders.debtor_id):
                told = reminders.filtered(lambda one, debtor=debtor: one.debtor_id == debtor)
                held.update(dict.fromkeys(told.ids, Obstacle("", until)))
        return held

    def _thanks_moment_obstacles(self):
        """Thank-yous at a moment when the customer isn't to be written to by mail."""
        return self._moment_obstacles(channel="email")

    def _check_thanks_tone(self, subject, body):
        """Judge a thank-you as a reminder; raise UserError if its words must not leave."""
        terms = self.env["cobranza.tone.term"]
        names = [name for found in self._tone_facts().values() for name in found]
        text = f"{subject}\n\n{terms._text(Markup(body))}"
        findings = terms._lint(text, "reminder", self.lang, names=names, company=self.company_id)
        errors = [describe(self.env, one) for one in findings if one.severity == ERROR]
        if errors:
            raise UserError(" ".join(errors[:3]))

    def _thank_each(self, today):
        """Thank once per customer, in his last reminder's place; a failure is noted there."""
        by_debtor = self.grouped("debtor_id")
        free = self.browse(same[0].id for same in by_debtor.values())
        for name in self._thanks_obstacles:
            found = getattr(free, name)() if free else {}
            for reminder in free.browse(found):
                # what has no end by itself is looked at once a day
                until = found[reminder.id].until or fields.Datetime.add(
                    fields.Datetime.now(), days=1
                )
                by_debtor[reminder.debtor_id]._gated().write({"thanks_not_before": until})
            free -= free.browse(found)
        for reminder in free:
            try:
                with self.env.cr.savepoint():
                    reminder._thank(by_debtor[reminder.debtor_id])
            except OperationalError:
                raise
            except Exception as error:
                _logger.warning("No thanks for reminder %s", reminder.id, exc_info=True)
                reminder._message_log(
                    body=self.env._("The thank-you could not be sent: %s", error)
                )
            by_debtor[reminder.debtor_id]._gated().write({"thanked_date": today})

    @api.depends_context("cobranza_thanked")
    def _compute_totals(self):
        """Those of a thank-you are others than those of its reminder."""
        return super()._compute_totals()

    def _totals(self):
        """What the lines ask for by currency; in a thank-you, what all that is thanked for asked.

        A due line that several of them told counts once, with the most that was asked for.
        """
        thanked = self.env.context.get("cobranza_thanked")
        if not thanked:
            return super()._totals()
        most, totals = {}, {}
        for line in self.browse(thanked).line_ids:
            most[line.move_line_id] = max(line.amount, most.get(line.move_line_id, 0))
        for item, amount in most.items():
            totals[item.currency_id] = totals.get(item.currency_id, 0) + amount
        return list(totals.items())

    def _thank(self, thanked):
        """Put the thank-you into the mail queue, to whoever had the reminder.

        thanked: all reminders that it is for, this one among them.
        """
        self.ensure_one()
        # the text belongs to the policy, mails are the system's
        template_sudo = self.level_id.policy_id.thanks_template_id.sudo()
        template_sudo = template_sudo.with_context(cobranza_thanked=tuple(thanked.ids))
        subject = template_sudo._render_field("subject", self.ids, compute_lang=True)[self.id]
        body = template_sudo._render_field(
            "body_html", self.ids, compute_lang=True, options={"post_process": False}
        )[self.id]
        subject = header_line(subject)
        self._check_thanks_tone(subject, body)
        mail_sudo = self._queue_mails(subject=subject, body=body, body_html=body)
        self.env["cobranza.interaction"]._log(
            [
                {
                    "debtor_id": self.debtor_id.id,
                    "reminder_id": self.id,
                    "contact_id": self.recipient_id.id,
                    "direction": "out",
                    "channel": "email",
                    "kind": "thanks",
                    "user_id": self.user_id.id,
                    "summary": subject,
                    "message_id": mail_sudo.mail_message_id.id,
                }
            ]
        )
