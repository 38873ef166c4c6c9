from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, email_normalize

from ..engine import retries
from .crons import MAILS, WORK, wake


class CobranzaAttempt(models.Model):
    """One attempt to get a reminder to its recipient, and what became of it.

    The row is committed with the mail, before any server is asked.  Immediately before it is
    asked, "ambiguous" is committed: whatever dies between that and the server's answer, nobody
    knows whether the message left, and it is not sent again until a person has decided.

    Rows are never changed but by the answer that comes, and never deleted.
    """

    _name = "cobranza.attempt"
    _description = "Attempt to send"
    _inherit = ["cobranza.gated.mixin"]
    _order = "id desc"
    _rec_name = "reminder_id"
    _gated_fields = None
    _gated_create = True
    #: attempts looked at again at once by the scheduled action
    _batch = 50

    reminder_id = fields.Many2one("cobranza.reminder", required=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    number = fields.Integer(required=True, help="Counts the attempts of a reminder.")
    generation = fields.Integer(
        required=True,
        help="Counts how often a person decided to send it again. Tries made again by the program "
        "after the mail server refused the message for now stay in the same generation.",
    )
    channel = fields.Selection(selection="_selection_channel", required=True)
    mail_id = fields.Many2one("mail.mail", index="btree_not_null", ondelete="set null")
    address = fields.Char("To", help="Where it went, or was to go.")
    key = fields.Char(
        required=True,
        help="Reminder, channel, content and generation. The database admits one message of a key "
        "at a time that has left or may have left.",
    )
    recipient_hash = fields.Char("SHA-256 of recipient")
    subject_hash = fields.Char("SHA-256 of subject")
    body_hash = fields.Char("SHA-256 of text")
    amounts_hash = fields.Char("SHA-256 of lines and amounts")
    attachments_hash = fields.Char("SHA-256 of attachments")
    result = fields.Selection(
        [
            ("pending", "Waiting to leave"),
            ("accepted", "Handed over"),
            ("refused_temporary", "Refused for now"),
            ("refused", "Refused for good"),
            ("ambiguous", "Not confirmed"),
            ("bounced", "Came back"),
            ("cancelled", "Not sent"),
        ],
        required=True,
    )
    asked_at = fields.Datetime("Offered on")
    answered_at = fields.Datetime("Answered on")
    answer = fields.Text(help="What the mail server said, or why it wasn't asked.")
    about_address = fields.Boolean(
        "The address's fault", help="It failed because the address is of no use."
    )
    next_try = fields.Datetime(help="It is offered again then, unless it has been paid by then.")

    # after these results a message may have left
    _key_unique = models.UniqueIndex(
        "(key) WHERE result IN ('pending', 'ambiguous', 'accepted')",
        "This message is on its way already: it isn't sent twice.",
    )
    _number_unique = models.UniqueIndex(
        "(reminder_id, number)", "Somebody else is sending this reminder right now."
    )
    _next_try_idx = models.Index("(next_try) WHERE next_try IS NOT NULL")
    _sms_idx = models.Index("(address) WHERE channel = 'sms'")

    def _selection_channel(self):
        return self.env["cobranza.policy.level"]._fields["channel"]._description_selection(self.env)

    @api.depends("reminder_id", "number")
    def _compute_display_name(self):
        for attempt in self:
            attempt.display_name = f"{attempt.reminder_id.display_name} · {attempt.number}"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise AccessError(self.env._("The record of what was sent can't be deleted."))

    @api.model
    def _last_of(self, name, records):
        """The last attempt of each of these records that has one, the oldest of them first.

        name: the field that names them, "reminder_id" or "mail_id".
        The ledger is read as the system: mails are its own, and who may see a reminder may know
        what became of it.
        """
        attempts_sudo = self.sudo().search([(name, "in", records.ids)], order="number")
        last = {one[name].id: one.id for one in attempts_sudo}
        return attempts_sudo.browse(last.values())

    # --- new rows ----------------------------------------------------------------------

    @api.model
    def _record(self, reminders, result="pending", again=False, **values):
        """Write a new attempt of each of these reminders; return them.

        result: what to begin with; "accepted" where nothing answers, such as a letter.
        again: whether a person decided to send it again: a new generation begins.
        values: other fields, the same for all of them.
        """
        last = {one.reminder_id: one for one in reminders._last_attempts()}
        waiting = self.browse(one.id for one in last.values()).filtered("next_try")
        waiting._gated().write({"next_try": False})
        vals_list = []
        for reminder in reminders:
            before = last.get(reminder, self.browse())
            vals = {
                **reminder._fingerprint(),
                "reminder_id": reminder.id,
                "partner_id": reminder.partner_id.id,
                "company_id": reminder.company_id.id,
                "channel": reminder.channel,
                "number": before.number + 1,
                "generation": (before.generation or 1) + bool(again and before),
                "result": result,
                **values,
            }
            vals_list.append({**vals, "key": _key(vals)})
        # the index has to know what became of the one before
        self.flush_model()
        return self._gated().create(vals_list).with_env(self.env)

    # --- what became of them -----------------------------------------------------------

    def _set_asked(self, address=None):
        """The mail server, or operator, is being asked: from now on it may have arrived or not.

        address: where it goes, if that may have changed since it was queued.
        """
        vals = {"result": "ambiguous", "asked_at": fields.Datetime.now(), "answer": False}
        address = email_normalize(address or "", strict=False) or address
        if address and self.address != address:
            vals |= {"address": address, "recipient_hash": digest(address)}
        self._gated().write(vals)

    def _set_result(self, result, answer, **vals):
        """Write down what the server said, or why it wasn't asked."""
        now = fields.Datetime.now()
        self._gated().write({"result": result, "answer": answer, "answered_at": now, **vals})

    def _set_refused_for_now(self, answer):
        """Write down a refusal for now and when to try again; return those that give up."""
        now = fields.Datetime.now()
        for attempt, tries in self._tries().items():
            moment = retries.next_try(tries, now)
            if moment:
                attempt._set_result("refused_temporary", answer, next_try=moment)
            else:
                given_up = self.env._("Given up after %(tries)s tries.", tries=tries)
                attempt._set_result("refused", f"{answer}\n{given_up}")
        moments = self.filtered("next_try").mapped("next_try")
        if moments:
            wake(self.env, WORK, at=min(moments))
        return self.filtered(lambda one: one.result == "refused")

    def _tries(self):
        """Return {attempt: how many tries of its generation there were, itself included}."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.id, count(*) FROM cobranza_attempt a
                  JOIN cobranza_attempt b ON b.reminder_id = a.reminder_id
                   AND b.generation = a.generation AND b.number <= a.number
                 WHERE a.id IN %s GROUP BY a.id
                """,
                tuple(self.ids) or (0,),
            )
        )
        return {self.browse(attempt_id): tries for attempt_id, tries in rows}

    def _set_not_sent(self, reason):
        """What was waiting to leave, or to be tried again, doesn't leave; the reason says why."""
        self.filtered(lambda one: one.result == "pending")._set_result("cancelled", reason)
        waiting = self.filtered("next_try")
        if waiting:
            now = fields.Datetime.now()
            self._record(waiting.reminder_id, "cancelled", answer=reason, answered_at=now)

    # --- trying again ------------------------------------------------------------------

    @api.model
    def _cron_retry(self):
        """Offer again what was refused for now and is due, after reading the facts again."""
        stopped = self.env["cobranza.stop"]._stopped_companies()
        due = [("next_try", "<=", fields.Datetime.now()), ("company_id", "not in", stopped.ids)]
        ids = self.search(due, order="id").ids
        for start in range(0, len(ids), self._batch):
            batch = self.browse(ids[start : start + self._batch])
            batch = batch.try_lock_for_update().filtered_domain(due)
            for company, part in batch.grouped("company_id").items():
                part.with_context(lang=company._cobranza_lang())._retry()
            remaining = max(len(ids) - start - self._batch, 0)
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=remaining):
                break

    def _retry(self):
        """Put the mails back into the queue; one that isn't right any more is taken out."""
        obstacles = self.reminder_id._obstacles_to_send_again()
        again = self.env["mail.mail"].sudo()
        for attempt in self:
            mail_sudo = attempt.mail_id.sudo()
            text, until = obstacles.get(attempt.reminder_id.id, (False, None))
            if until:
                # later in the day it may leave: the facts are read again then
                attempt._gated().next_try = until
                wake(self.env, WORK, at=until)
            elif text:
                mail_sudo._cobranza_take_out(text)
            else:
                again += mail_sudo
        again.mark_outgoing()
        if again:
            wake(self.env, MAILS)

    def action_view_reminder(self):
        """Open the reminder."""
        return self.reminder_id._get_records_action()


def digest(text):
    """SHA-256 of a text, in hexadecimal."""
    return sha256((text or "").encode()).hexdigest()


def _key(vals):
    """The idempotency key of an attempt: its reminder, channel, content and generation."""
    content = [vals[f"{name}_hash"] for name in ("subject", "body", "amounts", "attachments")]
    parts = (vals["reminder_id"], vals["channel"], vals["generation"], digest(" ".join(content)))
    return ":".join(map(str, parts))
