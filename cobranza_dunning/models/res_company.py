from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: Days that the register of contacts is kept at least: two years in Chile (Ley 21.320).
KEEP_CONTACTS = 730


class ResCompany(models.Model):
    """What collections needs to know about a company."""

    _inherit = "res.company"

    cobranza_policy_id = fields.Many2one(
        "cobranza.policy",
        "Collections policy",
        domain="[('company_id', '=', id)]",
        ondelete="restrict",
        help="For every customer and invoice that has no policy of its own.",
    )
    cobranza_run_mode = fields.Selection(
        [("off", "Off"), ("propose", "Propose"), ("auto", "Automatic")],
        "Daily run",
        # not required: Odoo makes companies while this addon isn't loaded (upgrades, its tests)
        default="off",
        help="Propose: reminders wait for approval. Automatic: those whose level needs "
        "nobody's approval are sent as well.",
    )
    cobranza_user_id = fields.Many2one(
        "res.users",
        "Contact for customers",
        help="Named in reminders to customers who have no collector of their own.",
    )
    cobranza_reply_token = fields.Boolean(
        "Answer address of its own for each reminder",
        help="Answers find their reminder even if the customer's mail program drops the reference "
        "to it. Your mail server must deliver addresses with a plus sign (catchall+…@) to the "
        "mailbox of catchall@.",
    )
    cobranza_keep_days = fields.Integer(
        "Keep decisions",
        default=90,
        help="Days after which decisions that led to no reminder are forgotten; 0 keeps all.",
    )
    cobranza_contact_days = fields.Integer(
        "Keep contact checks",
        default=KEEP_CONTACTS,
        help="Days after which the register of who might be contacted when is forgotten.",
    )
    cobranza_pays_online = fields.Boolean(
        compute="_compute_cobranza_pays_online",
        compute_sudo=True,
        help="Customers can pay on their reminder's page: a payment provider is published.",
        groups="cobranza_dunning.group_auditor",
    )

    def _compute_cobranza_pays_online(self):
        """Whether a customer finds a provider; kept for a batch of texts like any other field."""
        providers = self.env["payment.provider"]
        for company in self:
            company.cobranza_pays_online = bool(
                providers.search_count(
                    [
                        *providers._check_company_domain(company.id),
                        ("state", "in", ("enabled", "test")),
                        ("is_published", "=", True),
                    ],
                    limit=1,
                )
            )

    @api.constrains("cobranza_contact_days")
    def _check_cobranza_contact_days(self):
        if any(company.cobranza_contact_days < KEEP_CONTACTS for company in self):
            raise ValidationError(
                self.env._(
                    "Keep the register of contact checks for %s days at least: Chile's law asks "
                    "for two years.",
                    KEEP_CONTACTS,
                )
            )

    @api.constrains("cobranza_policy_id")
    def _check_cobranza_policy_id(self):
        for company in self:
            # policies of other companies are out of the user's sight
            policy_sudo = company.cobranza_policy_id.sudo()
            if policy_sudo and policy_sudo.company_id != company:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s” isn't a policy of %(company)s: choose one of its own.",
                        policy=policy_sudo.name,
                        company=company.name,
                    )
                )

    def _cobranza_lang(self):
        """Return the company's own language: for work without a user, customers without one."""
        return self.partner_id.lang or self.env.user.lang or "en_US"

    def _cobranza_today(self):
        """Return today in the company's own time zone."""
        return self._cobranza_date(fields.Datetime.now())

    def _cobranza_now(self):
        """Return this moment in the company's own time zone."""
        local = self.with_context(tz=self._cobranza_zone())
        return fields.Datetime.context_timestamp(local, fields.Datetime.now())

    @api.model
    def _cobranza_by_today(self):
        """Return {today: companies}: it isn't the same day everywhere."""
        # what day it is somewhere is for everybody to know
        return self.sudo().search([]).grouped(lambda company: company._cobranza_today())

    def _cobranza_date(self, moment):
        """Return the day of a moment (UTC, without zone) in the company's own time zone."""
        return fields.Date.context_today(self.with_context(tz=self._cobranza_zone()), moment)

    def _cobranza_zone(self):
        """Return the name of the company's time zone; where it says none, that of the user."""
        return self.partner_id.tz or self.env.context.get("tz") or self.env.user.tz or "UTC"

    def _cobranza_contact_keep_days(self):
        """Return the days that contact checks are kept, never fewer than the law asks for."""
        return max(self.cobranza_contact_days, KEEP_CONTACTS)

    def _cobranza_stop(self):
        """Return the open stop of this company's automatic contact, or an empty recordset."""
        # that nothing may leave concerns whoever would send something
        stops_sudo = self.env["cobranza.stop"].sudo()
        return stops_sudo.search(
            [("company_id", "=", self.id), ("released_at", "=", False)], limit=1
        )

    def _cobranza_check_rival(self):
        """Raise UserError if another addon would send reminders by itself as well."""
        rival = self.env["ir.module.module"].sudo().search(
            [("name", "=", "account_followup"), ("state", "=", "installed")]
        )
        if rival:
            raise UserError(
                self.env._(
                    "The addon “%(addon)s” is installed too, and customers would be reminded "
                    "twice: uninstall it, or leave the daily run off and propose by hand.",
                    addon=rival.shortdesc,
                )
            )
