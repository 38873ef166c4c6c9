from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2.errors import SerializationFailure

from .crons import TEXT_MESSAGES, wake
from .sms_operator import Operator

#: What Odoo writes when the operator didn't answer.
UNANSWERED = "sms_server"


class SmsSms(models.Model):
    """Text messages of reminders wait while they may not leave, and are offered once.

    They wait as long as their company's automatic contact is stopped, or until the hour at which
    the customer may be written to again.

    Odoo commits after the operator has answered.  A process killed between the two leaves a whole
    batch in the queue, and it would leave a second time.  So the attempts are committed first:
    what is then interrupted, or not answered, stays *not confirmed*, and a person decides about
    it (as with mails: mail_mail.py).  Where there was no connection it is refused: see
    sms_operator.py.
    """

    _inherit = "sms.sms"

    cobranza_not_before = fields.Datetime("Not Before", help="It stays in the queue until then.")

    @api.model
    def _process_queue(self):
        """Work the queue off without what waits: that neither leaves nor takes a place."""
        return super(SmsSms, self.with_context(cobranza_free_only=True))._process_queue()

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Search; while the queue looks for its next ones, without those that wait."""
        if self.env.context.get("cobranza_free_only"):
            self = self.with_context(cobranza_free_only=False)
            domain = Domain(domain) & self._cobranza_free_domain()
        return super()._search(domain, *args, **kwargs)

    def send(self, *args, **kwargs):
        """Send; those of reminders last: their commit lets go of what is locked for the others."""
        ours = self.browse(self._cobranza_reminders())
        super(SmsSms, self - ours).send(*args, **kwargs)
        return super(SmsSms, ours).send(*args, **kwargs)

    def _send(self, *args, **kwargs):
        """Send what may leave now; the rest stays in the queue.

        Before the operator is asked about reminders it is committed that he is.
        """
        # from here on what is being sent has to be found, whatever happens to it meanwhile
        self = self.with_context(cobranza_free_only=False)
        free = self - self._cobranza_waiting()
        ours = self.browse(free._cobranza_reminders())
        others = free - ours
        result = super(SmsSms, others)._send(*args, **kwargs) if others else None
        for operator, part in ours._cobranza_by_operator():
            claimed = part._cobranza_claim()
            if not claimed:
                continue
            claimed._cobranza_ask()
            super(SmsSms, claimed.with_context(sms_api=operator))._send(*args, **kwargs)
            unanswered = claimed.filtered(lambda sms: sms.failure_type == UNANSWERED)
            unanswered.write({"state": "process", "failure_type": False})
        return result

    # --- to the operator -----------------------------------------------------------------

    def _cobranza_reminders(self):
        """Return {id: the reminder (sudo) whose own message it is} of those that are one's."""
        by_message = self.env["cobranza.reminder"]._by_sms_message(self.mail_message_id)
        return {
            sms.id: by_message[sms.mail_message_id]
            for sms in self
            if sms.mail_message_id in by_message
        }

    def _cobranza_by_operator(self):
        """Return [(Operator, those that leave through it)]: each company may have another one.

        They are chosen before anything is committed: what is wrong with that is no attempt.
        """
        reminders = self._cobranza_reminders()
        text = self.env._("The operator could not be reached: it never left.")
        # older messages don't name their company
        by_company = self.grouped(
            lambda sms: sms.with_company(reminders[sms.id].company_id)._get_sms_company()
        )
        found = []
        for company, part in by_company.items():
            part = part.with_company(company)
            api = self.env.context.get("sms_api")
            if not api:
                api = company._get_sms_api_class()(part.env)
                api._set_company(company)
            found.append((Operator(api, text), part))
        return found

    def _cobranza_claim(self):
        """Take these for this process; return those that no other one has, or has sent already.

        The database is asked, not the cache: two processes may work off the same queue.
        """
        if not self:
            return self
        self.env.flush_all()
        query = SQL(
            "SELECT id FROM sms_sms WHERE id IN %s AND state = 'outgoing'"
            " ORDER BY id FOR UPDATE SKIP LOCKED",
            tuple(self.ids),
        )
        try:
            with self.env.cr.savepoint(flush=False):
                # that one is taken is no error for the log
                self.env.cr.execute(query, log_exceptions=False)
                return self.browse(sms_id for [sms_id] in self.env.cr.fetchall())
        except SerializationFailure:
            # somebody sent one since this transaction began: the next turn of the queue
            wake(self.env, TEXT_MESSAGES)
            return self.browse()

    def _cobranza_ask(self):
        """Commit that these left the queue and nobody knows yet what became of them."""
        reminders_sudo = self.env["cobranza.reminder"].sudo().union(
            *self._cobranza_reminders().values()
        )
        # put back into the queue by somebody: that is a decision
        again = reminders_sudo._last_attempts().filtered(lambda one: one.result != "pending")
        if again:
            again.reminder_id._set_leaving()
            again._record(again.reminder_id, again=True)
        reminders_sudo._last_attempts()._set_asked()
        reminders_sudo.mail_message_id.notification_ids.write(
            {"notification_status": "process", "failure_type": "unknown", "failure_reason": False}
        )
        self.write({"state": "process", "failure_type": False})
        # the very purpose: the attempt is known whatever dies after it
        self.env["mail.mail"]._cobranza_commit()

    # --- in the queue ------------------------------------------------------------------

    def _cobranza_waiting(self):
        """Those that may not leave now."""
        now = fields.Datetime.now()
        early = self.filtered(lambda sms: sms.cobranza_not_before and sms.cobranza_not_before > now)
        return early | self._cobranza_stopped()

    @api.model
    def _cobranza_free_domain(self):
        """Domain of what `_cobranza_waiting` wouldn't keep in the queue."""
        free = Domain("cobranza_not_before", "=", False) | Domain(
            "cobranza_not_before", "<=", fields.Datetime.now()
        )
        if not self.env["cobranza.stop"]._stopped_companies():
            return free
        queued = [("mail_message_id.model", "=", "cobranza.reminder"), ("state", "=", "outgoing")]
        # the queue is the system's
        return free & Domain("id", "not in", self.sudo().search(queued)._cobranza_stopped().ids)

    def _cobranza_stopped(self):
        """Those of reminders whose company is stopped."""
        companies = self.env["cobranza.stop"]._stopped_companies()
        if not companies:
            return self.browse()
        ours = self.filtered(lambda sms: sms.mail_message_id.model == "cobranza.reminder")
        # the queue is the system's: whoever works it off need not see the reminders
        reminders_sudo = self.env["cobranza.reminder"].sudo().browse(
            ours.mail_message_id.mapped("res_id")
        )
        held = reminders_sudo.filtered(lambda one: one.company_id in companies).ids
        return ours.filtered(lambda sms: sms.mail_message_id.res_id in held)

    def _cobranza_put_off(self, moment):
        """Let these leave at a moment (UTC, without zone)."""
        self.write({"cobranza_not_before": moment})
        wake(self.env, TEXT_MESSAGES, at=moment)

    def _cobranza_take_out(self, reason):
        """Take these out of the queue for a reason that their reminders then show."""
        self.action_set_canceled()
        messages = self.mail_message_id
        reminders_sudo = self.env["cobranza.reminder"].sudo()
        reminders_sudo = reminders_sudo.search([("mail_message_id", "in", messages.ids)])
        reminders_sudo._last_attempts()._set_result("cancelled", reason)
