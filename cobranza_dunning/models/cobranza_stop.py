from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from .arguments import to_line
from .crons import MAILS, TEXT_MESSAGES, WORK, wake


class CobranzaStop(models.Model):
    """A stop of all automatic contact of a company: who, when, why, and who released it.

    While one is open nothing leaves: automatic runs approve nothing, nothing is handed over,
    and what is queued stays in the queue. Stops stay on record.
    """

    _name = "cobranza.stop"
    _description = "Stop of automatic contact"
    _inherit = ["cobranza.gated.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reason"
    _gated_fields = None
    _gated_create = True

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "Stopped by", required=True, ondelete="restrict")
    date = fields.Datetime("Stopped on", required=True, default=fields.Datetime.now)
    reason = fields.Char("Why", required=True)
    released_by_id = fields.Many2one("res.users", "Released by", ondelete="restrict")
    released_at = fields.Datetime("Released on")

    _open_unique = models.UniqueIndex(
        "(company_id) WHERE released_at IS NULL",
        "Automatic contact of this company is stopped already.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_gated(self):
        if not self._gate_is_open():
            raise AccessError(self.env._("A stop can't be deleted: it stays on record."))

    @api.model
    def _stopped_companies(self):
        """The companies whose automatic contact is stopped, whoever asks."""
        return self.sudo().search([("released_at", "=", False)]).company_id.sudo(False)

    @api.model
    def _stop(self, companies, reason):
        """Stop the automatic contact of companies; those that are stopped already stay so.

        Raises AccessError unless the user is a collections manager, UserError without a reason.
        """
        self.check_access("create")
        reason = to_line(reason)
        if not reason:
            raise UserError(self.env._("Say why automatic contact is stopped."))
        running = companies - self._stopped_companies()
        stops = self._gated().create(
            [
                {"company_id": company.id, "user_id": self.env.uid, "reason": reason}
                for company in running
            ]
        )
        stops._note(self.env._("Automatic contact with customers stopped: %s", reason))
        return stops

    def action_release(self):
        """Let automatic contact go on; what waited in the queue leaves if it is still right."""
        self.check_access("write")
        stopped = self.filtered(lambda one: not one.released_at)
        stopped._gated().write(
            {"released_at": fields.Datetime.now(), "released_by_id": self.env.uid}
        )
        stopped._note(self.env._("Automatic contact with customers released."))
        self.env["cobranza.reminder"]._check_queued(stopped.company_id)
        wake(self.env, MAILS, TEXT_MESSAGES, WORK)
        return True

    def _note(self, text):
        """Write it down in the log of the companies."""
        for stop in self:
            # the company record is the administrator's, the stop is the manager's
            stop.company_id.sudo()._message_log(
                body=text, author_id=self.env.user.partner_id.id
            )

    @api.model
    def action_state(self):
        """Return what the bar of the app shows about the companies that are on screen.

        {"stops": [{"id", "text"}] with the whole sentence, "running": whether any of the
        companies is not stopped, "may": whether this user may stop and release}.
        """
        companies = self.env.companies
        stops = self.search([("released_at", "=", False), ("company_id", "in", companies.ids)])
        return {
            "stops": [{"id": stop.id, "text": stop._describe()} for stop in stops],
            "running": bool(companies - stops.company_id),
            "may": self.has_access("write"),
        }

    def _describe(self):
        """The whole sentence: company, who, when and why."""
        self.ensure_one()
        return self.env._(
            "%(company)s: all automatic contact with customers is stopped since %(date)s by "
            "%(user)s. %(reason)s",
            company=self.company_id.name,
            date=format_datetime(self.env, self.date, dt_format="short"),
            # a colleague's name is no secret, though his user may be out of sight
            user=self.user_id.sudo().name,
            reason=self.reason,
        )
