import logging
from collections import Counter, defaultdict
from decimal import Decimal

from markupsafe import escape
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, formatLang
from psycopg2 import OperationalError

from ..engine import dunning
from ..engine.reasons import REMIND

_logger = logging.getLogger(__name__)

OPEN_STATES = ("proposed", "approved")

#: Reminders handed over between two commits of the scheduled action.
SEND_BATCH = 50


class CobranzaReminder(models.Model):
    """One message to one recipient about what a debtor owes.

    proposed → approved → sent, or cancelled with a reason. While it is proposed its text
    follows its lines; approval freezes the text, hand-over checks the facts again. Delivery
    is not a state: it is read from the mail.
    """

    _name = "cobranza.reminder"
    _description = "Reminder"
    _inherit = ["cobranza.gated.mixin", "mail.thread", "mail.activity.mixin", "portal.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _gated_fields = (
        "run_id", "debtor_id", "recipient_id", "level_id", "line_ids", "date", "lang", "state",
        "text_subject", "text_body", "is_edited", "text_outdated", "approved_by_id",
        "approved_date", "sent_date", "sent_at", "mail_message_id", "amount_company",
        "line_count", "problem", "automatic", "partner_id", "company_id", "kind",
    )  # fmt: skip
    _gated_create = True

    debtor_id = fields.Many2one(
        "cobranza.debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, index=True, string="Customer"
    )
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    run_id = fields.Many2one(
        "cobranza.run", readonly=True, index="btree_not_null", ondelete="set null"
    )
    recipient_id = fields.Many2one("res.partner", required=True, readonly=True)
    recipient_email = fields.Char(related="recipient_id.email", string="E-mail")
    level_id = fields.Many2one(
        "cobranza.policy.level",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="The highest level of its lines: it sets the tone.",
    )
    kind = fields.Selection(related="level_id.kind", store=True)
    user_id = fields.Many2one("res.users", "Contact person", tracking=True)
    date = fields.Date("Proposed for", required=True, readonly=True)
    lang = fields.Char("Language", readonly=True)
    line_ids = fields.One2many("cobranza.reminder.line", "reminder_id", "Lines", readonly=True)
    line_count = fields.Integer("Due lines", readonly=True)
    amount_company = fields.Monetary(
        "To pay", readonly=True, help="All lines, in company currency at their booked rates."
    )
    state = fields.Selection(
        [
            ("proposed", "To approve"),
            ("approved", "Approved"),
            ("sent", "Sent"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        index=True,
        tracking=True,
    )

    subject = fields.Char(compute="_compute_text", inverse="_inverse_subject")
    body = fields.Html(compute="_compute_text", inverse="_inverse_body", sanitize="email_outgoing")
    text_subject = fields.Char(readonly=True)
    text_body = fields.Html(readonly=True, sanitize=False)
    is_edited = fields.Boolean("Text edited", readonly=True)
    text_outdated = fields.Boolean(
        "Text to check",
        readonly=True,
        help="Lines or level changed after somebody edited the text: it must be looked at again.",
    )
    lines_table = fields.Html(compute="_compute_blocks", sanitize=False)
    payment_block = fields.Html(compute="_compute_blocks", sanitize=False)
    contact_block = fields.Html(compute="_compute_blocks", sanitize=False)

    automatic = fields.Boolean(
        readonly=True, help="Approved by an automatic run: it leaves by itself."
    )
    approved_by_id = fields.Many2one("res.users", readonly=True)
    approved_date = fields.Datetime("Approved on", readonly=True)
    sent_date = fields.Date("Sent on", readonly=True, index="btree_not_null")
    sent_at = fields.Datetime(readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    mail_ids = fields.Many2many("mail.mail", compute="_compute_mail_ids", compute_sudo=True)
    delivery = fields.Selection(
        [
            ("queued", "Waiting to leave"),
            ("delivered", "Handed to the mail server"),
            ("unconfirmed", "Not confirmed"),
            ("bounced", "Bounced"),
            ("failed", "Failed"),
        ],
        compute="_compute_delivery",
        search="_search_delivery",
        help="Read from the mail: what became of the message.",
    )
    delivery_error = fields.Char(compute="_compute_delivery")
    problem = fields.Char(readonly=True, help="Why it could not be handed over.")
    cancel_reason = fields.Char(tracking=True)
    problem_text = fields.Char("Problem in words", compute="_compute_problem_text")
    totals = fields.Char(
        "To pay in all", compute="_compute_totals", help="One total per currency of its lines."
    )
    lang_name = fields.Char("Language of the text", compute="_compute_lang_name")

    _open_unique = models.UniqueIndex(
        "(debtor_id, recipient_id) WHERE state IN ('proposed', 'approved')",
        "Another run has just made a reminder for the same recipient: start the run again.",
    )
    _sent_debtor_idx = models.Index("(debtor_id, sent_date) WHERE state = 'sent'")

    # --- computed ----------------------------------------------------------------------

    @api.depends("partner_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reminder in self:
            day = format_date(self.env, reminder.date)
            reminder.display_name = f"{reminder.partner_id.display_name} {day}"

    @api.depends(
        "text_subject", "text_body", "state", "is_edited", "line_ids.amount", "level_id", "user_id"
    )
    def _compute_text(self):
        live = self.filtered(lambda one: one.state == "proposed" and not one.is_edited)
        texts = live._render_or_explain()
        for reminder in self:
            frozen = (reminder.text_subject, reminder.text_body)
            reminder.subject, reminder.body = texts.get(reminder.id, frozen)

    def _inverse_subject(self):
        for reminder in self:
            reminder._keep_edit(reminder.subject, reminder.text_body or reminder._render_one()[1])

    def _inverse_body(self):
        for reminder in self:
            reminder._keep_edit(
                reminder.text_subject or reminder._render_one()[0], reminder.body
            )

    def _keep_edit(self, subject, body):
        """Keep a person's text from now on; only a proposed reminder can be edited."""
        self.ensure_one()
        if self.state != "proposed":
            raise UserError(
                self.env._("Only a reminder that waits for approval can be edited.")
            )
        self._gated().write(
            {"text_subject": subject, "text_body": body, "is_edited": True, "text_outdated": False}
        )

    @api.depends("line_ids.amount", "user_id", "lang")
    def _compute_blocks(self):
        for reminder in self:
            views = reminder.with_context(lang=reminder.lang)
            reminder.lines_table = views._block("reminder_lines")
            reminder.payment_block = views._block("reminder_payment")
            reminder.contact_block = views._block("reminder_contact")

    def _block(self, template):
        """Render a block of a reminder that code keeps right whatever the text around it."""
        # bank account and contact person are told to the customer, whoever renders the text
        company_sudo = self.company_id.sudo()
        moves_sudo = self.line_ids.move_id.sudo()
        values = {
            "reminder": self,
            "lines_by_currency": self.line_ids.grouped("currency_id"),
            "bank_accounts": moves_sudo.partner_bank_id or company_sudo.bank_ids[:1],
            "references": [
                move.payment_reference or move.name for move in moves_sudo
            ],
            "contact": self.user_id.sudo().partner_id or company_sudo.partner_id,
            # not QWeb's widgets: they write their expressions into the customer's mail
            "day": lambda value: format_date(self.env, value),
            "money": lambda value, currency: formatLang(self.env, value, currency_obj=currency),
        }
        return self.env["ir.qweb"]._render(
            f"cobranza_dunning.{template}", values, minimal_qcontext=True
        )

    def _compute_access_url(self):
        super()._compute_access_url()
        for reminder in self:
            reminder.access_url = f"/my/reminders/{reminder.id}"

    def _compute_mail_ids(self):
        mails = self.env["mail.mail"].sudo().search(
            [("mail_message_id", "in", self.mail_message_id.ids)]
        )
        by_message = mails.grouped("mail_message_id")
        for reminder in self:
            reminder.mail_ids = by_message.get(reminder.mail_message_id, mails.browse())

    def _compute_delivery(self):
        notifications = self.env["mail.notification"].sudo().search(
            [("mail_message_id", "in", self.mail_message_id.ids)]
        )
        by_message = notifications.grouped("mail_message_id")
        for reminder in self:
            found = by_message.get(reminder.mail_message_id, notifications.browse())
            states = set(found.mapped("notification_status"))
            reminder.delivery = next(
                (name for status, name in DELIVERY if status in states), False
            )
            reminder.delivery_error = reminder._describe_failure(found)

    @api.depends("state", "problem", "text_outdated", "mail_message_id")
    def _compute_problem_text(self):
        for reminder in self:
            text = False
            if reminder.state == "proposed" and reminder.text_outdated:
                text = self.env._("Its edited text must be read again.")
            elif reminder.state in OPEN_STATES:
                text = reminder.problem
            elif reminder.state == "sent" and reminder.delivery in PROBLEMS:
                text = reminder.delivery_error or self.env._("The message did not arrive.")
            reminder.problem_text = text

    @api.depends("line_ids.amount", "line_ids.currency_id")
    def _compute_totals(self):
        for reminder in self:
            reminder.totals = " + ".join(
                formatLang(self.env, sum(lines.mapped("amount")), currency_obj=currency)
                for currency, lines in reminder.line_ids.grouped("currency_id").items()
            )

    @api.depends("lang")
    def _compute_lang_name(self):
        names = dict(self.env["res.lang"].get_installed())
        for reminder in self:
            reminder.lang_name = names.get(reminder.lang, reminder.lang)

    def _describe_failure(self, notifications):
        """Say why the message didn't arrive, as far as it is known; False if nothing is wrong."""
        if self.delivery == "unconfirmed":
            return self.env._(
                "The mail server didn't confirm it: it may have arrived or not. Ask the customer "
                "before you write again."
            )
        failed = notifications.filtered("failure_type")[:1]
        if self.delivery == "failed" and not failed:
            return self.env._("The mail was cancelled: it never left the queue.")
        return bool(failed) and (failed.failure_reason or failed.format_failure_reason())

    def _search_delivery(self, operator, value):
        if operator != "in":
            return NotImplemented
        statuses = [status for status, name in DELIVERY if name in value]
        found = self._with_notification([("notification_status", "in", statuses)])
        return found | Domain("mail_message_id", "=", False) if False in value else found

    def _with_notification(self, domain):
        """Domain of reminders whose message has such a notification."""
        # whoever may read the reminder may know what became of its message
        notifications_sudo = self.env["mail.notification"].sudo()._search(domain)
        messages = notifications_sudo.subselect("mail_message_id")
        return Domain("mail_message_id", "in", messages)

    @api.model
    def _sql_delivered(self, alias):
        """SQL condition: the reminder `alias` isn't known as undelivered.

        A failure that somebody has dismissed ("canceled") is still one.
        """
        return SQL(
            """NOT EXISTS (SELECT 1 FROM mail_notification n
                            WHERE n.mail_message_id = %s
                              AND n.notification_status IN ('bounce', 'exception', 'canceled'))""",
            SQL.identifier(alias, "mail_message_id"),
        )

    # --- CRUD --------------------------------------------------------------------------

    def write(self, vals):
        """Write values; what was sent stays as it was told, what was approved as it was read."""
        states = set(self.mapped("state"))
        if {"user_id", "cancel_reason"} & set(vals) and "sent" in states:
            raise UserError(self.env._("A reminder that was sent can't be changed."))
        if "user_id" in vals and "approved" in states:
            raise UserError(
                self.env._("The text that was approved names its contact person: it stays so.")
            )
        if "user_id" in vals:
            edited = self.filtered(lambda one: one.state == "proposed" and one.is_edited)
            edited._gated().write({"text_outdated": True})
        return super().write(vals)

    def unlink(self):
        """Delete reminders. Raises UserError if one was sent (before its messages are deleted)."""
        if any(reminder.state == "sent" for reminder in self):
            raise UserError(self.env._("A reminder that was sent can't be deleted."))
        return super().unlink()

    # --- proposing ---------------------------------------------------------------------

    @api.model
    def _propose(self, run, letters, assessed_by_debtor):
        """Make the reminders of a chunk of a run.

        letters: engine.grouping.Letter of the chunk.
        assessed_by_debtor: {debtor id: list of engine.dunning.Assessed} of the same chunk.
        A proposed reminder is refreshed, an approved one only loses what may not be chased any
        more, one that has nothing left is cancelled with the reason.
        Returns a Counter of what was done: created, refreshed, reduced, cancelled.
        """
        letters = {(letter.debtor_id, letter.recipient_id): letter for letter in letters}
        debtor_ids = [debtor_id for debtor_id in assessed_by_debtor if debtor_id]
        existing = self.search([("debtor_id", "in", debtor_ids), ("state", "in", OPEN_STATES)])
        by_key = {(one.debtor_id.id, one.recipient_id.id): one for one in existing}
        asked = existing._asked_now()
        done = Counter()
        changed, settled = self.browse(), self.browse()
        for key, reminder in by_key.items():
            if reminder.state == "approved":
                assessed = assessed_by_debtor[reminder.debtor_id.id]
                done += reminder._reduce(
                    [one for one in assessed if not reminder._is_told_elsewhere(one)]
                )
            elif key not in letters:
                settled |= reminder
            elif asked.get(reminder.id) != _asked_by(letters[key]):
                changed |= reminder
        settled._set_cancelled(self._nothing_left())
        refreshed = [letters[one.debtor_id.id, one.recipient_id.id] for one in changed]
        changed._take_letters(run, refreshed)
        created = [letters[key] for key in letters if key not in by_key]
        new = self._create_for(run, created)
        self.env["cobranza.reminder.line"]._insert_from_run(run, changed + new, refreshed + created)
        (changed + new)._refresh_totals()
        done.update(created=len(new), refreshed=len(changed), cancelled=len(settled))
        return done

    def _create_for(self, run, letters):
        """Create the reminders of new letters, without lines yet."""
        debtors = self.env["cobranza.debtor"].browse([letter.debtor_id for letter in letters])
        recipients = self.env["res.partner"].browse([letter.recipient_id for letter in letters])
        fallback = run.company_id.cobranza_user_id or self.env.user
        vals_list = [
            {
                "run_id": run.id,
                "debtor_id": debtor.id,
                # related fields, given so that they needn't be computed one by one
                "partner_id": debtor.partner_id.id,
                "company_id": run.company_id.id,
                "kind": letter.level.kind,
                "recipient_id": recipient.id,
                "level_id": letter.level.id,
                "date": run.date,
                "user_id": (debtor.user_id or fallback).id,
                "lang": recipient.lang or debtor.partner_id.lang or self.env.user.lang,
            }
            for letter, debtor, recipient in zip(letters, debtors, recipients, strict=True)
        ]
        quiet = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        return quiet._gated().create(vals_list).with_context(self.env.context)

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
                    "text_outdated": reminder.is_edited,
                }
            )
        note = self.env._("A new run changed its lines or amounts.")
        self._message_log_batch(dict.fromkeys(self.ids, note))

    def _is_told_elsewhere(self, one):
        """Whether a run tells a line to another recipient now: it is told once only."""
        return one.decision.outcome == REMIND and one.item.recipient_id != self.recipient_id.id

    def _reduce(self, assessed):
        """Take away what may not be chased any more from an approved reminder.

        assessed: the decisions on all lines of its debtor.
        Returns a Counter with what happened: reduced or cancelled, or nothing.
        """
        self.ensure_one()
        current = {one.item.id: one for one in assessed}
        lowered = []
        for line in self.line_ids:
            one = current.get(line.move_line_id.id)
            # a pause or exclusion leaves nothing to chase; a level or cadence to wait for does
            chaseable = one.position.chaseable if one and not _is_excluded(one) else Decimal(0)
            if chaseable < line._decimal_amount():
                lowered.append((line, chaseable, one))
        if not lowered:
            return Counter()
        for line, amount, one in lowered:
            line._lower_to(amount, one)
        self._refresh_totals()
        if not self.line_ids:
            self._set_cancelled(self._nothing_left())
            return Counter(cancelled=1)
        self._text_follows()
        return Counter(reduced=1)

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

    def _text_follows(self):
        """After amounts fell: write the text anew, or have a person look at an edited one."""
        for reminder in self:
            if reminder.is_edited:
                reminder._update_state(
                    "proposed",
                    allowed=("approved",),
                    text_outdated=True,
                    approved_by_id=False,
                    approved_date=False,
                    automatic=False,
                )
                reminder._message_log(
                    body=self.env._("Amounts fell after the text was edited: look at it again.")
                )
            else:
                reminder._freeze_text()
                reminder._message_log(
                    body=self.env._("Amounts fell after approval: the text was written anew.")
                )

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

    # --- texts -------------------------------------------------------------------------

    def _render(self):
        """Return {id: (subject, body)} as the texts would leave, in each recipient's language."""
        texts = {}
        for template, reminders in self.grouped(lambda one: one.level_id.template_id).items():
            # the text belongs to the policy; who may see the reminder may read it
            template_sudo = template.sudo()
            subjects = template_sudo._render_field("subject", reminders.ids, compute_lang=True)
            bodies = template_sudo._render_field(
                "body_html", reminders.ids, compute_lang=True, options={"post_process": False}
            )
            for reminder_id in reminders.ids:
                texts[reminder_id] = (subjects[reminder_id], bodies[reminder_id])
        return texts

    def _render_or_explain(self):
        """Like `_render`; a text that can't be made says why, and the others are shown."""
        try:
            return self._render()
        except UserError as error:
            if len(self) == 1:
                return {self.id: (False, escape(str(error)))}
            return {key: text for one in self for key, text in one._render_or_explain().items()}

    def _render_one(self):
        self.ensure_one()
        return self._render()[self.id]

    def _freeze_text(self):
        """Keep the very text that is approved; a person's own text is kept as it is."""
        texts = self.filtered(lambda one: not one.is_edited)._render()
        quiet = self.with_context(tracking_disable=True)._gated()
        for reminder in quiet:
            if reminder.id in texts:
                subject, body = texts[reminder.id]
                reminder.write({"text_subject": subject, "text_body": body})

    # --- life --------------------------------------------------------------------------

    def _update_state(self, target, allowed, **vals):
        """Move to `target` the records that are in one of the `allowed` states; return them.

        The one gate of all state changes; a record in another state is left alone.
        """
        moving = self.filtered(lambda one: one.state in allowed)
        # one note for each, written at once: tracking would take a query or more for each
        quiet = moving.with_context(tracking_disable=True)
        notes = {one.id: one._describe_move(target, vals.get("cancel_reason")) for one in moving}
        quiet._gated().write({"state": target, **vals})
        moving._message_log_batch(notes)
        return moving

    def _describe_move(self, target, reason=None):
        """The note in the chatter about a change of state."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        note = f"{labels[self.state]} → {labels[target]}"
        return f"{note}: {reason}" if reason else note

    def action_approve(self):
        """Approve the proposed reminders; freeze their texts.

        Others of the selection are left as they are. Raises UserError if none is waiting, or
        if an edited text must be looked at first.
        """
        self.check_access("write")
        waiting = self.filtered(lambda one: one.state == "proposed")
        if not waiting:
            raise UserError(self.env._("None of the reminders waits for approval."))
        outdated = waiting.filtered("text_outdated")
        if outdated:
            raise UserError(
                self.env._(
                    "Lines or amounts changed after the text was edited. Look at the text of: "
                    "%(names)s.",
                    names=", ".join(outdated.mapped("display_name")),
                )
            )
        waiting._set_approved()
        return True

    def _set_approved(self, automatic=False):
        self._freeze_text()
        self._update_state(
            "approved",
            allowed=("proposed",),
            approved_by_id=self.env.uid,
            approved_date=fields.Datetime.now(),
            automatic=automatic,
            problem=False,
        )

    def _approve_automatically(self):
        """Approve what needs nobody; one that can't be approved says why and waits."""
        for start in range(0, len(self), SEND_BATCH):
            batch = self[start : start + SEND_BATCH]
            batch._each_or_note(lambda reminders: reminders._set_approved(automatic=True))

    def _each_or_note(self, act):
        """Do something with all of these at once; if that fails, with each, and note its error.

        act: function of a recordset. What the database refuses is not a reminder's fault: it
        is raised, and the scheduled action tries again.
        """
        try:
            with self.env.cr.savepoint():
                act(self)
        except OperationalError:
            raise
        except Exception as error:
            if len(self) > 1:
                for reminder in self:
                    reminder._each_or_note(act)
                return
            _logger.warning("Reminder %s stays behind", self.id, exc_info=True)
            self._gated().write({"problem": str(error)})

    def action_text_checked(self):
        """Confirm that an edited text still fits its changed lines."""
        self.check_access("write")
        proposed = self.filtered(lambda one: one.state == "proposed")
        proposed._gated().write({"text_outdated": False})

    def action_reset_text(self):
        """Give up the edited text and go back to the policy's."""
        self.check_access("write")
        proposed = self.filtered(lambda one: one.state == "proposed")
        proposed._gated().write(
            {"is_edited": False, "text_outdated": False, "text_subject": False, "text_body": False}
        )

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()

    def action_open_cancel(self):
        """Open the dialog that asks for the reason and the day before which nothing follows."""
        return self.env["cobranza.cancel.wizard"]._open(self)

    def action_cancel(self, cancel_reason=None, not_before=None):
        """Cancel open reminders.

        cancel_reason: text; may be written to the field beforehand instead.
        not_before: date or ISO string; the lines are paused until then. Without it the next
        run may propose them again.
        Raises UserError without a reason, with a day that isn't later than today, or if none of
        them is open.
        """
        self.check_access("write")
        not_before = fields.Date.to_date(not_before)
        moving = self.filtered(lambda one: one.state in OPEN_STATES)
        if not moving:
            raise UserError(self.env._("Only a reminder that has not been sent can be cancelled."))
        for reminder in moving:
            reason = cancel_reason or reminder.cancel_reason
            if not (reason and reason.strip()):
                raise UserError(self.env._("Say why the reminder is cancelled."))
            if not_before and not_before <= reminder.company_id._cobranza_today():
                raise UserError(
                    self.env._(
                        "Choose a later day than today, or none: then the next run may propose "
                        "it again."
                    )
                )
            reminder._set_cancelled(reason)
            reminder._pause_lines(reason, not_before)
        return True

    def _set_cancelled(self, reason):
        self._update_state("cancelled", allowed=OPEN_STATES, cancel_reason=reason)

    def _pause_lines(self, reason, not_before):
        """Leave the lines alone until a day, or say that the next run may propose again."""
        if not not_before:
            self._message_log(body=self.env._("The next run may propose it again."))
            return
        self.env["cobranza.block"].create(
            [
                {
                    "debtor_id": self.debtor_id.id,
                    "move_id": line.move_id.id,
                    "move_line_id": line.move_line_id.id,
                    "reason": reason,
                    "until": not_before,
                }
                for line in self.line_ids
                if line.move_line_id
            ]
        )

    # --- hand-over ---------------------------------------------------------------------

    def action_send(self):
        """Hand the approved reminders over to the mail queue, after reading the facts again.

        Lines paid or paused meanwhile leave, amounts fall; what has nothing left is cancelled
        with the reason. Raises UserError if none of them is approved.
        """
        self.check_access("write")
        approved = self.filtered(lambda one: one.state == "approved")
        if not approved:
            raise UserError(
                self.env._("None of the reminders is approved: approve them before sending.")
            )
        approved._hand_over()
        return True

    def _hand_over(self):
        """Check the facts under lock, then make the mails and the state in one transaction."""
        locked = self.try_lock_for_update().filtered_domain([("state", "=", "approved")])
        if not locked:
            raise UserError(self.env._("Somebody else is sending these reminders right now."))
        assessed = locked.debtor_id._assess()
        for reminder in locked:
            reminder._reduce(assessed.get(reminder.debtor_id.id, []))
        ready = locked.filtered(lambda one: one.state == "approved")
        unreachable = ready.filtered(lambda one: not one._is_reachable())
        for reminder in unreachable:
            reminder._gated().write(
                {
                    "problem": self.env._(
                        "%s has no e-mail address: add one to the contact and send again.",
                        reminder.recipient_id.display_name,
                    )
                }
            )
        (ready - unreachable)._queue_mails()

    def _is_reachable(self):
        return bool(self.recipient_id.email and "@" in self.recipient_id.email)

    def _queue_mails(self):
        """Put one mail per reminder into Odoo's queue and mark it as sent."""
        if not self:
            return
        # mails are the system's; what this user may send is decided by the reminder's state
        replies = self._reply_addresses()
        mails_sudo = self.env["mail.mail"].sudo().create(
            [one._mail_vals(replies[one.id]) for one in self]
        )
        self.env["mail.notification"].sudo().create(
            [
                {
                    "mail_message_id": mail.mail_message_id.id,
                    "mail_mail_id": mail.id,
                    "res_partner_id": reminder.recipient_id.id,
                    "notification_type": "email",
                    "notification_status": "ready",
                    "is_read": True,
                    "author_id": mail.author_id.id,
                }
                for reminder, mail in zip(self, mails_sudo, strict=True)
            ]
        )
        quiet = self.with_context(tracking_disable=True)._gated()
        for reminder, mail in zip(quiet, mails_sudo, strict=True):
            reminder.write({"mail_message_id": mail.mail_message_id.id})
        for company, reminders in self.grouped("company_id").items():
            reminders._update_state(
                "sent",
                allowed=("approved",),
                sent_at=fields.Datetime.now(),
                sent_date=company._cobranza_today(),
                problem=False,
            )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _reply_addresses(self):
        """Return {reminder id: address for answers}; asked for one by one it is half of a mail."""
        return self._notify_get_reply_to_batch(
            defaults={one.id: one._sender_address() for one in self},
            author_ids={one.id: one.user_id.partner_id.id for one in self},
        )

    def _sender_address(self):
        return self.user_id.partner_id.email_formatted or self.company_id.email_formatted

    def _mail_vals(self, reply_to):
        self.ensure_one()
        sender = self.user_id.partner_id
        return {
            "reply_to": reply_to,
            "subject": self.text_subject,
            "body": self.text_body,
            "body_html": self.text_body,
            "email_from": self._sender_address(),
            "author_id": sender.id,
            "recipient_ids": [Command.link(self.recipient_id.id)],
            "model": self._name,
            "res_id": self.id,
            "record_name": self.partner_id.display_name,
            "message_type": "email_outgoing",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "is_notification": True,
            "auto_delete": False,
        }

    @api.model
    def _cron_send(self):
        """Hand over, batch by batch, what is approved and leaves by itself.

        That is what an automatic run approved, and everything in companies on automatic.
        """
        domain = [
            ("state", "=", "approved"),
            "|",
            ("automatic", "=", True),
            ("company_id.cobranza_run_mode", "=", "auto"),
        ]
        cron = self.env["ir.cron"]
        ids = self.search([*domain, ("problem", "=", False)], order="id").ids
        for start in range(0, len(ids), SEND_BATCH):
            batch = self.browse(ids[start : start + SEND_BATCH])
            batch = batch.try_lock_for_update().filtered_domain(domain)
            batch._each_or_note(lambda reminders: reminders and reminders._hand_over())
            remaining = max(len(ids) - start - SEND_BATCH, 0)
            if not cron._commit_progress(len(batch), remaining=remaining):
                break


#: Odoo's notification statuses, the worst first, and what they mean for a reminder.
DELIVERY = (
    ("bounce", "bounced"),
    ("exception", "failed"),
    ("canceled", "failed"),
    ("process", "unconfirmed"),
    ("ready", "queued"),
    ("pending", "queued"),
    ("sent", "delivered"),
)

#: Deliveries that a person has to look at.
PROBLEMS = ("bounced", "failed", "unconfirmed")


def _asked_by(letter):
    """What an engine.grouping.Letter asks for, as `_asked_now` says it."""
    return {(one.item.id, one.decision.level.id, one.position.chaseable) for one in letter.lines}


def _is_excluded(one):
    """Whether the line takes no part in collections any more."""
    return dunning.excluded(one.item) is not None
